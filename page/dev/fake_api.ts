// Answers the addresses of data/api/openapi.yaml from made-up data, for `npm run fake` and the tests of the page.
import type { IncomingMessage, ServerResponse } from "node:http";
import * as data from "./made_up";

/** The policy of the real server: a page that breaks it must break here too. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const runningFor = Number(process.env.JOULECAST_FAKE_SECONDS ?? 20); // seconds of the made-up live run, after which it finishes and another begins
const began = Date.now();

function refuse(response: ServerResponse, status: number, detail: string, field: string | null = null): void {
  response.writeHead(status, { "Content-Type": "application/problem+json" });
  response.end(JSON.stringify({ status, title: "refused", detail, field }));
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { "Content-Type": "application/json" });
  response.end(JSON.stringify(value));
}

function list(query: URLSearchParams) {
  const search = (query.get("search") ?? "").toLowerCase();
  const rows = data.shapes
    .map(({ row }) => row)
    .filter((row) => !query.get("status") || row.status === query.get("status"))
    .filter((row) => !query.get("host") || row.host === query.get("host"))
    .filter((row) =>
      `${row.id} ${row.name} ${row.command.join(" ")} ${row.architecture}`.toLowerCase().includes(search),
    )
    .filter((row) =>
      query
        .getAll("tag")
        .every((tag) =>
          Object.entries(row.tags).some(([key, value]) => tag === key || tag === `${key}=${value}`),
        ),
    );
  const key = query.get("sort") ?? "started";
  const value = (row: (typeof rows)[number]) =>
    key === "energy"
      ? (row.energy_j ?? -1)
      : key === "duration"
        ? row.duration_s
        : key === "name"
          ? row.name
          : (row.started ?? "");
  const order = query.get("order") ?? (key === "name" ? "ascending" : "descending");
  rows.sort(
    (a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) * (order === "ascending" ? 1 : -1),
  );
  const offset = Number(query.get("offset") ?? 0);
  return { runs: rows.slice(offset, offset + Number(query.get("limit") ?? 50)), total: rows.length };
}

function livingNow() {
  return data.liveRun(data.shapes[0]!, ((Date.now() - began) / 1000) % runningFor);
}

function events(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  let id = 0;
  let last = livingNow();
  const send = (event: string, value: unknown) =>
    response.write(`id: ${++id}\nevent: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
  send("snapshot", { runs: [last] });
  const timer = setInterval(() => {
    const now = livingNow();
    if (now.measured_s < last.measured_s) send("finished", { ...data.shapes[0]!.row, status: "finished" });
    send(now.measured_s < last.measured_s ? "started" : "moved", now);
    last = now;
  }, 500);
  request.on("close", () => clearInterval(timer));
}

function oneRun(response: ServerResponse, path: string[], query: URLSearchParams): void {
  const shape = data.find(decodeURIComponent(path[1] ?? ""));
  if (!shape) return refuse(response, 404, `no run is called '${path[1]}'`, "id");
  const seen = shape.row.status === "running" ? 0.4 : 1;
  if (!path[2]) return json(response, data.runOf(shape));
  if (path[2] === "series") return json(response, data.seriesOf(shape, query));
  if (path[2] === "energy") {
    const course = data.energyOf(shape, query.get("budget") ?? "");
    return course
      ? json(response, course)
      : refuse(response, 400, "'budget' is not an energy with its unit, like 2kWh", "budget");
  }
  if (path[2] === "epochs") return json(response, data.epochCourse(shape, query.get("metric")));
  if (path[2] === "projections") return json(response, data.forecastCourse(shape, seen));
  refuse(response, 404, "there is no such address");
}

const answers: Record<string, (query: URLSearchParams) => unknown> = {
  about: () => ({
    version: "0.1.0",
    api_version: "1.0.0",
    host: "lab-pc",
    store: "made up",
    page: true,
    needs_token: false,
  }),
  columns: () => data.columns,
  compare: (query) => data.comparison(query.get("group") ?? "architecture"),
  tradeoff: () => data.tradeoff(),
  board: () => data.board(),
  models: () => ({
    models: ["efficientnet_b0", "mobilenet_v3", "resnet50", "vit_b_16"],
    precisions: ["fp32", "tf32", "amp-bf16"],
  }),
  gpus: () => ({ gpus: data.gpus, cpu_count: 12 }),
  fleet: () => data.fleet([livingNow()]),
};

/** A middleware of Connect, as Vite takes it. */
export function fakeApi(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  const url = new URL(request.url ?? "/", "http://localhost");
  response.setHeader("Content-Security-Policy", policy);
  if (!url.pathname.startsWith("/api/v1/")) return next();
  const path = url.pathname.slice("/api/v1/".length).split("/");
  const query = url.searchParams;
  const answer = answers[path[0] ?? ""];
  if (path[0] === "events") return events(request, response);
  if (path[0] === "runs") return path[1] ? oneRun(response, path, query) : json(response, list(query));
  if (path[0] === "predict") {
    if (query.getAll("gpu").length === 0) return refuse(response, 422, "at least one GPU is needed", "gpu");
    return json(response, data.predictions(query, !query.has("model")));
  }
  if (answer) return json(response, answer(query));
  refuse(response, 404, "there is no such address");
}
