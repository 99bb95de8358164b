"""Tests adaptive repetitions, the report and the board of a campaign that really ran."""
import socket
import unittest

from support import CommandTest

PLAN = """
name = "sleepers"
command = ["sh", "-c", "for i in 1 2 3; do sleep 0.1; echo Epoch $i/3 - val_accuracy: 0.$(({length} + 60 + $i * 5)); done"]
repetitions = { min = 3, max = 12, half_width = "99%", of = "mean", each_alone = true }
tags = { torch = "2.9", name = "sleeper-{length}" }

[factors]
length = [1, 2]
"""


class LabReport(CommandTest):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "p.toml"
        self.file.write_text(PLAN)

    def test_a_campaign_stops_where_it_knows_enough_and_says_what_was_saved(self):
        self.call("lab", "run", self.file, "--allow-busy", "--quiet")
        status = self.json("lab", "status", self.file)
        if status["runs_without_energy"] > 0:
            self.skipTest("nothing measures or models energy here")
        self.assertGreaterEqual(status["done"], 6)
        self.assertLess(status["done"], 24, "half the interval of a mean below 99 % of it needs no twelve runs")
        self.assertEqual(status["saved"]["repetitions"], 24 - status["done"])
        self.assertGreater(status["saved"]["energy_j"], 0)
        self.assertEqual(status["left"]["runs"], 0)
        journal = (self.folder / "p.journal").read_bytes()
        self.call("lab", "run", self.file, "--allow-busy", "--quiet")
        self.assertEqual([line for line in (self.folder / "p.journal").read_bytes()[len(journal):].split(b"\n") if b'"end"' in line], [])

        text = self.call("lab", "report", self.file, "--format", "text").stdout
        self.assertIn(f"Adaptive repetitions saved {24 - status['done']} of 24 repetitions", text)
        self.assertIn("narrow enough", text)
        self.assertIn("When power became stable", text)
        machine = next(line for line in text.splitlines() if line.split()[:1] == [socket.gethostname()])
        self.assertEqual(machine.split()[1], str(status["done"]))
        self.assertIn(self.call("--version").stdout.split()[-1], machine)
        models = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
        if models:
            self.assertIn(models[0], machine)
        self.assertRegex(text, r"\n *tag torch +2\.9\n")
        self.assertNotIn("tag name", text, "it differs from run to run")
        self.call("lab", "report", self.file)
        page = (self.folder / "p-report.html").read_text()
        self.assertIn("Campaign sleepers", page)
        for outside in ("<script", "http://", "src="):
            self.assertNotIn(outside, page.replace("http://www.w3.org", ""))

        board = self.json("lab", "board", self.file, "--quality", "val_accuracy=0.71")
        self.assertEqual([task["name"] for task in board["tasks"]], ["p"])
        task = board["tasks"][0]
        self.assertTrue(task["by_epoch"])
        for entry in task["alternatives"]:
            self.assertEqual(entry["reached"], entry["runs"])
            self.assertLess(entry["energy_j"]["median"], entry["whole_energy_j"], "the second of three epochs suffices")

    def test_correctness_is_compared_within_one_data_set(self):
        self.file.write_text("""
name = "two"
command = ["sh", "-c", "sleep 0.{length}; [ {length}{dataset} != 3hard ] && echo f1: 0.9{length}"]
repetitions = 1
give_up_after = 1
[factors]
dataset = ["easy", "hard"]
length = [1, 2, 3]
[metrics]
f1 = {regex = "f1: ([0-9.]+)"}
""")
        self.call("lab", "run", self.file, "--allow-busy", "--quiet", expect=3)
        status = self.json("lab", "status", self.file)
        if status["runs_without_energy"] > 0:
            self.skipTest("nothing measures or models energy here")
        text = self.call("lab", "report", self.file, "--format", "markdown").stdout
        self.assertIn("## Energy against correctness: easy\n\nlength 3 has the best f1 (0.93)", text)
        self.assertIn("## Energy against correctness: hard\n\nlength 2 has the best f1 (0.92)", text)
        self.assertIn("Of the others: 1 failed.", text)
        self.assertIn("Of 1 cell no energy is known (hard, 3).", text)

    def test_inference_is_compared_by_the_energy_of_a_sample(self):
        """All runs take the same time: the slow one does a tenth of the samples meanwhile."""
        (self.folder / "infer.py").write_text("""
import json, os, socket, sys, time
told = socket.socket(socket.AF_UNIX)
told.connect(os.environ["JOULECAST_SOCKET"])
tell = lambda **event: told.sendall((json.dumps(event) + "\\n").encode())
samples = int(sys.argv[1])
tell(event="begin_phase", name="inference", unit="sample")
for each in range(10):
    time.sleep(0.1)
    tell(event="progress", work=(each + 1) * samples / 10)
tell(event="end_phase")
print("f1: 0.9")
""")
        self.file.write_text("""
name = "inference"
command = ["python3", "infer.py", "{samples}"]
repetitions = 1
cost = "energy_per_sample_j"
[factors]
samples = [1000, 100]
[metrics]
f1 = {regex = "f1: ([0-9.]+)"}
""")
        self.call("lab", "run", self.file, "--allow-busy", "--quiet")
        if self.json("lab", "status", self.file)["runs_without_energy"] > 0:
            self.skipTest("nothing measures or models energy here")
        text = self.call("lab", "report", self.file, "--format", "markdown").stdout
        self.assertIn("Cells are compared by their energy per sample, not by the energy of a run.", text)
        self.assertIn("## Energy per sample against correctness\n\n", text)
        self.assertRegex(text, "samples 1000 has the best f1 \\(0.9\\) at [0-9.]+ mJ")
        self.assertIn("### Energy per sample by samples", text)
        self.assertIn("| cell | runs | energy per sample | 95 % interval or (range) |", text)
        self.assertRegex(text, "\\| 1000 \\| 1 \\| [0-9.]+ mJ \\|")
        by_run = self.call("lab", "report", self.file, "--format", "markdown", "--cost", "energy_j").stdout
        self.assertNotIn("per sample", by_run)
        self.assertRegex(by_run, "\\| 1000 \\| 1 \\| [0-9.]+ J \\|")
        by_score = self.call("lab", "report", self.file, "--format", "markdown", "--cost", "f1").stdout
        self.assertRegex(by_score, "\\| 1000 \\| 1 \\| 0.9 \\|")
        self.assertIn("no run told how correct it became", by_score, "what is the cost is no correctness")
        self.file.write_text(self.file.read_text().replace("energy_per_sample_j", "f3") + 'f3 = {regex = "f3: ([0-9.]+)"}\n')
        said = self.call("lab", "report", self.file, expect=2).stderr
        self.assertIn(f"{self.file}: cost: no finished run tells 'f3'; --cost energy_j compares by the energy of a run", said)
        said = self.call("lab", "report", self.file, "--cost", "f2", expect=2).stderr
        self.assertIn("--cost: no finished run tells 'f2'", said)

    def test_a_cost_has_its_own_unit_and_says_of_which_cells_it_is_not_known(self):
        self.file.write_text("""
name = "costs"
command = ["sh", "-c", "sleep 0.0{a}; [ {a} = 3 ] || echo gain: -{a}.{seed}; echo f1: 0.9{a}; [ {a} != 4 ]"]
repetitions = 3
cost = "gain"
[factors]
a = [1, 2, 3, 4]
[metrics]
gain = {regex = "gain: ([-0-9.]+)"}
f1 = {regex = "f1: ([0-9.]+)"}
""")
        self.call("lab", "run", self.file, "--allow-busy", "--quiet", expect=3)
        report = lambda *more: self.call("lab", "report", self.file, *more).stdout
        text = report("--format", "markdown", "--metric", "f1")
        self.assertIn("| 1 | 3 | -1.2 | (-1.3 to -1.1) |", text)
        self.assertIn("| 3 | 3 | unknown |  |", text)
        self.assertIn("Of 2 cells no gain is known (3; 4).", text)
        self.assertRegex(text, r"\| 1 \| 3 \| -1\.2 \| -1\.3 to -1\.1 \|", "the groups are not in joules")
        self.assertNotIn("nan", text)
        self.assertNotIn("-1.20 J", text)
        header, first, *_ = report("--format", "csv").splitlines()
        cell = dict(zip(header.split(","), first.split(",")))
        self.assertEqual((cell["gain"], cell["gain_low"], cell["gain_variation"]), ("-1.2", "", ""))
        text = report("--format", "markdown", "--cost", "duration_s")
        self.assertIn("| cell | runs | time | 95 % interval or (range) | variation | f1 |", text)
        self.assertIn("In seconds: ", text)
        self.assertNotIn("In joules", text)
        self.assertNotIn("gain", report("--format", "csv", "--cost", "duration_s"))

    def test_a_rule_that_can_never_decide_is_refused_before_anything_runs(self):
        self.file.write_text(PLAN.replace('"mean", each_alone = true', '"median"').replace("max = 12", "max = 4"))
        said = self.call("lab", "run", self.file, "--allow-busy", expect=2).stderr
        self.assertIn(f"{self.file}:4: repetitions.max: is too small to decide anything", said)
        self.assertFalse((self.folder / "p.journal").exists())


if __name__ == "__main__":
    unittest.main()
