"""What a deep-learning training costs in joules: before it starts, while it runs, and after.

    import joulecast

    with joulecast.track("resnet", epochs=90) as run:
        for epoch in run.epochs(range(90)):
            for batch in run.steps(loader):
                ...
            run.metric(val_accuracy=accuracy)
        print(run.projection)
    print(run.energy.total_kwh)
"""

from __future__ import annotations

from . import _shown
from ._core import __version__
from .deciding import compare, recommend, tradeoff
from .describing import describe
from .errors import DeniedError, Error, GoneError, InvalidError, MalformedError, RetryError, Stopped, UnavailableError
from .forecasting import evaluate, known_networks, predict, project
from .learning import facility
from .planning import budget
from .probing import probe
from .reporting import disclose, report
from .run import Run
from .stored import load, query, runs, sync
from .tracker import current, track

__all__ = [
    "DeniedError",
    "Error",
    "GoneError",
    "InvalidError",
    "MalformedError",
    "RetryError",
    "Run",
    "Stopped",
    "UnavailableError",
    "__version__",
    "budget",
    "compare",
    "current",
    "describe",
    "disclose",
    "evaluate",
    "facility",
    "known_networks",
    "load",
    "predict",
    "probe",
    "project",
    "query",
    "recommend",
    "report",
    "runs",
    "sync",
    "track",
    "tradeoff",
]

_shown.show()


def load_ipython_extension(shell: object) -> None:
    """`%load_ext joulecast` gives a notebook the magic %%joules."""
    from . import notebook

    notebook.load(shell)


def __getattr__(name: str) -> object:
    """Parts that are imported when they are first used."""
    if name not in ("codecarbon", "integrations", "notebook"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return importlib.import_module(f"{__name__}.{name}")
