"""How a study that takes its time says what it is at: by a callback, which is told what comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

__all__ = ["Tell", "part", "silent", "told"]

Tell = Callable[[str, int, int], None]
"""tell(what, done, of): what comes next, how much is done, and of how much."""

T = TypeVar("T")


def silent(what: str, done: int, of: int) -> None:
    """Nobody is told."""


def told(tell: Tell, items: Sequence[T], name: Callable[[T], str] = str) -> Iterator[T]:
    """The items, one by one; each is told of before it is handed out.

    >>> for method in told(print, ["central", "dual"]):
    ...     pass
    central 0 2
    dual 1 2
    """
    for done, item in enumerate(items):
        tell(name(item), done, len(items))
        yield item


def part(tell: Tell, k: int, of: int, what: str = "") -> Tell:
    """What the k-th of so many equal parts of a study tells, with its own count of what is done.

    >>> for n in told(part(print, 1, 3, "n = 10"), ["central", "dual"]):
    ...     pass
    n = 10: central 2 6
    n = 10: dual 3 6
    """

    def tell_part(inner: str, done: int, inner_of: int) -> None:
        tell(": ".join(filter(None, (what, inner))), k * inner_of + done, of * inner_of)

    return tell_part
