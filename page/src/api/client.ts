import { type QueryValue, queryText } from "../router";
// The server's answers. A refusal is one line that names the field (application/problem+json).
import { parsed } from "../text/printable";
import type {
  About,
  Board,
  Columns,
  Comparison,
  EnergyCourse,
  EpochCourse,
  Fleet,
  ForecastCourse,
  Gpu,
  Predictions,
  Problem,
  Run,
  RunList,
  Series,
  Tradeoff,
} from "./schema";

export type Query = Record<string, QueryValue>;

export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly field: string | null = null,
  ) {
    super(message);
  }
}

/** The server wants its token, and this page has not shown it yet. */
export const wantsToken = (error: unknown): boolean => error instanceof Refusal && error.status === 401;

async function refusalOf(response: Response): Promise<Refusal> {
  const text = await response.text().catch(() => "");
  try {
    const problem = parsed(text) as Partial<Problem>;
    if (problem.detail) return new Refusal(response.status, problem.detail, problem.field ?? null);
  } catch {
    // not from our server: say what it said, as far as that is one line
  }
  return new Refusal(response.status, text.trim().split("\n")[0] || `the server answered ${response.status}`);
}

async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`./api/v1${path}`, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refusal(0, "the server does not answer; does joulecast serve still run?");
  }
  if (!response.ok) throw await refusalOf(response);
  return response;
}

async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  const text = queryText(query);
  const response = await ask(text ? `${path}?${text}` : path, signal ? { signal } : {});
  return parsed(await response.text()) as T;
}

const runPath = (id: string, part = ""): string => `/runs/${encodeURIComponent(id)}${part}`;

export const api = {
  about: (signal?: AbortSignal) => get<About>("/about", {}, signal),
  runs: (query: Query, signal?: AbortSignal) => get<RunList>("/runs", query, signal),
  run: (id: string, signal?: AbortSignal) => get<Run>(runPath(id), {}, signal),
  series: (id: string, query: Query, signal?: AbortSignal) =>
    get<Series>(runPath(id, "/series"), query, signal),
  energy: (id: string, query: Query, signal?: AbortSignal) =>
    get<EnergyCourse>(runPath(id, "/energy"), query, signal),
  epochs: (id: string, query: Query, signal?: AbortSignal) =>
    get<EpochCourse>(runPath(id, "/epochs"), query, signal),
  projections: (id: string, signal?: AbortSignal) =>
    get<ForecastCourse>(runPath(id, "/projections"), {}, signal),
  columns: (query: Query, signal?: AbortSignal) => get<Columns>("/columns", query, signal),
  compare: (query: Query, signal?: AbortSignal) => get<Comparison>("/compare", query, signal),
  tradeoff: (query: Query, signal?: AbortSignal) => get<Tradeoff>("/tradeoff", query, signal),
  board: (query: Query, signal?: AbortSignal) => get<Board>("/board", query, signal),
  models: (signal?: AbortSignal) => get<{ models: string[]; precisions: string[] }>("/models", {}, signal),
  gpus: (signal?: AbortSignal) => get<{ gpus: Gpu[] }>("/gpus", {}, signal),
  fleet: (query: Query, signal?: AbortSignal) => get<Fleet>("/fleet", query, signal),
  async predict(query: Query, upload: Blob | undefined, signal?: AbortSignal): Promise<Predictions> {
    const type = upload?.type === "application/json" ? "application/json" : "application/octet-stream";
    const response = await ask(`/predict?${queryText(query)}`, {
      method: "POST",
      ...(upload ? { body: upload, headers: { "Content-Type": type } } : {}),
      ...(signal ? { signal } : {}),
    });
    return parsed(await response.text()) as Predictions;
  },
  async login(token: string): Promise<void> {
    await ask("/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token }),
    });
  },
};
