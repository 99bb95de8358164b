"""What a training tells of itself: epochs, steps, phases, metrics and windows."""

from __future__ import annotations

import abc

from . import _arguments as arguments
from . import _core
from ._loop import with_length
from ._warn import warn

TYPE_CHECKING = False  # typing costs more to import than all of this package
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any, Literal, TypeVar

    Item = TypeVar("Item")


LEAST_WORK = 1e-9  # that the protocol takes


class Telling(abc.ABC):
    """Passes what the training tells to the teller, in the order that the measurement needs."""

    def __init__(self, total_epochs: float | None, total_steps: float | None) -> None:
        self._epochs_known = total_epochs
        self._steps_known = total_steps
        self._tracker: Any = None
        self._teller: _core.Teller = _core.silent_teller()
        self._metrics_left_out = False  # and warned of
        self._notes_left_out = False  # the same
        self._epoch: int | None = None  # the one that is open
        self._next_epoch = 0
        self._epoch_has_steps = False
        self._steps_of_epoch: Any = None  # _core.StepCount, where they are counted
        self._usual_steps: float | None = None  # of the last whole epoch
        self._in_loops = False  # `epochs` or `steps` tells the progress
        self._steps_done = 0.0
        self._windows = 0
        self._epochs_left = False  # the loop of the last phase was, before its end
        self._steps_alone: Any = None  # _core.StepCount, where they are the last phase
        self._is_stopped = False  # by Stopped: what the training would have cost stays known
        self._named: tuple[str, str, float] | None = None  # a phase in which nothing was told yet: name, unit, total
        self._named_number = 0  # the teller's, of that phase
        self._number_of_fit = 0  # the teller's, of the phase of a library's fit; 0 = it is the user's own
        self._name_given = ""  # of the last phase that the user named, for a library's fit

    @abc.abstractmethod
    def _attend(self) -> None:
        """Called between two steps."""

    @property
    def _is_left(self) -> bool:
        """Whether the loop of the last phase was, before its end: no more of it is expected."""
        return self._epochs_left or (self._steps_alone is not None and self._steps_alone.left)

    @property
    @abc.abstractmethod
    def _is_open(self) -> bool:
        """Whether the run goes on."""

    def epochs(self, iterable: Iterable[Item], *, total: float | None = None) -> Iterator[Item]:
        """Iterates over epochs and tells when each begins and ends.

        Items that are rising whole numbers are the epochs' numbers; other items are counted from 0. What it returns has the
        iterable's length, for progress bars.

        Args:
            total: how many there are, where `len(iterable)` does not tell.
        """
        total = arguments.total_of(total, iterable)
        return with_length(self._over_epochs(iterable, total or self._epochs_known or 0), total)

    def _over_epochs(self, iterable: Iterable[Item], total: float) -> Iterator[Item]:
        self._in_loops = True
        if isinstance(iterable, range) and iterable.start > 0 and iterable.start + total == self._epochs_known:
            total = 0  # of a training that is resumed: its epochs go on to the number that was said
        phase = self._phase_of_loop("epoch", total)
        number = -1
        try:
            for item in iterable:
                rising = isinstance(item, int) and not isinstance(item, bool) and item > number
                number = item if rising else number + 1  # type: ignore[assignment]
                self.begin_epoch(number)
                try:
                    yield item
                except GeneratorExit:  # the loop was left
                    self._leave_epoch()
                    self._epochs_left = not self._is_stopped
                    raise
                self.end_epoch()
                self._attend()
        finally:
            if not self._is_stopped:
                self._teller.end_phase(phase)

    def _phase_of_loop(self, unit: str, total: float) -> int:
        """Begins it. Returns its number, for its end with the loop; 0 for a phase that `phase` began, which goes on."""
        named, self._named = self._named, None
        self._epochs_left, self._steps_alone = False, None
        if named is None:
            return self._teller.begin_phase("train", unit, total)  # type: ignore[no-any-return]
        name, named_unit, named_total = named
        self._teller.begin_phase(name, unit, total or (named_total if named_unit in ("", unit) else 0))
        return 0

    def begin_epoch(self, number: int | None = None) -> None:
        """Tells that an epoch begins, and the one before it, if open, ends. `epochs` does this by itself."""
        number = self._next_epoch if number is None else arguments.whole("number", number, least=0, most=1e9)
        self._named = None
        self._epoch, self._next_epoch, self._epoch_has_steps, self._steps_of_epoch = number, number + 1, False, None
        self._teller.begin_epoch(number)

    def end_epoch(self, number: int | None = None) -> None:
        """Tells that the open epoch ends, or that of a number, if nobody told its beginning."""
        if number is None:
            number = self._epoch
        else:
            self._named = None
        if number is not None:
            self._teller.end_epoch(arguments.whole("number", number, least=0, most=1e9))
        if self._steps_of_epoch is not None:
            self._usual_steps = self._steps_of_epoch.done
        self._epoch = self._steps_of_epoch = None

    def _leave_epoch(self) -> None:
        """The loop was left within an epoch. It counts as whole if its steps were all done, or as many as of the one before."""
        steps = self._steps_of_epoch
        if steps is None or steps.exhausted or steps.done == self._usual_steps:
            self.end_epoch()
        else:
            self._tell_part(steps)

    def _tell_part(self, steps: _core.StepCount) -> None:
        """Of an epoch that is never told to have ended: what was done of it counts, once the phase or the run ends."""
        if self._epoch is not None:
            self._teller.epoch_progress(self._epoch, max(steps.done, LEAST_WORK), steps.total)
        self._epoch = None

    def _fail(self) -> None:
        """An error ended the block. Of an epoch without steps nobody knows how much was done: it is not whole, at least."""
        if self._steps_of_epoch is not None:
            self._tell_part(self._steps_of_epoch)
        elif self._epoch is not None and not self._epoch_has_steps:
            self._teller.epoch_progress(self._epoch, LEAST_WORK, 1)

    def steps(self, iterable: Iterable[Item], *, total: float | None = None) -> Iterator[Item]:
        """Iterates over the steps of a training and counts them, for some tens of nanoseconds each.

        Within an epoch of `epochs` they are that epoch's. With `track(epochs=…)` each loop is an epoch, with
        `track(steps=…)` the loops count on, and otherwise each loop is a phase of its own. Loops within a window, and a
        second one within an epoch, are not counted. What it returns has the iterable's length, for progress bars:
        `tqdm(run.steps(loader))`.

        Args:
            total: how many there are, where `len(iterable)` does not tell.
        """
        total = arguments.total_of(total, iterable)
        return with_length(self._over_steps(iterable, total or 0), total)

    def _over_steps(self, iterable: Iterable[Item], total: float) -> Iterator[Item]:
        if self._windows or (self._epoch is not None and self._epoch_has_steps):
            return iter(iterable)
        if self._epoch is not None:
            self._epoch_has_steps = True
            steps = self._counted(iterable, epoch=self._epoch, total=total)
            self._steps_of_epoch = steps.count
            return steps  # type: ignore[no-any-return]
        if self._epochs_known:
            return self._one_epoch(iterable, total)
        if self._steps_known:
            self._named = None
            return self._further_steps(iterable)
        steps = self._counted(iterable, total=total, phase=self._phase_of_loop("step", total))
        self._steps_alone = steps.count
        return steps  # type: ignore[no-any-return]

    def _counted(self, iterable: Iterable[Item], **count: Any) -> Any:
        """`_core.Steps` over it."""
        iterable = iter(iterable)  # says what is wrong with one that is none
        self._in_loops = True
        if self._tracker is not None:
            return self._tracker.steps(iterable, attend=self._attend, **count)
        return self._teller.steps(iterable, attend=self._attend, **count)

    def _one_epoch(self, iterable: Iterable[Item], total: float) -> Iterator[Item]:
        self.begin_epoch()
        self._epoch_has_steps = True
        steps = self._counted(iterable, epoch=self._epoch, total=total)
        self._steps_of_epoch = steps.count
        try:
            yield from steps
        except GeneratorExit:
            self._leave_epoch()
            raise
        self.end_epoch()
        self._attend()

    def _further_steps(self, iterable: Iterable[Item]) -> Iterator[Item]:
        steps = self._counted(iterable, total=self._steps_known, done=self._steps_done)
        try:
            yield from steps
        finally:
            self._steps_done = steps.count.done

    def phase(self, name: str, *, unit: str = "", total: float | None = None) -> None:
        """Tells that a part of the training begins that counts its work from 0: a fold, a warm-up, a second fit.

        It lasts until the next one begins. The first loop of `epochs` or `steps` after it is its work.
        """
        total = arguments.optional(arguments.above_zero, "total", total)
        self._end_named()
        self._name_given = arguments.title("name", name)
        self._begin_phase(self._name_given, arguments.text("unit", unit), total or 0)

    def _begin_phase(self, name: str, unit: str, total: float) -> None:
        self.end_epoch()
        self._next_epoch = 0
        self._epochs_left, self._steps_alone = False, None
        self._named = name, unit, total
        self._named_number = self._teller.begin_phase(name, unit, total)

    def _end_named(self) -> None:
        """Another phase begins: the one before took its time, though nothing was counted in it."""
        if self._named is not None:
            self._teller.end_phase(self._named_number)

    def _phase_of_fit(self, name: str, unit: str, total: float) -> None:
        """For a library's fit: it is the work of the phase that the user has just named, and otherwise one of its own."""
        given, self._name_given = self._name_given, ""
        if not given:
            self._end_named()
        elif self._named is not None:
            name, named_unit, named_total = self._named
            total = total or (named_total if named_unit in ("", unit) else 0)
        self._begin_phase(name, unit, total)
        self._number_of_fit = 0 if given else self._named_number

    def _end_phase_of_fit(self) -> None:
        """It may have stopped early. A phase that the user named goes on."""
        self._teller.end_phase(self._number_of_fit)
        self._epochs_left = self._number_of_fit != 0

    def progress(self, work: float, *, total: float | None = None) -> None:
        """Tells how much of the phase's work is done, in its unit; for loops that `steps` cannot follow."""
        total = arguments.optional(arguments.above_zero, "total", total)
        self._named = None
        self._teller.progress(arguments.number("work", work, least=0), total or 0)
        self._attend()

    def epoch_progress(self, steps: float, *, total: float | None = None) -> None:
        """Tells how many of the open epoch's steps are done; for loops that `steps` cannot follow."""
        total = arguments.optional(arguments.above_zero, "total", total)
        steps = arguments.number("steps", steps, least=0)
        if self._epoch is not None:
            self._teller.epoch_progress(self._epoch, steps, total or 0)
        self._attend()

    def metric(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        """Keeps metrics of the current epoch: `run.metric(f1=0.93)` or `run.metric({"val/f1": 0.93})`.

        A tensor or an array of one value counts as its value. What is no finite number, as the loss of a diverged training,
        is left out; the first one is warned of.

        Raises:
            TypeError: not the values, but `values` itself is no mapping of names.
            ValueError: a name is empty.
        """
        for name, value in {**arguments.mapping("values", values), **named}.items():
            name, number = arguments.title("values", name), arguments.measured(value)
            if number is not None:
                self._teller.metric(name, number)
            elif not self._metrics_left_out:
                self._metrics_left_out = True
                warn(f"the metric {name} is no finite number and is left out, as others will be without a further warning")

    def window(self, name: str) -> Window:
        """A stretch that is counted by itself: `with run.window("validation"):`."""
        return Window(self, arguments.title("name", name))

    def note(self, text: str) -> None:
        """Keeps a line with the run, for its readers."""
        text = arguments.text("text", text)
        if self._tracker is not None:
            self._tracker.note(text)
        elif self._is_open and not self._notes_left_out:
            self._notes_left_out = True
            warn("a note is left out, as others will be without a further warning: only the process that measures keeps them")


class Window:
    def __init__(self, run: Telling, name: str) -> None:
        self._run = run
        self._name = name

    def __enter__(self) -> Window:
        self._run._windows += 1
        self._run._teller.begin_window(self._name)
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> Literal[False]:
        self._run._windows -= 1
        self._run._teller.end_window(self._name)
        return False
