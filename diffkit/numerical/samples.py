"""Derivatives of tabulated data, on even and uneven grids.

The letters, beside those of stencil.py: n the number of samples, m the number of them in a formula, X their
places. Axis 0 of every array is the one along which the samples follow each other.
"""

from __future__ import annotations

from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from diffkit.errors import ArgumentsError, OptionError
from diffkit.numerical.stencil import Stencil, central, lopsided, whole
from diffkit.result import Estimate

__all__ = ["derivative_of_samples"]

EVEN = 4  # a grid is even when no point is off by more than so many eps of its length: linspace is off by 1
ROUNDINGS = 4  # of y itself, of its weight, of their product and their sum
SAFETY = 2  # the next higher accuracy errs too, in smooth data by up to the same


def derivative_of_samples(x: Any, y: Any, order: int = 1, accuracy: int = 2, *, axis: int = -1) -> Estimate:
    """The derivative of tabulated data at each of its points, in an Estimate whose value has y's shape.

    On an even grid by central differences with exact weights, on an uneven one by the weights of Fornberg;
    near the ends by formulas to one side, of the same accuracy. The error estimate has three parts: how far
    the next higher accuracy is away, the noise that the samples show, and their rounding. It is inf where
    there are too few samples to tell. What happens between two samples is not seen.

    Parameters
    ----------
    x
        Where the samples are: n numbers that rise or fall; or one number, the distance between them.
    y
        The samples, an array with n of them along `axis`.
    order
        Which derivative.
    accuracy
        The power of the distance to which the error is proportional, at least.
    axis
        The axis of y along which x runs.

    Raises
    ------
    OptionError
        When x does not rise or fall strictly, x and y differ in length, or n < order + accuracy.
    ArgumentsError
        When x or y is not made of real numbers.

    Examples
    --------
    >>> x = np.array([0.0, 0.1, 0.3, 0.4, 0.7])
    >>> derivative_of_samples(x, x**2).value.round(12)
    array([-0. ,  0.2,  0.6,  0.8,  1.4])

    Formula: Fornberg, Calculation of weights in finite difference formulas, SIAM Review 40 (1998).
    """
    q, p = whole("order", order), whole("accuracy", accuracy)
    x, y = _real("x", x), _real("y", y)
    if not -y.ndim <= axis < y.ndim:
        raise OptionError(
            f"axis={axis!r} is not an axis of y, whose shape is {y.shape}: write axis=0 or another."
        )
    n, kind = y.shape[axis], np.result_type(x, y)
    work = np.result_type(kind, np.float32)  # float16 has no room for the weights
    Y, grid = np.moveaxis(y, axis, 0).astype(work), _grid(x.astype(work), n)
    if n < q + p:
        raise OptionError(
            f"order={q} with accuracy={p} takes at least {q + p} samples, and y has {n} along axis {axis}: "
            "give more samples, or write a lower accuracy."
        )
    with np.errstate(all="ignore"):  # inf and nan in y show in the value
        value = _differentiated(grid, Y, q, p)
        error, note = _error(grid, Y, q, p, value)
    value, error = (np.moveaxis(part, 0, axis) for part in (value, error))
    step = None if grid.h is None else float(grid.h)
    return Estimate(value.astype(kind), error, step, 0, "samples", note)


class Grid(NamedTuple):
    """The places X of the samples, and the distance h of neighbours: None when it is not always the same."""

    X: Any
    h: Any


def _differentiated(grid: Grid, Y: Any, q: int, p: int) -> Any:
    """The q-th derivative at every sample, by formulas of order p at least."""
    return _on_even(grid.h, Y, q, p) if grid.h is not None else _on_uneven(grid.X, Y, q, _width(grid, q, p))


def _width(grid: Grid, q: int, p: int) -> int:
    """How many samples a formula of order p takes; on an uneven grid as many on each side, if there are."""
    return q + p if grid.h is not None else min((q + p) | 1, len(grid.X))


def _error(grid: Grid, Y: Any, q: int, p: int, value: Any) -> tuple[Any, str]:
    """The error estimate, and what is to be said of it."""
    n, m = len(Y), _width(grid, q, p)
    if n >= m + 2:  # to the neighbours as well: the difference alone may pass through 0
        truncation = SAFETY * _highest(np.abs(_differentiated(grid, Y, q, p + 2) - value))
    elif (other := n if n > m else n - 1) > q:
        farthest = np.abs(_on_uneven(grid.X, Y, q, other) - value).max(axis=0)
        truncation = SAFETY * farthest + np.zeros_like(value)
    else:
        note = f"{n} samples are just enough for the formula: its error stays unknown."
        return np.full(value.shape, inf), note
    rounding = ROUNDINGS * np.finfo(Y.dtype).eps * np.abs(Y) + _misplaced(grid, Y)
    scatter = _scatter(grid, Y, q + p + 2)
    if grid.h is None:
        error = truncation + _felt_on_uneven(grid.X, scatter, rounding, q, m)
    else:
        error = truncation + _on_even(grid.h, np.maximum(scatter, rounding), q, p, size=True)
    notes = []
    if lost := int(np.sum(~np.isfinite(Y))):
        notes.append(f"y is not finite at {lost} of {Y.size} samples.")
    level = np.median(scatter)
    # About higher polynomials a smooth y scatters less, and noise does not.
    if level > 100 * np.median(rounding) and np.median(_scatter(grid, Y, q + p + 4)) > level / 2:
        notes.append(
            f"The samples stray by about {level:.1g} from a smooth curve: noise, or too few of them."
        )
    return np.where(np.isnan(error), inf, error), " ".join(notes)


# -- even grids ----------------------------------------------------------------------------------------


def _on_even(h: Any, Y: Any, q: int, p: int, size: bool = False) -> Any:
    """The q-th derivative on an even grid; with `size` the most that errors of size Y do to it."""
    middle = central(q, p + p % 2)
    n, m, reach = len(Y), q + p, middle.evaluations // 2
    inner = max(n - 2 * reach, 0)
    left = reach if inner else n // 2

    def by(stencil: Stencil, first: int, count: int) -> Any:
        """The stencil at `count` samples from `first` on."""
        parts = [Y[first + int(k) : first + int(k) + count] for k in stencil.offsets]
        if not size:
            return stencil.combine(parts, h)
        return sum(float(abs(w)) * part for w, part in zip(stencil.weights, parts, strict=True)) / abs(h) ** q

    rows = [by(lopsided(i, q, p), i, 1) for i in range(left)]
    rows += [by(middle, left, inner)] if inner else []
    rows += [by(lopsided(m - n + i, q, p), i, 1) for i in range(left + inner, n)]
    return np.concatenate(rows)


# -- uneven grids --------------------------------------------------------------------------------------


def _on_uneven(X: Any, Y: Any, q: int, m: int) -> Any:
    """The q-th derivative by m samples around each."""
    near, K = _windows(X, m)
    total = np.zeros_like(Y)
    for w, i in zip(fornberg(K, q).T, near.T, strict=True):
        # The weights add up to 0, so y itself may be taken away: then a constant has no rounding error.
        total += _column(w, Y) * (Y[i] - Y)
    return total


def _felt_on_uneven(X: Any, noise: Any, rounding: Any, q: int, m: int) -> Any:
    """The most that noise in the samples, and rounding in them and in the weights, do to `_on_uneven`."""
    near, K = _windows(X, m)
    total = np.zeros_like(noise)
    for w, bound, i in zip(fornberg(K, q).T, fornberg(K, q, bound=True).T, near.T, strict=True):
        total += np.abs(_column(w, noise)) * noise[i] + _column(bound, noise) * (rounding[i] + rounding)
    return total


def _windows(X: Any, m: int) -> tuple[Any, Any]:
    """For each point the m samples around it, and how far they are from it."""
    n = len(X)
    first = np.clip(np.arange(n) - m // 2, 0, n - m)
    near = first[:, None] + np.arange(m)
    return near, X[near] - X[:, None]


def fornberg(K: Any, q: int, bound: bool = False) -> Any:
    """The weights of the q-th derivative at 0 on nodes K, a row a formula.

    With `bound`, every difference in the recursion is made a sum: the size of what was rounded on the way.

    >>> fornberg(np.array([[-1.0, 0.0, 1.0]]), 2)
    array([[ 1., -2.,  1.]])
    """
    scale = np.max(np.abs(K), axis=1)
    nodes = (K / scale[:, None]).T
    m, rows = nodes.shape
    sign, size = (1, np.abs) if bound else (-1, np.positive)
    # C[j, k] is the weight of node j in the k-th derivative, of the nodes taken so far.
    C = np.zeros((m, q + 1, rows), K.dtype)
    C[0, 0] = product = np.ones(rows, K.dtype)
    order = np.arange(1, q + 1).reshape(-1, 1)
    for i in range(1, m):
        gaps, here, last = size(nodes[i] - nodes[:i]), size(nodes[i]), size(nodes[i - 1])
        grown = np.prod(gaps, axis=0)
        C[i, 1:] = product / grown * (order * C[i - 1, :-1] + sign * last * C[i - 1, 1:])
        C[i, 0] = sign * product / grown * last * C[i - 1, 0]
        C[:i, 1:] = (here * C[:i, 1:] + sign * order * C[:i, :-1]) / gaps[:, None]
        C[:i, 0] *= here / gaps
        product = grown
    return (C[:, q] / scale**q).T


# -- what the samples tell of themselves ---------------------------------------------------------------


def _scatter(grid: Grid, Y: Any, k: int) -> Any:
    """The noise around each sample: how far the samples are from a polynomial of degree k - 1.

    A divided difference over k + 1 of them, with weights of length 1, is as large as the noise; of a smooth
    function it is next to nothing.
    """
    n = len(Y)
    if n <= k:
        return np.zeros_like(Y)
    windows = sliding_window_view(grid.X, k + 1)
    windows = windows if grid.h is None else windows[:1]
    windows = (windows - windows[:, :1]) / (windows[:, -1:] - windows[:, :1])
    gaps = windows[:, :, None] - windows[:, None, :] + np.eye(k + 1, dtype=Y.dtype)
    C = 1 / np.prod(gaps, axis=2)
    C /= np.sqrt(np.sum(C**2, axis=1))[:, None]
    difference = sum(_column(c, Y) * Y[i : n - k + i] for i, c in enumerate(C.T))
    pad = [(k, k)] + [(0, 0)] * (Y.ndim - 1)
    return sliding_window_view(np.pad(np.abs(difference), pad), k + 1, axis=0).max(axis=-1)


def _misplaced(grid: Grid, Y: Any) -> Any:
    """What it does to y that an even grid is not quite even."""
    if grid.h is None:
        return np.zeros_like(Y)
    slope = np.abs(np.diff(Y, axis=0) / grid.h)
    steepest = np.maximum(np.concatenate([slope[:1], slope]), np.concatenate([slope, slope[-1:]]))
    return _column(np.abs(_off(grid.X, grid.h)), Y) * steepest


def _off(X: Any, h: Any) -> Any:
    """How far each point is from its place on an even grid."""
    return X - X[0] - np.arange(len(X), dtype=X.dtype) * h


def _column(numbers: Any, Y: Any) -> Any:
    """One number for each sample, in a shape that broadcasts with Y."""
    return numbers.reshape(-1, *[1] * (Y.ndim - 1))


def _highest(size: Any) -> Any:
    """The largest of each value and its two neighbours."""
    pad = [(1, 1)] + [(0, 0)] * (size.ndim - 1)
    return sliding_window_view(np.pad(size, pad), 3, axis=0).max(axis=-1)


# -- what was given ------------------------------------------------------------------------------------


def _real(name: str, numbers: Any) -> Any:
    """An array of floats; ArgumentsError for anything but real numbers."""
    try:
        array = np.asarray(numbers)
        array = array.astype(np.float64) if array.dtype.kind in "biuO" else array
    except (TypeError, ValueError):
        array = np.asarray("no numbers")
    if array.dtype.kind == "c":
        raise ArgumentsError(f"{name} is complex: differentiate its real and its imaginary part, one by one.")
    if array.dtype.kind != "f":
        raise ArgumentsError(f"{name} is not an array of real numbers: write np.array([0.0, 0.5, 1.0, ...]).")
    return array


def _grid(x: Any, n: int) -> Grid:
    """The grid of the n samples; OptionError when x does not rise or fall."""
    if x.ndim == 0:
        if not np.isfinite(x) or x == 0:
            raise OptionError(
                f"x={x} is not a distance between samples: write one such as 0.1, or all their places."
            )
        return Grid(np.arange(n, dtype=x.dtype) * x, x)
    if x.shape != (n,):
        raise OptionError(
            f"x has shape {x.shape}, and y has {n} samples along its axis: "
            f"give {n} numbers for x, or the axis of y that x belongs to."
        )
    if n < 2:
        return Grid(x, None)
    steps, length = np.diff(x), x[-1] - x[0]
    forward = steps * np.sign(steps[0]) > 0
    if not (np.all(forward) and np.isfinite(length)):
        i = int(np.argmin(forward))
        raise OptionError(
            f"x has to rise or to fall from each sample to the next, and x[{i + 1}] = {x[i + 1]} "
            f"follows x[{i}] = {x[i]}: sort the samples by x, and leave out what is there twice."
        )
    h = length / (n - 1)
    even = np.all(np.abs(_off(x, h)) <= EVEN * np.finfo(x.dtype).eps * np.abs(length))
    return Grid(x, h if even else None)
