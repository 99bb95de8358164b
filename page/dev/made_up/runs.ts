// The list of runs, from which everything else of them is made.
import type { RunRow } from "../../src/api/schema";

export const architectures = ["resnet50", "vit_b_16", "mobilenet_v3", "efficientnet_b0", "llama-160m"];
const users = ["ada", "grace", "alan"];
const hosts = ["node01", "node02", "lab-pc"];
const hour = 3600;

/** The same numbers every time: noise(i) is in 0..1. */
export function noise(i: number): number {
  const x = Math.sin(i * 12.9898 + 78.233) * 43758.5453;
  return x - Math.floor(x);
}

export interface Shape {
  row: RunRow;
  gpus: number;
  watts: number;
  epochs: number;
  loss: boolean;
  gap: boolean;
}

function shapeOf(i: number): Shape {
  const architecture = architectures[i % architectures.length]!;
  const gpus = i % 7 === 3 ? 4 : 1;
  const status = i === 0 ? "running" : i % 17 === 5 ? "failed" : i % 23 === 7 ? "interrupted" : "finished";
  const seconds = i === 0 ? 240 : 600 + Math.round(noise(i) * 4 * hour);
  const watts = gpus * (180 + 40 * (i % 5)) + 75;
  const measured = i % 29 !== 11;
  const energy = measured ? watts * seconds * (0.97 + 0.06 * noise(i + 500)) : null;
  const row: RunRow = {
    id: `202611${String(28 - Math.floor(i / 6)).padStart(2, "0")}-${String(10 + (i % 6) * 2).padStart(2, "0")}15-${(1000 + i * 37).toString(36).padStart(4, "0")}`,
    name:
      i === 2
        ? `<img src=x onerror="alert(1)"> & "quoted" ünïcode`
        : i % 9 === 8
          ? ""
          : `${architecture}-lr${1 + (i % 3)}`,
    status,
    exit_status: status === "failed" ? 1 : status === "finished" ? 0 : null,
    started: new Date(Date.UTC(2026, 10, 28 - Math.floor(i / 6), 10 + (i % 6) * 2, 15))
      .toISOString()
      .replace(".000", ""),
    duration_s: seconds,
    energy_j: energy,
    provenance: measured ? (i % 4 === 1 ? "modelled" : "measured") : "missing",
    missing: i % 5 === 2 ? ["dram"] : [],
    coverage: i % 6 === 4 ? 0.86 : measured ? 1 : null,
    not_measured_s: null,
    epochs: 30,
    architecture,
    host: hosts[i % hosts.length]!,
    command: ["python", "train.py", "--model", architecture],
    tags: {
      user: users[i % users.length]!,
      project: i % 2 ? "vision" : "language",
      ...(i % 10 === 0 ? { team: "speech" } : {}),
    },
  };
  return { row, gpus, watts, epochs: 30, loss: architecture.startsWith("llama"), gap: i % 6 === 4 };
}

export const shapes: Shape[] = Array.from({ length: 130 }, (_, i) => shapeOf(i));
export const find = (id: string): Shape | undefined =>
  shapes.find(({ row }) => row.id === id || (row.name === id && id !== ""));
