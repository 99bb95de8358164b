"""What all experiment loggers share: the figures, and a thread of their own, since writing them may take its time."""

import abc
import threading

from .. import _arguments as arguments
from .._warn import warn
from ..run import JOULES_PER_KWH, Run
from ..tracker import current
from ..errors import InvalidError

LAST_WORD_S = 10.0  # that the end of a run waits for at most


class Logger(abc.ABC):
    """Writes a run's energy and projection every so many seconds, and once more when the run ends.

    Figures, each with the prefix before its name: total_kwh, and one for each component as gpu_kwh; power_w; projected_kwh,
    projected_low_kwh and projected_high_kwh, once there is a projection. What is not known is not written.

    Args:
        run: whose figures; None for that of the open block of `joulecast.track`.
        every: seconds.
        prefix: of the names.

    Raises:
        InvalidError: there is no run.
    """

    def __init__(self, run=None, *, every=30.0, prefix="energy/"):
        self._every_s = arguments.number("every", every, least=0.1)
        self._prefix = arguments.text("prefix", prefix)
        if run is not None and not isinstance(run, Run):
            raise TypeError(f"run must be a joulecast.Run, not {type(run).__name__}")
        self._run = run or current()
        if self._run is None:
            raise InvalidError("there is no open block of joulecast.track, and none is given", "run")
        self._complained = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write_until_end, name="joulecast-logger", daemon=True)
        self._run.at_end(self.close)
        self._thread.start()

    def close(self):
        """Writes the last figures and ends. The run's end does this by itself."""
        self._ended.set()
        if self._thread is not threading.current_thread():
            self._thread.join(LAST_WORD_S)

    @abc.abstractmethod
    def write(self, figures, elapsed_s):
        """Writes figures by their names."""

    def conclude(self, figures, facts):
        """May be defined: writes the final figures, and facts by their names, where the tracker has a place for such."""

    def _write_until_end(self):
        while not self._ended.wait(self._every_s):
            self._attempt(lambda figures: self.write(figures, self._run.duration_s or 0))
        self._attempt(lambda figures: (self.write(figures, self._run.duration_s or 0), self.conclude(figures, self._facts())))

    def _attempt(self, write):
        try:
            if figures := self._figures():
                write(figures)
        except Exception as error:
            if not self._complained:
                self._complained = True
                warn(f"{type(self).__module__}: figures are not written: {type(error).__name__}: {error}")

    def _figures(self):
        run, energy = self._run, self._run.energy
        kwh = {"total": energy.total_j, **energy.by_component}
        figures = {f"{name}_kwh": joules / JOULES_PER_KWH for name, joules in kwh.items() if joules is not None}
        if run.power_w is not None:
            figures["power_w"] = run.power_w
        projection = run.projection
        if projection is not None:
            for name in ("", "low_", "high_"):
                joules = getattr(projection, (name or "total_") + "j")
                if joules is not None:
                    figures[f"projected_{name}kwh"] = joules / JOULES_PER_KWH
        return {self._prefix + name: value for name, value in figures.items()}

    def _facts(self):
        return {"joulecast.run": self._run.id, "joulecast.provenance": str(self._run.energy.provenance)}
