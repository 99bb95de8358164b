// The sign and the link of a run, the same on every page.
import type { Status } from "../api/schema";
import { lookOfRun, shapes } from "../picture/look";
import { addressOf } from "../router";
import { mostOfAName, shortened } from "../text/printable";

export function RunMark({ id }: { id: string }) {
  const look = lookOfRun(id);
  return (
    <svg class="run-mark" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true" focusable="false">
      <path class={`c${look.colour} plain`} d={shapes[look.shape]!} />
    </svg>
  );
}

export function RunLink({ id, name }: { id: string; name: string }) {
  return (
    <a class="run-link" href={addressOf("run", id)}>
      <RunMark id={id} />
      <span title={name}>{shortened(name || id, mostOfAName)}</span>
    </a>
  );
}

const signs: Record<Status, string> = {
  running: "▶",
  finished: "✓",
  failed: "✕",
  interrupted: "◼",
  stopped: "◼",
};

export function StatusWord({ status, exitStatus }: { status: Status; exitStatus?: number | null }) {
  const code = status === "failed" && exitStatus ? ` (exit ${exitStatus})` : "";
  return (
    <span class={`status ${status}`}>
      <span aria-hidden="true">{signs[status] ?? ""}</span> {status}
      {code}
    </span>
  );
}
