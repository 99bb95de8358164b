// What was forecast of the run by how much of it had been seen, and how right such forecasts were on its machine.
import { useAnswer } from "../../api/answer";
import { api } from "../../api/client";
import type { ForecastAccuracy, ForecastCourse, Run } from "../../api/schema";
import { Shown } from "../../parts/answers";
import { DataTable, Figure, LeftOut } from "../../parts/figure";
import { Fan, type FanPoint } from "../../picture/fan";
import { against, axisUnit, interval, kilowattHours, percent } from "../../text/units";

const mostPoints = 400;

export function ForecastSection({ run, round }: { run: Run; round: number }) {
  const answer = useAnswer(run.id, (signal) => api.projections(run.id, signal), round);
  return (
    <section aria-labelledby="forecasts">
      <h2 id="forecasts">Forecasts of the total</h2>
      <Shown answer={answer} what="The forecasts">
        {(course) => (
          <>
            {run.forecast_doubt && <LeftOut what="Not dependable" why={run.forecast_doubt} />}
            {course.points.length > 0 ? (
              <FanFigure course={course} run={run} />
            ) : (
              <LeftOut what="Forecasts" why={course.reason ?? "there are none"} />
            )}
            {course.record && <Record record={course.record} />}
          </>
        )}
      </Shown>
    </section>
  );
}

function FanFigure({ course, run }: { course: ForecastCourse; run: Run }) {
  const stride = Math.ceil(course.points.length / mostPoints);
  const points: FanPoint[] = course.points
    .filter((_, i) => i % stride === 0 || i === course.points.length - 1)
    .map((point) => ({
      share: point.share,
      total: point.total_j,
      low: point.low_j ?? undefined,
      high: point.high_j ?? undefined,
      ready: point.ready,
    }));
  const last = course.points[course.points.length - 1]!;
  const truth = course.truth_j ?? undefined;
  const title = course.replayed ? "Forecasts that this run would have had" : "Forecasts while it ran";
  const seen =
    run.status === "running"
      ? ` So far ${percent(last.share)} of the work is done: ${kilowattHours(last.total_j)}${last.ready ? "" : ", not yet dependable"}.`
      : "";
  const end =
    truth === undefined ? "" : ` The line is what was measured in the end, ${kilowattHours(truth)}.`;
  const caption = `The forecast of the whole run's energy by how much of the work had been seen, with its 90 % interval.${seen}${end}`;
  return (
    <Figure
      title={title}
      caption={caption}
      table={{
        caption: "Forecasts of the run's total",
        columns: [
          { title: "work seen", number: true },
          { title: "forecast", number: true },
          { title: "90 % interval" },
          { title: "off by", number: true },
          { title: "remark" },
        ],
        rows: everyTwentieth(course).map((point) => [
          percent(point.share),
          kilowattHours(point.total_j),
          interval(point.low_j, point.high_j, kilowattHours),
          against(point.total_j, truth),
          point.ready ? "" : "not yet dependable",
        ]),
      }}
    >
      <Fan
        title={title}
        description={caption}
        points={points}
        truth={truth}
        unit={axisUnit("J", Math.max(last.total_j, truth ?? 0))}
      />
    </Figure>
  );
}

function everyTwentieth(course: ForecastCourse): ForecastCourse["points"] {
  let next = 0;
  return course.points.filter((point) => {
    if (point.share < next - 1e-9) return false;
    next = Math.floor(point.share * 20 + 1e-9) / 20 + 0.05;
    return true;
  });
}

function Record({ record }: { record: NonNullable<ForecastCourse["record"]> }) {
  const row = (made: string, accuracy: ForecastAccuracy) => [
    made,
    accuracy.runs,
    percent(accuracy.median_error),
    percent(accuracy.worst_error),
    accuracy.with_interval > 0 ? `${accuracy.inside} of ${accuracy.with_interval}` : "no intervals",
  ];
  const rows = record.at.map((accuracy) => row(`${percent(accuracy.share)} of the work`, accuracy));
  if (record.ready)
    rows.push(
      row(`the first that was dependable, at ${percent(record.ready.share)} as a rule`, record.ready),
    );
  return (
    <>
      <h3>How right forecasts have been on {record.host || "this machine"}</h3>
      <DataTable
        caption={`Of the latest ${record.runs} finished ${record.runs === 1 ? "run" : "runs"} with forecasts, against what was measured in the end`}
        columns={[
          { title: "made after" },
          { title: "runs", number: true },
          { title: "median error", number: true },
          { title: "largest error", number: true },
          { title: "truth inside the 90 % interval", number: true },
        ]}
        rows={rows}
      />
    </>
  );
}
