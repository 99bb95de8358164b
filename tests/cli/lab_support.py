"""What the tests of joulecast lab share: a small plan and calls on it."""
import json
import subprocess
import time

from support import JOULECAST, CommandTest

TWO_BY_TWO = """
name = "c"
command = ["sh", "-c", "{script}"]
repetitions = {repetitions}
{more}
[factors]
architecture = ["small", "large"]
batch_size = [16, 32]
{tables}
"""


class LabTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "p.toml"
        self.journal = self.folder / "p.journal"

    def plan(self, script, repetitions=1, more="", tables=""):
        text = TWO_BY_TWO.replace("{script}", script).replace("{repetitions}", str(repetitions))
        self.file.write_text(text.replace("{more}", more).replace("{tables}", tables))
        return self.file

    def lab(self, *options, expect=0, **others):
        return self.call("lab", "run", self.file, "--allow-busy", *options, expect=expect, **others)

    def start(self, *options):
        return subprocess.Popen([JOULECAST, "lab", "run", str(self.file), "--allow-busy", *options], env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def records(self, kind=None):
        lines = [line for line in self.journal.read_bytes().split(b"\n")[:-1]] if self.journal.exists() else []
        records = [json.loads(line) for line in lines]
        return [record for record in records if kind is None or record["record"] == kind]

    def status(self):
        return self.json("lab", "status", self.file)

    def refused(self, text, *parts):
        self.file.write_text(text)
        done = self.call("lab", "run", self.file, "--allow-busy", expect=2)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        for part in parts:
            self.assertIn(part, done.stderr)
        self.assertFalse(self.journal.exists(), "nothing began")

    def fake_nvidia_smi(self, script):
        folder = self.folder / "bin"
        folder.mkdir()
        tool = folder / "nvidia-smi"
        tool.write_text(f"#!/bin/sh\necho \"$@\" >> {self.folder}/calls\n" + script)
        tool.chmod(0o755)
        self.environment["PATH"] = f"{folder}:{self.environment['PATH']}"

    def wait_for(self, condition, patience=30):
        end = time.monotonic() + patience
        while not condition():
            self.assertLess(time.monotonic(), end, "it did not come about")
            time.sleep(0.01)
