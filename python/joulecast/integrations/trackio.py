"""trackio: energy and projection among a run's system metrics."""

import trackio

from ..errors import InvalidError
from ._log import Logger


class EnergyLogger(Logger):
    """Writes a run's energy and projection as system metrics of a run of trackio, every so many seconds and once more when the run ends.

    System metrics have times instead of steps: the training's steps stay its own.

    Args:
        run: whose figures; None for that of the open block of `joulecast.track`.
        every: seconds.
        prefix: of the figures' names.
        trackio_run: what `trackio.init` returned; None for the open one.

    Raises:
        InvalidError: there is no run of joulecast, or none of trackio.
    """

    def __init__(self, run=None, *, every=30.0, prefix="energy/", trackio_run=None):
        self._trackio_run = trackio_run or trackio.context_vars.current_run.get()
        if self._trackio_run is None:
            raise InvalidError("no run of trackio is open, and none is given", "trackio_run")
        super().__init__(run, every=every, prefix=prefix)

    def write(self, figures, elapsed_s):
        self._trackio_run.log_system(figures)
