"""Where a search looks for a derivative, and what it finds there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["UNIT", "Found", "Place"]

UNIT = 0.25  # the step to begin with where x tells no scale


@dataclass(frozen=True)
class Found:
    """What a search found: the derivative, its error estimate, the smallest step in it, and the trouble."""

    value: Any
    error: Any
    step: Any
    trouble: str = ""


@dataclass(frozen=True)
class Place:
    """Where a search looks: x and f(x), how far to both sides it may go, and what is known beforehand.

    Attributes
    ----------
    x, centre
        The point, and f there, in the arithmetic `real`.
    left, right
        How far f may be asked, to both sides.
    first
        The step to begin with.
    noise
        The known noise of f's values, 0 if it is only their rounding.
    grid
        The distance from x to the next number of its dtype; 0 at x = 0.
    bits
        The bits of f's values.
    tiny
        The smallest number that f's values can differ by.
    """

    x: Any
    centre: Any
    left: Any
    right: Any
    first: Any
    noise: Any
    grid: Any
    bits: int
    real: Callable[[Any], Any] = float
    tiny: Any = 0.0

    @property
    def u(self) -> float:
        return 2.0**-self.bits

    @property
    def smallest(self) -> Any:
        """The smallest step at which x + h still has some digits of h."""
        return abs(self.x) * 2.0 ** (-5 * self.bits // 6) if self.x else self.first * 2.0**-150
