"""Shared by the command-line tests: the binary, a store for each test, and a clear message on failure."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

JOULECAST = os.environ.get("JOULECAST", "build/dev/joulecast")


class CommandTest(unittest.TestCase):
    """Each test has an empty folder with a store that every call uses."""

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = pathlib.Path(self._folder.name)
        self.store = self.folder / "runs.db"
        self.environment = dict(os.environ, JOULECAST_STORE=str(self.store), HOME=str(self.folder), TMPDIR=str(self.folder))
        for name in ("JOULECAST_SOCKET", "JOULECAST_COUNTRY", "JOULECAST_REGION"):
            self.environment.pop(name, None)

    def call(self, *arguments, expect=0, text=True, **options):
        """Runs joulecast to its end. `expect` is the required exit status (None = any)."""
        options.setdefault("env", self.environment)
        options.setdefault("timeout", 60)
        done = subprocess.run([JOULECAST, *map(str, arguments)], capture_output=True, text=text, **options)
        if expect is not None:
            self.assertEqual(done.returncode, expect, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def json(self, *arguments, **options):
        return json.loads(self.call(*arguments, "--json", "-", **options).stdout)
