"""Decorators and a context manager around the trackers."""

import functools
import inspect

from ..errors import InvalidError
from ._tracker import EmissionsTracker, OfflineEmissionsTracker


def track_emissions(fn=None, *arguments, offline=None, **named):
    """Decorates a function, or a coroutine function: every call is a run, with a tracker of these arguments.

    Args:
        offline: use an OfflineEmissionsTracker, which needs `country_iso_code` or `cloud_provider`.
        arguments, named: of EmissionsTracker.

    Raises:
        ValueError: `offline` without a place.
    """
    if offline and not (named.get("country_iso_code") or named.get("cloud_provider")):
        raise InvalidError("offline=True needs the country's ISO code", "country_iso_code")
    kind = OfflineEmissionsTracker if offline else EmissionsTracker

    def decorate(function):
        return _around(function, lambda: kind(*arguments, **named))

    return decorate(fn) if fn else decorate


def track_task_emissions(fn=None, tracker=None, task_name=""):
    """Decorates a function: every call is a task of the tracker, or, without one, of a tracker of its own."""

    def decorate(function):
        return _around(function, lambda: TaskEmissionsTracker(task_name, tracker))

    return decorate(fn) if fn else decorate


class TaskEmissionsTracker:
    """A block that is a task: `with TaskEmissionsTracker("search", tracker=tracker):`."""

    def __init__(self, task_name, tracker=None):
        self.task_name = task_name
        self.is_default_tracker = tracker is None
        self.tracker = tracker or EmissionsTracker()

    def __enter__(self):
        self.tracker.start_task(self.task_name)
        return self

    def __exit__(self, kind, error, traceback):
        self.tracker.stop_task()
        if self.is_default_tracker:
            self.tracker.stop()


def _around(function, make):
    """`function` within a context manager that `make` gives anew for each call."""
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def measured(*args, **kwargs):
            with make():
                return await function(*args, **kwargs)
    else:

        @functools.wraps(function)
        def measured(*args, **kwargs):
            with make():
                return function(*args, **kwargs)

    return measured
