// Two fingers zoom a trace, one moves it. A finger that goes up or down still scrolls the page.
import type { RangeChange } from "./power_data";

/** Places of the fingers across the plot, in pixels from its left edge. */
export type Fingers = number[];

const centreOf = (fingers: Fingers): number => fingers.reduce((sum, x) => sum + x, 0) / fingers.length;
const spreadOf = (fingers: Fingers): number => Math.abs(fingers[0]! - fingers[fingers.length - 1]!);
/** Fingers nearer to each other than this say nothing of a zoom. */
const leastSpread = 10;

/** What the fingers did between two moments: the moments below them stay below them. */
export function gestureChange(
  before: Fingers,
  after: Fingers,
  width: number,
  valueAt: (x: number) => number,
): RangeChange | undefined {
  if (before.length === 0 || before.length !== after.length || !(width > 0)) return undefined;
  const times =
    before.length > 1 && spreadOf(before) >= leastSpread && spreadOf(after) >= leastSpread
      ? spreadOf(before) / spreadOf(after)
      : 1;
  const from = centreOf(before);
  return { times, around: valueAt(from), by: ((from - centreOf(after)) / width) * times };
}

/** Calls `change` at most so often, in milliseconds: each change asks the server. */
const mostOften = 60;

export function listenToFingers(
  element: HTMLElement,
  valueAt: (x: number) => number,
  change: (change: RangeChange) => void,
): void {
  const fingers = new Map<number, number>();
  let told: Fingers = [];
  let last = 0;
  const places = () => [...fingers.values()].sort((a, b) => a - b);
  const placeOf = (event: PointerEvent) => event.clientX - element.getBoundingClientRect().left;
  const begin = (event: PointerEvent) => {
    if (event.pointerType !== "touch") return;
    fingers.set(event.pointerId, placeOf(event));
    told = places();
  };
  const end = (event: PointerEvent) => {
    if (fingers.delete(event.pointerId)) told = places();
  };
  const move = (event: PointerEvent) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, placeOf(event));
    const now = performance.now();
    if (now - last < mostOften) return;
    last = now;
    const done = gestureChange(told, places(), element.clientWidth, valueAt);
    told = places();
    if (done) change(done);
  };
  element.addEventListener("pointerdown", begin);
  element.addEventListener("pointermove", move);
  for (const over of ["pointerup", "pointercancel", "pointerleave"] as const)
    element.addEventListener(over, end);
}
