"""Lines through a point, along which a function of many numbers is a function of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import frexp, inf
from typing import Any

import numpy as np

from diffkit.errors import OptionError
from diffkit.numerical.place import Found
from diffkit.numerical.sampling import Function, around
from diffkit.numerical.search import Points

__all__ = ["Box", "Line", "axes", "power_of_2", "spacing", "through", "together"]


@dataclass(frozen=True)
class Line:
    """A line through the point.

    Attributes
    ----------
    point
        The leaves on the line, as a tuple, at a number.
    t
        The number that belongs to the point.
    left, right
        How far f may be asked, to both sides.
    grid
        The smallest change of the number that changes the point.
    """

    point: Callable[[Any], tuple[Any, ...]]
    t: Any
    left: Any = inf
    right: Any = inf
    grid: Any = 0


class Box:
    """The numbers at which f may be asked: between `low` and `high`, which broadcast to every leaf.

    >>> Box((0.0, np.inf)).room(np.array([1.0, 0.25]))
    (array([1.  , 0.25]), array([inf, inf]))
    """

    def __init__(self, bounds: tuple[Any, Any] | None) -> None:
        self.bounds = (-inf, inf) if bounds is None else bounds

    def room(self, leaf: Any) -> tuple[Any, Any]:
        """How far each element may go down and up; OptionError where it lies outside."""
        try:
            low, high = (np.broadcast_to(np.asarray(bound, leaf.dtype), leaf.shape) for bound in self.bounds)
        except (TypeError, ValueError) as error:
            raise OptionError(
                f"bounds={self.bounds!r} do not fit a point of shape {leaf.shape}: write bounds=(low, high), "
                "two numbers or two arrays that broadcast to it."
            ) from error
        outside = ~((low <= leaf) & (leaf <= high) & (low < high))
        if np.any(outside):
            x = np.ravel(leaf[outside])[0]
            raise OptionError(
                f"bounds={self.bounds!r} leave no room at {x}: write (low, high) around the point."
            )
        return leaf - low, high - leaf


def axes(leaves: Sequence[Any], box: Box) -> list[Line]:
    """The lines along which one element changes, for every element of the leaves.

    >>> line = axes([np.array([3.0, 4.0])], Box(None))[1]
    >>> float(line.t), line.point(7.0)
    (4.0, (array([3., 7.]),))
    """
    at = around(_point, leaves)
    lines = []
    for i, leaf in enumerate(leaves):
        left, right = box.room(leaf)
        for index in np.ndindex(leaf.shape):
            t = leaf[index]
            along = partial(_moved, at, (i, index), t.dtype.type)
            lines.append(Line(along, t, left[index], right[index], spacing(t)))
    return lines


def _point(*leaves: Any) -> tuple[Any, ...]:
    return leaves


def _moved(at: Function, where: tuple[int, tuple[int, ...]], real: Callable[[Any], Any], t: Any) -> Any:
    return at((where, real(t)))


def through(leaves: Sequence[Any], moves: Sequence[Any], box: Box) -> Line:
    """The line x + (t - 1) v, where `moves` is v, with an array for each leaf x.

    >>> line = through([np.array([3.0, 4.0])], [np.array([1.0, 2.0])], Box(None))
    >>> line.t, line.point(2.0)
    (1.0, (array([4., 6.]),))
    """

    def along(t: Any) -> tuple[Any, ...]:
        pairs = zip(leaves, moves, strict=True)
        return tuple((leaf + (t - 1) * move).astype(leaf.dtype)[()] for leaf, move in pairs)

    left, right, grid = inf, inf, 0.0
    for leaf, move in zip(leaves, moves, strict=True):
        moved = move != 0
        speed = np.abs(move[moved]).astype(np.float64)
        down, up = (room[moved] for room in box.room(leaf))
        rising = move[moved] > 0
        left = min(left, np.min(np.where(rising, down, up) / speed, initial=inf))
        right = min(right, np.min(np.where(rising, up, down) / speed, initial=inf))
        grid = max(grid, np.max(spacing(leaf[moved]) / speed, initial=0))
    return Line(along, 1.0, left, right, grid)


def spacing(x: Any) -> Any:
    """How far the floats near x are apart, also at the largest, beyond which there is none.

    >>> float(spacing(3.0)) == 2**-51, bool(np.isfinite(spacing(np.finfo(float).max)))
    (True, True)
    """
    size = np.minimum(np.abs(x), np.finfo(np.asarray(x).dtype).max / 2)
    return np.nextafter(size, np.inf, dtype=size.dtype) - size  # np.spacing of a long double may be nan


def power_of_2(size: Any) -> float:
    """The largest power of 2 that is not larger than `size`: a factor that rounds nothing."""
    return float(2.0 ** (frexp(size)[1] - 1))


def together(
    searches: Sequence[Points], answer: Callable[[Mapping[int, list[Any]]], Mapping[int, list[Any]]]
) -> list[Found]:
    """What the searches find, side by side: `answer` gets the points that each of them wants next."""
    found: list[Any] = [None] * len(searches)
    answers: Mapping[int, Any] = dict.fromkeys(range(len(searches)))
    while answers:
        wanted = {}
        for i, values in answers.items():
            try:
                wanted[i] = searches[i].send(values)
            except StopIteration as stop:
                found[i] = stop.value
        answers = answer(wanted) if wanted else {}
    return found
