// Which page is shown is in the part of the address after #, with its filters, so that every view has an address that
// can be kept, and the server needs to know none of them.

export interface Place {
  page: string;
  /** What follows the page: the run's id. */
  item: string;
  query: URLSearchParams;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a % that begins no escape
  }
}

/** "#/runs/ID?tag=a" */
export function parsePlace(hash: string): Place {
  const [path = "", query = ""] = splitOnce(hash.replace(/^#\/?/, ""), "?");
  const [page, item] = splitOnce(path, "/");
  return { page: page || "runs", item: decoded(item), query: new URLSearchParams(query) };
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + mark.length)];
}

export type QueryValue = string | number | null | undefined | readonly string[];

/** The address of a page. Empty parameters are left out. */
export function addressOf(page: string, item = "", query: Record<string, QueryValue> = {}): string {
  const text = queryText(query);
  return `#/${page}${item ? `/${encodeURIComponent(item)}` : ""}${text ? `?${text}` : ""}`;
}

export function queryText(query: Record<string, QueryValue>): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "") continue;
    for (const single of Array.isArray(value) ? value : [value]) parts.append(name, String(single));
  }
  return parts.toString();
}
