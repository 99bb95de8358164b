"""What a tracker costs in Python: joulecast beside CodeCarbon, Carbontracker and Zeus, in one run.

Usage: PYTHONPATH=build/py/python PYTHON bench/python/beside_others.py [--seconds N] [--json FILE]

PYTHON is an interpreter that has codecarbon, carbontracker and zeus, such as that of a virtual environment; those that it lacks
are left out. Every figure is the smallest of several new processes, except the share of a core, which is a mean. Times are CPU
times where they say so; others are by the clock, and mean something on an idle machine only.
"""
import argparse
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PROCESSES = 5
NAMES = ("joulecast", "codecarbon", "carbontracker", "zeus")

IMPORTS = {
    "joulecast": "import joulecast",
    "codecarbon": "from codecarbon import EmissionsTracker",
    "carbontracker": "from carbontracker.tracker import CarbonTracker",
    "zeus": "from zeus.monitor import ZeusMonitor",
}
# tracker() makes one that reads once a second where it reads by itself; begin and end are a whole measurement.
TRACKERS = {
    "joulecast": "tracker = lambda: joulecast.track('bench')\nbegin = lambda t: t.start()\nend = lambda t, run: run.stop()",
    "codecarbon": "tracker = lambda: EmissionsTracker(measure_power_secs=1, log_level='critical', save_to_file=False)\n"
                  "begin = lambda t: t.start()\nend = lambda t, run: t.stop()",
    "carbontracker": "tracker = lambda: CarbonTracker(epochs=1000000, monitor_epochs=-1, update_interval=1, verbose=0)\n"
                     "begin = lambda t: t.epoch_start()\nend = lambda t, run: (t.epoch_end(), t.stop())",
    "zeus": "tracker = lambda: ZeusMonitor()\nbegin = lambda t: t.begin_window('w')\nend = lambda t, run: t.end_window('w')",
}
EPOCHS = {
    "joulecast": "for _ in run.epochs(range(N)): pass",
    "carbontracker": "for _ in range(N): t.epoch_start(); t.epoch_end()",
    "zeus": "for _ in range(N): t.begin_window('e'); t.end_window('e')",
}

MEASUREMENT = """
start = time.perf_counter()
t = tracker(); run = begin(t); end(t, run)
tell(time.perf_counter() - start)
"""
FIRST_SAMPLE = """
start = time.perf_counter()
run = tracker().start()
while run.power_w is None and run.energy.total_j is None: pass
tell(time.perf_counter() - start)
run.stop()
"""
SHARE = """
t = tracker(); run = begin(t); time.sleep(2)
start, used = time.perf_counter(), time.process_time()
time.sleep(SECONDS)
tell((time.process_time() - used) / (time.perf_counter() - start))
end(t, run)
"""
STEPS = """
def seconds(items):
    start = time.process_time()
    for _ in items: pass
    return time.process_time() - start
N = 2_000_000
run = tracker().start()
tell((min(seconds(run.steps(range(N))) for _ in range(3)) - min(seconds(range(N)) for _ in range(3))) / N)
run.stop()
"""
EACH_EPOCH = """
t = tracker(); run = begin(t); N = COUNT
if hasattr(t, 'epoch_end'): t.epoch_end()
start = time.process_time()
LOOP
tell((time.process_time() - start) / N)
"""


def run(program, folder):
    """What the program told, and the CPU seconds of its process; None and its last line where it failed."""
    text = "import os, sys, time\ndef tell(x): print('TOLD', x)\n" + program
    environment = {**os.environ, "JOULECAST_STORE": str(folder / "runs.db"), "HOME": str(folder)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode
    if "PYTHONPATH" in environment:
        environment["PYTHONPATH"] = os.pathsep.join(os.path.abspath(path) for path in environment["PYTHONPATH"].split(os.pathsep))
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen([sys.executable, "-c", text], stdout=told, stderr=subprocess.STDOUT, cwd=folder, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        told.seek(0)
        lines = told.read().splitlines()
    values = [float(line.split()[1]) for line in lines if line.startswith("TOLD")]
    if status != 0 or ("tell(" in program and not values):
        return None, (lines or ["no output"])[-1]
    return (values[-1] if values else None), usage.ru_utime + usage.ru_stime


def smallest(program, folder, times=PROCESSES):
    results = [run(program, folder) for _ in range(times)]
    if any(value is None for value, _ in results):
        return None, results[-1][1]
    return min(value for value, _ in results), ""


def import_cpu(name, folder):
    """CPU seconds over those of an interpreter that does nothing, at its end too."""
    bare = min(run("pass", folder)[1] for _ in range(PROCESSES))
    loaded = [run(IMPORTS[name], folder)[1] for _ in range(PROCESSES)]
    if any(isinstance(value, str) for value in loaded):
        return None, loaded[-1]
    return min(loaded) - bare, ""


def with_tracker(name, program):
    return f"{IMPORTS[name]}\n{TRACKERS[name]}\n{program}"


def installed_bytes(name):
    """The package with everything that it requires."""
    if not is_distribution(name):
        folder = pathlib.Path(importlib.util.find_spec(name).origin).parent
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sum(path.stat().st_size for distribution in required(name) for path in
               (pathlib.Path(file.locate()) for file in distribution.files or []) if path.is_file())


def is_distribution(name):
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def required(name):
    found, waiting = {}, [name]
    while waiting:
        name = re.sub("[-_.]+", "-", waiting.pop()).lower()
        if name in found or not is_distribution(name):
            continue
        found[name] = importlib.metadata.distribution(name)
        waiting += [re.match(r"[\w.-]+", line)[0] for line in found[name].requires or [] if "extra ==" not in line]
    return found.values()


def figures(name, folder, seconds):
    """Rows of (what, unit, value or None, why there is none)."""
    yield "import, CPU over the interpreter's own", "ms", *scaled(import_cpu(name, folder), 1e3)
    yield "make, start and stop a tracker", "ms", *scaled(smallest(with_tracker(name, MEASUREMENT), folder), 1e3)
    if name == "joulecast":
        yield "start to the first sample", "ms", *scaled(smallest(with_tracker(name, FIRST_SAMPLE), folder), 1e3)
    share = smallest(with_tracker(name, SHARE.replace("SECONDS", str(seconds))), folder, times=1)
    yield "share of a core, a reading a second", "%", *scaled(share, 100)
    if name == "joulecast":
        yield "a step of run.steps, CPU", "us", *scaled(smallest(with_tracker(name, STEPS), folder, times=3), 1e6)
    if name in EPOCHS:
        program = EACH_EPOCH.replace("LOOP", EPOCHS[name]).replace("COUNT", "20000" if name == "joulecast" else "200")
        yield "an epoch, CPU", "us", *scaled(smallest(with_tracker(name, program), folder, times=3), 1e6)
    yield "installed, with what it requires", "MB", installed_bytes(name) / 1e6, ""


def scaled(result, factor):
    value, reason = result
    return (None if value is None else factor * value), reason


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20, help="how long the share of a core is measured")
    parser.add_argument("--json", help="writes the figures to a file, too")
    options = parser.parse_args()
    names = [name for name in NAMES if importlib.util.find_spec(name)]
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            for what, unit, value, reason in figures(name, pathlib.Path(folder), options.seconds):
                rows.setdefault((what, unit), {})[name] = value
                if value is None:
                    print(f"{name}, {what}: {reason}", file=sys.stderr)
    versions = [f"{name} {importlib.metadata.version(name)}" if is_distribution(name) else name for name in names]
    print(f"{'':42}" + "".join(f"{version:>22}" for version in versions))
    for (what, unit), values in rows.items():
        ours = values.get("joulecast")
        cells = [cell(values.get(name), unit, ours if name != "joulecast" else None) for name in names]
        print(f"{what:42}" + "".join(f"{text:>22}" for text in cells))
    if options.json:
        table = [{"figure": what, "unit": unit, **values} for (what, unit), values in rows.items()]
        pathlib.Path(options.json).write_text(json.dumps({"versions": versions, "load": os.getloadavg()[0], "figures": table}, indent=1))


def cell(value, unit, ours):
    """"12.3 ms (4.1 x)": the value, and how often ours it is."""
    if value is None:
        return "-"
    ratio = f" ({value / ours:.3g} x)" if ours else ""
    return f"{value:.3g} {unit}{ratio}"


if __name__ == "__main__":
    main()
