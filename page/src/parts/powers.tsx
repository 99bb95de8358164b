// The power of several runs over the same time since their starts, each in its own strip on the same scale.
import { useState } from "preact/hooks";
import { useAnswer } from "../api/answer";
import { api } from "../api/client";
import type { Run, Series } from "../api/schema";
import { lookOfRun } from "../picture/look";
import { type RangeChange, type TimeRange, changedRange, highestOf } from "../picture/power_data";
import { PowerTrace } from "../picture/power_trace";
import { useTheme } from "../picture/theme";
import { axisUnit, watts } from "../text/units";
import { RunLink } from "./run_mark";

const mostRuns = 6;
const nothingAround = { gaps: [], stages: [], epochEnds: [], limited: [], hot: [] };

async function seriesOf(
  runs: Run[],
  range: TimeRange | undefined,
  signal: AbortSignal,
): Promise<(Series | undefined)[]> {
  const query = { points: 500, ...(range ?? {}) };
  return Promise.all(
    runs.map((run) =>
      range && range.from >= run.duration_s
        ? undefined
        : api
            .series(run.id, range ? { ...query, to: Math.min(range.to, run.duration_s) } : query, signal)
            .catch(() => undefined),
    ),
  );
}

export function Powers({ runs }: { runs: Run[] }) {
  const shown = runs.slice(0, mostRuns);
  const [range, setRange] = useState<TimeRange>();
  const theme = useTheme();
  const key = `${shown.map((run) => run.id).join()}/${range?.from ?? ""}/${range?.to ?? ""}`;
  const answer = useAnswer(key, (signal) => seriesOf(shown, range, signal));
  const all = answer.value;
  if (!all || all.every((series) => !series || series.time_s.length === 0)) return null;
  const end = Math.max(...shown.map((run) => run.duration_s));
  const highest = Math.max(1, ...all.map((series) => (series ? highestOf(series.total.high_w) : 0)));
  const now = range ?? { from: 0, to: end };
  const change = (by: RangeChange) => setRange(changedRange(now, end, by, Math.max(end / 1e6, 0.2)));
  return (
    <section aria-labelledby="powers">
      <h2 id="powers">Power over time</h2>
      <p class="soft-text">
        Each run's mean power since its start, on the same scales; the line is the highest reading of each
        step. Drag to zoom all of them, double-click for the whole.
        {runs.length > mostRuns ? ` The first ${mostRuns} of ${runs.length} runs.` : ""}
      </p>
      {shown.map((run, i) => {
        const series = all[i];
        return (
          <div key={run.id} class="device">
            <h3>
              <RunLink id={run.id} name={run.name} />
              <small> {run.mean_power_w === null ? "" : `${watts(run.mean_power_w)} on average`}</small>
            </h3>
            {series && series.time_s.length > 0 ? (
              <PowerTrace
                label={`Power over time of ${run.name || run.id}`}
                times={series.time_s}
                step={series.step_s ?? 0}
                layers={[
                  {
                    label: "power",
                    look: lookOfRun(run.id).colour,
                    watts: series.total.mean_w,
                    top: series.total.mean_w,
                  },
                ]}
                peaks={series.total.high_w}
                peaksLabel="highest reading"
                around={{
                  ...nothingAround,
                  gaps: series.gaps.map((gap) => ({ from: gap.start_s, to: gap.end_s })),
                }}
                range={now}
                highest={highest}
                timeUnit={axisUnit("s", end)}
                powerUnit={axisUnit("W", highest)}
                theme={theme}
                height={i === shown.length - 1 ? 140 : 120}
                namesTime={i === shown.length - 1}
                onSelect={setRange}
                onChange={change}
              />
            ) : (
              <p class="left-out">Power over time: nothing is known of it here.</p>
            )}
          </div>
        );
      })}
    </section>
  );
}
