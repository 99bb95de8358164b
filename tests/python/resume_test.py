"""A training in Python that was interrupted and goes on: one account."""
import pathlib
import time
import unittest

import joulecast
from support import PackageTest


class Resume(PackageTest):
    def train(self, epochs, stop_after=None, **options):
        with joulecast.track(store=self.store, interval=0.05, **options) as run:
            for epoch in run.epochs(epochs):
                time.sleep(0.15)
                if epoch == stop_after:
                    raise KeyboardInterrupt
        return run

    def test_a_training_goes_on_by_its_name(self):
        with self.assertRaises(KeyboardInterrupt):
            self.train(range(6), stop_after=3, name="net")
        self.train(range(2, 6), resume="net")
        [row] = joulecast.runs(store=self.store)
        self.assertEqual((row.name, row.segments, row.status), ("net", 2, "finished"))
        whole = joulecast.load("net", store=self.store)
        self.assertEqual([segment.status for segment in whole.segments], ["interrupted", "finished"])
        self.assertEqual([epoch.index for epoch in whole.epochs], [0, 1, 2, 3, 4, 5])
        self.assertAlmostEqual(whole.energy.total_j, sum(segment.energy_j for segment in whole.segments), delta=1e-3)

    def test_a_name_that_is_not_there_begins_a_training(self):
        self.train(range(1), resume="new")
        self.assertEqual([row.name for row in joulecast.runs(store=self.store)], ["new"])

    def test_a_file_beside_the_checkpoints_names_it(self):
        folder = pathlib.Path(self.store).parent / "checkpoints"
        folder.mkdir()
        (folder / "model.pt").touch()
        for _ in range(2):
            self.train(range(1), checkpoint_folder=folder)
        self.assertEqual([row.segments for row in joulecast.runs(store=self.store)], [2])

    def test_one_name_only(self):
        with self.assertRaises(joulecast.InvalidError):
            joulecast.track(resume="a", checkpoint_folder="b")


if __name__ == "__main__":
    unittest.main()
