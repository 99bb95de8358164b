"""Writes what progress bars write, without their packages: bars.py KIND STEPS PAUSE.

Recorded from tqdm 4.66 and rich 13.7. Each kind ends with a line "KIND ended".
"""
import sys
import time

out = sys.stdout


def lines(steps, pause):
    """Plain lines, each of which must be found again in the terminal's history."""
    for i in range(steps):
        out.write(f"line {i} of {steps}\n")
        out.flush()
        time.sleep(pause)


def tqdm(steps, pause):
    """tqdm: a carriage return, then the whole bar."""
    for i in range(steps + 1):
        out.write(f"\r{100 * i // steps:3}%|{'#' * (40 * i // steps):40}| {i}/{steps} [00:01<00:02,  9.87it/s]")
        out.flush()
        time.sleep(pause)
    out.write("\n")


def nested(steps, pause):
    """tqdm with an outer and an inner bar: line feeds down to a bar's line, then cursor up."""
    for i in range(steps + 1):
        outer = f"outer: {i}/{steps}"
        inner = f"inner: {i % 7}/7"
        out.write(f"\r{outer}\n\r{inner}\x1b[A")
        out.flush()
        time.sleep(pause)
    out.write("\n\n")


def rich(steps, pause):
    """rich's Progress: hidden cursor, several lines, each erased and drawn again from the first on."""
    out.write("\x1b[?25l")
    height = 3
    for i in range(steps + 1):
        if i:
            out.write("\r\x1b[2K" + "\x1b[1A\x1b[2K" * (height - 1))
        rows = [f"task {k} \x1b[38;5;197m{'━' * (20 * i // steps)}\x1b[0m {i}/{steps}" for k in range(height)]
        out.write("\n".join(rows))
        out.flush()
        time.sleep(pause)
    out.write("\n\x1b[?25h")


if __name__ == "__main__":
    kind, steps, pause = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    {"lines": lines, "tqdm": tqdm, "nested": nested, "rich": rich}[kind](steps, pause)
    print(f"{kind} ended", flush=True)
