// A running run in a line: its power now, and what the whole is expected to take.
import type { LiveRun } from "../api/schema";
import { Spark } from "../picture/spark";
import { interval, kilowattHours, percent, watts } from "../text/units";

interface Props {
  run: LiveRun;
  powers: readonly number[];
}

export function LiveCell({ run, powers }: Props) {
  return (
    <span class="live-cell">
      {powers.length > 1 && (
        <Spark values={[...powers]} title={`Power of ${run.name || run.id} in the last looks`} />
      )}
      <span>
        {run.power_w === null ? "power not yet known" : watts(run.power_w)}
        <small>{outlook(run)}</small>
      </span>
    </span>
  );
}

/** "40 % done, forecast 1.20 kWh (1.10 kWh to 1.31 kWh)" */
export function outlook(run: Pick<LiveRun, "projection" | "budget_j" | "work_is_done">): string {
  const { projection } = run;
  if (run.work_is_done) return "all work done, still running";
  if (!projection) return "no forecast yet";
  const done = projection.share === null ? "" : `${percent(projection.share)} done, `;
  const range = interval(projection.low_j, projection.high_j, kilowattHours);
  const doubt = projection.ready ? "" : ", not yet dependable";
  const budget =
    run.budget_j !== null && projection.total_j > run.budget_j
      ? `, above its budget of ${kilowattHours(run.budget_j)}`
      : "";
  return `${done}forecast ${kilowattHours(projection.total_j)}${range ? ` (${range})` : ""}${doubt}${budget}`;
}
