import { expect, test } from "vitest";
import { notReached, spreadText, targetText } from "../../src/pages/board";
import { joules } from "../../src/text/units";

test("a target reads in its direction", () => {
  const task = { metric: "val_accuracy", target: 0.9, lower_is_better: false };
  expect(targetText(task as never)).toMatch(/≥ 0.9$/);
  expect(targetText({ ...task, lower_is_better: true } as never)).toMatch(/≤ 0.9$/);
});

test("an alternative that rarely succeeds has no typical energy", () => {
  expect(notReached({ reached: 0, runs: 4 })).toBe("not reached");
  expect(notReached({ reached: 2, runs: 4 })).toBe("by few runs");
  expect(notReached({ reached: 4, runs: 4 })).toBe("unknown");
});

test("an interval may be open, and few runs have a range in brackets", () => {
  expect(spreadText({ median: 2, interval: [1, 3], range: [1, 4] }, joules)).toBe("1.00 J to 3.00 J");
  expect(spreadText({ median: 2, interval: [1, null], range: [1, 4] }, joules)).toBe("from 1.00 J");
  expect(spreadText({ median: 2, interval: [null, null], range: [1, 4] }, joules)).toBe("(1.00 J to 4.00 J)");
  expect(spreadText({ median: null, interval: [null, null], range: [null, null] }, joules)).toBe("");
});
