"""f around the path of a descent: a curve of one parameter, a surface of two, and where they are lowest."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from diffkit.studies.descent import Array

__all__ = ["Curve", "Surface", "curve_around", "surface_around"]

BEYOND = 0.6  # of the path's span, past its end: what the descent did not reach is what one wants to see
BEFORE = 0.08
AROUND = 1.4  # times the path: as large as the surface under it is
LOST = 3.0  # times the path's own width: in a picture so much wider one cannot see it move
GOLDEN = (np.sqrt(5.0) - 1) / 2


class Curve(NamedTuple):
    """f of one parameter: (m,) places and values, and the lowest place inside with its value, if any."""

    x: Array
    f: Array
    lowest: tuple[float, float] | None


class Surface(NamedTuple):
    """f of two parameters: (m,) and (m,) places, (m, m) values with a row for each y, and the minimum.

    `equal` says that the rectangle has the shape of the picture: there x and y have one scale, in which
    the gradient is perpendicular to the level lines.
    """

    x: Array
    y: Array
    f: Array
    lowest: tuple[float, float] | None
    equal: bool


@np.errstate(all="ignore")  # beyond the edge of f's domain the curve ends
def curve_around(
    f: Callable[[Array], float], path: Array, goal: Array | None = None, count: int = 801
) -> Curve:
    """The curve of f from a little before the path to some way past its end.

    >>> curve_around(lambda x: float((x[0] - 1) ** 2), np.array([4.0, 2.0])).lowest
    (1.0, 0.0)
    """
    ends = [float(path.min()), float(path.max())] if goal is None else [*_limits([*path, *goal])]
    span = ends[1] - ends[0] or 1.0
    falling = path[-1] <= path[0]
    low = ends[0] - span * (BEYOND if falling else BEFORE)
    high = ends[1] + span * (BEFORE if falling else BEYOND)
    x = np.linspace(low, high, count)
    values = np.array([_value(f, at) for at in x])
    least = int(np.nanargmin(values)) if np.isfinite(values).any() else 0
    inside = 0 < least < count - 1 and np.isfinite(values[least - 1 : least + 2]).all()
    return Curve(x, values, _refined(f, x[least - 1], x[least + 1]) if inside else None)


@np.errstate(all="ignore")
def surface_around(
    f: Callable[[Array], float],
    path: Array,
    goal: Array | None = None,
    count: int = 121,
    shape: float = 1.5,
) -> Surface:
    """The surface of f over a rectangle that holds the path and the goal.

    The rectangle has the picture's `shape`, width over height, unless the path would be lost in it.

    >>> found = surface_around(lambda v: float(v @ v), np.array([[1.0, 2.0], [0.5, 1.0]]))
    >>> found.f.shape, found.equal, round(float(np.ptp(found.x) / np.ptp(found.y)), 9)
    ((121, 121), True, 1.5)
    """
    held = path if goal is None else np.vstack([path, goal])
    low, high = held.min(axis=0), held.max(axis=0)
    sides = AROUND * (high - low)
    height = max(sides[1], sides[0] / shape) or AROUND - 1
    whole = np.array([shape * height, height])
    equal = not np.any((sides > 0) & (LOST * sides < whole))
    middle, half = (low + high) / 2, (whole if equal else sides) / 2
    x, y = (np.linspace(m - h, m + h, count) for m, h in zip(middle, half, strict=True))
    values = np.array([[_value(f, a, b) for a in x] for b in y])
    return Surface(x, y, values, None if goal is None else (float(goal[0]), float(goal[1])), equal)


def _limits(values: Array | list[float]) -> tuple[float, float]:
    return float(np.min(values)), float(np.max(values))


def _value(f: Callable[[Array], float], *at: float) -> float:
    try:
        value = f(np.array(at))
    except Exception:  # outside of the domain of math's functions, or of a table of f's own
        return np.nan
    return value if np.isfinite(value) else np.nan


def _refined(f: Callable[[Array], float], low: float, high: float) -> tuple[float, float]:
    """The lowest place between two, by golden section; half the digits, as far as values can tell."""
    places = 8 - math.floor(math.log10(high - low))
    for _ in range(60):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        if _value(f, left) <= _value(f, right):
            high = right
        else:
            low = left
    # Values tell the place of a minimum to half their digits; those beyond are noise.
    x = round(float((low + high) / 2), places)
    return x, _value(f, x)
