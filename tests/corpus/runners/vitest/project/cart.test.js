import { describe, expect, test } from "vitest";

describe("cart", () => {
  test("adds", () => {
    expect(1 + 2).toBe(3);
  });
  test("subtracts", () => {
    console.log("looking at 5 - 3");
    expect(5 - 3).toBe(3);
  });
  test.skip("rings the till", () => {});
  test.todo("rounds");
  describe("nested", () => {
    test("holds things", () => {});
  });
});
