// Power over time by component on top of each other, and each device's below it over the same time. A part of the run that is
// chosen is asked from the server in as many steps as the whole.
import { useMemo, useState } from "preact/hooks";
import { type Answer, useAnswer } from "../../api/answer";
import { api } from "../../api/client";
import type { Run, Series } from "../../api/schema";
import { Failure, Loading } from "../../parts/answers";
import { Figure, LeftOut } from "../../parts/figure";
import { Legend, type LegendEntry, fieldSign, lineSign } from "../../picture/frame";
import { lookOfComponent, wordsForComponent } from "../../picture/look";
import { layerPattern } from "../../picture/patterns";
import {
  type RangeChange,
  type TimeRange,
  changedRange,
  highestOf,
  layersOf,
} from "../../picture/power_data";
import { PowerTrace, type Surroundings } from "../../picture/power_trace";
import { useTheme } from "../../picture/theme";
import { axisUnit, duration, joules, percent, watts } from "../../text/units";
import { deviceName, surroundingsOf, throttlingText } from "./surroundings";
import { Utilisation } from "./utilisation";

/** As many as the report has: so are the figures of steps. */
const mostSteps = 600;
const mostDevices = 16;

export function PowerSection({ run, round }: { run: Run; round: number }) {
  const [range, setRange] = useState<TimeRange>();
  const key = `${run.id}/${range?.from ?? ""}/${range?.to ?? ""}`;
  const query = { points: mostSteps, ...(range ?? {}) };
  const answer = useAnswer(key, (signal) => api.series(run.id, query, signal), round);
  const devices = useAnswer(
    `${key}/device`,
    (signal) => api.series(run.id, { ...query, by: "device" }, signal),
    round,
  );
  return (
    <section aria-labelledby="power">
      <h2 id="power">Power over time</h2>
      <PowerBody run={run} answer={answer} devices={devices.value} range={range} onRange={setRange} />
    </section>
  );
}

interface BodyProps {
  run: Run;
  answer: Answer<Series>;
  devices: Series | undefined;
  range: TimeRange | undefined;
  onRange: (range: TimeRange | undefined) => void;
}

function PowerBody({ run, answer, devices, range, onRange }: BodyProps) {
  const series = answer.value;
  const around = useMemo(() => (series ? surroundingsOf(run, series) : undefined), [run, series]);
  const layers = useMemo(
    () =>
      series
        ? layersOf(series).map((layer) => ({
            ...layer,
            label: wordsForComponent(layer.component),
            look: lookOfComponent(layer.component),
          }))
        : [],
    [series],
  );
  const theme = useTheme();
  if (answer.error && !series) return <LeftOut what="Power over time" why={answer.error.message} />;
  if (!series || !around) return <Loading what="Power over time" />;
  if (series.time_s.length === 0 || layers.length === 0)
    return <LeftOut what="Power over time" why="the run has no power over time" />;
  const end = series.duration_s;
  const shown = { from: range?.from ?? 0, to: range?.to ?? end };
  const change = (by: RangeChange) => onRange(changedRange(shown, end, by, Math.max(end / 1e6, 0.2)));
  const highest = Math.max(
    highestOf(series.total.high_w),
    ...layers.map((layer) => highestOf(layer.top)),
    around.idle ?? 0,
    1,
  );
  const common = {
    around,
    range: shown,
    theme,
    timeUnit: axisUnit("s", end),
    onSelect: onRange,
    onChange: change,
  };
  return (
    <>
      {answer.error && <Failure error={answer.error} />}
      <Figure
        title="Power by component"
        caption={`Mean power of each ${duration(series.step_s)} on top of each other; the line is the highest reading of each step, so that no peak is lost.${range ? ` Shown: ${duration(shown.from)} to ${duration(shown.to)}.` : ""} ${throttlingText(series.throttling)}`.trim()}
        table={{
          caption: "Mean power by component of what is shown",
          columns: [
            { title: "component" },
            { title: "mean power", number: true },
            { title: "highest mean of a step", number: true },
            { title: "energy of the whole run", number: true },
          ],
          rows: layers.map((layer) => [
            layer.label,
            watts(meanOf(layer.watts)),
            watts(highestOf(layer.watts)),
            joules(energyOf(run, layer.component)),
          ]),
        }}
      >
        <ZoomButtons whole={!range} change={change} onWhole={() => onRange(undefined)} />
        <PowerTrace
          {...common}
          label={`Power over time by component: ${layers.map((layer) => layer.label).join(", ")}`}
          times={series.time_s}
          step={series.step_s ?? 0}
          layers={layers}
          peaks={series.total.high_w}
          peaksLabel="highest reading"
          highest={highest}
          powerUnit={axisUnit("W", highest)}
          height={320}
        />
        <Legend entries={legendOf(layers, around, run)} />
      </Figure>
      {devices &&
        kinds.map((kind) => (
          <Devices key={kind.component} kind={kind} series={devices} common={common} run={run} />
        ))}
      {devices && <Utilisation series={devices} />}
      {series.throttling.length === 0 && (
        <LeftOut
          what="Throttling"
          why="no sensor of this run recorded when a device held its clocks down (NVIDIA's do)"
        />
      )}
      {run.idle === null && (
        <LeftOut
          what="Idle floor"
          why="the machine's idle power was not measured before this run (joulecast run --idle-baseline measures it)"
        />
      )}
    </>
  );
}

function meanOf(values: (number | null)[]): number | null {
  const known = values.filter((value): value is number => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function energyOf(run: Run, component: string): number | null {
  const known = run.energy_j.by_component.filter(
    (part) => part.in_total && part.component === component && part.energy_j !== null,
  );
  return known.length === 0 ? null : known.reduce((sum, part) => sum + (part.energy_j ?? 0), 0);
}

function legendOf(layers: { label: string; look: number }[], around: Surroundings, run: Run): LegendEntry[] {
  const entries: LegendEntry[] = layers.map((layer) => ({
    label: layer.label,
    sign: fieldSign(layerPattern(layer.look)),
  }));
  entries.push({ label: "highest reading", sign: lineSign("peak") });
  if (around.epochEnds.length > 0)
    entries.push({ label: "end of an epoch", sign: <path class="tick" d="M11 2V12" /> });
  if (around.stages.length > 0)
    entries.push({
      label: stagesLabel(run),
      sign: <rect class="stage" x="1" y="0" width="20" height="12" />,
    });
  if (around.limited.length > 0)
    entries.push({ label: "held back by its power limit", sign: fieldSign("jc-limited") });
  if (around.hot.length > 0)
    entries.push({
      label: "held back by heat",
      sign: <rect class="hot" x="1" y="1" width="20" height="10" />,
    });
  if (around.gaps.length > 0) entries.push({ label: "not measured", sign: fieldSign("jc-gap") });
  if (around.idle !== undefined)
    entries.push({ label: `idle ${watts(around.idle)}`, sign: lineSign("rule") });
  return entries;
}

function stagesLabel(run: Run): string {
  const names = [...new Set(run.windows.map((window) => window.name))].slice(0, 4);
  return names.length > 0 ? names.join(", ") : "between epochs";
}

interface ZoomProps {
  whole: boolean;
  change: (by: RangeChange) => void;
  onWhole: () => void;
}

function ZoomButtons({ whole, change, onWhole }: ZoomProps) {
  return (
    <div class="zoom" role="group" aria-label="What is shown of the run">
      <button type="button" disabled={whole} onClick={() => change({ by: -0.5 })} aria-label="Earlier">
        ◀
      </button>
      <button type="button" onClick={() => change({ times: 0.5 })} aria-label="Zoom in">
        +
      </button>
      <button type="button" disabled={whole} onClick={() => change({ times: 2 })} aria-label="Zoom out">
        −
      </button>
      <button type="button" disabled={whole} onClick={() => change({ by: 0.5 })} aria-label="Later">
        ▶
      </button>
      <button type="button" disabled={whole} onClick={onWhole}>
        Whole run
      </button>
      <small>Drag over the picture to zoom in, double-click for the whole.</small>
    </div>
  );
}

/** What is told one by one, if there are several. */
const kinds = [
  { component: "gpu", title: "Each GPU" },
  { component: "node", title: "Each machine" },
] as const;
type Kind = (typeof kinds)[number];

type Part = Series["series"][number];
const throttlingOf = (series: Series, part: Part) =>
  series.throttling.filter(
    (told) => told.component === part.component && told.device === part.device && told.node === part.node,
  );

type Common = Pick<
  Parameters<typeof PowerTrace>[0],
  "around" | "range" | "theme" | "timeUnit" | "onSelect" | "onChange"
>;

/** Several devices of a kind, on the same scale: whether they were used evenly. */
function Devices({ kind, series, common, run }: { kind: Kind; series: Series; common: Common; run: Run }) {
  const devices = series.series.filter((part) => part.component === kind.component);
  if (devices.length < 2) return null;
  const highest = Math.max(1, ...devices.map((part) => highestOf(part.high_w)));
  const unit = axisUnit("W", highest);
  return (
    <figure>
      <figcaption>
        <strong>{kind.title}.</strong> On the same scale over the same time.
        {devices.length > mostDevices && ` The first ${mostDevices} of ${devices.length}.`}
      </figcaption>
      {devices.slice(0, mostDevices).map((part, i, all) => {
        const name = deviceName(part);
        const busy = meanOf(part.utilisation ?? []);
        return (
          <div key={name} class="device">
            <h3>
              {name}
              <small>
                {" "}
                {watts(meanOf(part.mean_w))} on average
                {busy === null ? "" : `, busy ${percent(busy)} of the time`}
              </small>
            </h3>
            <PowerTrace
              {...common}
              around={{
                ...surroundingsOf(run, { ...series, throttling: throttlingOf(series, part) }),
                idle: undefined, // that of the whole machine
              }}
              label={`Power over time of ${name}`}
              times={series.time_s}
              step={series.step_s ?? 0}
              layers={[
                { label: name, look: lookOfComponent(kind.component), watts: part.mean_w, top: part.mean_w },
              ]}
              peaks={part.high_w}
              peaksLabel="highest reading"
              highest={highest}
              powerUnit={unit}
              height={i === all.length - 1 ? 140 : 120}
              namesTime={i === all.length - 1}
            />
          </div>
        );
      })}
    </figure>
  );
}
