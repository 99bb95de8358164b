"""Runs in the store."""

from __future__ import annotations

import os
import time

from . import _arguments as arguments
from . import _core
from ._warn import warn
from .errors import Error, InvalidError
from .run import kept_in, measured

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

RUNS_AT_ONCE = 500  # of which a statement asks
MOST_ROWS = 1 << 40
loaded_from: dict[str, tuple[str, bool]] = {}  # by a run's id, the store that it was loaded from last, and whether with samples
LONGEST_WAIT_S = 2.0  # for a run that has just begun, whose first row another thread writes


def runs(*, name: str = "", tags: str | Iterable[str] = (), since: str = "", until: str = "", status: str = "", host: str = "",
         sort: str = "started", reverse: bool = False, limit: int | None = None, offset: int = 0,
         store: str | os.PathLike[str] | None = None) -> Any:
    """Lists stored runs, the latest first: a pandas DataFrame where pandas is installed, else a list.

    The DataFrame has a column for each tag and for the last value of each metric, too, as far as their names are not
    those of other columns; `compare`, `tradeoff` and `recommend` take it, and the list as well.

    Args:
        name: pattern of the whole name, with * and ?.
        tags: "team=vision", or "team" for any value; a run must have all of them.
        since: runs that started later: "7d", "12h" or a moment in UTC such as "2026-01-31T12:00".
        until: runs that started before, said in the same way.
        status: "running", "finished", "failed", "interrupted" or "stopped".
        sort: "started", "energy", "duration" or "name".
        limit: at most this many runs.
        offset: how many to skip before.
        store: path of the store; None for the user's own.

    Raises:
        InvalidError: an argument without a meaning.
    """
    request = _core.ListRequest()
    request.store = arguments.path("store", store)
    request.name = arguments.text("name", name)
    request.tags = arguments.texts("tags", tags)
    for field, value in (("since", since), ("until", until), ("status", status), ("host", host), ("sort", sort)):
        setattr(request, field, arguments.text(field, value))
    request.reverse = arguments.flag("reverse", reverse)
    request.limit = arguments.optional(arguments.whole, "limit", limit, least=0, most=1 << 53)
    request.offset = arguments.whole("offset", offset, least=0, most=1 << 53)
    rows = _core.list_runs(request)
    pandas = _pandas()
    if pandas is None:
        return rows
    columns = ("name", "status", "started", "duration_s", "energy_j", "provenance", "architecture", "epochs")
    frame = pandas.DataFrame({column: [getattr(row, column) for row in rows] for column in columns}, index=pandas.Index([row.id for row in rows], name="id"))
    frame["started"] = pandas.to_datetime(frame["started"], unit="s", utc=True)
    frame["architecture"] = [row.architecture or row.tags.get("architecture") for row in rows]
    metrics = _last_metrics([row.id for row in rows], request.store)
    further: dict[str, dict[str, Any]] = {}
    for row in rows:
        for column, value in {**row.tags, **metrics.get(row.id, {})}.items():
            if column not in columns:
                further.setdefault(column, {})[row.id] = value
    return frame.assign(**{column: pandas.Series(values, index=frame.index) for column, values in sorted(further.items())})


_found_pandas: list[Any] = []


def _pandas() -> Any:
    """The module, or None. Asked for once: a fork in the middle of an import leaves the child with a lock that nobody opens."""
    if not _found_pandas:
        try:
            import pandas
        except ImportError:
            pandas = None
        _found_pandas.append(pandas)
    return _found_pandas[0]


def _last_metrics(runs: list[str], store: str) -> dict[str, dict[str, float]]:
    """The last value of each metric, by run and name."""
    found: dict[str, dict[str, float]] = {}
    for first in range(0, len(runs), RUNS_AT_ONCE):
        chosen = ", ".join("'" + run.replace("'", "''") + "'" for run in runs[first:first + RUNS_AT_ONCE])
        sql = ("select run, name, value from (select run, name, value, row_number() over (partition by run, name order by time_s "
               f"desc) as back from metrics where run in ({chosen}) and value is not null) as told where back = 1")
        for run, name, value in _core.query(sql, store, MOST_ROWS, 60.0).rows:
            found.setdefault(run, {})[name] = value
    return found


def query(sql: str, *, limit: int = 1_000_000, time_limit: float = 60.0, store: str | os.PathLike[str] | None = None) -> Any:
    """Answers one read-only SELECT over the stored runs: a pandas DataFrame where pandas is installed, else a list of dicts.

    `joulecast query --schema` lists the views and their columns. NULL, which is None or NaN here, means unknown.

    Args:
        sql: "select name, energy_j from runs order by energy_j desc".
        limit: at most this many rows; a warning says where there were more.
        time_limit: seconds after which to give up.
        store: path of the store; None for the user's own.

    Raises:
        InvalidError: a statement that is wrong, or would do anything but read.
        RetryError: it took too long.
    """
    table = _core.query(arguments.text("sql", sql), arguments.path("store", store),
                        arguments.whole("limit", limit, least=1, most=1 << 53), arguments.above_zero("time_limit", time_limit))
    if table.truncated:
        warn(f"the query has more than {limit} rows; the others are left out (limit)")
    for note in table.notes:
        warn(note)
    pandas = _pandas()
    if pandas is None:
        return [dict(zip(table.columns, row)) for row in table.rows]
    return pandas.DataFrame(table.rows, columns=table.columns)


def load(run: str = "", *, samples: bool = True, store: str | os.PathLike[str] | None = None) -> _core.Run:
    """A stored run with its energy, epochs, phases, windows, forecasts and, with `samples`, its traces.

    Args:
        run: id, unique beginning of an id, or name; "" for the latest run.
        samples: False reduces each trace to a few points with the same energy, which is much faster.
        store: path of the store; None for the one that a run of this process was kept in, else for the user's own.

    Raises:
        InvalidError: there is no such run.
    """
    found, path = arguments.text("run", run), arguments.path("store", store)
    samples = arguments.flag("samples", samples)
    until = time.monotonic() + LONGEST_WAIT_S
    while True:
        own = "" if path else _own_store(found)
        try:
            return _loaded(found, own or path, samples)
        except Error as error:
            if own and found in kept_in:  # it may have been moved to the user's store
                return _loaded(found, path, samples)
            if not isinstance(error, InvalidError) or not _has_begun(found) or time.monotonic() > until:
                raise
        time.sleep(0.02)


def sync(runs: str | Iterable[str] = (), *, from_: str | os.PathLike[str] | None = None, to: str | os.PathLike[str] | None = None,
         dry_run: bool = False) -> list[_core.SyncedRun]:
    """Copies stored runs from one store to another: from a file to a team's server, or back.

    Returns what was done with each run: its `id`, `name`, `action` ("copied", "replaced", "updated", "unchanged", "running",
    which is left for later, or "failed") and `error`. What is there already is passed over, so a call may be repeated.

    Args:
        runs: ids, beginnings of ids, or names; all where there are none.
        from_: path, or address "postgresql://…", of the store to copy from; None for the user's own.
        to: the same of the store to copy to; one of the two must be given.
        dry_run: only say what would be done.

    Raises:
        InvalidError: there is no such run, or both are one store.
    """
    request = _core.SyncRequest()
    request.runs = arguments.texts("runs", runs)
    request.source = arguments.path("from_", from_)
    request.to = arguments.path("to", to)
    request.dry_run = arguments.flag("dry_run", dry_run)
    return _core.sync(request)


def _loaded(run: str, store: str, samples: bool) -> _core.Run:
    loaded = _core.load_run(run, store, samples)
    # The process may go to another folder; an address stays what it is.
    loaded_from[loaded.id] = store if not store or "://" in store else os.path.abspath(store), samples
    return loaded


def _reduced(run: _core.Run) -> tuple[Any, ...]:
    """Sent to another process, or kept, a loaded run is its id: it is loaded there again."""
    return _loaded, (run.id, *loaded_from.get(run.id, ("", True)))


_core.Run.__reduce__ = _reduced  # type: ignore[assignment,method-assign]


def _own_store(run: str) -> str:
    """Of a run that this process measures or did, by its id; "" for others."""
    return kept_in.get(run) or next((one._store for one in tuple(measured) if run and one.id == run), "")


def _has_begun(run: str) -> bool:
    """Whether this process measures it."""
    return any(run in (one.id, one.name) for one in tuple(measured))
