"""How a count grows with n: by a factor a step, or like a power of n; fitted, and said to what."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

__all__ = ["Growth", "growth"]

LAST = 4  # sizes that a fit is made to: growth is what happens in the end, and small sizes tell little


@dataclass(frozen=True)
class Growth:
    """A law fitted to counts.

    Attributes
    ----------
    kind
        "exponential", where each step multiplies the count, or "power", where it goes like a power of n.
    rate
        The factor a step, or the power.
    step
        How much more a step brings, on average; None where it is multiplied.
    sizes, counts
        What it was fitted to.
    """

    kind: str
    rate: float
    step: float | None
    sizes: tuple[int, ...]
    counts: tuple[int, ...]

    def __str__(self) -> str:
        if self.step is None:
            return f"x {self.rate:.2f} a step"
        if self.rate == 0:
            return "does not grow"
        return f"n^{self.rate:.2f}" + f", {self.step:.3g} more a step" * self.even

    @property
    def even(self) -> bool:
        """Whether every step brings as much as the others, within a tenth."""
        steps = np.diff(np.array(self.counts, dtype=object)) / np.diff(self.sizes)
        return bool(max(steps) <= 1.1 * min(steps))


def growth(sizes: Sequence[int], counts: Sequence[int | None]) -> Growth | None:
    """The law that the counts of the last four sizes follow best; None of fewer than three.

    Both laws are straight lines in the logarithm of the count: against n, or against log n. The one that
    lies closer, in least squares, is taken. Counts to which every step adds the same are linear: their
    power is 1, although an offset bends their line in the logarithms.

    Examples
    --------
    >>> print(growth(range(1, 9), [3 * 2**n for n in range(1, 9)]))
    x 2.00 a step
    >>> print(growth([10, 20, 40], [70, 140, 280]))
    n^1.00, 7 more a step
    >>> print(growth(range(1, 9), [7 * n - 5 for n in range(1, 9)]))
    n^1.00, 7 more a step
    """
    known = [(n, c) for n, c in zip(sizes, counts, strict=True) if c][-LAST:]
    if len(known) < 3:
        return None
    n, c = np.array([n for n, _ in known], float), [count for _, count in known]
    steps = {Fraction(d - c, m - n) for (n, c), (m, d) in pairwise(known)}
    if len(steps) == 1 and min(steps) > 0:  # linear, whatever count it began with
        return Growth("power", 1.0, float(min(steps)), tuple(size for size, _ in known), tuple(c))
    logs = np.array([math.log(count) for count in c])  # whole numbers may be too large for a float
    laws = {}
    for kind, against in (("power", np.log(n)), ("exponential", n)):
        slope, level = np.polyfit(against, logs, 1)
        residual = float(np.sum((logs - slope * against - level) ** 2))
        laws[kind] = (residual, float(slope))
    # Two straight lines that fit to the last digit: what does not grow at all is a power.
    kind = "exponential" if laws["exponential"][0] < laws["power"][0] - 1e-24 else "power"
    slope, sizes = laws[kind][1], tuple(size for size, _ in known)
    if kind == "exponential":
        return Growth(kind, math.exp(slope), None, sizes, tuple(c))
    return Growth(kind, round(slope, 12) + 0.0, (c[-1] - c[0]) / (sizes[-1] - sizes[0]), sizes, tuple(c))
