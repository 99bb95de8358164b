// On what the run was measured, with what, and what was assumed.
import type { Run } from "../../api/schema";
import { DataTable } from "../../parts/figure";
import { isKnown, plain } from "../../text/units";

type Pair = readonly [name: string, value: string | null | undefined];

function Facts({ facts }: { facts: Pair[] }) {
  return (
    <dl class="facts">
      {facts
        .filter((fact): fact is [string, string] => Boolean(fact[1]))
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** "20 epochs" */
function workText(amount: number, unit: string | null): string {
  const word =
    !unit || unit === "work" ? "units" : unit === "percent" ? "%" : unit.endsWith("s") ? unit : `${unit}s`;
  return `${plain(amount)} ${word}`;
}

const optional = (value: number | null): string | null => (isKnown(value) ? plain(value) : null);

export function Environment({ run }: { run: Run }) {
  const { host, training } = run;
  return (
    <section aria-labelledby="environment">
      <h2 id="environment">Environment and assumptions</h2>
      <Facts
        facts={[
          ["machine", host.hostname],
          ["system", host.os],
          [
            "processor",
            host.cpu_model && isKnown(host.logical_cpus)
              ? `${host.cpu_model}, ${host.logical_cpus} logical`
              : host.cpu_model,
          ],
          ["memory", isKnown(host.memory_bytes) ? `${plain(host.memory_bytes / 2 ** 30)} GiB` : null],
          ["GPUs", host.gpus.join(", ") || training.gpu],
          ["network", training.architecture],
          ["data", training.dataset],
          ["framework", training.framework],
          ["batch", optional(training.batch_size)],
          ["work", isKnown(training.total_work) ? workText(training.total_work, training.work_unit) : null],
          ["Joulecast", host.joulecast_version],
          [
            "processor time of the measuring",
            isKnown(run.sampler_cpu_s) && run.sampler_cpu_s > 0 ? `${plain(run.sampler_cpu_s)} s` : null,
          ],
        ]}
      />
      {run.sensors.length > 0 && (
        <DataTable
          caption="Sources of energy"
          columns={[
            { title: "source" },
            { title: "used" },
            { title: "readings", number: true },
            { title: "failed", number: true },
            { title: "why not" },
          ]}
          rows={run.sensors.map((sensor) => [
            sensor.sensor,
            sensor.used ? "yes" : "no",
            sensor.readings,
            sensor.failed_readings,
            sensor.reason ?? "",
          ])}
        />
      )}
      {run.notes.length > 0 && (
        <>
          <h3>Assumptions and notes</h3>
          <ul>
            {run.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
