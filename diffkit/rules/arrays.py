"""The derivative of functions of whole arrays: shaping, joining, indexing, products.

Letters: `y` the result, `x` the operand, `a` and `b` the two operands, `x_dot` a tangent, `y_bar` and
`x_bar` cotangents.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from diffkit.errors import NoRuleError
from diffkit.primitives import Joined, assemble, component, getitem, put, scatter, takes_each_once
from diffkit.rules.declare import Rule, array_rule, linear, made_by, selecting

# Shaping -------------------------------------------------------------------------------------------


def _pull_shape(y_bar: Any, y: Any, x: Any, *_: Any, **__: Any) -> Any:
    return np.reshape(y_bar, np.shape(x))


for reshaping in (np.squeeze, np.expand_dims, np.atleast_1d, np.atleast_2d, np.atleast_3d):
    linear(reshaping, _pull_shape)


def _known(order: str) -> Any:
    if order in ("C", "F"):
        return order
    raise NoRuleError(f"order={order!r} depends on how an array lies in memory; write order='C' or order='F'")


array_rule(
    np.reshape,
    (
        lambda x_dot, y, x, shape, order="C", **_: np.reshape(x_dot, np.shape(y), order=_known(order)),
        lambda y_bar, y, x, shape, order="C", **_: np.reshape(y_bar, np.shape(x), order=_known(order)),
    ),
)
array_rule(
    np.ravel,
    (
        lambda x_dot, y, x, order="C": np.ravel(x_dot, order=_known(order)),
        lambda y_bar, y, x, order="C": np.reshape(y_bar, np.shape(x), order=_known(order)),
    ),
)


def _pull_transpose(y_bar: Any, y: Any, x: Any, axes: Any = None) -> Any:
    return np.transpose(y_bar, None if axes is None else np.argsort([a % np.ndim(x) for a in axes]))


def _push_astype(x_dot: Any, y: Any, x: Any, dtype: Any, **_: Any) -> Any:
    return np.astype(x_dot, dtype) if np.dtype(dtype).kind in "fc" else None


def _pull_astype(y_bar: Any, y: Any, x: Any, dtype: Any, **_: Any) -> Any:
    # Whole numbers are constant wherever they are differentiable. The sweep sees to the dtype of y_bar.
    return y_bar if np.dtype(dtype).kind in "fc" else None


linear(np.transpose, _pull_transpose)
linear(np.matrix_transpose, lambda y_bar, y, x: np.matrix_transpose(y_bar))
linear(np.swapaxes, lambda y_bar, y, x, axis1, axis2: np.swapaxes(y_bar, axis1, axis2))
linear(np.moveaxis, lambda y_bar, y, x, source, destination: np.moveaxis(y_bar, destination, source))
linear(np.flip, lambda y_bar, y, x, axis=None: np.flip(y_bar, axis))
linear(np.copy, lambda y_bar, y, x, *_, **__: y_bar)
linear(np.ldexp, lambda y_bar, y, x, k: np.ldexp(y_bar, k))  # x 2^k for whole k
array_rule(np.astype, (_push_astype, _pull_astype))
# The cotangent of a complex x is du/d(Re x) - i du/d(Im x): y_bar dy/dx, wherever y(x) is analytic.
linear(np.real, lambda y_bar, y, x: y_bar)
linear(np.imag, lambda y_bar, y, x: -1j * y_bar)
linear(np.conjugate, lambda y_bar, y, x: np.conjugate(y_bar))
# The sweep sums a cotangent back to the shape of its operand wherever the two differ.
linear(np.broadcast_to, lambda y_bar, y, x, *_, **__: y_bar)

for constant in (np.zeros_like, np.ones_like, np.empty_like):  # active, so that f may assign into them
    array_rule(constant, 0)

# Functions that only move elements ----------------------------------------------------------------


def _moved(function: Callable[..., Any]) -> Callable[..., Any]:
    """The pull of a function whose results are elements of x, or 0: send each back where it came from.

    The function itself says where that is, when it is applied to the numbers 1, 2, 3, ...
    """

    def pull(y_bar: Any, y: Any, x: Any, *args: Any, **keywords: Any) -> Any:
        came_from = function(1 + np.arange(np.size(x)).reshape(np.shape(x)), *args, **keywords)
        flat = scatter_at(y_bar, came_from, (1 + np.size(x),))
        return np.reshape(flat[1:], np.shape(x))

    return pull


def scatter_at(x: Any, key: Any, shape: tuple[int, ...]) -> Any:
    """`scatter` of a value that may be active: zeros of this shape with x added at key."""
    return _dispatch(scatter, x, key=key, shape=shape)


def _dispatch(function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """A primitive that NumPy does not know, applied to values that may be active."""
    for a in args:
        dispatch = getattr(a, "__array_function__", None)
        if dispatch is not None and not isinstance(a, np.ndarray):
            return dispatch(function, (type(a),), args, keywords)
    return function(*args, **keywords)


for moving in (np.roll, np.rot90, np.fliplr, np.flipud, np.repeat, np.tile, np.take, np.diagonal, np.diag):
    selecting(moving, _moved(moving))
linear(np.trace, lambda y_bar, y, x, *args, **keywords: _pull_trace(y_bar, x, *args, **keywords))


def _pull_trace(y_bar: Any, x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, **_: Any) -> Any:
    ones = np.moveaxis(np.zeros(np.shape(x)), (axis1, axis2), (-2, -1))
    rows, columns = ones.shape[-2:]
    mask = np.moveaxis(np.broadcast_to(np.eye(rows, columns, offset), ones.shape), (-2, -1), (axis1, axis2))
    first, second = sorted((axis1 % np.ndim(x), axis2 % np.ndim(x)))
    return mask * np.expand_dims(np.expand_dims(y_bar, first), second)


# Indexing, and arrays made of elements ---------------------------------------------------------------

selecting(getitem, lambda y_bar, y, x, key: scatter_at(y_bar, key, np.shape(x)))
array_rule(
    put,
    (
        lambda x_dot, y, x, value, key: put(x_dot, 0.0, key=key),
        lambda y_bar, y, x, value, key: put(y_bar, 0.0, key=key),
    ),
    (
        lambda v_dot, y, x, value, key: put(np.zeros_like(y), v_dot, key=key),
        lambda y_bar, y, x, value, key: _pull_value(y_bar, key),
    ),
    selects=True,
)
linear(scatter, lambda y_bar, y, x, key, shape: y_bar[key])
linear(component, lambda y_bar, y, x, index: tuple(y_bar if i == index else None for i in range(len(x))))
array_rule(np.modf, (lambda x_dot, y, x: (x_dot, None), lambda y_bar, y, x: y_bar[0]))


def _pull_value(y_bar: Any, key: Any) -> Any:
    """What an assigned value has felt: y_bar[key], and 0 where a repeated index was assigned to again."""
    value_bar = y_bar[key]
    if takes_each_once(key):
        return value_bar
    places = np.arange(np.size(value_bar)).reshape(np.shape(value_bar))
    last = np.zeros(np.shape(y_bar), dtype=int)
    last[key] = places
    return np.where(last[key] == places, value_bar, 0.0)


def _push_assemble(position: int, x_dot: Any, y: Any, *elements: Any, shape: tuple[int, ...]) -> Any:
    return scatter_at(x_dot, np.unravel_index(position, shape), shape)


def _pull_assemble(position: int, y_bar: Any, y: Any, *elements: Any, shape: tuple[int, ...]) -> Any:
    return y_bar[tuple(int(i) for i in np.unravel_index(position, shape))]


array_rule(assemble, (_push_assemble, _pull_assemble), variadic=True)


JOINING: frozenset[Callable[..., Any]] = frozenset(
    {np.concatenate, np.stack, np.vstack, np.hstack, np.dstack, np.column_stack}
)
for joining in JOINING:  # given one array, whose rows they join
    linear(joining, _moved(joining))


@made_by(Joined)
def _join_rule(joined: Joined) -> Rule | None:
    """The rule of np.stack and its kind: each result is one element of one item of the list."""
    if joined.function not in JOINING:
        return None

    def places(position: int, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        shapes = tuple(np.shape(a) for a in args[: joined.count])
        return _places(joined, shapes, args[joined.count :], tuple(keywords.items()))[position]

    def push(position: int, x_dot: Any, y: Any, *args: Any, **keywords: Any) -> Any:
        flat = scatter_at(x_dot, places(position, args, keywords), (np.size(y),))
        return np.reshape(flat, np.shape(y))

    def pull(position: int, y_bar: Any, y: Any, *args: Any, **keywords: Any) -> Any:
        return np.ravel(y_bar)[places(position, args, keywords)]

    return Rule(joined, pushes=(push,), pulls=(pull,), variadic=True)


@lru_cache(maxsize=64)
def _places(joined: Joined, shapes: tuple[tuple[int, ...], ...], rest: Any, keywords: Any) -> list[Any]:
    """For each item, where in the flattened result its elements have gone: the function itself tells."""
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes]).tolist()
    starts = [0, *ends[:-1]]
    items = [np.arange(a, b).reshape(shape) for a, b, shape in zip(starts, ends, shapes, strict=True)]
    gone_to = np.argsort(np.ravel(joined(*items, *rest, **dict(keywords))))
    return [gone_to[item] for item in items]


# Products --------------------------------------------------------------------------------------------


def _as_matrices(a: Any, b: Any) -> tuple[Any, Any]:
    """The operands of a @ b with a vector made a row (on the left) or a column (on the right)."""
    row = np.expand_dims(a, 0) if np.ndim(a) == 1 else a
    column = np.expand_dims(b, 1) if np.ndim(b) == 1 else b
    return row, column


def _full(y_bar: Any, a: Any, b: Any) -> Any:
    """The cotangent of a @ b with the axes back that a vector operand lost."""
    if np.ndim(b) == 1:
        y_bar = np.expand_dims(y_bar, -1)
    return np.expand_dims(y_bar, -2) if np.ndim(a) == 1 else y_bar


def _pull_matmul_a(y_bar: Any, y: Any, a: Any, b: Any) -> Any:
    _, column = _as_matrices(a, b)
    a_bar = np.matmul(_full(y_bar, a, b), np.swapaxes(column, -1, -2))
    return np.squeeze(a_bar, -2) if np.ndim(a) == 1 else a_bar


def _pull_matmul_b(y_bar: Any, y: Any, a: Any, b: Any) -> Any:
    row, _ = _as_matrices(a, b)
    b_bar = np.matmul(np.swapaxes(row, -1, -2), _full(y_bar, a, b))
    return np.squeeze(b_bar, -1) if np.ndim(b) == 1 else b_bar


def _bilinear(function: Callable[..., Any], pull_a: Callable[..., Any], pull_b: Callable[..., Any]) -> None:
    """Declare a product: its tangent is the product with one factor replaced by its tangent."""
    array_rule(
        function,
        (lambda a_dot, y, a, b, *rest, **keywords: function(a_dot, b, *rest, **keywords), pull_a),
        (lambda b_dot, y, a, b, *rest, **keywords: function(a, b_dot, *rest, **keywords), pull_b),
    )


_bilinear(np.matmul, _pull_matmul_a, _pull_matmul_b)


def _pull_tensordot_a(y_bar: Any, y: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    on_a, on_b = _contracted(a, b, axes)
    free_a = [i for i in range(np.ndim(a)) if i not in on_a]
    free_b = [i for i in range(np.ndim(b)) if i not in on_b]
    rest = list(range(len(free_a), len(free_a) + len(free_b)))
    a_bar = np.tensordot(y_bar, b, (rest, free_b))  # axes: free_a, then on_b in the order b has them
    order = free_a + [on_a[on_b.index(i)] for i in sorted(on_b)]
    return np.transpose(a_bar, np.argsort(order))


def _pull_tensordot_b(y_bar: Any, y: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    on_a, on_b = _contracted(a, b, axes)
    free_a = [i for i in range(np.ndim(a)) if i not in on_a]
    free_b = [i for i in range(np.ndim(b)) if i not in on_b]
    b_bar = np.tensordot(a, y_bar, (free_a, list(range(len(free_a)))))
    order = [on_b[on_a.index(i)] for i in sorted(on_a)] + free_b
    return np.transpose(b_bar, np.argsort(order))


def _contracted(a: Any, b: Any, axes: Any) -> tuple[list[int], list[int]]:
    if isinstance(axes, int | np.integer):
        axes = (list(range(np.ndim(a) - axes, np.ndim(a))), list(range(axes)))
    on_a, on_b = (np.atleast_1d(part).tolist() for part in axes)
    return [i % np.ndim(a) for i in on_a], [i % np.ndim(b) for i in on_b]


_bilinear(np.tensordot, _pull_tensordot_a, _pull_tensordot_b)


def _dot_axes(a: Any, b: Any) -> tuple[list[int], list[int]]:
    """np.dot as a tensordot: the last axis of a with the last but one of b."""
    return [np.ndim(a) - 1], [max(0, np.ndim(b) - 2)]


def _inner_axes(a: Any, b: Any) -> tuple[list[int], list[int]]:
    return [np.ndim(a) - 1], [np.ndim(b) - 1]


def _like_tensordot(axes_of: Callable[..., Any], pull: Callable[..., Any]) -> Callable[..., Any]:
    def pulled(y_bar: Any, y: Any, a: Any, b: Any) -> Any:
        if np.ndim(a) == 0 or np.ndim(b) == 0:  # np.dot of a number multiplies
            return y_bar * (b if pull is _pull_tensordot_a else a)
        return pull(y_bar, y, a, b, axes_of(a, b))

    return pulled


_bilinear(
    np.dot, _like_tensordot(_dot_axes, _pull_tensordot_a), _like_tensordot(_dot_axes, _pull_tensordot_b)
)
_bilinear(
    np.inner, _like_tensordot(_inner_axes, _pull_tensordot_a), _like_tensordot(_inner_axes, _pull_tensordot_b)
)
_bilinear(
    np.outer,
    lambda y_bar, y, a, b, *_: np.reshape(np.matmul(y_bar, np.ravel(b)), np.shape(a)),
    lambda y_bar, y, a, b, *_: np.reshape(np.matmul(np.ravel(a), y_bar), np.shape(b)),
)
