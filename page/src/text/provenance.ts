// How much of a run's energy was measured, modelled and assumed, in the words of the report.
import type { Energy } from "../api/schema";
import { duration, interval, isKnown, kilowattHours, percent } from "./units";

export type WholeEnergy = Pick<Energy, "total" | "by_component"> & Partial<Energy>;

export interface Share {
  word: "measured" | "modelled" | "assumed";
  share: number;
}

/** Shares of the total; nothing where the parts are not known. */
export function sharesOf(energy: WholeEnergy): Share[] {
  const sums = { measured: 0, modelled: 0, assumed: 0 };
  let all = 0;
  for (const part of energy.by_component) {
    if (!part.in_total || !isKnown(part.energy_j) || part.provenance === "missing") continue;
    sums[part.provenance] += part.energy_j;
    all += part.energy_j;
  }
  if (!(all > 0)) return [];
  return (["measured", "modelled", "assumed"] as const)
    .map((word) => ({ word, share: sums[word] / all }))
    .filter((share) => share.share > 0);
}

export const sharesText = (shares: Share[]): string =>
  shares.map(({ share, word }) => `${percent(share)} ${word}`).join(", ");

export function boundsOf(energy: WholeEnergy): { low: number; high: number } | undefined {
  const half = energy.relative_uncertainty ?? 0;
  if (!isKnown(energy.total) || !(half > 0)) return undefined;
  return { low: energy.total * Math.max(0, 1 - half), high: energy.total * (1 + half) };
}

export function intervalText(energy: WholeEnergy, between = "to"): string {
  const bounds = boundsOf(energy);
  return bounds ? interval(bounds.low, bounds.high, kilowattHours, between) : "";
}

/** The components whose meters state how sure they are, if others in the total do not. */
function statedAlone(energy: WholeEnergy): string {
  const stated = new Set<string>();
  let others = false;
  for (const part of energy.by_component) {
    if (!part.in_total || !isKnown(part.energy_j)) continue;
    if ((part.relative_uncertainty ?? 0) > 0) stated.add(part.component);
    else others = true;
  }
  return others ? [...stated].sort().join(" and ") : "";
}

const nearlyAll = 0.99;

/** The sentences below the figure: its interval, what is not in it, and how much of the time was measured. */
export function energySentences(energy: WholeEnergy): string[] {
  if (!isKnown(energy.total)) return ["The energy is unknown: no source of energy could be read."];
  const range = intervalText(energy, "and");
  const sentences = [
    range ? `Between ${range} (90 % interval).` : "As the meters tell it; they state no interval.",
  ];
  if (energy.missing && energy.missing.length > 0)
    sentences.push(`Without ${energy.missing.join(" and ")}, which nothing measured.`);
  const alone = statedAlone(energy);
  if (range && alone)
    sentences.push(`The interval is that of ${alone} alone: what reads the rest states none.`);
  if (isKnown(energy.not_measured_s))
    sentences.push(
      `${duration(energy.not_measured_s)} in which nothing measured a part of it are not counted for that part.`,
    );
  else if (isKnown(energy.coverage) && energy.coverage < nearlyAll)
    sentences.push(
      `Readings cover ${percent(energy.coverage)} of the time; its short gaps are filled with the power that was read beside them.`,
    );
  return sentences;
}
