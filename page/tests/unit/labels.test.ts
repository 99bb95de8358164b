import { describe, expect, it } from "vitest";
import { type Area, lineArea, overlap, placeLabels } from "../../src/picture/labels";

const room: Area = { left: 0, top: 0, width: 400, height: 300 };
const width = (text: string) => text.length * 7;

describe("labels of points", () => {
  it("never cover each other nor a mark, however dense", () => {
    const points = Array.from({ length: 40 }, (_, i) => ({
      x: 20 + ((i * 97) % 360),
      y: 20 + ((i * 61) % 260),
      text: `run ${i}`,
    }));
    const placed = placeLabels(points, room, width);
    const areas = placed.flatMap((label, i) => {
      if (!label) return [];
      const wide = width(points[i]!.text);
      const left =
        label.anchor === "start" ? label.x : label.anchor === "end" ? label.x - wide : label.x - wide / 2;
      return [{ left, top: label.y - 12, width: wide, height: 15 }];
    });
    expect(areas.length).toBeGreaterThan(10);
    areas.forEach((a, i) => {
      for (const b of areas.slice(i + 1)) expect(overlap(a, b)).toBe(false);
      for (const p of points)
        expect(overlap(a, { left: p.x - 4, top: p.y - 4, width: 8, height: 8 })).toBe(false);
    });
  });
  it("do not lie on lines", () => {
    const line = lineArea([50, 100], [350, 100]);
    const [label] = placeLabels([{ x: 50, y: 100, text: "on the front" }], room, width, [line]);
    expect(label).toBeDefined();
    expect(label!.y < 97 || label!.y - 12 > 103).toBe(true);
  });
  it("stay inside the picture", () => {
    const [label] = placeLabels([{ x: 395, y: 10, text: "at the edge" }], room, width);
    expect(label?.anchor).toBe("end");
    expect(placeLabels([{ x: 10, y: 10, text: "x".repeat(100) }], room, width)).toEqual([undefined]);
  });
});
