// Why the joules went: what the GPUs drew when they were busy, and when they were not.
import type { Series } from "../../api/schema";
import { Figure, LeftOut } from "../../parts/figure";
import { highestOf } from "../../picture/power_data";
import { scaleOf } from "../../picture/scale";
import { Scatter } from "../../picture/scatter";
import { axisUnit, duration, joules, percent } from "../../text/units";

/** Bounds of the utilisation, as in the report (src/session/reporting/power_course.cpp). */
const bounds = [0, 0.1, 0.5, 0.9, 1];

export interface UtilisationShare {
  from: number;
  to: number;
  time: number;
  energy: number;
}

/** Time and energy of all GPUs by how busy they were; what is not known of both is left out. */
export function energyByUtilisation(series: Series): UtilisationShare[] {
  const shares = bounds.slice(1).map((to, i) => ({ from: bounds[i]!, to, time: 0, energy: 0 }));
  const step = series.step_s ?? 0;
  for (const part of series.series) {
    if (part.component !== "gpu") continue;
    part.utilisation?.forEach((busy, i) => {
      const watts = part.mean_w[i] ?? null;
      if (busy === null || watts === null) return;
      const share = shares.find((s) => busy < s.to) ?? shares[shares.length - 1]!;
      share.time += step;
      share.energy += watts * step;
    });
  }
  return shares;
}

export function Utilisation({ series }: { series: Series }) {
  const gpus = series.series.filter((part) => part.component === "gpu");
  if (gpus.length === 0) return null;
  const points = gpus.flatMap((gpu) =>
    (gpu.utilisation ?? []).flatMap((busy, i) => {
      const watts = gpu.mean_w[i] ?? null;
      return busy === null || watts === null ? [] : [{ busy, watts }];
    }),
  );
  if (points.length === 0)
    return <LeftOut what="Utilisation against power" why="no GPU told how busy it was" />;
  const unit = axisUnit("W", highestOf(points.map((point) => point.watts)));
  const shares = energyByUtilisation(series);
  const all = shares.reduce((sum, share) => sum + share.energy, 0);
  const idle = shares[0]!;
  const caption = `Each dot is a step${gpus.length > 1 ? " of one GPU" : ""} of what is shown. ${percent(all > 0 ? idle.energy / all : 0)} of the GPUs' energy was spent while they were less than ${100 * idle.to} % busy.`;
  return (
    <Figure
      title="Utilisation against power"
      caption={caption}
      table={{
        caption: "Where the GPUs' energy went",
        columns: [
          { title: "utilisation" },
          { title: "GPU time", number: true },
          { title: "energy", number: true },
          { title: "share of the energy", number: true },
        ],
        rows: shares.map((share) => [
          `${100 * share.from} to ${100 * share.to} %`,
          duration(share.time),
          joules(share.energy),
          percent(all > 0 ? share.energy / all : 0),
        ]),
      }}
    >
      <Scatter
        title="Utilisation against power"
        description={caption}
        points={points.map((point) => ({ x: 100 * point.busy, y: point.watts / unit.divisor }))}
        x={{ scale: scaleOf([0, 100], { min: 0, max: 100 }), title: "GPU utilisation, %" }}
        y={{
          scale: scaleOf(
            points.map((point) => point.watts / unit.divisor),
            { min: 0 },
          ),
          title: `power, ${unit.symbol}`,
        }}
      />
    </Figure>
  );
}
