// A picture with its title, what is to be seen in it, and the same figures as a table; and tables.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

export interface Column {
  title: string;
  number?: boolean;
}
export type Cell = ComponentChildren;

interface TableProps {
  caption: string;
  columns: Column[];
  rows: Cell[][];
  showsCaption?: boolean;
}

/** A table that is wider than the page is scrolled with the keyboard too. */
export function DataTable({ caption, columns, rows, showsCaption = true }: TableProps) {
  return (
    <section class="scroll" tabIndex={0} aria-label={caption}>
      <table>
        <caption class={showsCaption ? "" : "unseen"}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" class={column.number ? "number" : ""}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) => (
                <td key={j} class={columns[j]?.number ? "number" : ""}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface FigureProps {
  title: string;
  caption: ComponentChildren;
  table?: TableProps | undefined;
  children: ComponentChildren;
}

export function Figure({ title, caption, table, children }: FigureProps) {
  const [open, setOpen] = useState(false);
  return (
    <figure>
      <figcaption>
        <strong>{title}.</strong> {caption}
      </figcaption>
      {children}
      {table && (
        <details onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>The same as a table</summary>
          {open && <DataTable {...table} />}
        </details>
      )}
    </figure>
  );
}

/** With a full stop, where it has none. */
const sentence = (text: string): string => (/[.…]$/.test(text) ? text : `${text}.`);

/** What cannot be shown, and why. */
export function LeftOut({ what, why }: { what: string; why: string }) {
  return (
    <p class="left-out">
      {what}: {sentence(why)}
    </p>
  );
}

export function Warnings({ warnings }: { warnings: string[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul class="warnings" aria-label="Warnings">
      {warnings.map((warning) => (
        <li key={warning}>
          <strong>Note:</strong> {sentence(warning)}
        </li>
      ))}
    </ul>
  );
}
