import { describe, expect, it } from "vitest";
import { addressOf, parsePlace } from "../../src/router";

describe("addresses", () => {
  it("begins with the runs", () => {
    expect(parsePlace("").page).toBe("runs");
    expect(parsePlace("#/").page).toBe("runs");
  });
  it("comes back as it went", () => {
    for (const id of ["20260101-1200-ab", "a/b?c#d&e=f", "50 %", "ünïcode", "<script>"]) {
      const place = parsePlace(
        addressOf("run", id, { tag: ["a=b", "c"], search: "x & y", limit: 50, none: "" }),
      );
      expect(place.item).toBe(id);
      expect(place.query.getAll("tag")).toEqual(["a=b", "c"]);
      expect(place.query.get("search")).toBe("x & y");
      expect(place.query.has("none")).toBe(false);
    }
  });
  it("takes a broken escape as it is", () => {
    expect(parsePlace("#/run/50%").item).toBe("50%");
  });
});
