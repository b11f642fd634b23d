"""The derivative of np.linalg.norm, every order of it.

A norm is real, and the gradient G of each has a closed form: y_dot = Re sum(G x_dot), x_bar = y_bar G. In its
corners the convention is that of |x| and of max (s): 0 at 0, and elements that tie share equally.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.example import Array, example
from diffkit.rules.declare import array_rule, expand
from diffkit.rules.linalg import complex_array


def _gradient(y: Any, x: Any, order: Any, axes: tuple[int, ...]) -> Any:
    """G, for y with its lost axes put back."""
    if order in (None, "fro") or (len(axes) == 1 and order == 2):
        return np.conjugate(x) / np.where(y == 0, 1, y)
    if len(axes) == 1:
        return _vector_gradient(y, x, order, axes[0])
    if order in (1, -1, np.inf, -np.inf):
        summed, across = axes if abs(order) == 1 else axes[::-1]
        sums = np.sum(np.absolute(x), axis=summed, keepdims=True)
        return _share(sums == y, across) * _direction(x)
    return _singular_gradient(x, order, axes)


def _vector_gradient(y: Any, x: Any, order: Any, axis: int) -> Any:
    if order == 0:
        return np.zeros(np.shape(x))
    size = np.absolute(x)
    if order in (np.inf, -np.inf):
        return _share(size == y, axis) * _direction(x)
    if order == 1:
        return _direction(x)
    ratio = np.where(size == 0, 1, size) / np.where(y == 0, 1, y)
    return np.where(size == 0, 0, ratio ** (order - 1)) * _direction(x)


def _singular_gradient(x: Any, order: Any, axes: tuple[int, ...]) -> Any:
    """u v^H for the singular vectors that count; those of the singular value 0 do not (s)."""
    u, s, vt = np.linalg.svd(np.moveaxis(x, axes, (-2, -1)), full_matrices=False)
    weight = 1.0 if order == "nuc" else _share(s == (s[..., :1] if order == 2 else s[..., -1:]), -1)
    rounding = max(np.shape(x)[a] for a in axes) * np.finfo(s.dtype).eps * s[..., :1]
    weight = np.where(s > rounding, weight, 0.0)
    return np.conjugate(np.moveaxis((u * weight[..., None, :]) @ vt, (-2, -1), axes))


def _direction(x: Any) -> Any:
    size = np.absolute(x)
    return np.conjugate(x) / np.where(size == 0, 1, size) if np.iscomplexobj(x) else np.sign(x)


def _share(hits: Any, axis: int) -> Any:
    ones = np.where(hits, 1.0, 0.0)
    return ones / np.sum(ones, axis=axis, keepdims=True)


def _axes(x: Any, axis: Any) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(np.ndim(x)))
    return tuple(int(a) % np.ndim(x) for a in np.atleast_1d(axis))


def _push_norm(
    x_dot: Any,
    y: Any,
    x: Any,
    ord: Any = None,  # noqa: A002
    axis: Any = None,
    keepdims: bool = False,
) -> Any:
    axes = _axes(x, axis)
    slope = _gradient(expand(y, x, axes, keepdims), x, ord, axes)
    return np.sum(np.real(slope * x_dot), axis=axes, keepdims=keepdims)


def _pull_norm(
    y_bar: Any,
    y: Any,
    x: Any,
    ord: Any = None,  # noqa: A002
    axis: Any = None,
    keepdims: bool = False,
) -> Any:
    axes = _axes(x, axis)
    return expand(y_bar, x, axes, keepdims) * _gradient(expand(y, x, axes, keepdims), x, ord, axes)


SCALAR_ORDERS = (None, 0, 1, 2, 3, 2.5, 0.5, -1, -2, np.inf, -np.inf)
MATRIX_ORDERS = (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)

array_rule(
    np.linalg.norm,
    (_push_norm, _pull_norm),
    examples=[
        *[example(Array(2, 3), order, axis=1) for order in SCALAR_ORDERS],
        *[example(Array(3, made=complex_array), order) for order in SCALAR_ORDERS],
        *[example(Array(3, 2), order) for order in MATRIX_ORDERS],
        *[example(Array(2, 2, 3, made=complex_array), order, axis=(0, -1)) for order in MATRIX_ORDERS],
        *[example(Array(2, 2, 3), order, (2, 1), True) for order in MATRIX_ORDERS],
        example(Array(2, 2, 3)),
        example(Array(2, 3), keepdims=True),
        example(Array(2, 3), axis=-1, keepdims=True),
        example(Array()),
    ],
)
