// An answer of the server as the state of a component: asked for anew when what it depends on changes, and the last answer
// stays until the next one is there, so that nothing flickers.
import { useEffect, useState } from "preact/hooks";

export interface Answer<T> {
  value?: T;
  error?: Error;
  loading: boolean;
}

/** `key` says what is asked; a new one asks again. `round` asks again for the same. */
export function useAnswer<T>(
  key: string | undefined,
  load: (signal: AbortSignal) => Promise<T>,
  round = 0,
): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T> & { key?: string | undefined }>({ loading: true });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for what `load` asks
  useEffect(() => {
    if (key === undefined) return;
    const aborting = new AbortController();
    setAnswer((before) => ({ ...before, loading: true }));
    load(aborting.signal).then(
      (value) => {
        if (!aborting.signal.aborted) setAnswer({ value, loading: false, key });
      },
      (error: Error) => {
        if (aborting.signal.aborted) return;
        setAnswer((before) => ({
          ...(before.key === key && before.value !== undefined ? { value: before.value } : {}),
          error,
          loading: false,
          key,
        }));
      },
    );
    return () => aborting.abort();
  }, [key, round]);
  return answer;
}
