// Names and units of the columns that compare and trade-off use, as src/report/pictures/axis_unit.cpp writes them.
import { type Known, axisUnit, duration, isKnown, joules, plain } from "./units";

const capitals = new Set(["gpu", "cpu", "dram", "pue"]);
const units: Record<string, string> = {
  j: "J",
  s: "s",
  w: "W",
  pct: "%",
  mib: "MiB",
  mb: "MB",
  hz: "Hz",
  g: "g",
  kwh: "kWh",
  wh: "Wh",
};

function unitOf(column: string): string {
  const parts = column.split("_");
  const last = parts[parts.length - 1]?.toLowerCase() ?? "";
  return parts.length > 1 ? (units[last] ?? "") : "";
}

/** "gpu_energy_j" as "GPU energy" */
export function columnWords(column: string): string {
  const parts = column.split("_");
  if (unitOf(column)) parts.pop();
  return parts.map((part) => (capitals.has(part.toLowerCase()) ? part.toUpperCase() : part)).join(" ");
}

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export interface ColumnUnit {
  symbol: string;
  divisor: number;
  text: (value: Known) => string;
}

export function columnUnit(column: string, largest: number): ColumnUnit {
  const unit = unitOf(column);
  if (unit === "J") return { ...axisUnit("J", largest), text: joules };
  if (unit === "s") return { ...axisUnit("s", largest), text: duration };
  return {
    symbol: unit,
    divisor: 1,
    text: (value) => (isKnown(value) && unit ? `${plain(value)} ${unit}` : plain(value)),
  };
}

/** An alternative's name; a number alone says nothing: batch_size 64. */
export function nameOf({ name, labels = {} }: { name: string; labels?: Record<string, string> }): string {
  const keys = Object.keys(labels);
  return keys.length === 1 && !Number.isNaN(Number(name)) ? `${keys[0]} ${name}` : name;
}
