"""What a building adds, learned and used for a start. All records are generated: a building with known figures."""
import csv
import datetime
import math
import pickle
import random
import unittest

import joulecast
from support import PackageTest

BEGIN = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
FIXED, SHARE, COOLING, THRESHOLD = 5000.0, 0.1, 0.012, 15.0
TRAINING = {"model": "resnet50", "gpu": "RTX 3090", "dataset": "imagenet", "epochs": 1}
HOURS = 30 * 24


def outside(hour):
    return 14 + 8 * math.sin(2 * math.pi * hour / 24) + 0.15 * hour / 24


def pue(load, celsius):
    return 1 + FIXED / load + SHARE + COOLING * max(0, celsius - THRESHOLD)


class Facility(PackageTest):
    def write(self, name, header, rows):
        path = self.folder / name
        with open(path, "w", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    def records(self):
        generator = random.Random(5)
        meter, weather = [], []
        for hour in range(HOURS):
            time = BEGIN + datetime.timedelta(hours=hour)
            load = generator.uniform(60e3, 140e3)
            meter.append((time.isoformat(), f"{load * pue(load, outside(hour + 0.5)):.1f}", f"{load:.1f}"))
            weather.append(((time + datetime.timedelta(minutes=30)).isoformat(), f"{outside(hour + 0.5):.4f}"))
        return self.write("meter.csv", ["time", "facility_w", "it_w"], meter), self.write("weather.csv", ["time", "temperature_c"], weather)

    def learned(self):
        meter, self.weather = self.records()
        return joulecast.facility(meter, weather=self.weather, output=self.folder / "building.json")

    def test_the_building_is_found_in_its_records(self):
        building = self.learned()
        self.assertAlmostEqual(building.fixed_w / FIXED, 1, delta=0.1)
        self.assertAlmostEqual(building.share, SHARE, delta=0.01)
        self.assertAlmostEqual(building.cooling_per_kelvin, COOLING, delta=0.001)
        self.assertAlmostEqual(building.threshold_c, THRESHOLD, delta=0.7)
        self.assertAlmostEqual(building.pue(load_w=80e3, outside_c=25), pue(80e3, 25), delta=0.01)
        self.assertAlmostEqual(building.pue(outside_c=5), pue(building.usual_load_w, 5), delta=0.01)
        self.assertIsNone(building.pue())
        self.assertTrue(building.calibrated)
        self.assertEqual((building.rows, building.without_load, building.without_weather, building.impossible), (HOURS, 0, 0, 0))
        self.assertEqual(building.length_s, HOURS * 3600)
        self.assertLess(60e3, building.load_range_w[0])
        self.assertAlmostEqual(building.temperature_range_c[1], max(outside(hour + 0.5) for hour in range(HOURS)), delta=1e-3)
        self.assertIn(f"Written to {self.folder / 'building.json'}, for joulecast.predict(…, start=…, facility=…).", str(building))
        self.assertIn("PUE", building._repr_html_())
        self.assertIn('"fixed_w"', building.to_json())

    def test_without_weather_there_is_no_threshold(self):
        meter, _ = self.records()
        building = joulecast.facility(meter, output=self.folder / "building.json")
        self.assertEqual((building.cooling_per_kelvin, building.threshold_c, building.temperature_range_c), (0, None, None))
        self.assertGreater(building.pue(), 1.1)
        self.assertIn("Without weather", building.notes[0])

    def test_a_start_is_priced_by_the_forecast(self):
        building = self.learned()
        grid = self.write("grid.csv", ["time", "intensity_g_per_kwh"],
                          [((BEGIN + datetime.timedelta(hours=hour)).isoformat(), 100 if hour % 24 < 12 else 500) for hour in range(HOURS)])
        cet = datetime.timezone(datetime.timedelta(hours=1))
        starts = ["2026-03-10T00:00Z", datetime.datetime(2026, 3, 10, 13, tzinfo=cet)]
        for given in (building, self.folder / "building.json"):
            prediction, = joulecast.predict(**TRAINING, start=starts, facility=given, weather=self.weather, grid=grid).predictions
            night, day = pickle.loads(pickle.dumps(prediction)).starts
            energy, length = prediction.total_energy_j.value, prediction.epoch_time_s.value
            for start, first in ((night, 9 * 24), (day, 9 * 24 + 12)):
                self.assertEqual(start.start, BEGIN.timestamp() + first * 3600)
                self.assertAlmostEqual(start.end - start.start, length, delta=1e-3)
                expected = [pue(building.usual_load_w, outside(first + (i + 0.5) * length / 3600 / 200)) for i in range(200)]
                self.assertAlmostEqual(start.pue, sum(expected) / 200, delta=0.003)
                self.assertAlmostEqual(start.at_wall_j.value, energy * start.pue, delta=1e-6 * energy)
                self.assertLess(start.at_wall_j.low, start.at_wall_j.value)
                self.assertEqual(start.warnings, [])
            self.assertAlmostEqual(night.emissions_g, night.at_wall_j.value / 3.6e6 * 100, delta=1e-3 * night.emissions_g)
            self.assertGreater(day.emissions_g, 4 * night.emissions_g)

    def test_a_load_that_was_never_seen_is_said(self):
        building = self.learned()
        prediction, = joulecast.predict(**TRAINING, start="2026-03-10", facility=building, weather=self.weather, facility_load=500e3).predictions
        self.assertIn("a load of 500 kW lies outside", prediction.starts[0].warnings[0])

    def test_without_a_facility_the_pue_of_the_place_counts(self):
        prediction, = joulecast.predict(**TRAINING, start=datetime.datetime(2026, 3, 10), pue=1.5, intensity=200).predictions
        start, = prediction.starts
        self.assertEqual((start.start, start.outside_c), (BEGIN.timestamp() + 9 * 86400, None))
        self.assertAlmostEqual(start.pue, 1.5)
        self.assertAlmostEqual(start.emissions_g, prediction.emissions_g, delta=1e-3)
        self.assertEqual(joulecast.predict(**TRAINING).predictions[0].starts, [])

    def test_what_cannot_be_names_the_argument(self):
        building = self.learned()
        for given, said in (({"start": "noon"}, "start: 'noon' is no time"), ({"weather": self.weather}, "weather: needs a start"),
                            ({"start": "2026-03-01", "facility": building}, "weather: is needed"),
                            ({"start": "2027-03-09", "facility": building, "weather": self.weather}, "weather: tells nothing for 2027-03-09"),
                            ({"start": "2026-03-01", "facility": building, "pue": 1.2}, "pue: is given beside")):
            with self.subTest(said), self.assertRaisesRegex(joulecast.InvalidError, said):
                joulecast.predict(**TRAINING, **given)
        with self.assertRaisesRegex(joulecast.MalformedError, "is no facility model"):
            joulecast.predict(**TRAINING, start="2026-03-01", facility=self.weather)
        with self.assertRaisesRegex(joulecast.MalformedError, "facility_w"):
            joulecast.facility(self.weather, output=self.folder / "other.json")


if __name__ == "__main__":
    unittest.main()
