// Energy against correctness: every alternative with its intervals on both axes, the Pareto front as steps, and a ring
// around the one that is advised.
import {
  Axes,
  Legend,
  Mark,
  Picture,
  axisTitle,
  linePath,
  lineSign,
  placeX,
  placeY,
  plotBox,
  textWidth,
  useWidth,
} from "./frame";
import { placeLabels } from "./labels";
import { shapes } from "./look";
import { scaleOf } from "./scale";

export interface FrontPoint {
  name: string;
  cost: number;
  costLow?: number | undefined;
  costHigh?: number | undefined;
  quality: number;
  qualityLow?: number | undefined;
  qualityHigh?: number | undefined;
  onFront: boolean;
  advised: boolean;
}

interface Props {
  title: string;
  description: string;
  points: FrontPoint[];
  cost: { name: string; unit: string; divisor: number };
  quality: string;
  lowerIsBetter: boolean;
}

const frontLook = { colour: 0, shape: 0 };
const otherLook = { colour: 1, shape: 2 };

export function Front({ title, description, points, cost, quality, lowerIsBetter }: Props) {
  const [frame, width] = useWidth();
  const height = Math.max(300, Math.min(440, width * 0.62));
  const costs = points.flatMap((p) =>
    [p.cost, p.costLow, p.costHigh].map((v) => (v === undefined ? v : v / cost.divisor)),
  );
  const known = points.map((p) => p.cost / cost.divisor);
  const logarithmic = Math.min(...known) > 0 && Math.max(...known) > 3 * Math.min(...known);
  const x = { scale: scaleOf(costs, { logarithmic }), title: axisTitle(cost.name, cost.unit, logarithmic) };
  const y = {
    scale: scaleOf(points.flatMap((p) => [p.quality, p.qualityLow, p.qualityHigh])),
    title: lowerIsBetter ? `${quality} (lower is better)` : quality,
  };
  const box = plotBox(width, height, y);
  const at = (p: { cost: number; quality: number }): [number, number] => [
    placeX(box, x.scale, p.cost / cost.divisor),
    placeY(box, y.scale, p.quality),
  ];
  const front = points.filter((p) => p.onFront).sort((a, b) => a.cost - b.cost);
  const inOrder = [...points].sort((a, b) => Number(b.onFront) - Number(a.onFront));
  const labels = placeLabels(
    inOrder.map((p) => ({ x: at(p)[0], y: at(p)[1], text: p.name })),
    { left: box.left, top: 2, width: box.width + 8, height: box.top + box.height },
    textWidth,
  );
  return (
    <div ref={frame}>
      <Picture title={title} description={description} width={width} height={height}>
        <Axes box={box} x={x} y={y} />
        <path class="c0 l" d={stepsPath(front.map(at), box.left + box.width)} />
        {points.map((p) => {
          const [px, py] = at(p);
          const look = p.onFront ? frontLook : otherLook;
          return (
            <g key={p.name}>
              {p.costLow !== undefined && p.costHigh !== undefined && (
                <path
                  class={`c${look.colour} whisker`}
                  d={`M${placeX(box, x.scale, p.costLow / cost.divisor)} ${py}H${placeX(box, x.scale, p.costHigh / cost.divisor)}`}
                />
              )}
              {p.qualityLow !== undefined && p.qualityHigh !== undefined && (
                <path
                  class={`c${look.colour} whisker`}
                  d={`M${px} ${placeY(box, y.scale, p.qualityLow)}V${placeY(box, y.scale, p.qualityHigh)}`}
                />
              )}
              <Mark x={px} y={py} shape={look.shape} colour={look.colour} />
              {p.advised && <circle class="ring" cx={px} cy={py} r="9" />}
            </g>
          );
        })}
        {inOrder.map((p, i) => {
          const label = labels[i];
          return (
            label && (
              <text key={p.name} class="ink halo" x={label.x} y={label.y} text-anchor={label.anchor}>
                {p.name}
              </text>
            )
          );
        })}
      </Picture>
      <Legend
        entries={[
          { label: "Pareto front", sign: lineSign("c0 l") },
          { label: "on the front", sign: <path class="c0 d" d={shapes[0]!} transform="translate(11 6)" /> },
          ...(points.some((p) => !p.onFront)
            ? [
                {
                  label: "another is better and cheaper",
                  sign: <path class="c1 d" d={shapes[2]!} transform="translate(11 6)" />,
                },
              ]
            : []),
          { label: "cheapest good choice", sign: <circle class="ring" cx="11" cy="6" r="5" /> },
        ]}
      />
    </div>
  );
}

/** A front as steps: until the next point nothing is better. */
function stepsPath(points: [number, number][], end: number): string {
  const steps = points.flatMap((point, i): [number, number][] => {
    const before = points[i - 1];
    return before ? [[point[0], before[1]], point] : [point];
  });
  const last = points[points.length - 1];
  if (last) steps.push([end, last[1]]);
  return linePath(steps);
}
