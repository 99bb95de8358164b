// Power and energy over time.
import type { EnergyCourse, Series } from "../../src/api/schema";
import { type Shape, noise } from "./runs";

/** The first of several GPUs was held back by its power limit, and for a while by heat. */
function throttlingOf({ row }: Shape): Series["throttling"] {
  const told = (reason: "power" | "heat", from: number, to: number): Series["throttling"][number] => ({
    component: "gpu",
    device: "gpu0",
    node: null,
    reason,
    observed_s: row.duration_s,
    time_s: (to - from) * row.duration_s,
    spans: [{ start_s: from * row.duration_s, end_s: to * row.duration_s }],
  });
  return [told("power", 0.1, 0.8), told("heat", 0.55, 0.7)];
}

/** "2 kWh", "500 J"; nothing for another text. */
function joulesOf(text: string): number | undefined {
  const [, amount, unit] = /^([0-9.]+)\s*(J|kJ|MJ|Wh|kWh)$/.exec(text.trim()) ?? [];
  const factor = { J: 1, kJ: 1e3, MJ: 1e6, Wh: 3600, kWh: 3.6e6 }[unit ?? ""];
  return factor && Number(amount) > 0 ? Number(amount) * factor : undefined;
}

/** Nothing for a budget that is none. */
export function energyOf(shape: Shape, budget: string): EnergyCourse | undefined {
  const { row } = shape;
  const limit = budget ? joulesOf(budget) : null;
  if (limit === undefined) return undefined;
  if (row.energy_j === null)
    return {
      run: row.id,
      time_s: [],
      energy_j: [],
      budget_j: limit,
      budget_reached_s: null,
      reason: "nothing measured the energy",
    };
  const time_s = Array.from({ length: 200 }, (_, i) => (row.duration_s * i) / 199);
  const energy = row.energy_j;
  const energy_j = time_s.map((t) => energy * (t / row.duration_s) ** 1.04);
  const reached = limit === null ? undefined : time_s.find((_, i) => energy_j[i]! >= limit);
  return { run: row.id, time_s, energy_j, budget_j: limit, budget_reached_s: reached ?? null, reason: null };
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
      utilisation:
        component === "gpu"
          ? mean_w.map((v, i) =>
              v === null ? null : Math.min(1, (0.95 * v) / base - seed * 0.06 - 0.08 * noise(i)),
            )
          : null,
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
    throttling: shape.gpus > 1 ? throttlingOf(shape) : [],
    idle_w: 62,
  };
}
