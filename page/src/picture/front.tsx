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
import { lineArea, placeLabels } from "./labels";
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
  /** Of those that are not on the front. */
  otherLabel?: string;
  advisedLabel?: string;
}

const frontLook = { colour: 0, shape: 0 };
const otherLook = { colour: 1, shape: 2 };

export function Front({
  title,
  description,
  points,
  cost,
  quality,
  lowerIsBetter,
  otherLabel = "another is better and cheaper",
  advisedLabel = "cheapest good choice",
}: Props) {
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
  const rank = (p: FrontPoint) => (p.advised ? 2 : p.onFront ? 1 : 0); // who is named first where there is little room
  const inOrder = [...points].sort((a, b) => rank(b) - rank(a));
  const steps = stepsOf(front.map(at), box.left + box.width);
  const spans = points.map((p) =>
    whiskersOf(
      p,
      at,
      (v) => placeX(box, x.scale, v / cost.divisor),
      (v) => placeY(box, y.scale, v),
    ),
  );
  const lines = [
    ...steps.slice(1).map((to, i) => lineArea(steps[i]!, to)),
    ...spans.flat().map(([from, to]) => lineArea(from, to)),
  ];
  const labels = placeLabels(
    inOrder.map((p) => ({ x: at(p)[0], y: at(p)[1], text: p.name })),
    { left: box.left, top: 2, width: box.width + 8, height: box.top + box.height },
    textWidth,
    lines,
  );
  const unnamed = labels.filter((label) => !label).length;
  return (
    <div ref={frame}>
      <Picture title={title} description={description} width={width} height={height}>
        <Axes box={box} x={x} y={y} />
        <path class="c0 l" d={linePath(steps)} />
        {points.map((p, i) => {
          const [px, py] = at(p);
          const look = p.onFront ? frontLook : otherLook;
          return (
            <g key={p.name}>
              {spans[i]!.map((span, k) => (
                <path key={k} class={`c${look.colour} whisker`} d={linePath(span)} />
              ))}
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
      {unnamed > 0 && (
        <p class="soft-text">
          {unnamed} of {points.length} have no room for their name here; the table names all.
        </p>
      )}
      <Legend
        entries={[
          { label: "Pareto front", sign: lineSign("c0 l") },
          { label: "on the front", sign: <path class="c0 d" d={shapes[0]!} transform="translate(11 6)" /> },
          ...(points.some((p) => !p.onFront)
            ? [
                {
                  label: otherLabel,
                  sign: <path class="c1 d" d={shapes[2]!} transform="translate(11 6)" />,
                },
              ]
            : []),
          { label: advisedLabel, sign: <circle class="ring" cx="11" cy="6" r="5" /> },
        ]}
      />
    </div>
  );
}

type Place = [number, number];

/** A front as steps: until the next point nothing is better. */
function stepsOf(points: Place[], end: number): Place[] {
  const steps = points.flatMap((point, i): Place[] => {
    const before = points[i - 1];
    return before ? [[point[0], before[1]], point] : [point];
  });
  const last = points[points.length - 1];
  if (last) steps.push([end, last[1]]);
  return steps;
}

/** The intervals of a point as lines: along its cost and along its quality, as far as they are known. */
function whiskersOf(
  p: FrontPoint,
  at: (p: FrontPoint) => Place,
  placeCost: (cost: number) => number,
  placeQuality: (quality: number) => number,
): [Place, Place][] {
  const [x, y] = at(p);
  const lines: [Place, Place][] = [];
  if (p.costLow !== undefined && p.costHigh !== undefined)
    lines.push([
      [placeCost(p.costLow), y],
      [placeCost(p.costHigh), y],
    ]);
  if (p.qualityLow !== undefined && p.qualityHigh !== undefined)
    lines.push([
      [x, placeQuality(p.qualityLow)],
      [x, placeQuality(p.qualityHigh)],
    ]);
  return lines;
}
