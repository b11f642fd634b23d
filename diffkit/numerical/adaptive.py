"""Derivatives of a black box by steps that are searched for, with an error estimate that holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan
from typing import Any, ClassVar

import numpy as np

from diffkit.numerical.sampling import (
    Counted,
    Function,
    Sample,
    elementwise,
    real_valued,
    require_apart,
)
from diffkit.numerical.search import Found, Place, Points, derivative_at
from diffkit.numerical.step import floating
from diffkit.result import Estimate

__all__ = ["Adaptive"]


@dataclass(frozen=True)
class Adaptive:
    """The adaptive method: it finds f's scale and noise, extrapolates, and says how sure it is.

    About 11 calls of f for a smooth function. The error estimate is meant to be an upper bound, and it is
    inf where nothing can be promised; `Estimate.note` says in words what is wrong: not converged, noise,
    the edge of the domain, a corner or a jump at x.

    Attributes
    ----------
    h
        The step to begin with; None takes a quarter of |x| (0.25 at 0) and a larger one for higher orders.
    bounds
        (low, high): f is asked only from low to high; each a number, or an array that broadcasts to x.
    noise
        The noise of f's values, as a standard deviation; None measures it where it shows.

    Examples
    --------
    >>> found = Adaptive().derivative(np.sin, 1e6)
    >>> abs(found.value - np.cos(1e6)) < found.error_estimate < 1e-12
    np.True_
    """

    h: Any = None
    bounds: tuple[Any, Any] | None = None
    noise: float | None = None

    name: ClassVar[str] = "adaptive"
    kind: ClassVar[str] = "numerical"

    def derivative(self, f: Function, x: Any, order: int = 1) -> Estimate:
        """The derivative of that order, in an Estimate whose value has x's shape and dtype.

        f acts elementwise on x, a real number or array; every element has its own steps and stops on its
        own, and one call of f serves all of them.
        """
        x = floating(x)
        calls = Counted(f)
        asked, samples = real_valued(calls), list[Sample]()
        if np.ndim(x):
            asked = elementwise(asked, x, [], samples)
        centre = np.asarray(asked(x.copy()))
        if centre.shape != np.shape(x):
            elementwise(lambda _: centre, x, [], [])(x)  # raises
        places = self._places(np.asarray(x), centre, order)

        def answer(wanted: Mapping[int, list[Any]]) -> dict[int, list[Any]]:
            if not np.ndim(x):
                return {0: [places[0].real(_or_nan(asked, x.dtype.type(point))) for point in wanted[0]]}
            answers: dict[int, list[Any]] = {i: [] for i in wanted}
            for turn in range(max(map(len, wanted.values()))):
                point = x.copy()
                for i, points in wanted.items():
                    point.flat[i] = points[min(turn, len(points) - 1)]
                values = asked(point).ravel()
                for i in wanted:
                    answers[i].append(places[i].real(values[i]))
            return {i: answers[i][: len(points)] for i, points in wanted.items()}

        found = together([derivative_at(place, order) for place in places], answer)
        require_apart(asked, x, samples)
        return _estimate(found, x, calls.calls)

    def _places(self, x: Any, centre: Any, order: int) -> list[Place]:
        """Where to look for the derivative at each element of x."""
        bits = min(np.finfo(x.dtype).nmant, np.finfo(centre.dtype).nmant) + 1
        real: Callable[[Any], Any] = np.longdouble if bits > 53 else float
        low, high = self._within(x)
        places = []
        for index in np.ndindex(x.shape):
            t = real(x[index])
            first = abs(t) / 4 if t else real(0.25)
            first *= min(1 + 0.4 * (order - 1), 3)
            if self.h is not None:
                first = abs(real(np.broadcast_to(self.h, x.shape)[index]))
            places.append(
                Place(
                    x=t,
                    centre=real(centre[index]),
                    left=t - real(low[index]),
                    right=real(high[index]) - t,
                    first=first,
                    noise=real(self.noise or 0),
                    grid=real(np.spacing(np.abs(x[index]))) if t else real(0),
                    bits=bits,
                    real=real,
                )
            )
        return places

    def _within(self, x: Any) -> tuple[Any, Any]:
        low, high = (-inf, inf) if self.bounds is None else self.bounds
        return np.broadcast_to(np.asarray(low, x.dtype), x.shape), np.broadcast_to(
            np.asarray(high, x.dtype), x.shape
        )


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


def _or_nan(f: Function, point: Any) -> Any:
    """f's value; nan where it raises because it has none there, as math.log does at -1."""
    try:
        return f(point)
    except (ArithmeticError, ValueError):
        return nan


def _estimate(found: list[Found], x: Any, calls: int) -> Estimate:
    def shaped(part: str) -> Any:
        return np.array([float(getattr(one, part)) for one in found]).reshape(np.shape(x))

    value = np.array([one.value for one in found]).astype(x.dtype).reshape(np.shape(x))
    return Estimate(value[()], shaped("error")[()], shaped("step")[()], calls, "adaptive", found[0].trouble)
