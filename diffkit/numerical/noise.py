"""How noisy f is: the error of its values, seen from its differences at points very close together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from math import factorial
from typing import Any

import numpy as np

from diffkit.numerical.sampling import real_valued

__all__ = ["close_spacing", "near", "noise_in", "noise_level"]

SAMPLES = 7
AGREE = 4  # three successive differences tell the same noise when they are within this factor


def noise_level(f: Callable[[Any], Any], x: Any, spacing: float | None = None) -> float | None:
    """The standard deviation of the noise in f's values near x, or None where it cannot be told.

    Noise is whatever changes from one float to the next: rounding errors, an iteration that stops early,
    measurement. Rounding alone gives about 1e-16 |f(x)| in double precision.

    Parameters
    ----------
    f, x
        A function of one number, and the number.
    spacing
        How far apart its 7 samples are; None takes `close_spacing` of max(1, |x|).

    Examples
    --------
    >>> expanded = lambda x: x**7 - 7*x**6 + 21*x**5 - 35*x**4 + 35*x**3 - 21*x**2 + 7*x - 1
    >>> 1e-15 < noise_level(expanded, 1.01) < 1e-13  # where (x - 1)^7 is 1e-14
    True

    Source: ECnoise, Moré and Wild, Estimating computational noise, SIAM J. Sci. Comput. 33 (2011).
    """
    x = np.asarray(x)[()]
    x = x if x.dtype.kind == "f" else np.float64(x)
    if spacing is None:
        spacing = close_spacing(max(1, abs(x)), float(np.finfo(x.dtype).eps) / 2)
    asked = real_valued(f)
    return noise_in([asked(point) for point in near(x, spacing)])


def close_spacing(scale: Any, u: float) -> Any:
    """A spacing of samples in which noise shows and f does not: about 3e-13 scale in double precision.

    No power of 2: on the grid of the floats the samples would be rounded all alike.

    >>> close_spacing(1.0, 2.0**-53) < 1e-12
    True
    """
    return scale * (math.sqrt(2) * (2 * u) ** (42 / 52))


def near(x: Any, spacing: Any) -> list[Any]:
    """The points x - 3 spacing, ..., x + 3 spacing.

    >>> near(1.0, 0.5)
    [-0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    """
    return [x + type(x)(i) * spacing for i in range(-(SAMPLES // 2), SAMPLES // 2 + 1)]


def noise_in(values: Sequence[Any]) -> float | None:
    """The noise in evenly spaced samples of f, or None where their differences do not tell.

    Of white noise of standard deviation s the k-th differences have the mean square s^2 (2k)! / (k!)^2; a
    smooth f has next to none of them. Three successive k that tell the same s, with differences of both
    signs, are trusted.

    >>> noise_in([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]) is None
    True
    """
    differences = np.asarray(values, np.result_type(float, *values))
    if not np.all(np.isfinite(differences)):
        return None
    levels, both_signs = [], []
    for k in range(1, len(values)):
        differences = np.diff(differences)
        size = np.max(np.abs(differences)) or 1  # its square may underflow
        mean_square = np.mean((differences / size) ** 2) * factorial(k) ** 2 / factorial(2 * k)
        levels.append(float(size * np.sqrt(mean_square)))
        both_signs.append(bool(differences.min() < 0 < differences.max()))
    for k in range(len(levels) - 2):
        if both_signs[k] and max(levels[k : k + 3]) <= AGREE * min(levels[k : k + 3]):
            return levels[k]
    return None
