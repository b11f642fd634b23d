"""The error model of a difference at a point: what theory says before anything is measured.

The letters: p order, q derivative, C error constant, S noise gain of the stencil, S' the part of S that
belongs to offsets off x; u unit roundoff.

    error(h) <= |C f^(q+p)(x)| h^p + u (S |f(x)| + S' |x f'(x)|) h^-q

The last term is there because a sweep takes its steps as they are: x + k h is rounded, by up to u |x|.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffkit.errors import DiffkitError
from diffkit.numerical import ComplexStep, FiniteDifference, optimal_step

__all__ = ["ErrorModel"]


@dataclass(frozen=True)
class ErrorModel:
    """The model truncation h^order + rounding h^-power of a method's error at a point.

    Attributes
    ----------
    order, power
        p and q.
    truncation, rounding
        The two constants, with f and its derivative at the point in them.
    predicted
        The step that makes the sum smallest, and the sum there: (inf, 0) where there is no truncation
        error, (0, 0) where there is no rounding error, nan where f is not smooth enough to tell.
    """

    order: int
    power: int
    truncation: float
    rounding: float
    predicted: tuple[float, float]

    @classmethod
    def of(
        cls,
        method: FiniteDifference,
        exact: Callable[[Any], Any],
        x: Any,
        order: int,
        value: float,
        roundoff: float,
        mp: Any,
    ) -> ErrorModel:
        if isinstance(method, ComplexStep) and order == 1:
            # Nothing cancels: the rounding error is that of one product, u |f'|, whatever h is. The
            # predicted step is the largest whose truncation error stays below that.
            p, q, constant = method.order, 0, float(abs(method.error_constant))
            higher, slope = _magnitude(exact, x, p + 1, mp), _magnitude(exact, x, 1, mp)
            level = roundoff * slope
            step = math.sqrt(level / (constant * higher)) if higher else math.inf
            return cls(p, q, constant * higher, level, (step, 2 * level))
        stencil = method.stencil(order)
        p, q = stencil.order, stencil.derivative
        higher = _magnitude(exact, x, p + order, mp)
        differenced = 0
        if isinstance(method, ComplexStep):
            value, differenced = _magnitude(exact, x, 1, mp), 1  # it takes Im f, about h f'
        gain = float(stencil.noise_gain)
        moved = float(sum(abs(w) for k, w in zip(stencil.offsets, stencil.weights, strict=True) if k.real))
        # Where f has a slope on one side only, the rounding of x + k h is left out.
        shift = float(abs(x) * np.nan_to_num(_magnitude(exact, x, differenced + 1, mp)))
        noise = value + moved / gain * shift
        constant = float(abs(stencil.error_constant)) * higher
        return cls(p, q, constant, gain * roundoff * noise, optimal_step(stencil, noise, higher, roundoff))


def _magnitude(exact: Callable[[Any], Any], x: Any, order: int, mp: Any) -> float:
    """|f^(order)(x)|, or nan where f is not that smooth there."""
    try:
        return abs(float(mp.diff(exact, x, order)))
    except DiffkitError:
        return math.nan
