// What it takes to reach a quality: many tasks in one table, then each task with its intervals.
import { api } from "../api/client";
import type { Board } from "../api/schema";
import { Asking, choicesOf, manyOf, oneOf } from "../parts/asking";
import { DataTable, Figure, Warnings } from "../parts/figure";
import { Choice, ManyField, TextField } from "../parts/form";
import { Intervals } from "../picture/intervals";
import { lookOfRun } from "../picture/look";
import type { Place } from "../router";
import { columnWords } from "../text/columns";
import { axisUnit, duration, interval, isKnown, joules, plain } from "../text/units";

type Task = Board["tasks"][number];
type Entry = Task["alternatives"][number];
type Typical = Entry["energy_j"];

export function BoardPage({ place }: { place: Place }) {
  const { query } = place;
  const asked = {
    run: query.getAll("run"),
    quality: query.getAll("quality"),
    task: query.get("task"),
    group: query.getAll("group"),
    price: query.get("price"),
  };
  return (
    <Asking
      title="What it takes to reach a quality"
      what="The board"
      asked={asked}
      ask={api.board}
      fields={(names, metrics) => (
        <>
          <ManyField
            label="Qualities"
            {...manyOf(query, "quality")}
            options={metrics}
            placeholder="accuracy=0.9"
            hint="METRIC=TARGET, or TASK:METRIC=TARGET"
          />
          <Choice
            label="Tasks by"
            {...oneOf(query, "task")}
            options={choicesOf("task, else data set", names)}
          />
          <ManyField
            label="Alternatives by"
            {...manyOf(query, "group")}
            options={names}
            placeholder="what differs"
          />
          <TextField label="Price of a kWh" placeholder="0.25 EUR" {...oneOf(query, "price", true)} />
        </>
      )}
    >
      {(board) => <Tasks board={board} />}
    </Asking>
  );
}

export const targetText = (task: Task): string =>
  `${columnWords(task.metric)} ${task.lower_is_better ? "≤" : "≥"} ${plain(task.target)}`;

/** Why there is no typical energy. */
export function notReached(entry: Pick<Entry, "reached" | "runs">): string {
  if (entry.reached === 0) return "not reached";
  return 2 * entry.reached <= entry.runs ? "by few runs" : "unknown";
}

/** The interval, open where more than its upper end may be needed; in brackets the range of few runs. */
export function spreadText(cost: Typical, text: (value: number | null | undefined) => string): string {
  const [low, high] = cost.interval;
  if (isKnown(low)) return isKnown(high) ? interval(low, high, text) : `from ${text(low)}`;
  const range = interval(cost.range[0], cost.range[1], text);
  return range ? `(${range})` : "";
}

function Tasks({ board }: { board: Board }) {
  const entryOf = (task: Task, name: string): string => {
    const entry = task.alternatives.find((alternative) => alternative.name === name);
    if (!entry) return "not run";
    return isKnown(entry.energy_j.median) ? joules(entry.energy_j.median) : notReached(entry);
  };
  return (
    <>
      <DataTable
        caption="Energy to reach the quality, median over runs"
        columns={[
          { title: "alternative" },
          ...board.tasks.map((task) => ({ title: `${task.name} (${targetText(task)})`, number: true })),
          { title: "tasks", number: true },
          { title: "energy by the cheapest", number: true },
        ]}
        rows={board.standings.map((standing) => [
          standing.name,
          ...board.tasks.map((task) => entryOf(task, standing.name)),
          `${standing.tasks_reached} of ${board.tasks.length}`,
          isKnown(standing.energy_ratio) ? `${plain(standing.energy_ratio)} ×` : "",
        ])}
      />
      {board.tasks.map((task) => (
        <TaskFigure key={task.name} task={task} currency={board.currency ?? ""} />
      ))}
      <Warnings warnings={board.warnings} />
    </>
  );
}

function howKnown(task: Task): string {
  return [
    task.target_from_best ? "Nobody named a target: it is 2 % from the best." : "",
    task.by_epoch
      ? ""
      : "The runs tell their quality at the end alone, so that each figure is that of a whole run.",
    "A run that does not reach the quality counts as dearer than any other.",
  ]
    .filter(Boolean)
    .join(" ");
}

function TaskFigure({ task, currency }: { task: Task; currency: string }) {
  const known = task.alternatives.filter((entry) => isKnown(entry.energy_j.median));
  const unit = axisUnit("J", Math.max(0, ...known.map((entry) => entry.energy_j.median ?? 0)));
  const title = `${task.name}: ${targetText(task)}`;
  const money = (value: number | null | undefined): string =>
    isKnown(value) ? `${plain(value)} ${currency}`.trim() : "";
  const priced = task.alternatives.some((entry) => entry.cost !== null);
  const table = {
    caption: title,
    columns: [
      { title: "alternative" },
      { title: "reached", number: true },
      { title: "energy", number: true },
      { title: "95 % interval or (range)" },
      { title: "time", number: true },
      ...(priced ? [{ title: "cost", number: true }] : []),
      { title: "expected energy", number: true },
      { title: `best ${columnWords(task.metric)}`, number: true },
      { title: "guarded index", number: true },
    ],
    rows: task.alternatives.map((entry) => [
      entry.name,
      `${entry.reached} of ${entry.runs}`,
      isKnown(entry.energy_j.median) ? joules(entry.energy_j.median) : notReached(entry),
      spreadText(entry.energy_j, joules),
      isKnown(entry.time_s.median) ? duration(entry.time_s.median) : "",
      ...(priced ? [money(entry.cost?.median)] : []),
      isKnown(entry.expected_energy_j) ? joules(entry.expected_energy_j) : "",
      plain(entry.best_quality),
      isKnown(entry.guarded_index) ? plain(entry.guarded_index) : "",
    ]),
  };
  if (known.length === 0) return <DataTable {...table} />;
  return (
    <Figure title={title} caption={howKnown(task)} table={table}>
      <Intervals
        title={title}
        description={howKnown(task)}
        name="energy"
        unit={unit.symbol}
        divisor={unit.divisor}
        rows={known.map((entry) => ({
          key: entry.name,
          label: entry.name,
          value: entry.energy_j.median!,
          low: entry.energy_j.interval[0] ?? undefined,
          high: entry.energy_j.interval[1] ?? undefined,
          remark: entry.reached < entry.runs ? `${entry.reached} of ${entry.runs}` : undefined,
          look: lookOfRun(entry.name),
        }))}
      />
    </Figure>
  );
}
