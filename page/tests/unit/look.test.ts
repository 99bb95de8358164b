import { describe, expect, it } from "vitest";
import report from "../../../src/report/pictures/svg_style.cpp?raw";
import { lookOfRun, palette, shapes, textures } from "../../src/picture/look";

describe("looks", () => {
  it("are those of the report", () => {
    for (const [light, dark] of palette) expect(report).toContain(`"${light}", "${dark}"`);
    for (const texture of textures) expect(report).toContain(`"${texture}"`);
  });
  it("of a run depend on its id alone, and spread", () => {
    expect(lookOfRun("20260101-1200-ab")).toEqual(lookOfRun("20260101-1200-ab"));
    const seen = new Set<string>();
    for (let i = 0; i < 2000; ++i) {
      const look = lookOfRun(`20260101-12${i}-ab`);
      expect(palette[look.colour]).toBeDefined();
      expect(shapes[look.shape]).toBeDefined();
      seen.add(`${look.colour}/${look.shape}`);
    }
    expect(seen.size).toBe(7 * shapes.length);
  });
});
