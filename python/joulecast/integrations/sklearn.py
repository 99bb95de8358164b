"""scikit-learn: searches of parameters and cross-validations. Loops over `partial_fit` need `Run.epochs` and `Run.steps` only."""

import contextlib
import contextvars
import threading

from sklearn.model_selection import _search, _validation

from ..errors import Stopped
from ._follow import Follower, local_of_caller, status_of

_following = contextvars.ContextVar("following", default=None)


@contextlib.contextmanager
def following(run=None, **options):
    """Within the block, searches and cross-validations tell how many of their fits are done, each as a phase.

    Args:
        run: to tell; None for that of the open block of `joulecast.track`, or else one of its own.
        options: of `joulecast.track`, for a run of its own.

    Yields:
        the run.
    """
    follower = Follower(run, options)
    follower.open()
    token = _following.set(follower)
    status = "finished"
    try:
        yield follower.run
    except BaseException as error:
        status = status_of(error)
        raise
    finally:
        _following.reset(token)
        follower.end_fit(status)


def _told_by(parallel, name, fits_of):
    """A class of Parallel that tells how many of its tasks are done, if it works in a block of `following`."""

    class Followed(parallel):
        _follower = None

        def __call__(self, iterable):
            follower = _following.get()
            if follower is None:
                return super().__call__(iterable)
            try:
                iterable, fits = fits_of(iterable)
                follower.begin_phase("fit", fits, name=name)
            except Stopped:
                raise
            except Exception as error:
                follower.complain(error)
            self._follower, self._thread = follower, threading.get_ident()
            token = _following.set(None)  # a search within one of the fits is part of that fit
            try:
                return super().__call__(iterable)
            finally:
                _following.reset(token)
                self._follower = None

        def print_progress(self):
            super().print_progress()
            if self._follower is None:
                return
            # Results of other threads and processes come in a thread of joblib, which an exception would block.
            in_fit = threading.get_ident() == self._thread
            (self._follower.step if in_fit else self._follower.step_elsewhere)(self.n_completed_tasks)

    return Followed


def _fits_of_search(tasks):
    tasks = list(tasks)
    return tasks, len(tasks)


def _fits_of_validation(tasks):
    """The splits, which are not asked for here, may be large."""
    cv, *data = (local_of_caller("sklearn.model_selection._validation", name) for name in ("cv", "X", "y", "groups"))
    return tasks, cv.get_n_splits(*data) if hasattr(cv, "get_n_splits") else None


_search.Parallel = _told_by(_search.Parallel, "search", _fits_of_search)
_validation.Parallel = _told_by(_validation.Parallel, "cross-validation", _fits_of_validation)
