"""Averages, spreads, order statistics and counts; and the functions that pass over nan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from diffkit.errors import NoRuleError
from diffkit.example import Array, example
from diffkit.primitives import scatter
from diffkit.structure import is_foreign
from diffkit.tape.written.declare import as_array, as_type, whole, written

X, V = Array(2, 3, 4), Array(5)
EACH_WAY = [example(X), example(X, 1), example(X, axis=(0, 2)), example(X, axis=-1, keepdims=True)]


@written(np.ptp, examples=[*EACH_WAY, example(V)])
def ptp(x: Any, axis: Any = None, out: None = None, keepdims: bool = False) -> Any:
    """np.ptp: from the least to the greatest."""
    return np.max(x, axis=axis, keepdims=keepdims) - np.min(x, axis=axis, keepdims=keepdims)


@written(
    np.average,
    examples=[
        *EACH_WAY,
        *[example(X, weights=X), example(X, axis=1, weights=Array(3)), example(V, weights=[1, 2, 3, 4, 5])],
        *[example(X, axis=(2, 0), weights=Array(4, 2)), example(V, weights=V, returned=True)],
        *[example(X, 0, Array(2), keepdims=True), example(V, returned=True)],
    ],
)
def average(
    x: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False
) -> Any:
    """np.average: the mean, with weights if given."""
    if weights is None:
        y = np.mean(x, axis=axis, keepdims=keepdims)
        total = np.full(np.shape(y), np.size(x) / max(1, np.size(y)), dtype=as_array(y).dtype)
    else:
        weights = as_array(weights)
        if np.shape(weights) != np.shape(x):
            axes = [a % np.ndim(x) for a in np.atleast_1d(axis)]
            shape = [size if a in axes else 1 for a, size in enumerate(np.shape(x))]
            weights = np.reshape(np.transpose(weights, np.argsort(axes)), shape)
            weights = np.broadcast_to(weights, np.shape(x))
        total = np.sum(weights, axis=axis, keepdims=keepdims)
        y = np.sum(np.multiply(x, weights), axis=axis, keepdims=keepdims) / total
    return (y, total) if returned else y


@written(
    np.cov,
    examples=[
        *[example(Array(3, 5)), example(V), example(V, V), example(Array(5, 2), rowvar=False)],
        *[
            example(V, V, bias=True),
            example(Array(2, 5), ddof=0),
            example(Array(2, 5), fweights=[1, 2, 1, 1, 3]),
        ],
        *[example(Array(2, 5), aweights=V), example(Array(5, 2), V, rowvar=False)],
        example(Array(2, 4, made=lambda x: np.exp(3j * x))),
    ],
)
def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    """np.cov: the covariance matrix of variables, one a row."""
    given = [x if rowvar or np.ndim(x) < 2 else np.transpose(x) for x in (m, y) if x is not None]
    x = np.atleast_2d(given[0]) if y is None else np.concatenate(np.atleast_2d(*given), axis=0)
    ddof = (0 if bias else 1) if ddof is None else ddof
    weights = [as_array(w) for w in (fweights, aweights) if w is not None]
    w = weights[0] * weights[1] if len(weights) == 2 else weights[0] if weights else None
    x = as_type(x, np.result_type(x.dtype, np.float64) if dtype is None else dtype)
    mean, total = average(x, axis=1, weights=w, returned=True)
    total = total[0]
    total = total - (ddof if aweights is None else ddof * np.sum(w * aweights) / total)
    x = x - np.expand_dims(mean, 1)
    other = np.transpose(x if w is None else x * w)
    c = np.dot(x, np.conjugate(other) if np.iscomplexobj(x) else other) / total
    return np.squeeze(c)


@written(
    np.corrcoef,
    examples=[example(Array(3, 5)), example(V), example(V, V), example(Array(5, 2), rowvar=False)],
)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """np.corrcoef: the covariance matrix with unit variances."""
    c = cov(x, y, rowvar, dtype=dtype)
    if np.ndim(c) == 0:
        return c / c
    spread = np.sqrt(np.real(np.diag(c)))
    c = c / np.expand_dims(spread, 1) / spread
    return c if np.iscomplexobj(c) else np.clip(c, -1, 1)


# Order statistics: smooth where the elements differ; equal ones share equally (s) --------------------


def _lines(x: Any, axis: Any) -> Any:
    """x with the axes that are taken together as its last one."""
    x = as_array(x)
    if axis is None:
        return np.ravel(x)
    axes = [a % np.ndim(x) for a in np.atleast_1d(axis).tolist()]
    rest = [a for a in range(np.ndim(x)) if a not in axes]
    moved = np.transpose(x, rest + axes)
    return moved if len(axes) == 1 else np.reshape(moved, (*np.shape(moved)[: len(rest)], -1))


def _kept(y: Any, x: Any, axis: Any, keepdims: bool, before: int = 0) -> Any:
    """A result with its lost axes put back if they are to be kept, behind `before` axes of its own."""
    if not keepdims:
        return y
    axes = range(np.ndim(x)) if axis is None else [a % np.ndim(x) for a in np.atleast_1d(axis).tolist()]
    return np.expand_dims(y, tuple(before + a for a in axes))


@written(np.median, examples=[*EACH_WAY, example(X, -3), example(V), example(Array(1)), example(Array())])
def median(
    x: Any, axis: Any = None, out: None = None, overwrite_input: bool = False, keepdims: bool = False
) -> Any:
    """np.median: the middle one, or the mean of the two in the middle."""
    return _kept(_median(_lines(x, axis)), x, axis, keepdims)


def _median(lines: Any) -> Any:
    n = np.shape(lines)[-1]
    ordered = np.sort(lines, axis=-1)
    middle = np.mean(ordered[..., (n - 1) // 2 if n else 0 : n // 2 + 1], axis=-1)
    return _nan_if_any(middle, ordered) if n else middle


def _nan_if_any(y: Any, ordered: Any) -> Any:
    """y, but nan where there is a nan, which is then the last in order."""
    last = ordered[..., -1]
    return np.where(np.isnan(last), last, y)


METHODS = (
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen",
    "weibull", "linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest",
)  # fmt: skip
QUANTILES = [example(V, 0.3, method=method) for method in METHODS]
QUANTILES += [example(V, Array(made=lambda q: q / 2)), example(X, Array(2, made=lambda q: q / 2), axis=1)]
QUANTILES += [example(X, [0.1, 0.5, 1.0], axis=(0, 2), keepdims=keepdims) for keepdims in (False, True)]


@written(np.quantile, examples=[*QUANTILES, example(X, 0.4, 1), example(X, [[0.2, 0.7]])])
def quantile(
    x: Any,
    q: Any,
    axis: Any = None,
    out: None = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: None = None,
    **_: Any,
) -> Any:
    """np.quantile in all its methods: between two of the elements in order."""
    if weights is not None:
        raise NoRuleError("np.quantile(..., weights=...) of an active value has no rule; repeat the elements")
    y = _quantile(_lines(x, axis), q, method)
    return _kept(y, x, axis, keepdims, np.ndim(q))


def _between(low: Any, high: Any, share: Any) -> Any:
    """So far from low to high, counted from the nearer one as NumPy does: the same bits."""
    gap = high - low
    if is_foreign(share) or np.all(share < 0.5):
        return low + gap * share
    far = high - gap * (1 - share)
    return far if np.all(share >= 0.5) else np.where(share >= 0.5, far, low + gap * share)


def _quantile(lines: Any, q: Any, method: Any) -> Any:
    n = np.shape(lines)[-1]
    if not is_foreign(q):
        place = np.asarray(np.quantile(np.arange(float(n)), q, method=method))  # NumPy tells where it looks
    elif method == "linear":
        place = (n - 1) * q
    else:
        raise NoRuleError(f"np.quantile(..., method={method!r}) has no rule for an active q; keep q constant")
    below = whole(np.floor(place).astype(int))
    share = place - np.floor(place)
    share = share if np.ndim(share) or is_foreign(share) else float(share)
    ordered = np.sort(lines, axis=-1)
    low, high = (np.take(ordered, i, axis=-1) for i in (below, np.minimum(below + 1, n - 1)))
    y = _between(low, high, share)
    y = np.moveaxis(y, range(-place.ndim, 0), range(place.ndim)) if np.ndim(lines) > 1 else y
    return _nan_if_any(y, ordered)


@written(np.percentile, examples=[example(V, 30), example(X, [10, 50], 1), example(V, 45.0, method="lower")])
def percentile(x: Any, q: Any, *args: Any, **keywords: Any) -> Any:
    """np.percentile: the quantile of a hundredth."""
    return quantile(x, np.true_divide(q, 100), *args, **keywords)


# Counts ----------------------------------------------------------------------------------------------


@written(np.bincount, examples=[example([0, 2, 2], Array(3)), example([1, 0], weights=Array(2), minlength=5)])
def bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    """np.bincount: the weights added up, number by number."""
    x = whole(x).astype(int)
    if weights is None:
        return np.bincount(x, minlength=minlength)
    count = max(minlength, int(np.max(x, initial=-1)) + 1)
    return scatter(as_type(weights, np.float64), key=x, shape=(count,))


@written(
    np.histogram,
    examples=[
        *[example(V, [0.3, 0.8, 1.3], weights=V), example(np.arange(5.0), 3, weights=V)],
        *[example(V, 4), example(V, 3, (0.5, 1.0)), example(V, 3, density=True, weights=V)],
    ],
)
def histogram(x: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:  # noqa: A002
    """np.histogram: the weights that fall between edges; where x falls is constant between jumps."""
    x = np.ravel(as_array(x))
    if isinstance(bins, str):
        raise NoRuleError(
            f"np.histogram(..., bins={bins!r}) of an active value has no rule; give their number"
        )
    if np.ndim(bins) == 0:
        low, high = (np.min(x), np.max(x)) if range is None else range
        low, high = (low - 0.5, high + 0.5) if low == high else (low, high)
        bins = np.linspace(low, high, bins + 1, dtype=np.result_type(low, high, x.dtype))
    place = whole(np.searchsorted(bins, x, "right")) - 1 - whole(x == bins[-1])  # the last edge counts too
    inside = np.flatnonzero((place >= 0) & (place < len(bins) - 1))
    if weights is None:
        counts = np.bincount(place[inside], minlength=len(bins) - 1)
    else:
        counts = np.bincount(place[inside], np.ravel(weights)[inside], len(bins) - 1)
    return (counts / np.diff(bins) / np.sum(counts) if density else counts), as_array(bins)


# Passing over nan --------------------------------------------------------------------------------------

HOLED = Array(2, 3, made=lambda x: np.where([[True, False, True], [True, True, False]], x, np.nan))
HOLES = [example(HOLED), example(HOLED, axis=1), example(HOLED, 0), example(HOLED, axis=1, keepdims=True)]


def _without_nan(function: Any) -> Callable[..., Any]:
    def called(x: Any, *args: Any, where: Any = True, **keywords: Any) -> Any:
        there = np.logical_not(np.isnan(x))
        return function(x, *args, where=there if where is True else there & where, **keywords)

    called.__doc__ = f"np.{function.__name__} of what is not nan."
    return called


for ignoring, function in [
    (np.nanmean, np.mean), (np.nanvar, np.var), (np.nanstd, np.std),
]:  # fmt: skip
    written(ignoring, examples=HOLES)(_without_nan(function))


def _extreme_without_nan(function: Any, least: float) -> Callable[..., Any]:
    def called(x: Any, axis: Any = None, out: None = None, keepdims: bool = False, **keywords: Any) -> Any:
        there = np.logical_not(np.isnan(x))
        if (where := keywords.pop("where", True)) is not True:
            there = there & where
        y = function(x, axis=axis, keepdims=keepdims, where=there, **{"initial": least, **keywords})
        return np.where(np.any(there, axis=axis, keepdims=keepdims), y, np.nan)

    called.__doc__ = f"np.{function.__name__} of what is not nan."
    return called


written(np.nanmax, examples=HOLES)(_extreme_without_nan(np.max, -np.inf))
written(np.nanmin, examples=HOLES)(_extreme_without_nan(np.min, np.inf))


def _nan_counts_as(number: int, function: Any) -> Callable[..., Any]:
    def called(x: Any, *args: Any, **keywords: Any) -> Any:
        return function(np.where(np.isnan(x), number, x), *args, **keywords)

    called.__doc__ = f"np.{function.__name__}, for which nan counts as {number}."
    return called


written(np.nansum, examples=HOLES)(_nan_counts_as(0, np.sum))
written(np.nanprod, examples=HOLES)(_nan_counts_as(1, np.prod))
written(np.nancumsum, examples=[example(HOLED), example(HOLED, axis=0)])(_nan_counts_as(0, np.cumsum))
written(np.nancumprod, examples=[example(HOLED), example(HOLED, axis=0)])(_nan_counts_as(1, np.cumprod))


def _line_by_line(function: Callable[..., Any], lines: Any) -> Any:
    """A function of what is not nan in each line, as NumPy goes about it."""
    around = np.shape(lines)[:-1]
    found = [function(lines[index][np.logical_not(np.isnan(lines[index]))]) for index in np.ndindex(around)]
    return np.reshape(np.stack(found), (*around, *np.shape(found[0])))


@written(np.nanmedian, examples=HOLES)
def nanmedian(
    x: Any, axis: Any = None, out: None = None, overwrite_input: bool = False, keepdims: bool = False
) -> Any:
    """np.nanmedian: the median of what is not nan."""
    return _kept(_line_by_line(_median, _lines(x, axis)), x, axis, keepdims)


@written(
    np.nanquantile,
    examples=[example(HOLED, 0.3), example(HOLED, [0.2, 0.6], axis=1), example(HOLED, 0.4, 1, keepdims=True)],
)
def nanquantile(
    x: Any,
    q: Any,
    axis: Any = None,
    out: None = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    **_: Any,
) -> Any:
    """np.nanquantile: the quantile of what is not nan."""
    y = _line_by_line(lambda line: _quantile(line, q, method), _lines(x, axis))
    y = np.moveaxis(y, range(-np.ndim(q), 0), range(np.ndim(q)))
    return _kept(y, x, axis, keepdims, np.ndim(q))


@written(np.nanpercentile, examples=[example(HOLED, 30), example(HOLED, [20, 60], axis=1)])
def nanpercentile(x: Any, q: Any, *args: Any, **keywords: Any) -> Any:
    """np.nanpercentile: the percentile of what is not nan."""
    return nanquantile(x, np.true_divide(q, 100), *args, **keywords)
