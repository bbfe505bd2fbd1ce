package shop

import (
	"fmt"
	"testing"
)

func TestAdds(t *testing.T) {
	if Add(1, 2) != 3 {
		t.Fatal("1 + 2")
	}
}

func TestSubtracts(t *testing.T) {
	fmt.Println("looking at 5 - 3")
	t.Errorf("got %d, want 3", Add(5, -3))
}

func TestRingsTheTill(t *testing.T) { t.Skip("needs a till") }

func TestTable(t *testing.T) {
	for _, n := range []int{1, 2, 3} {
		t.Run(fmt.Sprintf("n=%d", n), func(t *testing.T) {
			if n == 3 {
				t.Error("three")
			}
		})
	}
}
