"""Tests joulecast run on fake NVIDIA machines: the run must show the power of the script, including its faults."""
import json
import os
import pathlib
import time
import unittest

from support import CommandTest

BUILD = pathlib.Path(os.environ.get("JOULECAST_BUILD", "build/dev"))


class RunOnFakeGpus(CommandTest):
    def setUp(self):
        super().setUp()
        self.sys = self.folder / "sys"
        self.dev = self.folder / "dev"
        self.sys.mkdir()
        self.dev.mkdir()
        self.environment.update(JOULECAST_SYSFS=str(self.sys), JOULECAST_DEVFS=str(self.dev))
        for name in ("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "ROCR_VISIBLE_DEVICES"):
            self.environment.pop(name, None)

    def measure(self, script, seconds=2.0, status=0):
        """Runs a command of this length. Returns the stored run and its rows of GPU energy by device."""
        path = self.folder / "gpus.txt"
        path.write_text(script)
        self.environment["JOULECAST_NVML_LIBRARY"] = str(BUILD / "fakes" / "libnvidia-ml.so.1")
        self.environment["JOULECAST_FAKE_NVML"] = str(path)
        self.call("run", "--quiet", "--interval", "0.1", "--name", "t", "--", "sh", "-c", f"sleep {seconds}; exit {status}",
                  expect=status)
        run = self.json("show", "t")
        rows = {row["device"]: row for row in run["energy_j"]["by_component"] if row["component"] == "gpu"}
        return run, rows

    def sensor(self, run, name):
        return next(s for s in run["sensors"] if s["sensor"] == name)

    def test_what_holds_the_clocks_down_is_recorded_and_told(self):
        run, _ = self.measure("gpu uuid=GPU-a arch=9\npower 0:300\nthrottled heat from=0\nthrottled power from=1000\n"
                              "gpu uuid=GPU-b arch=9\npower 0:100\n", 3)
        means = {(row["device"], row["quantity"]): row["mean"] for row in run["means"] if row["component"] == "gpu"}
        self.assertAlmostEqual(means["GPU-a", "throttled_by_heat"], 1)
        self.assertEqual(means["GPU-a", "throttled_by_power"], 0)
        self.assertNotIn(("GPU-b", "throttled_by_heat"), means, "what a driver does not tell is not 0")
        text = " ".join(self.call("report", "t", "--format", "text").stdout.split())
        self.assertRegex(text, r"gpu GPU-a was held back by heat for [0-9.]+ s \((99|100) % of the time\)\.")
        self.assertNotIn("power limit for", text)

    def test_two_gpus_are_added(self):
        run, rows = self.measure("gpu uuid=GPU-a arch=9\npower 0:300\ngpu uuid=GPU-b arch=9\npower 0:100\n")
        length = run["duration_s"]
        self.assertAlmostEqual(rows["GPU-a"]["energy_j"], 300 * length, delta=300 * 0.15)  # the counter's steps
        self.assertAlmostEqual(rows["GPU-b"]["energy_j"], 100 * length, delta=100 * 0.15)
        self.assertGreater(run["energy_j"]["total"], rows["GPU-a"]["energy_j"] + rows["GPU-b"]["energy_j"])
        self.assertEqual(rows["GPU-a"]["provenance"], "measured")

    def test_power_where_there_is_no_counter(self):
        run, rows = self.measure("gpu uuid=GPU-a arch=9\npower 0:300\nfail energy NOT_SUPPORTED\n")
        self.assertEqual(rows["GPU-a"]["channel"], "gpu0_power")
        self.assertAlmostEqual(rows["GPU-a"]["energy_j"], 300 * run["duration_s"], delta=300 * 0.15)

    def test_a_driver_that_hangs_neither_holds_nor_hides(self):
        run, rows = self.measure("gpu uuid=GPU-a arch=9\npower 0:300\nhang all from=1 for=60\n", 4.5, status=3)
        self.assertLess(run["duration_s"], 6)
        self.assertEqual(run["exit_status"], 3)
        self.assertLess(rows["GPU-a"]["coverage"], 0.5)
        self.assertIn("hangs", self.sensor(run, "nvml")["reason"])

    def test_a_driver_that_opens_slowly_joins_later(self):
        script = "gpu uuid=GPU-a name=Late_One arch=9\npower 0:300\ndriver slow_ms=2500\n"
        began = time.time()
        run, rows = self.measure(script, f"5 & date +%s.%N > {self.folder}/started; wait")
        self.assertLess(float((self.folder / "started").read_text()) - began, 2.2, "the command does not wait for it")
        self.assertIn("Late One", json.dumps(run))
        self.assertTrue(self.sensor(run, "nvml")["used"])
        self.assertGreater(rows["GPU-a"]["energy_j"], 300 * 2)
        self.assertLess(rows["GPU-a"]["coverage"], 0.8, "what was before is not known")
        self.assertIn("took that long to answer", json.dumps(run))
        cpu = [row for row in run["energy_j"]["by_component"] if row["component"] == "cpu"]
        self.assertGreater(cpu[0]["coverage"], 0.95, "quick sensors lose nothing")

    def test_a_driver_that_never_opens_is_named(self):
        run, rows = self.measure("gpu uuid=GPU-a\ndriver slow_ms=60000\n", 1.5, status=3)
        self.assertLess(run["duration_s"], 3)
        self.assertIn("has not answered", self.sensor(run, "nvml")["reason"])
        self.assertIn("gpu", run["energy_j"]["missing"])
        self.assertIsNone(rows[""]["energy_j"])
        self.call("rm", "t")
        self.environment["CUDA_VISIBLE_DEVICES"] = ""
        run, rows = self.measure("gpu uuid=GPU-a\ndriver slow_ms=60000\n", 1.5)
        self.assertNotIn("gpu", run["energy_j"]["missing"])

    def test_a_lost_gpu_lowers_the_coverage(self):
        run, rows = self.measure("gpu uuid=GPU-a arch=9\npower 0:300\nfail all GPU_IS_LOST from=1\n", 2.5)
        self.assertLess(rows["GPU-a"]["coverage"], 0.7)
        self.assertGreater(self.sensor(run, "nvml")["failed_readings"], 0)

    def test_visible_devices(self):
        script = "gpu uuid=GPU-aa name=X\npower 0:300\ngpu uuid=GPU-ab name=X\npower 0:100\nmig MIG-1\n"
        for visible, expected in (("1", {"GPU-ab"}), ("GPU-aa", {"GPU-aa"}), ("MIG-1", {"GPU-ab"}), ("0,-1,1", {"GPU-aa"}),
                                  ("GPU-a", set()), ("", set()), ("rubbish", set())):
            with self.subTest(visible=visible):
                self.environment["CUDA_VISIBLE_DEVICES"] = visible
                run, rows = self.measure(script, 0.3)
                self.assertEqual(set(rows) - {""}, expected)
                self.assertEqual(self.sensor(run, "nvml")["used"], bool(expected))
                if not expected:
                    self.assertIn("CUDA_VISIBLE_DEVICES", self.sensor(run, "nvml")["reason"])
                self.call("rm", "t")

    def test_a_usable_gpu_that_nothing_measures_is_missing(self):
        (self.dev / "nvidia0").write_text("")
        run, rows = self.measure("driver missing\n", 0.3)
        self.assertEqual([row["provenance"] for row in rows.values()], ["missing"])
        self.assertIsNone(rows[""]["energy_j"])
        self.assertIn("gpu", run["energy_j"]["missing"])

    def test_a_gpu_that_tells_no_power_is_missing_beside_the_one_that_does(self):
        script = ("gpu uuid=GPU-a name=Dumb arch=9\nfail energy NOT_SUPPORTED\nfail power NOT_SUPPORTED\nfail average NOT_SUPPORTED\n"
                  "gpu uuid=GPU-b arch=9\npower 0:200\n")
        run, rows = self.measure(script, 1.0)
        self.assertEqual(rows["GPU-a"]["provenance"], "missing")
        self.assertIsNone(rows["GPU-a"]["energy_j"])
        self.assertAlmostEqual(rows["GPU-b"]["energy_j"], 200 * run["duration_s"], delta=200 * 0.15)
        self.assertIn("gpu GPU-a", run["energy_j"]["missing"])
        self.assertIn("Dumb is not measured", self.sensor(run, "nvml")["reason"])
        self.assertIn("without gpu GPU-a", self.call("show", "t").stdout)
        self.assertIn("GPU-a: missing", self.call("doctor").stdout)
        self.assertIn("Dumb is not measured", self.call("sensors").stdout)
        bundle = self.folder / "bundle"
        self.call("export", "t", "--bundle", bundle)
        self.call("import", bundle)
        self.assertIn("gpu GPU-a", self.json("show")["energy_j"]["missing"], "a bundle keeps it")

    def test_zero_watts_are_no_measurement(self):
        for fault in ("", "fail energy NOT_SUPPORTED\n"):
            with self.subTest(fault=fault):
                run, rows = self.measure("gpu uuid=GPU-a arch=9\npower 0:0\n" + fault, 1.0)
                self.assertIsNone(rows["GPU-a"]["energy_j"])
                self.assertIn("gpu GPU-a", run["energy_j"]["missing"])
                self.assertIn("0 W" if fault else "stood still", "".join(run["notes"]))
                self.call("rm", "t")

    def test_a_counter_that_its_power_contradicts_is_not_believed(self):
        board = "gpu uuid=GPU-a arch=9 limit_w=400\npower 0:200\n"
        for fault, words in (("timing counter_gain=0.01", "not believed for"), ("timing counter_gain=2", "not believed for"),
                             ("frozen from=2", "stood still")):
            with self.subTest(fault=fault):
                run, rows = self.measure(board + fault + "\n", 4.5)
                self.assertEqual(rows["GPU-a"]["channel"], "gpu0_power")
                self.assertAlmostEqual(rows["GPU-a"]["energy_j"], 200 * run["duration_s"], delta=200 * 0.15)
                self.assertIn(words, "".join(run["notes"]))
                self.call("rm", "t")

    def test_a_named_gpu_that_is_not_there_stops_before_the_command(self):
        path = self.folder / "gpus.txt"
        path.write_text("gpu uuid=GPU-a\n")
        self.environment["JOULECAST_NVML_LIBRARY"] = str(BUILD / "fakes" / "libnvidia-ml.so.1")
        self.environment["JOULECAST_FAKE_NVML"] = str(path)
        witness = self.folder / "ran"
        done = self.call("run", "--gpu", "5", "--", "touch", witness, expect=2)
        self.assertIn("GPU '5'", done.stderr)
        self.assertFalse(witness.exists())


if __name__ == "__main__":
    unittest.main()
