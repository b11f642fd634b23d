"""Derivatives of a black box by steps that are searched for, with an error estimate that holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import nan
from typing import Any, ClassVar

import numpy as np

from diffkit.errors import OptionError
from diffkit.numerical.batch import Batch
from diffkit.numerical.edge import derivative_at
from diffkit.numerical.finite import blocks
from diffkit.numerical.lines import Box, Line, axes, power_of_2, spacing, through, together
from diffkit.numerical.place import UNIT, Found, Place
from diffkit.numerical.sampling import (
    Counted,
    Function,
    Sample,
    elementwise,
    one_shape,
    real_valued,
    require_apart,
    scalar_valued,
)
from diffkit.numerical.sparse import Pattern, refuse_sparsity
from diffkit.numerical.step import checked_step, floating
from diffkit.result import Estimate

__all__ = ["Adaptive"]

ZERO = 1e-30  # an x below it tells no more of f's scale than 0 does


@dataclass(frozen=True)
class Adaptive:
    """The adaptive method: it finds f's scale and noise, extrapolates, and says how sure it is.

    About 11 calls of f for a smooth function. The error estimate is meant as an upper bound, and it is inf
    where nothing can be promised; `Estimate.note` says in words what is wrong: not converged, noise, the
    edge of the domain, a corner or a jump at x, a derivative that is infinite.

    Attributes
    ----------
    h
        The step to begin with; None takes a quarter of |x| (0.25 at 0), and more for higher orders.
    bounds
        (low, high): f is asked only from low to high; each a number, or an array that broadcasts to x.
    noise
        The noise of f's values, as a standard deviation; None measures it where it shows.
    workers, vectorized, sparsity
        For many inputs, as in the other differences: how f is asked at the points that all searches want
        at a time, and where a Jacobian may be nonzero.

    Examples
    --------
    >>> found = Adaptive().derivative(np.sin, 1e6)
    >>> bool(abs(found.value - np.cos(1e6)) < found.error_estimate < 1e-10)
    True
    """

    h: Any = None
    bounds: tuple[Any, Any] | None = None
    noise: float | None = None
    workers: Any = field(default=None, kw_only=True, repr=False)
    vectorized: bool = field(default=False, kw_only=True, repr=False)
    sparsity: Any = field(default=None, kw_only=True, repr=False)

    name: ClassVar[str] = "adaptive"
    kind: ClassVar[str] = "numerical"

    def derivative(self, f: Function, x: Any, order: int = 1) -> Estimate:
        """The derivative of that order, in an Estimate whose value has x's shape and dtype.

        f acts elementwise on x, a real number or array; every element has its own steps and stops on its
        own, and one call of f serves all of them. NotElementwiseError when f mixes them, DomainError when
        it is complex.

        >>> found = Adaptive().derivative(np.log, np.array([1e-3, 1.0, 1e3]))
        >>> found.value.round(9).tolist(), found.evaluations < 20
        ([1000.0, 1.0, 0.001], True)
        """
        refuse_sparsity(self.sparsity, "a derivative")
        x = floating(x)
        calls, samples, shape = Counted(f), list[Sample](), np.shape(x)
        asked = elementwise(real_valued(calls), x, [], samples)
        centre = np.asarray(asked(x))
        left, right = Box(self.bounds).room(x)
        steps = None if self.h is None else np.broadcast_to(checked_step(self.h, x), shape)
        places = [
            self._place(
                Line(_itself, x[index], left[index], right[index], spacing(x[index])),
                centre[index],
                order,
                None if steps is None else steps[index],
            )
            for index in np.ndindex(shape)
        ]
        one = real_valued(_OrNan(calls))

        def answer(wanted: Mapping[int, list[Any]]) -> dict[int, list[Any]]:
            if not shape:  # no elements to keep apart
                return {0: [places[0].real(one(x.dtype.type(t))) for t in wanted[0]]}
            answers: dict[int, list[Any]] = {i: [] for i in wanted}
            for turn in range(max(map(len, wanted.values()))):
                point = x.copy()
                for i, points in wanted.items():
                    point.flat[i] = points[min(turn, len(points) - 1)]
                values = asked(point).ravel()
                for i in wanted:
                    answers[i].append(places[i].real(values[i]))
            return {i: answers[i][: len(points)] for i, points in wanted.items()}

        with np.errstate(all="ignore"):  # that it leaves f's domain tells the search something
            found = together([derivative_at(place, order) for place in places], answer)
        require_apart(asked, x, samples)
        return Estimate(
            _table(found, "value", shape, x.dtype),
            _table(found, "error", shape),
            _table(found, "step", shape),
            calls.calls,
            self.name,
            _note(found, shape),
        )

    def jacobian(self, f: Function, leaves: Sequence[Any]) -> Estimate:
        """The partial derivatives of f(*leaves): one array for each leaf, of shape T + leaf.shape.

        T is the shape of f's value, () for a scalar. Each entry has its own steps and stops on its own; the
        entries of one column share the calls of f at the steps they have in common.

        >>> f = lambda x: np.array([x[0] * x[1], np.sin(1e6 * x[0])])
        >>> found = Adaptive().jacobian(f, [np.array([3.0, 4.0])])
        >>> bool(abs(found.value[0][1, 0] - 1e6 * np.cos(3e6)) < found.error_estimate[0][1, 0] < 1)
        True
        """
        points, guarded = [np.asarray(floating(leaf)) for leaf in leaves], _OrNan(f)
        calls = self._batch(guarded)
        asked = one_shape(real_valued(calls))
        if self.sparsity is not None:
            pattern = Pattern.of(self.sparsity, points)
            return self._sparse(pattern, points[0], pattern.checked(asked), calls, guarded)
        centre = guarded.strictly(asked, points)
        found = self._along(axes(points, Box(self.bounds)), asked, calls, centre, 1)
        tables: dict[str, list[Any]] = {"value": [], "error": [], "step": []}
        start = 0
        for leaf in points:
            mine = [one for line in found[start : start + leaf.size] for one in line]
            start += leaf.size
            for name, arrays in tables.items():
                dtype = leaf.dtype if name == "value" else None
                table = _table(mine, name, (leaf.size, centre.size), dtype)
                arrays.append(table.T.reshape(centre.shape + leaf.shape)[()])
        note = _note([one for line in found for one in line], (len(found), centre.size))
        return Estimate(tables["value"], tables["error"], tables["step"], calls.calls, self.name, note)

    def _sparse(
        self, pattern: Pattern, leaf: Any, asked: Function, calls: Batch, guarded: _OrNan
    ) -> Estimate:
        """The Jacobian as a sparse array: the columns of a group go along one line together."""
        size = np.abs(leaf).astype(np.float64)
        units = np.exp2(np.floor(np.log2(np.where(size > 0, size, 1))))
        lines = []
        for places in pattern.groups:
            moves = np.zeros(leaf.size)
            moves[pattern.columns[places]] = units[pattern.columns[places]]
            lines.append(through([leaf], [moves], Box(self.bounds)))
        found = self._along(lines, asked, calls, guarded.strictly(asked, [leaf]), 1)
        value, error = np.zeros((2, len(pattern.rows)))
        mine: list[Found] = []
        for line, places in zip(found, pattern.groups, strict=True):
            rows, unit = pattern.rows[places], units[pattern.columns[places]]
            mine += (here := [line[row] for row in rows])
            value[places] = np.array([float(one.value) for one in here]) / unit
            error[places] = np.array([float(one.error) for one in here]) / unit
        jacobian = pattern.filled(value.astype(leaf.dtype))
        note = _note(mine, (len(mine),))
        return Estimate([jacobian], [pattern.filled(error)], None, calls.calls, self.name, note)

    def hessian(self, f: Function, leaves: Sequence[Any]) -> Estimate:
        """The second derivatives of a scalar f(*leaves): value[i][j] of shape leaf_i.shape + leaf_j.shape.

        n second derivatives along the axes and n (n - 1) along diagonals, each with its own steps: the
        second derivatives along (a, b) and (a, -b) differ by 4 a b f_xy.

        >>> found = Adaptive().hessian(lambda x, y: x**2 * y + y + 2, [3.0, 4.0])
        >>> [[float(entry.round(6)) for entry in row] for row in found.value]
        [[8.0, 6.0], [6.0, 0.0]]
        """
        points, guarded = [np.asarray(floating(leaf)) for leaf in leaves], _OrNan(f)
        calls = self._batch(guarded)
        refuse_sparsity(self.sparsity, "a Hessian")
        asked, box = scalar_valued(real_valued(calls)), Box(self.bounds)
        centre = guarded.strictly(asked, points)
        straight = [line[0] for line in self._along(axes(points, box), asked, calls, centre, 2)]
        n = len(straight)
        # As far along each axis as its own ladder went, so that both count for as much.
        reach = [power_of_2(64 * float(one.step)) if one.step > 0 else 1.0 for one in straight]
        pairs = [(a, b) for a in range(n) for b in range(a)]
        lines = [
            through(points, _split({a: reach[a], b: sign * reach[b]}, points), box)
            for a, b in pairs
            for sign in (1, -1)
        ]
        across = [line[0] for line in self._along(lines, asked, calls, centre, 2)]
        value, error = np.zeros((n, n), np.result_type(float, *points)), np.zeros((n, n))
        for k, one in enumerate(straight):
            value[k, k], error[k, k] = one.value, one.error
        for (a, b), plus, minus in zip(pairs, across[::2], across[1::2], strict=True):
            unit = 4 * reach[a] * reach[b]
            value[a, b] = value[b, a] = (plus.value - minus.value) / unit
            error[a, b] = error[b, a] = (plus.error + minus.error) / unit
        note = _note([*straight, *across], (n * n,))
        return Estimate(blocks(value, points), blocks(error, points), None, calls.calls, self.name, note)

    def directional(self, f: Function, leaves: Sequence[Any], direction: Sequence[Any]) -> Estimate:
        """The derivative of f(*leaves) along a direction: d/dt f(x + t v) at t = 0, of f's own shape.

        `direction` is v, with an array or number for each leaf, of its shape.

        >>> found = Adaptive().directional(lambda x: x[0] * x[1], [np.array([3.0, 4.0])], [np.array([1, 2])])
        >>> round(float(found.value), 9)
        10.0
        """
        points, guarded = [np.asarray(floating(leaf)) for leaf in leaves], _OrNan(f)
        calls = self._batch(guarded)
        asked = one_shape(real_valued(calls))
        centre = guarded.strictly(asked, points)
        moves = [
            np.broadcast_to(np.asarray(v, float), x.shape) for v, x in zip(direction, points, strict=True)
        ]
        longest, size = (
            max(float(np.max(np.abs(a), initial=0)) for a in arrays) for arrays in (moves, points)
        )
        unit = power_of_2((size or 1.0) / longest) if longest else 1.0
        line = through(points, [unit * move for move in moves], Box(self.bounds))
        (found,) = self._along([line], asked, calls, centre, 1)
        return Estimate(
            _table(found, "value", centre.shape, np.result_type(*points)) / unit,
            _table(found, "error", centre.shape) / unit,
            _table(found, "step", centre.shape) * unit,
            calls.calls,
            self.name,
            _note(found, centre.shape),
        )

    def _batch(self, f: Function) -> Batch:
        return Batch(f, self.workers, self.vectorized)

    def _along(
        self, lines: Sequence[Line], asked: Function, calls: Batch, centre: Any, order: int
    ) -> list[list[Found]]:
        """For each line, what is found for each element of f's result, in their flat order."""
        elements = centre.ravel()
        places = [self._place(line, y, order, self.h) for line in lines for y in elements]

        def answer(wanted: Mapping[int, list[Any]]) -> dict[int, list[Any]]:
            points = {
                (i // elements.size, t): lines[i // elements.size].point(t)
                for i, numbers in wanted.items()
                for t in numbers
            }
            calls.ahead(lambda f: [f(*point) for point in points.values()], blank=centre)
            values = {
                key: np.broadcast_to(asked(*point), centre.shape).ravel() for key, point in points.items()
            }
            return {
                i: [places[i].real(values[i // elements.size, t][i % elements.size]) for t in numbers]
                for i, numbers in wanted.items()
            }

        with np.errstate(all="ignore"):
            found = together([derivative_at(place, order) for place in places], answer)
        return [found[k : k + elements.size] for k in range(0, len(found), max(1, elements.size))]

    def _place(self, line: Line, centre: Any, order: int, h: Any) -> Place:
        """Where to look for the derivative of one element of f's result along a line."""
        bits, tiny = _coarser(np.asarray(line.t).dtype, np.asarray(centre).dtype)
        real: Callable[[Any], Any] = np.longdouble if bits > 53 else float
        t = real(line.t)
        first = (abs(t) / 4 if abs(t) > ZERO else real(UNIT)) * min(1 + 0.4 * (order - 1), 3)
        noise = 0.0 if self.noise is None else self.noise
        if not 0 <= noise < np.inf:
            raise OptionError(f"noise={noise!r} is no standard deviation: write a number from 0 on.")
        return Place(
            x=t,
            centre=real(centre),
            left=real(line.left),
            right=real(line.right),
            first=first if h is None else abs(real(h)),
            noise=real(noise),
            grid=real(line.grid) if t else real(0),
            bits=bits,
            real=real,
            tiny=real(tiny),
        )


class _OrNan:
    """f, which is nan where it raises because it has no value there, as math.log does at -1."""

    def __init__(self, f: Function) -> None:
        self.f, self.strict = f, False

    def __call__(self, *point: Any) -> Any:
        try:
            return self.f(*point)
        except (ArithmeticError, ValueError):
            if self.strict:
                raise
            return nan

    def strictly(self, asked: Function, leaves: Sequence[Any]) -> Any:
        """The value at the point itself, where an error of f is the caller's."""
        self.strict = True
        value = np.asarray(asked(*(leaf.copy()[()] for leaf in leaves)))
        self.strict = False
        return value


@lru_cache
def _coarser(*dtypes: np.dtype[Any]) -> tuple[int, Any]:
    """The fewest bits and the largest smallest number of the dtypes."""
    known = [np.finfo(dtype) for dtype in dtypes]
    return min(one.nmant for one in known) + 1, max(one.smallest_subnormal for one in known)


def _itself(t: Any) -> tuple[Any, ...]:
    return (t,)


def _split(moved: Mapping[int, float], leaves: Sequence[Any]) -> list[Any]:
    """The direction whose elements are 0 but for those given by their place among all elements."""
    flat = np.zeros(sum(leaf.size for leaf in leaves))
    for k, move in moved.items():
        flat[k] = move
    cuts = np.cumsum([leaf.size for leaf in leaves])[:-1]
    return [part.reshape(leaf.shape) for part, leaf in zip(np.split(flat, cuts), leaves, strict=True)]


def _table(found: Sequence[Found], name: str, shape: tuple[int, ...], dtype: Any = None) -> Any:
    """One field of what was found, as an array of this shape."""
    parts = [getattr(one, name) for one in found]
    if dtype is None:
        parts, dtype = [float(part) for part in parts], np.float64
    return np.array(parts).astype(dtype).reshape(shape)[()]


_UNKNOWN = "the error stays unknown: the values of f are too large, or too noisy, to tell"


def _note(found: Sequence[Found], shape: tuple[int, ...]) -> str:
    """The first trouble in words, where it is, and how many more have some."""
    troubled = [i for i, one in enumerate(found) if one.trouble or not one.error < np.inf]
    if not troubled:
        return ""
    text = found[troubled[0]].trouble or _UNKNOWN
    if len(found) > 1:
        index = tuple(int(i) for i in np.unravel_index(troubled[0], shape))
        text = f"element {index if len(index) > 1 else index[0]}: {text}"
    return f"{text} (and {len(troubled) - 1} more)" if len(troubled) > 1 else text
