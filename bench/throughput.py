"""What it costs to pass a command's output on and to listen to it: `joulecast run -- cat FILE` beside `cat FILE`, both into a pipe.

The files hold what costs the most to listen to. A listener that is too slow gives way: a note says how much it missed.
Usage: bench/throughput.py BUILD_FOLDER
"""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

joulecast = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/release").resolve() / "joulecast"
PAIRS = 5
TARGET = 2.5

FILES = {  # name: (lines, options of joulecast run)
    "five million epochs": ((f"Epoch {i}/5000000\n" for i in range(5_000_000)), ()),
    "late metrics": ((f"Epoch {i}/3000\n" if i < 3000 else f"epoch {i % 3000}: f1=0.{i}\n" for i in range(4_000_000)), ()),
    "short lines": (("x\n" for _ in range(50_000_000)), ()),
    "plain lines": ((f"this is a line of a log with {i} words and no figures in it\n" for i in range(2_000_000)), ()),
    "a costly pattern": (("ab" * 10_000 + "\n" for _ in range(5000)), ("--epoch-regex", r"((a|b|ab)*)*x(\d+)(.*)*")),
}


def seconds(command, environment):
    """Until the command has ended; a reader takes its output."""
    begin = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        with subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL):
            process.stdout.close()
            process.wait()
            return time.perf_counter() - begin


def main():
    print(f"{'output':>20} {'MB':>5} {'cat':>8} {'joulecast run -- cat':>21} {'ratio':>6}   (target {TARGET}, start-up included)")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        environment = dict(os.environ, JOULECAST_STORE=str(folder / "runs.db"))
        for output, (lines, options) in FILES.items():
            file = folder / "output"
            with open(file, "w") as stream:
                stream.writelines(lines)
            pairs = [(seconds(["cat", file], environment), seconds([joulecast, "run", "-q", *options, "--", "cat", file], environment))
                     for _ in range(PAIRS)]
            alone, measured = (statistics.median(column) for column in zip(*pairs))
            ratio = statistics.median(b / a for a, b in pairs)
            print(f"{output:>20} {file.stat().st_size / 1e6:>5.0f} {alone * 1e3:>5.0f} ms {measured * 1e3:>18.0f} ms {ratio:>6.2f}")


if __name__ == "__main__":
    main()
