// What runs now, and who uses what.
import type { Fleet, LiveRun, RunRow } from "../../src/api/schema";
import { type Shape, noise, shapes } from "./runs";

export function liveRun(shape: Shape, measured: number): LiveRun {
  const total = shape.watts * shape.row.duration_s;
  const share = Math.min(1, measured / shape.row.duration_s);
  const power = shape.watts * (0.96 + 0.08 * noise(Math.round(measured * 10)));
  return {
    id: shape.row.id,
    name: shape.row.name,
    status: "running",
    host: shape.row.host,
    tags: shape.row.tags,
    started: shape.row.started,
    measured_s: measured,
    energy_j: shape.watts * measured,
    power_w: power,
    components: [
      { component: "gpu", energy_j: shape.watts * measured * 0.8, power_w: power * 0.8 },
      { component: "cpu", energy_j: shape.watts * measured * 0.2, power_w: power * 0.2 },
    ],
    epochs: Math.floor(share * 30),
    projection: { share, total_j: total, low_j: total * 0.95, high_j: total * 1.06, ready: share > 0.2 },
    work_is_done: false,
    budget_j: null,
  };
}

export function fleet(running: LiveRun[]): Fleet {
  const sums = (of: (row: RunRow) => string | null) => {
    const names = [...new Set(shapes.map(({ row }) => of(row)))];
    return names
      .map((name) => {
        const rows = shapes.map(({ row }) => row).filter((row) => of(row) === name);
        const known = rows.filter((row) => row.energy_j !== null);
        return {
          name,
          runs: rows.length,
          running: rows.filter((row) => row.status === "running").length,
          energy_j: known.length ? known.reduce((sum, row) => sum + row.energy_j!, 0) : null,
          without_energy: rows.length - known.length,
        };
      })
      .sort((a, b) => (b.energy_j ?? 0) - (a.energy_j ?? 0));
  };
  return {
    since: null,
    until: null,
    running,
    hosts: sums((row) => row.host),
    users: sums((row) => row.tags.user ?? null),
    projects: sums((row) => row.tags.project ?? null),
    tags: { team: sums((row) => row.tags.team ?? null) },
  };
}
