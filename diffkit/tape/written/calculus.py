"""Sums, differences and interpolation along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.example import Array, example
from diffkit.tape.written.declare import as_array, as_type, whole, written

X, V, NUMBER = Array(3, 4), Array(5), Array()


def _rising(x: Any) -> Any:
    return np.cumsum(x)


KNOTS = Array(5, made=_rising)


@written(
    np.trapezoid,
    examples=[
        *[example(V), example(X, axis=0), example(V, dx=NUMBER)],
        *[example(V, KNOTS), example(X, Array(3), axis=0), example(X, X, axis=1)],
    ],
)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """np.trapezoid: the sum of the trapezia under y."""
    y = np.moveaxis(as_array(y), axis, -1)
    if x is not None:
        dx = np.diff(x if np.ndim(x) == 1 else np.moveaxis(x, axis, -1))
    return np.sum(dx * (y[..., 1:] + y[..., :-1]) / 2, axis=-1)


@written(
    np.gradient,
    examples=[
        *[example(V), example(X), example(X, axis=1), example(X, axis=(1, 0))],
        *[example(V, edge_order=2), example(X, NUMBER, 2.0), example(V, NUMBER, edge_order=2)],
        *[example(V, KNOTS), example(V, KNOTS, edge_order=2), example(X, NUMBER, Array(4, made=_rising))],
        *[example(X, np.array([0.0, 1.0, 3.0]), axis=0), example(Array(2))],
    ],
)
def gradient(f: Any, *spacing: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """np.gradient: second-order differences inside, one-sided ones at the edges."""
    f = as_array(f)
    f = as_type(f, float) if f.dtype.kind in "biu" else f
    axes = range(np.ndim(f)) if axis is None else np.atleast_1d(axis).tolist()
    if len(spacing) < 2:
        spacing = (spacing[0] if spacing else 1.0,) * len(axes)
    found = []
    for a, h in zip(axes, spacing, strict=True):
        h = np.diff(h) if np.ndim(h) else h
        slopes = _slopes(np.moveaxis(f, a, -1), h, edge_order)
        found.append(as_type(np.moveaxis(slopes, -1, a), f.dtype))
    return found[0] if len(found) == 1 else tuple(found)


def _slopes(f: Any, h: Any, edge_order: int) -> Any:
    """df/dx along the last axis, with h the step or the steps of x."""
    if np.ndim(h) == 0:
        inside = (f[..., 2:] - f[..., :-2]) / (2 * h)
        left = right = (h, h)
    else:
        p, q = h[:-1], h[1:]
        inside = (
            -q / (p * (p + q)) * f[..., :-2]
            + (q - p) / (p * q) * f[..., 1:-1]
            + p / (q * (p + q)) * f[..., 2:]
        )
        left, right = (h[0], h[1:2]), (h[-1], h[-2:-1])
    first, last = _edge(f, *left, edge_order), -_edge(np.flip(f, -1), *right, edge_order)
    return np.concatenate([first, inside, last], axis=-1)


def _edge(f: Any, p: Any, q: Any, edge_order: int) -> Any:
    """The slope at the first element, p and q being the first two steps."""
    if edge_order == 1:
        return (f[..., 1:2] - f[..., :1]) / p
    return (
        -(2 * p + q) / (p * (p + q)) * f[..., :1]
        + (p + q) / (p * q) * f[..., 1:2]
        - p / (q * (p + q)) * f[..., 2:3]
    )


@written(np.ediff1d, examples=[example(X), example(V, to_end=NUMBER, to_begin=Array(2)), example(V, [1.0])])
def ediff1d(x: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """np.ediff1d: the differences of the flattened array, between what is put before and behind."""
    inside = np.diff(np.ravel(x))
    if to_end is None and to_begin is None:
        return inside
    ends = [None if end is None else as_type(np.ravel(end), inside.dtype) for end in (to_begin, to_end)]
    return np.concatenate([part for part in (ends[0], inside, ends[1]) if part is not None])


WITH_START = [example(V), example(X, axis=0), example(X, axis=-1, include_initial=True)]


@written(np.cumulative_sum, examples=WITH_START)
def cumulative_sum(
    x: Any, /, *, axis: int | None = None, dtype: Any = None, out: None = None, include_initial: bool = False
) -> Any:
    """np.cumulative_sum: np.cumsum, with the empty sum in front if asked."""
    return _running(np.cumsum(x, _the_axis(x, axis), dtype), axis or 0, np.zeros_like, include_initial)


@written(np.cumulative_prod, examples=WITH_START)
def cumulative_prod(
    x: Any, /, *, axis: int | None = None, dtype: Any = None, out: None = None, include_initial: bool = False
) -> Any:
    """np.cumulative_prod: np.cumprod, with the empty product in front if asked."""
    return _running(np.cumprod(x, _the_axis(x, axis), dtype), axis or 0, np.ones_like, include_initial)


def _the_axis(x: Any, axis: int | None) -> int:
    if axis is None and np.ndim(x) != 1:
        raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
    return axis or 0


def _running(y: Any, axis: int, empty: Any, include_initial: bool) -> Any:
    if not include_initial:
        return y
    shape = [1 if a == axis % np.ndim(y) else size for a, size in enumerate(np.shape(y))]
    return np.concatenate([np.broadcast_to(empty(y[:0].dtype.type(0)), shape), y], axis=axis)


@written(
    np.interp,
    examples=[
        example(Array(4, made=lambda x: 3 * x), KNOTS, V),
        example(Array(2, 2, made=lambda x: 9 * x - 4), [0.0, 1.0, 2.5], Array(3), Array(), right=Array()),
        example(NUMBER, KNOTS, V, left=-1.0),
        example(Array(4, made=lambda x: 9 * x - 4), [0.5, 1.5, 0.2], Array(3), period=2.0),
        example(NUMBER, [1.0], Array(1)),
        example(Array(3), [0.0, 2.0], Array(2, made=lambda f: f * (1 + 2j))),
    ],
)
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """np.interp: straight lines between knots; at a knot the slope is that of the line to its right (s)."""
    x, xp, fp = map(as_array, (x, xp, fp))
    if period is not None:
        x, xp = x % period, xp % period
        order = whole(np.argsort(xp))
        xp, fp = xp[order], fp[order]
        xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
        fp = np.concatenate([fp[-1:], fp, fp[:1]])
        left = right = None
    if np.size(xp) == 1:
        y = np.broadcast_to(fp[0], np.shape(x)) * 1.0
    else:
        i = np.clip(whole(np.searchsorted(xp, x, "right")) - 1, 0, np.size(xp) - 2)
        x0, x1, f0, f1 = xp[i], xp[i + 1], fp[i], fp[i + 1]
        y = (f1 - f0) / (x1 - x0) * (x - x0) + f0
    y = np.where(x < xp[0], fp[0] if left is None else left, y)
    y = np.where(x > xp[-1], fp[-1] if right is None else right, y)
    return as_type(y, complex if np.iscomplexobj(y) else float)  # in double precision, as NumPy's
