"""Files and figures that every made-up input uses."""
import json
import random

STARTED = 1_767_261_600_000_000_000  # 2026-01-01 10:00:00 UTC, in ns
MINUTE = 60_000_000_000


def noise(seed, size):
    """Returns a function that gives a new deviation of at most `size` at each call."""
    source = random.Random(seed)
    return lambda: size * (2 * source.random() - 1)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def table(columns, rows):
    """CSV text; None becomes an empty cell."""
    return "".join(",".join("" if cell is None else str(cell) for cell in row) + "\n" for row in [columns, *rows])


def bundle(path, run, power=None, epochs=None, host=None, progress=None):
    """A run bundle. `power` maps file names to (columns, rows)."""
    write(path / "run.json", json.dumps({"id": path.name, **run}, indent=1) + "\n")
    for name, (columns, rows) in (power or {}).items():
        write(path / name, table(columns, rows))
    if epochs:
        write(path / "epochs.csv", table(*epochs))
    if host:
        write(path / "host.csv", table(*host))
    if progress:
        write(path / "progress.csv", table(*progress))


def even_epochs(count, length, begin=0.0):
    return [(i, begin + i * length, begin + (i + 1) * length) for i in range(count)]
