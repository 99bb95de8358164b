import { useEffect, useState } from "preact/hooks";
// What runs now, from the server's events. One stream serves the whole page.
import { parsed } from "../text/printable";
import type { LiveRun } from "./schema";

export type Connection = "connecting" | "open" | "lost";

export interface LiveState {
  runs: ReadonlyMap<string, LiveRun>;
  /** The last powers of each run, the latest last. */
  powers: ReadonlyMap<string, readonly number[]>;
  connection: Connection;
  trouble?: string | undefined;
  /** Counts the runs that came or went: lists are then asked for again. */
  changes: number;
}

export type LiveEvent =
  | { kind: "snapshot"; runs: LiveRun[] }
  | { kind: "started"; run: LiveRun }
  | { kind: "moved"; run: LiveRun }
  | { kind: "gone"; id: string } // it finished, or was removed
  | { kind: "lost"; trouble: string }
  | { kind: "connection"; connection: Connection };

const keptPowers = 60;
export const nothingYet: LiveState = {
  runs: new Map(),
  powers: new Map(),
  connection: "connecting",
  changes: 0,
};

function withPower(powers: Map<string, readonly number[]>, run: LiveRun): void {
  if (run.power_w === null) return; // not known at the first look
  powers.set(run.id, [...(powers.get(run.id) ?? []), run.power_w].slice(-keptPowers));
}

/** The state after an event. */
export function afterEvent(state: LiveState, event: LiveEvent): LiveState {
  if (event.kind === "connection") return { ...state, connection: event.connection };
  if (event.kind === "lost") return { ...state, trouble: event.trouble };
  const runs = new Map(state.runs);
  const powers = new Map(state.powers);
  let changes = state.changes;
  if (event.kind === "snapshot") {
    const now = new Set(event.runs.map((run) => run.id));
    if (now.size !== runs.size || [...now].some((id) => !runs.has(id))) ++changes;
    for (const id of runs.keys()) if (!now.has(id)) powers.delete(id);
    runs.clear();
    for (const run of event.runs) {
      runs.set(run.id, run);
      withPower(powers, run);
    }
  } else if (event.kind === "started" || event.kind === "moved") {
    if (!runs.has(event.run.id)) ++changes;
    runs.set(event.run.id, event.run);
    withPower(powers, event.run);
  } else {
    runs.delete(event.id);
    powers.delete(event.id);
    ++changes;
  }
  return { runs, powers, connection: "open", trouble: undefined, changes };
}

let state = nothingYet;
let stream: EventSource | undefined;
const listeners = new Set<(state: LiveState) => void>();

function happen(event: LiveEvent): void {
  state = afterEvent(state, event);
  for (const listener of listeners) listener(state);
}

function connect(): void {
  stream = new EventSource("./api/v1/events");
  const on = (name: string, event: (data: unknown) => LiveEvent) =>
    stream?.addEventListener(name, (message) =>
      happen(event(parsed((message as MessageEvent<string>).data))),
    );
  on("snapshot", (data) => ({ kind: "snapshot", runs: (data as { runs: LiveRun[] }).runs }));
  on("started", (data) => ({ kind: "started", run: data as LiveRun }));
  on("moved", (data) => ({ kind: "moved", run: data as LiveRun }));
  on("finished", (data) => ({ kind: "gone", id: (data as { id: string }).id }));
  on("removed", (data) => ({ kind: "gone", id: (data as { id: string }).id }));
  on("lost", (data) => ({ kind: "lost", trouble: (data as { trouble: string }).trouble }));
  stream.onopen = () => happen({ kind: "connection", connection: "open" });
  stream.onerror = () => {
    happen({ kind: "connection", connection: "lost" });
    // A stream that was refused does not come again by itself.
    if (stream?.readyState === EventSource.CLOSED) setTimeout(connect, 5000);
  };
}

/** What runs now; the component is drawn anew with every event. */
export function useLive(): LiveState {
  const [seen, setSeen] = useState(state);
  useEffect(() => {
    if (!stream) connect();
    setSeen(state);
    listeners.add(setSeen);
    return () => {
      listeners.delete(setSeen);
    };
  }, []);
  return seen;
}

/** After the token was shown, the stream is asked for again. */
export function connectAgain(): void {
  stream?.close();
  connect();
}
