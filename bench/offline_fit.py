#!/usr/bin/env python3
"""Times `joulecast fit` (all models, with calibration) and, for comparison, only the paper's search in scikit-learn.

    bench/offline_fit.py JOULECAST workloads.csv [--draws 100] [--jobs 2]

Both sides do the same search: for mean power and for epoch energy, over all rows and over each source's rows, with linear,
ridge, kernel ridge and support vector regression, DRAWS random settings each, and 5 folds grouped by configuration with the
scaler fitted inside the fold. Support vectors are searched on at most 300 rows. Also times `joulecast predict`. Prints seconds
and their ratio. Needs numpy, pandas and scikit-learn.
"""
import argparse
import os
import statistics
import subprocess
import tempfile
import time
import warnings

import numpy as np
import pandas as pd
from scipy.stats import expon
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import GroupKFold, RandomizedSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

FEATURES = ["batch_size", "height", "width", "gpu_number", "power_limit_w", "train_samples", "validation_samples",
            "gflops_forward_per_sample", "params"]
MODELS = [
    ("linear", LinearRegression(), {}),
    ("ridge", Ridge(), {"alpha": expon(scale=0.1)}),
    ("kernel ridge", KernelRidge(kernel="rbf"), {"alpha": expon(scale=0.01), "gamma": expon(scale=0.01)}),
    ("support vector", SVR(), {"C": expon(scale=10), "epsilon": expon(scale=0.02), "gamma": expon(scale=0.05)}),
]
MOST_SUPPORT_VECTOR_ROWS = 300


def features_of(table):
    """Nine numbers per row, as many as joulecast has; the time does not depend on which nine."""
    sides = table["input_shape"].str.split("x", expand=True).reindex(columns=[0, 1, 2])
    table["height"], table["width"] = pd.to_numeric(sides[1]), pd.to_numeric(sides[2])
    table["gpu_number"] = table["gpu"].astype("category").cat.codes
    return table[FEATURES].to_numpy(float)


def search(x, y, groups, draws, jobs):
    """Seconds for all four models."""
    began = time.perf_counter()
    for name, model, settings in MODELS:
        rows = np.arange(len(y))
        if name == "support vector" and len(y) > MOST_SUPPORT_VECTOR_ROWS:
            rows = np.random.default_rng(1).choice(len(y), MOST_SUPPORT_VECTOR_ROWS, replace=False)
        pipeline = TransformedTargetRegressor(
            make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler(), model), transformer=StandardScaler())
        step = type(model).__name__.lower()
        folds = GroupKFold(min(5, len(set(groups[rows]))))
        if settings:
            named = {f"regressor__{step}__{key}": value for key, value in settings.items()}
            RandomizedSearchCV(pipeline, named, n_iter=draws, cv=folds, scoring="r2", n_jobs=jobs, random_state=1,
                               refit=False).fit(x[rows], y[rows], groups=groups[rows])
        else:
            cross_val_score(pipeline, x[rows], y[rows], groups=groups[rows], cv=folds, scoring="r2")
        pipeline.fit(x, y)
    return time.perf_counter() - began


def scikit_learn_seconds(table, draws, jobs):
    energy = table["epoch_gpu_energy_j"].fillna(table["mean_gpu_w"] * table["epoch_time_s"])
    total = 0
    for target in [table["mean_gpu_w"], energy]:
        for rows in [table.index] + [group.index for _, group in table.groupby("source")]:
            part = table.loc[rows].copy()
            total += search(features_of(part), target[rows].to_numpy(), part["config_id"].to_numpy(), draws, jobs)
    return total


def timed(*command):
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("joulecast")
    parser.add_argument("table")
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    with tempfile.TemporaryDirectory() as folder:
        model = os.path.join(folder, "model.json")
        ours = timed(options.joulecast, "fit", options.table, "-o", model)
        predict = [timed(options.joulecast, "predict", "resnet50", "--gpu", "RTX 3090", "--samples", "50000", "--fitted",
                         model) for _ in range(11)]
    theirs = scikit_learn_seconds(pd.read_csv(options.table), options.draws, options.jobs)
    print(f"joulecast fit, all models and calibration: {ours:.1f} s")
    print(f"scikit-learn, the paper's search alone:    {theirs:.1f} s   ratio {theirs / ours:.1f}")
    print(f"joulecast predict, ResNet-50: median {1e3 * statistics.median(predict):.0f} ms of {len(predict)} calls")


if __name__ == "__main__":
    main()
