"""Tests the logger with the real wandb, offline."""
import os
import sys
import unittest

import libraries

libraries.require("wandb")
import joulecast
import wandb
from support import PackageTest

from joulecast.integrations.wandb import EnergyLogger


class Logs(PackageTest):
    def test_figures_are_there_and_the_steps_are_the_training_s(self):
        os.environ["WANDB_SILENT"] = "true"
        with wandb.init(mode="offline", dir=self.folder) as experiment:
            with joulecast.track(interval=0.05) as run:
                EnergyLogger(every=0.2)
                for epoch in run.epochs(range(30)):
                    libraries.pause()
                    experiment.log({"loss": 1.0}, step=10 * epoch)
                self.assertEqual(experiment.step, 290)
            self.assertEqual(experiment.summary["energy/total_kwh"], run.energy.total_kwh)
            self.assertEqual(experiment.config["joulecast.run"], run.id)

    def test_no_run_of_wandb(self):
        with joulecast.track(), self.assertRaisesRegex(joulecast.InvalidError, "wandb_run"):
            EnergyLogger()

    def test_the_example(self):
        self.assertIn("energy/total_kwh", libraries.run_example(self, "wandb", WANDB_SILENT="true").stdout)


if __name__ == "__main__":
    tests = unittest.main(exit=False)
    sys.exit(0 if tests.result.wasSuccessful() else 1)  # a number: wandb passes it on as one
