"""The cost of measuring: joulecast's CPU time and wake-ups by rate and number of GPUs, its start-up, and the child's slow-down.

Compares it with a bare loop that wakes up, reads and writes as often. Uses a fake NVIDIA driver and a fake RAPL tree, so that it runs anywhere. Calls of a real driver cost more; every run records
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
fake_nvml = next((found for folder in (build, build.parent) for found in folder.rglob("libnvidia-ml.so.1")), None)  # of any build with tests
loop_program = next(build.parent.glob("*/bench/bare_loop_bench"), None)  # any build with -DJOULECAST_BENCH=ON
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


def cost(interval, environment, options=()):
    """CPU seconds and wake-ups per second of a steady run; the start and the end are left out."""
    run = subprocess.Popen([joulecast, "run", "-q", *options, "--interval", interval, "--", "sleep", str(SECONDS + 3)],
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


def bare_loop(interval, environment, files):
    """Share of a core that a loop takes which only wakes up, reads these files and writes once a second."""
    with tempfile.NamedTemporaryFile() as output, \
         subprocess.Popen([loop_program, str(interval), str(SECONDS), output.name, *files],
                          env=environment, stdout=subprocess.PIPE, text=True) as loop:
        return float(loop.stdout.read())


def ratios_to_a_bare_loop(folder):
    """Measuring without GPUs beside a bare loop with the same reads, in turn."""
    nothing = fake_machine(folder / "none", 0)
    nothing["JOULECAST_SYSFS"] = str(folder / "empty")  # no meter: the modelled sensors
    rapl = fake_machine(folder / "rapl", 0)
    with subprocess.Popen(["sleep", "1000"]) as child:
        modelled = ["/proc/stat", "/proc/meminfo", f"/proc/{child.pid}/stat"]
        counter = [str(folder / "rapl/sys/class/powercap/intel-rapl:0/energy_uj")]
        print(f"\n{'rate':>8} {'sensors':>9} {'share of a core':>16} {'bare loop':>10} {'ratio':>6}   target")
        for rate, interval, sensors, environment, files, target in (
                (1, "1s", "modelled", nothing, modelled, "0.04 %, 3 times"),
                (10, "100ms", "modelled", nothing, modelled[:1], "0.1 %"),
                (1000, "1ms", "powercap", rapl, counter, "1.2 times")):
            options = ["--sensor", "powercap"] if sensors == "powercap" else []
            pairs = [(bare_loop(1 / rate, environment, files), cost(interval, environment, options)[0]) for _ in range(3)]
            loop, share = (statistics.median(column) for column in zip(*pairs))
            print(f"{rate:>5} Hz {sensors:>9} {share:>15.4%} {loop:>9.4%} {share / loop:>6.2f}   {target}")
        child.kill()


def start_up(environment, folder):
    """What `joulecast run -- true` adds, on a quiet disk and beside a process that syncs without pause."""
    syncing = ("import os\nf = os.open('synced', os.O_CREAT | os.O_WRONLY)\n"
               "while True: os.write(f, b'x' * 4096); os.fsync(f)")
    for disk, busy in (("a quiet disk", False), ("a disk that another process syncs without pause", True)):
        other = subprocess.Popen([sys.executable, "-c", syncing], cwd=folder) if busy else None
        pairs = [(wall([joulecast, "run", "-q", "--", "true"], environment), wall(["true"], environment)) for _ in range(41)]
        if other:
            other.kill()
            other.wait()
        yield disk, statistics.median(with_us - without for with_us, without in pairs), len(pairs)


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
            print("(no fake NVIDIA driver in any build: configure one with -DJOULECAST_TESTS=ON for the rows with GPUs)")

        if loop_program:
            ratios_to_a_bare_loop(folder)
        else:
            print("(no bare_loop_bench: configure a build with -DJOULECAST_BENCH=ON for the ratios to a bare loop)")

        environment = fake_machine(folder, 1 if fake_nvml else 0)
        print()
        added = None
        for disk, median, count in start_up(environment, folder):
            added = added or median  # on the quiet disk
            print(f"start-up on {disk}: `joulecast run -- true` adds {median * 1e3:.1f} ms (median of {count} pairs)")

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
