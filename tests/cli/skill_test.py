"""Runs each example of SKILL.md as a coding agent would: in its order, in one folder, with a small training as train.py."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

from support import JOULECAST, CommandTest

SKILL = pathlib.Path(__file__).resolve().parents[2] / "SKILL.md"

TRAINING = """
import time
for epoch in range(1, 4):
    time.sleep(0.3)
    print(f"Epoch {epoch}/3 loss={1 / epoch:.3f} val_accuracy={0.6 + epoch / 10:.2f}", flush=True)
"""


class Skill(CommandTest):
    def setUp(self):
        super().setUp()
        (self.folder / "train.py").write_text(TRAINING)
        programs = self.folder / "bin"
        programs.mkdir()
        (programs / "joulecast").symlink_to(pathlib.Path(JOULECAST).resolve())
        (programs / "python3").symlink_to(sys.executable)
        self.environment["PATH"] = f"{programs}:{os.environ['PATH']}"

    def test_the_front_matter_names_and_describes_it(self):
        matter = re.match(r"---\nname: ([a-z0-9-]{1,64})\ndescription: (.{1,1024})\n---\n", SKILL.read_text())
        self.assertIsNotNone(matter)
        self.assertEqual(matter[1], "joulecast")

    def test_each_example_answers(self):
        examples = [line for block in re.findall(r"```sh\n(.*?)```", SKILL.read_text(), re.DOTALL) for line in block.splitlines()]
        self.assertGreater(len(examples), 12)
        for example in examples:
            with self.subTest(example):
                self.check(example)

    def check(self, example):
        """The command succeeds; if jq reads its answer, every key that the program names is in it."""
        command, _, program = example.partition(" | jq ")
        self.assertRegex(command, "^(joulecast|for seed in 1 2 3; do joulecast) ")
        answer = self.shell(command)
        if not program:
            return
        json.loads(answer)
        names = re.findall(r"\.([A-Za-z_]+)", program) + re.findall(r"(?:\{|, )([A-Za-z_]+)(?=[,}])", program)
        for name in names:
            self.assertIn(f'"{name}":', answer)
        if shutil.which("jq"):
            self.assertNotEqual(self.shell(f"jq {program}", input=answer).strip(), "")

    def shell(self, line, **options):
        done = subprocess.run(["bash", "-c", line], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=60, check=False, **options)
        self.assertEqual(done.returncode, 0, f"{line}\n{done.stderr}")
        return done.stdout


if __name__ == "__main__":
    unittest.main()
