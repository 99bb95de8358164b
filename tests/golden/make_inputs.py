#!/usr/bin/env python3
"""Writes the inputs of the golden outputs: small synthetic runs, logs and tables. All figures are invented.

    make_inputs.py [FOLDER]    (default: inputs beside this file)

The same Python gives the same bytes every time; golden_test.py fails where the stored inputs are not what this writes.
"""
import pathlib
import shutil
import sys

from making import campaigns, logs, machines, runs, tables


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "inputs")
    if root.exists():
        shutil.rmtree(root)
    for make in (runs.steady_run, runs.changing_run, runs.gap_run, runs.counter_run, runs.nodes_run, runs.no_epochs_run, runs.half_run,
                 runs.energy_only_run, runs.plateau_run):
        make(root / "bundles")
    runs.fold_runs(root / "phases")
    runs.language_model_run(root / "phases")
    runs.group_runs(root / "groups")
    runs.stable_runs(root / "stable")
    runs.broken_runs(root / "broken")
    logs.logs(root / "logs")
    for make in (tables.workload_tables, tables.decision_tables, tables.layer_tables, tables.cpu_tables):
        make(root / "tables")
    tables.cell_tables(root / "cells")
    campaigns.campaign(root / "campaigns")
    campaigns.group_campaign(root / "campaigns")
    machines.networks(root / "networks")
    machines.machines(root / "machines")


if __name__ == "__main__":
    main()
