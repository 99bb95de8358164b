"""Tests what is asked of stored runs: lists with tags and metrics, comparisons of them, SQL, reports and disclosures."""
import json
import time
import unittest

import joulecast
from support import PackageTest

try:
    import pandas
except ImportError:
    pandas = None


class Lists(PackageTest):
    def setUp(self):
        super().setUp()
        for number in range(6):
            with joulecast.track(f"run {number}", interval=0.02, tags={"architecture": "ab"[number % 2], "seed": number}) as run:
                for epoch in run.epochs(range(2)):
                    time.sleep(0.05)
                    run.metric(f1=0.5 + 0.01 * number + 0.1 * epoch)
        with self.assertRaises(ZeroDivisionError):
            with joulecast.track("broken", tags={"architecture": "c"}):
                raise ZeroDivisionError

    def rows(self):
        return list(joulecast._core.list_runs(joulecast._core.ListRequest()))

    def test_a_comparison_of_a_list_and_of_what_was_loaded(self):
        loaded = [joulecast.load(row.id) for row in self.rows()]
        for runs in (self.rows(), loaded, tuple(loaded)):
            comparison = joulecast.compare(runs, group="architecture")
            self.assertEqual(sorted(group.name for group in comparison.groups), ["a", "b"])  # and not the one that failed
            self.assertEqual([group.n for group in comparison.groups], [3, 3])
        self.assertEqual(len(joulecast.tradeoff(loaded, quality="f1", group="architecture").alternatives), 2)

    @unittest.skipIf(pandas is None, "pandas is not installed")
    def test_a_frame_has_tags_and_the_last_metrics(self):
        runs = joulecast.runs(sort="name")
        self.assertEqual(list(runs["seed"].dropna()), ["0", "1", "2", "3", "4", "5"])
        self.assertEqual(list(runs["architecture"].dropna()), ["c", *"ababab"])
        self.assertAlmostEqual(runs.set_index("name")["f1"]["run 5"], 0.65)
        self.assertTrue(pandas.isna(runs.set_index("name")["f1"]["broken"]))
        comparison = joulecast.compare(runs, group="architecture")
        self.assertEqual([group.n for group in comparison.groups], [3, 3])
        self.assertEqual(joulecast.compare(runs, group="architecture", value="f1").value, "f1")
        self.assertEqual(len(joulecast.tradeoff(runs, quality="f1", group="architecture").alternatives), 2)

    def test_a_store_is_no_table(self):
        with joulecast.track("open", interval=0.1):
            time.sleep(0.3)
            with self.assertRaisesRegex(joulecast.InvalidError, "store="):
                joulecast.compare(self.store, group="architecture")
        self.assertEqual(len(joulecast.compare(group="architecture", store=self.store).groups), 2)

    def test_questions_in_sql(self):
        answer = joulecast.query("select name, energy_j, exit_status from runs order by name limit 2")
        rows = answer if isinstance(answer, list) else answer.to_dict("records")
        self.assertEqual([row["name"] for row in rows], ["broken", "run 0"])
        self.assertGreater(rows[1]["energy_j"], 0)
        self.assertFalse(rows[1]["exit_status"] == 0)  # unknown is not 0
        for wrong in ("delete from runs", "select nonsense from runs", "select 1; select 2"):
            with self.subTest(wrong), self.assertRaisesRegex(joulecast.InvalidError, "sql"):
                joulecast.query(wrong)
        with self.assertWarnsRegex(UserWarning, "more than 2 rows"):
            self.assertEqual(len(joulecast.query("select * from runs", limit=2)), 2)

    def test_reports(self):
        page = self.folder / "report.html"
        text = joulecast.report("run 1", page)
        self.assertIn("<html", text)
        self.assertEqual(page.read_text(), text)
        self.assertIn("run 2", joulecast.report(["run 1", "run 2"], format="markdown"))
        joulecast.report("run 1", self.folder / "report.tex")
        self.assertIn("\\", (self.folder / "report.tex").read_text())
        with self.assertRaisesRegex(joulecast.InvalidError, "no-such"):
            joulecast.report("no-such")
        with self.assertRaisesRegex(joulecast.InvalidError, "format"):
            joulecast.report("run 1", format="pdf")

    def test_disclosures(self):
        self.assertIn("run 1", joulecast.disclose("run 1"))
        file = self.folder / "model.json"
        told = joulecast.disclose(["run 1", "run 2"], file, format="boamps", model="twins", training_type="fine-tuning", country="DE")
        self.assertIsInstance(json.loads(told), dict)
        self.assertEqual(file.read_text(), told)
        with self.assertRaisesRegex(joulecast.InvalidError, "format"):
            joulecast.disclose("run 1", format="pdf")


if __name__ == "__main__":
    unittest.main()
