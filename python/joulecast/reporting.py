"""Reports of runs, and what regulators and model cards ask for."""

from __future__ import annotations

import os

from . import _arguments as arguments
from . import _core
from .errors import InvalidError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

REPORTS = {"html": (".html", ".htm"), "markdown": (".md", ".markdown"), "text": (".txt",), "latex": (".tex",), "csv": (".csv",)}
DISCLOSURES = ("annex-xi", "boamps", "huggingface", "spdx")


def report(runs: str | Iterable[str] = (), path: str | os.PathLike[str] | None = None, *, format: str = "", price: str = "",
           budget: str = "", metric: str = "", lower_is_better: bool = False, group: str = "", country: str | None = None,
           region: str | None = None, intensity: float | None = None, pue: float | None = None,
           store: str | os.PathLike[str] | None = None) -> str:
    """One page about a run, or several compared, as `joulecast report` writes it. Returns its text.

    Args:
        runs: ids, beginnings of ids, or names; several are compared. Empty for the latest run.
        path: file to write it to; None only returns it.
        format: "html" (one self-contained page), "markdown", "text", "latex" or "csv"; "" for what the path ends with, else
            html.
        price: of a kilowatt-hour, with its currency if you like: "0.25 EUR".
        budget: an energy to draw the run's against: "2kWh".
        metric: the correctness to judge epochs by; "" for one of validation.
        lower_is_better: it is a loss or an error.
        group: column or tag to compare several runs by; "" for what differs.
        country: ISO code of where the electricity comes from, as for `track`; so the next three.
        region: of a cloud.
        intensity: g CO2e per kWh.
        pue: power usage effectiveness.
        store: path of the store; None for the user's own.

    Raises:
        InvalidError: there is no such run, or an argument without a meaning.
        DeniedError: the file cannot be written.
    """
    request = _core.ReportRequest()
    request.runs = arguments.texts("runs", runs)
    for field, value in (("price", price), ("budget", budget), ("metric", metric), ("group", group)):
        setattr(request, field, arguments.text(field, value))
    request.lower_is_better = arguments.flag("lower_is_better", lower_is_better)
    request.set_place(*arguments.place(country, region, intensity, pue))
    request.store = arguments.path("store", store)
    target = arguments.path("path", path)
    ending = os.path.splitext(target)[1].lower()
    by_ending = next((name for name, endings in REPORTS.items() if ending in endings), "html")
    return _written(_core.report(request, _one_of("format", arguments.text("format", format) or by_ending, REPORTS)), target)


def disclose(runs: str | Iterable[str] = (), path: str | os.PathLike[str] | None = None, *, format: str = "annex-xi", model: str = "",
             training_type: str = "", task: str = "", data: str = "", infrastructure: str = "", country: str | None = None,
             region: str | None = None, intensity: float | None = None, pue: float | None = None,
             store: str | os.PathLike[str] | None = None) -> str:
    """What a model's training cost, as model cards and regulators ask for it (`joulecast disclose`). Returns its text.

    Args:
        runs: ids, beginnings of ids, or names of all runs that made the model. Empty for the latest run.
        path: file to write it to; None only returns it.
        format: "annex-xi" (of the EU's AI act), "boamps", "huggingface" (for a model card) or "spdx".
        model: its name; "" for the first run's.
        training_type: "pre-training" or "fine-tuning".
        task: what the model does: "image classification".
        data: what it was trained on: "image", "text", "tabular" …
        infrastructure: "publicCloud", "privateCloud", "onPremise" or "other".
        country: ISO code of where the electricity comes from, as for `track`; so the next three.
        region: of a cloud.
        intensity: g CO2e per kWh.
        pue: power usage effectiveness.
        store: path of the store; None for the user's own.

    Raises:
        InvalidError: there is no such run, it still runs, or an argument without a meaning.
        DeniedError: the file cannot be written.
    """
    request = _core.DisclosureRequest()
    request.runs = arguments.texts("runs", runs)
    for field, value in (("model", model), ("training_type", training_type), ("task", task), ("data", data), ("infrastructure", infrastructure)):
        setattr(request, field, arguments.text(field, value))
    request.set_place(*arguments.place(country, region, intensity, pue))
    request.store = arguments.path("store", store)
    target = arguments.path("path", path)
    return _written(_core.disclose(request, _one_of("format", arguments.text("format", format), DISCLOSURES)), target)


def _one_of(name: str, value: str, known: Iterable[str]) -> str:
    if value not in known:
        raise InvalidError(f"{value!r} is none of {', '.join(known)}", name)
    return value


def _written(text: str, path: str) -> str:
    if path:
        _core.write_file(path, text)
    return text
