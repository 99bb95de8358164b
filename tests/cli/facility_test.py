"""Tests joulecast facility fit and the prices of predict --start. All records are generated: a building with known figures."""
import csv
import datetime
import json
import math
import random
import unittest

from support import CommandTest

BEGIN = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
FIXED, SHARE, COOLING, THRESHOLD = 5000.0, 0.1, 0.012, 15.0
TRAINING = ["predict", "resnet50", "--gpu", "RTX 3090", "--dataset", "imagenet", "--epochs", "1"]


def outside(hour):
    return 14 + 8 * math.sin(2 * math.pi * hour / 24) + 0.15 * hour / 24


def overhead(load, celsius):
    return FIXED + load * (SHARE + COOLING * max(0, celsius - THRESHOLD))


class Facility(CommandTest):
    def write(self, name, header, rows):
        path = self.folder / name
        with open(path, "w", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    def rows(self, name):
        with open(self.folder / name) as file:
            return list(csv.DictReader(file))

    def times(self, hours):
        return [(BEGIN + datetime.timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%SZ") for hour in range(hours)]

    def weather(self, hours, name="weather.csv", warmer=0):
        rows = [(time, f"{outside(hour + 0.5) + warmer:.4f}") for hour, time in enumerate(self.times(hours))]
        # values of the middle of each hour, as the meter's rows are means over it
        rows = [(time.replace(":00:00Z", ":30:00Z"), celsius) for time, celsius in rows]
        return self.write(name, ["time", "temperature_c"], rows)

    def meter(self, hours, noise=0.02):
        generator = random.Random(5)
        rows = []
        for hour, time in enumerate(self.times(hours)):
            load = generator.uniform(60e3, 140e3)
            whole = load + overhead(load, outside(hour + 0.5)) * (1 + noise * generator.gauss(0, 1))
            rows.append((time, f"{whole:.1f}", f"{load:.1f}"))
        return self.write("meter.csv", ["time", "facility_w", "it_w"], rows)

    def fit(self, hours=30 * 24, **options):
        self.model = self.folder / "facility.json"
        return self.json("facility", "fit", "--meter", self.meter(hours, **options), "--weather", self.weather(hours),
                         "-o", self.model)

    def test_the_building_is_found_in_its_records(self):
        learned = self.fit()
        self.assertAlmostEqual(learned["fixed_w"] / FIXED, 1, delta=0.1)
        self.assertAlmostEqual(learned["share"], SHARE, delta=0.01)
        self.assertAlmostEqual(learned["cooling_per_kelvin"], COOLING, delta=0.001)
        self.assertAlmostEqual(learned["threshold_c"], THRESHOLD, delta=0.7)
        self.assertTrue(learned["calibrated"])
        self.assertEqual(learned["load_from"], "the meter's it_w")
        text = self.call("facility", "fit", "--meter", self.folder / "meter.csv", "-o", self.model).stdout
        self.assertIn("Without weather, nothing is learned of the outside temperature.", text)

    def test_the_figures_are_those_of_scipy(self):
        """At the threshold found, without outliers, the robust fit is close to scipy's least squares."""
        try:
            import numpy
            from scipy.optimize import nnls
        except ImportError:
            self.skipTest("scipy is not installed")
        learned = self.fit(noise=0.002)
        rows = self.rows("meter.csv")
        load = numpy.array([float(row["it_w"]) for row in rows])
        target = numpy.array([float(row["facility_w"]) for row in rows]) - load
        above = numpy.maximum(0, numpy.array([outside(hour + 0.5) for hour in range(len(rows))]) - learned["threshold_c"])
        share, fixed, cooling = nnls(numpy.stack([load, numpy.ones_like(load), load * above], axis=1), target)[0]
        self.assertAlmostEqual(learned["share"], share, delta=0.01 * share)
        self.assertAlmostEqual(learned["fixed_w"], fixed, delta=0.02 * fixed)
        self.assertAlmostEqual(learned["cooling_per_kelvin"], cooling, delta=0.01 * cooling)

    def test_a_start_is_priced_by_the_forecast(self):
        self.fit(noise=0)
        hours = 30 * 24
        grid = self.write("grid.csv", ["time", "intensity_g_per_kwh"],
                          [(time, 100 if hour % 24 < 12 else 500) for hour, time in enumerate(self.times(hours))])
        (prediction,) = self.json(*TRAINING, "--start", "2026-03-10T00:00Z", "--start", "2026-03-10T12:00Z",
                                  "--facility", self.model, "--weather", self.weather(hours, "forecast.csv"),
                                  "--grid", grid)["predictions"]
        energy = prediction["total_energy_j"]["value"]
        length = prediction["epoch_time_s"]["value"]
        self.assertLess(length, 11 * 3600, "the test wants a training within half a day")
        night, day = prediction["starts"]
        load = sorted(float(row["it_w"]) for row in self.rows("meter.csv"))
        usual = (load[hours // 2 - 1] + load[hours // 2]) / 2
        for start, first in ((night, 9 * 24), (day, 9 * 24 + 12)):
            middles = [first + (i + 0.5) * length / 3600 / 200 for i in range(200)]
            pues = [1 + overhead(usual, outside(hour)) / usual for hour in middles]
            expected = sum(pues) / len(pues)
            self.assertAlmostEqual(start["pue"], expected, delta=0.003)
            self.assertAlmostEqual(start["at_wall_j"]["value"], energy * start["pue"], delta=1e-6 * energy)
            self.assertEqual(start["warnings"], [])
        self.assertAlmostEqual(night["co2e_g"], night["at_wall_j"]["value"] / 3.6e6 * 100, delta=1e-3 * night["co2e_g"])
        self.assertGreater(day["co2e_g"], 4 * night["co2e_g"])

    def test_heat_that_was_never_seen_is_said(self):
        self.fit()
        forecast = self.weather(30 * 24, "hot.csv", warmer=20)
        arguments = ["--start", "2026-03-10T00:00Z", "--facility", self.model, "--weather", forecast]
        (prediction,) = self.json(*TRAINING, *arguments)["predictions"]
        (start,) = prediction["starts"]
        self.assertRegex(start["warnings"][0], r"°C outside lie beyond the .* °C that the building was learned at")
        self.assertIn("lie beyond", self.call(*TRAINING, *arguments).stdout)
        (prediction,) = self.json(*TRAINING, *arguments, "--facility-load", "500000")["predictions"]
        self.assertIn("a load of 500 kW lies outside", prediction["starts"][0]["warnings"][0])

    def test_without_a_facility_the_pue_of_the_place_counts(self):
        (prediction,) = self.json(*TRAINING, "--start", "2026-03-10", "--pue", "1.5", "--intensity", "200")["predictions"]
        (start,) = prediction["starts"]
        self.assertAlmostEqual(start["at_wall_j"]["value"], 1.5 * prediction["total_energy_j"]["value"], delta=1)
        self.assertAlmostEqual(start["co2e_g"], start["at_wall_j"]["value"] / 3.6e6 * 200, delta=1e-3)
        self.assertAlmostEqual(start["co2e_g"], prediction["co2e_g"], delta=1e-3)

    def test_bad_input_is_one_line(self):
        self.fit(hours=100)
        forecast = self.weather(24, "short.csv")
        for arguments, expected in (
            ([*TRAINING, "--start", "noon"], "--start: 'noon' is no time"),
            ([*TRAINING, "--weather", forecast], "--weather: needs a start"),
            ([*TRAINING, "--start", "2026-03-01", "--facility", self.model], "--weather: is needed"),
            ([*TRAINING, "--start", "2026-03-09", "--facility", self.model, "--weather", forecast],
             "--weather: tells nothing for 2026-03-09T"),
            ([*TRAINING, "--start", "2026-03-02", "--grid",
              self.write("gap.csv", ["time", "intensity_g_per_kwh"], [("2026-03-01T00:00Z", 300), ("2026-03-04T00:00Z", 300)])],
             "its rows are too far apart there"),
            ([*TRAINING, "--start", "2026-03-01", "--facility", self.model, "--pue", "1.2"], "--pue: is given beside"),
            ([*TRAINING[:4], "--start", "2026-03-01"], "--start: needs a training whose length is known"),
            ([*TRAINING, "--start", "2026-03-01", "--facility", forecast], "is no facility model"),
            (["facility", "fit", "--meter", forecast], "facility_w"),
            (["facility", "fit", "--meter", self.write("a.csv", ["time", "facility_w", "it_w"], [("soon", 3, 2)])],
             "a.csv:2: 'soon' is no time"),
            (["facility", "fit", "--meter",
              self.write("b.csv", ["time", "facility_w", "it_w"],
                         [("2026-03-01T01:00Z", 3, 2), ("2026-03-01T00:00Z", 3, 2)])], "b.csv:3: time does not rise"),
            (["facility", "fit", "--meter", self.folder / "meter.csv", "--weather",
              self.write("c.csv", ["time", "temperature_c"], [("2026-03-01T01:00Z", 451)])],
             "c.csv:2: temperature_c is 451"),
            (["facility", "fit", "--meter",
              self.write("d.csv", ["time", "facility_w"], [(time, 3) for time in self.times(48)])], "runs.db"),
        ):
            with self.subTest(expected):
                done = self.call(*arguments, expect=2)
                self.assertIn(expected, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertEqual(done.stdout, "")

    def test_the_load_may_come_from_the_stored_runs(self):
        """A run of six hours in two nodes' worth of power, and a meter of ten-minute means over all of a day."""
        minutes, watts = 360, lambda minute: 20e3 + 10e3 * (minute // 30 % 2)
        bundle = self.folder / "bundle"
        bundle.mkdir()
        (bundle / "run.json").write_text(json.dumps(
            {"id": "node-day", "source": "test", "run_start_s": 0, "run_stop_s": minutes * 60, "status": "finished",
             "joulecast": {"started_unix_ns": int(BEGIN.timestamp() + 7200) * 10**9}}))
        rows = [(minute * 60, watts(minute)) for minute in range(minutes + 1)]
        with open(bundle / "power.csv", "w", newline="") as file:
            csv.writer(file).writerows([["time_s", "node_w"], *rows])
        self.call("import", bundle)
        begun = self.json("list")["runs"][0]["started"]
        self.assertTrue(begun and begun.startswith("2026-03-01T02:00:00"), begun)
        times = [BEGIN + datetime.timedelta(minutes=10 * i) for i in range(144)]
        rows = []
        for time in times:
            minute = (time - BEGIN).total_seconds() / 60 - 120
            load = sum((watts(minute + m) + watts(minute + m + 1)) / 2 for m in range(10)) / 10 if 0 <= minute < minutes else 20e3
            rows.append((time.strftime("%Y-%m-%dT%H:%M:%SZ"), round(load * 1.2 + 1000)))
        learned = self.json("facility", "fit", "--meter", self.write("meter.csv", ["time", "facility_w"], rows), "-o",
                            self.folder / "facility.json")
        self.assertEqual(learned["rows"], minutes // 10)
        self.assertEqual(learned["left_out"]["without_load"], 144 - minutes // 10)
        self.assertAlmostEqual(learned["share"], 0.2, delta=0.001)
        self.assertAlmostEqual(learned["fixed_w"], 1000, delta=20)


if __name__ == "__main__":
    unittest.main()
