"""Operations of NumPy code that have no NumPy function of their own: indexing, np.array([...]), joining."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np

from diffkit.structure import is_foreign

__all__ = [
    "WITH_ROW",
    "Joined",
    "assemble",
    "component",
    "getitem",
    "kept",
    "mutual_product",
    "primitive",
    "put",
    "scatter",
    "selected_product",
    "takes_each_once",
    "tanh_slope",
]

# Functions with a row of their own: they stay one row, also where they could be put together from others.
WITH_ROW: set[Callable[..., Any]] = set()


def primitive(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that hands itself to its active operands, as every NumPy function does by itself.

    With it, a function of plain arrays becomes one row of a tape and can have a rule.

    Examples
    --------
    >>> import scipy.special as sc
    >>> float(primitive(sc.spherical_jn)(0, 0.0))
    1.0
    """

    @wraps(function)
    def called(*args: Any, **keywords: Any) -> Any:
        foreign = _first_foreign(args)
        if foreign is None:
            return function(*args, **keywords)
        return foreign.__array_function__(called, (type(foreign),), args, keywords)

    return called


def _first_foreign(values: Any) -> Any:
    for value in values:
        if value.__class__ is float or (value.__class__ is np.ndarray and not value.dtype.hasobject):
            continue  # nearly always
        if is_foreign(value):
            return value
        if isinstance(value, list | tuple) or getattr(value, "dtype", None) == np.dtype(object):
            found = _first_foreign(np.ravel(value) if isinstance(value, np.ndarray) else value)
            if found is not None:
                return found
    return None


def getitem(x: Any, *, key: Any) -> Any:
    """`x[key]` for any NumPy key: whole numbers, slices, None, Ellipsis, masks, arrays."""
    x = np.asarray(x) if x.__class__ is float else x  # which stands for NumPy's own number: s[None]
    return x[key]


@primitive
def scatter(x: Any, *, key: Any, shape: tuple[int, ...]) -> Any:
    """An array of zeros into which x has been added at `key`, repeated indices adding up."""
    out = np.zeros(shape, dtype=getattr(x, "dtype", None) or np.asarray(x).dtype)
    if takes_each_once(key):
        out[key] = x
    elif out.ndim == 1 or 4 * np.size(x) < out.size:
        np.add.at(out, key, x)
    else:  # np.add.at is several times faster where each index is one whole number
        places = np.arange(out.size).reshape(shape)[key]
        np.add.at(out.reshape(-1), places.ravel(), np.broadcast_to(x, places.shape).ravel())
    return out


@primitive
def put(x: Any, value: Any, *, key: Any) -> Any:
    """A copy of x in which `value` has been assigned to the elements at `key`."""
    out = np.array(x)
    out[key] = value
    return out


def takes_each_once(key: Any) -> bool:
    """Whether a key is made of slices and whole numbers: x[key] meets no element twice, and is a view."""
    if key.__class__ is slice or key.__class__ is int:  # nearly always
        return True
    parts = key if isinstance(key, tuple) else (key,)
    return all(p is None or p is Ellipsis or isinstance(p, int | np.integer | slice) for p in parts)


@primitive
def assemble(*elements: Any, shape: tuple[int, ...]) -> Any:
    """An array of this shape made of its elements in reading order, as `np.array([...])` makes it."""
    return np.array(elements).reshape(shape)


def component(values: tuple[Any, ...], *, index: int) -> Any:
    """One result of a function that has several, such as np.modf."""
    return values[index]


@primitive
def tanh_slope(y: Any, x: Any) -> Any:
    """1 - y^2 for y = tanh(x), with the digits from x that it loses where |y| is nearly 1."""
    slope = 1 - y * y
    if getattr(y, "dtype", None) != np.float64 and np.iscomplexobj(y):  # seldom another, and soon told
        return slope
    if not getattr(y, "shape", ()):
        return slope if slope > 0.1 else _far_slope(x)
    (far,) = (slope.ravel() < 0.1).nonzero()  # nearer to 0, hardly a bit of the slope is lost
    if len(far):
        slope.put(far, _far_slope(x.ravel()[far]))
    return slope


def _far_slope(x: Any) -> Any:
    e = np.exp(-2 * np.absolute(x))
    return 4 * e / (1 + e) ** 2


@primitive
def selected_product(bar: Any, slope: Any) -> Any:
    """bar * slope, where an exact zero in bar stands for what was not selected: it stays zero.

    Whatever the slope is there, infinite or nan. A zero slope is a number, and 0 * inf is nan.
    """
    return _left_out(bar == 0, bar * slope)


@primitive
def mutual_product(bar: Any, slope: Any) -> Any:
    """bar * slope, where an exact zero in either stands for what was not selected."""
    return _left_out(np.logical_or(bar == 0, slope == 0), bar * slope)


@primitive
def kept(slope: Any, bar: Any) -> Any:
    """The slope of a selected product by its bar: 0 where that, being zero, did not meet the slope."""
    return _left_out(bar == 0, slope)


def _left_out(where: Any, x: Any) -> Any:
    """x with zeros where it is no finite number and left out."""
    if x.__class__ is float and x - x == 0:  # neither infinite nor nan
        return x
    finite = np.isfinite(x)
    return x if finite.all() else np.where(np.logical_and(where, np.logical_not(finite)), 0.0, x)[()]


@primitive
def share(a: Any, b: Any) -> Any:
    """exp(a) / (exp(a) + exp(b)), and 0 where a = -inf: there a is not felt, whatever b is."""
    with np.errstate(over="ignore", invalid="ignore"):  # exp(inf) stands for a share of 0
        return np.where(np.equal(a, -np.inf), 0.0, 1 / (1 + np.exp(b - a)))[()]


@dataclass(frozen=True)
class Joined:
    """A function of a list, such as np.concatenate, as a function of the list's items.

    An instruction has a flat row of operands; `Joined(np.stack, 2)(a, b, axis=1)` is
    `np.stack([a, b], axis=1)`.
    """

    function: Callable[..., Any]
    count: int

    @property
    def __name__(self) -> str:
        return str(self.function.__name__)

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return self.function(list(args[: self.count]), *args[self.count :], **keywords)
