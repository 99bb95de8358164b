"""Runs in the store."""

from __future__ import annotations

import os

from . import _arguments as arguments
from . import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def runs(*, name: str = "", tags: str | Iterable[str] = (), since: str = "", until: str = "", status: str = "", host: str = "",
         sort: str = "started", reverse: bool = False, limit: int | None = None, offset: int = 0,
         store: str | os.PathLike[str] | None = None) -> Any:
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
    request.store = arguments.path("store", store)
    request.name = arguments.text("name", name)
    request.tags = arguments.texts("tags", tags)
    for field, value in (("since", since), ("until", until), ("status", status), ("host", host), ("sort", sort)):
        setattr(request, field, arguments.text(field, value))
    request.reverse = arguments.flag("reverse", reverse)
    request.limit = arguments.optional(arguments.whole, "limit", limit, least=0, most=1 << 53)
    request.offset = arguments.whole("offset", offset, least=0, most=1 << 53)
    rows = _core.list_runs(request)
    try:
        import pandas
    except ImportError:
        return rows
    columns = ("name", "status", "started", "duration_s", "energy_j", "provenance", "architecture", "epochs")
    frame = pandas.DataFrame({column: [getattr(row, column) for row in rows] for column in columns}, index=pandas.Index([row.id for row in rows], name="id"))
    frame["started"] = pandas.to_datetime(frame["started"], unit="s", utc=True)
    return frame


def load(run: str = "", *, samples: bool = True, store: str | os.PathLike[str] | None = None) -> _core.Run:
    """A stored run with its energy, epochs, phases, windows, forecasts and, with `samples`, its traces.

    Args:
        run: id, unique beginning of an id, or name; "" for the latest run.
        samples: False reduces each trace to a few points with the same energy, which is much faster.
        store: path of the store; None for the user's own.

    Raises:
        InvalidError: there is no such run.
    """
    return _core.load_run(arguments.text("run", run), arguments.path("store", store), arguments.flag("samples", samples))
