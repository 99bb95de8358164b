"""Weights & Biases: energy and projection in a run's history and summary."""

import wandb

from ..errors import InvalidError
from ._log import Logger


class EnergyLogger(Logger):
    """Writes a run's energy and projection into a run of Weights & Biases, every so many seconds and once more when the run ends.

    The figures join the step that the training logs next, so that its steps stay its own. The final ones are in the summary, and the
    configuration has joulecast.run and joulecast.provenance.

    Args:
        run: whose figures; None for that of the open block of `joulecast.track`.
        every: seconds.
        prefix: of the figures' names.
        wandb_run: what `wandb.init` returned; None for the open one.

    Raises:
        InvalidError: there is no run of joulecast, or none of Weights & Biases.
    """

    def __init__(self, run=None, *, every=30.0, prefix="energy/", wandb_run=None):
        self._wandb_run = wandb_run or wandb.run
        if self._wandb_run is None:
            raise InvalidError("no run of Weights & Biases is open, and none is given", "wandb_run")
        super().__init__(run, every=every, prefix=prefix)

    def write(self, figures, elapsed_s):
        self._wandb_run.log(figures, commit=False)

    def conclude(self, figures, facts):
        self._wandb_run.summary.update(figures)
        self._wandb_run.config.update(facts, allow_val_change=True)
