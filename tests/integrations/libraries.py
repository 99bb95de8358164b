"""Tests against the real libraries: what each needs, and the example of its page."""
import importlib
import importlib.metadata
import os
import pathlib
import re
import subprocess
import sys
import time

SKIPPED = 77  # for ctest
SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "python"))


def require(*modules):
    """Skips the whole test, visibly, where one of the modules cannot be imported."""
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError as error:
            print(f"skipped: {error}")
            sys.exit(SKIPPED)


def example(page):
    """The first Python block of docs/python/PAGE.md."""
    text = (SOURCE / "docs" / "python" / f"{page}.md").read_text()
    return re.search(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL).group(1)


def run_example(test, page, **environment):
    """Runs the page's example in the test's folder. Returns the finished process."""
    text = example(page)
    test.assertLessEqual(len(text.splitlines()), 30)
    (test.folder / "example.py").write_text(text)
    done = subprocess.run([sys.executable, "example.py"], cwd=test.folder, capture_output=True, text=True, timeout=300,
                          env={**os.environ, **environment}, check=False)
    test.assertEqual(done.returncode, 0, done.stderr)
    test.assertNotIn("JoulecastWarning", done.stderr)
    return done


def runs():
    """All stored runs, the earliest first."""
    import joulecast

    rows = joulecast._core.list_runs(joulecast._core.ListRequest())
    return [joulecast.load(row.id) for row in sorted(rows, key=lambda row: row.started)]


def progress_of(run):
    return [(phase.name, phase.unit, phase.work, phase.total_work) for phase in run.phases]


def windows_of(run):
    return [window.name for window in run.windows]


def pause():
    """Makes a step long enough that it is told of, and that its energy can be told from its neighbour's."""
    time.sleep(0.03)
