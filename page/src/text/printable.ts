// Text that others wrote (names, tags, hosts, commands) must not turn the letters around it, nor push all else away.

/** Bidirectional controls, as the command line leaves them out (src/base/printable.hpp). */
const bidi = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const printable = (text: string): string => text.replace(bidi, " ");

/** An answer of the server, as JSON, with only printable text in it. */
export function parsed(json: string): unknown {
  return JSON.parse(json, (_, value) => (typeof value === "string" ? printable(value) : value));
}

/** At most so many characters, with an ellipsis for what is left out. */
export function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : text;
}
export const mostOfAName = 60;
export const mostOfATitle = 200;
