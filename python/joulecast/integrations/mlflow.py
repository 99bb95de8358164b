"""MLflow: energy and projection among a run's metrics."""

import time

import mlflow
from mlflow.entities import Metric, RunTag

from ..errors import InvalidError
from ._log import Logger


class EnergyLogger(Logger):
    """Writes a run's energy and projection as metrics of a run of MLflow, every so many seconds and once more when the run ends.

    A metric's step is the second of the run. The tags joulecast.run and joulecast.provenance are set at the end.

    Args:
        run: whose figures; None for that of the open block of `joulecast.track`.
        every: seconds.
        prefix: of the figures' names.
        mlflow_run: id of the run of MLflow; None for the active one.

    Raises:
        InvalidError: there is no run of joulecast, or none of MLflow.
    """

    def __init__(self, run=None, *, every=30.0, prefix="energy/", mlflow_run=None):
        if mlflow_run is None:
            if mlflow.active_run() is None:
                raise InvalidError("no run of MLflow is active, and none is given", "mlflow_run")
            mlflow_run = mlflow.active_run().info.run_id
        self._mlflow_run = mlflow_run
        self._client = mlflow.MlflowClient()  # mlflow's own functions know the active run of their thread only
        super().__init__(run, every=every, prefix=prefix)

    def write(self, figures, elapsed_s):
        now_ms = int(time.time() * 1000)
        metrics = [Metric(name, value, now_ms, int(elapsed_s)) for name, value in figures.items()]
        self._client.log_batch(self._mlflow_run, metrics=metrics)

    def conclude(self, figures, facts):
        self._client.log_batch(self._mlflow_run, tags=[RunTag(name, value) for name, value in facts.items()])
