import { describe, expect, it } from "vitest";
import { niceTicks, scaleOf } from "../../src/picture/scale";

const labels = (low: number, high: number, wanted: number, log = false) =>
  niceTicks(low, high, wanted, log).map((tick) => tick.label);

describe("scales", () => {
  it("has round ticks", () => {
    expect(labels(0, 10, 5)).toEqual(["0", "2", "4", "6", "8", "10"]);
    expect(labels(0.9, 0.95, 5)).toEqual(["0.90", "0.91", "0.92", "0.93", "0.94", "0.95"]);
    expect(labels(1, 1000, 4, true)).toEqual(["1", "10", "100", "1000"]);
  });
  it("survives what cannot be drawn", () => {
    expect(niceTicks(Number.NaN, 1, 5)).toEqual([]);
    expect(niceTicks(2, 2, 5)).toEqual([]);
    const empty = scaleOf([null, Number.NaN]);
    expect([empty.low, empty.high]).toEqual([0, 1.05]);
    expect(empty.position(Number.NaN)).toBeNaN();
    const flat = scaleOf([5]);
    expect(flat.position(5)).toBeCloseTo(0.5);
  });
  it("does not go below zero for amounts, nor begin there without need", () => {
    expect(scaleOf([1, 100]).low).toBe(0);
    expect(scaleOf([95, 100]).low).toBeGreaterThan(90);
  });
  it("puts powers of ten at equal distances", () => {
    const scale = scaleOf([1, 100], { logarithmic: true });
    expect(scale.position(10)).toBeCloseTo(0.5);
    expect(scale.position(-1)).toBeNaN();
  });
  it("marks whole numbers only, where asked", () => {
    for (const tick of scaleOf([1, 3], { whole: true }).ticks(8))
      expect(Number.isInteger(tick.value)).toBe(true);
  });
});
