"""TensorBoard: energy and projection as scalars, through the writers of PyTorch and tensorboardX."""

from ._log import Logger


class EnergyLogger(Logger):
    """Writes a run's energy and projection as scalars of TensorBoard, every so many seconds and once more when the run ends.

    The run has to end before the writer is closed.

    Args:
        run: whose figures; None for that of the open block of `joulecast.track`.
        every: seconds.
        prefix: of the figures' names.
        writer: a SummaryWriter, of PyTorch or tensorboardX.
        step: a function that gives the training's step; without it, a scalar's step is the second of the run.

    Raises:
        InvalidError: there is no run of joulecast.
    """

    def __init__(self, run=None, *, writer, every=30.0, prefix="energy/", step=None):
        if not callable(getattr(writer, "add_scalar", None)):
            raise TypeError(f"writer must have add_scalar, as a SummaryWriter has, not {type(writer).__name__}")
        if step is not None and not callable(step):
            raise TypeError(f"step must be a function, not {type(step).__name__}")
        self._writer = writer
        self._step = step
        super().__init__(run, every=every, prefix=prefix)

    def write(self, figures, elapsed_s):
        step = int(elapsed_s if self._step is None else self._step())
        for name, value in figures.items():
            self._writer.add_scalar(name, value, step)

    def conclude(self, figures, facts):
        self._writer.flush()
