"""Python's warnings for the length of a block, in several threads at once."""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

__all__ = ["warnings_in_a_block"]

Action = Literal["ignore", "error"]

_lock = threading.Lock()
_wanted: dict[object, tuple[Action, type[Warning]]] = {}  # by the blocks that are running
_filters: list[warnings.catch_warnings[None]] = []  # the one that keeps the caller's, while any block runs


@contextmanager
def warnings_in_a_block(action: Action, category: type[Warning] = Warning) -> Iterator[None]:
    """Ignore such warnings in a block, or make errors of them; afterwards the filters are as before.

    `warnings.catch_warnings` alone keeps the filters that another thread has just set for itself, and leaves
    them behind for good. Here the filters of the blocks of all threads are set together, and what was there
    before the first of them comes back after the last.

    Examples
    --------
    >>> before = warnings.filters
    >>> with warnings_in_a_block("ignore"):
    ...     warnings.warn("nobody reads this")
    >>> warnings.filters is before
    True
    """
    if getattr(sys.flags, "context_aware_warnings", False):  # each thread has filters of its own
        with warnings.catch_warnings():
            warnings.simplefilter(action, category)
            yield
        return
    block = object()
    with _lock:
        _wanted[block] = action, category
        _set()
    try:
        yield
    finally:
        with _lock:
            del _wanted[block]
            _set()


def _set() -> None:
    """Put the caller's filters back, and those of the running blocks before them."""
    while _filters:
        _filters.pop().__exit__(None, None, None)
    if _wanted:
        _filters.append(warnings.catch_warnings())
        _filters[0].__enter__()
        for action, category in _wanted.values():
            warnings.simplefilter(action, category)
