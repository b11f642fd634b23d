"""The derivative of functions that take elements together: sums, products, maxima, spreads, running totals.

Letters: `y` the result, `x` the operand, `x_dot` a tangent, `y_bar` and `x_bar` cotangents, `over` the
reduction's options.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from diffkit.example import Array, Example, example
from diffkit.primitives import scatter
from diffkit.rules.declare import array_rule, expand, linear

X = Array(2, 3, 4)
Z = Array(2, 3, made=lambda x: x + 1j * np.sin(3 * x))
TAKEN = np.indices(X.shape).sum(axis=0) % 3 != 0  # leaves something of every row, in every direction


@dataclass(frozen=True)
class Over:
    """Which elements a reduction takes together, and how: the options of np.sum and its kind.

    `where` marks the elements that take part; `initial` stands for one more, which is constant.
    """

    axis: Any = None
    dtype: Any = None
    out: Any = None
    keepdims: bool = False
    initial: Any = None
    where: Any = True
    ddof: float = 0
    correction: float | None = None
    mean: Any = None

    def sum(self, x: Any) -> Any:
        """The elements that the reduction takes together, added up."""
        return np.sum(x, **self._options)

    def average(self, x: Any) -> Any:
        """Their mean."""
        return np.mean(x, **self._options)

    @property
    def _options(self) -> dict[str, Any]:
        options = {"axis": self.axis, "keepdims": self.keepdims}
        return options if self.where is True else {**options, "where": self.where}

    def spread(self, reduced: Any, x: Any) -> Any:
        """A result or its cotangent in a shape that broadcasts against x."""
        return reduced if self.axis is None else expand(reduced, x, self.axis, self.keepdims)

    def only(self, x: Any, other: float = 0.0) -> Any:
        """x where its elements take part, another number where they do not."""
        return x if self.where is True else np.where(self.where, x, other)

    def count(self, x: Any, y: Any) -> Any:
        """How many elements went into each element of y, ready to broadcast against x."""
        if self.where is True:
            return max(1, _size(x)) / max(1, _size(y))
        return np.sum(np.broadcast_to(self.where, np.shape(x)), axis=self.axis, keepdims=True)


EVERYTHING = Over()


@lru_cache
def along(axis: int) -> Over:
    """One axis, without further options."""
    return Over(axis)


def _size(x: Any) -> int:
    return math.prod(getattr(x, "shape", ()))


def _options(function: Callable[..., Any]) -> list[dict[str, Any]]:
    """Every option of a reduction, as it comes and in company."""
    options = [
        {"axis": axis, "keepdims": keepdims}
        for axis in (None, 0, -1, (0, 2), (1,))
        for keepdims in (False, True)
    ]
    names = inspect.signature(function).parameters
    masks: list[dict[str, Any]] = [{"where": TAKEN, "axis": axis} for axis in (None, 0, (1, 2))]
    started = [{**mask, "initial": 0.9} for mask in masks]
    if function in (np.max, np.min, np.amax, np.amin):
        masks = []  # the greatest of some needs one to start from
    more = [*masks, *started, {"ddof": 1}, {"correction": 1}, {"mean": 1.0}]
    return options + [o for o in more if set(o) <= set(names)]


def _reduction(
    function: Callable[..., Any],
    push: Callable[..., Any],
    pull: Callable[..., Any],
    examples: Iterable[Example] = (),
    selects: bool = False,
) -> None:
    """Declare a reduction by push(x_dot, y, x, over) and pull(y_bar, y, x, over)."""
    names = tuple(inspect.signature(function).parameters)[1:]

    def over(rest: tuple[Any, ...], keywords: dict[str, Any]) -> Over:
        if not rest and not keywords:
            return EVERYTHING
        if not rest and len(keywords) == 1 and keywords.get("axis").__class__ is int:
            return along(keywords["axis"])
        return Over(**dict(zip(names, rest, strict=False)), **keywords)

    array_rule(
        function,
        (
            lambda x_dot, y, x, *rest, **keywords: push(x_dot, y, x, over(rest, keywords)),
            lambda y_bar, y, x, *rest, **keywords: pull(y_bar, y, x, over(rest, keywords)),
        ),
        examples=[
            *[example(X, **options) for options in _options(function)],
            *[example(X, 1), example(Array(3, 0), axis=0), *examples],
        ],
        selects=selects,
    )


def _pull_sum(y_bar: Any, y: Any, x: Any, over: Over) -> Any:
    if y_bar.__class__ is float and over.where is True:
        return y_bar  # the sweep lets one number stand for an array of equal ones
    return over.only(np.broadcast_to(over.spread(y_bar, x), np.shape(x)))


def _pull_mean(y_bar: Any, y: Any, x: Any, over: Over) -> Any:
    count = over.count(x, y)
    return _pull_sum(y_bar / (count if over.where is True else np.reshape(count, np.shape(y))), y, x, over)


NUMBER = [example(Array()), example(X, axis=())]
_reduction(
    np.sum,
    lambda x_dot, y, x, over: over.sum(x_dot),
    _pull_sum,
    [*NUMBER, example(X, 0, None, None, True), example(Array(0, 3), axis=0)],
)
_reduction(np.mean, lambda x_dot, y, x, over: over.average(x_dot), _pull_mean, NUMBER)


def _winners(y: Any, x: Any, over: Over) -> Any:
    """The share each element has in the maximum: tied ones, and a tied `initial`, share equally (s)."""
    y = over.spread(y, x)
    hits = over.only(np.where(x == y, 1.0, 0.0))
    constant = 0.0 if over.initial is None else np.where(y == over.initial, 1.0, 0.0)
    return hits / (np.add.reduce(hits, axis=over.axis, keepdims=True) + constant)


def _push_extreme(x_dot: Any, y: Any, x: Any, over: Over) -> Any:
    share = _winners(y, x, over)
    return over.sum(np.where(share == 0, 0.0, share * x_dot))


def _pull_extreme(y_bar: Any, y: Any, x: Any, over: Over) -> Any:
    share = _winners(y, x, over)
    return np.where(share == 0, 0.0, share * over.spread(y_bar, x))


for extreme in (np.max, np.min, np.amax, np.amin):
    _reduction(extreme, _push_extreme, _pull_extreme, [*NUMBER, example(X, 0, None, True)], selects=True)


def _reduced(partial: Callable[..., Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """(push, pull) of a reduction to which each element contributes with its partial(y, x, over)."""

    def push(x_dot: Any, y: Any, x: Any, over: Over) -> Any:
        return over.sum(partial(y, x, over) * x_dot)

    def pull(y_bar: Any, y: Any, x: Any, over: Over) -> Any:
        return over.only(partial(y, x, over)) * over.spread(y_bar, x)

    return push, pull


def _others(y: Any, x: Any, over: Over) -> Any:
    """For each element the product of all the others, right also where some are zero."""
    taken = range(np.ndim(x)) if over.axis is None else [a % np.ndim(x) for a in np.atleast_1d(over.axis)]
    order = [a for a in range(np.ndim(x)) if a not in taken] + list(map(int, taken))
    moved = np.transpose(over.only(x, 1.0), order)
    kept = np.shape(moved)[: np.ndim(x) - len(taken)]
    rows = np.reshape(moved, (*kept, np.size(x) // max(1, math.prod(kept))))
    before = _shifted(np.cumprod(rows, axis=-1), 1, np.ones_like)
    after = np.flip(_shifted(np.cumprod(np.flip(rows, -1), axis=-1), 1, np.ones_like), -1)
    product = np.transpose(np.reshape(before * after, np.shape(moved)), np.argsort(order))
    return product if over.initial is None else product * over.initial


def _var_partial(y: Any, x: Any, over: Over) -> Any:
    mean = over.mean if over.mean is not None else np.mean(x, **{**over._options, "keepdims": True})
    away = np.conjugate(x - mean) if np.iscomplexobj(x) else x - mean
    return 2 * away / (over.count(x, y) - (over.ddof if over.correction is None else over.correction))


def _std_partial(y: Any, x: Any, over: Over) -> Any:
    spread = over.spread(y, x)
    # The spread of equal numbers has a corner: 0 by convention (s).
    return _var_partial(y, x, over) / (2 * np.where(spread == 0, 1.0, spread))


_reduction(
    np.prod,
    *_reduced(_others),
    [*NUMBER, example(X, (0, 1), None, None, True), example(Array(0, 3), axis=0)],
)
_reduction(np.var, *_reduced(_var_partial), [example(X, 1, None, None, 1, True), example(Z, axis=0)])
_reduction(np.std, *_reduced(_std_partial), [example(Z, axis=0)])

# Running sums and products -------------------------------------------------------------------------


def _pull_cumsum(y_bar: Any, y: Any, x: Any, axis: Any = None, *_: Any, **__: Any) -> Any:
    along = -1 if axis is None else axis
    summed = np.flip(np.cumsum(np.flip(y_bar, along), along), along)
    return np.reshape(summed, np.shape(x))


RUNNING = [
    *[example(X, axis) for axis in (None, 0, 1, -1)],
    *[example(Array(*shape)) for shape in ((), (1,), (0,), (5,))],
    *[example(X, axis=1), example(Array(0, 3), axis=0), example(Array(), axis=0)],
]
linear(np.cumsum, _pull_cumsum, RUNNING)


def _pull_diff(y_bar: Any, y: Any, x: Any, n: int = 1, axis: int = -1) -> Any:
    if not np.size(y):
        return np.zeros_like(x)
    if n == 0:
        return y_bar
    inside = (*[slice(None)] * (axis % np.ndim(x)), slice(1, -1))
    for _ in range(n):
        shape = [size + 2 * (a == axis % np.ndim(x)) for a, size in enumerate(np.shape(y_bar))]
        y_bar = -np.diff(scatter(y_bar, key=inside, shape=tuple(shape)), axis=axis)
    return y_bar


linear(
    np.diff,
    _pull_diff,
    [
        *[example(X, n, axis) for n in (0, 1, 2) for axis in (-1, 0)],
        *[example(Array(2), n=3), example(Array(0)), example(Array(), n=0, axis=0)],
        *[example(X, prepend=0.5), example(X, axis=1, append=Array()), example(X, prepend=Array(2, 3, 2))],
    ],
)


def _shifted(x: Any, k: int, filled_like: Callable[..., Any]) -> Any:
    """x moved k places along its last axis, the places that fall free filled with zeros or ones."""
    return np.concatenate([filled_like(x[..., :k]), x[..., :-k]], axis=-1) if np.shape(x)[-1] else x


def _recurrence(a: Any, b: Any) -> Any:
    """r with r[i] = b[i] + a[i] r[i-1] along the last axis: log2(n) steps over whole arrays.

    After each step, a and b say what r[i] owes to r[i - k], with k twice as large as before.
    """
    k = 1
    while k < np.shape(a)[-1]:
        b = b + a * _shifted(b, k, np.zeros_like)
        a = a * _shifted(a, k, np.ones_like)
        k *= 2
    return b


def _last(x: Any, axis: Any) -> Any:
    return np.ravel(x) if axis is None or not np.ndim(x) else np.moveaxis(x, axis, -1)


def _push_cumprod(x_dot: Any, y: Any, x: Any, axis: Any = None, *_: Any, **__: Any) -> Any:
    # y[i] = y[i-1] x[i], so y_dot[i] = y[i-1] x_dot[i] + x[i] y_dot[i-1]
    before = _shifted(y if axis is None else _last(y, axis), 1, np.ones_like)
    y_dot = _recurrence(_last(x, axis), before * _last(x_dot, axis))
    return y_dot if axis is None else np.moveaxis(y_dot, -1, axis)


def _pull_cumprod(y_bar: Any, y: Any, x: Any, axis: Any = None, *_: Any, **__: Any) -> Any:
    # The adjoint runs backwards: r[i] = y_bar[i] + x[i+1] r[i+1], x_bar[i] = y[i-1] r[i]
    before = _shifted(y if axis is None else _last(y, axis), 1, np.ones_like)
    y_bar = y_bar if axis is None else _last(y_bar, axis)
    r = np.flip(_recurrence(_shifted(np.flip(_last(x, axis), -1), 1, np.ones_like), np.flip(y_bar, -1)), -1)
    return (
        np.moveaxis(before * r, -1, axis)
        if axis is not None and np.ndim(x)
        else np.reshape(before * r, np.shape(x))
    )


array_rule(np.cumprod, (_push_cumprod, _pull_cumprod), examples=RUNNING)
