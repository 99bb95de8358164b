"""Checks arguments: a wrong one gives one line that names it."""

import math
import numbers

from .errors import InvalidError


def text(name, value):
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, not {type(value).__name__}")
    return value


def number(name, value, least=None, most=None):
    """A finite number; `least` and `most` are allowed values."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    value = float(value)
    if not math.isfinite(value):
        raise InvalidError(f"{value} is not a finite number", name)
    if least is not None and value < least:
        raise InvalidError(f"{value:g} is below {least:g}", name)
    if most is not None and value > most:
        raise InvalidError(f"{value:g} is above {most:g}", name)
    return value


def above_zero(name, value):
    value = number(name, value)
    if value <= 0:
        raise InvalidError(f"{value:g} is not above 0", name)
    return value


def whole(name, value, least=None, most=None):
    """A whole number; 3.0 counts as one."""
    value = number(name, value, least, most)
    if value != int(value):
        raise InvalidError(f"{value:g} is not a whole number", name)
    return int(value)


def shape(name, value):
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


def dimensions(values):
    """Sizes of symbolic dimensions as the core takes them: "sequence=128"."""
    if values is None:
        return []
    try:
        items = dict(values).items()
    except (TypeError, ValueError):
        raise TypeError(f"dimensions must be a mapping of names to sizes, not {type(values).__name__}") from None
    return [f"{text('dimensions', key)}={whole('dimensions', size, least=1, most=1 << 30)}" for key, size in items]


def optional(check, name, value, **bounds):
    return None if value is None else check(name, value, **bounds)


def texts(name, values):
    """A list of strings; a single string counts as one."""
    if values is None:
        return []
    if isinstance(values, str):
        return [values]
    return [text(name, value) for value in values]


def tags(name, values):
    if values is None:
        return {}
    try:
        items = dict(values).items()
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a mapping of names to values, not {type(values).__name__}") from None
    return {text(name, key): value if isinstance(value, str) else str(value) for key, value in items}


def length_of(iterable):
    """How many items there are, or None."""
    try:
        return len(iterable)
    except (TypeError, NotImplementedError):  # PyTorch's loaders of streams have a length that raises
        return None
