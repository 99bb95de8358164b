"""Runs every test against the real libraries and writes a dated record of versions and results.

    run_all.py [NAME...]     of the tests to run; with names, no record is written
"""
import datetime
import importlib.metadata
import pathlib
import platform
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
RECORDS = HERE.parents[1] / "docs" / "records"
PACKAGES = {  # whose versions matter to a test; the test's name is a package where it is not here
    "ray": ("ray", "torch"),
    "sklearn": ("scikit-learn", "joblib"),
    "mlflow": ("mlflow-skinny", "mlflow"),
    "tensorboard": ("tensorboard", "tensorboardX", "torch"),
    "transformers": ("transformers", "accelerate", "torch"),
    "xgboost": ("xgboost", "xgboost-cpu"),
    "describe_torch": ("torch", "torchvision", "transformers"),
    "describe_keras": ("keras", "torch"),
    "describe_jax": ("jax", "flax"),
    "loggers": (),
    "loops": (),
    "launchers": ("torch", "accelerate", "deepspeed"),
    **{name: (name, "torch") for name in ("accelerate", "fastai", "keras", "lightning")},
}


def versions(name):
    found = []
    for package in PACKAGES.get(name, (name,)):
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            pass
    return ", ".join(found) or "-"


def run(name):
    """(result, number of tests, seconds)"""
    began = time.monotonic()
    try:
        done = subprocess.run([sys.executable, "-W", "error::joulecast._warn.JoulecastWarning", f"{name}_test.py"], cwd=HERE, capture_output=True, text=True, timeout=900, check=False)
        status, output = done.returncode, done.stdout + done.stderr
    except subprocess.TimeoutExpired as error:
        status, output = "it took too long", f"{error.stdout}{error.stderr}"
    tests = re.search(r"^Ran (\d+) test", output, re.MULTILINE)
    result = {0: "passed", 77: "skipped"}.get(status, "failed")
    if result != "passed":
        print(output)
    return result, int(tests.group(1)) if tests else 0, time.monotonic() - began


def main():
    names = sys.argv[1:] or sorted(path.stem.removesuffix("_test") for path in HERE.glob("*_test.py"))
    rows = []
    for name in names:
        result, tests, seconds = run(name)
        rows.append((name, versions(name), str(tests), result))
        print(f"{name:13} {result:8} {tests:3} tests, {seconds:4.0f} s   {versions(name)}", flush=True)
    if not sys.argv[1:]:
        write_record(rows)
    return 0 if all(result == "passed" for *_, result in rows) else 1


def write_record(rows):
    today = datetime.date.today().isoformat()
    lines = [f"# Integrations, {today}", "", "By `make check-integrations`: each test trains with the real library, on the CPU.", "",
             f"Python {platform.python_version()}, {platform.system()} {platform.machine()}.", "",
             "| test | versions | tests | result |", "|---|---|---|---|", *("| " + " | ".join(row) + " |" for row in rows), ""]
    RECORDS.mkdir(parents=True, exist_ok=True)
    record = RECORDS / f"integrations-{today}.md"
    record.write_text("\n".join(lines))
    print(f"written: {record.relative_to(HERE.parents[1])}")


if __name__ == "__main__":
    sys.exit(main())
