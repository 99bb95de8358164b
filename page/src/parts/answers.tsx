// What is shown while an answer is not there, or was refused.
import type { ComponentChildren } from "preact";
import type { Answer } from "../api/answer";
import { Refusal } from "../api/client";

interface Props<T> {
  answer: Answer<T>;
  what: string;
  children: (value: T) => ComponentChildren;
}

export function Shown<T>({ answer, what, children }: Props<T>) {
  return (
    <div aria-busy={answer.loading} class={answer.loading && answer.value !== undefined ? "stale" : ""}>
      {answer.error && <Failure error={answer.error} />}
      {answer.value !== undefined ? children(answer.value) : !answer.error && <Loading what={what} />}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <p class="loading" role="status">
      {what} …
    </p>
  );
}

export function Failure({ error }: { error: Error }) {
  const field = error instanceof Refusal ? error.field : null;
  const named = field && !error.message.startsWith(field);
  return (
    <p class="failure" role="alert">
      {named ? `${field}: ` : ""}
      {error.message}
    </p>
  );
}
