"""Tests `joulecast query`: its formats, that it changes nothing, and that docs/query.md tells of every view."""
import csv
import io
import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import time
import unittest

from support import JOULECAST, CommandTest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUNDLES = ROOT / "tests/golden/inputs/bundles"


class Query(CommandTest):
    def setUp(self):
        super().setUp()
        self.call("import", BUNDLES)

    def query(self, sql, *options, **more):
        return self.call("query", sql, *options, **more)

    def rows(self, sql):
        return json.loads(self.query(sql, "--format", "json").stdout)["rows"]

    def test_the_figures_are_those_of_show(self):
        for run in self.rows("select id, energy_j, provenance, missing, epochs, duration_s from runs"):
            shown = self.json("show", run["id"])
            self.assertEqual(run["provenance"], shown["energy_j"]["provenance"])
            self.assertEqual(json.loads(run["missing"]), shown["energy_j"]["missing"])
            self.assertEqual(run["duration_s"], shown["duration_s"])
            self.near(run["energy_j"], shown["energy_j"]["total"])
            parts = self.rows(f"select * from energy where run = '{run['id']}'")
            self.assertEqual(len(parts), len(shown["energy_j"]["by_component"]))
            for part, expected in zip(parts, shown["energy_j"]["by_component"]):
                self.assertEqual(part["component"], expected["component"])
                self.assertEqual(part["in_total"], int(expected["in_total"]))
                self.near(part["energy_j"], expected["energy_j"])
            epochs = self.rows(f"select * from epochs where run = '{run['id']}'")
            self.assertEqual([epoch["epoch"] for epoch in epochs], [epoch["epoch"] for epoch in shown["epochs"]])
            for epoch, expected in zip(epochs, shown["epochs"]):
                self.near(epoch["energy_j"], expected["energy_j"])
                self.assertEqual(json.loads(epoch["metrics"]), expected["metrics"])

    def near(self, value, expected):
        if expected is None:
            self.assertIsNone(value)
        else:
            self.assertAlmostEqual(value, expected, delta=1e-9 * abs(expected))

    def test_formats_hold_the_same_rows(self):
        sql = "select id, energy_j, exit_status from runs order by id"
        rows = self.rows(sql)
        table = list(csv.DictReader(io.StringIO(self.query(sql, "--format", "csv").stdout)))
        self.assertEqual([row["id"] for row in table], [row["id"] for row in rows])
        for written, row in zip(table, rows):
            self.assertEqual(float(written["energy_j"]), row["energy_j"])
            self.assertEqual(written["exit_status"], "" if row["exit_status"] is None else str(row["exit_status"]))
        text = self.query(sql).stdout.splitlines()
        self.assertEqual(text[0].split(), ["id", "energy_j", "exit_status"])
        self.assertEqual(len(text), len(rows) + 1)

    def test_names_do_not_control_a_terminal_or_a_spreadsheet(self):
        self.call("tag", "steady", "note==1+1", "evil=\x1b[31mred")
        sql = "select value from tags where name in ('note', 'evil') order by name"
        for form in ("table", "csv", "json"):
            self.assertNotIn("\x1b", self.query(sql, "--format", form).stdout)
        self.assertIn("'=1+1", self.query(sql, "--format", "csv").stdout)
        self.assertEqual([row["value"] for row in self.rows(sql)], ["\x1b[31mred", "=1+1"])

    def test_nothing_but_reading(self):
        with sqlite3.connect(self.store) as database:
            database.execute("pragma wal_checkpoint(truncate)")
        before = self.store.read_bytes()
        for sql in ("delete from run", "drop table run", "attach 'x.db' as x", "pragma user_version = 9", "vacuum into 'x.db'",
                    "select load_extension('x')", "select id from run", "select 1; delete from run", "", "not sql", "select \n nothing"):
            done = self.query(sql, expect=2, cwd=self.folder)
            self.assertEqual(done.stdout, "")
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertTrue(done.stderr.startswith("joulecast: sql: "), done.stderr)
        self.assertEqual(self.store.read_bytes(), before)
        self.assertFalse((self.folder / "x.db").exists())

    def test_a_store_that_may_not_be_written(self):
        readable = self.folder / "readable"
        readable.mkdir()
        self.call("import", BUNDLES / "steady", "--store", readable / "runs.db")
        os.chmod(readable / "runs.db", 0o400)
        os.chmod(readable, 0o500)
        self.addCleanup(os.chmod, readable, 0o700)
        self.assertIn("steady", self.query("select id from runs", "--store", readable / "runs.db").stdout)

    def test_limits(self):
        done = self.query("select id from runs", "--limit", "2", "--format", "json")
        self.assertEqual(len(json.loads(done.stdout)["rows"]), 2)
        self.assertTrue(json.loads(done.stdout)["truncated"])
        self.assertIn("--limit", done.stderr)
        endless = "with recursive n(x) as (values(1) union all select x + 1 from n) select count(*) from n"
        self.assertIn("--time-limit", self.query(endless, "--time-limit", "0.2", expect=1).stderr)
        self.assertIn("--limit", self.query("select 1", "--limit", "0", expect=2).stderr)

    def test_ctrl_c_ends_it(self):
        endless = "with recursive n(x) as (values(1) union all select x + 1 from n) select count(*) from n"
        process = subprocess.Popen([JOULECAST, "query", endless], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
        self.assertEqual((process.returncode, output), (-signal.SIGINT, b""))

    def test_a_store_that_is_not_there(self):
        done = self.query("select 1", "--store", self.folder / "none.db", expect=2)
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertFalse((self.folder / "none.db").exists())

    def test_a_run_that_is_running_has_what_it_used_so_far(self):
        process = subprocess.Popen([JOULECAST, "run", "-q", "--name", "live", "--", "sh", "-c", "echo Epoch 1/9; sleep 30"], env=self.environment)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        for _ in range(100):
            found = self.rows("select status, duration_s, command from runs where name = 'live'")
            if found and found[0]["duration_s"] > 0:
                break
            time.sleep(0.2)
        self.assertEqual(found[0]["status"], "running")
        self.assertGreater(found[0]["duration_s"], 0)
        self.assertEqual(json.loads(found[0]["command"])[0], "sh")

    def test_a_killed_run_is_shown_as_interrupted_and_left_as_it_is(self):
        process = subprocess.Popen([JOULECAST, "run", "-q", "--name", "killed", "--", "sleep", "5"], env=self.environment)
        for _ in range(100):
            if self.rows("select 1 from runs where name = 'killed' and duration_s > 0"):
                break
            time.sleep(0.2)
        process.kill()
        process.wait()
        self.assertEqual(self.rows("select status from runs where name = 'killed'"), [{"status": "interrupted"}])
        with sqlite3.connect(self.store) as database:
            self.assertEqual(database.execute("select status from run where name = 'killed'").fetchall(), [("running",)])

    def test_the_document_tells_of_every_view(self):
        views = json.loads(self.call("query", "--schema", "--format", "json").stdout)["views"]
        document = (ROOT / "docs/query.md").read_text()
        expected = [[f"### {view['name']}", f"{view['meaning']}.",
                     *(f"| `{column['name']}` | {column['type']} | {column['unit'] or ''} | {column['meaning'] or ''} |" for column in view["columns"])]
                    for view in views]
        sections = document.split("\n### ")[1:]
        found = [[f"### {section.splitlines()[0]}", section.splitlines()[2], *re.findall(r"^\| `.*\|$", section, re.MULTILINE)]
                 for section in sections]
        self.assertEqual(found, expected)
        text = self.call("query", "--schema").stdout
        for view in views:
            self.assertIn(f"{view['name']}: {view['meaning']}\n", text)

    def test_the_documents_examples_run(self):
        document = (ROOT / "docs/query.md").read_text()
        examples = re.findall(r'^    joulecast (query (?:--schema|"[^"]*"(?: --format \w+)?))$', document, re.MULTILINE)
        self.assertGreaterEqual(len(examples), 5)
        for example in examples:
            words = re.match(r'query (?:"([^"]*)")?(.*)', example, re.DOTALL)
            done = self.call("query", *([words[1]] if words[1] else []), *words[2].split())
            self.assertNotEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main()
