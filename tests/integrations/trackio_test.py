"""Tests the logger with the real trackio, in a folder of the test's own."""
import os
import tempfile
import unittest

import libraries

folder = tempfile.TemporaryDirectory()
os.environ["TRACKIO_DIR"] = folder.name  # read when it is imported
libraries.require("trackio")
import joulecast
import trackio
from support import PackageTest

from joulecast.integrations.trackio import EnergyLogger


class Logs(PackageTest):
    def test_figures_are_system_metrics(self):
        experiment = trackio.init(project="figures", embed=False)
        with joulecast.track(interval=0.05) as run:
            EnergyLogger(every=0.2)
            for _ in run.epochs(range(30)):
                libraries.pause()
        trackio.finish()
        from trackio.sqlite_storage import SQLiteStorage

        logs = SQLiteStorage.get_system_logs("figures", experiment.name)
        self.assertGreater(len(logs), 2)
        self.assertAlmostEqual(logs[-1]["energy/total_kwh"], run.energy.total_kwh, delta=1e-9)

    def test_the_example(self):
        libraries.run_example(self, "trackio")


if __name__ == "__main__":
    unittest.main()
