// A made-up store for developing the page and for its tests: what the machine at hand lacks (GPUs, many runs, a fleet). Its
// types are those of data/api/openapi.yaml, so that the compiler holds it to what the server answers.
import type {
  Columns,
  Comparison,
  EpochCourse,
  Fleet,
  ForecastCourse,
  Gpu,
  LiveRun,
  Predictions,
  Run,
  RunRow,
  Series,
  Tradeoff,
} from "../src/api/schema";

const architectures = ["resnet50", "vit_b_16", "mobilenet_v3", "efficientnet_b0", "llama-160m"];
const users = ["ada", "grace", "alan"];
const hosts = ["node01", "node02", "lab-pc"];
const hour = 3600;

/** The same numbers every time: noise(i) is in 0..1. */
function noise(i: number): number {
  const x = Math.sin(i * 12.9898 + 78.233) * 43758.5453;
  return x - Math.floor(x);
}

interface Shape {
  row: RunRow;
  gpus: number;
  watts: number;
  epochs: number;
  loss: boolean;
  gap: boolean;
}

function shapeOf(i: number): Shape {
  const architecture = architectures[i % architectures.length]!;
  const gpus = i % 7 === 3 ? 4 : 1;
  const status = i === 0 ? "running" : i % 17 === 5 ? "failed" : i % 23 === 7 ? "interrupted" : "finished";
  const seconds = i === 0 ? 240 : 600 + Math.round(noise(i) * 4 * hour);
  const watts = gpus * (180 + 40 * (i % 5)) + 75;
  const measured = i % 29 !== 11;
  const energy = measured ? watts * seconds * (0.97 + 0.06 * noise(i + 500)) : null;
  const row: RunRow = {
    id: `202611${String(28 - Math.floor(i / 6)).padStart(2, "0")}-${String(10 + (i % 6) * 2).padStart(2, "0")}15-${(1000 + i * 37).toString(36).padStart(4, "0")}`,
    name:
      i === 2
        ? `<img src=x onerror="alert(1)"> & "quoted" ünïcode`
        : i % 9 === 8
          ? ""
          : `${architecture}-lr${1 + (i % 3)}`,
    status,
    exit_status: status === "failed" ? 1 : status === "finished" ? 0 : null,
    started: new Date(Date.UTC(2026, 10, 28 - Math.floor(i / 6), 10 + (i % 6) * 2, 15))
      .toISOString()
      .replace(".000", ""),
    duration_s: seconds,
    energy_j: energy,
    provenance: measured ? (i % 4 === 1 ? "modelled" : "measured") : "missing",
    missing: i % 5 === 2 ? ["dram"] : [],
    coverage: i % 6 === 4 ? 0.86 : measured ? 1 : null,
    not_measured_s: null,
    epochs: 30,
    architecture,
    host: hosts[i % hosts.length]!,
    command: ["python", "train.py", "--model", architecture],
    tags: {
      user: users[i % users.length]!,
      project: i % 2 ? "vision" : "language",
      ...(i % 10 === 0 ? { team: "speech" } : {}),
    },
  };
  return { row, gpus, watts, epochs: 30, loss: architecture.startsWith("llama"), gap: i % 6 === 4 };
}

export const shapes: Shape[] = Array.from({ length: 130 }, (_, i) => shapeOf(i));
export const find = (id: string): Shape | undefined =>
  shapes.find(({ row }) => row.id === id || (row.name === id && id !== ""));

const quality = (shape: Shape, epoch: number): number =>
  shape.loss
    ? 2.1 + 3 * Math.exp(-epoch / 6) + 0.012 * Math.max(0, epoch - 20)
    : 0.92 -
      0.5 * Math.exp(-epoch / 5) -
      0.002 * Math.max(0, epoch - 18) +
      0.004 * noise(epoch + shape.watts);
const metricOf = (shape: Shape): string => (shape.loss ? "val_loss" : "val_accuracy");

function epochsOf(shape: Shape): Run["epochs"] {
  const long = shape.row.duration_s / shape.epochs;
  const energy = shape.row.energy_j;
  return Array.from({ length: shape.epochs }, (_, i) => ({
    epoch: i + 1,
    start_s: i * long,
    end_s: (i + 0.93) * long,
    energy_j:
      energy === null ? null : (energy / shape.epochs) * (i === 0 ? 1.2 : 0.97 + 0.06 * noise(i)) * 0.93,
    work: 1,
    phase: null,
    metrics: { [metricOf(shape)]: quality(shape, i + 1), loss: 0.2 + 2 * Math.exp(-i / 6) },
  }));
}

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
  const { architecture, host, energy_j, provenance, missing, coverage, not_measured_s, epochs, ...common } =
    row;
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
    } as Run["energy_j"],
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

export function seriesOf(shape: Shape, query: URLSearchParams): Series {
  const { row } = shape;
  const from = Number(query.get("from") ?? 0);
  const to = Math.min(row.duration_s, Number(query.get("to") ?? row.duration_s));
  const points = Math.max(1, Math.min(Number(query.get("points") ?? 600), Math.ceil((to - from) * 10)));
  const step = (to - from) / points;
  const long = row.duration_s / shape.epochs;
  const time = Array.from({ length: points }, (_, i) => from + (i + 0.5) * step);
  const gap = [row.duration_s * 0.4, row.duration_s * 0.46] as const;
  const lost = (t: number) => shape.gap && t > gap[0] && t < gap[1];
  const watts = (t: number, base: number, seed: number) => {
    if (lost(t)) return null;
    const within = (t % long) / long;
    const level = t < row.duration_s * 0.03 ? 0.35 : within > 0.93 ? 0.45 : 1;
    return base * (level + 0.05 * (noise(Math.floor(t * 7) + seed) - 0.5));
  };
  const one = (
    component: "gpu" | "cpu" | "dram",
    device: string | null,
    base: number,
    seed: number,
  ): Series["series"][number] => {
    const mean_w = time.map((t) => watts(t, base, seed));
    return {
      component,
      device,
      node: null,
      provenance: "measured",
      in_total: true,
      mean_w,
      low_w: mean_w.map((v) => (v === null ? null : v * 0.9)),
      high_w: mean_w.map((v, i) => (v === null ? null : v * (1.06 + (noise(i + seed) > 0.985 ? 0.35 : 0)))),
      utilisation: component === "gpu" ? time.map(() => 0.93 - seed * 0.06) : null,
    };
  };
  const gpu = shape.watts - 75;
  const series =
    query.get("by") === "device"
      ? [
          ...Array.from({ length: shape.gpus }, (_, i) =>
            one("gpu", `gpu${i}`, (gpu / shape.gpus) * (1 - 0.07 * i), i),
          ),
          one("cpu", "package0", 58, 9),
        ]
      : [one("gpu", null, gpu, 0), one("cpu", null, 58, 9), one("dram", null, 17, 11)];
  const sum = (key: "mean_w" | "low_w" | "high_w") =>
    time.map((_, i) =>
      series.reduce<number | null>(
        (all, part) => (all === null || part[key][i] === null ? null : all + part[key][i]!),
        0,
      ),
    );
  return {
    run: row.id,
    status: row.status,
    duration_s: row.duration_s,
    from_s: from,
    to_s: to,
    step_s: step,
    time_s: time,
    total: { mean_w: sum("mean_w"), low_w: sum("low_w"), high_w: sum("high_w") },
    series,
    gaps: shape.gap ? [{ start_s: gap[0], end_s: gap[1] }] : [],
    idle_w: 62,
  };
}

export function epochCourse(shape: Shape, metric: string | null): EpochCourse {
  const name = metric || metricOf(shape);
  const lower = name.includes("loss");
  const epochs = epochsOf(shape).map((epoch) => ({
    epoch: epoch.epoch,
    phase: null,
    start_s: epoch.start_s,
    end_s: epoch.end_s,
    energy_j: epoch.energy_j,
    quality: epoch.metrics[name] ?? null,
  }));
  const values = epochs.map((epoch) => epoch.quality ?? (lower ? 1e9 : -1e9));
  const best = values.indexOf(lower ? Math.min(...values) : Math.max(...values));
  const sum = (list: typeof epochs) => list.reduce((all, epoch) => all + (epoch.energy_j ?? 0), 0);
  return {
    run: shape.row.id,
    metric: name,
    lower_is_better: lower,
    epochs,
    best_epoch: best,
    after_best_j: sum(epochs.slice(best + 1)),
    after_best_share: sum(epochs.slice(best + 1)) / sum(epochs),
    reason: null,
  };
}

export function forecastCourse(shape: Shape, seen = 1): ForecastCourse {
  const truth = shape.row.energy_j;
  const accuracy = (share: number, error: number) => ({
    share,
    runs: 24,
    median_error: error,
    worst_error: error * 4,
    with_interval: 24,
    inside: 22,
  });
  const record = {
    host: shape.row.host ?? "",
    runs: 24,
    at: [accuracy(0.1, 0.041), accuracy(0.25, 0.018), accuracy(0.5, 0.009)],
    ready: accuracy(0.08, 0.032),
  };
  if (truth === null)
    return {
      run: shape.row.id,
      points: [],
      replayed: false,
      truth_j: null,
      reason: "nothing measured the energy",
      record,
    };
  const points = Array.from({ length: Math.max(2, Math.round(60 * seen)) }, (_, i) => {
    const share = (i + 1) / 60;
    const total = truth * (1 + 0.18 * Math.exp(-share * 8) * (noise(i + 40) - 0.2));
    const half = share < 0.04 ? null : truth * (0.02 + 0.3 * Math.exp(-share * 7)) * (1 - share * 0.6);
    return {
      share,
      total_j: total,
      low_j: half === null ? null : total - half,
      high_j: half === null ? null : total + half,
      ready: share > 0.12,
    };
  });
  return {
    run: shape.row.id,
    points,
    replayed: false,
    truth_j: seen < 1 ? null : truth,
    reason: null,
    record,
  };
}

export const columns: Columns = {
  rows: 118,
  columns: ["name", "architecture", "gpu", "batch_size", "energy_j", "duration_s", "val_accuracy"],
  metrics: ["energy_j", "duration_s", "val_accuracy"],
  group: "architecture",
};

export function comparison(group: string): Comparison {
  const names = architectures.slice(0, 4);
  return {
    source: "made up",
    group,
    value: "energy_j",
    by: null,
    rows: 118,
    left_out: {},
    n: 94,
    alpha: 0.05,
    groups: names.map((name, i) => ({
      name,
      n: 23 + i,
      median: 1e6 * (2 + i * 0.7),
      median_interval: [1e6 * (1.8 + i * 0.66), 1e6 * (2.3 + i * 0.76)],
      mean: 1e6 * (2.1 + i * 0.7),
      sd: 3e5,
      cv: 0.14,
      min: 1e6 * (1.2 + i * 0.5),
      q1: 1e6 * (1.7 + i * 0.6),
      q3: 1e6 * (2.4 + i * 0.8),
      max: 1e6 * (3 + i),
    })),
    significant: true,
    pairs: names.flatMap((a, i) =>
      names.slice(i + 1).map((b, j) => ({
        a,
        b,
        n_a: 23 + i,
        n_b: 24 + i + j,
        median_difference: -7e5 * (j + 1),
        median_ratio: 0.7,
        effect_size: {
          name: "cliffs_delta",
          value: -0.3 * (j + 1),
          magnitude: j ? "large" : "small",
          interval: [-0.3 * (j + 1) - 0.2, -0.3 * (j + 1) + 0.2] as [number, number],
        },
        p_value: 0.01,
        p_text: "0.01",
        p_adjusted: 0.03 / (j + 1),
        significant: j > 0,
      })),
    ),
    warnings: ["llama-160m is left out: 2 values, at least 3 are needed"],
    conclusion: "The energies differ (Kruskal-Wallis, p = 3.1e-05): resnet50 used the least.",
  };
}

export function tradeoff(): Tradeoff {
  const rows: [string, number, number, boolean][] = [
    ["mobilenet_v3 / RTX 3090", 0.9e6, 0.867, true],
    ["efficientnet_b0 / RTX 3090", 1.6e6, 0.904, true],
    ["resnet50 / T4", 2.6e6, 0.895, false],
    ["resnet50 / RTX 3090", 2.2e6, 0.918, true],
    ["vit_b_16 / A100", 5.1e6, 0.921, true],
    ["vit_b_16 / RTX 3090", 7.4e6, 0.919, false],
  ];
  return {
    source: "made up",
    group: ["architecture", "gpu"],
    cost: { column: "energy_j", unit: "J" },
    quality: { column: "val_accuracy", unit: null, lower_is_better: false },
    alternatives: rows.map(([name, cost, quality, on_front]) => ({
      name,
      labels: {},
      provenance: "measured",
      runs: 5,
      cost,
      cost_interval: [cost * 0.93, cost * 1.06],
      quality,
      quality_interval: [quality - 0.006, quality + 0.005],
      on_front,
      front_share: on_front ? 0.93 : 0.11,
      cost_per_point: cost / quality / 100,
    })),
    front: rows.filter((row) => row[3]).map((row) => row[0]),
    knee: "efficientnet_b0 / RTX 3090",
    hypervolume_share: 0.91,
    best: "vit_b_16 / A100",
    cheapest_within: {
      within: 0.02,
      name: "efficientnet_b0 / RTX 3090",
      cost: 1.6e6,
      quality: 0.904,
      quality_lost: 0.017,
      saving: 0.69,
      saving_interval: [0.66, 0.71],
      choice_share: 0.88,
    },
    warnings: ["2 runs did not finish, left out"],
    conclusion:
      "vit_b_16 / A100 has the best val_accuracy (0.921). efficientnet_b0 / RTX 3090 loses 0.017 of it and saves 69 % of the energy.",
  };
}

export function predictions(query: URLSearchParams, upload: boolean): Predictions {
  const models = upload ? [query.get("label") ?? "upload"] : query.getAll("model");
  const rows = models.flatMap((model) =>
    query
      .getAll("gpu")
      .flatMap((gpu) => query.getAll("batch").map((batch) => ({ model, gpu, batch: Number(batch) }))),
  );
  const predicted = (value: number) => ({
    value,
    low: value * 0.6,
    high: value * 1.7,
    interval: "calibrated",
  });
  const list = rows.map(({ model, gpu, batch }, i): Predictions["predictions"][number] => ({
    model,
    gpu,
    gpu_count: Number(query.get("gpus") ?? 1),
    batch_size: batch,
    power_limit_w: 350,
    steps: null,
    power_w: predicted(290 - 12 * i),
    epoch_time_s: predicted(400 / (1 + i)),
    epoch_energy_j: predicted(1.1e5 * (1 + i * 0.2)),
    total_energy_j: query.get("epochs")
      ? predicted(1.1e5 * (1 + i * 0.2) * Number(query.get("epochs")))
      : null,
    co2e_g: null,
    memory: { needed_gb: 3.26 * (1 + batch / 64), available_gb: 24, fits: true },
    novelty: "new-configuration",
    nearest: ["resnet50 on RTX 3090, batch 32"],
    uncounted_share: 0,
    warnings: [],
  }));
  return { model_file: "default.json", predictions: list, front: list.map((_, i) => i).reverse() };
}

export const gpus: Gpu[] = ["RTX 3090", "A100 SXM 80 GB", "T4", "H100 SXM"].map((name) => ({
  name,
  vendor: "nvidia",
  architecture: "ampere",
  tdp_w: 350,
  memory_gb: 24,
  memory_bandwidth_gb_s: 936,
  fp32_tflops: 35.6,
  idle_w: 20,
  source: "made up",
  date: "2026-01-01",
}));

export function liveRun(shape: Shape, measured: number): LiveRun {
  const total = shape.watts * shape.row.duration_s;
  const share = Math.min(1, measured / shape.row.duration_s);
  const power = shape.watts * (0.96 + 0.08 * noise(Math.round(measured * 10)));
  return {
    id: shape.row.id,
    name: shape.row.name,
    status: "running",
    host: shape.row.host,
    tags: shape.row.tags,
    started: shape.row.started,
    measured_s: measured,
    energy_j: shape.watts * measured,
    power_w: power,
    components: [
      { component: "gpu", energy_j: shape.watts * measured * 0.8, power_w: power * 0.8 },
      { component: "cpu", energy_j: shape.watts * measured * 0.2, power_w: power * 0.2 },
    ],
    epochs: Math.floor(share * 30),
    projection: { share, total_j: total, low_j: total * 0.95, high_j: total * 1.06, ready: share > 0.2 },
    budget_j: null,
  };
}

export function fleet(running: LiveRun[]): Fleet {
  const sums = (of: (row: RunRow) => string | null) => {
    const names = [...new Set(shapes.map(({ row }) => of(row)))];
    return names
      .map((name) => {
        const rows = shapes.map(({ row }) => row).filter((row) => of(row) === name);
        const known = rows.filter((row) => row.energy_j !== null);
        return {
          name,
          runs: rows.length,
          running: rows.filter((row) => row.status === "running").length,
          energy_j: known.length ? known.reduce((sum, row) => sum + row.energy_j!, 0) : null,
          without_energy: rows.length - known.length,
        };
      })
      .sort((a, b) => (b.energy_j ?? 0) - (a.energy_j ?? 0));
  };
  return {
    since: null,
    until: null,
    running,
    hosts: sums((row) => row.host),
    users: sums((row) => row.tags.user ?? null),
    projects: sums((row) => row.tags.project ?? null),
    tags: { team: sums((row) => row.tags.team ?? null) },
  };
}
