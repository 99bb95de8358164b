"""Compares the drop-in with CodeCarbon itself, call by call, in one process. Skipped where CodeCarbon is not installed."""
import csv
import dataclasses
import inspect
import json
import logging
import math
import os
import pathlib
import re
import sys
import time
import unittest
import warnings

try:
    import codecarbon
    import codecarbon.emissions_tracker
    import codecarbon.external.geography
    import codecarbon.output
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
import joulecast.codecarbon
from support import PackageTest

REAL, OURS = codecarbon.emissions_tracker, joulecast.codecarbon
BOTH = (REAL, OURS)
PLACE = {"country_iso_code": "FRA"}


class SideBySide(PackageTest):
    def setUp(self):
        super().setUp()
        here = os.getcwd()
        self.addCleanup(os.chdir, here)
        os.chdir(self.folder)
        os.environ["HOME"] = str(self.folder)
        warnings.simplefilter("ignore")

    def both(self, scenario):
        """What a scenario gives with CodeCarbon and with ours, each in a folder of its own."""
        results = []
        for module in BOTH:
            folder = self.folder / module.__name__
            folder.mkdir(exist_ok=True)
            os.chdir(folder)
            results.append(scenario(module))
        return results

    def assert_same(self, scenario):
        real, ours = self.both(scenario)
        self.assertEqual(ours, real)
        return ours


def tracker_of(module, **arguments):
    return module.OfflineEmissionsTracker(**{**PLACE, "log_level": "critical", **arguments})


def rows(name="emissions.csv"):
    with open(name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def files():
    """Their names, with the run's id taken out."""
    return sorted(re.sub("[0-9a-f]{8}-[0-9a-f-]{27}", "ID", path.name) for path in pathlib.Path().iterdir())


class Interfaces(SideBySide):
    def test_arguments_have_the_same_names_and_order(self):
        for name in ("EmissionsTracker", "OfflineEmissionsTracker"):
            real = [parameter for parameter in inspect.signature(REAL.BaseEmissionsTracker.__init__).parameters]
            ours = [parameter for parameter in inspect.signature(getattr(OURS, name).__init__).parameters]
            self.assertEqual(ours[:len(real)], real)
        offline = set(inspect.signature(REAL.OfflineEmissionsTracker.__init__).parameters) - {"args", "kwargs"}
        self.assertLessEqual(offline, set(inspect.signature(OURS.OfflineEmissionsTracker.__init__).parameters))
        decorator = set(inspect.signature(REAL.track_emissions).parameters) - {"fn", "offline"}
        self.assertLessEqual(decorator, set(inspect.signature(OURS.EmissionsTracker.__init__).parameters))

    def test_methods(self):
        public = {name for name in dir(REAL.EmissionsTracker) if not name.startswith("_")}
        self.assertLessEqual(public, set(dir(OURS.EmissionsTracker)))
        for name in ("start_task", "stop_task", "flush", "stop", "start", "get_detected_hardware", "service_shutdown"):
            self.assertEqual(list(inspect.signature(getattr(OURS.EmissionsTracker, name)).parameters),
                             list(inspect.signature(getattr(REAL.EmissionsTracker, name)).parameters), name)
        self.assertLessEqual(set(codecarbon.__all__), set(OURS.__all__))

    def test_fields(self):
        for name in ("EmissionsData", "TaskEmissionsData"):
            real, ours = getattr(codecarbon.output, name), getattr(OURS, name)
            self.assertEqual([field.name for field in dataclasses.fields(ours)], [field.name for field in dataclasses.fields(real)])

    def test_output_methods(self):
        self.assertEqual([(method.name, method.value) for method in OURS.OutputMethod],
                         [(method.name, method.value) for method in codecarbon.OutputMethod])


class Calls(SideBySide):
    def test_start_stop(self):
        def scenario(module):
            tracker = tracker_of(module, project_name="p", experiment_id="e")
            answers = [tracker.flush(), tracker.stop(), tracker.start(), tracker.start()]
            time.sleep(0.3)
            kg = tracker.stop()
            answers += [type(kg), kg > 0, kg == tracker.final_emissions == tracker.final_emissions_data.emissions == tracker.stop()]
            return answers, len(rows()), list(rows()[0]), files()

        self.assert_same(scenario)

    def test_values(self):
        def scenario(module):
            with tracker_of(module, project_name="p") as tracker:
                time.sleep(0.5)
            return tracker.final_emissions_data, rows()[0]

        (real, real_row), (ours, our_row) = self.both(scenario)
        same = ("project_name experiment_id country_name country_iso_code region cloud_provider cloud_region os python_version "
                "cpu_count gpu_count longitude latitude tracking_mode on_cloud pue").split()
        self.assertEqual({name: getattr(ours, name) for name in same}, {name: getattr(real, name) for name in same})
        self.assertEqual({name: our_row[name] for name in same}, {name: real_row[name] for name in same})
        self.assertAlmostEqual(ours.duration, real.duration, delta=0.5)
        self.assertAlmostEqual(ours.ram_total_size, real.ram_total_size, delta=0.01 * real.ram_total_size)
        for name, value in real.values.items():
            self.assertIsInstance(getattr(ours, name), (int, float) if isinstance(value, (int, float)) else type(value), name)
        for data in (real, ours):
            self.assertAlmostEqual(data.cpu_energy + data.gpu_energy + data.ram_energy, data.energy_consumed, delta=0.01 * data.energy_consumed)
            self.assertAlmostEqual(data.emissions_rate * data.duration, data.emissions, delta=0.01 * data.emissions)

    def test_factors(self):
        def scenario(module):
            with tracker_of(module, force_carbon_intensity_g_co2e_kwh=500, pue=1.5, wue=2) as tracker:
                time.sleep(0.3)
            data = tracker.final_emissions_data
            return (round(data.emissions / data.energy_consumed, 6), round(data.water_consumed / data.energy_consumed, 6),
                    round((data.cpu_energy + data.ram_energy) / data.energy_consumed, 2), data.pue, data.wue)

        self.assertEqual(self.assert_same(scenario), (0.5, 2.0, 1.0, 1.5, 2))

    def test_flush(self):
        def scenario(module):
            counts = []
            for mode in ("append", "update"):
                with tracker_of(module, on_csv_write=mode, output_file=f"{mode}.csv") as tracker:
                    time.sleep(0.1)
                    kg = [tracker.flush()]
                    time.sleep(0.1)
                    kg.append(tracker.flush())
                counts.append((mode, len(rows(f"{mode}.csv")), 0 < kg[0] < kg[1] <= tracker.final_emissions,
                               {row["run_id"] for row in rows(f"{mode}.csv")} == {str(tracker.run_id)}))
            return counts

        self.assert_same(scenario)

    def test_tasks(self):
        def scenario(module):
            tracker = tracker_of(module, experiment_name="x")
            answers = [tracker.stop_task()]
            tracker.start()
            shares = []
            for name in ("a", "a"):
                answers.append(tracker.start_task(name))
                time.sleep(0.2)
                shares.append(tracker.stop_task())
            answers.append(tracker.stop_task("unknown"))
            tracker.stop()
            (name,) = [path.name for path in pathlib.Path().glob("emissions_x_*.csv")]
            tasks = rows(name)
            return (answers, [share.emissions > 0 for share in shares], [round(share.duration, 1) > 0.1 for share in shares],
                    [task["task_name"][:2] for task in tasks], files(), len(rows()))

        self.assert_same(scenario)

    def test_columns_of_tasks(self):
        def scenario(module):
            tracker = tracker_of(module)
            tracker.start_task("a")
            time.sleep(0.1)
            tracker.stop_task()
            tracker.stop()
            return list(rows(next(pathlib.Path().glob("emissions_base_*.csv")))[0])

        real, ours = self.both(scenario)
        self.assertEqual([name for name in ours if name in real], real)
        self.assertEqual(set(ours) - set(real), {"region", "longitude", "latitude"})  # CodeCarbon drops what is empty

    def test_tasks_alone(self):
        def scenario(module):
            tracker = tracker_of(module)
            shares = []
            for _ in range(2):
                tracker.start_task()
                time.sleep(0.3)
                shares.append(tracker.stop_task().emissions)
                time.sleep(0.6)
            return tracker.stop() / sum(shares)

        real, ours = self.both(scenario)
        self.assertAlmostEqual(ours, 1, delta=0.02)
        self.assertGreater(real, 1.2)  # CodeCarbon adds the time between the last task and stop()

    def test_blocks_and_decorators(self):
        def scenario(module):
            @module.track_emissions(offline=True, log_level="critical", **PLACE)
            def fit(x):
                return x + 1

            @module.track_emissions(offline=True, log_level="critical", **PLACE)
            def fail():
                raise KeyError("of the user")

            answers = [fit(1), fit.__name__]
            for action in (fail, lambda: self.fail_in(tracker_of(module))):
                try:
                    action()
                except Exception as error:
                    answers.append(repr(error))
            tracker = tracker_of(module)

            @module.track_task_emissions(tracker=tracker, task_name="t")
            def task():
                return 5

            answers.append(task())
            with module.TaskEmissionsTracker("u", tracker=tracker):
                pass
            tracker.stop()
            return answers, len(rows()), files()

        self.assert_same(scenario)

    @staticmethod
    def fail_in(tracker):
        with tracker:
            raise ZeroDivisionError("of the block")

    def test_errors(self):
        def kind_of(action):
            try:
                action()
            except Exception as error:
                return next(kind.__name__ for kind in (OSError, ValueError, Exception) if isinstance(error, kind))
            return None

        def scenario(module):
            return (kind_of(lambda: module.EmissionsTracker(output_dir="nowhere", log_level="critical")),
                    kind_of(lambda: module.EmissionsTracker(on_csv_write="replace", log_level="critical")))

        self.assert_same(scenario)
        for module in BOTH:
            with self.assertRaises(Exception):
                module.track_emissions(lambda: None, offline=True)()


class Outputs(SideBySide):
    def test_a_file_that_both_write(self):
        os.chdir(self.folder)
        for module in (REAL, OURS, REAL, OURS):
            with tracker_of(module):
                time.sleep(0.05)
        self.assertEqual(len(rows()), 4)
        self.assertEqual([row["country_iso_code"] for row in rows()], ["FRA"] * 4)
        self.assertFalse(list(pathlib.Path().glob("*.bak*")))

    def test_a_file_of_other_columns(self):
        def scenario(module):
            for _ in range(3):
                pathlib.Path("emissions.csv").write_text("a,b\n1,2\n")
                with tracker_of(module):
                    pass
            return files(), len(rows())

        self.assert_same(scenario)

    def test_which_outputs_are_written(self):
        def scenario(module):
            method = codecarbon.OutputMethod  # ours takes the real one's, too
            found = []
            for arguments in ({"save_to_file": False}, {"output_methods": []}, {"output_methods": [method.CSV], "output_file": "a.csv"},
                              {"output_methods": "csv", "output_file": "b.csv"}, {"save_to_file": True, "output_file": "c.csv"}):
                with tracker_of(module, **arguments):
                    pass
                found.append(files())
            return found

        self.assert_same(scenario)

    def test_a_logger(self):
        def scenario(module):
            logger = logging.getLogger("side by side")
            output = codecarbon.output.LoggerOutput(logger, logging.WARNING)  # an object of CodeCarbon's works with both
            with self.assertLogs(logger) as logs:
                with tracker_of(module, output_methods=[codecarbon.OutputMethod.LOGGER], logging_logger=output):
                    pass
            return [list(json.loads(record.getMessage())) for record in logs.records]

        self.assert_same(scenario)

    def test_handlers(self):
        def scenario(module):
            calls = []

            class Mine(codecarbon.output.BaseOutput):
                def out(self, total, delta):
                    calls.append(("out", type(total).__name__, round(delta.duration, 1) <= round(total.duration, 1)))

                def task_out(self, data, experiment_name):
                    calls.append(("task_out", [task.task_name for task in data], experiment_name))

                def exit(self):
                    calls.append("exit")

            with tracker_of(module, output_handlers=[Mine()], save_to_file=False) as tracker:
                tracker.start_task("t")
                time.sleep(0.1)
                tracker.stop_task()
                tracker.flush()
            return calls

        self.assert_same(scenario)

    def test_configuration(self):
        (self.folder / ".codecarbon.config").write_text("[codecarbon]\nproject_name = of_home\nexperiment_id = e1\npue = 1.2\n")
        os.environ["CODECARBON_EXPERIMENT_ID"] = "e2"

        def scenario(module):
            pathlib.Path(".codecarbon.config").write_text("[codecarbon]\noutput_file = here.csv\nlog_level = critical\n")
            with module.OfflineEmissionsTracker(**PLACE):
                pass
            (row,) = rows("here.csv")
            return [row[name] for name in ("project_name", "experiment_id", "pue")]

        self.assertEqual(self.assert_same(scenario), ["of_home", "e2", "1.2"])


class Differences(SideBySide):
    """Those that docs/python/codecarbon.md lists."""

    def test_no_place_is_invented(self):
        def no_network(*arguments, **named):
            raise codecarbon.external.geography.requests.exceptions.ConnectionError("no network")

        get = codecarbon.external.geography.requests.get
        codecarbon.external.geography.requests.get = no_network
        self.addCleanup(setattr, codecarbon.external.geography.requests, "get", get)

        def scenario(module):
            found = []
            for kind in (module.EmissionsTracker, module.OfflineEmissionsTracker):
                with kind(log_level="critical") as tracker:
                    time.sleep(0.1)
                found.append((tracker.final_emissions_data.country_name, math.isnan(tracker.final_emissions)))
            return found

        self.assertEqual(self.both(scenario), [[("Canada", False), (None, False)], [(None, True), (None, True)]])

    def test_the_duration_is_that_of_the_run(self):
        def scenario(module):
            with tracker_of(module) as tracker:
                time.sleep(0.5)
                tracker.start_task("late")
                tracker.stop_task()
            return tracker.final_emissions_data.duration

        real, ours = self.both(scenario)
        self.assertGreater(ours, 0.5)
        self.assertLess(real, 0.5)  # CodeCarbon's begins anew with each task

    def test_a_tracker_starts_again(self):
        def scenario(module):
            tracker = tracker_of(module)
            for _ in range(2):
                tracker.start()
                time.sleep(0.1)
                tracker.stop()
            return len({row["run_id"] for row in rows()})

        self.assertEqual(self.both(scenario), [1, 2])


if __name__ == "__main__":
    print(f"codecarbon {codecarbon.__version__}")
    unittest.main()
