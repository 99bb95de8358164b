#!/usr/bin/python3
"""Fits the constants of the projection's error model (src/estimate/online/change_model.hpp) and scores them held out.

    joulecast evaluate online ROOT --moments moments.csv
    bench/calibrate_projection.py moments.csv [--held-out]

Each moment is what the adaptive method knew at a time, and what followed. The script minimises the interval score (Winkler
1972). It sums the score's logarithm over the kinds of moments, so that early moments with wide intervals do not dominate.
Within a kind every group (source x architecture) has the same weight, and two meters on one run share one weight. A penalty
keeps the coverage of each kind and source near the nominal level. --held-out leaves out each group in turn, fits the others,
and reports the coverage on the group left out. Needs numpy, pandas and scipy.
"""
import argparse

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import ndtr

OUTSIDE = 0.05
NAMES = ["hazard", "hazard_after", "mean_rise", "mean_fall", "upward", "scale", "one_unit", "two_units", "floor"]
START = np.array([0.25, 0.02, 0.17, 0.06, 0.85, 1.0, 0.4, 0.05, 0.009])
PLACES = (np.arange(12) + 0.5) / 12
KIND_WEIGHT = {"adaptive": 3.0, "adaptive-first": 3.0, "0.01": 0.0}


def interval(p, d):
    """Relative errors of the remaining cost below and above which OUTSIDE of the probability lies."""
    share = d.share.values
    change = 1 - share ** np.where(d.changed.values > 0, p[1], p[0])
    affected = (1 - share[:, None] ** (1 - PLACES)) / (1 - share[:, None])
    units = d.units.values
    young = np.where(units == 1, p[6], np.where(units == 2, p[7], 0))
    sd = np.sqrt((p[5] * d.relative_sd.values) ** 2 + p[8] ** 2 + young ** 2)

    def above(u):
        rises = np.mean((1 + u[:, None] / affected) ** (-1 / p[2]), 1)
        return change * p[4] * rises + (1 - change) * ndtr(-u / sd)

    def below(u):
        left = 1 - u[:, None] / affected
        falls = np.mean(np.where(left > 0, np.maximum(left, 1e-12) ** (1 / p[3]), 0), 1)
        return change * (1 - p[4]) * falls + (1 - change) * ndtr(-u / sd)

    def solve(tail, high):
        low, high = np.zeros(len(share)), np.full(len(share), high)
        for _ in range(28):
            middle = (low + high) / 2
            outside = tail(middle) > OUTSIDE
            low, high = np.where(outside, middle, low), np.where(outside, high, middle)
        return high

    return solve(below, 0.99), solve(above, 10.0)


def score(p, d):
    down, up = interval(p, d)
    error = d.error.values
    winkler = d.rest.values * (up + down + (np.maximum(error - up, 0) + np.maximum(-down - error, 0)) / OUTSIDE)
    mean = (winkler * d.weight).groupby(d.kind).sum() / d.weight.groupby(d.kind).sum()
    total = sum(KIND_WEIGHT.get(kind, 1.0) * np.log(value) for kind, value in mean.items())
    blur = 0.05 * (up + down) + 1e-4
    inside = ndtr((up - error) / blur) * ndtr((down + error) / blur)
    coverage = (d.run_weight * inside).groupby([d.kind, d.source]).sum() / d.run_weight.groupby([d.kind, d.source]).sum()
    for (kind, _), value in coverage.items():
        total += 60 * KIND_WEIGHT.get(kind, 1.0) * max(0.0, 0.89 - value) ** 2
    return total


def fit(d, start, steps):
    pack = lambda p: np.where(np.arange(9) == 4, np.log(p / (1 - np.minimum(p, 0.999))), np.log(p))
    unpack = lambda q: np.where(np.arange(9) == 4, 1 / (1 + np.exp(-q)), np.exp(q))
    bounded = lambda q: 1e9 if np.any(unpack(q) > 4) else score(unpack(q), d)
    return unpack(minimize(bounded, pack(start), method="Nelder-Mead",
                           options={"maxiter": steps, "xatol": 0.01, "fatol": 1e-3}).x)


def report(title, d, down, up):
    inside = (d.error <= up) & (d.error >= -down)
    shown = d.assign(inside=100.0 * inside, width=100 * (up + down) * d.rest)
    mean = lambda rows: pd.Series({"runs": rows.run.nunique(),
                                   "covered": np.average(rows.inside, weights=rows.run_weight),
                                   "width": np.average(rows.width, weights=rows.run_weight)})
    print(f"\n{title}: coverage and mean width in percent")
    print(shown.groupby("kind").apply(mean).round(1).to_string())
    named = shown[shown.kind.str.startswith("adaptive")]
    print(named.groupby(["kind", "source"]).apply(mean).round(1).to_string())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("moments")
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--steps", type=int, default=600)
    arguments = parser.parse_args()
    d = pd.read_csv(arguments.moments, dtype={"kind": str})
    d = d[d.forecast_remaining_j > 0].reset_index(drop=True)
    d["error"] = d.remaining_j / d.forecast_remaining_j - 1
    d["rest"] = d.forecast_remaining_j / (d.used_j + d.remaining_j)
    d["group"] = d.source + "/" + d.architecture
    d["run_weight"] = 1 / d.groupby(["kind", "run"]).error.transform("size")
    d["weight"] = d.run_weight / d.groupby(["kind", "group"]).run_weight.transform("sum")

    report("shipped constants", d, *interval(START, d))
    best = fit(d, START, arguments.steps)
    print("\nfitted: " + ", ".join(f".{name} = {value:.3g}" for name, value in zip(NAMES, best)))
    report("fitted to all", d, *interval(best, d))
    if arguments.held_out:
        down, up = np.zeros(len(d)), np.zeros(len(d))
        for group in d.group.unique():
            out = (d.group == group).values
            fitted = fit(d[~out], best, arguments.steps // 2)
            print(f"without {group}: " + ", ".join(f"{name} {value:.3g}" for name, value in zip(NAMES, fitted)), flush=True)
            down[out], up[out] = interval(fitted, d[out])
        report("held out by group (source x architecture)", d, down, up)


if __name__ == "__main__":
    main()
