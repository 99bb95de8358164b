// Forecasts of the total, and how right such forecasts have been.
import type { ForecastCourse } from "../../src/api/schema";
import { type Shape, noise } from "./runs";

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
