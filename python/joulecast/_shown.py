"""How results look in a console and in a notebook."""

from __future__ import annotations

from . import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

UNITS = (("MJ", 1e6), ("kJ", 1e3), ("J", 1.0), ("mJ", 1e-3), ("µJ", 1e-6))
JOULES_PER_KWH = 3.6e6


def energy_text(joules: float | None) -> str:
    """Three or four digits with a unit: "1.234 kJ"; "unknown" for None."""
    if joules is None:
        return "unknown"
    if abs(joules) >= 0.1 * JOULES_PER_KWH:
        return f"{joules / JOULES_PER_KWH:.4g} kWh"
    for unit, size in UNITS:
        if abs(joules) >= size:
            return f"{joules / size:.4g} {unit}"
    return f"{joules:.3g} J"


def duration_text(seconds: float | None) -> str:
    if seconds is None:
        return "unknown"
    if 0 < seconds < 0.0009995:
        return f"{seconds * 1e6:.3g} µs"
    if 0 < seconds < 0.9995:
        return f"{seconds * 1e3:.3g} ms"
    if seconds < 59.95:
        return f"{seconds:.3g} s"
    if seconds < 3599.5:
        minutes, rest = divmod(round(seconds), 60)  # rounded first: 119.7 s is no 1 min 60 s
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02d} min"


def percent_text(share: float | None) -> str:
    return "unknown" if share is None else f"{100 * share:.3g} %"


def escaped(value: object) -> str:
    import html  # costs more than the rest of the package, and few processes show anything

    return html.escape(str(value))


def table_html(head: Iterable[object], rows: Iterable[Iterable[object]], caption: str = "") -> str:
    """A plain table, every cell escaped."""
    def cells(row: Iterable[object], kind: str) -> str:
        return "".join(f"<{kind}>{escaped(cell)}</{kind}>" for cell in row)

    title = f"<caption>{escaped(caption)}</caption>" if caption else ""
    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table>{title}<thead><tr>{cells(head, 'th')}</tr></thead><tbody>{body}</tbody></table>"


def _energy(self: _core.Energy) -> str:
    parts = ", ".join(f"{name} {energy_text(value)}" for name, value in self.by_component.items() if value is not None)
    without = f"; without {', '.join(self.missing)}" if self.missing else ""
    return f"{energy_text(self.total_j)} {self.provenance} ({parts}{without})" if parts else "unknown energy"


def _energy_html(self: _core.Energy) -> str:
    rows = [(part.component, part.device, energy_text(part.energy_j), part.provenance, percent_text(part.coverage),
             "" if part.in_total else "contained in another") for part in self.components]
    caption = f"{energy_text(self.total_j)}, {self.provenance}"
    if self.missing:
        caption += f", without {', '.join(self.missing)}"
    return table_html(("component", "device", "energy", "provenance", "coverage", ""), rows, caption)


def _interval(low: float | None, high: float | None, level: float, text: Callable[[float], str]) -> str:
    return "no interval" if low is None or high is None else f"{text(low)} to {text(high)} with {100 * level:.0f} %"


def _projection(self: _core.Projection | _core.StoredProjection) -> str:
    if self.share >= 1 and not self.ready:
        used = getattr(self, "used_j", self.total_j)  # a stored forecast of all of the work holds what it used
        return f"no more work is announced; {energy_text(used)} used so far (what comes after it is not foreseen)"
    if self.method == "over":
        return f"{energy_text(self.total_j)} in total; the run is over"
    state = "ready" if self.ready else "not ready yet"
    interval = _interval(self.low_j, self.high_j, self.level, energy_text)
    return f"{energy_text(self.total_j)} in total ({interval}) after {percent_text(self.share)} of the work, {state}"


def _run(self: _core.Run) -> str:
    return f"<joulecast run {self.name!r} {self.id} {self.status}: {_energy(self.energy)} in {duration_text(self.duration_s)}>"


def _run_html(self: _core.Run) -> str:
    rows = [(epoch.index, energy_text(epoch.energy_j), duration_text(epoch.duration_s),
             ", ".join(f"{name} {value:.4g}" for name, value in epoch.metrics.items())) for epoch in self.epochs]
    epochs = table_html(("epoch", "energy", "duration", "metrics"), rows) if rows else ""
    title = f"{self.name}, {self.status}, {duration_text(self.duration_s)}"
    return f"<p><b>{escaped(title)}</b></p>{_energy_html(self.energy)}{epochs}"


def _row(self: _core.RunRow) -> str:
    return f"<joulecast run {self.name!r} {self.id} {self.status}: {energy_text(self.energy_j)}>"


def _part(self: Any) -> str:
    return f"<{type(self).__name__} {self.name}: {energy_text(self.energy_j)} in {duration_text(self.duration_s)}>"


def _component(self: _core.ComponentEnergy) -> str:
    return f"<{' '.join(filter(None, (self.component, self.device)))}: {energy_text(self.energy_j)} {self.provenance}>"


def _trace(self: _core.Trace) -> str:
    return f"<Trace {self.name}: {len(self.times_s)} values in {self.unit}, {self.provenance}>"


def _mean(self: _core.Mean) -> str:
    return f"<mean {self.quantity} of {' '.join(filter(None, (self.component, self.device)))}: {self.value:.4g}>"


def _host(self: _core.Host) -> str:
    return f"<Host {self.hostname}: {', '.join(filter(None, (self.cpu_model, *self.gpus)))}>"


def _predicted(self: _core.Predicted | None, text: Callable[[float], str]) -> str:
    return "unknown" if self is None else f"{text(self.value)} ({_interval(self.low, self.high, 0.9, text)})"


def _predictions_html(self: _core.Predictions) -> str:
    rows = [(one.architecture, one.gpu, one.batch_size, _predicted(one.total_energy_j, energy_text),
             _predicted(one.epoch_energy_j, energy_text), _predicted(one.epoch_time_s, duration_text),
             _predicted(one.power_w, lambda watts: f"{watts:.4g} W"), "fits" if one.fits else "does not fit")
            for one in self.predictions]
    return table_html(("model", "GPU", "batch", "total", "epoch", "epoch's time", "power", "memory"), rows)


def count_text(number: float) -> str:
    """Three digits with a prefix: "25.6 M"; small counts as they are."""
    for prefix, size in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(number) >= size:
            return f"{number / size:.3g} {prefix}"
    return f"{number:.3g}"


def _network_html(self: _core.Network) -> str:
    rows = [(layer.name, layer.operation, layer.kind, "x".join(map(str, layer.output)), f"{layer.parameters:,}" if layer.parameters else "",
             count_text(layer.macs) if layer.macs else "") for layer in self.layers]
    left_out = f", without {sum(self.uncounted.values())} operations that have no rule" if self.uncounted else ""
    caption = (f"{self.name}: {count_text(self.parameters)} parameters, {count_text(self.macs)} multiply-accumulates a sample, "
               f"{count_text(self.memory_bytes)}B to train with a batch of {self.batch}{left_out}")
    return table_html(("layer", "operation", "kind", "output", "parameters", "MACs"), rows, caption)


def live_html(run: Any) -> str:
    """Of a run that this process measures, or did."""
    projection = run.projection
    forecast = "" if projection is None or run.status != "running" else f"<p>{escaped(_projection(projection))}</p>"
    title = f"{run.name}, {run.status}, {duration_text(run.duration_s)}"
    return f"<p><b>{escaped(title)}</b></p>{_energy_html(run.energy)}{forecast}"


def _text_html(self: object) -> str:
    return f"<pre>{escaped(self)}</pre>"


def _prediction(self: _core.Prediction) -> str:
    return f"<{self.architecture} on {self.gpu}: {_predicted(self.total_energy_j or self.epoch_energy_j, energy_text)}>"


def show() -> None:
    """Gives the classes of the core their looks."""
    as_text: dict[type, Any] = {
        _core.Energy: _energy, _core.Projection: _projection, _core.StoredProjection: _projection, _core.Run: _run,
        _core.RunRow: _row, _core.ComponentEnergy: _component, _core.Trace: _trace, _core.Mean: _mean, _core.Host: _host, _core.Part: _part, _core.Epoch: _part, _core.Phase: _part, _core.Prediction: _prediction}
    as_html: dict[type, Any] = {_core.Energy: _energy_html, _core.Run: _run_html, _core.Predictions: _predictions_html,
                                _core.Network: _network_html}
    for told in (_core.Predictions, _core.ProjectedRun, _core.Comparison, _core.Tradeoff, _core.Recommendation,
                 _core.OnlineEvaluation, _core.OfflineEvaluation, _core.Network, _core.BudgetPlans, _core.Probe, _core.Facility):
        as_text[told] = told.__str__
        as_html.setdefault(told, _text_html)
    for kind, function in as_text.items():
        setattr(kind, "__repr__", function)
    for kind, function in as_html.items():
        setattr(kind, "_repr_html_", function)
