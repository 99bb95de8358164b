import { describe, expect, it } from "vitest";
import { labelsOf } from "../../src/pages/compare";
import { effectText } from "../../src/pages/compare";
import { columnUnit, columnWords, nameOf } from "../../src/text/columns";

describe("columns", () => {
  it("are named in words", () => {
    expect(columnWords("gpu_energy_j")).toBe("GPU energy");
    expect(columnWords("batch_size")).toBe("batch size");
    expect(columnWords("duration_s")).toBe("duration");
    expect(columnWords("accuracy")).toBe("accuracy");
    expect(columnWords("s")).toBe("s");
  });
  it("have units", () => {
    expect(columnUnit("energy_j", 5000).symbol).toBe("kJ");
    expect(columnUnit("energy_j", 5000).text(1234)).toBe("1.23 kJ");
    expect(columnUnit("gpu_util_pct", 90).text(90)).toBe("90 %");
    expect(columnUnit("accuracy", 1).text(null)).toBe("unknown");
  });
});

describe("what is compared", () => {
  it("tells namesakes apart by the end of the id", () => {
    expect(
      labelsOf([
        { id: "x-aaaa", name: "a" },
        { id: "x-bbbb", name: "a" },
        { id: "x-cccc", name: "" },
      ]),
    ).toEqual(["a aaaa", "a bbbb", "x-cccc"]);
  });
  it("turns an effect so that it is that of the group against the lowest", () => {
    const pair = {
      a: "low",
      b: "high",
      n_a: 5,
      n_b: 5,
      median_difference: -1,
      median_ratio: 0.5,
      effect_size: {
        name: "cliffs_delta",
        value: -0.8,
        magnitude: "large",
        interval: [-0.95, -0.4] as [number, number],
      },
      p_adjusted: 0.01,
      significant: true,
    };
    expect(effectText([pair], "high", "low")).toBe("0.80 [0.40, 0.95], large");
    expect(effectText([pair], "low", "high")).toBe("-0.80 [-0.95, -0.40], large");
    expect(effectText([pair], "low", "low")).toBe("");
    expect(effectText([], "high", "low")).toBe("");
  });
});

describe("an alternative", () => {
  it("that is a number is named with its column", () => {
    expect(nameOf({ name: "64", labels: { batch_size: "64" } })).toBe("batch_size 64");
    expect(nameOf({ name: "resnet50", labels: { architecture: "resnet50" } })).toBe("resnet50");
    expect(nameOf({ name: "16 / 64", labels: { layers: "16", batch_size: "64" } })).toBe("16 / 64");
    expect(nameOf({ name: "64" })).toBe("64");
  });
});
