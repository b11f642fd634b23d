"""Powers of a step, in the arithmetic that it is in."""

from __future__ import annotations

from math import copysign, inf
from typing import Any

__all__ = ["to_the"]


def to_the(h: Any, q: int) -> Any:
    """h^q; inf where it overflows, where NumPy says so and Python's own floats raise.

    Examples
    --------
    >>> to_the(0.5, 2), to_the(1e200, 2), to_the(-1e200, 3)
    (0.25, inf, -inf)
    """
    try:
        return h if q == 1 else h**q if q else 1
    except OverflowError:
        return copysign(inf, h) ** q
