// Colours, dashes, textures and shapes: those of the report (src/report/pictures/svg_style.cpp), so that a component and a
// provenance look the same everywhere, and what differs by colour differs by shape, dash or pattern too.

/** The colours of Okabe and Ito, darkened where a white background needs it; the second is for a dark one. */
export const palette: readonly (readonly [string, string])[] = [
  ["#0072b2", "#56b4e9"],
  ["#d55e00", "#ff9248"],
  ["#00805c", "#2bc79b"],
  ["#b0518a", "#e39cc4"],
  ["#9a7000", "#e6b422"],
  ["#2a8cc4", "#8ecbf0"],
  ["#7a5cc0", "#b9a3f0"],
  ["#5f6b76", "#a9b4bf"],
];

/** Drawn over the colour of a layer, in a tile of 8 by 8. Neighbours differ clearly. */
export const textures: readonly string[] = [
  "",
  "M-2 2L2 -2M0 8L8 0M6 10L10 6",
  "M2 2h1M6 6h1",
  "M-2 6L2 10M0 0L8 8M6 -2L10 2",
  "M0 4H8",
  "M4 0V8",
  "M0 4H8M4 0V8",
  "M0 2H8",
];
export const gapHatch = "M-2 2L2 -2M0 8L8 0M6 10L10 6";
/** Of what was held back by a power limit. */
export const limitedDashes = "M1 2h2M5 5h2";
export const wasteHatch = "M-2 6L2 10M0 0L8 8M6 -2L10 2";

const componentLooks: Record<string, [number, string]> = {
  gpu: [0, "GPU"],
  cpu: [1, "CPU"],
  dram: [2, "memory"],
  other: [3, "other"],
  process: [4, "other"],
  node: [7, "whole machine"],
};
export const lookOfComponent = (component: string): number => componentLooks[component]?.[0] ?? 3;
export const wordsForComponent = (component: string): string => componentLooks[component]?.[1] ?? component;

export interface RunLook {
  colour: number; // index of the palette
  shape: number; // index of the shapes
}

/** Of its id alone: the same run looks the same on every page, every day and every machine. */
export function lookOfRun(id: string): RunLook {
  let hash = 2166136261; // FNV-1a
  for (let i = 0; i < id.length; ++i) hash = Math.imul(hash ^ id.charCodeAt(i), 16777619) >>> 0;
  hash ^= hash >>> 15;
  return { colour: (hash >>> 0) % 7, shape: ((hash >>> 8) >>> 0) % shapes.length };
}

/** Marks of about the same area around (0, 0). */
export const shapes: readonly string[] = [
  "M-4.5 0A4.5 4.5 0 1 0 4.5 0A4.5 4.5 0 1 0 -4.5 0Z",
  "M-4 -4H4V4H-4Z",
  "M0 -5.5L5.2 4H-5.2Z",
  "M0 -5.8L5.8 0L0 5.8L-5.8 0Z",
  "M0 5.5L5.2 -4H-5.2Z",
  "M-1.8 -5.2H1.8V-1.8H5.2V1.8H1.8V5.2H-1.8V1.8H-5.2V-1.8H-1.8Z",
];
