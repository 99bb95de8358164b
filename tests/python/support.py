"""A home of its own for each test, and programs that run in another interpreter."""
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

JOULECAST = os.environ.get("JOULECAST", "joulecast")


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
