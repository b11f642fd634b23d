"""How a study that takes its time says what it is at: by a callback, which is told what comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

__all__ = ["Tell", "silent", "told"]

Tell = Callable[[str, int, int], None]
"""tell(what, done, of): what comes next, how much is done, and of how much."""

T = TypeVar("T")


def silent(what: str, done: int, of: int) -> None:
    """Nobody is told."""


def told(tell: Tell, items: Sequence[T], name: Callable[[T], str] = str) -> Iterator[T]:
    """The items, one by one; each is told of before it is handed out.

    >>> for method in told(lambda *said: print(*said), ["central", "dual"]):
    ...     pass
    central 0 2
    dual 1 2
    """
    for done, item in enumerate(items):
        tell(name(item), done, len(items))
        yield item
