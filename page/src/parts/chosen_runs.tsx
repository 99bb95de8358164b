// The runs that a comparison is limited to.
import { addressOf } from "../router";
import { changeQuery } from "../router_hook";
import { Chip } from "./form";
import { RunMark } from "./run_mark";

export function ChosenRuns({ runs }: { runs: string[] }) {
  if (runs.length === 0)
    return (
      <p class="soft-text">
        All finished runs. <a href={addressOf("runs")}>Choose some of them</a>
      </p>
    );
  return (
    <p class="chips">
      {runs.map((id) => (
        <Chip key={id} text={id} onRemove={() => changeQuery({ run: runs.filter((other) => other !== id) })}>
          <RunMark id={id} />
        </Chip>
      ))}
      <button type="button" onClick={() => changeQuery({ run: null })}>
        All finished runs
      </button>
    </p>
  );
}
