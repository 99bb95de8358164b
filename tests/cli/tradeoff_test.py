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
