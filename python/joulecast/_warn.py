"""Says what went wrong, without ever becoming an error of the training."""

from __future__ import annotations

import sys
import warnings


class JoulecastWarning(UserWarning):
    """The measurement lost something. The training is not affected."""


Place = tuple[str, int]  # file and line


def warn(line: str, place: Place | None = None) -> None:
    """Warns at the user's line that is being run, or at another place: where a run began that something became of."""
    try:
        if place is not None:
            warnings.warn_explicit(f"joulecast: {line}", JoulecastWarning, *place)
        else:
            warnings.warn(f"joulecast: {line}", JoulecastWarning, stacklevel=_level_of_user())
    except Exception:  # the program turns warnings into errors, shows them in its own way, or has closed its standard error
        try:
            print(f"joulecast: {line}", file=sys.stderr)
        except Exception:
            pass


def place_of_user() -> Place:
    frame = sys._getframe(_level_of_user() - 1)
    return frame.f_code.co_filename, frame.f_lineno


def _level_of_user() -> int:
    """Of the line outside of this package, which a reader of the warning knows."""
    level, frame = 2, sys._getframe(2)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "joulecast":
        level, frame = level + 1, frame.f_back
    return level
