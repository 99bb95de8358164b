"""Tests list, show, rm, tag, export and recover, and damaged stores of every kind."""
import csv
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

from support import JOULECAST, CommandTest

EPOCHS = "for i in 1 2 3; do sleep 0.25; echo Epoch $i/3 loss=0.$i accuracy=0.9$i; done"


class StoreTest(CommandTest):
    def measure(self, name, *options, script=EPOCHS):
        self.call("run", "-q", "--name", name, "--interval", "50ms", *options, "--", "sh", "-c", script, expect=None)
        return self.json("show", name)["id"]


class LookingBack(StoreTest):
    def test_an_empty_store_lists_nothing(self):
        self.assertIn("No run", self.call("list").stdout)
        self.assertEqual(self.json("list"), {"runs": []})
        self.assertFalse(self.store.exists(), "looking makes nothing")

    def test_a_named_store_has_to_be_there(self):
        done = self.call("list", "--store", self.folder / "none.db", expect=2)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1)
        self.assertIn("none.db", done.stderr)

    def test_list_shows_the_newest_first(self):
        first = self.measure("first", script="sleep 1.1")
        second = self.measure("second", script="exit 3")
        runs = self.json("list")["runs"]
        self.assertEqual([run["id"] for run in runs], [second, first])
        self.assertEqual([run["status"] for run in runs], ["failed", "finished"])
        self.assertEqual(runs[0]["exit_status"], 3)
        text = self.call("list").stdout
        self.assertLess(text.index(second), text.index(first))

    def test_show_has_the_promised_keys(self):
        self.measure("full", "--tag", "team=vision")
        run = self.json("show", "full")
        for key in ("id", "name", "status", "exit_status", "duration_s", "energy_j", "epochs"):
            self.assertIn(key, run)
        self.assertEqual(run["tags"], {"team": "vision"})
        for row in run["energy_j"]["by_component"]:
            for key in ("component", "device", "energy_j", "provenance", "coverage"):
                self.assertIn(key, row)
        for epoch in run["epochs"]:
            self.assertEqual(set(epoch) & {"epoch", "start_s", "end_s", "energy_j", "metrics"},
                             {"epoch", "start_s", "end_s", "energy_j", "metrics"})
        added = sum(row["energy_j"] for row in run["energy_j"]["by_component"] if row["in_total"])
        self.assertAlmostEqual(added, run["energy_j"]["total"], delta=1e-9 * added)

    def test_text_and_json_agree(self):
        self.measure("both")
        done = self.call("show", "both", "--json", self.folder / "run.json")
        run = json.loads((self.folder / "run.json").read_text())
        for part in (run["id"], "Energy", "total", "Carbon", "Epochs   3", "accuracy", "loss", "Sensors"):
            self.assertIn(part, done.stdout)
        for row in run["energy_j"]["by_component"]:
            self.assertIn(row["provenance"], done.stdout)

    def test_json_goes_to_standard_output_without_a_file(self):
        identity = self.measure("plain", script="true")
        for arguments in (["show", "plain", "--json"], ["show", "--json", "plain"], ["show", "--json", "-", "plain"],
                          ["show", "--json"], ["show", "--json=-", identity[:-1]]):
            self.assertEqual(json.loads(self.call(*arguments).stdout)["id"], identity, arguments)

    def test_a_run_is_found_by_id_prefix_name_and_ending(self):
        identity = self.measure("only", script="true")
        for reference in (identity, identity[:11], "only", identity[-4:]):
            self.assertEqual(self.json("show", reference)["id"], identity)
        done = self.call("show", "nothing", expect=2)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1)
        self.measure("other", script="true")
        self.assertIn("2 runs", self.call("show", identity[:4], expect=2).stderr)

    def test_a_name_is_its_latest_run_and_that_is_said(self):
        self.measure("twice", script="sleep 1.1")
        second = self.measure("twice", script="true")
        done = self.call("show", "twice", "--json")
        self.assertEqual(json.loads(done.stdout)["id"], second)
        self.assertEqual(done.stderr, f"joulecast: 2 runs are called 'twice'; this is the latest, {second}\n")

    def test_list_takes_what_is_asked_for(self):
        first = self.measure("lenet-a", "--tag", "team=vision", script="sleep 1.1")
        second = self.measure("lenet-b", "--tag", "team=speech", script="exit 3")

        def ids(*options):
            return [run["id"] for run in self.json("list", *options)["runs"]]

        self.assertEqual(ids("--name", "lenet-*"), [second, first])
        self.assertEqual(ids("--tag", "team=vision"), [first])
        self.assertEqual(ids("--tag", "team", "--status", "failed"), [second])
        self.assertEqual(ids("--sort", "duration"), [first, second])
        self.assertEqual(ids("--reverse", "--limit", "1"), [first])
        self.assertEqual(ids("--since", "1h", "--offset", "1"), [first])
        self.assertEqual(ids("--until", "1h"), [])
        self.assertIn("No stored run is like that", self.call("list", "--host", "nowhere").stdout)
        for option, value in (("--since", "soon"), ("--status", "done"), ("--sort", "size"), ("--limit", "0")):
            done = self.call("list", option, value, expect=2)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
            self.assertIn(option, done.stderr)

    def test_tag_name_and_remove(self):
        identity = self.measure("draft", script="true")
        self.call("tag", "draft", "goal=paper", "seed=1")
        self.call("tag", "draft", "seed=", "--name", "final")
        self.assertEqual(self.json("show", "final")["tags"], {"goal": "paper"})
        self.call("tag", "final", "no-value", expect=2)
        self.call("tag", "final", expect=2)
        self.assertIn(identity, self.call("rm", "final").stdout)
        self.assertEqual(self.json("list"), {"runs": []})
        self.call("rm", identity, expect=2)

    def test_nothing_is_removed_where_one_name_is_wrong(self):
        self.measure("kept", script="true")
        self.call("rm", "kept", "wrong", expect=2)
        self.assertEqual(len(self.json("list")["runs"]), 1)


class Carbon(StoreTest):
    def test_is_energy_times_intensity_times_pue_with_its_source(self):
        self.measure("placed", "--country", "ES", "--pue", "1.5")
        run = self.json("show", "placed")
        carbon = run["carbon"]
        self.assertEqual((carbon["country_iso3"], carbon["pue"], carbon["year"]), ("ESP", 1.5, 2023))
        self.assertAlmostEqual(carbon["emissions_g"],
                               run["energy_j"]["total"] / 3.6e6 * 1.5 * carbon["intensity_g_per_kwh"])
        self.assertIn(carbon["source"], self.call("show", "placed").stdout)

    def test_another_place_can_be_asked_for(self):
        self.measure("moved", "--country", "ES", "--pue", "1.5")
        carbon = self.json("show", "moved", "--region", "gcp europe-west9")["carbon"]
        self.assertEqual((carbon["intensity_g_per_kwh"], carbon["country"], carbon["pue"]), (34, "France", 1.5))
        self.assertEqual(self.json("show", "moved", "--intensity", "100")["carbon"]["intensity_g_per_kwh"], 100)

    def test_an_unknown_place_gives_energy_and_a_reason(self):
        self.measure("somewhere", "--country", "Atlantis")
        run = self.json("show", "somewhere")
        self.assertIsNone(run["carbon"]["emissions_g"])
        self.assertIn("Atlantis", run["carbon"]["reason"])
        self.assertIn("Atlantis", self.call("show", "somewhere").stdout)

    def test_impossible_factors_are_refused(self):
        self.measure("any", script="true")
        for option in (["--pue", "0.9"], ["--pue", "nan"], ["--intensity", "-1"], ["--intensity", "many"]):
            done = self.call("show", "any", *option, expect=2)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)


class Export(StoreTest):
    def test_bundle_csv_and_epochs(self):
        self.measure("out")
        run = self.json("show", "out")
        self.call("export", "out", "--bundle", self.folder / "bundle", "--csv", self.folder / "readings.csv",
                  "--epochs-csv", self.folder / "epochs.csv")
        self.assertEqual(json.loads((self.folder / "bundle" / "run.json").read_text())["id"], run["id"])
        with open(self.folder / "readings.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertTrue(rows)
        self.assertEqual({row["unit"] for row in rows if row["quantity"] == "power"} - {"W"}, set())
        with open(self.folder / "epochs.csv", newline="") as file:
            epochs = list(csv.DictReader(file))
        self.assertEqual([float(row["loss"]) for row in epochs], [0.1, 0.2, 0.3])
        for row, epoch in zip(epochs, run["epochs"]):
            self.assertAlmostEqual(float(row["energy_j"]), epoch["energy_j"], delta=1e-6 * epoch["energy_j"])

    def test_emissions_are_a_row_each_in_codecarbons_table(self):
        for name in ("one", "two"):
            self.measure(name, "--country", "FR", "--tag", "experiment=e7")
            self.call("export", name, "--emissions", self.folder / "emissions.csv")
        with open(self.folder / "emissions.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["project_name"] for row in rows], ["one", "two"])
        self.assertEqual(len(rows[0]), 38)
        run = self.json("show", "two")
        row = rows[1]
        self.assertAlmostEqual(float(row["energy_consumed"]) * 3.6e6, run["energy_j"]["total"])
        self.assertAlmostEqual(float(row["emissions"]) * 1000, run["carbon"]["emissions_g"])
        self.assertEqual((row["country_iso_code"], row["experiment_id"], row["run_id"]), ("FRA", "e7", run["id"]))
        for component, column in (("cpu", "cpu_energy"), ("gpu", "gpu_energy"), ("dram", "ram_energy")):
            known = [part["energy_j"] for part in run["energy_j"]["by_component"]
                     if part["component"] == component and part["in_total"] and part["energy_j"] is not None]
            self.assertEqual(row[column] == "", not known, "unknown is empty, not 0")
            if known:
                self.assertAlmostEqual(float(row[column]) * 3.6e6, sum(known))
        (self.folder / "other.csv").write_text("a,b\n1,2\n")
        self.call("export", "two", "--emissions", self.folder / "other.csv", expect=2)
        self.assertEqual((self.folder / "other.csv").read_text(), "a,b\n1,2\n")

    def test_a_bundle_comes_back_as_the_same_run(self):
        self.measure("there")
        before = self.json("show", "there")
        self.call("export", "there", "--bundle", self.folder / "bundle")
        self.call("rm", "there")
        self.call("import", self.folder / "bundle")
        after = self.json("show", before["id"])
        self.assertAlmostEqual(after["duration_s"], before["duration_s"], places=5)
        self.assertEqual([epoch["metrics"] for epoch in after["epochs"]], [epoch["metrics"] for epoch in before["epochs"]])

    def test_nothing_to_write_is_said(self):
        self.measure("idle", script="true")
        self.call("export", "idle", expect=2)
        self.call("export", "idle", "--csv", self.folder / "no" / "such" / "folder.csv", expect=2)


class Faults(StoreTest):
    def refused(self, reason, expect=2):
        """Every command that reads the store reports the reason in one line and leaves the file unchanged."""
        before = self.store.read_bytes()
        for command in (["list"], ["show"], ["recover"], ["tag", "x", "a=b"], ["rm", "x"], ["export", "x", "--csv", "y"]):
            done = self.call(*command, expect=expect, timeout=120)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
            self.assertIn(reason, done.stderr)
        self.assertEqual(self.store.read_bytes(), before)

    def test_another_programs_database(self):
        with sqlite3.connect(self.store) as database:
            database.execute("CREATE TABLE photos (name TEXT)")
        database.close()
        self.refused("another program")

    def test_a_newer_store(self):
        self.measure("old", script="true")
        database = sqlite3.connect(self.store)
        database.execute("PRAGMA user_version = 99")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        self.refused("newer joulecast")
        done = self.call("run", "--", "sh", "-c", "exit 4", expect=4)
        self.assertIn("newer joulecast", done.stderr)

    def test_a_damaged_store(self):
        self.measure("cut")
        self.store.write_bytes(self.store.read_bytes()[:6000])
        for command in (["list"], ["show"]):
            done = self.call(*command, expect=2)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertEqual(self.call("run", "-q", "--", "sh", "-c", "exit 6", expect=6).stdout, "")

    def test_a_full_disk_ends_no_training(self):
        """No file may grow beyond 40 kB, so that the store fills up while the command runs."""
        script = f"ulimit -f 40; trap '' XFSZ; exec {JOULECAST} run --interval 2ms -- sh -c 'sleep 2; echo done; exit 3'"
        done = subprocess.run(["bash", "-c", script], env=self.environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(done.stdout, "done\n")
        self.assertIn("store", done.stderr)

    def test_a_locked_store_delays_no_training(self):
        self.measure("before", script="true")
        database = sqlite3.connect(self.store, isolation_level=None)
        database.execute("BEGIN IMMEDIATE")
        start = time.monotonic()
        child = subprocess.Popen([JOULECAST, "run", "-q", "--name", "waited", "--", "sh", "-c", "echo started; sleep 1"],
                                 env=self.environment, stdout=subprocess.PIPE, text=True)
        self.assertEqual(child.stdout.readline(), "started\n")
        self.assertLess(time.monotonic() - start, 4)
        database.execute("COMMIT")
        database.close()
        self.assertEqual(child.wait(30), 0)
        child.stdout.close()
        self.assertEqual(self.json("show", "waited")["status"], "finished")

    def test_recover_closes_killed_runs_and_only_those(self):
        killed = subprocess.Popen([JOULECAST, "run", "-q", "--name", "killed", "--interval", "20ms", "--", "sleep", "60"],
                                  env=self.environment, start_new_session=True)
        alive = subprocess.Popen([JOULECAST, "run", "-q", "--name", "alive", "--interval", "20ms", "--", "sleep", "6"],
                                 env=self.environment)
        deadline = time.monotonic() + 20
        while len(self.json("list")["runs"]) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(1.5)
        os.killpg(killed.pid, signal.SIGKILL)
        killed.wait()
        recovered = self.json("recover")["recovered"]
        statuses = {run["name"]: run["status"] for run in self.json("list")["runs"]}
        self.assertEqual(statuses, {"killed": "interrupted", "alive": "running"})
        self.assertEqual(recovered, [self.json("show", "killed")["id"]])
        self.assertIn("Nothing to recover", self.call("recover").stdout)
        self.call("rm", "alive", expect=2)
        self.assertEqual(alive.wait(30), 0)
        self.assertEqual(self.json("show", "alive")["status"], "finished")

    def test_a_copy_of_a_store_is_a_store(self):
        """With its log, or alone after any command that has merged the log into it."""
        self.call("run", "-q", "--name", "copied", "--", "true")
        shutil.copy(self.store, self.folder / "copy.db")
        shutil.copy(f"{self.store}-wal", self.folder / "copy.db-wal")
        self.call("list")
        shutil.copy(self.store, self.folder / "alone.db")
        for copy in ("copy.db", "alone.db"):
            self.assertEqual(self.json("show", "copied", "--store", self.folder / copy)["status"], "finished")


if __name__ == "__main__":
    unittest.main(verbosity=2)
