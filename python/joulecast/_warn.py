"""Says what went wrong, without ever becoming an error of the training."""

from __future__ import annotations

import sys
import warnings


class JoulecastWarning(UserWarning):
    """The measurement lost something. The training is not affected."""


def warn(line: str) -> None:
    try:
        warnings.warn(f"joulecast: {line}", JoulecastWarning, stacklevel=3)
    except Warning:  # the program turns warnings into errors
        try:
            print(f"joulecast: {line}", file=sys.stderr)
        except OSError:
            pass
