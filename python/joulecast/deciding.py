"""Compares alternatives on measured runs, and recommends one."""

from __future__ import annotations

import os

from . import _arguments as arguments
from . import _core
from .errors import InvalidError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def compare(runs: Any = None, *, group: str, value: str = "", by: str = "", only: str | Iterable[str] = (), distinct: bool = False,
            alpha: float = 0.05, store: str | os.PathLike[str] | None = None) -> _core.Comparison:
    """Whether groups of runs differ, and by how much.

    Args:
        runs: a CSV file, a folder with run bundles, a pandas DataFrame with one row a run, what `runs()` returns, or a list
            of what `load` does; None for the store. Of these, only finished runs count.
        group: column that names the groups; value: column with the numbers, "" for the energy; by: a second factor.
        only: "column=value[,value…]", rows to keep; distinct: leave out repeated rows.
        alpha: level of significance.
    """
    return _core.compare(_table(runs, store), arguments.text("group", group), arguments.text("value", value),
                         arguments.text("by", by), arguments.texts("only", only), arguments.flag("distinct", distinct),
                         arguments.number("alpha", alpha, least=1e-6, most=0.5))


def tradeoff(runs: Any = None, *, quality: str, cost: str = "", group: str | Iterable[str] = (), only: str | Iterable[str] = (),
             distinct: bool = False, within: float = 0.02, lower_is_better: bool = False,
             store: str | os.PathLike[str] | None = None) -> _core.Tradeoff:
    """What correctness costs, by alternative: the Pareto front, and the cheapest choice that is good enough.

    Args:
        runs: see `compare`.
        quality: column with the correctness; cost: column with energy, time or money, "" for the energy.
        group: columns that make an alternative; empty for those that differ.
        within: how much quality may be lost for the cheapest choice.
    """
    return _core.tradeoff(_table(runs, store), arguments.text("quality", quality), arguments.text("cost", cost),
                          arguments.texts("group", group), arguments.texts("only", only), arguments.flag("distinct", distinct),
                          arguments.number("within", within, least=0, most=1e6), arguments.flag("lower_is_better", lower_is_better))


def recommend(runs: Any = None, *, require: str | Iterable[str] = (), minimise: str = "", group: str | Iterable[str] = (),
              only: str | Iterable[str] = (), distinct: bool = False, baseline: str = "", predictions: _core.Predictions | None = None,
              store: str | os.PathLike[str] | None = None) -> _core.Recommendation:
    """The cheapest alternative that meets the requirements.

    Args:
        runs: see `compare`.
        require: "f1 >= best - 0.02", "under 8 h", "under 1 kWh"; one or several.
        minimise: column to make small; "" for the energy.
        predictions: what `predict` returned, as candidates that nobody has run.
    """
    if predictions is not None and not isinstance(predictions, _core.Predictions):
        raise TypeError(f"predictions must be what predict returned, not {type(predictions).__name__}")
    candidates = [] if predictions is None else list(predictions.predictions)
    return _core.recommend(_table(runs, store), arguments.texts("require", require), arguments.text("minimise", minimise),
                           arguments.texts("group", group), arguments.texts("only", only), arguments.flag("distinct", distinct),
                           arguments.text("baseline", baseline), candidates)


def _table(runs: Any, store: Any) -> _core.RunTable:
    if runs is None or isinstance(runs, (str, os.PathLike)):
        path = arguments.path("runs", runs)
        if path and os.path.exists(path + "-shm"):  # to read it here would end SQLite's locks on it
            raise InvalidError(f"{path} is a store; give it as store=", "runs")
        return _core.RunTable.load(path, arguments.path("store", store))
    if isinstance(runs, (list, tuple)) and not runs:
        raise InvalidError("is empty: there is nothing to compare", "runs")
    if isinstance(runs, (list, tuple)):
        if all(isinstance(run, _core.Run) for run in runs):
            return _core.RunTable.from_runs(list(runs))
        if all(isinstance(run, _core.RunRow) for run in runs):
            return _of_rows([run for run in runs if run.status == "finished"])
    if getattr(getattr(runs, "index", None), "name", None) == "id" and "status" in getattr(runs, "columns", ()):  # of `runs()`
        runs = runs[runs["status"] == "finished"]
    try:
        columns, rows = [str(column) for column in runs.columns], runs.itertuples(index=False)
    except AttributeError:
        raise TypeError(f"runs must be a path, a DataFrame or a list of runs, not {type(runs).__name__}") from None
    return _core.RunTable.from_rows("DataFrame", columns, [[_cell(value) for value in row] for row in rows])


def _of_rows(runs: list[_core.RunRow]) -> _core.RunTable:
    """Of what `runs()` lists where pandas is not there."""
    fields = ("name", "duration_s", "energy_j", "architecture", "epochs")
    columns = [*fields, *sorted({tag for run in runs for tag in run.tags if tag not in fields})]
    cells = [{**run.tags, **{field: getattr(run, field) for field in fields if getattr(run, field) not in (None, "")}} for run in runs]
    return _core.RunTable.from_rows("runs", columns, [[_cell(row.get(column)) for column in columns] for row in cells])


def _cell(value: Any) -> str | None:
    """A table's text for a value; None for an unknown one."""
    if value is None or value != value:  # NaN, NaT
        return None
    return value if isinstance(value, str) else repr(value) if isinstance(value, float) else str(value)
