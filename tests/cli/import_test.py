"""Tests joulecast import as a user calls it: kinds of files, gaps, damage and exit statuses."""
import json
import os
import pathlib
import unittest

from support import CommandTest

GPU = """timestamp, index, name, utilization.gpu [%], power.draw [W], fan.speed [%]
2024/05/01 10:00:00.000, 0, NVIDIA T4, 5 %, 30.00 W, 20 %
2024/05/01 10:00:10.000, 0, NVIDIA T4, 95 %, 50.00 W, 20 %
2024/05/01 10:00:20.000, 0, NVIDIA T4, [N/A], [N/A], 20 %
2024/05/01 10:00:30.000, 0, NVIDIA T4, 95 %, 70.00 W, 20 %
"""
HOST = """timestamp,cpu usage (%),memory usage (MB),temperature (Celsius)
2024-05-01T10:00:05.000000,1.5,2000.25,40.0
2024-05-01T10:00:15.000000,2.5,2001.25,41.0
"""
EMISSIONS = """timestamp,project_name,run_id,duration,emissions,cpu_energy,gpu_energy,ram_energy,energy_consumed
2024-05-01T10:01:00,p,first,60,0.001,0.002,0.003,0.0001,0.0051
2024-05-01T10:02:00,p,second,60,0.001,0.001,0.003,0.0001,0.0041
"""
MLLOG = """noise
:::MLLOG {"time_ms": 1714557600000, "key": "run_start", "value": null, "metadata": {}}
:::MLLOG {"time_ms": 1714557601000, "key": "epoch_start", "value": null, "metadata": {"epoch_num": 1}}
:::MLLOG {"time_ms": 1714557611000, "key": "epoch_stop", "value": null, "metadata": {"epoch_num": 1}}
:::MLLOG {"time_ms": 1714557620000, "key": "run_stop", "value": null, "metadata": {"status": "success"}}
"""


class Import(CommandTest):
    def write(self, name, text):
        (self.folder / name).write_text(text, newline="")
        return str(self.folder / name)

    def run_import(self, *arguments, expect=0):
        return self.call("import", *arguments, expect=expect)

    def figures(self, *arguments):
        return self.json("import", *arguments)

    def test_a_gpu_log_becomes_a_stored_run(self):
        log = self.write("gpu.csv", GPU)
        run, = self.figures(log)["runs"]
        self.assertEqual(run["kind"], "nvidia-smi")
        self.assertEqual(run["source_file"], log)
        self.assertEqual(run["samples"], 4)
        self.assertEqual(run["readings"], 6)
        self.assertEqual(run["gaps_s"], 20)
        self.assertEqual(run["skipped_lines"], 0)
        # 10 s at 40 W, then 20 s on the straight line from 50 W to 70 W.
        self.assertAlmostEqual(run["energy_j"], 400 + 1200)
        again, = self.figures(log)["runs"]
        self.assertEqual(again["id"], run["id"])
        self.assertTrue(again["already_stored"])

    def test_every_kind_is_told_by_its_content(self):
        files = [self.write("a", GPU), self.write("b", HOST), self.write("c", EMISSIONS), self.write("d", MLLOG)]
        result = self.figures(*files)
        self.assertEqual([run["kind"] for run in result["runs"]],
                         ["nvidia-smi", "process-csv", "codecarbon", "codecarbon", "mllog"])
        self.assertEqual([run["id"] for run in result["runs"][2:4]], ["first", "second"])
        self.assertIsNone(result["runs"][1]["energy_j"])  # no power in it: not known, and not 0
        self.assertEqual(result["files"][0]["left"], ["fan.speed [%]: not used"])

    def test_people_read_what_was_taken_and_left(self):
        result = self.run_import(self.write("gpu.csv", GPU))
        self.assertIn("gpu0_power from power.draw [W]", result.stdout)
        self.assertIn("fan.speed [%]: not used", result.stdout)
        self.assertIn("1.60 kJ measured", result.stdout)

    def test_damage_is_passed_over_or_refused(self):
        log = self.write("gpu.csv", GPU.replace("50.00 W", "5x.00 W"))
        run, = self.figures(log)["runs"]
        self.assertEqual(run["skipped_lines"], 1)
        strict = self.run_import(log, "--strict", "--dry-run", expect=2)
        self.assertEqual(strict.stderr.strip(),
                         f'joulecast: {log}:3: power.draw [W]: "5x.00 W" is not a number of W')

    def test_one_bad_file_does_not_keep_the_others_out(self):
        bad = self.write("bad.txt", "nothing that anybody measured\n")
        result = self.run_import(bad, self.write("gpu.csv", GPU), "--json", "-", expect=2)
        self.assertEqual(len(result.stderr.splitlines()), 1)
        self.assertIn("bad.txt:1: not a file that can be imported", result.stderr)
        self.assertEqual(len(json.loads(result.stdout)["runs"]), 1)
        self.run_import(self.folder / "none.csv", expect=2)

    def test_one_broken_bundle_does_not_keep_its_folder_out(self):
        for name in ("a", "b"):
            self.run_import(self.write("gpu.csv", GPU), "--bundle", self.folder / "all" / name)
        (self.folder / "all/broken").mkdir()
        (self.folder / "all/broken/run.json").write_text("{")
        result = self.run_import(self.folder / "all", "--json", "-", expect=2)
        self.assertEqual(len(json.loads(result.stdout)["runs"]), 2)
        self.assertEqual(len(result.stderr.splitlines()), 1)
        self.assertIn("broken/run.json", result.stderr)

    def test_a_text_is_no_log(self):
        text = self.write("README.md", "# A tool\n\nIt shows the time, power and energy of a GPU.\n\nUse it, please, now.\n")
        error = self.run_import(text, expect=2).stderr
        self.assertEqual(error, f"joulecast: {text}:1: not a file that can be imported (docs/logs.md lists the kinds)\n")

    def test_files_about_one_run_are_joined(self):
        run, = self.figures(self.write("gpu.csv", GPU), self.write("host.csv", HOST), "--join",
                            "--bundle", str(self.folder / "out"))["runs"]
        self.assertEqual(run["kind"], "nvidia-smi+process-csv")
        self.assertAlmostEqual(run["energy_j"], 1600)
        self.assertTrue((self.folder / "out/run.json").exists())
        self.assertIn("5,1.5,2000.25", (self.folder / "out/host.csv").read_text())
        back, = self.figures(str(self.folder / "out"))["runs"]
        self.assertEqual(back["kind"], "bundle")
        self.assertAlmostEqual(back["energy_j"], 1600)

    def test_files_that_do_not_meet_are_not_joined(self):
        late = self.write("late.csv", HOST.replace("T10:", "T15:"))
        result = self.run_import(self.write("gpu.csv", GPU), late, "--join", expect=2)
        self.assertIn("time zone", result.stderr)

    def test_json_never_overwrites_a_log(self):
        log = self.write("gpu.csv", GPU)
        other = self.write("other.csv", GPU)
        self.run_import("--json", log, other, expect=2)
        self.assertEqual(pathlib.Path(log).read_text(), GPU)

    def test_columns_may_be_named(self):
        log = self.write("bare.csv", "2024/05/01 10:00:00.000, 30.0\n2024/05/01 10:00:10.000, 50.0\n")
        self.run_import(log, expect=2)
        run, = self.figures(log, "--columns", "timestamp,power.draw")["runs"]
        self.assertAlmostEqual(run["energy_j"], 400)
        commas = self.write("commas.csv", "time;P\n2026-11-05 10:00:00;30,5\n2026-11-05 10:00:10;49,5\n")
        for columns in ("time=1,power_w=2", "time=time,power_w=P"):
            run, = self.figures(commas, "--columns", columns)["runs"]
            self.assertAlmostEqual(run["energy_j"], 400)

    def test_options_supply_what_a_log_lacks(self):
        log = self.write("dmon.log", "# gpu   pwr\n# Idx     W\n    0   200\n    0   200\n")
        self.assertIn("--start", self.run_import(log, expect=2).stderr)
        run, = self.figures(log, "--start", "2026-11-05", "--period", "10s")["runs"]
        self.assertAlmostEqual(run["energy_j"], 2000)
        any_csv = self.write("any.csv", "when,P\n2026-11-05 10:00:00,200\n2026-11-05 10:00:10,200\n")
        self.assertIn("--columns time=when,power_w=P", self.run_import(any_csv, expect=2).stderr)
        run, = self.figures(any_csv, "--columns", "time=when,power_w=P")["runs"]
        self.assertAlmostEqual(run["energy_j"], 2000)
        for option, value in (("--start", "yesterday"), ("--period", "-1s"), ("--max-size", "much")):
            error = self.run_import(log, option, value, expect=2).stderr
            self.assertTrue(error.startswith(f"joulecast: {option}: "), error)
            self.assertEqual(error.count("\n"), 1)

    def test_values_that_cannot_be_are_gaps_that_are_told(self):
        log = self.write("gpu.csv", GPU.replace("50.00 W", "4294967.29 W"))
        result = self.figures(log)
        self.assertEqual(result["runs"][0]["doubted_values"], 1)
        self.assertEqual(result["runs"][0]["skipped_lines"], 0)
        # From 30 W to 70 W on a straight line over 30 s.
        self.assertAlmostEqual(result["runs"][0]["energy_j"], 1500)
        self.assertIn("4294967.29 W cannot be", result["files"][0]["faults"][0])
        self.assertIn("4294967.29 W cannot be", self.run_import(log, "--dry-run").stdout)
        self.assertIn(f"{log}:3: ", self.run_import(log, "--strict", expect=2).stderr)

    def test_a_pipe_is_read_and_a_fifo_is_not(self):
        done = self.call("import", "-", "--dry-run", "--json", "-", input=GPU)
        self.assertAlmostEqual(json.loads(done.stdout)["runs"][0]["energy_j"], 1600)
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        for odd in (fifo, "/dev/zero"):
            error = self.run_import(odd, expect=2).stderr
            self.assertEqual(error.count("\n"), 1)
            self.assertIn(str(odd), error)

    def test_a_file_that_is_too_large_is_refused(self):
        sparse = self.folder / "sparse.csv"
        sparse.write_text(GPU)
        os.truncate(sparse, 4 << 30)
        self.assertIn("--max-size", self.run_import(sparse, expect=2).stderr)
        log = self.write("gpu.csv", GPU)
        self.assertIn("--max-size", self.run_import(log, "--max-size", "10B", expect=2).stderr)
        self.run_import(log, "--max-size", "1MB")

    def test_a_run_id_cannot_leave_the_folder(self):
        rows = "".join(f"2024-05-01T10:01:00,p,{name},60,0.001,0.002,0.003,0.0001,0.0051\n"
                       for name in ("..", ".", "a/../../b", "-rf"))
        emissions = self.write("emissions.csv", EMISSIONS.splitlines()[0] + "\n" + rows)
        out = self.folder / "deep" / "out"
        out.mkdir(parents=True)
        self.run_import(emissions, "--bundle", str(out))
        written = sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("run.json"))
        self.assertEqual(written, sorted(f"deep/out/{name}/run.json" for name in ("run", "run-2", "a_.._.._b", "_rf")))


if __name__ == "__main__":
    unittest.main()
