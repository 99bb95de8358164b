"""The campaigns of examples/lab: their plans are right, and their programs run, in small, where PyTorch and scikit-learn are."""
import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tomllib
import unittest

from support import CommandTest

EXAMPLES = pathlib.Path(os.environ.get("JOULECAST_SOURCE", pathlib.Path(__file__).parents[2])) / "examples/lab"
CELLS = {"digits": 40, "tactics": 70, "anomaly": 24, "paper": 40}


def python_with(*modules):
    """An interpreter that has them: Debian's, since its packages belong to it, or this one."""
    for python in ("/usr/bin/python3", sys.executable):
        if shutil.which(python) and subprocess.run([python, "-c", "import " + ", ".join(modules)], capture_output=True).returncode == 0:
            return python
    return None


class Plans(CommandTest):
    def setUp(self):
        super().setUp()
        self.home = self.folder / "lab"
        shutil.copytree(EXAMPLES, self.home, ignore=shutil.ignore_patterns("weights", "*.runs", "*.tasks", "*.journal", "__pycache__"))
        # The plans start "python3", whichever the user's is.
        (self.folder / "bin").mkdir()

    def use_python(self, python):
        (self.folder / "bin/python3").symlink_to(python)
        self.environment["PATH"] = f"{self.folder}/bin:" + self.environment["PATH"]
        self.environment["OMP_NUM_THREADS"] = "1"

    def test_all_are_valid(self):
        self.assertEqual({file.stem for file in self.home.glob("*.toml")}, set(CELLS))
        for name, cells in CELLS.items():
            with self.subTest(name):
                status = self.json("lab", "run", "--dry-run", self.home / f"{name}.toml")
                self.assertEqual(len(status["cells"]), cells)

    def test_their_options_are_those_of_the_programs(self):
        for file in self.home.glob("*.toml"):
            command = tomllib.loads(file.read_text())["command"]
            program = (self.home / command[1]).read_text()
            for word in command[2:]:
                if word.startswith("--"):
                    with self.subTest(file.name, option=word):
                        self.assertIn(f'add_argument("{word}"', program)

    def small(self, name, factors, **changes):
        """The plan with few cells, one repetition and little work."""
        text = (self.home / f"{name}.toml").read_text()
        plan = tomllib.loads(text)
        lines = []
        skipping = False
        for line in text.splitlines():
            if line.startswith("["):
                skipping = line.strip() in ("[factors]", "[reference]", "[cool_down]", "[warm_up]")
            if not skipping and not line.startswith("repetitions"):
                lines.append(line)
        for old, new in changes.items():
            self.assertIn(f'"--{old}", ', text)
            value = plan["command"][plan["command"].index(f"--{old}") + 1]
            lines = [line.replace(f'"--{old}", "{value}"', f'"--{old}", "{new}"') for line in lines]
        at = next(i for i, line in enumerate(lines) if line.startswith("name = "))
        lines.insert(at, "repetitions = 1")
        lines += ["[factors]", *(f"{factor} = {json.dumps(levels)}" for factor, levels in factors.items())]
        path = self.home / f"{name}-small.toml"
        path.write_text("\n".join(lines) + "\n")
        return path

    def rows(self, plan, expect=0):
        output = plan.with_suffix(".csv")
        self.call("lab", "run", plan, "--allow-busy", "--quiet", timeout=250, expect=expect)
        self.call("lab", "table", plan, "-o", output)
        with open(output) as file:
            return output, list(csv.DictReader(file))

    def test_training_and_use_make_a_full_cycle(self):
        python = python_with("torch", "sklearn")
        if not python:
            self.skipTest("PyTorch and scikit-learn are not installed (scripts/install_packages.sh example)")
        self.use_python(python)
        trainings, rows = self.rows(self.small("digits", {"architecture": ["plain"], "dataset": ["digits"], "image_size": [16],
                                                          "batch_size": [32]}, epochs="5"))
        self.assertEqual([row["outcome"] for row in rows], ["finished"], rows)
        self.assertGreater(float(rows[0]["f1"]), 0.2)
        subprocess.run([python, "weights.py", "--architectures", "plain", "--epochs", "1"], cwd=self.home, check=True, timeout=120,
                       capture_output=True)
        uses, rows = self.rows(self.small("tactics", {"architecture": ["plain"], "tactic": ["as-trained", "prune-global"], "batch_size": [32]},
                                          seconds="0.3"))
        self.assertEqual([row["outcome"] for row in rows], ["finished", "finished"], rows)
        for row in rows:
            self.assertGreater(float(row["latency_ms"]), 0)
            self.assertLess(float(row["energy_per_sample_j"]), float(row["energy_j"]) / float(row["samples"]))  # start-up is apart
        self.assertEqual({row["accuracy_lost"] for row in rows if row["tactic"] == "as-trained"}, {"0"})
        tradeoff = self.json("tradeoff", uses, "--quality", "accuracy", "--group", "tactic", "--per-use", "energy_per_sample_j",
                             "--uses", "1000", "--training", trainings)
        lives = tradeoff["full_cycle"]["alternatives"]
        self.assertEqual(len(lives), 2)
        for life in lives:
            self.assertAlmostEqual(life["total"], life["training"] + 1000 * life["per_use"], delta=1e-6 * life["total"])

    def test_what_needs_too_much_memory_is_recorded_as_such(self):
        python = python_with("torch", "sklearn")
        if not python:
            self.skipTest("PyTorch and scikit-learn are not installed (scripts/install_packages.sh example)")
        self.use_python(python)
        _, rows = self.rows(self.small("digits", {"architecture": ["densenet"], "dataset": ["digits"], "image_size": [32],
                                                  "batch_size": [1024]}, epochs="1", memory="40"), expect=3)
        self.assertEqual([row["outcome"] for row in rows], ["out-of-memory"], rows)
        self.assertEqual(rows[0]["energy_j"], "")

    def test_detectors_are_compared(self):
        python = python_with("sklearn")
        if not python:
            self.skipTest("scikit-learn is not installed (scripts/install_packages.sh example)")
        self.use_python(python)
        _, rows = self.rows(self.small("anomaly", {"method": ["isolation-forest", "one-class-svm"],
                                                   "dataset": ["tumours"]}, seconds="0.1"))
        self.assertEqual({row["outcome"] for row in rows}, {"finished"}, rows)
        for row in rows:
            self.assertGreater(float(row["roc_auc"]), 0.9)
            self.assertGreater(float(row["energy_per_sample_j"]), 0)


if __name__ == "__main__":
    unittest.main()
