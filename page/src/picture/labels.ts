// Places labels beside points where they cover neither marks, lines nor each other.

export interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}
export interface Labelled {
  x: number;
  y: number;
  text: string;
}
export interface PlacedLabel {
  x: number;
  y: number; // of the baseline
  anchor: "start" | "middle" | "end";
}

const high = 15;
const mark = 8;

export const overlap = (a: Area, b: Area): boolean =>
  a.left < b.left + b.width &&
  b.left < a.left + a.width &&
  a.top < b.top + b.height &&
  b.top < a.top + a.height;

function candidates(point: Labelled, width: number): [PlacedLabel, Area][] {
  const at = (x: number, y: number, anchor: PlacedLabel["anchor"]): [PlacedLabel, Area] => {
    const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
    return [
      { x, y, anchor },
      { left, top: y - high + 3, width, height: high },
    ];
  };
  const { x, y } = point;
  return [
    at(x + 11, y + 4, "start"),
    at(x - 11, y + 4, "end"),
    at(x + 9, y - 9, "start"),
    at(x - 9, y - 9, "end"),
    at(x + 9, y + 18, "start"),
    at(x - 9, y + 18, "end"),
    at(x, y - 11, "middle"),
    at(x, y + 21, "middle"),
    at(x + 9, y - 24, "start"),
    at(x - 9, y - 24, "end"),
    at(x + 9, y + 33, "start"),
    at(x - 9, y + 33, "end"),
  ];
}

/** A level or upright line as an area with a little air around it. */
export function lineArea([x, y]: readonly [number, number], [toX, toY]: readonly [number, number]): Area {
  const air = 2;
  return {
    left: Math.min(x, toX) - air,
    top: Math.min(y, toY) - air,
    width: Math.abs(toX - x) + 2 * air,
    height: Math.abs(toY - y) + 2 * air,
  };
}

/** For each point where its label goes, or nothing if there is no room: the first points come first. */
export function placeLabels(
  points: Labelled[],
  room: Area,
  width: (text: string) => number,
  obstacles: Area[] = [],
): (PlacedLabel | undefined)[] {
  const marks = points.map(({ x, y }) => ({
    left: x - mark,
    top: y - mark,
    width: 2 * mark,
    height: 2 * mark,
  }));
  const taken: Area[] = [...obstacles, ...marks];
  return points.map((point) => {
    for (const [label, area] of candidates(point, width(point.text))) {
      const inside =
        area.left >= room.left &&
        area.top >= room.top &&
        area.left + area.width <= room.left + room.width &&
        area.top + area.height <= room.top + room.height;
      if (!inside || taken.some((other) => overlap(area, other))) continue;
      taken.push(area);
      return label;
    }
    return undefined;
  });
}
