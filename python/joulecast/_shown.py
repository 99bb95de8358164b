"""How results look in a console and in a notebook."""

from . import _core

UNITS = (("MJ", 1e6), ("kJ", 1e3), ("J", 1.0), ("mJ", 1e-3))
JOULES_PER_KWH = 3.6e6


def energy_text(joules):
    """Three or four digits with a unit: "1.234 kJ"; "unknown" for None."""
    if joules is None:
        return "unknown"
    if abs(joules) >= 0.1 * JOULES_PER_KWH:
        return f"{joules / JOULES_PER_KWH:.4g} kWh"
    for unit, size in UNITS:
        if abs(joules) >= size:
            return f"{joules / size:.4g} {unit}"
    return f"{joules:.3g} J"


def duration_text(seconds):
    if seconds is None:
        return "unknown"
    if seconds < 60:
        return f"{seconds:.3g} s"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min {seconds % 60:02.0f} s"
    return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:02.0f} min"


def percent_text(share):
    return "unknown" if share is None else f"{100 * share:.3g} %"


def escaped(value):
    import html  # costs more than the rest of the package, and few processes show anything

    return html.escape(str(value))


def table_html(head, rows, caption=""):
    """A plain table, every cell escaped."""
    def cells(row, kind):
        return "".join(f"<{kind}>{escaped(cell)}</{kind}>" for cell in row)

    title = f"<caption>{escaped(caption)}</caption>" if caption else ""
    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table>{title}<thead><tr>{cells(head, 'th')}</tr></thead><tbody>{body}</tbody></table>"


def _energy(self):
    parts = ", ".join(f"{name} {energy_text(value)}" for name, value in self.by_component.items() if value is not None)
    without = f"; without {', '.join(self.missing)}" if self.missing else ""
    return f"{energy_text(self.total_j)} {self.provenance} ({parts}{without})" if parts else "unknown energy"


def _energy_html(self):
    rows = [(part.component, part.device, energy_text(part.energy_j), part.provenance, percent_text(part.coverage),
             "" if part.in_total else "contained in another") for part in self.components]
    caption = f"{energy_text(self.total_j)}, {self.provenance}"
    if self.missing:
        caption += f", without {', '.join(self.missing)}"
    return table_html(("component", "device", "energy", "provenance", "coverage", ""), rows, caption)


def _interval(low, high, level, text):
    return "no interval" if low is None or high is None else f"{text(low)} to {text(high)} with {100 * level:.0f} %"


def _projection(self):
    state = "ready" if self.ready else "not ready yet"
    interval = _interval(self.low_j, self.high_j, self.level, energy_text)
    return f"{energy_text(self.total_j)} in total ({interval}) after {percent_text(self.share)} of the work, {state}"


def _run(self):
    return f"<joulecast run {self.name!r} {self.id} {self.status}: {_energy(self.energy)} in {duration_text(self.duration_s)}>"


def _run_html(self):
    rows = [(epoch.index, energy_text(epoch.energy_j), duration_text(epoch.end_s - epoch.start_s),
             ", ".join(f"{name} {value:.4g}" for name, value in epoch.metrics.items())) for epoch in self.epochs]
    epochs = table_html(("epoch", "energy", "duration", "metrics"), rows) if rows else ""
    title = f"{self.name}, {self.status}, {duration_text(self.duration_s)}"
    return f"<p><b>{escaped(title)}</b></p>{_energy_html(self.energy)}{epochs}"


def _row(self):
    return f"<joulecast run {self.name!r} {self.id} {self.status}: {energy_text(self.energy_j)}>"


def _part(self):
    return f"<{type(self).__name__} {self.name}: {energy_text(self.energy_j)} in {duration_text(self.end_s - self.start_s)}>"


def _predicted(self, text):
    return "unknown" if self is None else f"{text(self.value)} ({_interval(self.low, self.high, 0.9, text)})"


def _predictions_html(self):
    rows = [(one.architecture, one.gpu, one.batch_size, _predicted(one.total_energy_j, energy_text),
             _predicted(one.epoch_energy_j, energy_text), _predicted(one.epoch_time_s, duration_text),
             _predicted(one.power_w, lambda watts: f"{watts:.4g} W"), "fits" if one.fits else "does not fit")
            for one in self.predictions]
    return table_html(("model", "GPU", "batch", "total", "epoch", "epoch's time", "power", "memory"), rows)


def count_text(number):
    """Three digits with a prefix: "25.6 M"; small counts as they are."""
    for prefix, size in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(number) >= size:
            return f"{number / size:.3g} {prefix}"
    return f"{number:.3g}"


def _network_html(self):
    rows = [(layer.name, layer.operation, layer.kind, "x".join(map(str, layer.output)), f"{layer.parameters:,}" if layer.parameters else "",
             count_text(layer.macs) if layer.macs else "") for layer in self.layers]
    left_out = f", without {sum(self.uncounted.values())} operations that have no rule" if self.uncounted else ""
    caption = (f"{self.name}: {count_text(self.parameters)} parameters, {count_text(self.macs)} multiply-accumulates a sample, "
               f"{count_text(self.memory_bytes)}B to train with a batch of {self.batch}{left_out}")
    return table_html(("layer", "operation", "kind", "output", "parameters", "MACs"), rows, caption)


def _text_html(self):
    return f"<pre>{escaped(self)}</pre>"


def _prediction(self):
    return f"<{self.architecture} on {self.gpu}: {_predicted(self.total_energy_j or self.epoch_energy_j, energy_text)}>"


def show():
    """Gives the classes of the core their looks."""
    _core.Energy.__repr__, _core.Energy._repr_html_ = _energy, _energy_html
    _core.Projection.__repr__ = _core.StoredProjection.__repr__ = _projection
    _core.Run.__repr__, _core.Run._repr_html_ = _run, _run_html
    _core.RunRow.__repr__ = _row
    for part in (_core.Part, _core.Epoch, _core.Phase):
        part.__repr__ = _part
    _core.Prediction.__repr__ = _prediction
    _core.Predictions._repr_html_ = _predictions_html
    for told in (_core.Predictions, _core.ProjectedRun, _core.Comparison, _core.Tradeoff, _core.Recommendation,
                 _core.OnlineEvaluation, _core.OfflineEvaluation, _core.Network):
        told.__repr__ = told.__str__
        if told is not _core.Predictions:
            told._repr_html_ = _text_html
    _core.Network._repr_html_ = _network_html
