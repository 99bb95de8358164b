"""Runs in the store."""

import os

from . import _arguments as arguments
from . import _core


def _path(store):
    return "" if store is None else os.fspath(store)


def runs(*, name="", tags=(), since="", until="", status="", host="", sort="started", reverse=False, limit=None, offset=0, store=None):
    """Lists stored runs, the latest first: a pandas DataFrame where pandas is installed, else a list.

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
    request.store = _path(store)
    request.name = arguments.text("name", name)
    request.tags = arguments.texts("tags", tags)
    for field, value in (("since", since), ("until", until), ("status", status), ("host", host), ("sort", sort)):
        setattr(request, field, arguments.text(field, value))
    request.reverse = bool(reverse)
    request.limit = None if limit is None else int(arguments.number("limit", limit, least=0))
    request.offset = int(arguments.number("offset", offset, least=0))
    rows = _core.list_runs(request)
    try:
        import pandas
    except ImportError:
        return rows
    columns = ("name", "status", "started", "duration_s", "energy_j", "provenance", "architecture", "epochs")
    frame = pandas.DataFrame({column: [getattr(row, column) for row in rows] for column in columns}, index=pandas.Index([row.id for row in rows], name="id"))
    frame["started"] = pandas.to_datetime(frame["started"], unit="s", utc=True)
    return frame


def load(run="", *, samples=True, store=None):
    """A stored run with its energy, epochs, phases, windows, forecasts and, with `samples`, its traces.

    Args:
        run: id, unique beginning of an id, or name; "" for the latest run.
        samples: False reduces each trace to a few points with the same energy, which is much faster.
        store: path of the store; None for the user's own.

    Raises:
        InvalidError: there is no such run.
    """
    return _core.load_run(arguments.text("run", run), _path(store), bool(samples))
