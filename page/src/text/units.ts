// Figures with units, in the same words as the command line (src/base/text.cpp). What is not known is "unknown", never 0.

export type Known = number | null | undefined;
export const unknown = "unknown";
export const joulesPerKilowattHour = 3.6e6;

const prefixes: [number, string][] = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
  [1, ""],
  [1e-3, "m"],
  [1e-6, "µ"],
  [1e-9, "n"],
];

export function isKnown(value: Known): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** Three significant digits with the largest prefix that keeps the number at or above 1. */
function withPrefix(value: Known, unit: string): string {
  if (!isKnown(value)) return unknown;
  const size = Math.abs(value);
  const [step, prefix] = prefixes.find(([least]) => size >= least * 0.9995) ?? [1, ""];
  const scaled = value / step;
  const large = Math.abs(scaled);
  if (large >= 1e5) return `${scaled.toExponential(2)} ${prefix}${unit}`;
  return `${scaled.toFixed(large >= 99.95 ? 0 : large >= 9.995 ? 1 : 2)} ${prefix}${unit}`;
}

export const joules = (value: Known): string => withPrefix(value, "J");
export const watts = (value: Known): string => withPrefix(value, "W");
export const grams = (value: Known): string => withPrefix(value, "g CO2e");
/** Of joules: "3.41 Wh", "1.20 kWh". */
export const kilowattHours = (value: Known): string =>
  withPrefix(isKnown(value) ? (value / joulesPerKilowattHour) * 1e3 : value, "Wh");

const twoDigits = (value: number): string => String(value).padStart(2, "0");

export function duration(seconds: Known): string {
  if (!isKnown(seconds)) return unknown;
  if (Math.abs(seconds) < 59.95) return withPrefix(seconds, "s");
  const whole = Math.round(Math.abs(seconds));
  const sign = seconds < 0 ? "-" : "";
  if (whole < 3600) return `${sign}${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`;
  return `${sign}${Math.floor(whole / 3600)} h ${twoDigits(Math.floor((whole % 3600) / 60))} min`;
}

/** Of a share from 0 to 1. 99.7 % is not shown as 100 %, and what is not nothing not as 0 %. */
export function percent(share: Known): string {
  if (!isKnown(share)) return unknown;
  const value = 100 * share;
  if (value > 0 && value < 0.5) return "< 1 %";
  return `${(share < 1 ? Math.min(value, 99) : value).toFixed(0)} %`;
}

/** "+3.2 %" of what `reference` is; nothing if that cannot be told. */
export function against(value: Known, reference: Known): string {
  if (!isKnown(value) || !isKnown(reference) || !(reference > 0)) return "";
  const difference = 100 * (value / reference - 1);
  if (Math.abs(difference) < 0.05) return "the same";
  return `${difference > 0 ? "+" : ""}${difference.toFixed(1)} %`;
}

/** Four significant digits, without an exponent where plain digits are short. */
export function plain(value: Known): string {
  if (!isKnown(value)) return unknown;
  const size = Math.abs(value);
  if (value !== 0 && (size >= 1e7 || size < 1e-4)) return value.toExponential(3).replace(/\.?0*e\+?/, "e");
  return String(Number(value.toPrecision(4)));
}

export function count(value: Known): string {
  return isKnown(value) ? Math.round(value).toLocaleString("en-GB") : unknown;
}

/** An interval as the command line writes it; nothing if an end is not known. */
export function interval(low: Known, high: Known, text: (value: Known) => string, between = "to"): string {
  return isKnown(low) && isKnown(high) ? `${text(low)} ${between} ${text(high)}` : "";
}

/** "2026-02-01 13:45" in UTC, like the command line. */
export function dayAndMinute(iso: string | null | undefined): string {
  return iso ? iso.slice(0, 16).replace("T", " ") : unknown;
}

export interface AxisUnit {
  symbol: string;
  divisor: number;
}
const steps = {
  J: [
    [1e9, "GJ"],
    [1e6, "MJ"],
    [1e3, "kJ"],
    [1, "J"],
    [1e-3, "mJ"],
  ],
  W: [
    [1e6, "MW"],
    [1e3, "kW"],
    [1, "W"],
  ],
  s: [
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ],
} as const;

/** The unit of an axis: the largest of which there are at least two. */
export function axisUnit(quantity: keyof typeof steps, largest: number): AxisUnit {
  const list: readonly (readonly [number, string])[] = steps[quantity];
  const [divisor, symbol] = list.find(([size]) => largest >= 2 * size) ?? list[list.length - 1]!;
  return { symbol, divisor };
}
