"""The derivative of functions that give an array another shape or type, and of those with several results.

Letters: `y` the result, `x` the operand, `x_dot` a tangent, `y_bar` and `x_bar` cotangents.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.errors import NoRuleError
from diffkit.example import Array, example
from diffkit.primitives import component
from diffkit.rules.declare import array_rule, linear

# Shaping -------------------------------------------------------------------------------------------

X = Array(2, 3, 4)


def _pull_shape(y_bar: Any, y: Any, x: Any, *_: Any, **__: Any) -> Any:
    return np.reshape(y_bar, np.shape(x))


def _known(order: str) -> Any:
    if order in ("C", "F"):
        return order
    raise NoRuleError(f"order={order!r} depends on how an array lies in memory; write order='C' or order='F'")


linear(np.squeeze, _pull_shape, [example(Array(1, 3, 1)), example(Array(1, 3, 1), 0)])
linear(np.expand_dims, _pull_shape, [example(Array(3), (0, 2)), example(Array(), 0)])
array_rule(
    np.reshape,
    (
        lambda x_dot, y, x, shape, order="C", **_: np.reshape(x_dot, np.shape(y), order=_known(order)),
        lambda y_bar, y, x, shape, order="C", **_: np.reshape(y_bar, np.shape(x), order=_known(order)),
    ),
    examples=[
        *[example(X, (4, 6), order=order) for order in "CF"],
        example(X, (-1, 2)),
        example(Array(1), ()),
        example(Array(0), (3, 0)),
    ],
)
array_rule(
    np.ravel,
    (
        lambda x_dot, y, x, order="C": np.ravel(x_dot, order=_known(order)),
        lambda y_bar, y, x, order="C": np.reshape(y_bar, np.shape(x), order=_known(order)),
    ),
    examples=[example(X), example(X, "F"), example(X, order="F"), example(Array())],
)


def _pull_transpose(y_bar: Any, y: Any, x: Any, axes: Any = None) -> Any:
    return np.transpose(y_bar, None if axes is None else np.argsort([a % np.ndim(x) for a in axes]))


def _through_astype(bar: Any, y: Any, x: Any, dtype: Any, **_: Any) -> Any:
    # Whole numbers are constant wherever they are differentiable. Both passes see to the dtype of bar.
    return bar if np.dtype(dtype).kind in "fc" else None


def _complex(x: Any) -> Any:
    return np.exp(1j * x) * (x + 2j)


linear(
    np.transpose,
    _pull_transpose,
    [
        *[example(x) for x in (X, Array(), Array(3), Array(0, 2))],
        *[example(X, axes) for axes in ((2, 0, 1), (-1, 0, 1))],
        example(X, axes=(2, 0, 1)),
    ],
)
linear(np.matrix_transpose, lambda y_bar, y, x: np.matrix_transpose(y_bar), [example(X)])
linear(
    np.swapaxes,
    lambda y_bar, y, x, axis1, axis2: np.swapaxes(y_bar, axis1, axis2),
    [example(X, 0, -1), example(X, axis1=0, axis2=1)],
)
linear(
    np.moveaxis,
    lambda y_bar, y, x, source, destination: np.moveaxis(y_bar, destination, source),
    [example(X, 0, -1), example(X, (0, 1), (-1, 0)), example(X, source=0, destination=1)],
)
linear(np.copy, lambda y_bar, y, x, *_, **__: y_bar, [example(X), example(Array())])
linear(  # x 2^k for whole k
    np.ldexp,
    lambda y_bar, y, x, k: np.ldexp(y_bar, k),
    [example(X, [3, -2, 0, 1]), example(Array(1, 3), 5)],
    others=(0,),
)
array_rule(
    np.astype,
    (_through_astype, _through_astype),
    examples=[example(X, np.float64), example(Array(), np.float64)],
)
# The cotangent of a complex x is du/d(Re x) - i du/d(Im x): y_bar dy/dx, wherever y(x) is analytic.
Z = Array(2, 3, made=_complex)
linear(np.real, lambda y_bar, y, x: y_bar, [example(X), example(Z)])
linear(np.imag, lambda y_bar, y, x: -1j * y_bar, [example(X), example(Z)])
linear(np.conjugate, lambda y_bar, y, x: np.conjugate(y_bar), [example(X), example(Z)])
# The sweep sums a cotangent back to the shape of its operand wherever the two differ.
linear(
    np.broadcast_to,
    lambda y_bar, y, x, *_, **__: y_bar,
    [example(Array(2, 1), (5, 2, 3)), example(Array(), (5,)), example(Array(3, 1), (3, 1))],
)

# Several results, and functions that pass on what they let stand ---------------------------------------

# Functions with several results: what is not felt has the tangent None.
array_rule(np.modf, (lambda x_dot, y, x: (x_dot, None), lambda y_bar, y, x: y_bar[0]), examples=[example(X)])
array_rule(
    np.divmod,
    (lambda a_dot, y, a, b: (None, a_dot), lambda y_bar, y, a, b: y_bar[1]),
    (
        lambda b_dot, y, a, b: (None, -np.floor(a / b) * b_dot),
        lambda y_bar, y, a, b: None if y_bar[1] is None else -np.floor(a / b) * y_bar[1],
    ),
    examples=[example(Array(3, made=lambda a: a / 8 + 5), Array(3, made=lambda b: b / 8 + 1.4))],
)
array_rule(
    np.frexp,
    (
        lambda x_dot, y, x: (np.ldexp(x_dot, -y[1]), None),
        lambda y_bar, y, x: None if y_bar[0] is None else np.ldexp(y_bar[0], -y[1]),
    ),
    examples=[example(Array(3, made=lambda x: 3 * x + 4.05))],
)
# Jumps of a whole period are constant wherever they are differentiable.
array_rule(
    np.unwrap,
    (lambda x_dot, y, x, *_, **__: x_dot, lambda y_bar, y, x, *_, **__: y_bar),
    examples=[example(Array(2, 4, made=lambda x: 7 * x), **o) for o in ({}, {"axis": 0}, {"period": 2.0})],
)
array_rule(
    np.nan_to_num,
    (
        lambda x_dot, y, x, *_, **__: np.where(np.isfinite(x), x_dot, 0),
        lambda y_bar, y, x, *_, **__: np.where(np.isfinite(x), y_bar, 0),
    ),
    examples=[
        example(Array(2, 3, made=lambda x: np.where([True, False, True], x, np.nan)), nan=2.0),
        example(Z),
    ],
    selects=True,
)
linear(
    component,
    lambda y_bar, y, x, index: tuple(y_bar if i == index else None for i in range(len(x))),
    [example(Array(3, made=np.modf), index=0)],
)
