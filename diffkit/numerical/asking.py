"""The points at which a search asks f: at which steps, on which sides."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import numpy as np

from diffkit.numerical.place import Place

__all__ = ["TINY", "Asking", "Points"]

Points = Generator[list[Any], list[Any], Any]

TINY = 1e-300  # h^q does not fall below it, so that it does not underflow


class Asking:
    """What a search of f^(q) asks, around x (side 0), or to the right or left of it (side 1 or -1).

    Attributes
    ----------
    outside
        On which side f had no finite value where it was asked: -1, 1, 0 for none, 2 for both.
    room
        How far f may be asked.
    smallest
        The smallest step.
    """

    def __init__(self, place: Place, order: int, side: int) -> None:
        self.place, self.order, self.side = place, order, side
        self.room = {0: min(place.left, place.right), 1: place.right, -1: place.left}[side]
        self.smallest = max(place.smallest, place.real(TINY) ** (1 / order))
        self.outside = 0

    def start(self, h: Any) -> Any:
        """A step near h with which to begin a ladder: so few digits that x + h is exact down the ladder.

        Its digits are those of 1/sqrt(2): a power of 2 would meet the periods of sin(2 pi k x).
        """
        real, half, grid = self.place.real, self.place.bits // 2, self.place.grid
        h = min(max(h, real(2.0**20 * TINY ** (1 / self.order))), real(1 / TINY) ** (1 / self.order))
        digits = half if grid == 0 else max(1, min(half, int(np.log2(h) - np.log2(grid)) - 12))
        _, exponent = math.frexp(h)
        return real(math.ldexp(round(math.sqrt(0.5) * 2.0**digits), exponent - 1 - digits))

    def ask(self, h: Any) -> Points:
        """The step taken and f's values there, or None where one is not finite."""
        x, side = self.place.x, self.side
        taken = (abs(x) + h) - abs(x)
        if not taken:
            return None
        sides = (side,) if side else (1, -1)
        values = yield [x + sign * taken for sign in sides]
        bad = [sign for sign, value in zip(sides, values, strict=True) if not np.isfinite(value)]
        if bad:
            self.outside = bad[0] if len(bad) == 1 and self.outside in (0, bad[0]) else 2
            return None
        return taken, values
