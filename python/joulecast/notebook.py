"""In a notebook: `%load_ext joulecast`, `%%joules` above a cell, and a live cell that shows a run.

Works with IPython alone, in JupyterLab and VS Code; no widgets are needed.
"""

from __future__ import annotations

import html
import threading

from . import tracker
from ._shown import duration_text, energy_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .run import Run

REFRESH_S = 1.0
POINTS = 120  # of the sparkline
WIDTH, HEIGHT = 240, 40  # of the sparkline, in pixels


def sparkline(values: Iterable[float | None]) -> str:
    """A picture of values over time as SVG; "" for fewer than two. It begins at 0, so that heights compare."""
    heights = [value for value in values if value is not None][-POINTS:]
    if len(heights) < 2:
        return ""
    top = max(heights) or 1
    points = " ".join(f"{WIDTH * place / (len(heights) - 1):.1f},{HEIGHT - HEIGHT * value / top:.1f}" for place, value in enumerate(heights))
    return (f'<svg width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="power over time, up to {top:.0f} W">'
            f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>')


class LiveCell:
    """Shows a run's energy, power and forecast below the cell, until the run ends or `close` is called."""

    def __init__(self, run: Run) -> None:
        from IPython.display import HTML, display

        self._html = HTML
        self._run = run
        self._power: list[float | None] = []
        self._over = threading.Event()
        self._handle = display(HTML(self._content()), display_id=True)
        self._thread = threading.Thread(target=self._follow, name="joulecast live cell", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Shows the last state and ends."""
        self._over.set()
        self._thread.join(timeout=5)
        self._show()

    def _follow(self) -> None:
        while not self._over.wait(REFRESH_S) and self._run.status == "running":
            self._show()

    def _show(self) -> None:
        try:
            self._handle.update(self._html(self._content()))
        except Exception:  # a closed notebook must not end the training
            self._over.set()

    def _content(self) -> str:
        run = self._run
        energy, power, projection = run.energy, run.power_w, run.projection
        self._power.append(power)
        parts = [f"<b>{html.escape(run.name)}</b> {energy_text(energy.total_j)} in {duration_text(run.duration_s)}"]
        if power is not None:
            parts.append(f"{power:.0f} W")
        if projection is not None:
            parts.append(html.escape(repr(projection)))
        if energy.missing:
            parts.append(html.escape("without " + ", ".join(energy.missing)))
        return f"<div>{' · '.join(parts)}</div>{sparkline(self._power)}"


def live(run: Run | None = None) -> LiveCell:
    """Shows a run below the cell while it goes on: `joulecast.notebook.live(run)`; None for the open block's."""
    run = run or tracker.current()
    if run is None:
        raise ValueError("run: there is no open run; begin one with joulecast.track")
    return LiveCell(run)


def joules(line: str, cell: str | None = None) -> None:
    """`%joules STATEMENT` and `%%joules [NAME]`: measures a statement or a cell, and shows what it cost."""
    from IPython import get_ipython

    shell = get_ipython()
    name, code = ("", line) if cell is None else (line.strip(), cell)
    with tracker.track(name or "notebook") as run:
        shown = LiveCell(run)
        try:
            result = shell.run_cell(code)
        finally:
            run.stop()
            shown.close()
        if result.error_in_exec is not None:
            run.status = "failed"
    return None


def load(shell: Any) -> None:
    """What `%load_ext joulecast` does."""
    shell.register_magic_function(joules, magic_kind="line_cell", magic_name="joules")
