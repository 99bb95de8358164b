// The forecasts of a run's whole energy with their intervals, by the share of the work that had been seen.
import {
  Axes,
  Legend,
  Picture,
  axisTitle,
  linePath,
  lineSign,
  placeX,
  placeY,
  plotBox,
  useWidth,
} from "./frame";
import { scaleOf } from "./scale";

export interface FanPoint {
  share: number;
  total: number;
  low?: number | undefined;
  high?: number | undefined;
  ready: boolean;
}

interface Props {
  title: string;
  description: string;
  points: FanPoint[];
  truth?: number | undefined;
  unit: { symbol: string; divisor: number };
}

/** An early forecast gone wild must not flatten all the others: the axis ends at this many times the truth. */
const mostTimes = 2.5;

export function Fan({ title, description, points, truth, unit }: Props) {
  const [frame, width] = useWidth();
  const height = Math.max(260, Math.min(360, width * 0.5));
  const last = points[points.length - 1];
  const centre = Math.max(last?.total ?? 0, truth ?? 0);
  const values = points.flatMap((p) => [p.total, p.low, p.high]).concat(truth);
  const highest = Math.max(...values.map((value) => value ?? 0));
  const top = highest > mostTimes * centre ? { max: (mostTimes * centre) / unit.divisor } : {};
  const x = { scale: scaleOf([0, 100], { min: 0, max: 100 }), title: "share of the work seen, %" };
  const y = {
    scale: scaleOf(
      values.map((value) => (value === undefined ? value : value / unit.divisor)),
      top,
    ),
    title: axisTitle("energy of the whole run", unit.symbol),
  };
  const box = plotBox(width, height, y);
  const px = (share: number) => placeX(box, x.scale, 100 * share);
  const py = (energy: number) => placeY(box, y.scale, energy / unit.divisor);
  const ready = points.find((p) => p.ready);
  const readyAt = ready ? px(ready.share) : 0;
  const truthAt = truth === undefined ? 0 : py(truth);
  return (
    <div ref={frame}>
      <Picture title={title} description={description} width={width} height={height}>
        <Axes box={box} x={x} y={y} />
        {bandPaths(points).map((band, i) => (
          <path key={i} class="c0 a" d={areaPath(band, px, py)} />
        ))}
        <path class="c0 l" d={linePath(points.map((p) => [px(p.share), py(p.total)]))} />
        {points.length === 1 && last && <circle class="c0 d" cx={px(last.share)} cy={py(last.total)} r="4" />}
        {truth !== undefined && <path class="rule" d={`M${box.left} ${truthAt}H${box.left + box.width}`} />}
        {ready && (
          <g>
            <path class="ready" d={`M${readyAt} ${box.top}V${box.top + box.height}`} />
            <text
              class="ink halo"
              x={readyAt + (ready.share > 0.8 ? -6 : 6)}
              y={box.top + 12}
              text-anchor={ready.share > 0.8 ? "end" : "start"}
            >
              dependable from here
            </text>
          </g>
        )}
      </Picture>
      <Legend
        entries={[
          { label: "forecast", sign: lineSign("c0 l") },
          { label: "90 % interval", sign: <rect class="c0 a" x="1" y="1" width="20" height="10" /> },
          ...(truth === undefined ? [] : [{ label: "measured in the end", sign: lineSign("rule") }]),
        ]}
      />
    </div>
  );
}

type Bounded = FanPoint & { low: number; high: number };

/** Stretches of points that have an interval. */
function bandPaths(points: FanPoint[]): Bounded[][] {
  const bands: Bounded[][] = [];
  let band: Bounded[] = [];
  for (const point of points) {
    const { low, high } = point;
    if (low !== undefined && high !== undefined) {
      if (band.length === 0) bands.push(band);
      band.push({ ...point, low, high });
    } else {
      band = [];
    }
  }
  return bands;
}

function areaPath(band: Bounded[], px: (share: number) => number, py: (energy: number) => number): string {
  const there = band.map((p): [number, number] => [px(p.share), py(p.high)]);
  const back = [...band].reverse().map((p): [number, number] => [px(p.share), py(p.low)]);
  return `${linePath([...there, ...back])}Z`;
}
