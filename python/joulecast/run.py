"""A run that is being measured, or that was."""

from __future__ import annotations

import _thread
import os
import time

from . import _arguments as arguments
from . import _core
from . import _surroundings as surroundings
from ._shown import live_html
from ._warn import warn
from .errors import Error, InvalidError, Stopped
from .figures import Figures

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

JOULES_PER_KWH = 3.6e6
LOOK_EVERY_S = 2.0  # into the store, where another process measures
OF_PROGRESS = ("epochs", "steps")  # the arguments of a run that count wherever it is measured

ending: list[Run] = []  # the runs that a thread of this process is closing
# The runs that this process measures, or that another rank of its node measures for it, by their beginning; they go on
# without a variable.
measured: list[Run] = []
# Held while `measured` and the socket that children report to change together, or are compared: a run that begins in one
# thread would else take that of a run which another thread is ending for another process's.
changing = _thread.RLock()

kept_in: dict[str, str] = {}  # by a run's id, the store that this process has kept it in


def leave_all_to_parent() -> None:
    """In a forked child, in which the threads are gone that may have held the lock."""
    global changing
    changing = _thread.RLock()
    for run in (*measured, *ending):
        run._leave_to_parent()
    measured.clear()
    ending.clear()


def is_pruned(kind: type[BaseException]) -> bool:
    """Whether it is Optuna's TrialPruned, by which a trial gives up what is not worth going on with. Nobody has to import Optuna."""
    return any(base.__name__ == "TrialPruned" and base.__module__.startswith("optuna.") for base in kind.__mro__)


def status_after(kind: type[BaseException] | None, error: BaseException | None) -> str:
    if kind is None or issubclass(kind, GeneratorExit):  # a generator that nobody asks for more
        return "finished"
    if issubclass(kind, Stopped) or is_pruned(kind):
        return "stopped"
    if issubclass(kind, KeyboardInterrupt) or kind.__name__ == "CancelledError":  # of asyncio, which is slow to import
        return "interrupted"
    return "finished" if exit_status_after(error) == 0 else "failed"


def exit_status_after(error: BaseException | None) -> int | None:
    """That the process ends with if `error` is a SystemExit that nobody catches; None for anything else."""
    if not isinstance(error, SystemExit):
        return None
    try:
        code = error.code
    except Exception:  # of a class of the user's own
        return 1
    if code is None:
        return 0
    if not isinstance(code, int):  # Python prints it
        return 1
    return int.__index__(code) & 0xFF if -(1 << 63) <= int.__index__(code) < 1 << 63 else 0xFF


class Run(Figures):
    """A run that is being measured, or that was.

    Attributes:
        name: of the run.
        id: in the store; "" until it is known, or if the run cannot be stored.
        status: "running", "finished", "failed", "interrupted" or "stopped".
    """

    def __init__(self, options: _core.TrackerOptions, name: str = "", copied: bool = False, given: Iterable[str] = ()) -> None:
        super().__init__(options.total_epochs, options.total_steps)
        self.name = name or surroundings.default_name()
        self.status = "running"
        self._ending = _thread.RLock()
        self._is_ending = False
        self._at_end: list[Callable[[], Any]] = []
        self._rank: _core.Tracker | None = None  # tells what this rank does to the one that measures
        self._several = False  # this is one of several ranks
        self._limit: _core.JoinedLimit | None = None  # where another process measures
        self._stop_call: Callable[[Run, str], Any] | None = None
        self._searched = 0.0  # when the run of another process was last looked for
        self._store = ""  # that was asked for, of a run that this process measures
        if copied:
            self._join_as_copy()
        else:
            self._join(options, [name for name in given if name not in OF_PROGRESS])

    # ---- copies, which a model or a data set that holds the run may be asked for

    def __copy__(self) -> Run:
        return self

    def __deepcopy__(self, memo: Any) -> Run:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        if self.status == "running":
            return _copy_in_other_process, (self.name, self._epochs_known, self._steps_known, (os.getpid(), id(self)))
        return _ended_in_other_process, (self.name, self.status, self._finished, self._found, self._began, self._ended)

    def _join_as_copy(self) -> None:
        self._attach(surroundings.listening_socket())
        if self._socket:
            self._teller = _core.attached_teller()
        else:
            self.status = "finished"

    # ---- the beginning and the end

    def _attach(self, socket: str) -> None:
        """To a measurement of another process, which may end before anybody asks what it measured."""
        self._socket = socket
        self._found = surroundings.run_of(socket) if socket else None

    def _join(self, options: _core.TrackerOptions, given: list[str]) -> None:
        rank = surroundings.local_rank()
        with changing:
            socket = surroundings.listening_socket()
            is_anothers = socket and all(run._socket != socket for run in measured)
        if is_anothers:
            self._attach(socket)
            self._teller = _core.attached_teller()
            self._leave_to_first_rank()
            if given and not rank:
                self._warn_of([f"{', '.join(given)} of this block {'is' if len(given) == 1 else 'are'} left out: it belongs to a run that "
                               "another process measures, which has its own"])
            return
        self._several = rank is not None
        self._measure(options)

    def _leave_to_first_rank(self) -> None:
        """Ranks that are within one measurement of their whole launch say the same, and nothing tells them apart there."""
        if self._tracker is None and self._rank is None and surroundings.local_rank() and not surroundings.has_wrapper_of_its_own():
            self._teller = _core.silent_teller()

    def _measure(self, options: _core.TrackerOptions) -> None:
        """In this process, or in another rank of this node: the ranks agree on one (docs/ranks.md)."""
        options.local_ranks = surroundings.local_ranks() if self._several else 1
        options.within = str(len(measured) or "")
        try:
            tracker = _core.Tracker(options, self.name)
        except InvalidError:
            raise
        except Error as error:
            warn(f"nothing is measured: {error}")
            self._teller = _core.silent_teller()
            return
        if tracker.measures:
            self._tracker = tracker
            self._store = tracker.store
        else:
            self._rank = tracker
        self._teller = tracker.teller
        self._socket = tracker.socket
        with changing:
            measured.append(self)
            surroundings.lead_children_to(self._socket)
        if self._rank is None:
            self._check_place(options)

    @staticmethod
    def _check_place(options: _core.TrackerOptions) -> None:
        """A place that the tables do not have costs the emissions, and not the run."""
        if options.country or options.region:
            emissions = _core.emissions(1, options.country, options.region, options.intensity_g_per_kwh, options.pue)
            if emissions.mass_g is None:
                warn(f"energy only, no emissions: {emissions.reason}")

    def stop(self) -> _core.Energy:
        """Ends the run. Returns its energy. Later calls change nothing."""
        self._finish("finished")
        return self.energy

    def at_end(self, call: Callable[[], Any]) -> None:
        """Calls `call()` once the run has ended and its energy is known, whatever ended it. An error in it is a warning."""
        if not callable(call):
            raise TypeError(f"call must be a function, not {type(call).__name__}")
        self._at_end.append(call)

    def _finish(self, status: str, exit_status: int | None = None) -> None:
        with self._ending:  # another thread that ends it waits until it has ended
            if self._is_ending:
                return
            self._is_ending = True
            self._ended = time.time(), time.monotonic()
            ending.append(self)
            self._end_named()
            try:
                if self._tracker is not None:
                    self._finish_measuring(status, exit_status)
                else:
                    self._finish_unmeasured(status, exit_status)
            finally:
                self.status = status
                ending.remove(self)
            self._call_at_end()

    def _finish_unmeasured(self, status: str, exit_status: int | None) -> None:
        """Another process measures, or nobody."""
        self._found = self._found_run()  # the measurement may end before anybody asks
        if self._rank is None:
            return
        rank, self._rank = self._rank, None
        self._teller = _core.silent_teller()
        self._leave_measured()
        try:
            part = rank.finish(status, exit_status)
            if part.run_id:
                self._found = part.run_id, part.store
        except Error as error:
            warn(f"what the run cost was lost: {error}")
        self._warn_of(rank.take_messages()[0])

    def _leave_measured(self) -> None:
        with changing:
            measured.remove(self)
            surroundings.lead_children_to(measured[-1]._socket if measured else "")

    def _finish_at_exit(self, status: str) -> None:
        """Nobody ended it. How a program that calls `sys.exit` ends is known after Python has ended."""
        with self._ending:
            if status == "finished" and self._tracker is not None and not self._at_end and not self._several and not self._is_ending:
                self._is_ending = True
                self._tracker.finish_at_exit()
            else:
                self._finish(status)

    def _call_at_end(self) -> None:
        for call in self._at_end:
            try:
                call()
            except Exception as error:
                warn(f"a call at the run's end failed: {type(error).__name__}: {error}")

    def _finish_measuring(self, status: str, exit_status: int | None) -> None:
        tracker, self._tracker = self._tracker, None
        self._teller = _core.silent_teller()
        self._leave_measured()
        try:
            tracker.tick()  # so that the last forecast knows of the last step
            self._live = tracker.live()
            self._finished = tracker.finish(status, exit_status)
            if self._finished.run_id:
                kept_in[self._finished.run_id] = self._finished.store
        except Error as error:
            warn(f"what the run cost was lost: {error}")
        self._warn_of(tracker.take_messages()[0])

    def _leave_to_parent(self) -> None:
        """In a forked child: the measurement is the parent's."""
        self._tracker = self._rank = None
        self._teller = _core.attached_teller()
        self._ending = _thread.RLock()  # a thread that the child does not have may hold it
        self._at_end = []

    def stop_if(self, *, projected_kwh: float | None = None, projected_j: float | None = None, probability: float = 0.95,
                call: Callable[[Run, str], Any] | None = None) -> None:
        """Ends the training once its projected total is surely above a limit and most of that is used; never on a guess.

        The next step or epoch then raises Stopped, or calls `call(run, reason)` instead. Where another process measures,
        the limit is that of its whole run. Of several ranks only the first one of a node acts; the others say so.

        Args:
            projected_kwh: the limit; give it or the next.
            projected_j: the limit in joules.
            probability: how sure it has to be, 0.5 to 1.
        """
        if (projected_kwh is None) == (projected_j is None):
            raise InvalidError("give one of projected_kwh and projected_j", "projected_kwh")
        joules = arguments.above_zero("projected_j", projected_j) if projected_j is not None else (
            arguments.above_zero("projected_kwh", projected_kwh) * JOULES_PER_KWH)
        probability = arguments.number("probability", probability, least=0.5, most=1)
        if call is not None and not callable(call):
            raise TypeError(f"call must be a function, not {type(call).__name__}")
        self._stop_call = call
        if rank := surroundings.local_rank():  # of ranks that wait for each other, none may leave the loop alone
            warn(f"stop_if of local rank {rank} does not act: of the ranks of a node that of local rank 0 does")
            return
        if self._tracker is not None:
            self._tracker.stop_if_projected(joules, probability)
            self._tracker.tick()  # it may be used up already
        else:
            self._limit = _core.JoinedLimit(joules, probability)

    @property
    def _is_open(self) -> bool:
        return self.status == "running"

    def _attend(self) -> None:
        """Between two steps: passes on what the measurement has to say."""
        tracker = self._tracker or self._rank
        if tracker is not None and tracker.attention:
            lines, reason = tracker.take_messages()
            self._warn_of(lines)
        else:
            reason = self._limit_reached()
            self._remember_run()
        if reason is None:
            return
        if self._tracker is not None:
            self._tracker.note(f"asked to stop: {reason}")
        if self._stop_call is not None:
            self._stop_call(self, reason)
        else:
            self._is_stopped = True
            raise Stopped(reason)

    def _remember_run(self) -> None:
        """In its first second a measurement has no run that could be found, and it may end before anybody asks."""
        if self._found is None and self._tracker is None and time.monotonic() - self._searched > LOOK_EVERY_S:
            self._searched = time.monotonic()
            self._found = self._found_run()

    def _limit_reached(self) -> str | None:
        """For a run that another process measures: why to stop, by the rule that holds for its own limits."""
        now = time.monotonic()
        if self._limit is None or now - self._looked < LOOK_EVERY_S:
            return None
        self._looked = now
        stored = self._stored()
        if stored is None or self._is_left:
            return None
        lines, reason = self._limit.check(stored)
        self._warn_of(lines)
        if reason is not None:
            self._limit = None
        return reason

    def __repr__(self) -> str:
        total = self.energy.total_j
        return f"<joulecast.Run {self.name!r} {self.status}, {'unknown energy' if total is None else f'{total:.4g} J'}>"

    def _repr_html_(self) -> str:
        return live_html(self)


def _copy_in_other_process(name: str, epochs: float | None, steps: float | None, original: tuple[int, int]) -> Run:
    """Speaks to the measurement that this process is part of, and keeps quiet where there is none any more.

    In the process that it came from it is the run itself.
    """
    if original[0] == os.getpid():
        for run in measured:
            if id(run) == original[1]:
                return run
    options = _core.TrackerOptions()
    options.total_epochs, options.total_steps = epochs, steps
    return Run(options, name, copied=True)


def _ended_in_other_process(name: str, status: str, finished: _core.Finished | None, found: tuple[str, str] | None, began: tuple[float, float],
                            ended: tuple[float, float] | None) -> Run:
    """A run that was over when it was sent: what it cost is sent along, and whoever was within another's run still finds that one."""
    run = Run(_core.TrackerOptions(), name, copied=True)
    run._teller, run._socket, run._is_ending = _core.silent_teller(), "", True
    run.status, run._finished, run._began, run._ended = status, finished, began, ended
    run._found = found or ((finished.run_id, finished.store) if finished is not None and finished.run_id else None)
    if run._found is not None:
        kept_in.setdefault(*run._found)
    return run
