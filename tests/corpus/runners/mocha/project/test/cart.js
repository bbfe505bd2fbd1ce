const assert = require("assert");

describe("cart", function () {
  it("adds", function () {
    assert.equal(1 + 2, 3);
  });
  it("subtracts", function () {
    console.log("looking at 5 - 3");
    assert.equal(5 - 3, 3);
  });
  it("rounds");
  describe("nested", function () {
    it("holds things", function () {});
    it("rings the till", function () {
      this.skip();
    });
  });
  describe("unready", function () {
    before(function () {
      throw new Error("no till");
    });
    it("never runs", function () {});
  });
});
