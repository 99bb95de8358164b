"""A home of its own for each test, and programs that run in another interpreter."""
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import unittest

JOULECAST = os.environ.get("JOULECAST", "joulecast")


class SteadyMeter:
    """A fake energy counter of the CPU that always says 50 W, whatever else this machine does."""

    def __init__(self, folder):
        self._package = folder / "sys/class/powercap/intel-rapl:0"
        self._package.mkdir(parents=True)
        (self._package / "name").write_text("package-0\n")
        (self._package / "max_energy_range_uj").write_text("262143328850\n")
        self._over = threading.Event()
        self._began = time.monotonic()
        self._count()
        self._thread = threading.Thread(target=self._go_on, daemon=True)
        self._thread.start()
        os.environ["JOULECAST_SYSFS"] = str(folder / "sys")

    def _count(self):
        counted = int(50e6 * (time.monotonic() - self._began))
        with open(self._package / "energy_uj", "r+" if (self._package / "energy_uj").exists() else "w") as file:
            file.write(f"{counted:015d}\n")

    def _go_on(self):
        while not self._over.wait(0.002):
            self._count()

    def stop(self):
        self._over.set()
        self._thread.join()


class PackageTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.store = self.folder / "runs.db"
        kept = dict(os.environ)
        self.addCleanup(lambda: (os.environ.clear(), os.environ.update(kept)))
        os.environ["JOULECAST_STORE"] = str(self.store)
        os.environ["TMPDIR"] = folder.name
        os.environ.pop("JOULECAST_SOCKET", None)

    def run_program(self, text, *arguments, under=(), timeout=60, **environment):
        """Runs a program in a new interpreter and returns the completed process."""
        program = self.folder / "program.py"
        program.write_text(textwrap.dedent(text))
        return subprocess.run([*under, sys.executable, str(program), *map(str, arguments)], capture_output=True, text=True,
                              timeout=timeout, env={**os.environ, **environment}, check=False)

    def one_run(self):
        """The only run in the store."""
        import joulecast

        rows = list(joulecast._core.list_runs(joulecast._core.ListRequest()))
        self.assertEqual(len(rows), 1, [row.name for row in rows])
        return joulecast.load(rows[0].id)
