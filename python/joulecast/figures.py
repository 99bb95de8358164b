"""What is known of a run: by the measurement in this process, or from the store, where another one measures."""

from __future__ import annotations

import time

from . import _core
from . import _surroundings as surroundings
from ._warn import place_of_user, warn
from .errors import Error
from .telling import Telling

FRESH_S = 0.2  # younger readings are not asked for again
TOO_LITTLE_SEEN = "too little of the work has been seen: what comes later, such as a validation, may cost more than the interval says"
UNMEASURED_S = 2.0  # a first and a last second may always be missing


class Figures(Telling):
    """A run's id, energy, power and forecast."""

    status: str

    def __init__(self, total_epochs: float | None, total_steps: float | None) -> None:
        super().__init__(total_epochs, total_steps)
        self._finished: _core.Finished | None = None
        self._live: _core.Live | None = None
        self._looked = 0.0
        self._socket = ""
        self._found: tuple[str, str] | None = None  # (id, store) of the run that another process measures
        self._began = time.time(), time.monotonic()
        self._ended: tuple[float, float] | None = None
        self._begun_at = place_of_user()
        self._loss_told = False

    def _warn_of(self, lines: list[str]) -> None:
        """Of each thing once: twenty limits are reached for one reason, and where a run is kept is told at its beginning and its end."""
        kept = {line.partition("; see it with")[0] + " instead" for line in lines if "; see it with" in line}
        if lines := [line for line in dict.fromkeys(lines) if line not in kept]:
            warn("; ".join(lines), self._begun_at)

    def _look(self, fresh_s: float = FRESH_S) -> _core.Live | None:
        """The state now, or so many seconds ago; None where this process does not measure."""
        tracker = self._tracker
        if tracker is None:
            return self._live
        now = time.monotonic()
        if self._live is None or now - self._looked > fresh_s:
            tracker.tick()
            self._looked = now
        self._live = tracker.live()
        return self._live

    def _found_run(self) -> tuple[str, str] | None:
        """(id, store) of the run that another process measures; None where it is not known."""
        return (surroundings.run_of(self._socket) if self._socket else None) or self._found

    def _stored(self, samples: bool = False) -> _core.Run | None:
        """The run as the store has it, for a process that does not measure; None where it is not known."""
        found = self._found = self._found_run()
        if found is None:
            return None
        try:
            return _core.load_run(found[0], found[1], samples)
        except Error:
            return None

    @property
    def id(self) -> str:
        if self._finished is not None:
            return self._finished.run_id
        live = self._look()
        if live is not None:
            return live.run_id
        # The store knows it by its training's first segment: every rank calls it as the one that measures does.
        return self._found[0] if self._stored() is not None and self._found is not None else ""

    @property
    def energy(self) -> _core.Energy:
        """What the run used so far, by component; `total_j` is None where nothing is known.

        Where another process measures, this is what was used while the block was open, by the readings before, in and after
        it. The last one comes up to two seconds later: until then the coverage is below 1, and `total_j` may be None.
        """
        if self._finished is not None:
            return self._finished.energy
        live = self._look()
        if live is not None:
            return live.energy
        stored = self._stored(samples=True)
        if stored is None or stored.measured_until is None:
            self._tell_of_loss()
            return _core.Energy()
        end = self._ended[0] if self._ended is not None else time.time()
        unmeasured = 0.0 if stored.status == "running" else end - stored.measured_until
        if unmeasured > UNMEASURED_S and not self._loss_told:
            self._loss_told = True
            self._warn_of([f"the measurement that this run belongs to ended {unmeasured:.0f} s before it ({stored.status}), "
                           "and the rest was not measured"])
        return stored.energy_between(self._began[0], end)

    def _tell_of_loss(self) -> None:
        """Warns once where the measurement that this run belonged to is over and left no run that could be found."""
        if self._socket and not self._loss_told and not _core.is_listened_to(self._socket):
            self._loss_told = True
            self._warn_of(["the measurement that this run belongs to is over, and what it measured is not to be found"])

    @property
    def power_w(self) -> float | None:
        """Power of everything in the total, in watts; None where it is not known."""
        live = self._look()
        return None if live is None or self._finished is not None else live.power_w

    @property
    def duration_s(self) -> float | None:
        """Seconds since the beginning."""
        if self._finished is not None:
            return self._finished.duration_s
        live = self._look()
        if live is not None:
            return live.elapsed_s
        end = self._ended[1] if self._ended is not None else time.monotonic()
        return end - self._began[1]

    @property
    def projection(self) -> _core.Projection | _core.StoredProjection | None:
        """What the whole run will have cost, with an interval; None while that cannot be said.

        It is not `ready` where something speaks against it (see `doubt`), as where the run goes on after its announced work.
        """
        if self._finished is not None and self.status == "finished" and self._finished.projection is not None:
            return self._finished.projection
        live = self._look()
        if live is not None:
            return live.projection
        stored = self._stored()
        if stored is None or not stored.projections or (self._is_left and stored.status == "running"):
            return None
        return stored.projections[-1].after(stored.energy.total_j, stored.status != "running")

    @property
    def doubt(self) -> str:
        """Why the projection is not relied on; "" where it is, or where another process measures."""
        live = self._look() if self._finished is None else None
        if live is None or live.doubt:
            return "" if live is None else live.doubt
        if not live.work_is_done:
            is_ready = live.projection is not None and live.projection.ready
            return "" if is_ready else TOO_LITTLE_SEEN
        if live.work is not None and live.total_work is not None and live.work < live.total_work:
            return "the loop was left before its announced end: what the run does now is not foreseen"
        if self._epoch is not None:
            return "all announced work is done: what the last epoch does after its steps is not foreseen"
        return "all announced work is done: what the run does now is more than announced"
