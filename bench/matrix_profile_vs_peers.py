"""Times the matrix profile of joulecast, of stumpy and SCAMP (where they are installed), and by plain brute force.

    python3 bench/matrix_profile_vs_peers.py build/bench/bench/segment_bench [--n 65536] [--venv DIR] [--scamp]

FP64, window 10, self-join with nearest-neighbour indices; pairs = n^2 / 2. One thread is timed by its CPU time, which other
load hardly affects. Two threads are timed by the clock, which needs an idle machine. Without stumpy or SCAMP the ratios use
published figures for a 2-core Zen 4 virtual machine, and the output says so. stumpy is installed from the network into its own
environment; --scamp also builds pyscamp there, which needs a compiler and some minutes.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

PUBLISHED = {("SCAMP", 1): 0.92, ("SCAMP", 2): 1.19, ("stumpy", 2): 0.46}  # Gpairs/s

PEER = r"""
import json, sys, time
import numpy as np
n, m, repeats = int(sys.argv[1]), 10, 3
x = np.cumsum(np.random.default_rng(2).normal(size=n))
result = {}
def best(threads, run):
    clock = time.process_time if threads == 1 else time.perf_counter
    times = []
    for _ in range(repeats):
        begin = clock(); run(); times.append(clock() - begin)
    return n * n / 2 / min(times) * 1e-9
try:
    import numba, stumpy
    stumpy.stump(x[:2000], m)  # compiles
    for threads in (1, 2):
        if threads > numba.config.NUMBA_NUM_THREADS: continue
        numba.set_num_threads(threads)
        result[f"stumpy {threads}"] = best(threads, lambda: stumpy.stump(x, m))
except ImportError as error:
    result["stumpy error"] = str(error)
try:
    import pyscamp
    for threads in (1, 2):
        result[f"SCAMP {threads}"] = best(threads, lambda: pyscamp.selfjoin(x, m, threads=threads, precision="double"))
except ImportError as error:
    result["SCAMP error"] = str(error)
print(json.dumps(result))
"""


def own_figures(program):
    """Gpairs/s by (case, threads), the best of three repetitions; and microseconds by case."""
    done = subprocess.run([program, "--benchmark_format=json", "--benchmark_repetitions=3",
                           "--benchmark_filter=matrix_profile_walk/65536/[12]/0|brute_force|floss_sample"],
                          capture_output=True, text=True, check=True)
    pairs, times = {}, {}
    for case in json.loads(done.stdout)["benchmarks"]:
        if case.get("run_type") == "aggregate":
            continue
        name = case["name"].split("/")
        if "pairs" in case:
            key = (name[0], int(name[2]) if name[0].startswith("matrix") else 1)
            count = int(name[1]) ** 2 / 2
            milliseconds = case["cpu_time" if key[1] == 1 else "real_time"]
            pairs[key] = max(pairs.get(key, 0), count / milliseconds * 1e-6)
        else:
            key = case["name"]
            times[key] = min(times.get(key, float("inf")), case["cpu_time"])
    return pairs, times


def peer_figures(venv, n, scamp):
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    wanted = ["stumpy"] + (["pyscamp"] if scamp else [])
    installed = subprocess.run([python, "-m", "pip", "install", "-q", *wanted], capture_output=True, text=True)
    if installed.returncode != 0:
        print("peers cannot be installed:", installed.stderr.strip().splitlines()[-1:])
    done = subprocess.run([python, "-c", PEER, str(n)], capture_output=True, text=True)
    return json.loads(done.stdout) if done.returncode == 0 else {}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--n", type=int, default=65536)
    parser.add_argument("--venv", type=pathlib.Path)
    parser.add_argument("--scamp", action="store_true")
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args()

    own, times = own_figures(options.program)
    with tempfile.TemporaryDirectory() as scratch:
        peers = {} if options.no_peers else peer_figures(options.venv or pathlib.Path(scratch) / "venv", options.n,
                                                         options.scamp)
    print(f"{'':<26}{'Gpairs/s':>9}{'ratio':>8}")
    for threads in (1, 2):
        ours = own[("matrix_profile_walk", threads)]
        print(f"joulecast, {threads} thread(s){'':<5}{ours:>9.2f}")
        for peer in ("SCAMP", "stumpy"):
            measured = peers.get(f"{peer} {threads}")
            figure = measured or PUBLISHED.get((peer, threads))
            if figure:
                print(f"  {peer + ('' if measured else ' (published)'):<24}{figure:>9.2f}{ours / figure:>7.1f}x")
    brute = own[("brute_force", 1)]
    print(f"  {'brute force, 1 thread':<24}{brute:>9.2f}{own[('matrix_profile_walk', 1)] / brute:>7.1f}x")
    for case, microseconds in times.items():
        print(f"{case}: {microseconds:.2f} us of CPU a sample")


if __name__ == "__main__":
    main()
