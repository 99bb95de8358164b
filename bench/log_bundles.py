#!/usr/bin/env python3
"""Turns the recorded logs of tests/fixtures/logs into run bundles, to score the forecast of durations on them.

    bench/log_bundles.py FOLDER [--without FRAMEWORK]
    joulecast evaluate online FOLDER

Each phase of a log becomes a bundle with its epochs and its progress at the times at which they were printed, and a constant
power of 100 W: a forecast of its energy is then a forecast of its duration. The totals are what was done in the end, since
a log whose output never states one would else say nothing. The same program in a pipe and in a terminal is one run with
several streams. Groups are frameworks. Logs that were not recorded, or that arrived all at once, are left out.
"""
import argparse
import bisect
import json
import pathlib
import sys
import tomllib

LOGS = pathlib.Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "logs"
STREAMS = {"output.log": ("times.csv", "pipe"), "terminal.log": ("terminal-times.csv", "terminal"),
           "terminal-120.log": ("terminal-120-times.csv", "wide")}
WATTS = 100
SHORTEST_S = 0.3  # what is over sooner is mostly the terminal's own delay
FEWEST = 4        # epochs or points of progress


class Clock:
    """When each byte of a log was printed."""

    def __init__(self, path):
        rows = [line.split(",") for line in path.read_text().split()[1:]]
        self.offsets = [int(row[0]) for row in rows]
        self.times = [float(row[1]) for row in rows]

    def at(self, offset):
        return self.times[max(0, bisect.bisect_right(self.offsets, offset - 1) - 1)]


def rising(points):
    kept = []
    for time, work in points:
        if not kept or (time > kept[-1][0] and work > kept[-1][1]):
            kept.append((time, work))
    return kept


def spans_of(phase, clock, start):
    """Begin and end of each epoch. One begins where the one before ended, the first where it was announced."""
    spans = []
    for epoch in phase["epochs"]:
        end = clock.at(epoch["end"])
        begin = spans[-1][1] if spans else clock.at(epoch["begin"]) if epoch["begin"] is not None else start
        spans.append((min(begin, end), end))
    return spans


def write(folder, info, epochs, points, end):
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath("power.csv").write_text(f"time_s,gpu0_w\n0,{WATTS}\n{end},{WATTS}\n")
    if epochs:
        rows = [f"{i},{begin},{stop},{work}" for i, (begin, stop, work) in enumerate(epochs)]
        folder.joinpath("epochs.csv").write_text("epoch,start_s,end_s,work\n" + "\n".join(rows) + "\n")
    if points:
        folder.joinpath("progress.csv").write_text("time_s,work\n" + "".join(f"{t},{w}\n" for t, w in points))
    folder.joinpath("run.json").write_text(json.dumps(info, indent=1) + "\n")


def convert(name, framework, file, place, phase, clock, start, folder):
    """Writes the bundle of a phase, if the log tells enough; returns when the phase ended."""
    progress = phase.get("progress")
    points = rising([(clock.at(offset), work) for offset, work in progress["points"] if work >= 0]) if progress else []
    spans = spans_of(phase, clock, start) if phase.get("epochs") else []
    end = max([span[1] for span in spans] + [point[0] for point in points], default=start)
    begin = spans[0][0] if spans else start
    if max(len(spans), len(points)) < FEWEST or end - begin < SHORTEST_S or any(b >= e for b, e in spans):
        return end
    if len(points) >= FEWEST:
        total, unit = points[-1][1], "step"
        per_epoch = total / len(spans) if spans else 0
        if spans and phase["steps_per_epoch"] and abs(phase["steps_per_epoch"] * len(spans) - total) > 0.03 * total:
            spans = []  # the last epoch was cut short: its work is not known
        epochs = [(*span, per_epoch) for span in spans]
        # steps count from the phase's start: what stood there before is start-up, not work
        points = [point for point in points if point[0] >= begin]
    else:
        total, unit, points = len(spans), "epoch", []
        epochs = [(*span, 1) for span in spans]
    stream = STREAMS[file][1]
    info = {"id": f"{name}-{place}-{stream}-log", "source": "logs", "stream": stream, "architecture": framework, "total_work": total,
            "work_unit": unit, "run_start_s": start, "run_stop_s": end}
    write(folder / f"{name}-{place}-{stream}", info, epochs, points, end)
    return end


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--without", help="leave out the logs of this framework")
    options = parser.parse_args()
    index = {log["name"]: log for log in tomllib.loads(LOGS.joinpath("index.toml").read_text())["log"]}
    for path in sorted(LOGS.glob("*/expected.json")):
        log = index[path.parent.name]
        if not log["recorded"] or log["framework"] == options.without:
            continue
        for file, heard in json.loads(path.read_text()).items():
            times = path.parent / STREAMS[file][0]
            if not times.exists() or heard.get("at_once"):
                continue
            clock, start = Clock(times), 0.0
            for place, phase in enumerate(heard["phases"]):
                start = convert(log["name"], log["framework"], file, place, phase, clock, start, options.folder)
    if not any(options.folder.glob("*/run.json")):
        sys.exit(f"{LOGS}: no log is of use")


if __name__ == "__main__":
    main()
