"""docs/skill/SKILL.md: every example that it gives to a coding agent runs, and the keys that it names are there."""
import json
import os
import pathlib
import re
import subprocess
import unittest

from support import JOULECAST, CommandTest

SKILL = pathlib.Path(__file__).resolve().parents[2] / "docs" / "skill" / "SKILL.md"

TRAINING = """import sys, time
epochs = int(sys.argv[2])
for epoch in range(1, epochs + 1):
    time.sleep(0.15)
    print(f"Epoch {epoch}/{epochs} - loss: {1 / epoch:.4f} - accuracy: {1 - 0.5 / epoch:.4f}", flush=True)
"""


class Skill(CommandTest):
    def setUp(self):
        super().setUp()
        (self.folder / "train.py").write_text(TRAINING)
        programs = self.folder / "bin"
        programs.mkdir()
        (programs / "joulecast").symlink_to(pathlib.Path(JOULECAST).resolve())
        self.environment["PATH"] = f"{programs}:{os.environ['PATH']}"

    def output(self, name):
        return json.loads((self.folder / name).read_text())

    def test_every_example_runs_and_has_the_keys_that_are_named(self):
        blocks = re.findall(r"```sh\n(.*?)```", SKILL.read_text(), re.DOTALL)
        self.assertGreater(len(blocks), 5)
        for block in blocks:
            done = subprocess.run(["sh", "-e", "-c", block], cwd=self.folder, env=self.environment, capture_output=True,
                                  text=True, timeout=120)
            self.assertEqual(done.returncode, 0, block + done.stderr)
        run = self.output("run.json")
        self.assertGreater(run["energy_j"]["total"], 0)
        self.assertIn("missing", run["energy_j"])
        self.assertTrue(run["energy_j"]["by_component"])
        self.assertEqual(len(run["epochs"]), 6)
        self.assertIn("accuracy", run["epochs"][0]["metrics"])
        for key in ("projections", "notes"):
            self.assertIn(key, run)
        self.assertIn("components", self.output("doctor.json"))
        for estimate in (self.output("prediction.json")["predictions"][0]["total_energy_j"],
                         self.output("forecast.json")["projection"]["total_j"]):
            self.assertLessEqual(estimate["low"], estimate["value"])
            self.assertGreaterEqual(estimate["high"], estimate["value"])
        self.assertIn("ready", self.output("forecast.json")["projection"])
        self.assertIn("conclusion", self.output("comparison.json"))
        self.assertTrue(self.output("comparison.json")["pairs"])
        self.assertIn("conclusion", self.output("tradeoff.json"))
        self.assertEqual({row["name"]: row["n"] for row in self.output("sums.json")["rows"]}, {"small": 3, "large": 3})
        self.assertTrue((self.folder / "report.md").read_text().startswith("# Energy of small"))
        self.assertIn("<!DOCTYPE html>", (self.folder / "report.html").read_text())


if __name__ == "__main__":
    unittest.main()
