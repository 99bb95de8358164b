// From values to places on an axis, with round ticks, like src/report/pictures/scale.cpp.

export interface Tick {
  value: number;
  label: string;
}

export interface Scale {
  low: number;
  high: number;
  logarithmic: boolean;
  /** 0..1 along the axis; what is outside is clamped. */
  position(value: number): number;
  ticks(wanted: number): Tick[];
}

export interface ScaleOptions {
  logarithmic?: boolean;
  min?: number;
  max?: number;
  whole?: boolean;
}

/** 1, 2 or 5 times a power of ten, near `raw`. */
function niceStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const digit = raw / power;
  return (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10) * power;
}

function shortExponent(value: number): string {
  return value.toExponential(3).replace(/\.?0*e\+?/, "e");
}

function label(value: number, step: number): string {
  const size = Math.max(Math.abs(value), step);
  if (value !== 0 && (size >= 1e6 || step < 1e-5)) return shortExponent(value);
  return (value === 0 ? 0 : value).toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
}

function linearTicks(low: number, high: number, wanted: number): Tick[] {
  const step = niceStep((high - low) / Math.max(1, wanted));
  const slack = step * 1e-9;
  const ticks: Tick[] = [];
  for (let k = Math.ceil((low - slack) / step); k * step <= high + slack && ticks.length < 100; ++k)
    ticks.push({ value: k * step, label: label(k * step, step) });
  return ticks;
}

function ticksAt(low: number, high: number, digits: number[], stride: number): Tick[] {
  const ticks: Tick[] = [];
  const first = Math.floor(Math.log10(low));
  for (let e = first; e <= Math.ceil(Math.log10(high)); e += stride)
    for (const digit of digits) {
      const value = digit * 10 ** e;
      if (value < low * (1 - 1e-9) || value > high * (1 + 1e-9)) continue;
      const readable = value >= 1e-4 && value < 1e6;
      ticks.push({ value, label: readable ? String(Number(value.toPrecision(7))) : shortExponent(value) });
    }
  return ticks;
}

function decadeTicks(low: number, high: number, wanted: number): Tick[] {
  const fine = ticksAt(low, high, [1, 2, 5], 1);
  if (fine.length <= wanted * 1.5) return fine;
  const middle = ticksAt(low, high, [1, 3], 1);
  if (middle.length <= wanted + 1) return middle;
  return ticksAt(low, high, [1], Math.max(1, Math.ceil(Math.log10(high / low) / Math.max(1, wanted))));
}

export function niceTicks(low: number, high: number, wanted: number, logarithmic = false): Tick[] {
  if (!Number.isFinite(low) || !Number.isFinite(high) || !(low < high)) return [];
  if (!logarithmic || low <= 0) return linearTicks(low, high, wanted);
  const ticks = decadeTicks(low, high, wanted);
  return ticks.length >= 3 ? ticks : linearTicks(low, high, wanted);
}

/** A scale that shows all the values; those that are not finite are left out. */
export function scaleOf(values: Iterable<number | null | undefined>, options: ScaleOptions = {}): Scale {
  const logarithmic = options.logarithmic ?? false;
  const possible = (value: number) => Number.isFinite(value) && (!logarithmic || value > 0);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null || value === undefined || !possible(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) [low, high] = logarithmic ? [1, 10] : [0, 1];
  const flat = !(high > low);
  if (logarithmic) {
    const factor = flat ? 2 : (high / low) ** 0.05;
    low /= factor;
    high *= factor;
  } else {
    const air = flat ? Math.max(Math.abs(low) * 0.1, 0.5) : (high - low) * 0.05;
    low = low >= 0 && low - air < 0 ? 0 : low - air; // amounts are never negative
    high += air;
  }
  if (options.min !== undefined && possible(options.min) && options.min < high) low = options.min;
  if (options.max !== undefined && possible(options.max) && options.max > low) high = options.max;
  const transformed = (value: number) => (logarithmic ? Math.log(value) : value);
  const [from, width] = [transformed(low), transformed(high) - transformed(low)];
  return {
    low,
    high,
    logarithmic,
    position: (value) =>
      possible(value) ? Math.min(1, Math.max(0, (transformed(value) - from) / width)) : Number.NaN,
    ticks: (wanted) => {
      const wholes = Math.floor(high) - Math.ceil(low) + 1;
      const ticks = niceTicks(low, high, options.whole ? Math.min(wanted, wholes) : wanted, logarithmic);
      if (!options.whole) return ticks;
      return ticks.filter((t) => Number.isInteger(t.value)).map((t) => ({ ...t, label: t.value.toFixed(0) }));
    },
  };
}
