#!/usr/bin/python3
"""Fits constants of the projection's error model (src/estimate/online/change_model.hpp) and scores them on sources left out.

    joulecast evaluate online ROOT… --moments moments.csv
    bench/calibrate_projection.py moments.csv [--held-out] [--held-out-groups SOURCE]

Each moment is what the adaptive method knew at a time, and what followed. Only two constants are fitted, which the runs of
several sources can tell: how often a regime changes, and by how much upwards. What stands for what a run has not shown yet (an
end phase, a validation, a dear first epoch, start-up in a lone unit) is given, as a fit to sources without it would say that it
does not exist; so are those that a single source would decide. The script minimises the interval score (Winkler 1972): its
logarithm, summed over the kinds of moments and the sources, so that neither early moments nor large sources dominate. A penalty
keeps each source near the nominal coverage. --held-out leaves out each source in turn, fits the others, and scores the one left
out. --held-out-groups does the same with each group of a source: with "logs" each framework (bench/log_bundles.py). Needs numpy
and scipy.
"""
import argparse
import csv

import numpy as np
from scipy.optimize import minimize
from scipy.special import ndtr

OUTSIDE = 0.05
SHIPPED = {"hazard": 0.22, "hazard_after": 0.03, "upward": 0.75, "mean_rise": 0.19, "mean_fall": 0.09, "scale": 1, "floor": 0.007,
           "one_unit": 0.4, "two_units": 0.05, "end_phase": 0.25, "end_cycles": 1.3, "end_phase_evaluated": 0.12,
           "validation": 0.5, "validation_cost": 0.1, "evaluation_cost": 0.2, "cold": 0.5, "cold_cost": 0.2, "early": 0.25, "early_cost": 0.15, "recurring_begin": 0.25, "start_up": 0.5}
FITTED = ["hazard", "mean_rise"]
KINDS = ["0.02", "0.05", "0.1", "0.2", "0.5", "adaptive", "adaptive-first", "probe"]
WEIGHT = {"0.02": 0.5, "probe": 0}  # probes are scored, and decide nothing: the constants hold for any share
PLACES = (np.arange(12) + 0.5) / 12
SIZES = (np.arange(8) + 0.5) / 8


def read(path):
    with open(path) as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] in KINDS and float(row["forecast_remaining_j"]) > 0]
    names = ["share", "relative_sd", "changed", "units", "cycle", "age", "first_epoch", "saw_epoch_end", "saw_evaluation", "unseen_cycle", "may_be_start", "saw_little",
             "may_recur", "jump",
             "used_j", "forecast_remaining_j", "remaining_j"]
    d = {name: np.array([float(row[name]) for row in rows]) for name in names}
    d |= {name: np.array([row[name] for row in rows]) for name in ("kind", "source", "architecture", "run")}
    count = {}
    for key in zip(d["kind"], d["run"]):
        count[key] = count.get(key, 0) + 1
    d["weight"] = np.array([1 / count[key] for key in zip(d["kind"], d["run"])])  # the meters of one run count as one
    return d


def interval(c, d):
    """Relative errors of the remaining cost below and above which OUTSIDE of the probability lies."""
    changed = d["changed"] > 0
    seen = np.clip(np.where(changed, d["age"], d["share"]), 1e-6, 1 - 1e-9)
    change = 1 - seen ** np.where(changed, c["hazard_after"], c["hazard"])
    affected = (1 - seen[:, None] ** (1 - PLACES)) / (1 - seen[:, None])
    lone = (d["units"] <= 1) & (d["jump"] < 0)
    young = np.select([lone, d["units"] <= 1, d["units"] == 2], [c["one_unit"], np.hypot(c["two_units"], d["jump"]), c["two_units"]], 0)
    sd = np.sqrt((c["scale"] * d["relative_sd"]) ** 2 + c["floor"] ** 2 + young ** 2)
    shifts, weights, left = [], [], np.ones(len(sd))

    def shift(probability, quantile):
        nonlocal left
        for p in SIZES:
            shifts.append(quantile(p) * np.ones(len(sd)))
            weights.append(probability * left / len(SIZES))
        left = left * (1 - probability)

    exponential = lambda p, mean: -np.log1p(-p) * mean
    first = d["first_epoch"] > 0
    shift(np.where(lone, c["start_up"], 0), lambda p: -p)
    shift(np.where(first & (d["saw_epoch_end"] == 0), c["validation"], 0), lambda p: exponential(p, c["validation_cost"]))
    none_came_yet = np.clip(-np.log(seen) / np.log(100), 0, 1)
    shift(np.where(d["unseen_cycle"] > 0, c["validation"] * none_came_yet, 0), lambda p: exponential(p, c["evaluation_cost"]))
    cold = first | (d["may_be_start"] > 0)
    shift(np.where(cold, c["cold"], 0), lambda p: 1 / (1 + exponential(p, c["cold_cost"])) - 1)
    shift(np.where((d["saw_little"] > 0) & ~cold, c["early"], 0), lambda p: 1 / (1 + exponential(p, c["early_cost"])) - 1)
    shift(np.where(d["may_recur"] > 0, c["recurring_begin"], 0), lambda p: d["may_recur"])
    end = np.where(d["saw_evaluation"] > 0, c["end_phase_evaluated"], c["end_phase"])
    shift(np.where(d["cycle"] > 0, end, 0), lambda p: exponential(p, c["end_cycles"] * d["cycle"]))
    shifts, weights = np.array([np.zeros(len(sd))] + shifts), np.array([left] + weights)

    def rises(u):
        tail = np.mean((1 + u[..., None] / affected) ** (-1 / c["mean_rise"]), -1)
        return change * c["upward"] * tail + (1 - change) * ndtr(-u / sd)

    def falls(u):
        rest = 1 - u[..., None] / affected
        tail = np.mean(np.where(rest > 0, np.maximum(rest, 1e-12) ** (1 / c["mean_fall"]), 0), -1)
        return change * (1 - c["upward"]) * tail + (1 - change) * ndtr(-u / sd)

    above = lambda u: np.where(u >= 0, rises(np.maximum(u, 0)), 1 - falls(np.maximum(-u, 0)))
    below = lambda u: np.where(u >= 0, falls(np.maximum(u, 0)), 1 - rises(np.maximum(-u, 0)))

    def solve(tail, high):
        low, high = np.zeros(len(sd)), np.full(len(sd), high)
        for _ in range(18):
            middle = (low + high) / 2
            outside = tail(middle) > OUTSIDE
            low, high = np.where(outside, middle, low), np.where(outside, high, middle)
        return high

    return (solve(lambda u: (weights * below(u + shifts)).sum(0), 0.99),
            solve(lambda u: (weights * above(u - shifts)).sum(0), 10.0))


def outcomes(c, d):
    """Covered, width and interval score of each moment, in percent of the total."""
    down, up = interval(c, d)
    total = d["used_j"] + d["remaining_j"]
    low, high, truth = d["forecast_remaining_j"] * (1 - down), d["forecast_remaining_j"] * (1 + up), d["remaining_j"]
    outside = np.maximum(0, np.maximum(low - truth, truth - high))
    return (outside == 0) * 1.0, 100 * (high - low) / total, 100 * (high - low + outside / OUTSIDE) / total


def mean(values, d, where):
    return (values[where] * d["weight"][where]).sum() / d["weight"][where].sum()


def score(c, d):
    covered, _, winkler = outcomes(c, d)
    total = 0
    for kind in KINDS:
        sources = [source for source in np.unique(d["source"]) if ((d["kind"] == kind) & (d["source"] == source)).any()]
        for source in sources:
            where = (d["kind"] == kind) & (d["source"] == source)
            # a single hopeless run does not decide
            value = np.log(mean(np.minimum(winkler, 300), d, where)) + 8 * max(0, 0.9 - mean(covered, d, where))
            total += WEIGHT.get(kind, 1) * value / len(sources)
    return total


def fit(d, start, evaluations):
    first = np.log([start[name] for name in FITTED])
    at = lambda x: start | {name: float(np.exp(value)) for name, value in zip(FITTED, x)}
    best = minimize(lambda x: score(at(x), d) + 0.01 * ((x - first) ** 2).sum(), first, method="Powell",
                    options={"maxfev": evaluations, "ftol": 1e-3})
    return at(best.x)


def report(title, d, outcome):
    covered, width, winkler = outcome
    print(f"\n{title}: coverage / mean width / interval score, in percent")
    print(f"{'':16}" + "".join(f"{kind:>22}" for kind in KINDS))
    for source in [*np.unique(d["source"]), "all"]:
        cells = []
        for kind in KINDS:
            where = (d["kind"] == kind) & ((d["source"] == source) | (source == "all"))
            cells.append(f"{100 * mean(covered, d, where):5.1f} /{mean(width, d, where):6.1f} /{mean(winkler, d, where):6.1f}"
                         if where.any() else "-")
        print(f"{source:16}" + "".join(f"{cell:>22}" for cell in cells), flush=True)


def select(d, where):
    return {name: values[where] for name, values in d.items()}


def leave_out(title, d, groups, evaluations):
    """Scores each group with constants that were fitted to everything else."""
    parts = []
    for group in np.unique(groups[groups != ""]):
        out = groups == group
        fitted = fit(select(d, ~out), SHIPPED, evaluations)
        print(f"without {group}: " + ", ".join(f"{name} {fitted[name]:.3g}" for name in FITTED), flush=True)
        parts.append((select(d, out), outcomes(fitted, select(d, out))))
    joined = {name: np.concatenate([part[name] for part, _ in parts]) for name in d}
    report(title, joined, [np.concatenate([outcome[i] for _, outcome in parts]) for i in range(3)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("moments")
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--held-out-groups", metavar="SOURCE")
    parser.add_argument("--evaluations", type=int, default=40)
    arguments = parser.parse_args()
    d = read(arguments.moments)
    report("shipped constants", d, outcomes(SHIPPED, d))
    best = fit(d, SHIPPED, arguments.evaluations)
    report("fitted to all (" + ", ".join(f"{name} {best[name]:.3g}" for name in FITTED) + ")", d, outcomes(best, d))
    if arguments.held_out:
        leave_out("each source by the fit to the others", d, d["source"], arguments.evaluations)
    if arguments.held_out_groups:
        groups = np.where(d["source"] == arguments.held_out_groups, d["architecture"], "")
        leave_out("each group by the fit to everything else", d, groups, arguments.evaluations)


if __name__ == "__main__":
    main()
