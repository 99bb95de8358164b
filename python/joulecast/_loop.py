"""What a loop goes over, with the length that progress bars ask for."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeVar

    Item = TypeVar("Item")


class Loop:
    """An iterator with a length. A `for` goes over the wrapped iterator itself, and so costs nothing more."""

    def __init__(self, items: Iterator[Any], length: int) -> None:
        self._items = items
        self._length = length

    def __iter__(self) -> Iterator[Any]:
        return self._items

    def __next__(self) -> Any:
        return next(self._items)

    def __len__(self) -> int:
        return self._length

    def __bool__(self) -> bool:
        return True  # as iterators are

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # of a copy that is not set up yet
            raise AttributeError(name)
        return getattr(self._items, name)


MOST_ITEMS = 1 << 31  # Python makes room for as many as a length says, before it sees the first


def with_length(items: Iterator[Item], length: float | None) -> Iterator[Item]:
    """The items, with a length where it is a whole number that can be believed."""
    return items if length is None or length != int(length) or length > MOST_ITEMS else Loop(items, int(length))
