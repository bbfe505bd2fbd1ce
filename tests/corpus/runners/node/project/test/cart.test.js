const test = require("node:test");
const assert = require("node:assert");

test.describe("cart", () => {
  test.it("adds", () => {
    assert.equal(1 + 2, 3);
  });
  test.it("subtracts", () => {
    console.log("looking at 5 - 3");
    assert.equal(5 - 3, 3);
  });
  test.it("rings the till", { skip: "needs a till" }, () => {});
  test.it("rounds", { todo: "later" }, () => {
    assert.equal(0.1 + 0.2, 0.3);
  });
  test.describe("nested", () => {
    test.it("holds <things> & \"more\"", () => {});
  });
});
