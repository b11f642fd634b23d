"""The derivative of functions whose results are elements of their operands: moving, indexing, joining.

Letters: `y` the result, `x` the operand, `x_dot` a tangent, `y_bar` and `x_bar` cotangents.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from diffkit.example import Array, Example, example
from diffkit.primitives import Joined, assemble, getitem, put, scatter, takes_each_once
from diffkit.rules.declare import Rule, array_rule, linear, made_by, selecting

X = Array(2, 3, 4)

# Moving --------------------------------------------------------------------------------------------


def _moved(function: Callable[..., Any]) -> Callable[..., Any]:
    """The pull of a function whose results are elements of x, or 0: send each back where it came from.

    The function itself says where that is, when it is applied to the numbers 1, 2, 3, ...
    """

    def pull(y_bar: Any, y: Any, x: Any, *args: Any, **keywords: Any) -> Any:
        came_from = function(1 + np.arange(np.size(x)).reshape(np.shape(x)), *args, **keywords)
        flat = scatter(y_bar, key=came_from, shape=(1 + np.size(x),))
        return np.reshape(flat[1:], np.shape(x))

    return pull


# The other way round is as simple as the way there.
linear(
    np.flip,
    lambda y_bar, y, x, axis=None: np.flip(y_bar, axis),
    [example(X, axis) for axis in (None, 0, (0, 2))],
)
for mirror in (np.fliplr, np.flipud):
    linear(mirror, lambda y_bar, y, x, mirror=mirror: mirror(y_bar), [example(X)])
linear(
    np.rot90,
    lambda y_bar, y, x, k=1, axes=(0, 1): np.rot90(y_bar, -k, axes),
    [example(Array(2, 3)), example(X, 3, (0, 2)), example(X, k=2)],
)
linear(
    np.roll,
    lambda y_bar, y, x, shift, axis=None: np.roll(y_bar, np.negative(shift), axis),
    [
        *[example(X, shift, axis) for shift, axis in ((1, None), (-1, 0), ((1, 2), (0, 1)), (2, (0, 2)))],
        example(Array(0), 1),
    ],
)
for triangle in (np.tril, np.triu):
    selecting(
        triangle,
        lambda y_bar, y, x, k=0, triangle=triangle: triangle(y_bar, k),
        [example(Array(3, 2)), example(X, 1), example(X, k=-1)],
    )


def moving(function: Callable[..., Any], *examples: Example) -> None:
    """Declare a function that only moves elements, or puts 0 between them."""
    selecting(function, _moved(function), examples, others=(0,))


moving(
    np.repeat, example(X, 2), example(X, [1, 0], axis=0), example(Array(), 3), example(X, repeats=3, axis=-1)
)


def _pull_tile(y_bar: Any, y: Any, x: Any, reps: Any) -> Any:
    reps = np.atleast_1d(reps).tolist()
    ndim = max(len(reps), np.ndim(x))
    sizes = (1,) * (ndim - np.ndim(x)) + np.shape(x)
    tiles = [n for pair in zip([1] * (ndim - len(reps)) + reps, sizes, strict=True) for n in pair]
    return np.reshape(np.sum(np.reshape(y_bar, tiles), axis=tuple(range(0, 2 * ndim, 2))), np.shape(x))


linear(
    np.tile,
    _pull_tile,
    [
        example(X, 2),
        example(X, (2, 1, 3, 1)),
        example(X, (2, 3)),
        example(Array(3), 0),
        example(Array(), (2, 2)),
    ],
)
moving(
    np.take,
    example(X, [0, 0, 5]),
    example(X, [[0, 1], [1, 1]], axis=1),
    example(X, [7, -1], axis=1, mode="wrap"),
    example(X, 2, axis=2),
    example(Array(3), np.array([], int)),
)
moving(
    np.take_along_axis,
    example(X, np.array([[[0, 0, 1, 0]]]), 0),
    example(X, np.argsort(np.sin(np.arange(24.0)).reshape(2, 3, 4)), -1),
    example(Array(2, 3), np.array([4, 0, 0]), axis=None),
)
moving(np.diagonal, example(Array(2, 3)), example(X, 1, 0, 2), example(X, axis1=-1, axis2=1))
moving(np.diag, *[example(Array(*s), k) for k in (0, 1, -2) for s in ((3,), (3, 3), (4, 3), (2, 3))])
moving(np.diagflat, example(Array(2, 2)), example(Array(3), -1), example(Array(), k=1))
moving(np.delete, example(X, 1), example(X, [0, -1], 1), example(X, slice(None, 2), axis=2))
moving(np.resize, example(X, (2, 5)), example(X, 60), example(Array(0), (2,)))
moving(sliding_window_view, example(Array(5), 3), example(X, (2, 3), (0, 2)))


def _pull_trace(y_bar: Any, y: Any, x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, **_: Any) -> Any:
    ones = np.moveaxis(np.zeros(np.shape(x)), (axis1, axis2), (-2, -1))
    rows, columns = ones.shape[-2:]
    mask = np.moveaxis(np.broadcast_to(np.eye(rows, columns, offset), ones.shape), (-2, -1), (axis1, axis2))
    first, second = sorted((axis1 % np.ndim(x), axis2 % np.ndim(x)))
    return mask * np.expand_dims(np.expand_dims(y_bar, first), second)


selecting(
    np.trace,
    _pull_trace,
    [
        *[example(Array(2, 3), k) for k in (0, 1, -1, 5)],
        *[example(X, *places) for places in ((0, 0, 2), (-1, 2, 1))],
        example(X, axis1=2, axis2=0),
    ],
)

# Indexing, and arrays made of elements ---------------------------------------------------------------

MASK = np.array([[True, False, True], [True, True, False]])
# fmt: off
KEYS = [
    0, -1, slice(None, None, -1), (1, slice(0, 2)), None, Ellipsis, (Ellipsis, 1), (None, 0, Ellipsis, None),
    [0, 0, 1], np.array([[0, 1], [1, 1]]), MASK, (slice(None), [0, 0, 2]), ([0, 0, 1], [1, 1, 2]),
    ([0, 1], slice(None), [1, 1]), (1, 2, 3), (), (MASK, 0), (0, np.array([True, False, True])), True,
    np.int64(1), (slice(1, None), None, [2, 0]), slice(1, 1), (slice(None), slice(2, None, -2)),
]
# fmt: on
selecting(
    getitem,
    lambda y_bar, y, x, key: scatter(y_bar, key=key, shape=np.shape(x)),
    [example(X, key=key) for key in KEYS],
)
linear(
    scatter,
    lambda y_bar, y, x, key, shape: y_bar[key],
    [example(Array(3), key=[0, 0, 2], shape=(4,)), example(Array(2, 3), key=1, shape=(2, 2, 3))],
)


def _pull_value(y_bar: Any, key: Any) -> Any:
    """What an assigned value has felt: y_bar[key], and 0 where a repeated index was assigned to again."""
    value_bar = y_bar[key]
    if takes_each_once(key):
        return value_bar
    places = np.arange(np.size(value_bar)).reshape(np.shape(value_bar))
    last = np.zeros(np.shape(y_bar), dtype=int)
    last[key] = places
    return np.where(last[key] == places, value_bar, 0.0)


array_rule(
    put,
    (
        lambda x_dot, y, x, value, key: put(x_dot, 0.0, key=key),
        lambda y_bar, y, x, value, key: put(y_bar, 0.0, key=key),
    ),
    (
        lambda v_dot, y, x, value, key: put(np.zeros(np.shape(y), y.dtype), v_dot, key=key),
        lambda y_bar, y, x, value, key: _pull_value(y_bar, key),
    ),
    examples=[
        example(X, Array(), key=1),
        example(X, Array(4), key=(slice(1, None), 2)),
        example(X, 0.0, key=(0, MASK[:, 0].nonzero()[0])),
        example(Array(3), Array(4), key=([0, 2, 0, 1],)),
        example(Array(2, 3), Array(), key=MASK),
        example(Array(2, 3), Array(2, 3), key=Ellipsis),
    ],
    selects=True,
)
for constant in (np.zeros_like, np.ones_like, np.empty_like):  # active, so that f may assign into them
    array_rule(constant, 0, examples=[example(X)] if constant is not np.empty_like else [example(Array(0))])


def _push_assemble(position: int, x_dot: Any, y: Any, *elements: Any, shape: tuple[int, ...]) -> Any:
    return scatter(x_dot, key=np.unravel_index(position, shape), shape=shape)


def _pull_assemble(position: int, y_bar: Any, y: Any, *elements: Any, shape: tuple[int, ...]) -> Any:
    return y_bar[tuple(int(i) for i in np.unravel_index(position, shape))]


array_rule(
    assemble,
    (_push_assemble, _pull_assemble),
    examples=[example(Array(), 2.0, Array(), Array(), shape=(2, 2))],
    variadic=True,
)

# Joining -------------------------------------------------------------------------------------------

JOINING: tuple[Callable[..., Any], ...] = (
    np.concatenate, np.stack, np.vstack, np.hstack, np.dstack, np.column_stack,
)  # fmt: skip
A, B, V = Array(2, 3), Array(2, 3), Array(3)
TOGETHER: dict[Any, list[Example]] = {
    np.concatenate: [
        *[example([A, B], axis=axis) for axis in (0, 1, -1, None)],
        *[example([A, Array(2, 4)], 1), example([Array(0), Array(2)])],
    ],
    np.stack: [
        *[example([A, B], axis=axis) for axis in (0, 1, -1)],
        *[example([V, V]), example([Array(), Array()])],
    ],
    np.hstack: [example([Array(), V, 1.0])],
    **{f: [example([V, V])] for f in (np.vstack, np.dstack, np.column_stack)},
}
for joining in JOINING:  # given one array, whose rows they join
    moving(joining, example(X), example([A, B]), example([A, np.ones((2, 3)), B]), *TOGETHER[joining])


@made_by(Joined)
def _join_rule(joined: Joined) -> Rule | None:
    """The rule of np.stack and its kind: each result is one element of one item of the list."""
    if joined.function not in JOINING:
        return None
    count = joined.count

    def push(dots: list[Any], y: Any, *args: Any, **keywords: Any) -> Any:
        items = zip(dots[:count], args[:count], strict=True)
        return joined(*(np.zeros_like(a) if d is None else d for d, a in items), *args[count:], **keywords)

    def pull(y_bar: Any, y: Any, *args: Any, **keywords: Any) -> list[Any]:
        shapes = [a.shape if a.__class__ is np.ndarray else np.shape(a) for a in args[:count]]
        axis = args[count] if len(args) > count else keywords.get("axis", 0)
        if axis is None or joined.function not in (np.concatenate, np.stack):
            flat = np.ravel(y_bar)
            return [flat[p] for p in _places(joined, tuple(shapes), args[count:], tuple(keywords.items()))]
        before = (slice(None),) * (axis % len(y.shape))
        if joined.function is np.stack:
            return [y_bar[(*before, i)] for i in range(count)]
        ends = list(itertools.accumulate(shape[axis] for shape in shapes))
        return [y_bar[(*before, slice(a, b))] for a, b in itertools.pairwise([0, *ends])]

    return Rule(joined, pushes=(push,), pulls=(pull,), together=True, fresh=True)


@lru_cache(maxsize=64)
def _places(joined: Joined, shapes: tuple[tuple[int, ...], ...], rest: Any, keywords: Any) -> list[Any]:
    """For each item, where in the flattened result its elements have gone: the function itself tells."""
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes]).tolist()
    starts = [0, *ends[:-1]]
    items = [np.arange(a, b).reshape(shape) for a, b, shape in zip(starts, ends, shapes, strict=True)]
    gone_to = np.argsort(np.ravel(joined(*items, *rest, **dict(keywords))))
    return [gone_to[item] for item in items]
