import { useEffect, useRef, useState } from "preact/hooks";
import { useAnswer } from "../api/answer";
import { api } from "../api/client";
import { type LiveState, useLive } from "../api/live";
import type { RunList, RunRow, Status } from "../api/schema";
import { Shown } from "../parts/answers";
import { Chip, Choice, TextField } from "../parts/form";
import { LiveCell } from "../parts/live_cell";
import { RunLink, StatusWord } from "../parts/run_mark";
import { type Place, addressOf, queryText } from "../router";
import { changeQuery } from "../router_hook";
// The stored and the running runs: searched, filtered, sorted and paged by the server.
import { mostOfAName, shortened } from "../text/printable";
import { count, dayAndMinute, duration, isKnown, kilowattHours, percent } from "../text/units";

const pageSize = 50;
const statuses: Status[] = ["running", "finished", "failed", "interrupted", "stopped"];
const sorts = ["started", "energy", "duration", "name"] as const;
type Sort = (typeof sorts)[number];

export function RunsPage({ place }: { place: Place }) {
  const live = useLive();
  const { query } = place;
  const offset = Math.max(0, Number(query.get("offset")) || 0);
  const asked = {
    search: query.get("search"),
    tag: query.getAll("tag"),
    status: query.get("status"),
    host: query.get("host"),
    sort: query.get("sort"),
    order: query.get("order"),
    limit: pageSize,
    offset: offset || null,
  };
  const answer = useAnswer(queryText(asked), (signal) => api.runs(asked, signal), useSettled(live.changes));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  return (
    <>
      <h1>Runs</h1>
      <Filters query={query} />
      <Shown answer={answer} what="The runs">
        {(list) => (
          <>
            <Paging list={list} offset={offset} />
            {list.runs.length > 0 && (
              <RunTable
                runs={list.runs}
                live={live}
                sort={(query.get("sort") as Sort | null) ?? "started"}
                order={query.get("order")}
                chosen={chosen}
                onChoose={setChosen}
              />
            )}
            {list.runs.length === 0 && <Nothing filtered={[...query.keys()].length > 0} />}
          </>
        )}
      </Shown>
      {chosen.size > 0 && <ChosenBar chosen={chosen} onClear={() => setChosen(new Set())} />}
    </>
  );
}

/** The number, but not more often than once a second: many runs may come and go at once. */
function useSettled(value: number): number {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 1000);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

function Filters({ query }: { query: URLSearchParams }) {
  const [text, setText] = useState(query.get("search") ?? "");
  const known = query.get("search") ?? "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what others changed comes into the field
  useEffect(() => {
    if (known !== text.trim()) setText(known);
  }, [known]);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (text.trim() !== known) changeQuery({ search: text.trim(), offset: null }, true);
    }, 200);
    return () => clearTimeout(timer);
  }, [text, known]);
  const tags = query.getAll("tag");
  return (
    <search class="filters">
      <TextField
        label="Search"
        id="search"
        type="search"
        value={text}
        onChange={setText}
        placeholder="id, name, command, network"
      />
      <Choice
        label="Status"
        value={query.get("status") ?? ""}
        onChange={(status) => changeQuery({ status, offset: null })}
        options={[["", "any"], ...statuses.map((status) => [status, status] as const)]}
      />
      <TagFilter tags={tags} host={query.get("host")} />
      <Choice
        label="Sort by"
        value={query.get("sort") ?? "started"}
        onChange={(sort) =>
          changeQuery({ sort: sort === "started" ? null : sort, order: null, offset: null })
        }
        options={sorts.map((sort) => [sort, sort] as const)}
      />
    </search>
  );
}

/** Tags, and the machine that a link of the fleet names. */
function TagFilter({ tags, host }: { tags: string[]; host: string | null }) {
  const change = (now: string[]) => changeQuery({ tag: now, offset: null });
  return (
    <div class="field-box">
      <label for="tag">Tag</label>
      <div class="many">
        {host && <Chip text={`machine ${host}`} onRemove={() => changeQuery({ host: null, offset: null })} />}
        {tags.map((tag) => (
          <Chip key={tag} text={tag} onRemove={() => change(tags.filter((other) => other !== tag))} />
        ))}
        <input
          id="tag"
          autocomplete="off"
          placeholder="key or key=value"
          onChange={(event) => {
            const tag = event.currentTarget.value.trim();
            event.currentTarget.value = "";
            if (tag && !tags.includes(tag)) change([...tags, tag]);
          }}
        />
      </div>
    </div>
  );
}

function Paging({ list, offset }: { list: RunList; offset: number }) {
  const last = offset + list.runs.length;
  const go = (to: number) => changeQuery({ offset: to > 0 ? to : null });
  return (
    <nav class="paging" aria-label="Pages">
      <span role="status">
        {list.total === 0
          ? "No runs"
          : `${count(offset + 1)} to ${count(last)} of ${count(list.total)} ${list.total === 1 ? "run" : "runs"}`}
      </span>
      <button type="button" disabled={offset === 0} onClick={() => go(offset - pageSize)}>
        ← Previous
      </button>
      <button type="button" disabled={last >= list.total} onClick={() => go(offset + pageSize)}>
        Next →
      </button>
    </nav>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  if (filtered)
    return (
      <p>
        No stored run is like that. <a href={addressOf("runs")}>Show all runs</a>
      </p>
    );
  return (
    <p>
      No run has been stored here yet: <code>joulecast run -- python train.py</code>
    </p>
  );
}

interface TableProps {
  runs: RunRow[];
  live: LiveState;
  sort: Sort;
  order: string | null;
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
}

function RunTable({ runs, live, sort, order, chosen, onChoose }: TableProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const toggle = (id: string) => {
    const now = new Set(chosen);
    if (!now.delete(id)) now.add(id);
    onChoose(now);
  };
  // The arrow keys go from run to run; Enter opens the one whose link has the focus.
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const links = [...(body.current?.querySelectorAll<HTMLAnchorElement>(".run-link") ?? [])];
    const at = links.findIndex((link) => link.closest("tr")?.contains(document.activeElement));
    const next = links[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (at < 0 || !next) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <div class="runs-box">
      <table class="runs" onKeyDown={onKey}>
        <caption class="unseen">Runs; the arrow keys go from one to the next</caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">Choose</span>
            </th>
            <Sorted name="name" text="Run" sort={sort} order={order} />
            <th scope="col">Status</th>
            <Sorted name="started" text="Started (UTC)" sort={sort} order={order} />
            <Sorted name="duration" text="Duration" sort={sort} order={order} number />
            <th scope="col" class="number">
              Epochs
            </th>
            <Sorted name="energy" text="Energy" sort={sort} order={order} number />
            <th scope="col">Where it comes from</th>
            <th scope="col">Tags</th>
          </tr>
        </thead>
        <tbody ref={body}>
          {runs.map((run) => (
            <RunTableRow key={run.id} run={run} live={live} chosen={chosen.has(run.id)} onToggle={toggle} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface SortedProps {
  name: Sort;
  text: string;
  sort: Sort;
  order: string | null;
  number?: boolean;
}

function Sorted({ name, text, sort, order, number }: SortedProps) {
  const usual = name === "name" ? "ascending" : "descending";
  const now = sort === name ? ((order as "ascending" | "descending" | null) ?? usual) : "none";
  const other = now === "ascending" ? "descending" : "ascending";
  const next = sort === name && now === usual ? other : null;
  return (
    <th scope="col" aria-sort={now} class={number ? "number" : ""}>
      <button
        type="button"
        class="sort"
        onClick={() => changeQuery({ sort: name === "started" ? null : name, order: next, offset: null })}
      >
        {text}
        <span aria-hidden="true">{now === "none" ? "" : now === "ascending" ? " ▲" : " ▼"}</span>
      </button>
    </th>
  );
}

interface RowProps {
  run: RunRow;
  live: LiveState;
  chosen: boolean;
  onToggle: (id: string) => void;
}

function RunTableRow({ run, live, chosen, onToggle }: RowProps) {
  const now = run.status === "running" ? live.runs.get(run.id) : undefined;
  const name = run.name || run.id;
  return (
    <tr class={chosen ? "chosen" : ""}>
      <td>
        <input
          type="checkbox"
          checked={chosen}
          aria-label={`Choose ${name} for comparing`}
          onChange={() => onToggle(run.id)}
        />
      </td>
      <th scope="row">
        <RunLink id={run.id} name={run.name} />
        {run.name && <small>{run.id}</small>}
      </th>
      <td data-label="Status">
        <StatusWord status={run.status} exitStatus={run.exit_status} />
        {run.last_heard && <small>last heard of {dayAndMinute(run.last_heard)}</small>}
      </td>
      <td data-label="Started">{dayAndMinute(run.started)}</td>
      <td data-label="Duration" class="number">
        {duration(now?.measured_s ?? run.duration_s)}
      </td>
      <td data-label="Epochs" class="number">
        {now?.epochs ?? run.epochs}
      </td>
      <td data-label="Energy" class="number energy">
        {kilowattHours(now ? now.energy_j : run.energy_j)}
      </td>
      <td data-label="Comes from">
        {now ? <LiveCell run={now} powers={live.powers.get(run.id) ?? []} /> : origin(run)}
      </td>
      <td data-label="Tags">
        {Object.entries(run.tags).map(([key, value]) => (
          <button
            key={key}
            type="button"
            class="tag"
            onClick={() => changeQuery({ tag: [`${key}=${value}`], offset: null })}
          >
            {shortened(`${key}=${value}`, mostOfAName)}
          </button>
        ))}
      </td>
    </tr>
  );
}

/** In the words of `joulecast list`. */
export function origin(
  run: Pick<RunRow, "energy_j" | "provenance" | "missing" | "not_measured_s" | "coverage">,
): string {
  if (!isKnown(run.energy_j)) return "nothing measured it";
  let text: string = run.provenance;
  if (run.missing.length > 0) text += `, without ${run.missing.join(", ")}`;
  if (isKnown(run.not_measured_s)) text += `, ${duration(run.not_measured_s)} not measured`;
  else if (isKnown(run.coverage) && run.coverage < 0.95)
    text += `, ${percent(run.coverage)} of the time measured`;
  return text;
}

function ChosenBar({ chosen, onClear }: { chosen: ReadonlySet<string>; onClear: () => void }) {
  const run = [...chosen];
  return (
    <aside class="chosen-bar" aria-label="Chosen runs">
      <span role="status">
        {chosen.size} {chosen.size === 1 ? "run" : "runs"} chosen
      </span>
      <a class="button" href={addressOf("compare", "", { run })}>
        Compare
      </a>
      <a class="button" href={addressOf("tradeoff", "", { run })}>
        Trade-off
      </a>
      <button type="button" onClick={onClear}>
        Clear
      </button>
    </aside>
  );
}
