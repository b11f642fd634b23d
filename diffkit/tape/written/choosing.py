"""Functions that choose: select, piecewise, choose, compress, unique, and roundings under other names."""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.errors import NoRuleError
from diffkit.example import Array, example
from diffkit.tape.written.declare import as_array, whole, written

X, V = Array(2, 3), Array(5)
MASK = np.array([True, False, True])


@written(
    np.select,
    examples=[
        example([MASK, [[True], [False]]], [X, Array(3)], default=Array()),
        example([MASK], [X]),
    ],
    lists=True,
)
def select(conditions: Any, choices: Any, default: Any = 0) -> Any:
    """np.select: the first condition that holds chooses."""
    y = default
    for condition, choice in reversed(list(zip(conditions, choices, strict=True))):
        y = np.where(condition, choice, y)
    return y


def _fresh(x: Any) -> Any:
    return 3 * x


@written(
    np.piecewise,
    examples=[
        example(Array(3), [MASK], [np.sin, np.exp]),
        example(X, [np.ones((2, 3), bool), np.stack([MASK, ~MASK])], [_fresh, 0.5]),
    ],
    lists=True,
)
def piecewise(x: Any, conditions: Any, functions: Any, *args: Any, **keywords: Any) -> Any:
    """np.piecewise, each function called on all of x: the last condition that holds chooses."""
    if not isinstance(conditions, list | tuple):
        conditions = [conditions] if np.ndim(conditions) <= np.ndim(x) else list(conditions)
    y = np.zeros(np.shape(x), np.result_type(x))
    pieces = [*zip(conditions, functions, strict=False)]
    if len(functions) == len(conditions) + 1:
        pieces.insert(0, (np.ones(np.shape(x), dtype=bool), functions[-1]))
    for condition, piece in pieces:
        y = np.where(condition, piece(x, *args, **keywords) if callable(piece) else piece, y)
    return y


@written(
    np.choose,
    examples=[
        example([0, 1, 1], [Array(3), Array(3)]),
        example([[2, -1, 4]], [Array(), X, Array(3)], mode="wrap"),
        example([0, 7, -1], X, mode="clip"),
    ],
    lists=True,
)
def choose(index: Any, choices: Any, out: None = None, mode: str = "raise") -> Any:
    """np.choose: the element of the choice whose number stands in the index."""
    count = len(choices)
    shape = np.broadcast_shapes(np.shape(index), *map(np.shape, choices))
    index = np.broadcast_to(index, shape)
    index = {"wrap": index % count, "clip": np.clip(index, 0, count - 1)}.get(mode, index)
    layers = np.stack([np.broadcast_to(choice, shape) for choice in choices])
    return layers[(whole(index), *np.indices(shape, sparse=True))]


@written(
    np.compress,
    examples=[
        example([True, False, True, True], X),
        example([False, True], X, axis=0),
        example(MASK, X, 1),
    ],
)
def compress(condition: Any, x: Any, axis: int | None = None) -> Any:
    """np.compress: the slices along an axis for which the condition holds."""
    return np.take(x, whole(np.flatnonzero(condition)), axis)


@written(np.extract, examples=[example([[True, False, True], [False, False, True]], X)])
def extract(condition: Any, x: Any) -> Any:
    """np.extract: the elements for which the condition holds."""
    return np.take(x, whole(np.flatnonzero(condition)))


@written(
    np.unique,
    examples=[
        example(V),
        example(X),
        example(V, return_index=True, return_inverse=True, return_counts=True),
    ],
)
def unique(
    x: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: None = None,
    **_: Any,
) -> Any:
    """np.unique of a flattened array; equal elements share the derivative of the one they become (s)."""
    if axis is not None:
        raise NoRuleError("np.unique(..., axis=...) of an active value: take rows with x[i]")
    flat = np.ravel(x)
    order = np.argsort(flat, kind="stable")
    ordered = np.sort(flat)
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]])[: np.size(flat)]
    inverse = np.reshape((np.cumsum(first) - 1)[np.argsort(order)], np.shape(x))
    counts = np.diff(np.append(np.flatnonzero(first), np.size(flat)))
    wanted = zip((return_index, return_inverse, return_counts), (order[first], inverse, counts), strict=True)
    extra = tuple(answer for asked, answer in wanted if asked)
    return (ordered[first], *extra) if extra else ordered[first]


@written(np.unique_values, examples=[example(V)])
def unique_values(x: Any) -> Any:
    """np.unique_values, in rising order."""
    return unique(x)


@written(np.union1d, examples=[example(V, Array(2, 2)), example(V, [0.5])])
def union1d(a: Any, b: Any) -> Any:
    """np.union1d: the different elements of two arrays."""
    return unique(np.append(a, b))


@written(
    np.trim_zeros,
    examples=[
        example(Array(5, made=lambda x: x * np.array([0, 0, 1, 1, 0]))),
        example(Array(5, made=lambda x: x * np.array([0, 0, 1, 1, 0])), "b"),
        example(Array(3, 4, made=lambda x: x * np.array([0, 1, 1, 0])), axis=1),
    ],
)
def trim_zeros(x: Any, trim: str = "fb", axis: Any = None) -> Any:
    """np.trim_zeros: x without the zeros at its front or back."""
    axes = range(np.ndim(x)) if axis is None else {a % np.ndim(x) for a in np.atleast_1d(axis)}
    key = []
    for a, (size, places) in enumerate(zip(np.shape(x), np.nonzero(x), strict=True)):
        start, stop = (int(np.min(places)), int(np.max(places)) + 1) if np.size(places) else (size, size)
        front, back = a in axes and "f" in trim.lower(), a in axes and "b" in trim.lower()
        key.append(slice(start if front else 0, stop if back else size))
    return x[tuple(key)]


@written(
    np.real_if_close,
    examples=[example(X), example(Array(3, made=lambda x: x * 1j)), example(Array(3, made=lambda x: x + 0j))],
)
def real_if_close(x: Any, tol: float = 100) -> Any:
    """np.real_if_close: the real part, if the imaginary part is no more than rounding."""
    if not np.iscomplexobj(x):
        return x
    tol = tol * np.finfo(x.dtype).eps if tol > 1 else tol
    return np.real(x) if np.all(np.absolute(np.imag(x)) < tol) else x


@written(np.around, examples=[example(X, 0)])
def around(x: Any, decimals: int = 0) -> Any:
    """np.around, which is np.round."""
    return np.round(as_array(x), decimals)


@written(np.fix, examples=[example(X)])
def fix(x: Any) -> Any:
    """np.fix, which is np.trunc."""
    return np.trunc(x)
