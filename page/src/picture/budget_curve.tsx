// Energy used until each time, against a budget.
import {
  Axes,
  Legend,
  type LegendEntry,
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

interface Unit {
  symbol: string;
  divisor: number;
}

interface Props {
  title: string;
  description: string;
  times: number[];
  energies: number[];
  budget?: number | undefined;
  /** When it was used up. */
  reached?: number | undefined;
  timeUnit: Unit;
  energyUnit: Unit;
}

export function BudgetCurve(props: Props) {
  const { title, description, times, energies, budget, reached, timeUnit, energyUnit } = props;
  const [frame, width] = useWidth();
  const height = Math.max(220, Math.min(300, width * 0.45));
  const end = times[times.length - 1] ?? 1;
  const x = {
    scale: scaleOf([0, end / timeUnit.divisor], { min: 0, max: end / timeUnit.divisor }),
    title: axisTitle("time", timeUnit.symbol),
  };
  const y = {
    scale: scaleOf(
      [...energies, ...(budget === undefined ? [] : [budget])].map((value) => value / energyUnit.divisor),
      { min: 0 },
    ),
    title: axisTitle("energy used", energyUnit.symbol),
  };
  const box = plotBox(width, height, y);
  const px = (time: number) => placeX(box, x.scale, time / timeUnit.divisor);
  const py = (energy: number) => placeY(box, y.scale, energy / energyUnit.divisor);
  const entries: LegendEntry[] = [{ label: "energy used", sign: lineSign("c0 l") }];
  if (budget !== undefined) entries.push({ label: "budget", sign: lineSign("rule") });
  if (reached !== undefined)
    entries.push({ label: "used up", sign: <circle class="ring" cx="11" cy="6" r="5" /> });
  return (
    <div ref={frame}>
      <Picture title={title} description={description} width={width} height={height}>
        <Axes box={box} x={x} y={y} />
        <path class="c0 l" d={linePath(times.map((time, i) => [px(time), py(energies[i]!)]))} />
        {budget !== undefined && (
          <path class="rule" d={`M${box.left} ${py(budget)}H${box.left + box.width}`} />
        )}
        {budget !== undefined && reached !== undefined && (
          <circle class="ring" cx={px(reached)} cy={py(budget)} r="8" />
        )}
      </Picture>
      <Legend entries={entries} />
    </div>
  );
}
