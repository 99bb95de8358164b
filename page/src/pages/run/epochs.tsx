// Energy and correctness of each epoch, and what was spent after the best one.
import { useState } from "preact/hooks";
import { useAnswer } from "../../api/answer";
import { api } from "../../api/client";
import type { EpochCourse, Run } from "../../api/schema";
import { Shown } from "../../parts/answers";
import { Figure, LeftOut } from "../../parts/figure";
import { Choice } from "../../parts/form";
import { Epochs } from "../../picture/epochs";
import { axisUnit, duration, isKnown, joules, kilowattHours, percent, plain } from "../../text/units";

export function EpochSection({ run, round }: { run: Run; round: number }) {
  const [metric, setMetric] = useState("");
  const answer = useAnswer(
    `${run.id}/${metric}`,
    (signal) =>
      api.epochs(run.id, { metric, ...(isLoss(metric) ? { lower_is_better: "true" } : {}) }, signal),
    round,
  );
  const metrics = [...new Set(run.epochs.flatMap((epoch) => Object.keys(epoch.metrics)))].sort();
  return (
    <section aria-labelledby="epochs">
      <h2 id="epochs">Energy and correctness by epoch</h2>
      <Shown answer={answer} what="The epochs">
        {(course) =>
          course.epochs.length === 0 ? (
            <LeftOut what="Epochs" why={course.reason ?? "the run has none"} />
          ) : (
            <>
              {metrics.length > 1 && (
                <div class="filters">
                  <Choice
                    label="Judged by"
                    value={course.metric ?? ""}
                    onChange={setMetric}
                    options={metrics.map((name) => [name, name] as const)}
                  />
                </div>
              )}
              <EpochFigure course={course} />
            </>
          )
        }
      </Shown>
    </section>
  );
}

/** As the core judges by the name (src/session/reporting/epoch_course.hpp). */
export function isLoss(metric: string): boolean {
  return /loss|err|perplex|ppl|mse|mae|rmse/i.test(metric);
}

/** The number of each epoch, or its place where numbers begin again or are left out. */
function axisOf(course: EpochCourse): { first: number; title: string } {
  const inOrder = course.epochs.every(
    (epoch, i) => i === 0 || epoch.epoch === course.epochs[i - 1]!.epoch + 1,
  );
  return inOrder
    ? { first: course.epochs[0]!.epoch, title: "epoch" }
    : { first: 1, title: "epoch, counted from the run's first" };
}

export function wasteText(course: EpochCourse): string {
  if (!isKnown(course.best_epoch)) return "";
  const best = course.epochs[course.best_epoch];
  if (!best) return "";
  const judged = `The best ${course.metric} was ${plain(best.quality)} in epoch ${best.epoch}.`;
  if (course.best_epoch === course.epochs.length - 1)
    return `${judged} It was the last one: nothing was spent after it.`;
  if (!isKnown(course.after_best_j)) return `${judged} What was spent after it is not known.`;
  return `${judged} After it ${kilowattHours(course.after_best_j)} were spent, ${percent(course.after_best_share)} of the energy of all epochs.`;
}

function EpochFigure({ course }: { course: EpochCourse }) {
  const axis = axisOf(course);
  const largest = Math.max(0, ...course.epochs.map((epoch) => epoch.energy_j ?? 0));
  const caption = wasteText(course) || "No metric was reported, so that no epoch is known to be the best.";
  return (
    <Figure
      title="Energy and correctness by epoch"
      caption={caption}
      table={{
        caption: "Energy and correctness by epoch",
        columns: [
          { title: "epoch", number: true },
          { title: "duration", number: true },
          { title: "energy", number: true },
          { title: course.metric ?? "metric", number: true },
        ],
        rows: course.epochs
          .slice(0, 300)
          .map((epoch) => [
            epoch.epoch,
            duration(epoch.end_s - epoch.start_s),
            joules(epoch.energy_j),
            isKnown(epoch.quality) ? plain(epoch.quality) : "not reported",
          ]),
      }}
    >
      <Epochs
        title="Energy and correctness by epoch"
        description={caption}
        points={course.epochs.map((epoch, i) => ({
          at: axis.first + i,
          energy: epoch.energy_j ?? undefined,
          quality: epoch.quality ?? undefined,
        }))}
        metric={course.metric ? { name: course.metric, lowerIsBetter: course.lower_is_better } : undefined}
        best={course.best_epoch ?? undefined}
        unit={axisUnit("J", largest)}
        axis={axis.title}
      />
    </Figure>
  );
}
