// A page that asks the server about chosen runs: its fields, the runs that it is limited to, and the answer.
import type { ComponentChildren } from "preact";
import { useAnswer } from "../api/answer";
import { api } from "../api/client";
import { queryText } from "../router";
import { changeQuery } from "../router_hook";
import { columnWords } from "../text/columns";
import { Shown } from "./answers";
import { ChosenRuns } from "./chosen_runs";

/** What the address says in a field, and how the field changes it; `typed`: letter by letter. */
export const oneOf = (query: URLSearchParams, name: string, typed = false) => ({
  value: query.get(name) ?? "",
  onChange: (value: string) => changeQuery({ [name]: value }, typed),
});
export const manyOf = (query: URLSearchParams, name: string) => ({
  values: query.getAll(name),
  onChange: (values: string[]) => changeQuery({ [name]: values }),
});

/** Columns to choose from; the first choice is what is taken where none is named. */
export const choicesOf = (usual: string, names: string[]) => [
  ["", usual] as const,
  ...names.map((name) => [name, columnWords(name)] as const),
];

interface Props<Q, T> {
  title: string;
  what: string;
  asked: Q & { run: string[] };
  ask: (asked: Q & { run: string[] }, signal: AbortSignal) => Promise<T>;
  fields: (columns: string[], metrics: string[]) => ComponentChildren;
  children: (value: T) => ComponentChildren;
}

export function Asking<Q extends Parameters<typeof queryText>[0], T>({
  title,
  what,
  asked,
  ask,
  fields,
  children,
}: Props<Q, T>) {
  const { run } = asked;
  const columns = useAnswer(`columns/${run.join()}`, (signal) => api.columns({ run }, signal));
  const answer = useAnswer(queryText(asked), (signal) => ask(asked, signal));
  return (
    <>
      <h1>{title}</h1>
      <div class="filters">{fields(columns.value?.columns ?? [], columns.value?.metrics ?? [])}</div>
      <ChosenRuns runs={run} />
      <Shown answer={answer} what={what}>
        {children}
      </Shown>
    </>
  );
}
