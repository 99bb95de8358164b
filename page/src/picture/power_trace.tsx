// One trace of power over time, drawn by uPlot: layers on top of each other, or one line. What happened in the run is drawn
// around it: gaps, evaluations, pauses, ends of epochs, the idle power.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { watts as wattsText } from "../text/units";
import { type AxisUnit, duration } from "../text/units";
import { gapHatch, limitedDashes } from "./look";
import type { RangeChange, TimeRange } from "./power_data";
import { niceTicks } from "./scale";
import { type Theme, hatchFill, layerFill } from "./theme";
import { listenToFingers } from "./touch";

export interface TraceLayer {
  label: string;
  look: number;
  watts: (number | null)[];
  top: (number | null)[];
}

export interface Surroundings {
  gaps: TimeRange[];
  stages: TimeRange[];
  epochEnds: number[];
  /** Held back by the power limit, and by heat. */
  limited: TimeRange[];
  hot: TimeRange[];
  idle?: number | undefined;
}

interface Props {
  label: string;
  /** The middle of each step, and how long it is. */
  times: number[];
  step: number;
  layers: TraceLayer[];
  /** The highest reading of each step. */
  peaks: (number | null)[];
  peaksLabel: string;
  around: Surroundings;
  range: TimeRange;
  highest: number;
  timeUnit: AxisUnit;
  powerUnit: AxisUnit;
  theme: Theme;
  height: number;
  /** Of traces below each other only the last names the axis. */
  namesTime?: boolean;
  onSelect: (range: TimeRange | undefined) => void;
  onChange: (change: RangeChange) => void;
}

const axisFont = "12px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";
/** Traces with the same key show the same moment. */
const stripHeight = 7;
const syncKey = "joulecast-time";

export function PowerTrace(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLParagraphElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const look = `${props.theme.dark}/${props.layers.map((layer) => layer.label).join()}/${props.timeUnit.symbol}/${props.powerUnit.symbol}/${props.height}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new plot is needed only where its make-up changes
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const made = new uPlot(optionsOf(latest, readout, element.clientWidth), dataOf(props), element);
    plot.current = made;
    const observer = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (width > 0 && width !== made.width) made.setSize({ width, height: latest.current.height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [look]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the rest is read when the plot is drawn
  useEffect(() => {
    const made = plot.current;
    if (!made) return;
    made.batch(() => {
      made.setData(dataOf(props), false);
      made.setScale("x", { min: props.range.from, max: props.range.to });
      made.setScale("y", { min: 0, max: props.highest * 1.06 });
    });
  }, [props.times, props.layers, props.peaks, props.range.from, props.range.to, props.highest]);

  return (
    <div class="trace">
      <div
        ref={box}
        class="trace-box"
        role="application"
        aria-roledescription="trace of power over time"
        aria-label={`${props.label}. Plus and minus zoom, the arrow keys move, 0 shows the whole run.`}
        tabIndex={0}
        onKeyDown={(event) => onKey(event, props)}
      />
      <p ref={readout} class="readout" aria-hidden="true" />
    </div>
  );
}

/** Each step as two points, so that it is a level line from edge to edge; a gap ends where it ends. */
function dataOf({ times, step, layers, peaks }: Props): uPlot.AlignedData {
  const twice = (values: (number | null)[]) => values.flatMap((value) => [value, value]);
  const edges = times.flatMap((time) => [time - step / 2, time + step / 2]);
  return [edges, ...layers.map((layer) => twice(layer.top)), twice(peaks)] as uPlot.AlignedData;
}

function optionsOf(
  props: { current: Props },
  readout: { current: HTMLParagraphElement | null },
  width: number,
): uPlot.Options {
  const { theme, layers, timeUnit, powerUnit, range, highest, height, namesTime = true } = props.current;
  const axis = {
    stroke: theme.soft,
    font: axisFont,
    labelFont: axisFont,
    grid: { stroke: theme.grid, width: 1 },
    ticks: { stroke: theme.soft, width: 1, size: 4 },
  };
  const ticks = (unit: AxisUnit) => ({
    splits: (u: uPlot, axisIndex: number, low: number, high: number) =>
      niceTicks(
        low / unit.divisor,
        high / unit.divisor,
        Math.max(2, Math.floor((axisIndex === 0 ? u.width : u.height) / (axisIndex === 0 ? 90 : 45))),
      ).map((tick) => tick.value * unit.divisor),
    values: (_: uPlot, splits: number[]) => {
      const [low, high] = [splits[0] ?? 0, splits[splits.length - 1] ?? 1];
      const named = niceTicks(low / unit.divisor, high / unit.divisor, Math.max(1, splits.length - 1));
      return splits.map(
        (split) =>
          named.find(
            (tick) => Math.abs(tick.value - split / unit.divisor) < 1e-9 * Math.max(1, Math.abs(tick.value)),
          )?.label ?? String(Number((split / unit.divisor).toPrecision(6))),
      );
    },
  });
  return {
    width: Math.max(120, width),
    height,
    padding: [10, 10, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: syncKey, setSeries: false },
      drag: { x: true, y: false, setScale: false },
      points: { show: false },
      y: false,
    },
    scales: {
      x: { time: false, min: range.from, max: range.to, auto: false },
      y: { auto: false, range: [0, highest * 1.06] },
    },
    axes: [
      {
        ...axis,
        ...ticks(timeUnit),
        ...(namesTime ? { label: `time, ${timeUnit.symbol}` } : {}),
        labelSize: 20,
        size: 32,
      },
      { ...axis, ...ticks(powerUnit), label: `power, ${powerUnit.symbol}`, labelSize: 20, size: 50 },
    ],
    series: [
      {},
      ...layers.map((layer) => ({
        label: layer.label,
        stroke: theme.paper,
        width: 0.5,
        fill: (u: uPlot) => layerFill(u.ctx, theme, layer.look) as unknown as string,
        points: { show: false },
      })),
      { label: "highest reading", stroke: theme.ink, width: 0.9, points: { show: false } },
    ],
    bands: layers.slice(1).map((_, i) => ({ series: [i + 2, i + 1] as [number, number] })),
    hooks: {
      drawClear: [(u) => drawStretches(u, props.current)],
      draw: [(u) => drawMarks(u, props.current)],
      setSelect: [
        (u) => {
          if (u.select.width < 3) return;
          const selected = {
            from: u.posToVal(u.select.left, "x"),
            to: u.posToVal(u.select.left + u.select.width, "x"),
          };
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          props.current.onSelect(selected);
        },
      ],
      setCursor: [
        (u) => {
          if (readout.current) readout.current.textContent = readingAt(props.current, stepOf(u.cursor.idx));
        },
      ],
      ready: [(u) => listen(u, props)],
    },
  };
}

/** The wheel zooms with Ctrl and moves with Shift; alone it scrolls the page, as everywhere. */
function listen(u: uPlot, props: { current: Props }): void {
  listenToFingers(
    u.over,
    (x) => u.posToVal(x, "x"),
    (change) => props.current.onChange(change),
  );
  u.over.addEventListener("dblclick", () => props.current.onSelect(undefined));
  u.over.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return;
      event.preventDefault();
      const forth = (event.deltaY || event.deltaX) > 0;
      if (event.shiftKey) props.current.onChange({ by: forth ? 0.1 : -0.1 });
      else props.current.onChange({ times: forth ? 1.25 : 0.8, around: u.posToVal(event.offsetX, "x") });
    },
    { passive: false },
  );
}

const keys: Record<string, RangeChange> = {
  "+": { times: 0.5 },
  "=": { times: 0.5 }, // the same key without Shift
  "-": { times: 2 },
  ArrowLeft: { by: -0.25 },
  ArrowRight: { by: 0.25 },
};

function onKey(event: KeyboardEvent, { onChange, onSelect }: Props): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const change = keys[event.key];
  if (!change && event.key !== "0") return;
  event.preventDefault();
  if (change) onChange(change);
  else onSelect(undefined);
}

/** Of two points of each step. */
const stepOf = (point: number | null | undefined) => (point == null ? undefined : Math.floor(point / 2));

/** "at 12.3 s: GPU 120 W, CPU 40.0 W, together 160 W, highest reading 180 W" */
export function readingAt(
  { times, layers, peaks, peaksLabel }: Pick<Props, "times" | "layers" | "peaks" | "peaksLabel">,
  at: number | undefined,
): string {
  if (at === undefined || times[at] === undefined) return "";
  const parts = layers.map((layer) => `${layer.label} ${wattsText(layer.watts[at])}`);
  if (layers.length > 1) parts.push(`together ${wattsText(layers[layers.length - 1]?.top[at])}`);
  parts.push(`${peaksLabel} ${wattsText(peaks[at])}`);
  return `at ${duration(times[at])}: ${parts.join(", ")}`;
}

function placeOf(u: uPlot, range: TimeRange): [number, number] | undefined {
  const left = Math.max(u.bbox.left, u.valToPos(range.from, "x", true));
  const right = Math.min(u.bbox.left + u.bbox.width, u.valToPos(range.to, "x", true));
  return right > left ? [left, right] : undefined;
}

/** Below the layers: what was not measured is hatched, evaluations and pauses are shaded. */
function drawStretches(u: uPlot, { around, theme }: Props): void {
  const { top, height } = u.bbox;
  u.ctx.save();
  u.ctx.fillStyle = hatchFill(u.ctx, theme, gapHatch);
  for (const gap of around.gaps) {
    const place = placeOf(u, gap);
    if (place) u.ctx.fillRect(place[0], top, place[1] - place[0], height);
  }
  u.ctx.restore();
}

/** Above the layers. */
function drawMarks(u: uPlot, { around, theme }: Props): void {
  const { left, top, width, height } = u.bbox;
  const ratio = devicePixelRatio || 1;
  u.ctx.save();
  u.ctx.fillStyle = theme.ink;
  u.ctx.globalAlpha = 0.2;
  for (const stage of around.stages) {
    const place = placeOf(u, stage);
    if (place) u.ctx.fillRect(place[0], top, place[1] - place[0], height);
  }
  u.ctx.globalAlpha = 1;
  drawStrips(u, theme, around.limited, 0, hatchFill(u.ctx, theme, limitedDashes));
  drawStrips(u, theme, around.hot, 1, theme.ink);
  const marks = new Path2D();
  for (const end of around.epochEnds) {
    const x = u.valToPos(end, "x", true);
    if (x < left || x > left + width) continue;
    marks.moveTo(x, top + height);
    marks.lineTo(x, top + height - 8 * ratio);
  }
  strokeWithHalo(u.ctx, marks, theme, []);
  if (around.idle !== undefined) {
    const y = u.valToPos(around.idle, "y", true);
    const line = new Path2D();
    line.moveTo(left, y);
    line.lineTo(left + width, y);
    strokeWithHalo(u.ctx, line, theme, [5 * ratio, 3 * ratio]);
  }
  u.ctx.restore();
}

/** Along the upper edge, one row for each reason: what they are about is seen below them. */
function drawStrips(
  u: uPlot,
  theme: Theme,
  ranges: TimeRange[],
  row: number,
  fill: CanvasPattern | string,
): void {
  const ratio = devicePixelRatio || 1;
  const high = stripHeight * ratio;
  u.ctx.lineWidth = 0.8 * ratio;
  u.ctx.strokeStyle = theme.ink;
  for (const range of ranges) {
    const place = placeOf(u, range);
    if (!place) continue;
    const [x, y, width] = [place[0], u.bbox.top + row * high, Math.max(1, place[1] - place[0])];
    for (const colour of [theme.paper, fill]) {
      u.ctx.fillStyle = colour;
      u.ctx.fillRect(x, y, width, high);
    }
    u.ctx.strokeRect(x, y, width, high);
  }
}

/** A thin line that is seen on paper and on any layer. */
function strokeWithHalo(
  context: CanvasRenderingContext2D,
  path: Path2D,
  theme: Theme,
  dashes: number[],
): void {
  const ratio = devicePixelRatio || 1;
  context.strokeStyle = theme.paper;
  context.lineWidth = 3 * ratio;
  context.stroke(path);
  context.setLineDash(dashes);
  context.strokeStyle = theme.ink;
  context.lineWidth = 1.2 * ratio;
  context.stroke(path);
  context.setLineDash([]);
}
