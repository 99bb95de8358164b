// What each component used, where that comes from and for how much of the time it was read.
import type { Run } from "../../api/schema";
import { DataTable } from "../../parts/figure";
import { wordsForComponent } from "../../picture/look";
import { duration, isKnown, joules, percent, plain } from "../../text/units";

export function Components({ run }: { run: Run }) {
  const rows = run.energy_j.by_component;
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby="coverage">
      <h2 id="coverage">Coverage by component</h2>
      <DataTable
        caption="Energy by component: where it comes from, and how much of the time was read"
        showsCaption={false}
        columns={[
          { title: "component" },
          { title: "device" },
          { title: "energy", number: true },
          { title: "comes from" },
          { title: "time read", number: true },
          { title: "90 % interval", number: true },
          { title: "in the total" },
        ]}
        rows={rows.map((row) => [
          wordsForComponent(row.component),
          [row.node, row.device].filter(Boolean).join(" "),
          joules(row.energy_j),
          row.provenance,
          isKnown(row.energy_j) ? percent(row.coverage) : "",
          !isKnown(row.energy_j)
            ? ""
            : row.relative_uncertainty
              ? `± ${percent(row.relative_uncertainty)}`
              : "not stated",
          row.in_total ? "yes" : isKnown(row.energy_j) ? "contained in another" : "no",
        ])}
      />
    </section>
  );
}

function amount(value: number, unit: string): string {
  if (unit === "share") return percent(value);
  if (unit === "B")
    return value < 2 ** 30 ? `${(value / 2 ** 20).toFixed(0)} MiB` : `${(value / 2 ** 30).toFixed(2)} GiB`;
  if (unit === "Hz") return `${(value / 1e9).toFixed(2)} GHz`;
  return `${plain(value)} ${unit === "degC" ? "°C" : unit}`;
}

/** What the run spent in evaluations, phases and by unit of work, and the sensors that read it. */
export function Coverage({ run }: { run: Run }) {
  const cost = run.energy_per_work;
  const costs = [
    ["1000 steps", cost.per_1000_steps_j],
    ["sample", cost.per_sample_j],
    ["million tokens", cost.per_million_tokens_j],
  ].filter((row): row is [string, number] => isKnown(row[1] as number | null));
  return (
    <>
      {run.phases.length > 1 && (
        <DataTable
          caption="Phases of the training"
          columns={[
            { title: "phase" },
            { title: "work" },
            { title: "duration", number: true },
            { title: "energy", number: true },
          ]}
          rows={run.phases.map((phase) => [
            phase.phase,
            `${plain(phase.work)}${isKnown(phase.total_work) ? ` of ${plain(phase.total_work)}` : ""} ${phase.unit ?? ""}`,
            duration(phase.end_s - phase.start_s),
            joules(phase.energy_j),
          ])}
        />
      )}
      {run.window_totals.length > 0 && (
        <DataTable
          caption="Evaluations, checkpoints and other named stretches"
          columns={[
            { title: "stretch" },
            { title: "times", number: true },
            { title: "duration", number: true },
            { title: "energy", number: true },
            { title: "of the total", number: true },
          ]}
          rows={run.window_totals.map((row) => [
            row.window,
            row.count,
            duration(row.duration_s),
            joules(row.energy_j),
            percent(row.share),
          ])}
        />
      )}
      {costs.length > 0 && (
        <DataTable
          caption="Energy by work"
          columns={[{ title: "for each" }, { title: "energy", number: true }]}
          rows={costs.map(([what, energy]) => [what, joules(energy)])}
        />
      )}
      {run.means.length > 0 && (
        <DataTable
          caption="Means of what else was read"
          columns={[
            { title: "component" },
            { title: "device" },
            { title: "quantity" },
            { title: "mean", number: true },
          ]}
          rows={run.means.map((row) => [
            wordsForComponent(row.component),
            [row.node, row.device].filter(Boolean).join(" "),
            row.quantity.replace(/_/g, " "),
            amount(row.mean, row.unit),
          ])}
        />
      )}
    </>
  );
}
