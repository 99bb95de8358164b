// The place that the address names, as the state of a component.
import { useEffect, useState } from "preact/hooks";
import { type Place, type QueryValue, addressOf, parsePlace } from "./router";

export function usePlace(): Place {
  const [place, setPlace] = useState(() => parsePlace(location.hash));
  useEffect(() => {
    const changed = () => setPlace(parsePlace(location.hash));
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return place;
}

/** Changes parameters of the place that is shown. Typing replaces its entry in the history, a choice adds one. */
export function changeQuery(changes: Record<string, QueryValue>, typing = false): void {
  const place = parsePlace(location.hash);
  const query: Record<string, QueryValue> = {};
  for (const name of new Set(place.query.keys())) query[name] = place.query.getAll(name);
  const address = addressOf(place.page, place.item, { ...query, ...changes });
  if (typing) location.replace(address);
  else location.hash = address;
}
