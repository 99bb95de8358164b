import { describe, expect, it } from "vitest";
import { type WholeEnergy, energySentences, sharesOf, sharesText } from "../../src/text/provenance";

const part = (
  component: "gpu" | "cpu" | "node",
  energy_j: number | null,
  provenance: "measured" | "modelled" | "assumed" | "missing",
  more: { in_total?: boolean; relative_uncertainty?: number } = {},
): WholeEnergy["by_component"][number] => ({
  component,
  device: "",
  node: "",
  energy_j,
  provenance,
  coverage: 1,
  relative_uncertainty: 0,
  in_total: true,
  channel: "",
  ...more,
});

describe("where a figure comes from", () => {
  it("counts only what is in the total", () => {
    const shares = sharesOf({
      total: 400,
      by_component: [
        part("gpu", 300, "measured"),
        part("cpu", 100, "modelled"),
        part("node", 900, "measured", { in_total: false }),
        part("cpu", null, "missing"),
      ],
    });
    expect(sharesText(shares)).toBe("75 % measured, 25 % modelled");
  });
  it("tells no shares of what is not known", () => {
    expect(sharesOf({ total: null, by_component: [part("gpu", null, "missing")] })).toEqual([]);
    expect(energySentences({ total: null, by_component: [] })).toEqual([
      "The energy is unknown: no source of energy could be read.",
    ]);
  });
  it("says what is missing, whose the interval is, and how much was read", () => {
    const text = energySentences({
      total: 3.6e6,
      relative_uncertainty: 0.1,
      coverage: 0.5,
      missing: ["dram"],
      by_component: [
        part("gpu", 3e6, "measured", { relative_uncertainty: 0.1 }),
        part("cpu", 6e5, "modelled"),
      ],
    });
    expect(text).toEqual([
      "Between 900 Wh and 1.10 kWh (90 % interval).",
      "Without dram, which nothing measured.",
      "The interval is that of gpu alone: what reads the rest states none.",
      "Readings cover 50 % of the time; its short gaps are filled with the power that was read beside them.",
    ]);
  });
});
