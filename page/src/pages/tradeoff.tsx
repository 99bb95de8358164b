// Energy against correctness: the Pareto front with intervals on both axes, and the cheapest good choice.
import { useAnswer } from "../api/answer";
import { api } from "../api/client";
import type { Tradeoff } from "../api/schema";
import { Shown } from "../parts/answers";
import { ChosenRuns } from "../parts/chosen_runs";
import { Figure, Warnings } from "../parts/figure";
import { Choice, ManyField, TextField } from "../parts/form";
import { Front, type FrontPoint } from "../picture/front";
import { type Place, queryText } from "../router";
import { changeQuery } from "../router_hook";
import { capitalised, columnUnit, columnWords } from "../text/columns";
import { interval, isKnown, percent, plain } from "../text/units";

export function TradeoffPage({ place }: { place: Place }) {
  const { query } = place;
  const run = query.getAll("run");
  const columns = useAnswer(`columns/${run.join()}`, (signal) => api.columns({ run }, signal));
  const asked = {
    run,
    quality: query.get("quality"),
    cost: query.get("cost"),
    group: query.getAll("group"),
    within: query.get("within"),
    lower_is_better: query.get("lower_is_better"),
  };
  const answer = useAnswer(queryText(asked), (signal) => api.tradeoff(asked, signal));
  const names = columns.value?.columns ?? [];
  const metrics = columns.value?.metrics ?? [];
  const within = query.get("within") ?? "";
  return (
    <>
      <h1>Energy against correctness</h1>
      <div class="filters">
        <Choice
          label="Correctness"
          value={query.get("quality") ?? ""}
          onChange={(quality) => changeQuery({ quality })}
          options={[
            ["", "what runs are judged by"],
            ...metrics.map((name) => [name, columnWords(name)] as const),
          ]}
        />
        <Choice
          label="Better is"
          value={query.get("lower_is_better") ?? ""}
          onChange={(value) => changeQuery({ lower_is_better: value })}
          options={[
            ["", "higher"],
            ["true", "lower"],
          ]}
        />
        <Choice
          label="Cost"
          value={query.get("cost") ?? ""}
          onChange={(cost) => changeQuery({ cost })}
          options={[
            ["", "energy"],
            ...metrics
              .filter((name) => name !== "energy_j")
              .map((name) => [name, columnWords(name)] as const),
          ]}
        />
        <TextField
          label="Loss allowed"
          type="number"
          min="0"
          step="0.005"
          value={within}
          placeholder="0.02"
          onChange={(value) => changeQuery({ within: value }, true)}
        />
        <ManyField
          label="Alternatives by"
          values={query.getAll("group")}
          onChange={(group) => changeQuery({ group })}
          options={names}
          placeholder="what differs"
        />
      </div>
      <ChosenRuns runs={run} />
      <Shown answer={answer} what="The trade-off">
        {(tradeoff) => <Course tradeoff={tradeoff} />}
      </Shown>
    </>
  );
}

const finite = (value: number | null | undefined): number | undefined => value ?? undefined;

function Course({ tradeoff }: { tradeoff: Tradeoff }) {
  const known = tradeoff.alternatives.filter((a) => isKnown(a.cost) && isKnown(a.quality));
  const unit = columnUnit(tradeoff.cost.column, Math.max(0, ...known.map((a) => a.cost ?? 0)));
  const advised = tradeoff.cheapest_within;
  const [quality, cost] = [columnWords(tradeoff.quality.column), columnWords(tradeoff.cost.column)];
  const points = known.map(
    (a): FrontPoint => ({
      name: a.name,
      cost: a.cost!,
      costLow: finite(a.cost_interval[0]),
      costHigh: finite(a.cost_interval[1]),
      quality: a.quality!,
      qualityLow: finite(a.quality_interval[0]),
      qualityHigh: finite(a.quality_interval[1]),
      onFront: a.on_front,
      advised: a.name === advised.name,
    }),
  );
  const title = `${capitalised(quality)} against ${cost}`;
  return (
    <>
      <p class="advice">
        <strong>{advised.name}</strong> is the cheapest that loses at most {plain(advised.within)} of{" "}
        {quality}: {unit.text(advised.cost)}
        {isKnown(advised.saving) && advised.saving > 0
          ? `, ${percent(advised.saving)} less than the best${savingText(advised.saving_interval)}`
          : ""}
        {isKnown(advised.choice_share)
          ? `; chosen in ${percent(advised.choice_share)} of resampled sets of runs`
          : ""}
        .
      </p>
      <Figure
        title={title}
        caption={`${tradeoff.conclusion} Whiskers are 95 % intervals.`}
        table={{
          caption: title,
          columns: [
            { title: "alternative" },
            { title: "runs", number: true },
            { title: cost, number: true },
            { title: "95 % interval" },
            { title: quality, number: true },
            { title: "95 % interval " },
            { title: "on the front" },
            { title: "comes from" },
          ],
          rows: tradeoff.alternatives.map((a) => [
            a.name,
            a.runs,
            unit.text(a.cost),
            interval(a.cost_interval[0], a.cost_interval[1], unit.text) || "not known",
            plain(a.quality),
            interval(a.quality_interval[0], a.quality_interval[1], plain) || "not known",
            `${a.on_front ? "yes" : "no"}${isKnown(a.front_share) ? `, in ${percent(a.front_share)} of resampled sets` : ""}`,
            a.provenance,
          ]),
        }}
      >
        <Front
          title={title}
          description={tradeoff.conclusion}
          points={points}
          cost={{ name: cost, unit: unit.symbol, divisor: unit.divisor }}
          quality={quality}
          lowerIsBetter={tradeoff.quality.lower_is_better ?? false}
        />
      </Figure>
      <Warnings warnings={tradeoff.warnings} />
    </>
  );
}

function savingText([low, high]: (number | null)[]): string {
  const range = interval(low, high, percent);
  return range ? ` (${range})` : "";
}
