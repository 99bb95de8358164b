// One run: what it cost and where that comes from, its course, its forecasts, and what is assumed.
import { useEffect, useState } from "preact/hooks";
import { useAnswer } from "../../api/answer";
import { api } from "../../api/client";
import { useLive } from "../../api/live";
import type { Run } from "../../api/schema";
import { Shown } from "../../parts/answers";
import { RunMark, StatusWord } from "../../parts/run_mark";
import { addressOf } from "../../router";
import { mostOfAName, mostOfATitle, shortened } from "../../text/printable";
import { dayAndMinute, duration } from "../../text/units";
import { Components, Coverage } from "./coverage";
import { EnergySection } from "./energy";
import { Environment } from "./environment";
import { EpochSection } from "./epochs";
import { ForecastSection } from "./forecasts";
import { Headline } from "./headline";
import { PowerSection } from "./power";

/** A live run is asked for again at most so often. */
const askedEvery = 2000;

export function RunPage({ id, budget }: { id: string; budget: string }) {
  const live = useLive();
  const [known, setKnown] = useState<string>();
  const now = live.runs.get(known ?? id);
  const round = useRound(now?.measured_s ?? -1);
  const answer = useAnswer(id, (signal) => api.run(id, signal), round);
  const run = answer.value;
  useEffect(() => {
    if (run) {
      setKnown(run.id);
      document.title = `${run.name || run.id} – Joulecast`;
    }
  }, [run]);
  return (
    <Shown answer={answer} what="The run">
      {(value) => (
        <article class="run">
          <Title run={value} />
          <Headline run={value} live={now} />
          <PowerSection run={value} round={round} />
          <ForecastSection run={value} round={round} />
          <EnergySection run={value} round={round} asked={budget} />
          <EpochSection run={value} round={round} />
          <Components run={value} />
          <Coverage run={value} />
          <Environment run={value} />
        </article>
      )}
    </Shown>
  );
}

/** Grows when the value has changed, but not more often than the server is to be asked. */
function useRound(value: number): number {
  const [round, setRound] = useState(0);
  const [asked, setAsked] = useState({ at: Date.now(), value });
  useEffect(() => {
    if (value === asked.value) return;
    const wait = Math.max(0, asked.at + askedEvery - Date.now());
    const timer = setTimeout(() => {
      setAsked({ at: Date.now(), value });
      setRound((before) => before + 1);
    }, wait);
    return () => clearTimeout(timer);
  }, [value, asked]);
  return round;
}

function Title({ run }: { run: Run }) {
  return (
    <>
      <h1>
        <RunMark id={run.id} /> {shortened(run.name || run.id, mostOfATitle)}
      </h1>
      <p class="subtitle">
        <StatusWord status={run.status} exitStatus={run.exit_status} />, {run.name && `${run.id}, `}
        {run.started ? `started ${dayAndMinute(run.started)} UTC, ` : ""}
        {duration(run.duration_s)}
        {run.last_heard && `, last heard of ${dayAndMinute(run.last_heard)} UTC`}
      </p>
      {run.command.length > 0 && (
        <p class="command">
          <code>{run.command.join(" ")}</code>
        </p>
      )}
      {Object.keys(run.tags).length > 0 && (
        <p>
          {Object.entries(run.tags).map(([key, value]) => (
            <a key={key} class="tag" href={addressOf("runs", "", { tag: `${key}=${value}` })}>
              {shortened(`${key}=${value}`, mostOfAName)}
            </a>
          ))}
        </p>
      )}
    </>
  );
}
