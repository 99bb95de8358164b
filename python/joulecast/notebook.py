"""In a notebook: `%load_ext joulecast`, `%%joules` above a cell, and a live cell that shows a run.

Works with IPython alone, in JupyterLab and VS Code; no widgets are needed.
"""

from __future__ import annotations

import ast
import asyncio
import html
import inspect
import threading

from . import tracker
from ._shown import duration_text, energy_text
from .run import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from collections.abc import Coroutine, Iterable
    from typing import Any

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
    run = tracker.current() if run is None else run
    if run is None:
        raise ValueError("run: there is no open run; begin one with joulecast.track")
    if not isinstance(run, Run):
        raise TypeError(f"run must be a joulecast.Run, not {type(run).__name__}")
    return LiveCell(run)


def joules(line: str, cell: str | None = None) -> Any:
    """Measures a statement or a cell, shows what it cost, and returns the value of a last expression.

        %joules STATEMENT
        %%joules [NAME]      above a cell; NAME is the run's

    Errors of the statement or cell are its own, as without the magic.
    """
    from IPython import get_ipython
    from IPython.core.error import UsageError

    name, code = ("", line.strip()) if cell is None else (line.strip(), cell)
    if (cell is None and not code) or line.strip() in ("-h", "--help"):
        print(inspect.cleandoc(joules.__doc__ or ""))
        return None
    option = name if name.startswith("-") else next((word for word in name.split() if word.startswith("--")), "")
    if option:
        raise UsageError(f"%%joules takes the run's name, and no option such as {option}")
    shell = get_ipython()
    parts = _compiled(shell, code)
    shown = None
    try:
        with tracker.track(name or "notebook") as run:
            shown = LiveCell(run)
            return _executed(shell, parts)
    finally:
        if shown is not None:
            shown.close()


def _compiled(shell: Any, cell: str) -> list[types.CodeType]:
    """A cell's statements, and its last expression, if there is one.

    `run_cell` would do it all, but keeps errors to itself, and the notebook has to stop at them.
    """
    source = shell.transform_cell(cell)
    tree = shell.transform_ast(shell.compile.ast_parse(source))
    name = shell.compile.cache(source, shell.execution_count)
    last = ast.Expression(tree.body.pop().value) if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with shell.compile.extra_flags(ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if shell.autoawait else 0):
        parts = [shell.compile(tree, name, "exec")]
        if last is not None:
            parts.append(shell.compile(last, name, "eval"))
    return parts


def _executed(shell: Any, parts: list[types.CodeType]) -> Any:
    """The value of the last part, in the user's namespace."""
    value = None
    for part in parts:
        value = eval(part, shell.user_ns)
        if part.co_flags & inspect.CO_COROUTINE:
            value = _awaited(shell, value)
    return value


def _awaited(shell: Any, coroutine: Coroutine[Any, Any, Any]) -> Any:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return shell.loop_runner(coroutine)
    coroutine.close()
    raise RuntimeError("%%joules cannot await where an event loop runs; write `with joulecast.track():` in the cell instead")


def load(shell: Any) -> None:
    """What `%load_ext joulecast` does."""
    from IPython.core import magic

    getattr(magic, "output_can_be_silenced", lambda function: function)(joules)  # by a `;` at the end; IPython 8.11
    shell.register_magic_function(joules, magic_kind="line_cell", magic_name="joules")
