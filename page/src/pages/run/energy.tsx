// Energy used until each time, against a budget: that of the run's tag, or what the reader types.
import { useState } from "preact/hooks";
import { useAnswer } from "../../api/answer";
import { api } from "../../api/client";
import type { EnergyCourse, Run } from "../../api/schema";
import { Shown } from "../../parts/answers";
import { Figure, LeftOut } from "../../parts/figure";
import { TextField } from "../../parts/form";
import { BudgetCurve } from "../../picture/budget_curve";
import { changeQuery } from "../../router_hook";
import { axisUnit, duration, isKnown, kilowattHours, percent } from "../../text/units";

export function EnergySection({ run, round, asked }: { run: Run; round: number; asked: string }) {
  const budget = asked || run.tags.budget || "";
  const [typed, setTyped] = useState(budget);
  const answer = useAnswer(`${run.id}/${budget}`, (signal) => api.energy(run.id, { budget }, signal), round);
  return (
    <section aria-labelledby="energy">
      <h2 id="energy">Energy against a budget</h2>
      <form
        class="filters"
        onSubmit={(event) => {
          event.preventDefault();
          changeQuery({ budget: typed.trim() }, true);
        }}
      >
        <TextField
          label="Budget"
          value={typed}
          onChange={setTyped}
          placeholder="2kWh"
          hint="an energy with its unit"
        />
        <button type="submit">Show</button>
      </form>
      <Shown answer={answer} what="The energy over time">
        {(course) =>
          course.time_s.length < 2 ? (
            <LeftOut what="Energy over time" why={course.reason ?? "the run has none"} />
          ) : (
            <EnergyFigure course={course} running={run.status === "running"} />
          )
        }
      </Shown>
    </section>
  );
}

/** What the curve says of the budget, in a sentence. */
export function budgetText(course: EnergyCourse, running: boolean): string {
  const used = course.energy_j[course.energy_j.length - 1] ?? 0;
  const until = running ? "so far" : "in the end";
  if (!isKnown(course.budget_j)) return `${kilowattHours(used)} ${until}.`;
  if (isKnown(course.budget_reached_s))
    return `The budget of ${kilowattHours(course.budget_j)} was used up after ${duration(course.budget_reached_s)}; ${kilowattHours(used)} ${until}, ${percent(used / course.budget_j)} of it.`;
  return `${kilowattHours(used)} ${until}, ${percent(used / course.budget_j)} of the budget of ${kilowattHours(course.budget_j)}.`;
}

function EnergyFigure({ course, running }: { course: EnergyCourse; running: boolean }) {
  const { time_s: times, energy_j: energies } = course;
  const budget = course.budget_j ?? undefined;
  const end = times[times.length - 1]!;
  const rows = 20;
  const some = Array.from({ length: rows + 1 }, (_, i) => Math.round((i * (times.length - 1)) / rows));
  const caption = budgetText(course, running);
  return (
    <Figure
      title="Energy used over time"
      caption={caption}
      table={{
        caption: "Energy used until each time",
        columns: [
          { title: "time", number: true },
          { title: "energy", number: true },
          ...(budget === undefined ? [] : [{ title: "of the budget", number: true }]),
        ],
        rows: [...new Set(some)].map((i) => [
          duration(times[i]),
          kilowattHours(energies[i]),
          ...(budget === undefined ? [] : [percent(energies[i]! / budget)]),
        ]),
      }}
    >
      <BudgetCurve
        title="Energy used over time"
        description={caption}
        times={times}
        energies={energies}
        budget={budget}
        reached={course.budget_reached_s ?? undefined}
        timeUnit={axisUnit("s", end)}
        energyUnit={axisUnit("J", Math.max(budget ?? 0, ...energies))}
      />
    </Figure>
  );
}
