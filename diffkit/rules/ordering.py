"""The derivative of functions that put elements in order: sort and partition.

Letters: `y` the result, `x` the operand, `x_dot` a tangent, `y_bar` and `x_bar` cotangents, `v` either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from diffkit.example import Array, Example, example
from diffkit.primitives import scatter
from diffkit.rules.declare import array_rule

X = Array(2, 3, 4)


def _lines(x: Any, axis: int | None) -> Any:
    return np.ravel(x) if axis is None else np.moveaxis(x, axis, -1)


def _back(lines: Any, x: Any, axis: int | None) -> Any:
    return np.reshape(lines, np.shape(x)) if axis is None else np.moveaxis(lines, -1, axis)


def _shared(v: Any, ordered: Any) -> Any:
    """v, in which the places of equal elements share equally what they have (s)."""
    same = ordered[..., 1:] == ordered[..., :-1]
    if not np.any(same):
        return v
    first = np.ones(np.shape(ordered), dtype=bool)
    first[..., 1:] = np.logical_not(same)
    group = np.cumsum(np.ravel(first)) - 1
    count = np.bincount(group)
    mean = scatter(np.ravel(v), key=group, shape=count.shape) / count
    return np.reshape(mean[group], np.shape(v))


def ordering(function: Callable[..., Any], axis_at: int, *examples: Example) -> None:
    """Declare a function whose result is its operand with the elements of each line in another order.

    `axis_at` counts its arguments in front of the axis. x goes to y by way of the risen order, where equal
    elements lie side by side.
    """

    def orders(y: Any, x: Any, rest: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, ...]:
        axis = rest[axis_at] if len(rest) > axis_at else keywords.get("axis", -1)
        x_lines, y_lines = _lines(x, axis), y if axis is None else _lines(y, axis)
        rise = np.argsort(x_lines, axis=-1)
        rank = None if function is np.sort else np.argsort(np.argsort(y_lines))
        return axis, rise, rank, np.take_along_axis(x_lines, rise, -1)

    def push(x_dot: Any, y: Any, x: Any, *rest: Any, **keywords: Any) -> Any:
        axis, rise, rank, ordered = orders(y, x, rest, keywords)
        v = _shared(np.take_along_axis(_lines(x_dot, axis), rise, -1), ordered)
        v = v if rank is None else np.take_along_axis(v, rank, -1)
        return v if axis is None else _back(v, x, axis)

    def pull(y_bar: Any, y: Any, x: Any, *rest: Any, **keywords: Any) -> Any:
        axis, rise, rank, ordered = orders(y, x, rest, keywords)
        v = y_bar if axis is None else _lines(y_bar, axis)
        v = v if rank is None else np.take_along_axis(v, np.argsort(rank), -1)
        return _back(np.take_along_axis(_shared(v, ordered), np.argsort(rise), -1), x, axis)

    array_rule(function, (push, pull), examples=examples, selects=True)


ordering(
    np.sort,
    0,
    *[example(X, axis) for axis in (None, 0, 1, -1)],
    *[example(X), example(X, axis=1), example(X, kind="stable"), example(Array(0))],
)
ordering(
    np.partition,
    1,
    *[example(X, 1, axis) for axis in (None, 0, 1, -1)],
    *[example(Array(20), 7), example(Array(20), [3, 15], axis=0)],
)
