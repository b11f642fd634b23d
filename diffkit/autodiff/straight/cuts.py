"""Where a long array is cut into blocks: as NumPy's own sum cuts it, so that sums add up to its bits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["BLOCK", "cuts", "total"]

BLOCK = 8192  # elements: a few such blocks of doubles stay in a processor's second cache


def cuts(size: int, block: int = BLOCK) -> list[slice]:
    """The blocks of an array of this size, none longer than `block`.

    NumPy adds in pairs: it halves an array, at a multiple of 8 elements, until a part has at most 128
    (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 4.2). These are the same halves.

    Examples
    --------
    >>> [(part.start, part.stop) for part in cuts(100, 30)]
    [(0, 24), (24, 48), (48, 72), (72, 100)]
    """
    return list(_halves(0, size, block))


def _halves(start: int, stop: int, block: int) -> Iterator[slice]:
    size = stop - start
    if size <= block:
        yield slice(start, stop)
        return
    middle = start + size // 2 - (size // 2) % 8
    yield from _halves(start, middle, block)
    yield from _halves(middle, stop, block)


def total(sums: list[Any], size: int, block: int = BLOCK) -> Any:
    """The sum of an array of this size from the sums of its blocks, with the bits of np.sum.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=100_000)
    >>> bool(total([np.sum(x[part]) for part in cuts(x.size)], x.size) == np.sum(x))
    True
    """
    supply = iter(sums)

    def added(size: int) -> Any:
        if size <= block:
            return next(supply)
        half = size // 2 - (size // 2) % 8
        first = added(half)
        return first + added(size - half)

    return added(size)
