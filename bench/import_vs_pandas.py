"""Times the import of an nvidia-smi log by joulecast and by pandas, in one run on one core, on the same file.

    python3 bench/import_vs_pandas.py build/bench/bench/import_bench [--megabytes 40] [--repetitions 5]

Both parse the timestamps and remove the units. pandas uses its C engine and a given date format, its fastest way. The
energies of both must agree.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time

HEADER = ("timestamp, name, utilization.gpu [%], utilization.memory [%], memory.total [MiB], memory.used [MiB], "
          "power.draw [W], power.max_limit [W], temperature.gpu\n")


def write_log(path, megabytes):
    """A made-up training: a ramp, a plateau with noise, an evaluation dip every five minutes; one row a second."""
    rng = random.Random(7)
    start = time.mktime((2023, 2, 1, 0, 0, 0, 0, 0, 0))
    millis = int(start * 1000)
    written = 0
    with open(path, "w") as out:
        out.write(HEADER)
        while written < megabytes * 1e6:
            rows = []
            for _ in range(1000):
                millis += 1000 + rng.choice((2, 3, 4, 5))
                seconds = millis // 1000
                busy = 40 if seconds % 300 < 20 else 97
                stamp = time.strftime("%Y/%m/%d %H:%M:%S", time.localtime(seconds))
                rows.append(f"{stamp}.{millis % 1000:03}, NVIDIA GeForce RTX 3070, {busy} %, {busy // 2} %, 8192 MiB, "
                            f"{7400 + rng.randrange(80)} MiB, {2.1 * busy + rng.random() * 9:.2f} W, 240.00 W, "
                            f"{60 + rng.randrange(9)}\n")
            text = "".join(rows)
            written += len(text)
            out.write(text)


def read_with_pandas(path):
    import numpy as np
    import pandas as pd
    frame = pd.read_csv(path, skipinitialspace=True, engine="c")
    frame.columns = [name.strip() for name in frame.columns]
    frame["timestamp"] = pd.to_datetime(frame["timestamp"], format="%Y/%m/%d %H:%M:%S.%f")
    for name, unit in (("utilization.gpu [%]", " %"), ("utilization.memory [%]", " %"),
                       ("memory.used [MiB]", " MiB"), ("power.draw [W]", " W")):
        frame[name] = frame[name].str.slice(stop=-len(unit)).astype(float)
    seconds = (frame["timestamp"] - frame["timestamp"].iloc[0]).dt.total_seconds().to_numpy()
    return float(np.trapz(frame["power.draw [W]"].to_numpy(), seconds))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--megabytes", type=float, default=40)
    parser.add_argument("--repetitions", type=int, default=5)
    arguments = parser.parse_args()
    os.environ["TZ"] = "UTC"
    time.tzset()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "gpu.csv")
        write_log(path, arguments.megabytes)
        ours = json.loads(subprocess.run([arguments.program, path, str(arguments.repetitions)], check=True,
                                         capture_output=True, text=True).stdout)
        read_with_pandas(path)
        pandas = {"seconds": float("inf"), "cpu_seconds": float("inf")}
        for _ in range(max(2, arguments.repetitions // 2)):
            begin, cpu = time.perf_counter(), time.process_time()
            energy = read_with_pandas(path)
            pandas["seconds"] = min(pandas["seconds"], time.perf_counter() - begin)
            pandas["cpu_seconds"] = min(pandas["cpu_seconds"], time.process_time() - cpu)
    if abs(energy - ours["energy_j"]) > 1e-9 * energy:
        sys.exit(f"the energies differ: {energy} J by pandas, {ours['energy_j']} J by joulecast")
    print(f"file {ours['megabytes']:.1f} MB, {ours['readings']} readings, {energy / 1e6:.3f} MJ by both; best of the "
          "repetitions, one core")
    print(f"{'':10} {'joulecast':>12} {'pandas':>12} {'ratio':>8}")
    for label, key in (("CPU time", "cpu_seconds"), ("wall time", "seconds")):
        rates = ours["megabytes"] / ours[key], ours["megabytes"] / pandas[key]
        print(f"{label:10} {rates[0]:7.0f} MB/s {rates[1]:7.1f} MB/s {rates[0] / rates[1]:7.1f}x")


if __name__ == "__main__":
    main()
