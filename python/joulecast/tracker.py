"""Measures what runs in this process: `with joulecast.track("resnet") as run`."""

from __future__ import annotations

import atexit
import contextvars
import os
import sys

from . import _arguments as arguments
from . import _core
from . import _surroundings as surroundings
from ._warn import warn
from .errors import InvalidError
from .run import Run, ending, exit_status_after, is_pruned, leave_all_to_parent, measured, status_after

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Literal, TypeVar, overload

    Function = TypeVar("Function", bound=Callable[..., Any])

ARGUMENTS = ("name", "epochs", "steps", "tags", "store", "interval", "sensors", "gpus", "country", "region", "intensity", "pue",
             "keep_arguments", "resume", "checkpoint_folder")

# The runs of the blocks that are open, the innermost last: of this task or thread, and of the whole process for threads
# that were begun by a library.
_entered_here: contextvars.ContextVar[tuple[Run, ...]] = contextvars.ContextVar("joulecast runs", default=())
_entered: list[Run] = []


if TYPE_CHECKING:

    @overload
    def track(name: Function, /) -> Function: ...

    @overload
    def track(name: str | None = None, *, epochs: float | None = None, steps: float | None = None, tags: Mapping[str, Any] | None = None,
              store: str | os.PathLike[str] | None = None, interval: float | str | None = None, sensors: str | Iterable[str] | None = None,
              gpus: int | str | Iterable[int | str] | None = None, country: str | None = None, region: str | None = None,
              intensity: float | None = None, pue: float | None = None, keep_arguments: bool = False,
              resume: str | None = None, checkpoint_folder: str | os.PathLike[str] | None = None) -> Tracking: ...


def track(name: Any = None, *, epochs: float | None = None, steps: float | None = None, tags: Mapping[str, Any] | None = None,
          store: str | os.PathLike[str] | None = None, interval: float | str | None = None, sensors: str | Iterable[str] | None = None,
          gpus: int | str | Iterable[int | str] | None = None, country: str | None = None, region: str | None = None,
          intensity: float | None = None, pue: float | None = None, keep_arguments: bool = False, resume: str | None = None,
          checkpoint_folder: str | os.PathLike[str] | None = None) -> Any:
    """Measures a block or a function: a context manager and a decorator.

    A generator is measured from its first item to its end, with what happens between the items.

    Under `joulecast run`, in a child process of a tracker, and in all but one of a node's ranks, the run belongs
    to the measurement that is there already, and no second one begins.

    Args:
        name: of the run; the script's, or the function's, where not given.
        epochs: their number, where the loop does not tell it (`Run.epochs` does).
        steps: their number in the whole run, where the loops do not tell it (`Run.steps` does).
        tags: names and values that are kept with the run: architecture, batch_size, dataset, team …
        store: path of the store; None for the user's own.
        interval: seconds between readings, 0.001 to 3600, or a text such as "500ms"; None for $JOULECAST_INTERVAL, else 1.
        sensors: names of the sensors to use (`joulecast sensors` lists them); None for $JOULECAST_SENSORS, else all that
            work.
        gpus: indices or UUIDs of the GPUs to measure; None for the visible ones.
        country: ISO code of where the electricity comes from, for emissions. Where neither it nor region nor intensity is
            given, $JOULECAST_COUNTRY, $JOULECAST_REGION and $JOULECAST_INTENSITY count.
        region: of a cloud, instead.
        intensity: g CO2e per kWh, instead.
        pue: power usage effectiveness; None for $JOULECAST_PUE.
        keep_arguments: keep passwords and tokens of the command line, too.
        resume: name or id of a run that this one goes on with, after a checkpoint: both are one training, with one
            account. If there is none of this name, this run begins it.
        checkpoint_folder: go on with the run that trained into this folder, and name this one there. Not with resume.

    Raises:
        ValueError, TypeError: an argument that cannot be (InvalidError names it).
    """
    if callable(name) or isinstance(name, classmethod):
        return Tracking()(name)
    return Tracking(name, epochs, steps, tags, store, interval, sensors, gpus, country, region, intensity, pue, keep_arguments,
                    resume, checkpoint_folder)


def current() -> Run | None:
    """The run of the innermost block that is open, or None.

    A task of asyncio, or a thread, that has opened a block gets its own run; others get the one that was opened last.
    """
    here = [run for run in _entered_here.get() if run in _entered]
    return here[-1] if here else _entered[-1] if _entered else None


def _options(name: Any = None, epochs: Any = None, steps: Any = None, tags: Any = None, store: Any = None, interval: Any = None,
             sensors: Any = None, gpus: Any = None, country: Any = None, region: Any = None, intensity: Any = None, pue: Any = None,
             keep_arguments: Any = False, resume: Any = None, checkpoint_folder: Any = None) -> _core.TrackerOptions:
    options = _core.TrackerOptions()
    options.name = arguments.title("name", name) if name not in (None, "") else ""
    options.total_epochs = arguments.optional(arguments.above_zero, "epochs", epochs)
    options.total_steps = arguments.optional(arguments.above_zero, "steps", steps)
    options.tags = arguments.tags("tags", tags)
    options.store = arguments.path("store", store)
    options.interval_s = arguments.interval(interval)
    options.sensors = arguments.sensors(sensors)
    options.gpus = arguments.gpus(gpus)
    options.country, options.region, options.intensity_g_per_kwh, options.pue = arguments.place(country, region, intensity, pue)
    options.keep_arguments = arguments.flag("keep_arguments", keep_arguments)
    options.resume = arguments.text("resume", resume) if resume is not None else ""
    folder = arguments.path("checkpoint_folder", checkpoint_folder)
    options.checkpoint_folder = os.path.abspath(folder) if folder else ""
    if options.resume and options.checkpoint_folder:
        raise InvalidError("resume", "is not for use with checkpoint_folder, which names the run, too")
    options.command = surroundings.command()
    return options


class Tracking:
    """What `track` returns. Every block or call that it is used for is a run of its own."""

    def __init__(self, *given: Any, default_name: str = "", options: _core.TrackerOptions | None = None) -> None:
        self._given = given  # to `track`
        self._options = _options(*given) if options is None else options
        self._name = self._options.name or default_name
        self._runs: list[Run] = []

    def __reduce__(self) -> tuple[Any, ...]:
        """A decorated function may be sent to another process, as joblib and Ray do."""
        return Tracking, self._given

    def start(self) -> Run:
        """Begins a run that `Run.stop` ends, or else the interpreter's end; in a notebook also a new run of the same name."""
        _end_of_cell_before(self._name)
        return self._begin()

    def _begin(self) -> Run:
        return Run(self._options, self._name, given=[name for name, value in zip(ARGUMENTS, self._given) if value is not None and value is not False])

    def __enter__(self) -> Run:
        run = self._begin()
        self._runs.append(run)
        _entered.append(run)
        _entered_here.set((*_entered_here.get(), run))
        return run

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: Any) -> Literal[False]:
        run = self._entered_last_here()
        self._runs.remove(run)
        if run in _entered:
            _entered.remove(run)
        _entered_here.set(tuple(other for other in _entered_here.get() if other is not run))
        if kind is not None and not issubclass(kind, GeneratorExit):
            run._fail()
            if is_pruned(kind) and run._tracker is not None:
                run.note(f"pruned: {arguments.readable(error)}" if error is not None and error.args else "pruned")
        run._finish(status_after(kind, error), exit_status_after(error))
        return False

    def _entered_last_here(self) -> Run:
        """One object may measure blocks of several threads and tasks; a block that ends elsewhere than it began ends the last run."""
        here = _entered_here.get()
        return next((run for run in reversed(self._runs) if run in here), self._runs[-1])

    def __call__(self, function: Function) -> Function:
        if isinstance(function, (classmethod, staticmethod)):
            return type(function)(self(function.__func__))  # type: ignore[return-value]
        if not callable(function) or isinstance(function, type):
            raise TypeError(f"track decorates a function, not {'a class' if isinstance(function, type) else type(function).__name__}")
        import functools

        return functools.wraps(function)(self._measured(function))  # type: ignore[return-value]

    def _measured(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function of the same kind."""
        import inspect

        async def coroutine(*args: Any, **kwargs: Any) -> Any:
            with self._named_after(function):
                return await function(*args, **kwargs)

        def generator(*args: Any, **kwargs: Any) -> Any:
            with self._named_after(function):
                return (yield from function(*args, **kwargs))

        async def async_generator(*args: Any, **kwargs: Any) -> Any:
            with self._named_after(function):
                items = function(*args, **kwargs)
                try:
                    step = items.__anext__()
                    while True:
                        try:
                            item = await step
                        except StopAsyncIteration:
                            return
                        try:
                            step = items.asend((yield item))
                        except GeneratorExit:
                            raise
                        except BaseException as error:
                            step = items.athrow(error)
                finally:
                    await items.aclose()

        def call(*args: Any, **kwargs: Any) -> Any:
            with self._named_after(function):
                return function(*args, **kwargs)

        for is_kind, measured_function in ((inspect.iscoroutinefunction, coroutine), (inspect.isgeneratorfunction, generator),
                                           (inspect.isasyncgenfunction, async_generator)):
            if is_kind(function):
                return measured_function
        return call

    def _named_after(self, function: Callable[..., Any]) -> Tracking:
        name = arguments.readable(getattr(function, "__name__", ""))
        return Tracking(*self._given, default_name=name, options=self._options)


def _end_of_cell_before(name: str) -> None:
    """A cell of a notebook that is run again loses the run that it began before: nobody could end it, and both would count."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    for run in tuple(measured) if shell is not None else ():
        if run.name == (name or surroundings.default_name()) and run not in _entered:
            run._finish("interrupted")
            warn(f"the run {run.name!r} that was begun before and never stopped has ended, since one of the same name begins")


def _finish_all() -> None:
    for run in (*measured, *ending):
        run._finish_at_exit(_status_at_exit())


def _status_at_exit() -> str:
    """Of a run that nobody ended: how the program did. A prompt goes on after an error."""
    error = getattr(sys, "last_value", None)
    return "finished" if error is None or hasattr(sys, "ps1") else status_after(type(error), error)


atexit.register(_finish_all)
os.register_at_fork(after_in_child=leave_all_to_parent)
