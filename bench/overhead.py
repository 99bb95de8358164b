"""The cost of measuring: joulecast's CPU time and wake-ups by rate and number of GPUs, its start-up, and the child's slow-down.

Uses a fake NVIDIA driver and a fake RAPL tree, so that it runs anywhere. Calls of a real driver cost more; every run records
their latency. Usage: bench/overhead.py BUILD_FOLDER
"""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/release").resolve()
joulecast = build / "joulecast"
fake_nvml = next(build.rglob("libnvidia-ml.so.1"), None)
SECONDS = 10


def fake_machine(folder, gpus):
    """Environment of a machine with one RAPL package and this many GPUs."""
    zone = folder / "sys/class/powercap/intel-rapl:0"
    zone.mkdir(parents=True, exist_ok=True)
    for name, text in {"name": "package-0", "energy_uj": "123456789", "max_energy_range_uj": "262143328850"}.items():
        (zone / name).write_text(text + "\n")
    script = folder / "gpus.txt"
    script.write_text("".join(f"gpu uuid=GPU-{i:04d} name=Fake arch=7\nsquare low=60 high=300 period=2\n"
                              for i in range(gpus)))
    environment = dict(os.environ, JOULECAST_STORE=str(folder / "runs.db"), JOULECAST_SYSFS=str(folder / "sys"))
    if gpus:
        environment.update(JOULECAST_NVML_LIBRARY=str(fake_nvml), JOULECAST_FAKE_NVML=str(script))
    return environment


def wake_ups(pid):
    return sum(int(line.split()[1]) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()
               for line in (task / "status").read_text().splitlines() if line.startswith("voluntary_ctxt"))


def cost(interval, environment):
    """CPU seconds and wake-ups per second of a steady run; the start and the end are left out."""
    run = subprocess.Popen([joulecast, "run", "-q", "--interval", interval, "--", "sleep", str(SECONDS + 3)],
                           env=environment)
    time.sleep(1.5)

    def now():
        # Nanoseconds of CPU time, thread by thread: the clock ticks of /proc/PID/stat are too coarse.
        spent = sum(int((task / "schedstat").read_text().split()[0])
                    for task in pathlib.Path(f"/proc/{run.pid}/task").iterdir())
        return spent / 1e9, wake_ups(run.pid), time.monotonic()

    cpu0, wakes0, t0 = now()
    time.sleep(SECONDS)
    cpu1, wakes1, t1 = now()
    run.wait()
    return (cpu1 - cpu0) / (t1 - t0), (wakes1 - wakes0) / (t1 - t0)


def wall(command, environment):
    begin = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        print(f"{'rate':>8} {'GPUs':>5} {'share of a core':>16} {'CPU s/hour':>11} {'wake-ups/hour':>14}")
        for gpus in ((0, 1, 8) if fake_nvml else (0,)):
            environment = fake_machine(folder, gpus)
            for rate, interval in ((1, "1s"), (10, "100ms"), (100, "10ms"), (1000, "1ms")):
                share, wakes = cost(interval, environment)
                print(f"{rate:>5} Hz {gpus:>5} {share:>15.3%} {share * 3600:>11.1f} {wakes * 3600:>14.0f}")
        if not fake_nvml:
            print("(no fake NVIDIA driver in this build: configure with -DJOULECAST_TESTS=ON for the rows with GPUs)")

        environment = fake_machine(folder, 1 if fake_nvml else 0)
        pairs = [(wall([joulecast, "run", "-q", "--", "true"], environment), wall(["true"], environment))
                 for _ in range(31)]
        added = statistics.median(with_us - without for with_us, without in pairs)
        print(f"\nstart-up: `joulecast run -- true` adds {added * 1e3:.1f} ms (median of {len(pairs)} pairs)")

        work = [sys.executable, "-c", "x = 0\nfor i in range(20_000_000): x += i * i"]
        for rate, interval in ((1, "1s"), (100, "10ms")):
            ratios = []
            for _ in range(7):
                plain = wall(work, environment)
                measured = wall([joulecast, "run", "-q", "--interval", interval, "--", *work], environment)
                ratios.append((measured - added) / plain)
            print(f"slow-down of a CPU-bound child at {rate} Hz: {statistics.median(ratios) - 1:+.2%} "
                  f"(median of {len(ratios)} pairs, {min(ratios) - 1:+.2%} to {max(ratios) - 1:+.2%})")


if __name__ == "__main__":
    main()
