import { describe, expect, it } from "vitest";
import { changedRange } from "../../src/picture/power_data";
import { gestureChange } from "../../src/picture/touch";

const width = 400;
const range = { from: 100, to: 200 };
const valueAt = (x: number) => range.from + (x / width) * (range.to - range.from);
const gestured = (before: number[], now: number[]) => {
  const change = gestureChange(before, now, width, valueAt);
  return change && changedRange(range, 1000, change, 0.1);
};
/** What is at this pixel after the gesture. */
const shownAt = (changed: { from: number; to: number }, x: number) =>
  changed.from + (x / width) * (changed.to - changed.from);

describe("fingers on a trace", () => {
  it("keep the moments below two of them where they are", () => {
    for (const [before, now] of [
      [
        [100, 200],
        [50, 250],
      ],
      [
        [50, 350],
        [150, 250],
      ],
      [
        [100, 140],
        [220, 300],
      ],
    ] as const) {
      const changed = gestured([...before], [...now])!;
      for (const i of [0, 1] as const) expect(shownAt(changed, now[i])).toBeCloseTo(valueAt(before[i]), 6);
    }
  });
  it("move it with one", () => {
    const changed = gestured([300], [100])!;
    expect(changed.to - changed.from).toBeCloseTo(100, 9);
    expect(shownAt(changed, 100)).toBeCloseTo(valueAt(300), 9);
  });
  it("do nothing when one joins or leaves, or on a plot without width", () => {
    expect(gestured([100], [100, 200])).toBeUndefined();
    expect(gestureChange([], [], width, valueAt)).toBeUndefined();
    expect(gestureChange([1], [2], 0, valueAt)).toBeUndefined();
  });
  it("do not zoom wildly where two are on one place", () => {
    expect(gestureChange([100, 101], [100, 180], width, valueAt)?.times).toBe(1);
  });
});
