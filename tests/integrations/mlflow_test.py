"""Tests the logger with the real MLflow, in a file of the test's own."""
import unittest

import libraries

libraries.require("mlflow")
import joulecast
import mlflow
from support import PackageTest

from joulecast.integrations.mlflow import EnergyLogger


class Logs(PackageTest):
    def setUp(self):
        super().setUp()
        mlflow.set_tracking_uri(f"sqlite:///{self.folder}/mlflow.db")

    def test_figures_are_metrics(self):
        with mlflow.start_run() as experiment, joulecast.track(interval=0.05) as run:
            EnergyLogger(every=0.2)
            for _ in run.epochs(range(30)):
                libraries.pause()
                libraries.pause()
        data = mlflow.get_run(experiment.info.run_id).data
        self.assertEqual(data.metrics["energy/total_kwh"], run.energy.total_kwh)
        self.assertIn("energy/projected_low_kwh", data.metrics)
        self.assertEqual(data.tags["joulecast.run"], run.id)
        history = mlflow.MlflowClient().get_metric_history(experiment.info.run_id, "energy/total_kwh")
        self.assertGreater(len(history), 3)

    def test_no_run_of_mlflow(self):
        with joulecast.track(), self.assertRaisesRegex(joulecast.InvalidError, "mlflow_run"):
            EnergyLogger()

    def test_the_example(self):
        self.assertIn("energy/total_kwh", libraries.run_example(self, "mlflow").stdout)


if __name__ == "__main__":
    unittest.main()
