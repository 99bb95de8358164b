"""Measures what runs in this process: `with joulecast.track("resnet") as run`."""

import atexit
import os
import sys
import time

from . import _arguments as arguments
from . import _core
from . import _surroundings as surroundings
from ._warn import warn
from .errors import Error, InvalidError, Stopped

JOULES_PER_KWH = 3.6e6
OWN_NAMES = (("; --epoch-regex or --step-regex say how the output names them", ""), ("--stop-if-projected", "stop_if"),
             ("--epochs", "epochs="), ("--steps", "steps="), ("--store ", "store="))
LOOK_EVERY_S = 2.0  # into the store, where another process measures
FRESH_S = 0.2  # younger readings are not asked for again

_measured = []  # the runs that this process measures, by their beginning; they go on without a variable
_entered = []  # the runs of the blocks that are open, the innermost last


def track(name=None, *, epochs=None, steps=None, tags=None, store=None, interval=1.0, sensors=None, gpus=None,
          country=None, region=None, intensity=None, pue=None, keep_arguments=False):
    """Measures a block or a function: a context manager and a decorator.

    Under `joulecast run`, in a child process of a tracker, and in all but the first of a node's ranks, the run belongs
    to the measurement that is there already, and no second one begins.

    Args:
        name: of the run; the script's, or the function's, where not given.
        epochs, steps: totals, where the loops do not tell them (`Run.epochs` and `Run.steps` do).
        tags: names and values that are kept with the run: architecture, batch_size, dataset, team …
        store: path of the store; None for the user's own.
        interval: seconds between readings, 0.001 to 3600.
        sensors: names of the sensors to use (`joulecast sensors` lists them); None for all that work.
        gpus: indices or UUIDs of the GPUs to measure; None for the visible ones.
        country, region, intensity, pue: where the electricity comes from, for emissions: ISO code, cloud region,
            g CO2e per kWh, power usage effectiveness.
        keep_arguments: keep passwords and tokens of the command line, too.

    Raises:
        ValueError, TypeError: an argument that cannot be (InvalidError names it).
    """
    if callable(name):
        return Tracking(_options(None, None, None, None, None, 1.0, None, None, None, None, None, None, False))(name)
    return Tracking(_options(name, epochs, steps, tags, store, interval, sensors, gpus, country, region, intensity, pue,
                             keep_arguments))


def current():
    """The run of the innermost block that is open, or None."""
    return _entered[-1] if _entered else None


def _options(name, epochs, steps, tags, store, interval, sensors, gpus, country, region, intensity, pue, keep_arguments):
    options = _core.TrackerOptions()
    options.name = arguments.text("name", name) if name is not None else ""
    options.total_epochs = arguments.optional(arguments.above_zero, "epochs", epochs)
    options.total_steps = arguments.optional(arguments.above_zero, "steps", steps)
    options.tags = arguments.tags("tags", tags)
    options.store = "" if store is None else os.fspath(store)
    options.interval_s = arguments.number("interval", interval, least=0.001, most=3600)
    options.sensors = arguments.texts("sensors", sensors)
    options.gpus = [str(gpu) for gpu in ([gpus] if isinstance(gpus, (int, str)) else gpus or [])]
    options.country = "" if country is None else arguments.text("country", country)
    options.region = "" if region is None else arguments.text("region", region)
    options.intensity_g_per_kwh = arguments.optional(arguments.number, "intensity", intensity, least=0)
    options.pue = arguments.optional(arguments.number, "pue", pue, least=1)
    options.keep_arguments = bool(keep_arguments)
    options.command = [sys.executable or "python", *sys.argv] if sys.argv else []
    return options


class Tracking:
    """What `track` returns. Every block or call that it is used for is a run of its own."""

    def __init__(self, options):
        self._options = options
        self._runs = []

    def start(self):
        """Begins a run that `Run.stop` ends, or else the interpreter's end."""
        return Run(self._options)

    def __enter__(self):
        run = self.start()
        self._runs.append(run)
        _entered.append(run)
        return run

    def __exit__(self, kind, error, traceback):
        run = self._runs.pop()
        if run in _entered:
            _entered.remove(run)
        run._finish(_status_of(kind, error))
        return False

    def __call__(self, function):
        if not callable(function):
            raise TypeError(f"track decorates a function, not {type(function).__name__}")
        import functools
        import inspect

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def measured(*args, **kwargs):
                with self._named_after(function):
                    return await function(*args, **kwargs)
        else:

            @functools.wraps(function)
            def measured(*args, **kwargs):
                with self._named_after(function):
                    return function(*args, **kwargs)

        return measured

    def _named_after(self, function):
        if not self._options.name:
            self._options.name = getattr(function, "__name__", "")
        return Tracking(self._options)


def _warn_of(lines):
    """Lines of the core name the command line's options; here they have other names."""
    if not lines:
        return
    line = "; ".join(lines)
    for option, name in OWN_NAMES:
        line = line.replace(option, name)
    warn(line)


def _status_of(kind, error):
    if kind is None:
        return "finished"
    if issubclass(kind, Stopped):
        return "stopped"
    if issubclass(kind, KeyboardInterrupt):
        return "interrupted"
    if issubclass(kind, SystemExit) and error is not None and error.code in (None, 0):
        return "finished"
    return "failed"


class Run:
    """A run that is being measured, or that was.

    Attributes:
        name: of the run.
        id: in the store; "" until it is known, or if the run cannot be stored.
        status: "running", "finished", "failed", "interrupted" or "stopped".
    """

    def __init__(self, options):
        self.name = options.name or surroundings.default_name()
        self.status = "running"
        self._epochs_known = options.total_epochs
        self._steps_known = options.total_steps
        self._tracker = None
        self._teller = None
        self._finished = None
        self._at_end = []
        self._socket = ""
        self._announced = None
        self._epoch = None  # the one that is open
        self._next_epoch = 0
        self._epoch_has_steps = False
        self._in_loops = False  # `epochs` or `steps` tells the progress
        self._steps_done = 0.0
        self._windows = 0
        self._limit = None  # (joules, probability) that an attached run watches itself
        self._stop_call = None
        self._found = None  # (id, store) of the run that another process measures
        self._looked = 0.0
        self._live = None
        self._join(options)

    # ---- the beginning and the end

    def _join(self, options):
        rank = surroundings.local_rank()
        if rank:
            self._teller = _Silence()  # the first rank tells for all
            return
        socket = surroundings.listening_socket()
        if socket and all(run._socket != socket for run in _measured):
            self._socket = socket
            self._teller = _core.attached_teller()
            return
        self._measure(options, several=rank is not None)

    def _measure(self, options, several):
        options.name, given = self.name, options.name
        try:
            self._tracker = _core.Tracker(options)
        except InvalidError:
            raise
        except Error as error:
            warn(f"nothing is measured: {error}")
            self._teller = _Silence()
            return
        finally:
            options.name = given
        self._teller = self._tracker.teller
        self._socket = self._tracker.socket
        if self._socket and several:
            self._announced = surroundings.announce(self._socket)
        _measured.append(self)
        surroundings.lead_children_to(self._socket)

    def stop(self):
        """Ends the run. Returns its energy. Later calls change nothing."""
        self._finish("finished")
        return self.energy

    def at_end(self, call):
        """Calls `call()` once the run has ended and its energy is known, whatever ended it. An error in it is a warning."""
        if not callable(call):
            raise TypeError(f"call must be a function, not {type(call).__name__}")
        self._at_end.append(call)

    def _finish(self, status):
        if self.status != "running":
            return
        self.status = status
        if self._tracker is not None:
            self._finish_measuring(status)
        for call in self._at_end:
            try:
                call()
            except Exception as error:
                warn(f"a call at the run's end failed: {type(error).__name__}: {error}")

    def _finish_measuring(self, status):
        tracker, self._tracker = self._tracker, None
        self._teller = _Silence()
        _measured.remove(self)
        surroundings.lead_children_to(_measured[-1]._socket if _measured else "")
        if self._announced:
            try:
                os.unlink(self._announced)
            except OSError:
                pass
        try:
            self._live = tracker.live()
            self._finished = tracker.finish(status)
        except Error as error:
            warn(f"what the run cost was lost: {error}")
        _warn_of(tracker.take_messages()[0])

    def _leave_to_parent(self):
        """In a forked child: the measurement is the parent's."""
        self._tracker = None
        self._teller = _core.attached_teller()
        self._announced = None
        self._at_end = []

    # ---- what the training tells

    def epochs(self, iterable, *, total=None):
        """Iterates over epochs and tells when each begins and ends.

        Items that are rising whole numbers are the epochs' numbers; other items are counted from 0.

        Args:
            total: how many there are, where `len(iterable)` does not tell.
        """
        total = arguments.optional(arguments.above_zero, "total", total) or arguments.length_of(iterable)
        return self._over_epochs(iterable, total or self._epochs_known or 0)

    def _over_epochs(self, iterable, total):
        self._in_loops = True
        self._teller.begin_phase("train", "epoch", total)
        number = -1
        for item in iterable:
            rising = isinstance(item, int) and not isinstance(item, bool) and item > number
            number = item if rising else number + 1
            self.begin_epoch(number)
            try:
                yield item
            finally:
                self.end_epoch()
            self._attend()

    def begin_epoch(self, number=None):
        """Tells that an epoch begins, and the one before it, if open, ends. `epochs` does this by itself."""
        number = self._next_epoch if number is None else int(arguments.number("number", number, least=0, most=1e9))
        self._epoch, self._next_epoch, self._epoch_has_steps = number, number + 1, False
        self._teller.begin_epoch(number)

    def end_epoch(self, number=None):
        """Tells that the open epoch ends, or that of a number, if nobody told its beginning."""
        if number is None:
            number = self._epoch
        if number is not None:
            self._teller.end_epoch(int(arguments.number("number", number, least=0, most=1e9)))
        self._epoch = None

    def steps(self, iterable, *, total=None):
        """Iterates over the steps of a training and counts them, for some tens of nanoseconds each.

        Within an epoch of `epochs` they are that epoch's. With `track(epochs=…)` each loop is an epoch, with
        `track(steps=…)` the loops count on, and otherwise each loop is a phase of its own. Loops within a window, and a
        second one within an epoch, are not counted.

        Args:
            total: how many there are, where `len(iterable)` does not tell.
        """
        total = arguments.optional(arguments.above_zero, "total", total) or arguments.length_of(iterable) or 0
        if self._windows or (self._epoch is not None and self._epoch_has_steps):
            return iter(iterable)
        if self._epoch is not None:
            self._epoch_has_steps = True
            return self._counted(iterable, epoch=self._epoch, total=total)
        if self._epochs_known:
            return self._one_epoch(iterable, total)
        if self._steps_known:
            return self._further_steps(iterable)
        self._teller.begin_phase("train", "step", total)
        return self._counted(iterable, total=total)

    def _counted(self, iterable, **count):
        self._in_loops = True
        if self._tracker is not None:
            return self._tracker.steps(iterable, attend=self._attend, **count)
        if isinstance(self._teller, _Silence):
            return iter(iterable)
        return self._teller.steps(iterable, attend=self._attend, **count)

    def _one_epoch(self, iterable, total):
        self.begin_epoch()
        self._epoch_has_steps = True
        try:
            yield from self._counted(iterable, epoch=self._epoch, total=total)
        finally:
            self.end_epoch()
        self._attend()

    def _further_steps(self, iterable):
        steps = self._counted(iterable, total=self._steps_known, done=self._steps_done)
        try:
            yield from steps
        finally:
            self._steps_done = getattr(steps, "done", self._steps_done)

    def phase(self, name, *, unit="", total=None):
        """Tells that a part of the training begins that counts its work from 0: a fold, a warm-up, a second fit."""
        total = arguments.optional(arguments.above_zero, "total", total)
        self.end_epoch()
        self._next_epoch = 0
        self._teller.begin_phase(arguments.text("name", name), arguments.text("unit", unit), total or 0)

    def progress(self, work, *, total=None):
        """Tells how much of the phase's work is done, in its unit; for loops that `steps` cannot follow."""
        total = arguments.optional(arguments.above_zero, "total", total)
        self._teller.progress(arguments.number("work", work, least=0), total or 0)
        self._attend()

    def epoch_progress(self, steps, *, total=None):
        """Tells how many of the open epoch's steps are done; for loops that `steps` cannot follow."""
        total = arguments.optional(arguments.above_zero, "total", total)
        if self._epoch is not None:
            self._teller.epoch_progress(self._epoch, arguments.number("steps", steps, least=0), total or 0)
        self._attend()

    def metric(self, values=None, /, **named):
        """Keeps metrics of the current epoch: `run.metric(f1=0.93)` or `run.metric({"val/f1": 0.93})`.

        A value that is not finite, as of a diverged loss, is left out.
        """
        for name, value in {**(values or {}), **named}.items():
            try:
                value = float(value)
            except (TypeError, ValueError):
                raise TypeError(f"{name} must be a number, not {type(value).__name__}") from None
            self._teller.metric(arguments.text("name", name), value)

    def window(self, name):
        """A stretch that is counted by itself: `with run.window("validation"):`."""
        return _Window(self, arguments.text("name", name))

    def note(self, text):
        """Keeps a line with the run, for its readers."""
        if self._tracker is not None:
            self._tracker.note(arguments.text("text", text))

    def stop_if(self, *, projected_kwh=None, projected_j=None, probability=0.95, call=None):
        """Ends the training once its projected total is surely above a limit; never on a guess.

        The next step or epoch then raises Stopped, or calls `call(run, reason)` instead.

        Args:
            projected_kwh, projected_j: the limit, one of them.
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
        if self._tracker is not None:
            self._tracker.stop_if_projected(joules, probability)
        else:
            self._limit = joules, probability

    def _attend(self):
        """Between two steps: passes on what the measurement has to say."""
        tracker = self._tracker
        if tracker is not None and tracker.attention:
            lines, reason = tracker.take_messages()
            _warn_of(lines)
        else:
            reason = self._limit_reached() if self._limit else None
        if reason is None:
            return
        if self._stop_call is not None:
            self._stop_call(self, reason)
        else:
            raise Stopped(reason)

    def _limit_reached(self):
        """For a run that another process measures: why to stop, once its forecast says so."""
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY_S:
            return None
        self._looked = now
        limit, probability = self._limit
        projection = self.projection
        if projection is None or not projection.ready or projection.low_j is None:
            return None
        # The lower end of a two-sided interval is exceeded with half of the rest's probability more.
        if probability > (1 + projection.level) / 2 or projection.low_j <= limit:
            return None
        self._limit = None
        return f"the projected total of {projection.total_j:.4g} J is above the limit of {limit:.4g} J"

    # ---- what is known

    def _look(self, fresh_s=FRESH_S):
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

    def _stored(self):
        """The run as the store has it, for a process that does not measure; None where it is not known."""
        socket = self._socket or surroundings.announced_socket()
        found = self._found = (surroundings.run_of(socket) if socket else None) or self._found
        if found is None:
            return None
        try:
            return _core.load_run(found[0], found[1], False)
        except Error:
            return None

    @property
    def id(self):
        if self._finished is not None:
            return self._finished.run_id
        if self._tracker is not None:
            return self._look().run_id
        stored = self._stored()
        return stored.id if stored is not None else ""

    @property
    def energy(self):
        """What the run used so far, by component; `total_j` is None where nothing is known."""
        if self._finished is not None:
            return self._finished.energy
        live = self._look()
        if live is not None:
            return live.energy
        stored = self._stored()
        return stored.energy if stored is not None else _core.Energy()

    @property
    def power_w(self):
        """Power of everything in the total, in watts; None where it is not known."""
        live = self._look()
        return None if live is None or self._finished is not None else live.power_w

    @property
    def duration_s(self):
        """Seconds since the beginning."""
        if self._finished is not None:
            return self._finished.duration_s
        live = self._look()
        if live is not None:
            return live.elapsed_s
        stored = self._stored()
        return stored.duration_s if stored is not None else None

    @property
    def projection(self):
        """What the whole run will have cost, with an interval; None while that cannot be said."""
        live = self._look()
        if live is not None:
            return live.projection
        stored = self._stored()
        return stored.projections[-1] if stored is not None and stored.projections else None

    def __repr__(self):
        total = self.energy.total_j
        return f"<joulecast.Run {self.name!r} {self.status}, {'unknown energy' if total is None else f'{total:.4g} J'}>"


class _Window:
    def __init__(self, run, name):
        self._run = run
        self._name = name

    def __enter__(self):
        self._run._windows += 1
        self._run._teller.begin_window(self._name)
        return self

    def __exit__(self, kind, error, traceback):
        self._run._windows -= 1
        self._run._teller.end_window(self._name)
        return False


class _Silence:
    """A teller to nobody."""

    def begin_phase(self, name, unit="", total_work=0.0): ...
    def progress(self, work, total_work=0.0): ...
    def begin_epoch(self, epoch): ...
    def epoch_progress(self, epoch, work, total_work=0.0): ...
    def end_epoch(self, epoch): ...
    def metric(self, name, value): ...
    def begin_window(self, name): ...
    def end_window(self, name): ...


def _finish_all():
    for run in list(_measured):
        run._finish(_status_at_exit())


def _status_at_exit():
    """Of a run that nobody ended: how the program did. A prompt goes on after an error."""
    error = getattr(sys, "last_value", None)
    return "finished" if error is None or hasattr(sys, "ps1") else _status_of(type(error), error)


def _after_fork_in_child():
    for run in _measured:
        run._leave_to_parent()
    _measured.clear()


atexit.register(_finish_all)
os.register_at_fork(after_in_child=_after_fork_in_child)
