"""Times `joulecast compare` on a table of a million rows, and pandas and scipy with the same test on the same file.

    python3 bench/compare_million.py build/bench/joulecast [rows]

Prints the seconds of each (best of three, whole processes) and their ratio, both as wall-clock time and as processor time.
The load of other programs hardly affects processor time. Only the comparison needs pandas and scipy.
"""
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

PEER = """
import sys, pandas, scipy.stats
table = pandas.read_csv(sys.argv[1])
groups = [g["energy_j"].to_numpy() for _, g in table.groupby("gpu")]
print(scipy.stats.kruskal(*groups).statistic, scipy.stats.levene(*groups).statistic)
"""


def best(command):
    wall, cpu = [], []
    for _ in range(3):
        begin, before = time.perf_counter(), os.times()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        wall.append(time.perf_counter() - begin)
        cpu.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return min(wall), min(cpu)


joulecast, rows = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
with tempfile.TemporaryDirectory() as folder:
    table = pathlib.Path(folder) / "runs.csv"
    draw = random.Random(1)
    gpus = ["A100", "H100", "RTX 3090", "T4", "V100"]
    with table.open("w") as file:
        file.write("run_id,gpu,energy_j\n")
        for i in range(rows):
            file.write(f"r{i},{gpus[i % 5]},{1000 + 2 * (i % 5) + draw.expovariate(0.01):.6f}\n")
    ours = best([joulecast, "compare", str(table), "--group", "gpu", "--value", "energy_j"])
    print(f"joulecast compare, {rows} rows: {ours[0]:.2f} s, {ours[1]:.2f} s of processor (target below 2 s for 10^6)")
    try:
        peer = best(["/usr/bin/python3", "-c", PEER, str(table)])
        print(f"pandas + scipy, Kruskal-Wallis and Levene alone: {peer[0]:.2f} s, {peer[1]:.2f} s of processor, "
              f"{peer[1] / ours[1]:.1f} times ours")
    except (subprocess.CalledProcessError, FileNotFoundError):
        print("pandas and scipy are not here: no peer timed")
