import { useAnswer } from "../api/answer";
import { api } from "../api/client";
import { type LiveState, useLive } from "../api/live";
import type { EnergySum, LiveRun } from "../api/schema";
import { Shown } from "../parts/answers";
import { DataTable } from "../parts/figure";
import { Choice, ManyField } from "../parts/form";
import { LiveCell } from "../parts/live_cell";
import { RunLink } from "../parts/run_mark";
import { wordsForComponent } from "../picture/look";
import { type Place, addressOf, queryText } from "../router";
import { changeQuery } from "../router_hook";
// Which machines there are, who uses what now, and the energy by user, project and tag.
import { mostOfAName, shortened } from "../text/printable";
import { duration, isKnown, kilowattHours, watts } from "../text/units";

const spans = [
  ["1d", "the last day"],
  ["7d", "the last week"],
  ["30d", "the last 30 days"],
  ["365d", "the last year"],
  ["36500d", "ever"],
] as const;

export function FleetPage({ place }: { place: Place }) {
  const live = useLive();
  const since = place.query.get("since") ?? "30d";
  const tag = place.query.getAll("tag");
  const asked = { since, tag };
  const answer = useAnswer(queryText(asked), (signal) => api.fleet(asked, signal), live.changes);
  return (
    <>
      <h1>Fleet</h1>
      <section aria-labelledby="now">
        <h2 id="now">Who uses what now</h2>
        <Now live={live} />
      </section>
      <h2>Energy</h2>
      <div class="filters">
        <Choice
          label="Runs that began in"
          value={since}
          onChange={(value) => changeQuery({ since: value === "30d" ? null : value })}
          options={spans}
        />
        <ManyField
          label="Also by tag"
          values={tag}
          onChange={(now) => changeQuery({ tag: now })}
          placeholder="team"
        />
      </div>
      <Shown answer={answer} what="The fleet">
        {(fleet) => (
          <>
            {fleet.hosts.length === 0 && <p>No run began in this time.</p>}
            <Sums title="By machine" what="machine" sums={fleet.hosts} />
            <Sums title="By user" what="user" tag="user" sums={fleet.users} />
            <Sums title="By project" what="project" tag="project" sums={fleet.projects} />
            {Object.entries(fleet.tags).map(([name, sums]) => (
              <Sums key={name} title={`By ${name}`} what={name} tag={name} sums={sums} />
            ))}
          </>
        )}
      </Shown>
    </>
  );
}

function Now({ live }: { live: LiveState }) {
  const runs = [...live.runs.values()].sort(
    (a, b) => (a.host ?? "").localeCompare(b.host ?? "") || a.id.localeCompare(b.id),
  );
  if (live.trouble !== undefined) return <p>What runs now is not known: the store does not answer.</p>;
  if (runs.length === 0) return <p>Nothing runs now.</p>;
  const powers = runs.map((run) => run.power_w).filter(isKnown);
  return (
    <>
      <p>
        {runs.length} {runs.length === 1 ? "run" : "runs"} on {new Set(runs.map((run) => run.host)).size}{" "}
        {new Set(runs.map((run) => run.host)).size === 1 ? "machine" : "machines"}
        {powers.length > 0 && `, together ${watts(powers.reduce((sum, power) => sum + power, 0))}`}
        {powers.length > 0 &&
          powers.length < runs.length &&
          `, without ${runs.length - powers.length} whose power is not known`}
        .
      </p>
      <DataTable
        caption="Running runs"
        showsCaption={false}
        columns={[
          { title: "run" },
          { title: "machine" },
          { title: "user" },
          { title: "for", number: true },
          { title: "energy", number: true },
          { title: "by component" },
          { title: "power and forecast" },
        ]}
        rows={runs.map((run) => [
          <RunLink key="run" id={run.id} name={run.name} />,
          run.host ?? "not said",
          shortened(run.tags.user ?? "not said", mostOfAName),
          duration(run.measured_s),
          kilowattHours(run.energy_j),
          parts(run),
          <LiveCell key="live" run={run} powers={live.powers.get(run.id) ?? []} />,
        ])}
      />
    </>
  );
}

const parts = (run: LiveRun): string =>
  run.components.map((part) => `${wordsForComponent(part.component)} ${watts(part.power_w)}`).join(", ");

interface SumsProps {
  title: string;
  what: string;
  tag?: string;
  sums: EnergySum[];
}

/** Sums are amounts, so that their bars begin at zero. */
function Sums({ title, what, tag, sums }: SumsProps) {
  if (sums.length === 0) return null;
  const largest = Math.max(0, ...sums.map((sum) => sum.energy_j ?? 0));
  const address = (name: string) => addressOf("runs", "", tag ? { tag: `${tag}=${name}` } : { host: name });
  return (
    <section class="sums">
      <h3>{title}</h3>
      <DataTable
        caption={`Energy ${title.toLowerCase()}`}
        showsCaption={false}
        columns={[
          { title: what },
          { title: "runs", number: true },
          { title: "running", number: true },
          { title: "energy", number: true },
          { title: "share of the largest" },
        ]}
        rows={sums.map((sum) => [
          sum.name === null ? "not said" : <a href={address(sum.name)}>{shortened(sum.name, mostOfAName)}</a>,
          sum.runs,
          sum.running,
          <>
            {kilowattHours(sum.energy_j)}
            {sum.without_energy > 0 && <small>without {sum.without_energy} of unknown energy</small>}
          </>,
          isKnown(sum.energy_j) && largest > 0 ? <Bar share={sum.energy_j / largest} /> : "",
        ])}
      />
    </section>
  );
}

function Bar({ share }: { share: number }) {
  return (
    <svg class="bar" width="140" height="12" viewBox="0 0 140 12" aria-hidden="true" focusable="false">
      <rect class="c0 plain" width={Math.max(1, 140 * share)} height="12" />
    </svg>
  );
}
