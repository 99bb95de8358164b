// The frame around every page: navigation, connection, and which page is shown.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useAnswer } from "./api/answer";
import { api, wantsToken } from "./api/client";
import { connectAgain, useLive } from "./api/live";
import { BoardPage } from "./pages/board";
import { ComparePage } from "./pages/compare";
import { FleetPage } from "./pages/fleet";
import { PredictPage } from "./pages/predict";
import { RunPage } from "./pages/run/run";
import { RunsPage } from "./pages/runs";
import { TradeoffPage } from "./pages/tradeoff";
import { Failure } from "./parts/answers";
import { TextField } from "./parts/form";
import { Patterns } from "./picture/patterns";
import { type Place, addressOf } from "./router";
import { usePlace } from "./router_hook";

const links: [page: string, text: string][] = [
  ["runs", "Runs"],
  ["compare", "Compare"],
  ["tradeoff", "Trade-off"],
  ["board", "Board"],
  ["predict", "Predict"],
  ["fleet", "Fleet"],
];

function pageOf(place: Place): ComponentChildren {
  switch (place.page) {
    case "runs":
      return <RunsPage place={place} />;
    case "run":
      return <RunPage key={place.item} id={place.item} budget={place.query.get("budget") ?? ""} />;
    case "compare":
      return <ComparePage place={place} />;
    case "tradeoff":
      return <TradeoffPage place={place} />;
    case "board":
      return <BoardPage place={place} />;
    case "predict":
      return <PredictPage place={place} />;
    case "fleet":
      return <FleetPage place={place} />;
    default:
      return (
        <>
          <h1>No such page</h1>
          <p>
            There is no page “{place.page}”. <a href={addressOf("runs")}>Show the runs</a>
          </p>
        </>
      );
  }
}

export function App() {
  const place = usePlace();
  const [round, setRound] = useState(0);
  const about = useAnswer("about", api.about, round);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const shown = `${place.page}/${place.item}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is read from its beginning
  useEffect(() => {
    const name = links.find(([page]) => page === place.page)?.[1] ?? (place.item || "No such page");
    document.title = `${name} – Joulecast`;
    if (!first.current) {
      scrollTo(0, 0);
      main.current?.focus();
    }
    first.current = false;
  }, [shown]);
  useEffect(() => {
    // A slash goes to the search, as in many pages; it stays a slash in a field of text.
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest("input, select, textarea");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      const search = document.getElementById("search");
      if (!search) return;
      event.preventDefault();
      search.focus();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const locked = wantsToken(about.error);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <Patterns />
      <header class="top">
        <a class="brand" href={addressOf("runs")}>
          <img src="./icon.svg" width="24" height="24" alt="" />
          Joulecast
        </a>
        <nav aria-label="Pages of Joulecast">
          {links.map(([page, text]) => (
            <a
              key={page}
              href={addressOf(page)}
              aria-current={
                place.page === page || (page === "runs" && place.page === "run") ? "page" : undefined
              }
            >
              {text}
            </a>
          ))}
        </nav>
        {!locked && <ConnectionSign />}
      </header>
      <main ref={main} tabIndex={-1}>
        {locked ? (
          <Login
            onDone={() => {
              setRound(round + 1);
              connectAgain();
            }}
          />
        ) : (
          pageOf(place)
        )}
      </main>
      <footer class="bottom">
        {about.value && (
          <p>
            Joulecast {about.value.version} on {about.value.host}; the runs are in {about.value.store}.{" "}
            <a href="./licenses.txt">Licences</a>
          </p>
        )}
      </footer>
    </>
  );
}

function ConnectionSign() {
  const live = useLive();
  const running = live.runs.size;
  const [sign, text] =
    live.trouble !== undefined
      ? ["▲", `the store does not answer: ${live.trouble}`]
      : live.connection === "lost"
        ? ["▲", "no connection to the server"]
        : live.connection === "connecting"
          ? ["…", "connecting"]
          : ["●", running === 0 ? "live, nothing runs" : `live, ${running} running`];
  return (
    <p class={`connection ${live.trouble === undefined ? live.connection : "lost"}`} role="status">
      <span aria-hidden="true">{sign}</span> {text}
    </p>
  );
}

function Login({ onDone }: { onDone: () => void }) {
  const [token, setToken] = useState("");
  const [error, setError] = useState<Error>();
  const submit = (event: Event) => {
    event.preventDefault();
    api.login(token).then(onDone, setError);
  };
  return (
    <form class="login" onSubmit={submit}>
      <h1>The server wants its token</h1>
      <p>It is in the file that joulecast serve was given with --token-file.</p>
      <TextField label="Token" type="password" value={token} onChange={setToken} />
      <button type="submit">Show the runs</button>
      {error && <Failure error={error} />}
    </form>
  );
}
