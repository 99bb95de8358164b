"""What all callbacks share: which run they tell, and that they are never in the training's way."""

import contextlib
import functools
import math
import sys
import time
import weakref

from .. import _arguments as arguments
from .._warn import warn
from ..run import Run, status_after
from ..tracker import current, track
from ..errors import Stopped

TELL_EVERY_S = 0.02  # what a training says of its steps in between is not passed on


def harmless(method):
    """For a callback's methods: whatever goes wrong in them is said once, and the training goes on.

    Stopped, which `Run.stop_if` asked for, is let through.
    """

    @functools.wraps(method)
    def guarded(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        except Stopped:
            self._follower.end_fit("stopped")
            raise
        except Exception as error:
            self._follower.complain(error)

    return guarded


class Follower:
    """Tells a run what a training does.

    The run is the given one, else that of the open block, else one of its own: it begins with the fit and ends with it.

    Args:
        run: to tell; None for that of the open block.
        options: of `joulecast.track`, for a run of its own.
        dropped: status of a run of its own whose end nobody told, once the callback is no longer used.
    """

    def __init__(self, run, options, dropped="failed"):
        if run is not None and not isinstance(run, Run):
            raise TypeError(f"run must be a joulecast.Run, not {type(run).__name__}")
        track(**options)  # so that a wrong argument is said now
        self.run = None
        self._given = run
        self._options = options
        self._dropped = dropped
        self._complained = False
        self._forget()

    def _forget(self):
        self.is_open = False
        self.is_fitting = False
        self._end_own_run = None  # ends it when the follower is dropped
        self._untold = _Untold()
        self._rounds = None
        self._told_s = -math.inf
        self._windows = []

    def __getstate__(self):
        """A copy, or the same callback in another process, follows a training of its own."""
        return {"options": self._options, "dropped": self._dropped}

    def __setstate__(self, state):
        self.__init__(None, state["options"], state["dropped"])

    def complain(self, error):
        if not self._complained:
            self._complained = True
            warn(f"not all of the training is followed: {type(error).__name__}: {error}")

    # ---- the fit

    def open(self):
        """A fit is being prepared: what it costs counts from now on. A fit before it whose end nobody told has ended."""
        self.end_fit(self._dropped)
        self._close_windows()
        self._forget()
        self.is_open = True
        self.run = self._given or current()
        if self.run is None:
            self.run = track(**self._options).start()
            self._end_own_run = weakref.finalize(self, _drop, self._untold, self.run, self._dropped)
            self._end_own_run.atexit = False  # the run sees to that itself
        self.run._leave_to_first_rank()

    def begin_fit(self, unit, total=None, *, done=0, name="train"):
        """The training itself begins.

        Args:
            unit: what is counted: "epoch", "step", "round" …
            total: the last count, if it is known.
            done: what was done before, by a training that is resumed; None where that is not known.
        """
        if not self.is_open or self.is_fitting:
            self.open()
        self.begin_phase(unit, total, done=done, name=name)

    def begin_phase(self, unit, total=None, *, done=0, name="train"):
        """A part of the open fit begins that counts its work anew."""
        untold = self._untold
        untold.tell()
        untold.run, untold.unit, untold.before = self.run, unit, done or 0
        self.is_fitting = True
        self._told_s = -math.inf
        self.run._phase_of_fit(name, unit, _known(total, above=untold.before) or 0)
        if unit != "epoch" and done is not None:
            self.run.progress(0)

    def end_fit(self, status="finished"):
        if not self.is_open:
            return
        try:
            self._tell_rounds()
            self._close_windows()
            if status == "finished":
                self.run.end_epoch()
                self.run._end_phase_of_fit()
            else:
                self.run._epoch = None  # its steps tell how much of it was done
        finally:
            end, run = self._end_own_run, self.run
            self._forget()
            if end is not None and end.detach():
                run._finish(status)

    def _close_windows(self):
        while self._windows:
            self.end_window()

    # ---- within the fit

    def begin_epoch(self, number):
        if self.is_fitting:
            self._untold.tell()
            self.run.begin_epoch(number)

    def end_epoch(self):
        if self.is_fitting:
            self._untold.tell()
            self.run.end_epoch()

    def step(self, done, steps=None):
        """So much is done: of the epoch's steps, if the fit is counted in epochs, else of the fit's work.

        Args:
            steps: how many there are, if that is known by now.
        """
        if not self.is_fitting:
            return
        self._untold.done, self._untold.total = done, steps
        now = time.monotonic()
        if now - self._told_s >= TELL_EVERY_S:
            self._told_s = now
            self._untold.tell()

    def step_elsewhere(self, done):
        """As `step`, from a thread in which nothing may be raised."""
        self.run._teller.progress(done)

    def round(self, done, metrics=(), total=None):
        """So many rounds of boosting are done. Those that follow each other quickly are told together."""
        if not self.is_fitting:
            return
        metrics = dict(metrics)
        if self._rounds is not None and not self._rounds[1].keys() <= metrics.keys():
            self._tell_rounds()  # it has figures that this one has not
        self._untold.done, self._untold.total = done, total
        self._rounds = done, metrics
        now = time.monotonic()
        if now - self._told_s >= TELL_EVERY_S:
            self._told_s = now
            self._tell_rounds()

    def _tell_rounds(self):
        self._untold.tell()
        if self._rounds is not None:
            (done, metrics), self._rounds = self._rounds, None
            self.run.end_epoch(done - 1)
            self.metrics(metrics)

    def metrics(self, values):
        """Keeps those that are numbers."""
        run = self._listening()
        if run is None:
            return
        for name, value in values.items():
            if not isinstance(value, (str, bytes)) and (number := arguments.measured(value)) is not None:
                run.metric({str(name): number})

    def begin_window(self, name):
        run = self._listening()
        if run is not None:
            window = run.window(name)
            window.__enter__()
            self._windows.append(window)

    def end_window(self):
        if self._windows:
            self._windows.pop().__exit__(None, None, None)

    @property
    def unit(self):
        return self._untold.unit

    @property
    def in_window(self):
        return bool(self._windows)

    def _listening(self):
        """The run that is being told, or that would be: a test after the fit belongs to the block around both."""
        if self.is_fitting or self._end_own_run is not None:
            return self.run
        return self._given or current()


class _Untold:
    """Work that was not passed on yet. Apart from its follower, because it has to be told when that is dropped."""

    def __init__(self):
        self.run = None
        self.unit = ""
        self.before = 0
        self.done = self.total = None

    def tell(self):
        if self.done is None:
            return
        done, self.done = self.done, None
        if self.unit == "epoch":
            self.run.epoch_progress(done, total=_known(self.total))
        else:
            self.run.progress(max(0, done - self.before), total=_known(self.total, above=self.before))


def _drop(untold, run, status):
    with contextlib.suppress(Exception):  # nobody could catch it
        untold.tell()
    run._finish(status)


def status_of(error):
    """How a run ended, by the exception that ended it."""
    return status_after(type(error), error) if error is not None else "finished"


def named_by_set(metrics, sets, otherwise="train_"):
    """Metrics with the name of the data set that they were computed on: train_loss, val_loss.

    Args:
        sets: beginnings of names, and what is put in their place.
        otherwise: what is put before names without such a beginning.
    """
    named = {}
    for name, value in metrics.items():
        for beginning, ours in sets.items():
            if name.startswith(beginning):
                named[ours + name[len(beginning):]] = value
                break
        else:
            named[otherwise + name] = value
    return named


def local_of_caller(module, name):
    """A local variable of a function of that module that is being called, or None.

    Some libraries tell their callbacks no total, though they know it.
    """
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_globals.get("__name__") == module and name in frame.f_code.co_varnames:
            return frame.f_locals.get(name)
        frame = frame.f_back
    return None


def _known(total, above=0):
    """What there is to do, or None: libraries say -1, 0 or infinite where they do not know."""
    total = arguments.measured(total)
    return total - above if total is not None and total > above else None
