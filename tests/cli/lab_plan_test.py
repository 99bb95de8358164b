"""Tests the plans of joulecast lab: what is refused before anything runs, and what a dry run tells."""
import os
import pathlib
import unittest

from lab_support import TWO_BY_TWO, LabTest


PLAN_OF_ALL_KEYS = """
name = "all"
command = ["sh", "-c", "{architecture} {batch_size}"]
folder = "."
repetitions.min = 2
repetitions.max = 9
repetitions.half_width = "5%"
repetitions.of = "mean"
repetitions.level = 0.9
repetitions.compare = "architecture"
repetitions.equal_within = "3%"
repetitions.each_alone = true
seed = 3
order = "as-written"
timeout = "1h"
grace = "10s"
energy_budget = "5kWh"
price = "0.25EUR"
cost = "acc"
give_up_after = 4
collect = ["*.csv"]
place.country = "ESP"
place.pue = 1.2
tags.dataset = "cifar10"
variables.WIDTH = "{width}"
[factors]
architecture = ["small", "large"]
batch_size = [16, 32]
width = [1, 2]
[environments.one]
cpus = "0"
board = "RTX 3090"
partition = "gpu"
constraint = "a100"
[environments.one.variables]
THREADS = "1"
[[exclude]]
architecture = "large"
batch_size = 32
[[include]]
architecture = "huge"
batch_size = 64
width = 1
environment = "one"
[warm_up]
command = ["true"]
steady = "1%"
steady_kelvin = 2
window = "30s"
at_most = "5min"
[cool_down]
within = "5%"
at_most = "1min"
idle = "2s"
[retry]
times = 1
wait = "1s"
on = ["failed"]
[out_of_memory]
exit_status = [9]
output = ["no room"]
usual = true
[metrics.acc]
regex = "acc=([0-9]+)"
[metrics.f1]
file = "m.json"
key = "f1"
[metrics.loss]
progress = "val_loss"
[progress]
epochs = 3
steps = 30
epoch_regex = "E ([0-9]+)"
step_regex = "S ([0-9]+)"
interval = "500ms"
[reference]
every = 5
tolerance = "10%"
[reference.cell]
architecture = "small"
batch_size = 16
width = 1
environment = "one"
[quiet]
load = 2
pressure = 0.5
"""


class Plans(LabTest):
    def test_a_bad_plan_is_one_line_and_nothing_runs(self):
        good = TWO_BY_TWO.replace("{script}", "{architecture} {batch_size}").replace("{repetitions}", "1")
        good = good.replace("{more}", "").replace("{tables}", "")
        self.refused(good.replace("repetitions", "repetitons"), f"{self.file}:4", "repetitons", 'did you mean "repetitions"?')
        self.refused(good.replace("[16, 32]", "[16, 16]"), f"{self.file}:8", "factors.batch_size", "alike")
        self.refused(good.replace("[16, 32]", '"16"'), f"{self.file}:8", "must be a list")
        self.refused(good.replace("{batch_size}", ""), f"{self.file}:8", "factors.batch_size", "not used")
        self.refused(good.replace('"sh"', '"no-such-program"'), f"{self.file}:3: command: ", "no-such-program")
        self.refused(good.replace('"sh"', '"./train.sh"'), f"{self.file}:3: command: ", "./train.sh")
        self.refused(good.replace('"sh"', '"/"'), f"{self.file}:3: command: ", "cannot be executed")
        self.refused(good.replace("[factors]", 'folder = "nowhere"\n[factors]'), f"{self.file}:6: folder: ", "nowhere is no folder")
        self.refused(good + '[warm_up]\ncommand = ["no-such-program"]\n', f"{self.file}:10: warm_up.command: ", "no-such-program")
        self.refused(good + "[[exclude]]\nbatch_size = 64\n", f"{self.file}:11", "exclude.batch_size")
        self.refused("= 3\n", f"{self.file}:1")
        self.refused("\x00\xff", str(self.file))

    def test_what_cannot_be_meant_is_refused_where_it_stands(self):
        good = TWO_BY_TWO.replace("{script}", "{architecture} {batch_size}").replace("{repetitions}", "1").replace("{tables}", "")
        plain = good.replace("{more}", "")
        with_line = lambda line: good.replace("{more}", line)
        self.refused(plain + "[environments.a]\n[environments.b]\n", f"{self.file}:11", "environments.b", "the same as a")
        self.refused(with_line('place = {country = "Atlantis"}'), f"{self.file}:5", "place.country")
        self.refused(with_line('place = {region = "nowhere-9"}'), f"{self.file}:5", "place.region")
        self.refused(plain + '[environments.a]\nboard = "H9999"\n', f"{self.file}:11", "environments.a.board", "H9999")
        self.refused(with_line('variables = {"A=B" = 1}'), f"{self.file}:5", "variables", "A=B")
        self.refused(with_line('variables = {"" = 1}'), f"{self.file}:5", "variables")
        self.refused(with_line('tags = {note = "a\\u0000b"}'), f"{self.file}:5", "NUL")
        for tag in ("campaign", "cell", "role"):
            self.refused(with_line(f'tags = {{{tag} = "x"}}'), f"{self.file}:5", "tags", tag)

    def test_every_value_is_refused_on_its_own_line(self):
        """A moment is nothing that any key takes."""
        text = PLAN_OF_ALL_KEYS.strip() + "\n"
        self.file.write_text(text)
        self.call("lab", "run", self.file, "--dry-run")
        lines = text.splitlines()
        for number, line in enumerate(lines, 1):
            key, equals, _ = line.partition(" = ")
            if not equals:
                continue
            with self.subTest(line):
                changed = [*lines[:number - 1], f"{key} = 1979-05-27", *lines[number:]]
                self.refused("\n".join(changed), f"{self.file}:{number}: ", key)

    def test_a_file_that_is_no_plan(self):
        self.assertIn("none.toml", self.call("lab", "run", self.folder / "none.toml", expect=2).stderr)
        self.call("lab", "run", self.folder, expect=2)
        self.call("lab", "status", self.folder / "none.toml", expect=2)

    def test_a_cpu_that_is_not_there(self):
        self.plan("{architecture} {batch_size}", tables='[environments.e]\ncpus = "60000"\n')
        self.assertIn("environments.e.cpus", self.call("lab", "run", self.file, "--allow-busy", expect=2).stderr)


class Examples(LabTest):
    SOURCE = pathlib.Path(os.environ.get("JOULECAST_SOURCE", pathlib.Path(__file__).resolve().parents[2]))

    def test_the_plan_of_the_manual_runs(self):
        text = (self.SOURCE / "docs/lab.md").read_text().split("<!-- plan -->\n```toml\n")[1].split("```")[0]
        self.file.write_text(text)
        self.json("lab", "run", self.file, "--dry-run")
        self.lab()
        status = self.status()
        self.assertEqual((status["done"], status["of"]), (9, 9))
        self.assertEqual(status["reference"]["runs"], 3)
        self.call("lab", "table", self.file, "-o", self.folder / "runs.csv")
        compared = self.json("compare", self.folder / "runs.csv", "--group", "batch_size", "--value", "duration_s")
        self.assertEqual(sum(group["n"] for group in compared["groups"]), 9)

    def test_the_examples_are_plans(self):
        for plan in sorted((self.SOURCE / "examples/lab").glob("*.toml")):
            self.json("lab", "status", plan)
            self.assertFalse(plan.with_suffix(".journal").exists())


class DryRun(LabTest):
    def test_what_is_not_known_is_said_and_never_0(self):
        self.plan("{architecture} {batch_size}", repetitions=3)
        result = self.json("lab", "run", self.file, "--dry-run")
        self.assertEqual(result["left"]["runs"], 12)
        self.assertIsNone(result["left"]["energy_j"])
        self.assertIsNone(result["left"]["duration_s"])
        self.assertIsNone(result["left"]["co2e_g"])
        self.assertIn("not known", self.call("lab", "run", self.file, "--dry-run").stdout)
        self.assertFalse(self.journal.exists())
        self.assertFalse((self.folder / "p.runs").exists())
        self.assertFalse(self.store.exists())

    def test_predicts_what_the_plan_describes(self):
        self.file.write_text("""
command = ["sh", "-c", "{architecture} {batch_size}"]
repetitions = 30
tags = {dataset = "cifar10", epochs = 5, gpu = "RTX 3090"}
price = "0.25EUR"
place = {country = "ESP"}
[factors]
architecture = ["resnet18", "mobilenet_v2"]
batch_size = [32, 64]
""")
        left = self.json("lab", "run", self.file, "--dry-run")["left"]
        self.assertEqual(left["cells"], {"predicted": 4})
        self.assertEqual(left["runs_without_energy"], 0)
        for figure in (left["energy_j"], left["duration_s"], left["cost"], left["co2e_g"]):
            self.assertLess(figure["low"], figure["value"])
            self.assertLess(figure["value"], figure["high"])
        alone = self.json("predict", "resnet18", "--gpu", "RTX 3090", "--batch", 32, "--batch", 64, "--epochs", 5, "--dataset", "cifar10")
        other = self.json("predict", "mobilenet_v2", "--gpu", "RTX 3090", "--batch", 32, "--batch", 64, "--epochs", 5, "--dataset", "cifar10")
        total = sum(one["total_energy_j"]["value"] for result in (alone, other) for one in result["predictions"])
        self.assertAlmostEqual(left["energy_j"]["value"], 30 * total, delta=1e-6 * 30 * total)
        self.assertAlmostEqual(left["cost"]["value"], 0.25 * left["energy_j"]["value"] / 3.6e6, places=6)

    def test_knows_what_an_earlier_campaign_has_measured(self):
        self.plan("{architecture} {batch_size}; sleep 0.2".replace("{architecture} {batch_size}", ": {architecture} {batch_size}"), repetitions=2)
        self.lab()
        again = self.folder / "again.toml"
        again.write_text(self.file.read_text().replace('name = "c"', 'name = "d"'))
        left = self.json("lab", "run", again, "--dry-run")["left"]
        self.assertEqual(left["cells"], {"earlier": 4})
        self.assertGreater(left["duration_s"]["value"], 8 * 0.2)


if __name__ == "__main__":
    unittest.main()
