// Epochs of a run, and what was spent after the best one.
import type { EpochCourse, Run } from "../../src/api/schema";
import { type Shape, noise } from "./runs";

const quality = (shape: Shape, epoch: number): number =>
  shape.loss
    ? 2.1 + 3 * Math.exp(-epoch / 6) + 0.012 * Math.max(0, epoch - 20)
    : 0.92 -
      0.5 * Math.exp(-epoch / 5) -
      0.002 * Math.max(0, epoch - 18) +
      0.004 * noise(epoch + shape.watts);
const metricOf = (shape: Shape): string => (shape.loss ? "val_loss" : "val_accuracy");

export function epochsOf(shape: Shape): Run["epochs"] {
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
