import { describe, expect, it } from "vitest";
import type { EpochCourse } from "../../src/api/schema";
import { uploadOf } from "../../src/pages/predict";
import { wasteText } from "../../src/pages/run/epochs";
import { joined } from "../../src/pages/run/surroundings";
import { origin } from "../../src/pages/runs";
import { outlook } from "../../src/parts/live_cell";

const row = {
  energy_j: 5,
  provenance: "measured",
  missing: [] as string[],
  coverage: 1,
  not_measured_s: null,
} as const;

describe("where a run's energy comes from", () => {
  it("is told as the command line tells it", () => {
    expect(origin({ ...row, missing: ["cpu", "dram"] })).toBe("measured, without cpu, dram");
    expect(origin({ ...row, missing: [], coverage: 0.77 })).toBe("measured, 77 % of the time measured");
    expect(origin({ ...row, missing: [], coverage: 0.77, not_measured_s: 90 })).toBe(
      "measured, 1 min 30 s not measured",
    );
    expect(origin({ ...row, missing: ["cpu"], energy_j: null })).toBe("nothing measured it");
  });
});

describe("the outlook of a live run", () => {
  const projection = { share: 0.4, total_j: 3.6e6, low_j: 3.24e6, high_j: 3.96e6, ready: true };
  it("has the forecast with its interval", () => {
    expect(outlook({ projection, budget_j: null, work_is_done: false })).toBe(
      "40 % done, forecast 1.00 kWh (900 Wh to 1.10 kWh)",
    );
  });
  it("forecasts nothing once all announced work is done", () => {
    expect(outlook({ projection, budget_j: 1, work_is_done: true })).toBe("all work done, still running");
  });
  it("says what it does not know, and what is too much", () => {
    expect(outlook({ projection: null, budget_j: null, work_is_done: false })).toBe("no forecast yet");
    const early = { ...projection, share: null, low_j: null, ready: false };
    expect(outlook({ projection: early, budget_j: 1.8e6, work_is_done: false })).toBe(
      "forecast 1.00 kWh, not yet dependable, above its budget of 500 Wh",
    );
  });
});

describe("what was spent after the best epoch", () => {
  const course = (best: number | null, after: number | null): EpochCourse => ({
    run: "r",
    metric: "val_accuracy",
    lower_is_better: false,
    epochs: [0.5, 0.8, 0.7].map((quality, i) => ({
      epoch: i + 1,
      phase: null,
      start_s: i,
      end_s: i + 1,
      energy_j: 10,
      quality,
    })),
    best_epoch: best,
    after_best_j: after,
    after_best_share: after === null ? null : after / 30,
    reason: null,
  });
  it("is told in a sentence", () => {
    expect(wasteText(course(1, 3600))).toContain("After it 1.00 Wh were spent");
    expect(wasteText(course(2, 0))).toContain("nothing was spent after it");
    expect(wasteText(course(1, null))).toContain("What was spent after it is not known");
    expect(wasteText(course(null, null))).toBe("");
  });
});

describe("stretches of time", () => {
  it("are joined where a picture could not show what is between them", () => {
    const spans = [
      { from: 5, to: 6 },
      { from: 0, to: 1 },
      { from: 1.05, to: 2 },
    ];
    expect(joined(spans, 0.1)).toEqual([
      { from: 0, to: 2 },
      { from: 5, to: 6 },
    ]);
    expect(spans[1]).toEqual({ from: 0, to: 1 }); // what was given stays as it was
  });
});

describe("an uploaded network", () => {
  it("goes as what its name says", () => {
    // Node 18 knows no File.
    const file = (name: string, type: string) => Object.assign(new Blob(["{}"], { type }), { name }) as File;
    expect(uploadOf(file("Config.JSON", "")).type).toBe("application/json");
    expect(uploadOf(file("model.onnx", "application/json")).type).toBe("application/octet-stream");
  });
});
