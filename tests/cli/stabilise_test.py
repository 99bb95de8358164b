"""Tests joulecast stabilise: one run, all methods, folders of runs, pictures, and one clear line for errors."""
import json
import math
import random
import unittest
import xml.dom.minidom

from support import CommandTest

METHODS = ["cycles", "fluss", "floss", "split", "ramp", "pelt", "mser5", "streaming"]


def bundle(folder, power, step=1.0, epochs=None, **metadata):
    folder.mkdir(parents=True)
    description = {"id": folder.name, "source": "test", "architecture": "net", "gpu": "GPU", "gpu_count": 1}
    description.update(metadata)
    (folder / "run.json").write_text(json.dumps(description))
    rows = "".join(f"{i * step:g},{watts:.2f}\n" for i, watts in enumerate(power))
    (folder / "power.csv").write_text("time_s,gpu0_w\n" + rows)
    if epochs:
        rows = "".join(f"{i},{begin},{end}\n" for i, (begin, end) in enumerate(epochs))
        (folder / "epochs.csv").write_text("epoch,start_s,end_s\n" + rows)
    return folder


def ramp(n=600, length=80, seed=1):
    noise = random.Random(seed)
    return [60 + 240 * min(1, i / length) + noise.gauss(0, 2) for i in range(n)]


def training(n=2000, period=40, seed=1):
    noise = random.Random(seed)
    return [(300 if i % period < 30 else 180) + noise.gauss(0, 3) for i in range(n)]


class Stabilise(CommandTest):
    def test_one_run_has_the_contracts_keys(self):
        run = bundle(self.folder / "a", ramp(), epochs=[(e * 50, e * 50 + 50) for e in range(12)])
        answer = self.json("stabilise", run)
        self.assertEqual(answer["method"], "cycles")
        self.assertAlmostEqual(answer["stable_from_s"], 80, delta=8)
        self.assertEqual(answer["stable_epoch"], 1)
        self.assertIs(answer["censored"], False)

    def test_every_method_by_name_and_all_at_once(self):
        run = bundle(self.folder / "a", ramp())
        for method in METHODS:
            answer = self.json("stabilise", run, "--method", method)
            self.assertEqual(answer["method"], method)
            self.assertIsNotNone(answer["stable_from_s"])
            self.assertIsNone(answer["stable_epoch"])  # nothing tells an epoch
        answer = self.json("stabilise", run, "--method", "all")
        self.assertEqual([point["method"] for point in answer["methods"]], METHODS)

    def test_epochs_from_the_power_alone(self):
        answer = self.json("stabilise", bundle(self.folder / "a", training()))
        self.assertEqual(answer["epochs_from"], "power")
        self.assertAlmostEqual(answer["cycles"]["period_s"], 40, delta=0.2)
        self.assertAlmostEqual(len(answer["cycles"]["epochs"]), 50, delta=1)
        self.assertGreater(answer["cycles"]["confidence"], 0.8)
        begins = [epoch["start_s"] for epoch in answer["cycles"]["epochs"][1:]]
        self.assertLess(max(abs(math.remainder(begin, 40)) for begin in begins), 2.5)
        self.assertIsNone(self.json("stabilise", bundle(self.folder / "b", ramp()))["cycles"])

    def test_draws_the_trace_in_the_terminal_and_as_svg(self):
        run = bundle(self.folder / "a", ramp())
        picture = self.folder / "plot.svg"
        text = self.call("stabilise", run, "--method", "all", "--plot", picture).stdout
        self.assertIn("power (W)", text)
        self.assertIn("stable from", text)
        drawn = xml.dom.minidom.parse(str(picture)).documentElement
        self.assertEqual(drawn.tagName, "svg")
        self.assertIn("pelt", picture.read_text())

    def test_summary_by_source_and_architecture(self):
        for i in range(3):
            bundle(self.folder / "runs" / f"a{i}", ramp(seed=i), total_work=12, work_unit="epoch")
            bundle(self.folder / "runs" / "deeper" / f"b{i}", training(seed=i), architecture="other", total_work=50,
                   work_unit="epoch")
        summary = self.json("stabilise", self.folder / "runs", "--summary")
        self.assertEqual(summary["runs"], 6)
        rows = {row["architecture"]: row for row in summary["groups"]}
        self.assertEqual(rows["net"]["runs"], 3)
        self.assertAlmostEqual(rows["net"]["stable_from_s"]["median"], 80, delta=8)
        self.assertEqual(rows["net"]["censored_share"], 0)
        self.assertLess(rows["net"]["projection_error"]["median"], 0.02)
        cycles = {row["architecture"]: row for row in summary["cycles"]}
        self.assertEqual(cycles["other"]["with_period"], 3)
        self.assertEqual(cycles["net"]["with_period"], 0)
        text = self.call("stabilise", self.folder / "runs", "--summary", "--method", "all").stdout
        self.assertIn("6 runs", text)
        # A folder of bundles always gives the summary.
        self.assertEqual(self.json("stabilise", self.folder / "runs")["runs"], 6)

    def test_stored_runs_by_id_beginning_and_name(self):
        run = bundle(self.folder / "mine", ramp(), name="first")
        other = bundle(self.folder / "other", ramp(seed=2))
        self.call("import", run, other)
        by_path = self.json("stabilise", run)
        for reference in ("mine", "min", "first"):
            self.assertEqual(self.json("stabilise", reference, cwd="/"), by_path, reference)
        elsewhere = self.folder / "elsewhere.db"
        self.store.rename(elsewhere)
        self.assertEqual(self.json("stabilise", "mine", "--store", elsewhere, cwd="/"), by_path)
        # A folder takes precedence over a stored run of the same name.
        bundle(self.folder / "here" / "mine", ramp(seed=5, length=300))
        there = self.json("stabilise", "mine", "--store", elsewhere, cwd=self.folder / "here")
        self.assertGreater(there["stable_from_s"], by_path["stable_from_s"] + 100)
        # A summary takes folders and stored runs. A name that is neither gives one line.
        summary = self.json("stabilise", "mine", "other", self.folder / "here", "--summary", "--store", elsewhere, cwd="/")
        self.assertEqual(summary["runs"], 3)
        answer = self.call("stabilise", "third", "--store", elsewhere, cwd="/", expect=2)
        self.assertEqual(answer.stderr, f"joulecast: third: no such file or folder; as a stored run: no such run in {elsewhere}\n")

    def test_a_summary_says_why_a_stored_run_is_left_out(self):
        for name, power in (("long", ramp()), ("point", [100.0])):
            self.call("import", bundle(self.folder / name, power))
        summary = self.json("stabilise", "long", "point", "--summary", cwd="/")
        self.assertEqual(summary["runs"], 1)
        self.assertEqual(summary["skipped"], ["point: the run has no energy or power channel"])

    def test_reads_a_power_log_directly(self):
        log = self.folder / "gpu.csv"
        rows = "".join(f"2024/01/01 10:{i // 60:02}:{i % 60:02}.000, {watts:.2f} W\n" for i, watts in enumerate(ramp()))
        log.write_text("timestamp, power.draw [W]\n" + rows)
        self.assertAlmostEqual(self.json("stabilise", log)["stable_from_s"], 80, delta=8)

    def test_one_line_for_what_cannot_be_used(self):
        short = bundle(self.folder / "short", [100.0] * 30)
        (self.folder / "empty").mkdir()
        cases = [
            (["stabilise", short, "--method", "fluss"], "too few"),
            (["stabilise", short, "--method", "prophecy"], "--method"),
            (["stabilise", short, "--window", "2"], "--window"),
            (["stabilise", self.folder / "nowhere"], "nowhere"),
            (["stabilise", self.folder / "nowhere", "--summary"], "as a stored run"),
            (["stabilise", self.folder / "empty", "--summary"], "no run bundle"),
            (["stabilise", short, short], "--summary"),
            (["stabilise", short, "--noise", "-1"], "--noise"),
            (["stabilise", short, "--summary", "--plot", "x.svg"], "--plot"),
        ]
        for arguments, word in cases:
            answer = self.call(*arguments, expect=None)
            self.assertIn(answer.returncode, (1, 2), arguments)
            self.assertEqual(answer.stdout, "", arguments)
            self.assertEqual(len(answer.stderr.strip().splitlines()), 1, answer.stderr)
            self.assertIn(word, answer.stderr)

    def test_a_broken_run_is_named_and_the_others_are_summarised(self):
        bundle(self.folder / "runs" / "good", ramp())
        broken = bundle(self.folder / "runs" / "broken", ramp())
        (broken / "power.csv").write_text("time_s,gpu0_w\n0,abc\n")
        summary = self.json("stabilise", self.folder / "runs", "--summary")
        self.assertEqual(summary["runs"], 1)
        self.assertEqual(len(summary["skipped"]), 1)
        self.assertIn("broken", summary["skipped"][0])


if __name__ == "__main__":
    unittest.main()
