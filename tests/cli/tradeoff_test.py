"""Tests joulecast tradeoff and recommend as a user calls them."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

JOULECAST = os.environ["JOULECAST"]
RUNS = "architecture,gpu,duration_h,energy_kj,f1\n" + "".join(
    f"{name},{gpu},{hours + 0.01 * i},{energy + i},{f1 - 0.001 * i}\n"
    for name, gpu, hours, energy, f1 in (("big", "A100", 9, 900, 0.98), ("small", "A100", 2, 100, 0.97),
                                         ("small", "T4", 4, 60, 0.968), ("poor", "T4", 1, 20, 0.7))
    for i in range(5))


def joulecast(*arguments):
    return subprocess.run([JOULECAST, *arguments], capture_output=True, text=True)


class Decide(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.table = str(self.folder / "runs.csv")
        pathlib.Path(self.table).write_text(RUNS)

    def test_tradeoff_for_people_and_machines(self):
        svg, csv = self.folder / "t.svg", self.folder / "t.csv"
        result = joulecast("tradeoff", self.table, "--quality", "f1", "--svg", str(svg), "--csv", str(csv))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Conclusion: big / A100 has the best f1", result.stdout)
        self.assertTrue(svg.read_text().startswith("<svg"))
        self.assertEqual(len(csv.read_text().splitlines()), 5)
        answer = json.loads(joulecast("tradeoff", self.table, "--quality", "f1", "--json", "-").stdout)
        self.assertEqual(answer["cheapest_within"]["name"], "small / T4")
        self.assertEqual(answer["front"], ["poor / T4", "small / T4", "small / A100", "big / A100"])

    def test_full_cycle_of_trainings_and_uses_that_were_measured_apart(self):
        trainings, uses = self.folder / "trainings.csv", self.folder / "uses.csv"
        trainings.write_text("architecture,dataset,batch_size,energy_kj\n"
                             "big,digits,8,10\nbig,digits,16,30\nbig,other,8,99\nsmall,digits,8,5\n")
        uses.write_text("architecture,tactic,dataset,sample_mj,accuracy\n"
                        "big,fp32,digits,1,0.9\nbig,half,digits,0.5,0.89\nsmall,fp32,digits,2,0.8\nnew,fp32,digits,1,0.9\n")
        arguments = ["tradeoff", uses, "--quality", "accuracy", "--group", "architecture,tactic", "--per-use", "sample_mj"]
        answer = json.loads(joulecast(*arguments, "--uses", "1000", "--training", trainings, "--json", "-").stdout)
        lives = {life["name"]: life for life in answer["full_cycle"]["alternatives"]}
        # Medians of 10 and 30 kJ; 1 MJ a use in joules.
        self.assertEqual(lives["big / half"]["training"], 20000)
        self.assertEqual(lives["big / half"]["total"], 20000 + 1000 * 0.5e6)
        self.assertAlmostEqual(lives["big / half"]["break_even_uses"], (20000 - 5000) / 1.5e6)
        self.assertEqual(set(lives), {"big / fp32", "big / half", "small / fp32"})
        self.assertIn("1 of 4 rows have no training in", " ".join(answer["warnings"]))

    def test_trainings_that_do_not_fit_are_one_line(self):
        uses, trainings = self.folder / "uses.csv", self.folder / "trainings.csv"
        uses.write_text("architecture,sample_j,accuracy\na,1,0.9\n")
        trainings.write_text("architecture,duration_h,energy_kj\nb,1,10\n")
        lone = self.folder / "lone.csv"
        lone.write_text("model,energy_kj\na,10\n")
        arguments = ["tradeoff", uses, "--quality", "accuracy"]
        per_use = ["--per-use", "sample_j"]
        for more, expected in (
            (["--training", trainings], "--training: needs --per-use"),
            ([*per_use, "--training", trainings], "has a training in"),
            ([*per_use, "--training", trainings, "--cost", "sample_j"], "--cost: is given beside --training"),
            ([*per_use, "--training", trainings, "--training-cost", "duration_h"], "duration_h is no energy"),
            ([*per_use, "--training", lone], "--match: "),
            ([*per_use, "--training", trainings, "--match", "gpu"], "gpu"),
            ([*per_use, "--training", self.folder / "none.csv"], "none.csv"),
        ):
            with self.subTest(expected):
                done = joulecast(*arguments, *more)
                self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                self.assertIn(expected, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_recommend(self):
        result = joulecast("recommend", self.table, "--require", "f1 >= best - 0.02", "--require", "under 3 h", "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        answer = json.loads(result.stdout)
        self.assertEqual(answer["recommended"]["name"], "small / A100")
        self.assertEqual(answer["baseline"]["name"], "big / A100")
        self.assertAlmostEqual(answer["saving"], 1 - 102 / 902)
        result = joulecast("recommend", self.table, "--require", "f1 >= best - 0.02", "--gpu", "T4", "--baseline", "poor")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Take small / T4", result.stdout)

    def test_refuses_in_one_line(self):
        for arguments, message in (
                (("recommend", self.table, "--require", "f1 >= 2"), "none of 4 alternatives"),
                (("recommend", self.table, "--require", "shiny"), "is not a requirement"),
                (("recommend", self.table, "--gpu", "H100"), "no row is left after --only"),
                (("recommend", self.table, "--baseline", "none"), "joulecast: --baseline: none names no alternative"),
                (("tradeoff", self.table, "--quality", "f1", "--per-use", "f1"), "joulecast: --per-use: f1 and energy_kj do not"),
                (("tradeoff", self.table, "--quality", "gpu"), "runs.csv:2: column gpu: 'A100' is not a finite number"),
                (("tradeoff", str(self.folder / "none.csv"), "--quality", "f1"), "none.csv")):
            result = joulecast(*arguments)
            self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
            self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
            self.assertIn(message, result.stderr)


if __name__ == "__main__":
    sys.exit(unittest.main())
