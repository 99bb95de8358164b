import { describe, expect, it } from "vitest";
import { afterEvent, nothingYet } from "../../src/api/live";
import type { LiveRun } from "../../src/api/schema";

const run = (id: string, power: number | null): LiveRun => ({
  id,
  name: id,
  status: "running",
  host: null,
  tags: {},
  started: null,
  measured_s: 1,
  energy_j: null,
  power_w: power,
  components: [],
  epochs: 0,
  work_is_done: false,
  projection: null,
  budget_j: null,
});

describe("what runs now", () => {
  it("keeps the powers of each run, and makes none of what is not known", () => {
    let state = afterEvent(nothingYet, { kind: "snapshot", runs: [run("a", null)] });
    expect(state.powers.get("a")).toBeUndefined();
    for (let i = 0; i < 100; ++i) state = afterEvent(state, { kind: "moved", run: run("a", i) });
    expect(state.powers.get("a")).toHaveLength(60);
    expect(state.powers.get("a")?.at(-1)).toBe(99);
  });
  it("tells when runs come and go, but not when they move", () => {
    const first = afterEvent(nothingYet, { kind: "snapshot", runs: [run("a", 1)] });
    const moved = afterEvent(first, { kind: "moved", run: run("a", 2) });
    expect(moved.changes).toBe(first.changes);
    const started = afterEvent(moved, { kind: "started", run: run("b", 2) });
    expect(started.changes).toBe(first.changes + 1);
    const finished = afterEvent(started, { kind: "gone", id: "a" });
    expect([...finished.runs.keys()]).toEqual(["b"]);
    expect(finished.changes).toBe(first.changes + 2);
  });
  it("forgets in a snapshot what ran before", () => {
    const state = afterEvent(afterEvent(nothingYet, { kind: "moved", run: run("a", 1) }), {
      kind: "snapshot",
      runs: [],
    });
    expect(state.runs.size).toBe(0);
    expect(state.powers.size).toBe(0);
  });
  it("says what troubles the store until the next event", () => {
    const lost = afterEvent(nothingYet, { kind: "lost", trouble: "the disk is full" });
    expect(lost.trouble).toBe("the disk is full");
    expect(afterEvent(lost, { kind: "snapshot", runs: [] }).trouble).toBeUndefined();
  });
});
