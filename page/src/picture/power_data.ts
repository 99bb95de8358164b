// Power over time as uPlot takes it: components on top of each other, gaps as gaps.
import type { Component, Series } from "../api/schema";

type Values = (number | null)[];

export interface Layer {
  component: Component;
  /** Its own power. */
  watts: Values;
  /** Its upper edge on top of the layers below it. */
  top: Values;
}

/** The components of the total on top of each other, in the order of the report. Where one is unknown, so are the edges of
 * those above it: a layer that begins at an unknown height would tell a wrong one. */
export function layersOf(series: Series): Layer[] {
  const order: Component[] = ["gpu", "cpu", "dram", "other", "process", "node"];
  const parts = series.series
    .filter((part) => part.in_total)
    .sort((a, b) => order.indexOf(a.component) - order.indexOf(b.component));
  let floor: Values = series.time_s.map(() => 0);
  return parts.map((part) => {
    const top = part.mean_w.map((value, i) => {
      const below = floor[i];
      return value === null || below === null || below === undefined ? null : below + value;
    });
    floor = top;
    return { component: part.component, watts: part.mean_w, top };
  });
}

export function highestOf(values: Iterable<number | null>): number {
  let highest = 0;
  for (const value of values) if (value !== null && value > highest) highest = value;
  return highest;
}

export interface TimeRange {
  from: number;
  to: number;
}

/** By a share of what is shown, or so many times as much of it, around a moment that stays where it is. */
export interface RangeChange {
  by?: number;
  times?: number;
  around?: number;
}

/** The range moved or stretched, within 0 and `end`. Nothing: the whole. */
export function changedRange(
  range: TimeRange,
  end: number,
  change: RangeChange,
  least: number,
): TimeRange | undefined {
  const before = range.to - range.from;
  const wide = Math.max(least, before * (change.times ?? 1));
  if (wide >= end) return undefined;
  const centre = (range.from + range.to) / 2;
  const fixed = change.around ?? centre;
  const middle = fixed + ((centre - fixed) * wide) / before + (change.by ?? 0) * before;
  const from = Math.min(Math.max(0, middle - wide / 2), end - wide);
  return { from, to: from + wide };
}
