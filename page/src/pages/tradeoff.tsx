// Energy against correctness: the Pareto front with intervals on both axes, and the cheapest good choice.
import { api } from "../api/client";
import type { Tradeoff } from "../api/schema";
import { Asking, choicesOf, manyOf, oneOf } from "../parts/asking";
import { Figure, Warnings } from "../parts/figure";
import { Choice, ManyField, TextField } from "../parts/form";
import { Front, type FrontPoint } from "../picture/front";
import type { Place } from "../router";
import { capitalised, columnUnit, columnWords, nameOf } from "../text/columns";
import { interval, isKnown, percent, plain } from "../text/units";

export function TradeoffPage({ place }: { place: Place }) {
  const { query } = place;
  const asked = {
    run: query.getAll("run"),
    quality: query.get("quality"),
    cost: query.get("cost"),
    group: query.getAll("group"),
    within: query.get("within"),
    lower_is_better: query.get("lower_is_better"),
  };
  return (
    <Asking
      title="Energy against correctness"
      what="The trade-off"
      asked={asked}
      ask={api.tradeoff}
      fields={(names, metrics) => (
        <>
          <Choice
            label="Correctness"
            {...oneOf(query, "quality")}
            options={choicesOf("what runs are judged by", metrics)}
          />
          <Choice
            label="Better is"
            {...oneOf(query, "lower_is_better")}
            options={[
              ["", "higher"],
              ["true", "lower"],
            ]}
          />
          <Choice
            label="Cost"
            {...oneOf(query, "cost")}
            options={choicesOf(
              "energy",
              metrics.filter((name) => name !== "energy_j"),
            )}
          />
          <TextField
            label="Loss allowed"
            type="number"
            min="0"
            step="0.005"
            placeholder="0.02"
            {...oneOf(query, "within", true)}
          />
          <ManyField
            label="Alternatives by"
            {...manyOf(query, "group")}
            options={names}
            placeholder="what differs"
          />
        </>
      )}
    >
      {(tradeoff) => <Course tradeoff={tradeoff} />}
    </Asking>
  );
}

/** By repetitions; of few runs, by what their meters state. */
function spread(a: Tradeoff["alternatives"][number], text: (value: number | null | undefined) => string) {
  const range = interval(a.cost_interval[0], a.cost_interval[1], text);
  return range ? `${range}${a.cost_interval_by_meters ? " by meters" : ""}` : "not known";
}

const finite = (value: number | null | undefined): number | undefined => value ?? undefined;

function Course({ tradeoff }: { tradeoff: Tradeoff }) {
  const known = tradeoff.alternatives.filter((a) => isKnown(a.cost) && isKnown(a.quality));
  const unit = columnUnit(tradeoff.cost.column, Math.max(0, ...known.map((a) => a.cost ?? 0)));
  const advised = tradeoff.cheapest_within;
  const byMeters = known.some((a) => a.cost_interval_by_meters);
  const [quality, cost] = [columnWords(tradeoff.quality.column), columnWords(tradeoff.cost.column)];
  const points = known.map(
    (a): FrontPoint => ({
      name: nameOf(a),
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
        <strong>{nameOf(known.find((a) => a.name === advised.name)!)}</strong> is the cheapest that loses at
        most {plain(advised.within)} of {quality}: {unit.text(advised.cost)}
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
        caption={`${tradeoff.conclusion} Whiskers are 95 % intervals${byMeters ? "; of alternatives with fewer than three runs, what their meters state (90 %)" : ""}.`}
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
            nameOf(a),
            a.runs,
            unit.text(a.cost),
            spread(a, unit.text),
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
