"""Tests joulecast compare as a user calls it."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

JOULECAST = os.environ["JOULECAST"]


def compare(*arguments):
    return subprocess.run([JOULECAST, "compare", *arguments], capture_output=True, text=True)


class Compare(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def table(self, text):
        path = self.folder / "runs.csv"
        path.write_text(text)
        return str(path)

    def good_table(self):
        rows = [f"{gpu},{base + i * 0.5}" for gpu, base in (("A100", 10), ("V100", 20), ("T4", 40)) for i in range(8)]
        return self.table("gpu,energy_kj\r\n" + "\r\n".join(rows) + "\r\n")

    def test_prints_for_people(self):
        result = compare(self.good_table(), "--group", "gpu", "--value", "energy_kj")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Conclusion: energy_kj differs by gpu", result.stdout)
        self.assertLess(result.stdout.index("Effect:"), result.stdout.index("p ="))

    def test_json_on_standard_output_and_nothing_else(self):
        result = compare(self.good_table(), "--group", "gpu", "--value", "energy_kj", "--json", "-")
        self.assertEqual(result.returncode, 0, result.stderr)
        answer = json.loads(result.stdout)
        self.assertEqual(answer["n"], 24)
        self.assertEqual([g["name"] for g in answer["groups"]], ["A100", "V100", "T4"])
        self.assertEqual(answer["test"]["effect_size"]["magnitude"], "large")
        self.assertLess(answer["test"]["p_value"], 0.001)
        self.assertEqual(len(answer["pairs"]), 3)

    def test_writes_files(self):
        files = {kind: self.folder / f"out.{kind}" for kind in ("json", "csv", "svg")}
        result = compare(self.good_table(), "--group", "gpu", "--value", "energy_kj",
                         *[part for kind, path in files.items() for part in (f"--{kind}", str(path))])
        self.assertEqual(result.returncode, 0, result.stderr)
        json.loads(files["json"].read_text())
        self.assertEqual(files["csv"].read_text().count("\npair,"), 3)
        self.assertTrue(files["svg"].read_text().startswith("<svg"))

    def expect_refusal(self, message, *arguments):
        result = compare(*arguments)
        self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertIn(message, result.stderr)

    def test_refuses_bad_input_in_one_line(self):
        wanted = ("--group", "gpu", "--value", "energy")
        self.expect_refusal("runs.csv:3: column energy: 'hot' is not a finite number", self.table("gpu,energy\nA,1\nB,hot\n"), *wanted)
        self.expect_refusal("runs.csv:2: column energy: 'inf'", self.table("gpu,energy\nA,inf\nB,1\n"), *wanted)
        self.expect_refusal("no column energy", self.table("gpu,power\nA,1\n"), *wanted)
        self.expect_refusal("one group", self.table("gpu,energy\nA,1\nA,2\nA,3\n"), *wanted)
        self.expect_refusal("at least 3 values", self.table("gpu,energy\nA,1\nB,2\n"), *wanted)
        self.expect_refusal("every value is 1", self.table("gpu,energy\n" + "A,1\nB,1\n" * 5), *wanted)
        self.expect_refusal("no rows", self.table("gpu,energy\n"), *wanted)
        self.expect_refusal("empty", self.table(""), *wanted)
        self.expect_refusal("no-such.csv", str(self.folder / "no-such.csv"), *wanted)
        self.expect_refusal("identifier", self.table("gpu,energy\n" + "".join(f"g{i},{i}\n" for i in range(5000))), *wanted)
        self.expect_refusal("holds the energy; name one with --value", self.table("gpu,speed\nA,1\n"), "--group", "gpu")
        self.expect_refusal("--group", self.table("gpu,energy\nA,1\n"), "--value", "energy")
        self.expect_refusal("no row has both", self.table("gpu,energy\nA,1\n"), *wanted, "--only", "gpu=Z")

    def test_reads_a_folder_of_bundles_and_the_store(self):
        for i in range(8):
            bundle = self.folder / "bundles" / f"run{i}"
            bundle.mkdir(parents=True)
            (bundle / "run.json").write_text(json.dumps({
                "id": f"run{i}", "gpu": "A100" if i % 2 else "T4", "architecture": "net", "run_start_s": 0, "run_stop_s": 100,
                "status": "finished" if i < 7 else "interrupted", "quality": {"f1": 0.9 + 0.001 * i} if i != 4 else {}}))
            (bundle / "power.csv").write_text("time_s,gpu0_w\n" + "".join(f"{t},{100 + 50 * (i % 2) + i}\n" for t in range(101)))
        store = str(self.folder / "runs.db")
        bundles = sorted(str(path.parent) for path in self.folder.glob("bundles/*/run.json"))
        imported = subprocess.run([JOULECAST, "import", *bundles, "--store", store], capture_output=True, text=True)
        self.assertEqual(imported.returncode, 0, imported.stderr)
        for source in ([str(self.folder / "bundles")], ["--store", store]):
            result = compare(*source, "--group", "gpu", "--json", "-")
            self.assertEqual(result.returncode, 0, result.stderr)
            answer = json.loads(result.stdout)
            self.assertEqual([(g["name"], g["n"]) for g in answer["groups"]], [("T4", 4), ("A100", 3)])
            self.assertAlmostEqual(answer["groups"][0]["median"], 10300, delta=1)
            self.assertIn("1 run did not finish", answer["warnings"][0])
            self.assertEqual(answer["runs_left_out"], [{"reason": "interrupted", "column": None, "count": 1, "runs": ["run7"]}])
            quality = json.loads(compare(*source, "--group", "gpu", "--value", "f1", "--json", "-").stdout)
            self.assertEqual(quality["warnings"][1], "1 run has no f1, left out: run4")
            self.assertEqual(quality["left_out"]["value_missing"], 1)
        recommended = subprocess.run([JOULECAST, "recommend", "--store", store, "--require", "f1 >= best - 0.02", "--json", "-"],
                                     capture_output=True, text=True)
        self.assertEqual(json.loads(recommended.stdout)["recommended"]["name"], "T4", recommended.stderr)


if __name__ == "__main__":
    sys.exit(unittest.main())
