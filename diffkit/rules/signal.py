"""The derivative of what scipy.signal does: convolution, recursive filters, filters that are a matrix.

Letters: `a`, `b` the arrays that are convolved, or the coefficients of a filter; `x` a signal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import signal

from diffkit.example import Array, example
from diffkit.primitives import primitive
from diffkit.rules.declare import array_rule

__all__ = ["filtered_along", "full_convolution", "lfilter"]

# Convolution -----------------------------------------------------------------------------------------


@primitive
def full_convolution(a: Any, b: Any, *, axes: tuple[int, ...], method: str = "auto") -> Any:
    """Every overlap of a and b along some axes; along the others they are broadcast.

    Examples
    --------
    >>> full_convolution(np.array([1.0, 2.0]), np.array([3.0, 4.0]), axes=(0,))
    array([ 3., 10.,  8.])
    """
    if method == "fft" or len(axes) < np.ndim(a):
        return signal.fftconvolve(a, b, axes=axes)
    return signal.convolve(a, b, method=method)


def _correlated(y_bar: Any, a: Any, b: Any, axes: tuple[int, ...], method: str) -> Any:
    """The cotangent of a: y_bar against b, where y[n] = sum of a[n - k] b[k]."""
    overlaps = full_convolution(y_bar, np.flip(b, axes), axes=axes, method=method)
    kept = [slice(None)] * np.ndim(a)
    for axis in axes:
        start = np.shape(b)[axis] - 1
        kept[axis] = slice(start, start + np.shape(a)[axis])
    return overlaps[tuple(kept)]


def _pull_a(y_bar: Any, y: Any, a: Any, b: Any, axes: tuple[int, ...], method: str = "auto") -> Any:
    return _correlated(y_bar, a, b, axes, method)


def _pull_b(y_bar: Any, y: Any, a: Any, b: Any, axes: tuple[int, ...], method: str = "auto") -> Any:
    return _correlated(y_bar, b, a, axes, method)


array_rule(
    full_convolution,
    (lambda a_dot, y, a, b, **how: full_convolution(a_dot, b, **how), _pull_a),
    (lambda b_dot, y, a, b, **how: full_convolution(a, b_dot, **how), _pull_b),
    examples=[
        example(Array(5), Array(3), axes=(0,)),
        example(Array(2, 3), Array(3, 2), axes=(0, 1), method="direct"),
        example(Array(2, 3), Array(1, 4), axes=(1,)),
    ],
)

# Recursive filters: a * y = b * x ------------------------------------------------------------------------

lfilter = primitive(signal.lfilter)


def _reversed_filter(b: Any, a: Any, y_bar: Any, axis: int) -> Any:
    """The transpose of a filter: the same filter, run back in time."""
    return np.flip(lfilter(b, a, np.flip(y_bar, axis), axis=axis), axis)


def _lagged(r: Any, x: Any, coefficients: Any, axis: int) -> Any:
    """For each lag j, the sum of r[n] x[n - j]."""
    r, x = np.moveaxis(r, axis, -1), np.moveaxis(x, axis, -1)
    n = np.shape(x)[-1]
    lags = [np.sum(r[..., j:] * x[..., : max(0, n - j)]) for j in range(np.size(coefficients))]
    return np.reshape(np.stack(lags), np.shape(coefficients))


def _pull_numerator(y_bar: Any, y: Any, b: Any, a: Any, x: Any, axis: int = -1) -> Any:
    return _lagged(_reversed_filter(np.ones(1), a, y_bar, axis), x, b, axis)


def _pull_denominator(y_bar: Any, y: Any, b: Any, a: Any, x: Any, axis: int = -1) -> Any:
    return -_lagged(_reversed_filter(np.ones(1), a, y_bar, axis), y, a, axis)


array_rule(
    lfilter,
    (lambda b_dot, y, b, a, x, axis=-1: lfilter(b_dot, a, x, axis=axis), _pull_numerator),
    (lambda a_dot, y, b, a, x, axis=-1: -lfilter(a_dot, a, y, axis=axis), _pull_denominator),
    (
        lambda x_dot, y, b, a, x, axis=-1: lfilter(b, a, x_dot, axis=axis),
        lambda y_bar, y, b, a, x, axis=-1: _reversed_filter(b, a, y_bar, axis),
    ),
    examples=[
        example(Array(3), Array(2, made=lambda a: a + np.array([1.0, 0.0])), Array(6)),
        example(Array(2), Array(4, made=lambda a: a + np.array([2.0, 0, 0, 0])), Array(5, 2), axis=0),
    ],
)

# Filters that are a matrix along an axis ---------------------------------------------------------------


@primitive
def filtered_along(x: Any, *, function: Callable[..., Any], axis: int) -> Any:
    """function(x, axis), where the function is linear in x and treats every line along the axis alike."""
    return function(x, axis)


def _pull_filtered(y_bar: Any, y: Any, x: Any, function: Callable[..., Any], axis: int) -> Any:
    matrix = function(np.eye(np.shape(x)[axis]), 0)
    return np.moveaxis(np.tensordot(y_bar, matrix, ([axis % np.ndim(x)], [0])), -1, axis)


array_rule(
    filtered_along,
    (lambda x_dot, y, x, **how: filtered_along(x_dot, **how), _pull_filtered),
    examples=[
        example(Array(2, 4), function=lambda x, axis: signal.detrend(x, axis), axis=axis) for axis in (0, 1)
    ],
)
