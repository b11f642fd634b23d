"""Where a long array is cut into blocks: as NumPy's own sum cuts it, so that sums add up to its bits."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

__all__ = ["BLOCK", "cuts", "is_cut", "numpy_adds_halves", "total"]

BLOCK = 8192  # elements: a few such blocks of doubles stay in a processor's second cache


def is_cut(size: int) -> bool:
    """Whether an array of this size is long enough to go through a stretch block by block."""
    return size > 2 * BLOCK


@cache
def numpy_adds_halves() -> bool:
    """Whether NumPy adds a long array by its halves: 2.2 adds one buffer of 8192 elements after the other."""
    x = np.random.default_rng(0).normal(size=8 * BLOCK)
    sizes = range(2 * BLOCK + 1, x.size, 5000)  # one of five may have the same bits by chance
    return all(total([np.sum(x[part]) for part in cuts(n)], n) == np.sum(x[:n]) for n in sizes)


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
    >>> x = np.random.default_rng(0).normal(size=8000)
    >>> bool(total([np.sum(x[part]) for part in cuts(8000, 1000)], 8000, 1000) == np.sum(x))
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
