// Comparisons and trade-offs.
import type { Board, Columns, Comparison, Tradeoff } from "../../src/api/schema";

type BoardEntry = Board["tasks"][number]["alternatives"][number];
import { architectures } from "./runs";

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
      cost_interval_by_meters: false,
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

export function board(): Board {
  const typical = (median: number | null) => ({
    median,
    interval: median === null ? [null, null] : [median * 0.94, median * 1.07],
    range: median === null ? [null, null] : [median * 0.9, median * 1.1],
  });
  const entry = (name: string, reached: number, joules: number | null, quality: number): BoardEntry => ({
    name,
    labels: {},
    runs: 8,
    reached,
    energy_j: typical(joules),
    time_s: typical(joules === null ? null : joules / 210),
    cost: null,
    expected_energy_j: joules === null ? null : (joules * 8) / reached,
    best_quality: quality,
    whole_energy_j: joules === null ? 4e6 : joules * 1.3,
    joules_per_point: 2e4,
    guarded_index: quality / 1.4,
    sustainable_accuracy: null,
  });
  const task = (name: string, metric: string, target: number, alternatives: BoardEntry[]) => ({
    name,
    metric,
    target,
    target_from_best: false,
    lower_is_better: false,
    by_epoch: true,
    energy_by_epoch: "measured",
    alternatives,
  });
  return {
    source: "made up",
    group: ["architecture"],
    currency: null,
    exponent: 1,
    tasks: [
      task("cifar-10", "val_accuracy", 0.9, [
        entry("mobilenet_v3", 5, 0.8e6, 0.906),
        entry("resnet50", 8, 2.1e6, 0.921),
        entry("vit_b_16", 8, 6.4e6, 0.93),
      ]),
      task("flowers", "val_accuracy", 0.85, [
        entry("resnet50", 8, 1.2e6, 0.88),
        entry("vit_b_16", 8, 3.3e6, 0.91),
        entry("mobilenet_v3", 0, null, 0.81),
      ]),
    ],
    standings: [
      { name: "resnet50", tasks_reached: 2, energy_ratio: 1.62 },
      { name: "vit_b_16", tasks_reached: 2, energy_ratio: 4.69 },
      { name: "mobilenet_v3", tasks_reached: 1, energy_ratio: 1 },
    ],
    warnings: [],
  };
}
