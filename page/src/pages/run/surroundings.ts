// What is drawn around a run's power: gaps, evaluations and pauses, ends of epochs, the idle power.
import type { Run, Series } from "../../api/schema";
import { wordsForComponent } from "../../picture/look";
import type { TimeRange } from "../../picture/power_data";
import type { Surroundings } from "../../picture/power_trace";
import { duration, percent } from "../../text/units";

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

type Throttling = Series["throttling"][number];

/** "node1 GPU 0": a number alone would not say of what. */
export function deviceName(part: Pick<Throttling, "component" | "device" | "node">): string {
  const word = wordsForComponent(part.component);
  const named = /^\d+$/.test(part.device ?? "") ? `${word} ${part.device}` : part.device;
  return [part.node, named].filter(Boolean).join(" ") || word;
}

const reasonWords = { power: "held back by its power limit", heat: "held back by heat" };

/** "gpu0 was held back by heat for 12 min 03 s (31 % of the time)", of each device; "" where nobody tells it. */
export function throttlingText(throttling: Throttling[]): string {
  if (throttling.length === 0) return "";
  const held = throttling.filter((told) => told.time_s > 0);
  if (held.length === 0) return "No device held its clocks down for its power limit or for heat.";
  const most = 8;
  const sentences = held
    .slice(0, most)
    .map(
      (told) =>
        `${deviceName(told)} was ${reasonWords[told.reason]} for ${duration(told.time_s)} (${percent(told.time_s / told.observed_s)} of the time)`,
    );
  if (held.length > most) sentences.push(`and so on for ${held.length - most} more`);
  return `${sentences.join("; ")}.`;
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
  const throttled = (reason: Throttling["reason"]) =>
    joined(
      series.throttling
        .filter((told) => told.reason === reason)
        .flatMap((told) => told.spans.map((span) => ({ from: span.start_s, to: span.end_s }))),
      least,
    );
  return {
    gaps: joined(
      series.gaps.map((gap) => ({ from: gap.start_s, to: gap.end_s })),
      least,
    ),
    stages: joined(stages, least),
    limited: throttled("power"),
    hot: throttled("heat"),
    epochEnds: run.epochs.map((epoch) => epoch.end_s),
    idle: series.idle_w ?? undefined,
  };
}
