"""Tests the drop-in for CodeCarbon by itself. tests/integrations/codecarbon_test.py compares it with the real package."""
import asyncio
import csv
import json
import logging
import math
import os
import pathlib
import re
import time
import unittest
import warnings

import joulecast
from joulecast.codecarbon import (BaseOutput, EmissionsTracker, LoggerOutput, OfflineEmissionsTracker, OutputMethod,
                                  TaskEmissionsTracker, track_emissions, track_task_emissions)
from joulecast.codecarbon import _settings as settings
from support import PackageTest

COLUMNS = """timestamp project_name run_id experiment_id duration emissions emissions_rate cpu_power gpu_power ram_power cpu_energy
    gpu_energy ram_energy energy_consumed water_consumed country_name country_iso_code region cloud_provider cloud_region os
    python_version codecarbon_version cpu_count cpu_model gpu_count gpu_model longitude latitude ram_total_size tracking_mode
    cpu_utilization_percent gpu_utilization_percent ram_utilization_percent ram_used_gb on_cloud pue wue""".split()


class CodeCarbonTest(PackageTest):
    def setUp(self):
        super().setUp()
        here = os.getcwd()
        self.addCleanup(os.chdir, here)
        os.chdir(self.folder)
        os.environ["HOME"] = str(self.folder)
        for name in [name for name in os.environ if name.lower().startswith("codecarbon_")]:
            del os.environ[name]
        settings._told.clear()

    def tracker(self, **arguments):
        return OfflineEmissionsTracker(**{"country_iso_code": "FRA", "measure_power_secs": 0.05, **arguments})

    def rows(self, name="emissions.csv"):
        with open(self.folder / name, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def warned(self, action):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = action()
        return result, [str(warning.message) for warning in caught]


class Trackers(CodeCarbonTest):
    def test_start_and_stop_give_kg_and_a_row(self):
        tracker = self.tracker(project_name="resnet", experiment_id="e7")
        tracker.start()
        time.sleep(0.3)
        kg = tracker.stop()
        data = tracker.final_emissions_data
        self.assertGreater(kg, 0)
        self.assertEqual((kg, kg), (tracker.final_emissions, data.emissions))
        self.assertEqual(list(data.values), COLUMNS)
        self.assertAlmostEqual(data.cpu_energy + data.gpu_energy + data.ram_energy, data.energy_consumed, delta=1e-3 * data.energy_consumed)
        self.assertAlmostEqual(data.cpu_power * data.duration / 3.6e6, data.cpu_energy, delta=1e-12)
        self.assertGreater(data.duration, 0.29)
        self.assertLess(data.duration, 5)
        (row,) = self.rows()
        self.assertEqual(list(row), COLUMNS)
        self.assertEqual(float(row["emissions"]), kg)
        self.assertEqual((row["project_name"], row["experiment_id"], row["country_iso_code"]), ("resnet", "e7", "FRA"))
        self.assertEqual(row["run_id"], str(tracker.run_id))
        stored = self.one_run()
        self.assertEqual((stored.name, stored.status), ("resnet", "finished"))
        self.assertEqual(stored.tags["codecarbon_run_id"], str(tracker.run_id))
        self.assertAlmostEqual(1e-3 * stored.emissions_g, kg, delta=1e-3 * kg)

    def test_what_is_not_known_is_nan_and_an_empty_cell(self):
        def train():
            with EmissionsTracker() as tracker:
                time.sleep(0.1)
            return tracker

        tracker, warned = self.warned(train)
        self.assertTrue(math.isnan(tracker.final_emissions))
        self.assertEqual(f"{tracker.final_emissions:.3f} kg", "nan kg")  # no error at the end of a training
        self.assertGreater(tracker.final_emissions_data.energy_consumed, 0)
        self.assertIsNone(tracker.final_emissions_data.country_name)
        (row,) = self.rows()
        for name in ("emissions", "country_name", "country_iso_code", "water_consumed", "longitude"):
            self.assertEqual(row[name], "", name)
        self.assertEqual(len([line for line in warned if "country_iso_code" in line]), 1, warned)

    def test_a_country_that_does_not_exist_has_no_emissions(self):
        def train():
            with self.tracker(country_iso_code="XYZ") as tracker:
                pass
            return tracker.final_emissions

        kg, warned = self.warned(train)
        self.assertTrue(math.isnan(kg))
        self.assertEqual(len([line for line in warned if "XYZ" in line]), 1, warned)

    def test_a_cloud_region_that_is_not_known_leaves_the_country_s_emissions_in_file_and_store(self):
        def train():
            with self.tracker(cloud_provider="nocloud", cloud_region="moon") as tracker:
                time.sleep(0.05)
            return tracker

        tracker, warned = self.warned(train)
        self.assertEqual(len([line for line in warned if "nocloud moon" in line]), 1, warned)
        self.assertIn("the country's intensity is used", warned[0])
        self.assertAlmostEqual(1e-3 * self.one_run().emissions_g, tracker.final_emissions, delta=1e-9)
        self.assertEqual(self.rows()[0]["cloud_region"], "moon")

    def test_places(self):
        for arguments, country in (({"country_iso_code": "deu"}, "DEU"),
                                   ({"country_iso_code": None, "country_2letter_iso_code": "fr"}, "FRA"),
                                   ({"country_iso_code": None, "cloud_provider": "gcp", "cloud_region": "europe-west1"}, "BEL")):
            with self.subTest(arguments):
                with self.tracker(**arguments) as tracker:
                    time.sleep(0.02)
                self.assertEqual(tracker.final_emissions_data.country_iso_code, country)
                self.assertGreater(tracker.final_emissions, 0)
        self.assertEqual(tracker.final_emissions_data.on_cloud, "Y")

    def test_factors_of_the_user(self):
        with self.tracker(force_carbon_intensity_g_co2e_kwh=500, pue=1.5, wue=2) as tracker:
            time.sleep(0.1)
        data = tracker.final_emissions_data
        self.assertAlmostEqual(data.emissions, 0.5 * data.energy_consumed, delta=1e-12)
        self.assertAlmostEqual(data.energy_consumed, 1.5 * self.one_run().energy.total_kwh, delta=1e-9)
        self.assertAlmostEqual(data.water_consumed, 2 * data.energy_consumed, delta=1e-12)
        self.assertEqual((data.pue, data.wue), (1.5, 2))

    def test_calls_out_of_order_change_nothing(self):
        tracker = self.tracker()
        (flushed, stopped), warned = self.warned(lambda: (tracker.flush(), tracker.stop()))
        self.assertEqual((flushed, stopped, len(warned)), (None, None, 2))
        tracker.start()
        _, warned = self.warned(tracker.start)
        self.assertEqual(len(warned), 1)
        kg = tracker.stop()
        again, _ = self.warned(tracker.stop)
        self.assertEqual(again, kg)
        self.assertEqual(len(self.rows()), 1)

    def test_a_tracker_starts_again_as_a_run_of_its_own(self):
        tracker = self.tracker()
        for _ in range(2):
            tracker.start()
            time.sleep(0.02)
            tracker.stop()
        self.assertEqual(len({row["run_id"] for row in self.rows()}), 2)

    def test_flush_adds_a_row_or_replaces_it(self):
        for mode, rows in (("append", 3), ("update", 1)):
            with self.subTest(mode):
                with self.tracker(output_file=f"{mode}.csv", on_csv_write=mode) as tracker:
                    time.sleep(0.05)
                    first = tracker.flush()
                    time.sleep(0.05)
                    second = tracker.flush()
                self.assertLess(0, first)
                self.assertLess(first, second)
                self.assertEqual(len(self.rows(f"{mode}.csv")), rows)
                self.assertEqual(float(self.rows(f"{mode}.csv")[-1]["emissions"]), tracker.final_emissions)

    def test_the_user_s_exception_is_not_masked(self):
        with self.assertRaises(ZeroDivisionError):
            with self.tracker():
                raise ZeroDivisionError
        self.assertEqual(self.one_run().status, "failed")
        self.assertEqual(len(self.rows()), 1)

    def test_a_forked_child_leaves_the_file_alone(self):
        with self.tracker() as tracker:
            pid = os.fork()
            if pid == 0:
                try:
                    tracker.stop()
                finally:
                    os._exit(0)
            os.waitpid(pid, 0)
        self.assertEqual(len(self.rows()), 1)
        self.assertEqual(self.one_run().status, "finished")

    def test_a_second_rank_writes_no_row(self):
        os.environ["LOCAL_RANK"] = "1"
        with self.tracker():
            time.sleep(0.02)
        self.assertFalse((self.folder / "emissions.csv").exists())

    def test_under_joulecast_run_only_the_block_counts(self):
        done = self.run_program("""
            import time
            import joulecast
            from joulecast.codecarbon import OfflineEmissionsTracker
            time.sleep(2)
            with OfflineEmissionsTracker(country_iso_code="FRA") as tracker:
                time.sleep(2)
            data = tracker.final_emissions_data
            print(data.energy_consumed, joulecast.load(tracker.run.id).energy.total_kwh)
            """, under=(os.environ.get("JOULECAST", "joulecast"), "run", "--quiet", "--interval", "100ms", "--"))
        self.assertEqual(done.returncode, 0, done.stderr)
        used, whole = map(float, done.stdout.split())
        self.assertGreater(used, 0.2 * whole)
        self.assertLess(used, 0.8 * whole)
        self.assertEqual(len(self.rows()), 1)


class Gpus(CodeCarbonTest):
    def setUp(self):
        super().setUp()
        library = next(pathlib.Path(os.environ.get("JOULECAST_BUILD", "/nowhere")).rglob("libnvidia-ml.so.1"), None)
        if library is None:
            self.skipTest("the build has no fake NVIDIA driver")
        script = self.folder / "gpus.txt"
        script.write_text("".join(f"gpu uuid=GPU-{i:04d} name=A100 arch=7\nsquare low=100 high=100 period=2\n" for i in range(2)))
        os.environ.update(JOULECAST_NVML_LIBRARY=str(library), JOULECAST_FAKE_NVML=str(script))

    def test_their_sum_counts_and_gpu_ids_choose(self):
        for arguments, count in (({}, 2), ({"gpu_ids": [1]}, 1), ({"gpu_ids": "0,1"}, 2), ({"gpu_ids": ["GPU-0000"]}, 1)):
            with self.subTest(arguments):
                with self.tracker(**arguments) as tracker:
                    time.sleep(0.5)
                data = tracker.final_emissions_data
                self.assertEqual((data.gpu_count, data.gpu_model), (count, f"{count} x A100"))
                self.assertAlmostEqual(data.gpu_power, 100 * count, delta=10 * count)
                self.assertAlmostEqual(data.cpu_energy + data.gpu_energy + data.ram_energy, data.energy_consumed, delta=1e-3 * data.energy_consumed)


class Page(CodeCarbonTest):
    def test_its_example_runs(self):
        page = pathlib.Path(__file__).resolve().parents[2] / "docs" / "python" / "codecarbon.md"
        example = re.search(r"^```python\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL).group(1)
        done = self.run_program(example)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"kg, of that .* kg in the task\n.*kWh")
        self.assertEqual([row["project_name"] for row in self.rows()], ["preparation", "resnet"])


class Tasks(CodeCarbonTest):
    def test_tasks_share_the_run(self):
        with self.tracker(experiment_name="search") as tracker:
            shares = []
            for name in ("load", "fit", "fit"):
                tracker.start_task(name)
                time.sleep(0.1)
                shares.append(tracker.stop_task())
        for share in shares:
            self.assertGreater(share.emissions, 0)
            self.assertAlmostEqual(share.duration, 0.1, delta=0.5)
        whole = tracker.final_emissions_data
        self.assertLessEqual(sum(share.energy_consumed for share in shares), 1.001 * whole.energy_consumed)
        rows = self.rows(f"emissions_search_{tracker.run_id}.csv")
        self.assertEqual([row["task_name"] for row in rows][:2], ["load", "fit"])
        self.assertTrue(rows[2]["task_name"].startswith("fit_"))
        self.assertEqual(list(rows[0]), ["task_name"] + [name for name in COLUMNS if name not in ("experiment_id", "pue", "wue")])
        self.assertEqual([float(row["energy_consumed"]) for row in rows], [share.energy_consumed for share in shares])
        windows = self.one_run().windows
        self.assertEqual([window.name for window in windows], [row["task_name"] for row in rows])
        used = sum(share.energy_consumed for share in shares)
        self.assertAlmostEqual(sum(window.energy_j for window in windows) / 3.6e6, used, delta=0.3 * used)

    def test_steps_in_a_task_are_the_training_s(self):
        with self.tracker() as tracker:
            tracker.start_task("fit")
            for _ in tracker.run.steps(range(7)):
                pass
            tracker.stop_task()
        self.assertEqual([(phase.work, phase.total_work) for phase in self.one_run().phases], [(7, 7)])

    def test_without_start_only_tasks_count(self):
        tracker = self.tracker()
        shares = []
        for _ in range(2):
            tracker.start_task()
            time.sleep(0.1)
            shares.append(tracker.stop_task())
            time.sleep(0.3)
        kg = tracker.stop()
        self.assertAlmostEqual(kg, sum(share.emissions for share in shares), delta=0.02 * kg)
        self.assertAlmostEqual(tracker.final_emissions_data.duration, sum(share.duration for share in shares), delta=0.05)

    def test_tasks_out_of_order(self):
        tracker = self.tracker()
        none, _ = self.warned(tracker.stop_task)
        self.assertIsNone(none)
        tracker.start_task("a")
        _, warned = self.warned(lambda: tracker.start_task("b"))
        self.assertIn("'a'", warned[0])
        none, _ = self.warned(lambda: tracker.stop_task("unknown"))
        self.assertIsNone(none)
        tracker.stop()  # ends the task, too
        self.assertEqual([row["task_name"] for row in self.rows(f"emissions_base_{tracker.run_id}.csv")], ["a"])

    def test_blocks_and_functions(self):
        with self.tracker() as tracker:
            with TaskEmissionsTracker("block", tracker=tracker):
                time.sleep(0.02)

            @track_task_emissions(tracker=tracker, task_name="function")
            def fit():
                return 7

            self.assertEqual(fit(), 7)
        self.assertEqual([row["task_name"] for row in self.rows(f"emissions_base_{tracker.run_id}.csv")], ["block", "function"])


class Decorators(CodeCarbonTest):
    def test_with_and_without_arguments(self):
        @track_emissions(project_name="a", country_iso_code="FRA", offline=True, output_file="a.csv")
        def fit(x):
            """Fits."""
            return 2 * x

        @track_emissions
        def bare():
            return 3

        self.assertEqual((fit(4), fit(5), fit.__doc__), (8, 10, "Fits."))
        self.assertEqual(bare(), 3)
        self.assertEqual([row["project_name"] for row in self.rows("a.csv")], ["a", "a"])
        self.assertEqual([row["project_name"] for row in self.rows()], ["codecarbon"])

    def test_coroutines(self):
        @track_emissions(country_iso_code="FRA")
        async def fit():
            await asyncio.sleep(0.2)
            return 1

        self.assertEqual(asyncio.run(fit()), 1)
        self.assertGreater(float(self.rows()[0]["duration"]), 0.19)

    def test_offline_needs_a_place(self):
        with self.assertRaisesRegex(ValueError, "country_iso_code"):
            track_emissions(offline=True)(print)

    def test_exceptions_pass(self):
        @track_emissions(country_iso_code="FRA")
        def fail():
            raise KeyError("of the user")

        with self.assertRaisesRegex(KeyError, "of the user"):
            fail()
        self.assertEqual(len(self.rows()), 1)


class Outputs(CodeCarbonTest):
    def test_nothing_is_written_where_nothing_is_wanted(self):
        for arguments in ({"save_to_file": False}, {"output_methods": []}, {"output_methods": [OutputMethod.LOGGER],
                                                                             "logging_logger": LoggerOutput(logging.getLogger("x"))}):
            with self.tracker(**arguments):
                pass
            self.assertFalse((self.folder / "emissions.csv").exists(), arguments)

    def test_a_logger(self):
        logger = logging.getLogger("of the test")
        with self.assertLogs(logger, logging.WARNING) as logs:
            with EmissionsTracker(output_methods="logger", logging_logger=LoggerOutput(logger, logging.WARNING), log_level="error"):
                pass
        (record,) = logs.records
        values = json.loads(record.getMessage(), parse_constant=lambda name: self.fail(name))
        self.assertEqual(list(values), COLUMNS)
        self.assertIsNone(values["emissions"])

    def test_handlers_of_the_user(self):
        calls = []

        class Mine(BaseOutput):
            def out(self, total, delta):
                calls.append(("out", total.energy_consumed, delta.energy_consumed))

            def live_out(self, total, delta):
                calls.append(("live", total.energy_consumed, delta.energy_consumed))

            def task_out(self, data, experiment_name):
                calls.append(("task", [task.task_name for task in data], experiment_name))

            def exit(self):
                calls.append(("exit",))
                raise RuntimeError("of the handler")

        def train():
            with self.tracker(output_handlers=[Mine()], save_to_file=False, api_call_interval=2) as tracker:
                tracker.start_task("t")
                time.sleep(0.5)
                tracker.stop_task()

        _, warned = self.warned(train)
        self.assertEqual(warned, ["joulecast: Mine.exit: of the handler"])
        kinds = [call[0] for call in calls]
        self.assertGreater(kinds.count("live"), 1)
        self.assertEqual(kinds[-3:], ["out", "task", "exit"])
        parts = [call for call in calls if call[0] in ("live", "out")]
        self.assertAlmostEqual(sum(call[2] for call in parts), parts[-1][1], delta=1e-12)

    def test_a_file_of_other_columns_is_set_aside(self):
        (self.folder / "emissions.csv").write_text("a,b\n1,2\n")
        (self.folder / "emissions.csv.bak").write_text("older")
        _, warned = self.warned(lambda: self.tracker().__enter__().stop())
        self.assertEqual((self.folder / "emissions.csv_0.bak").read_text(), "a,b\n1,2\n")
        self.assertEqual((self.folder / "emissions.csv.bak").read_text(), "older")
        self.assertEqual(list(self.rows()[0]), COLUMNS)
        self.assertTrue(any("emissions.csv_0.bak" in line for line in warned))

    def test_a_file_keeps_its_order_and_its_other_rows(self):
        turned = COLUMNS[::-1]
        (self.folder / "emissions.csv").write_text(",".join(turned) + "\n" + ",".join(["x"] * 38))  # no newline at the end
        self.tracker(on_csv_write="update").__enter__().stop()
        rows = self.rows()
        self.assertEqual(list(rows[0]), turned)
        self.assertEqual((rows[0]["os"], rows[1]["country_iso_code"], len(rows)), ("x", "FRA", 2))

    def test_a_full_disk_costs_no_training(self):
        def train():
            with self.tracker() as tracker:
                (self.folder / "emissions.csv").mkdir()
            return tracker.final_emissions

        kg, warned = self.warned(train)
        self.assertGreater(kg, 0)
        self.assertEqual(len(warned), 1, warned)


class Settings(CodeCarbonTest):
    def test_configuration(self):
        home = self.folder / "home"
        home.mkdir()
        os.environ["HOME"] = str(home)
        (home / ".codecarbon.config").write_text("[codecarbon]\nproject_name = home\nexperiment_id = e1\noutput_file = of_home.csv\n"
                                                 "country_iso_code = SWE\napi_key = secret\n")
        (self.folder / ".codecarbon.config").write_text("[codecarbon]\nproject_name = here\nsave_to_file = true\npue = 1.2\n")
        os.environ["CODECARBON_OUTPUT_FILE"] = "of_environment.csv"
        _, warned = self.warned(lambda: EmissionsTracker(experiment_id="e2").__enter__().stop())
        self.assertEqual(warned, [])
        (row,) = self.rows("of_environment.csv")
        self.assertEqual([row[name] for name in ("project_name", "experiment_id", "country_iso_code", "pue")], ["here", "e2", "SWE", "1.2"])

    def test_a_broken_configuration_is_left_out(self):
        (self.folder / ".codecarbon.config").write_text("project_name = no section\n")
        os.environ["CODECARBON_PUE"] = "much"
        kg, warned = self.warned(lambda: self.tracker().__enter__().stop())
        self.assertGreater(kg, 0)
        self.assertTrue(any(".codecarbon.config" in line for line in warned), warned)
        self.assertTrue(any("pue" in line for line in warned), warned)

    def test_arguments_without_effect_warn_once(self):
        def make():
            return EmissionsTracker(api_key="k", force_cpu_power=100, novelty=3, save_to_api=False, tracking_mode="process",
                                    output_methods=[OutputMethod.CSV, OutputMethod.API], allow_multiple_runs=False)

        _, warned = self.warned(make)
        self.assertEqual(sorted(re.sub(r"joulecast: (output method )?'?(\w+).*", r"\2", line) for line in warned),
                         ["allow_multiple_runs", "api", "api_key", "force_cpu_power", "novelty", "tracking_mode"])
        _, warned = self.warned(make)
        self.assertEqual(warned, [])

    def test_log_level_error_is_quiet(self):
        _, warned = self.warned(lambda: EmissionsTracker(api_key="k", log_level="ERROR").__enter__().stop())
        self.assertEqual(warned, [])

    def test_wrong_arguments_are_named(self):
        for wrong, error in (({"pue": 0.5}, ValueError), ({"pue": "high"}, TypeError), ({"measure_power_secs": 0}, ValueError),
                             ({"measure_power_secs": float("nan")}, ValueError), ({"wue": -1}, ValueError),
                             ({"force_carbon_intensity_g_co2e_kwh": -1}, ValueError), ({"tracking_mode": "gpu"}, ValueError),
                             ({"on_csv_write": "replace"}, ValueError), ({"output_methods": ["fax"]}, ValueError),
                             ({"gpu_ids": 3.5}, TypeError), ({"project_name": 3}, TypeError), ({"country_iso_code": 33}, TypeError),
                             ({"output_dir": "nowhere"}, OSError)):
            with self.subTest(wrong), self.assertRaisesRegex(error, next(iter(wrong))):
                self.tracker(**wrong)

    def test_a_gpu_that_is_not_there_ends_no_training(self):
        def train():
            with self.tracker(gpu_ids="97") as tracker:
                pass
            return tracker.final_emissions

        kg, warned = self.warned(train)
        self.assertTrue(kg is None or math.isnan(kg) or kg > 0)
        self.assertEqual(len([line for line in warned if "97" in line]), 1, warned)

    def test_output_dir_takes_paths(self):
        self.tracker(output_dir=pathlib.Path(self.folder), output_file="x.csv").__enter__().stop()
        self.assertEqual(len(self.rows("x.csv")), 1)


if __name__ == "__main__":
    unittest.main()
