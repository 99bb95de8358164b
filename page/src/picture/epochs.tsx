// Energy and correctness of each epoch below each other; what was spent after the best epoch is hatched.
import {
  Axes,
  type Box,
  Legend,
  Picture,
  axisTitle,
  fieldSign,
  linePath,
  lineSign,
  placeX,
  placeY,
  plotBox,
  useWidth,
} from "./frame";
import { scaleOf } from "./scale";

export interface EpochPoint {
  /** Where it is on the axis. */
  at: number;
  energy?: number | undefined;
  quality?: number | undefined;
}

interface Props {
  title: string;
  description: string;
  points: EpochPoint[];
  metric?: { name: string; lowerIsBetter: boolean } | undefined;
  best?: number | undefined; // index
  unit: { symbol: string; divisor: number };
  axis: string;
}

/** More bars than this would be thinner than a line. */
const mostBars = 150;

export function Epochs({ title, description, points, metric, best, unit, axis }: Props) {
  const [frame, width] = useWidth();
  const [upper, lower] = [190, metric ? 150 : 0];
  const height = upper + lower + 44;
  const x = {
    scale: scaleOf(
      points.flatMap((p) => [p.at - 0.5, p.at + 0.5]),
      {
        whole: true,
        min: (points[0]?.at ?? 1) - 0.6,
        max: (points[points.length - 1]?.at ?? 1) + 0.6,
      },
    ),
    title: axis,
  };
  const energy = {
    scale: scaleOf(
      points.map((p) => (p.energy === undefined ? p.energy : p.energy / unit.divisor)),
      { min: 0 },
    ),
    title: axisTitle("energy of each epoch", unit.symbol),
  };
  const quality = {
    scale: scaleOf(points.map((p) => p.quality)),
    title: metric ? `${metric.name}${metric.lowerIsBetter ? " (lower is better)" : ""}` : "",
  };
  const wide = plotBox(width, upper + 6, energy, 26, 6);
  const narrow = plotBox(width, lower, quality, 26, 6);
  const left = Math.max(wide.left, metric ? narrow.left : 0);
  const boxes: [Box, Box] = [
    { left, top: 26, width: width - left - 16, height: upper - 26 },
    { left, top: upper + 34, width: width - left - 16, height: Math.max(10, lower - 34) },
  ];
  const bestPoint = best === undefined ? undefined : points[best];
  const wasted = bestPoint !== undefined && best! < points.length - 1;
  return (
    <div ref={frame}>
      <Picture title={title} description={description} width={width} height={height}>
        <Axes box={boxes[0]} x={x} y={energy} namesX={!metric} />
        <EnergyMarks points={points} box={boxes[0]} x={x.scale} y={energy.scale} divisor={unit.divisor} />
        {metric && (
          <g>
            <Axes box={boxes[1]} x={x} y={quality} />
            <path
              class="c1 l solid"
              d={linePath(
                points.map((p) => [
                  placeX(boxes[1], x.scale, p.at),
                  p.quality === undefined ? Number.NaN : placeY(boxes[1], quality.scale, p.quality),
                ]),
              )}
            />
            {points.length <= mostBars &&
              points.map(
                (p) =>
                  p.quality !== undefined && (
                    <circle
                      key={p.at}
                      class="c1 d"
                      cx={placeX(boxes[1], x.scale, p.at)}
                      cy={placeY(boxes[1], quality.scale, p.quality)}
                      r="3"
                    />
                  ),
              )}
            {bestPoint?.quality !== undefined && (
              <circle
                class="ring"
                cx={placeX(boxes[1], x.scale, bestPoint.at)}
                cy={placeY(boxes[1], quality.scale, bestPoint.quality)}
                r="7"
              />
            )}
          </g>
        )}
        {wasted &&
          boxes.slice(0, metric ? 2 : 1).map((box) => {
            const from = placeX(box, x.scale, bestPoint.at + 0.5);
            return (
              <rect
                key={box.top}
                x={from}
                y={box.top}
                width={box.left + box.width - from}
                height={box.height}
                fill="url(#jc-waste)"
              />
            );
          })}
      </Picture>
      <Legend
        entries={[
          { label: "energy", sign: <rect class="c0 plain" x="6" y="1" width="10" height="11" /> },
          ...(metric ? [{ label: metric.name, sign: lineSign("c1 l solid") }] : []),
          ...(bestPoint ? [{ label: "best epoch", sign: <circle class="ring" cx="11" cy="6" r="5" /> }] : []),
          ...(wasted ? [{ label: "spent after the best epoch", sign: fieldSign("jc-waste") }] : []),
        ]}
      />
    </div>
  );
}

interface MarksProps {
  points: EpochPoint[];
  box: Box;
  x: ReturnType<typeof scaleOf>;
  y: ReturnType<typeof scaleOf>;
  divisor: number;
}

function EnergyMarks({ points, box, x, y, divisor }: MarksProps) {
  const bottom = box.top + box.height;
  if (points.length > mostBars)
    return (
      <path
        class="c0 l"
        d={linePath(
          points.map((p) => [
            placeX(box, x, p.at),
            p.energy === undefined ? Number.NaN : placeY(box, y, p.energy / divisor),
          ]),
        )}
      />
    );
  return (
    <g>
      {points.map((p) => {
        if (p.energy === undefined) return null;
        const [from, to, top] = [
          placeX(box, x, p.at - 0.4),
          placeX(box, x, p.at + 0.4),
          placeY(box, y, p.energy / divisor),
        ];
        return (
          <rect
            key={p.at}
            class="c0 plain"
            x={from}
            y={top}
            width={Math.max(0.5, to - from)}
            height={Math.max(0, bottom - top)}
          />
        );
      })}
    </g>
  );
}
