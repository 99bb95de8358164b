// One run in full, as `joulecast show --json` has it.
import type { Run } from "../../src/api/schema";
import { epochsOf } from "./epochs";
import type { Shape } from "./runs";

export function runOf(shape: Shape): Run {
  const { row } = shape;
  const part = (
    component: "gpu" | "cpu" | "dram",
    share: number,
    provenance: "measured" | "modelled",
    device: string,
  ) => ({
    component,
    device,
    node: "",
    energy_j: row.energy_j === null ? null : row.energy_j * share,
    provenance: row.energy_j === null ? ("missing" as const) : provenance,
    coverage: shape.gap ? 0.86 : 1,
    relative_uncertainty: component === "gpu" ? 0.04 : 0,
    in_total: true,
    channel: `${component}_${device}`,
  });
  const gpus = Array.from({ length: shape.gpus }, (_, i) =>
    part("gpu", 0.8 / shape.gpus, "measured", `gpu${i}`),
  );
  const {
    architecture,
    host,
    energy_j,
    provenance,
    missing,
    coverage,
    not_measured_s,
    epochs,
    segments, // here their number, there what each of them was
    nodes,
    ...common
  } = row;
  return {
    ...common,
    energy_j: {
      total: energy_j,
      provenance,
      coverage: coverage ?? 0,
      relative_uncertainty: 0.05,
      missing,
      not_measured_s,
      by_component: [
        ...gpus,
        part("cpu", 0.15, provenance === "modelled" ? "modelled" : "measured", "package0"),
        part("dram", 0.05, "measured", "package0"),
      ],
    },
    mean_power_w: energy_j === null ? null : energy_j / row.duration_s,
    idle: {
      idle_w: 62,
      baseline_j: 62 * row.duration_s,
      net_j: (energy_j ?? 0) - 62 * row.duration_s,
      remark: "total without the baseline",
    },
    carbon:
      energy_j === null
        ? {
            emissions_g: null,
            provenance: "missing",
            pue: 1,
            pue_given: false,
            reason: "the energy is unknown",
          }
        : {
            emissions_g: (energy_j / 3.6e6) * 174,
            provenance: "assumed",
            pue: 1,
            pue_given: false,
            reason: null,
            intensity_g_per_kwh: 174,
            year: 2024,
            country: "Spain",
            country_iso3: "ESP",
            source: "Ember 2024, Spain",
          },
    epochs: epochs > 0 ? epochsOf(shape) : [],
    phases: [],
    steps: [],
    energy_per_work: { per_1000_steps_j: 51234, per_sample_j: null, per_million_tokens_j: null },
    windows: epochsOf(shape)
      .filter((epoch) => epoch.epoch % 5 === 0)
      .map((epoch) => ({
        window: "eval",
        name: "eval",
        start_s: epoch.end_s,
        end_s: epoch.end_s + row.duration_s / 430,
        energy_j: 900,
      })),
    window_totals: [
      {
        window: "eval",
        count: 6,
        duration_s: row.duration_s / 72,
        energy_j: 5400,
        share: 0.01,
        complete: true,
      },
    ],
    projections: [],
    forecast_doubt: null,
    means: [{ component: "gpu", device: "gpu0", node: "", quantity: "utilisation", unit: "%", mean: 93.4 }],
    sensors: [
      {
        sensor: "nvml",
        used: true,
        reason: null,
        readings: 24000,
        failed_readings: 0,
        mean_latency_s: 0.0003,
        max_latency_s: 0.004,
      },
      {
        sensor: "ipmi",
        used: false,
        reason: "no /dev/ipmi0",
        readings: 0,
        failed_readings: 0,
        mean_latency_s: 0,
        max_latency_s: 0,
      },
    ],
    sampler_cpu_s: 0.83,
    notes: ["the power of the processor is that of its package; the board's own is not in it"],
    training: {
      source: null,
      gpu: "RTX 3090",
      gpu_count: shape.gpus,
      architecture,
      framework: "pytorch",
      dataset: "imagenet",
      batch_size: 128,
      total_work: shape.epochs,
      work_unit: "epochs",
      quality: {},
    },
    host: {
      hostname: host,
      os: "Debian GNU/Linux 12",
      cpu_model: "AMD Ryzen 9 5950X",
      logical_cpus: 32,
      memory_bytes: 64 * 2 ** 30,
      gpus: Array(shape.gpus).fill("NVIDIA GeForce RTX 3090"),
      joulecast_version: "0.1.0",
    },
  };
}
