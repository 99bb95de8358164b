"""Checks arguments: a wrong one gives one line that names it. Some have defaults in the environment."""

from __future__ import annotations

import math
import numbers
import os

from . import _core
from ._warn import warn
from .errors import InvalidError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LONGEST_INTERVAL_S = 3600.0
SHORTEST_INTERVAL_S = 0.001
HIGHEST_PUE = 100.0
MOST_WORK = 1e15  # that the measurement takes


def readable(value: Any) -> str:
    """Text that the core can take. Bytes that are no UTF-8, as of an old file name, are surrogates in Python's text; they
    become replacement characters."""
    found = value if isinstance(value, str) else str(value)
    if found.isascii():
        return found
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, not {type(value).__name__}")
    return readable(value)


def title(name: str, value: Any) -> str:
    """A text that people find something by: not empty, and without a zero byte, at which stores and systems end it."""
    found = text(name, value)
    if not found.strip():
        raise InvalidError("is empty", name)
    if "\0" in found:
        raise InvalidError("holds a zero byte", name)
    return found


def number(name: str, value: Any, least: float | None = None, most: float | None = None) -> float:
    """A finite number; `least` and `most` are allowed values."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    try:
        found = float(value)
    except OverflowError:
        raise InvalidError("is too large for a number", name) from None
    if not math.isfinite(found):
        raise InvalidError(f"{found} is not a finite number", name)
    if least is not None and found < least:
        raise InvalidError(f"{found:g} is below {least:g}", name)
    if most is not None and found > most:
        raise InvalidError(f"{found:g} is above {most:g}", name)
    return found


def measured(value: Any) -> float | None:
    """A finite number out of whatever a training has computed, as a tensor of one value; else None."""
    try:
        if hasattr(value, "detach"):  # PyTorch warns where a tensor that has a gradient becomes a number
            value = value.detach()
        if hasattr(value, "item"):
            value = value.item()
        found = float(value)
    except Exception:  # any library's, for tensors of several values, on no device, deleted …
        return None
    return found if math.isfinite(found) else None


def above_zero(name: str, value: Any) -> float:
    found = number(name, value)
    if found <= 0:
        raise InvalidError(f"{found:g} is not above 0", name)
    return found


def whole(name: str, value: Any, least: float | None = None, most: float | None = None) -> int:
    """A whole number; 3.0 counts as one."""
    value = number(name, value, least, most)
    if value != int(value):
        raise InvalidError(f"{value:g} is not a whole number", name)
    return int(value)


def frozen(name: str, value: Any) -> str:
    """"backbone", a number of layers, or "" for nothing."""
    return text(name, value) if isinstance(value, str) else str(whole(name, value, least=1, most=1 << 20))


def shape(name: str, value: Any) -> tuple[int, ...]:
    """Sides of one sample, from (3, 224, 224), "3x224x224", or 784."""
    if isinstance(value, str):
        sides = value.lower().split("x")
        if not all(side.strip().isdecimal() for side in sides):
            raise InvalidError(f"{value!r} is not a shape such as 3x224x224", name)
        value = [int(side) for side in sides]
    if isinstance(value, numbers.Integral):
        value = [value]
    try:
        value = list(value)
    except TypeError:
        raise TypeError(f"{name} must be a shape such as (3, 224, 224), not {type(value).__name__}") from None
    if not value:
        raise InvalidError("is empty; give a shape such as (3, 224, 224)", name)
    return tuple(whole(name, side, least=1, most=1 << 30) for side in value)


def shapes(name: str, value: Any) -> tuple[int, ...] | list[tuple[int, ...]] | dict[str, tuple[int, ...]]:
    """A shape, a list of shapes, or a dict of them; each a tuple of sides."""
    if isinstance(value, dict):
        if not value:
            raise InvalidError("is empty", name)
        return {text(name, key): shape(name, one) for key, one in value.items()}
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], (list, tuple, str)):
        return [shape(name, one) for one in value]
    return shape(name, value)


def shape_texts(name: str, value: Any) -> list[str]:
    """Shapes as the core takes them: "3x224x224", or "ids=128" by an input's name."""
    if value is None:
        return []
    found = shapes(name, value)
    if isinstance(found, dict):
        return [f"{key}={'x'.join(map(str, sides))}" for key, sides in found.items()]
    return ["x".join(map(str, sides)) for sides in (found if isinstance(found, list) else [found])]


def dimensions(values: Any) -> list[str]:
    """Sizes of symbolic dimensions as the core takes them: "sequence=128"."""
    return [f"{key}={whole('dimensions', size, least=1, most=1 << 30)}" for key, size in mapping("dimensions", values).items()]


def optional(check: Callable[..., Any], name: str, value: Any, **bounds: float) -> Any:
    return None if value is None else check(name, value, **bounds)


def texts(name: str, values: Any) -> list[str]:
    """A list of strings; a single string counts as one."""
    if values is None:
        return []
    if isinstance(values, str):
        return [readable(values)]
    try:
        values = list(values)
    except TypeError:
        raise TypeError(f"{name} must be a string or several, not {type(values).__name__}") from None
    return [text(name, value) for value in values]


def numbers_of(name: str, values: Any, least: float | None = None, most: float | None = None) -> list[float]:
    """A list of numbers; a single one counts as one."""
    if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
        values = [values]
    return [number(name, value, least, most) for value in values]


def mapping(name: str, values: Any) -> dict[str, Any]:
    """Names and values; empty for None."""
    if values is None:
        return {}
    try:
        items = dict(values).items()
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a mapping of names to values, not {type(values).__name__}") from None
    for key, _ in items:
        if not isinstance(key, str):
            raise TypeError(f"{name} must have strings as names, not {type(key).__name__} ({key!r})")
    return {readable(key): value for key, value in items}


def tags(name: str, values: Any) -> dict[str, str]:
    return {title(name, key): readable(value) for key, value in mapping(name, values).items()}


def flag(name: str, value: Any) -> bool:
    if not isinstance(value, (bool, numbers.Integral)) and type(value).__name__ != "bool_":  # NumPy's
        raise TypeError(f"{name} must be True or False, not {type(value).__name__}")
    return bool(value)


def path(name: str, value: Any) -> str:
    """A path as text; "" for None."""
    if value is None:
        return ""
    try:
        value = os.fspath(value)
    except TypeError:
        raise TypeError(f"{name} must be a path, not {type(value).__name__}") from None
    if "\0" in (found := os.fsdecode(value)):
        raise InvalidError("holds a zero byte, which no path can", name)
    if readable(found) != found:
        raise InvalidError("holds bytes that are not UTF-8", name)
    return found


def needed_path(name: str, value: Any) -> str:
    found = path(name, value)
    if not found:
        raise InvalidError("is empty", name)
    return found


def moments(name: str, values: Any) -> list[str]:
    """Texts of moments, in UTC where they name no zone; a single one counts as one. A datetime is a moment, too."""
    if values is None:
        return []
    try:
        values = [values] if isinstance(values, str) or hasattr(values, "isoformat") else list(values)
    except TypeError:
        raise TypeError(f"{name} must be a text or a datetime, or several, not {type(values).__name__}") from None
    return [text(name, value.isoformat() if hasattr(value, "isoformat") else value) for value in values]


def gpus(values: Any) -> list[str]:
    """Indices and UUIDs; a single one counts as one."""
    if values is None:
        return []
    if isinstance(values, (int, str)):
        values = [values]
    try:
        if isinstance(values, (bytes, bytearray)):  # which would be the numbers of its characters
            raise TypeError
        values = list(values)
    except TypeError:
        raise TypeError(f"gpus must be indices or UUIDs, not {type(values).__name__}") from None
    for value in values:
        if isinstance(value, bool) or not isinstance(value, (numbers.Integral, str)):
            raise TypeError(f"gpus must be indices or UUIDs, not {type(value).__name__}")
        if isinstance(value, numbers.Integral) and value < 0:
            raise InvalidError(f"{value} is below 0", "gpus")
    return [readable(value) for value in values]


# ---- defaults that joulecast's command line reads from the environment, too


def _of_environment(name: str, check: Callable[[str, str], Any], otherwise: Any) -> Any:
    """A variable's value, or what holds without it. A slip in a job's script costs a warning, and not the training."""
    given = os.environ.get(name)
    if not given:
        return otherwise
    try:
        return check(name, given)
    except InvalidError as error:
        warn(f"{error}; the variable is left out")
        return otherwise


def interval(value: Any) -> float:
    """Seconds between readings; a text is a duration with a unit."""
    return _of_environment("JOULECAST_INTERVAL", _duration, 1.0) if value is None else _duration("interval", value)  # type: ignore[no-any-return]


def _duration(name: str, value: Any) -> float:
    if isinstance(value, str):
        seconds = _core.parse_duration(readable(value))
        if seconds is None:
            raise InvalidError(f"{value!r} is not a duration such as 500ms", name)
        value = seconds
    return number(name, value, SHORTEST_INTERVAL_S, LONGEST_INTERVAL_S)


def sensors(values: Any) -> list[str]:
    if values is None:
        return [name for name in readable(os.environ.get("JOULECAST_SENSORS", "")).split(",") if name]
    return texts("sensors", values)


def place(country: Any, region: Any, intensity: Any, pue: Any) -> tuple[str, str, float | None, float | None]:
    """Where the electricity comes from. A place that is given is not mixed with one of the environment."""
    if country is None and region is None and intensity is None:
        country = os.environ.get("JOULECAST_COUNTRY") or None
        region = os.environ.get("JOULECAST_REGION") or None
        intensity = _of_environment("JOULECAST_INTENSITY", lambda name, given: _number_in_text(name, given, least=0), None)
    if pue is None:
        pue = _of_environment("JOULECAST_PUE", lambda name, given: _number_in_text(name, given, least=1, most=HIGHEST_PUE), None)
    return ("" if country is None else text("country", country), "" if region is None else text("region", region),
            optional(number, "intensity", intensity, least=0), optional(number, "pue", pue, least=1, most=HIGHEST_PUE))


def _number_in_text(name: str, given: str, **bounds: float) -> float:
    try:
        found = float(given)
    except ValueError:
        raise InvalidError(f"{given!r} is not a number", name) from None
    return number(name, found, **bounds)


def total_of(total: Any, iterable: Any) -> float | None:
    """How many items a loop goes over: as it is told, else as the iterable says; None if neither does."""
    if not hasattr(type(iterable), "__iter__") and not hasattr(type(iterable), "__getitem__"):
        such_as = f", such as range({iterable})" if isinstance(iterable, int) else ""
        raise TypeError(f"iterable must be something to loop over{such_as}, not {type(iterable).__name__}")
    return number("total", above_zero("total", total), most=MOST_WORK) if total is not None else length_of(iterable)


def length_of(iterable: Any) -> int | None:
    """How many items there are, or None."""
    try:
        return len(iterable)
    except Exception:  # a loop over it never asks; loaders of streams have lengths that raise all kinds
        return None
