import { useLive } from "../../api/live";
// What the run cost, with its interval and where the figure comes from.
import type { LiveRun, Run } from "../../api/schema";
import { LeftOut } from "../../parts/figure";
import { LiveCell } from "../../parts/live_cell";
import { ShareBar } from "../../picture/share_bar";
import { energySentences, sharesOf, sharesText } from "../../text/provenance";
import { grams, isKnown, joules, kilowattHours, percent, plain, watts } from "../../text/units";

const lookOfProvenance = { measured: 0, modelled: 1, assumed: 2 };

export function Headline({ run, live }: { run: Run; live: LiveRun | undefined }) {
  const energy = run.energy_j;
  const shares = sharesOf(energy);
  const total = live && isKnown(live.energy_j) ? live.energy_j : energy.total;
  return (
    <section aria-labelledby="cost">
      <h2 id="cost">{run.status === "running" ? "What it has cost so far" : "What it cost"}</h2>
      {isKnown(total) && (
        <p class="headline">
          <strong>{kilowattHours(total)}</strong> <span class="soft-text">{joules(total)}</span>
        </p>
      )}
      <p>{energySentences(energy).join(" ")}</p>
      {live && <Outlook live={live} />}
      {shares.length > 0 && (
        <figure class="shares">
          <figcaption>
            <strong>Where the figure comes from.</strong> Of the energy, {sharesText(shares)}.
          </figcaption>
          <ShareBar
            title="Where the figure comes from"
            parts={shares.map(({ word, share }) => ({
              label: `${word} ${percent(share)}`,
              share,
              look: lookOfProvenance[word],
            }))}
          />
        </figure>
      )}
      {isKnown(run.mean_power_w) && <p>On average {watts(run.mean_power_w)}.</p>}
      {run.idle && (
        <p>
          An idle machine would have used {kilowattHours(run.idle.baseline_j)} ({watts(run.idle.idle_w)}); the
          rest is {kilowattHours(run.idle.net_j)}: {run.idle.remark}.
        </p>
      )}
      <Emissions run={run} />
    </section>
  );
}

function Outlook({ live }: { live: LiveRun }) {
  const { powers } = useLive();
  return (
    <p class="outlook">
      <LiveCell run={live} powers={powers.get(live.id) ?? []} />
    </p>
  );
}

function Emissions({ run }: { run: Run }) {
  const { carbon } = run;
  if (!isKnown(carbon.emissions_g))
    return <LeftOut what="Emissions" why={carbon.reason ?? "the place of the machine is not known"} />;
  const building = carbon.pue_given
    ? `; PUE ${plain(carbon.pue)}`
    : "; the machine alone, as no PUE was given";
  return (
    <p>
      Emissions: {grams(carbon.emissions_g)}, {carbon.provenance}
      {carbon.source ? `, ${carbon.source}` : ""}
      {building}.
    </p>
  );
}
