// What is drawn around a run's power: gaps, evaluations and pauses, ends of epochs, the idle power.
import type { Run, Series } from "../../api/schema";
import type { TimeRange } from "../../picture/power_data";
import type { Surroundings } from "../../picture/power_trace";

/** Time between two epochs that is shorter than this share of what is shown is not shaded. */
const leastPause = 0.001;
const mostWindowNames = 4;

/** In the order of time, joined where a picture would not show what is between them: there may be thousands. */
export function joined(ranges: TimeRange[], least: number): TimeRange[] {
  const result: TimeRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = result[result.length - 1];
    if (last && range.from - last.to < least) last.to = Math.max(last.to, range.to);
    else result.push({ ...range });
  }
  return result;
}

export function surroundingsOf(run: Run, series: Series): Surroundings {
  const least = (series.to_s - series.from_s) * leastPause;
  const names = new Set([...new Set(run.windows.map((window) => window.name))].slice(0, mostWindowNames));
  const stages = run.windows
    .filter((window) => names.has(window.name))
    .map((window) => ({ from: window.start_s, to: window.end_s }));
  run.epochs.forEach((epoch, i) => {
    const before = run.epochs[i - 1];
    if (before && epoch.start_s - before.end_s > run.duration_s * leastPause)
      stages.push({ from: before.end_s, to: epoch.start_s });
  });
  return {
    gaps: joined(
      series.gaps.map((gap) => ({ from: gap.start_s, to: gap.end_s })),
      least,
    ),
    stages: joined(stages, least),
    epochEnds: run.epochs.map((epoch) => epoch.end_s),
    idle: series.idle_w ?? undefined,
  };
}
