// Figures with their intervals, one row each. The axis does not begin at zero: what matters is whether intervals are apart.
import { Mark, Picture, axisTitle, placeX, textWidth, useWidth } from "./frame";
import type { RunLook } from "./look";
import { type Scale, scaleOf } from "./scale";

export interface IntervalRow {
  key: string;
  label: string;
  value: number;
  /** Absent ends: no interval is stated. */
  low?: number | undefined;
  high?: number | undefined;
  remark?: string | undefined;
  look: RunLook;
  /** Single values behind the figure. */
  dots?: number[] | undefined;
}

interface Props {
  title: string;
  description: string;
  rows: IntervalRow[];
  name: string;
  unit: string;
  divisor: number;
}

const rowHeight = 30;
const narrowRow = 46;
const narrowRemark = 16;

/** What tells names apart is often at their ends: the middle goes. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = Math.max(1, Math.floor(most) - 1);
  const end = Math.floor(kept / 3);
  return `${text.slice(0, kept - end)}…${end > 0 ? text.slice(-end) : ""}`;
}

export function Intervals({ title, description, rows, name, unit, divisor }: Props) {
  const [box, width] = useWidth();
  const narrow = width < 560;
  const longest = Math.max(0, ...rows.map((row) => textWidth(row.label)));
  const labels = narrow ? 0 : Math.min(longest + 14, width * 0.36);
  const remarks = narrow
    ? 0
    : Math.min(Math.max(0, ...rows.map((row) => textWidth(row.remark ?? ""))) + 14, width * 0.34);
  const remarked = rows.some((row) => row.remark);
  const step = narrow ? narrowRow + (remarked ? narrowRemark : 0) : rowHeight;
  const plot = { left: labels + 6, top: 8, width: width - labels - remarks - 16, height: rows.length * step };
  const scale = scaleOf(
    rows.flatMap((row) =>
      [row.value, row.low, row.high, ...(row.dots ?? [])].map((v) => (v === undefined ? v : v / divisor)),
    ),
  );
  const bottom = plot.top + plot.height;
  return (
    <div ref={box}>
      <Picture title={title} description={description} width={width} height={bottom + 42}>
        {scale.ticks(Math.max(2, Math.floor(plot.width / 80))).map((tick) => {
          const x = placeX(plot, scale, tick.value);
          return (
            <g key={tick.value}>
              <path class="grid" d={`M${x} ${plot.top}V${bottom}`} />
              <text class="soft" x={x} y={bottom + 17} text-anchor="middle">
                {tick.label}
              </text>
            </g>
          );
        })}
        <path class="axis" d={`M${plot.left} ${bottom}H${plot.left + plot.width}`} />
        <text class="soft" x={plot.left + plot.width} y={bottom + 34} text-anchor="end">
          {axisTitle(name, unit)}
        </text>
        {rows.map((row, i) => {
          const y = plot.top + i * step + (narrow ? 32 : step / 2);
          return (
            <g key={row.key}>
              <text
                class="ink"
                x={narrow ? plot.left : labels}
                y={narrow ? y - 14 : y + 4}
                text-anchor={narrow ? "start" : "end"}
              >
                <title>{row.label}</title>
                {shorten(row.label, (narrow ? width - 12 : labels) / 6.5)}
              </text>
              <Row row={row} y={y} scale={scale} plot={plot} divisor={divisor} />
              {row.remark && (
                <text
                  class="soft"
                  x={narrow ? plot.left : plot.left + plot.width + 10}
                  y={narrow ? y + 20 : y + 4}
                >
                  {shorten(row.remark, (narrow ? width - 12 : remarks) / 6.5)}
                </text>
              )}
            </g>
          );
        })}
      </Picture>
    </div>
  );
}

interface RowProps {
  row: IntervalRow;
  y: number;
  scale: Scale;
  plot: { left: number; top: number; width: number; height: number };
  divisor: number;
}

function Row({ row, y, scale, plot, divisor }: RowProps) {
  const at = (value: number) => placeX(plot, scale, value / divisor);
  return (
    <g>
      {row.dots?.map((value, i) => (
        <circle key={i} class={`c${row.look.colour} f`} cx={at(value)} cy={y + 7} r="2" />
      ))}
      {row.low !== undefined && row.high !== undefined && (
        <path
          class={`c${row.look.colour} whisker`}
          d={`M${at(row.low)} ${y}H${at(row.high)}M${at(row.low)} ${y - 4}v8M${at(row.high)} ${y - 4}v8`}
        />
      )}
      <Mark x={at(row.value)} y={y} shape={row.look.shape} colour={row.look.colour} />
    </g>
  );
}
