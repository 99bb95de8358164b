// Runs and groups of runs as intervals, with effect sizes: whether they differ, and by how much.
import { useMemo } from "preact/hooks";
import { useAnswer } from "../api/answer";
import { Refusal, api } from "../api/client";
import type { Comparison, Run } from "../api/schema";
import { Shown } from "../parts/answers";
import { choicesOf, oneOf } from "../parts/asking";
import { ChosenRuns } from "../parts/chosen_runs";
import { DataTable, Figure, LeftOut, Warnings } from "../parts/figure";
import { Choice, TextField } from "../parts/form";
import { Powers } from "../parts/powers";
import { StatusWord } from "../parts/run_mark";
import { type IntervalRow, Intervals } from "../picture/intervals";
import { lookOfRun } from "../picture/look";
import { type Place, queryText } from "../router";
import { capitalised, columnUnit, columnWords } from "../text/columns";
import { boundsOf, intervalText, sharesOf, sharesText } from "../text/provenance";
import { against, axisUnit, duration, isKnown, kilowattHours, plain } from "../text/units";

const mostRuns = 40;

export function ComparePage({ place }: { place: Place }) {
  const { query } = place;
  const run = query.getAll("run");
  const columns = useAnswer(`columns/${run.join()}`, (signal) => api.columns({ run }, signal));
  const asked = {
    run,
    group: query.get("group"),
    value: query.get("value"),
    by: query.get("by"),
    only: query.getAll("only"),
  };
  const answer = useAnswer(queryText(asked), (signal) => api.compare(asked, signal));
  const names = columns.value?.columns ?? [];
  return (
    <>
      <h1>Compare runs</h1>
      <div class="filters">
        <Choice label="Groups by" {...oneOf(query, "group")} options={choicesOf("what differs", names)} />
        <Choice
          label="What is compared"
          {...oneOf(query, "value")}
          options={choicesOf(
            "energy",
            names.filter((name) => name !== "energy_j"),
          )}
        />
        <TextField label="Only" {...oneOf(query, "only", true)} placeholder="column=value" />
      </div>
      <ChosenRuns runs={run} />
      {run.length > 0 && <Single ids={run.slice(0, mostRuns)} />}
      {run.length > mostRuns && (
        <LeftOut
          what="Single runs"
          why={`the first ${mostRuns} of ${run.length} are shown one by one; the groups have all`}
        />
      )}
      <section aria-labelledby="groups">
        <h2 id="groups">Groups of runs</h2>
        {tooFew(answer.error) ? (
          <LeftOut what="Groups of runs" why={answer.error.message} />
        ) : (
          <Shown answer={answer} what="The comparison">
            {(comparison) => <Groups comparison={comparison} />}
          </Shown>
        )}
      </section>
    </>
  );
}

/** Runs that make no groups are no mistake of the user's; what is one names its field. */
const tooFew = (error: Error | undefined): error is Refusal =>
  error instanceof Refusal && error.status === 400 && error.field === null;

async function all(ids: string[], signal: AbortSignal): Promise<Run[]> {
  return Promise.all(ids.map((id) => api.run(id, signal)));
}

/** Every chosen run's energy with the interval of its meters, and their power over time. */
function Single({ ids }: { ids: string[] }) {
  const answer = useAnswer(ids.join(), (signal) => all(ids, signal));
  return (
    <Shown answer={answer} what="The runs">
      {(runs) => (
        <>
          <section aria-labelledby="runs">
            <h2 id="runs">The runs compared</h2>
            <RunsFigure runs={runs} />
          </section>
          <Powers runs={runs} />
        </>
      )}
    </Shown>
  );
}

/** The name, with the end of the id where several runs have the same. */
export function labelsOf(runs: Pick<Run, "id" | "name">[]): string[] {
  const label = (run: Pick<Run, "id" | "name">) => run.name || run.id;
  return runs.map((run) =>
    runs.filter((other) => label(other) === label(run)).length > 1 && run.name
      ? `${label(run)} ${run.id.slice(-4)}`
      : label(run),
  );
}

function RunsFigure({ runs }: { runs: Run[] }) {
  const labels = labelsOf(runs);
  const totals = runs.map((run) => run.energy_j.total);
  const first = totals.find(isKnown);
  const largest = Math.max(0, ...totals.filter(isKnown));
  const unit = axisUnit("J", largest);
  const remark = (i: number) => (totals.findIndex(isKnown) === i ? "" : against(totals[i], first));
  const rows = runs.flatMap((run, i): IntervalRow[] => {
    const total = totals[i];
    if (!isKnown(total)) return [];
    const bounds = boundsOf(run.energy_j);
    return [
      {
        key: run.id,
        label: labels[i]!,
        value: total,
        low: bounds?.low,
        high: bounds?.high,
        remark: remark(i),
        look: lookOfRun(run.id),
      },
    ];
  });
  const caption =
    "The energy of each run with the interval that its meters state. The axis need not begin at zero: what matters is whether intervals are apart. The meters of one machine err in the same direction, so that differences between its runs are surer than these intervals.";
  const unknownRuns = labels.filter((_, i) => !isKnown(totals[i]));
  return (
    <>
      <Figure
        title="Energy of each run"
        caption={caption}
        table={{
          caption: "Energy of each run",
          columns: [
            { title: "run" },
            { title: "status" },
            { title: "duration", number: true },
            { title: "energy", number: true },
            { title: "90 % interval" },
            { title: "comes from" },
            { title: "against the first", number: true },
          ],
          rows: runs.map((run, i) => [
            labels[i],
            <StatusWord key="status" status={run.status} />,
            duration(run.duration_s),
            kilowattHours(totals[i]),
            intervalText(run.energy_j) || "not stated",
            sharesText(sharesOf(run.energy_j)),
            remark(i),
          ]),
        }}
      >
        {rows.length > 0 && (
          <Intervals
            title="Energy of each run"
            description={caption}
            rows={rows}
            name="energy"
            unit={unit.symbol}
            divisor={unit.divisor}
          />
        )}
      </Figure>
      {unknownRuns.length > 0 && <LeftOut what={unknownRuns.join(", ")} why="the energy is unknown" />}
    </>
  );
}

type Group = NonNullable<Comparison["groups"]>[number];
type Pair = NonNullable<Comparison["pairs"]>[number];

/** The interval of a group's median; the range of its runs where they are too few for one. */
function spreadOf(group: Group): [number | undefined, number | undefined] {
  const [low, high] = group.median_interval;
  if (isKnown(low) && isKnown(high)) return [low, high];
  return [group.min ?? undefined, group.max ?? undefined];
}

/** Against the group with the lowest median: "0.83 [0.42, 0.96], large". */
export function effectText(pairs: Pair[], group: string, lowest: string): string {
  if (group === lowest) return "";
  const pair = pairs.find((p) => (p.a === group && p.b === lowest) || (p.a === lowest && p.b === group));
  if (!pair || !isKnown(pair.effect_size.value)) return "";
  const sign = pair.a === group ? 1 : -1;
  const text = (value: number) => (sign * value).toFixed(2);
  const [low, high] = pair.effect_size.interval ?? [null, null];
  const range =
    isKnown(low) && isKnown(high)
      ? ` [${sign > 0 ? text(low) : text(high)}, ${sign > 0 ? text(high) : text(low)}]`
      : "";
  return `${text(pair.effect_size.value)}${range}, ${pair.effect_size.magnitude}`;
}

function effectName(pairs: Pair[]): string {
  const name = pairs[0]?.effect_size.name ?? "effect size";
  return name === "cliffs_delta"
    ? "Cliff's delta"
    : name === "hedges_g"
      ? "Hedges' g"
      : name.replace(/_/g, " ");
}

function Groups({ comparison }: { comparison: Comparison }) {
  const pairs = comparison.pairs ?? [];
  const groups = useMemo(
    () => [...(comparison.groups ?? [])].sort((a, b) => (a.median ?? 0) - (b.median ?? 0)),
    [comparison],
  );
  const lowest = groups[0];
  const largest = Math.max(0, ...groups.map((group) => group.median ?? 0));
  const unit = columnUnit(comparison.value, largest);
  const text = unit.text;
  const name = effectName(pairs);
  const title = `${capitalised(columnWords(comparison.value))} by ${columnWords(comparison.group)}`;
  const caption = `Medians with their 95 % intervals, or with the range of the runs where they are few. ${comparison.conclusion}`;
  const rows = groups.flatMap((group): IntervalRow[] => {
    if (!isKnown(group.median)) return [];
    const [low, high] = spreadOf(group);
    const effect = effectText(pairs, group.name, lowest?.name ?? "");
    const difference = group === lowest ? "" : against(group.median, lowest?.median);
    return [
      {
        key: group.name,
        label: `${group.name} (n=${group.n})`,
        value: group.median,
        low,
        high,
        remark: effect ? `${difference}, delta ${effect}` : difference,
        look: { colour: 0, shape: 1 },
      },
    ];
  });
  return (
    <>
      <Figure
        title={title}
        caption={caption}
        table={{
          caption: title,
          columns: [
            { title: columnWords(comparison.group) },
            { title: "runs", number: true },
            { title: "median", number: true },
            { title: "95 % interval or range" },
            { title: "against the lowest", number: true },
            { title: name },
          ],
          rows: groups.map((group) => {
            const [low, high] = spreadOf(group);
            return [
              group.name,
              group.n,
              text(group.median),
              isKnown(low) && isKnown(high) ? `${text(low)} to ${text(high)}` : "not known",
              group === lowest ? "" : against(group.median, lowest?.median),
              effectText(pairs, group.name, lowest?.name ?? ""),
            ];
          }),
        }}
      >
        {rows.length > 0 && (
          <Intervals
            title={title}
            description={caption}
            rows={rows}
            name={`${columnWords(comparison.value)}, median`}
            unit={unit.symbol}
            divisor={unit.divisor}
          />
        )}
      </Figure>
      {pairs.length > 0 && (
        <DataTable
          caption={`Pairs of groups: ${name} with its interval, and whether they differ at ${plain(comparison.alpha)}`}
          columns={[
            { title: "groups" },
            { title: "difference of medians", number: true },
            { title: name },
            { title: "p, adjusted", number: true },
            { title: "they differ" },
          ]}
          rows={pairs.map((pair) => [
            `${pair.a} – ${pair.b}`,
            text(pair.median_difference),
            effectText([pair], pair.a, pair.b),
            isKnown(pair.p_adjusted)
              ? pair.p_adjusted < 1e-4
                ? "< 0.0001"
                : String(Number(pair.p_adjusted.toPrecision(2)))
              : "unknown",
            pair.significant ? "yes" : "not shown",
          ])}
        />
      )}
      <Warnings warnings={comparison.warnings} />
    </>
  );
}
