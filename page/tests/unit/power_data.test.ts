import { describe, expect, it } from "vitest";
import type { Series } from "../../src/api/schema";
import { changedRange, layersOf } from "../../src/picture/power_data";

function series(
  parts: { component: "gpu" | "cpu" | "node"; in_total?: boolean; mean_w: (number | null)[] }[],
): Series {
  const steps = parts[0]?.mean_w.length ?? 0;
  const nothing = Array<null>(steps).fill(null);
  return {
    run: "r",
    status: "finished",
    duration_s: steps,
    from_s: 0,
    to_s: steps,
    step_s: 1,
    time_s: Array.from({ length: steps }, (_, i) => i + 0.5),
    total: { mean_w: nothing, low_w: nothing, high_w: nothing },
    series: parts.map((part) => ({
      device: null,
      node: null,
      provenance: "measured",
      in_total: true,
      low_w: part.mean_w,
      high_w: part.mean_w,
      utilisation: null,
      ...part,
    })),
    gaps: [],
    throttling: [],
    idle_w: null,
  };
}

describe("power on top of each other", () => {
  it("adds what the total consists of, the GPU below", () => {
    const layers = layersOf(
      series([
        { component: "cpu", mean_w: [10, 20] },
        { component: "gpu", mean_w: [100, 200] },
        { component: "node", in_total: false, mean_w: [500, 500] },
      ]),
    );
    expect(layers.map((layer) => layer.component)).toEqual(["gpu", "cpu"]);
    expect(layers[1]?.top).toEqual([110, 220]);
  });
  it("makes no 0 of a gap", () => {
    const layers = layersOf(
      series([
        { component: "gpu", mean_w: [100, null, 100] },
        { component: "cpu", mean_w: [10, 10, null] },
      ]),
    );
    expect(layers[0]?.top).toEqual([100, null, 100]);
    expect(layers[1]?.top).toEqual([110, null, null]);
  });
});

describe("the range of time that is shown", () => {
  it("stays within the run", () => {
    expect(changedRange({ from: 80, to: 100 }, 100, { by: 0.5 }, 1)).toEqual({ from: 80, to: 100 });
    expect(changedRange({ from: 0, to: 20 }, 100, { by: -0.5 }, 1)).toEqual({ from: 0, to: 20 });
    expect(changedRange({ from: 40, to: 60 }, 100, { by: 0.5 }, 1)).toEqual({ from: 50, to: 70 });
  });
  it("is stretched around the moment that is pointed at", () => {
    expect(changedRange({ from: 40, to: 60 }, 100, { times: 0.5, around: 45 }, 1)).toEqual({
      from: 42.5,
      to: 52.5,
    });
    expect(changedRange({ from: 40, to: 60 }, 100, { times: 0.5, around: 60 }, 1)).toEqual({
      from: 50,
      to: 60,
    });
  });
  it("is the whole when it is as long", () => {
    expect(changedRange({ from: 20, to: 80 }, 100, { times: 2 }, 1)).toBeUndefined();
  });
  it("is not shorter than a few readings", () => {
    expect(changedRange({ from: 40, to: 44 }, 100, { times: 0.1 }, 2)).toEqual({ from: 41, to: 43 });
  });
});
