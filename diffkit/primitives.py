"""Operations of NumPy code that have no NumPy function of their own: indexing, np.array([...]), joining."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np

from diffkit.structure import is_foreign

__all__ = ["Joined", "assemble", "component", "dispatched", "getitem", "put", "scatter", "takes_each_once"]


def dispatched(primitive: Callable[..., Any]) -> Callable[..., Any]:
    """A primitive that hands itself to an operand that is active, as NumPy's functions do."""

    @wraps(primitive)
    def call(*args: Any, **keywords: Any) -> Any:
        for a in args:
            if is_foreign(a):
                return a.__array_function__(call, (type(a),), args, keywords)
        return primitive(*args, **keywords)

    return call


def getitem(x: Any, *, key: Any) -> Any:
    """`x[key]` for any NumPy key: whole numbers, slices, None, Ellipsis, masks, arrays."""
    return x[key]


@dispatched
def scatter(x: Any, *, key: Any, shape: tuple[int, ...]) -> Any:
    """An array of zeros into which x has been added at `key`, repeated indices adding up."""
    if is_foreign(x):  # active for an outer trace
        return x.__array_function__(scatter, (type(x),), (x,), {"key": key, "shape": shape})
    out = np.zeros(shape, dtype=getattr(x, "dtype", None) or np.asarray(x).dtype)
    if takes_each_once(key):
        out[key] = x
    else:
        np.add.at(out, key, x)
    return out


@dispatched
def put(x: Any, value: Any, *, key: Any) -> Any:
    """A copy of x in which `value` has been assigned to the elements at `key`."""
    out = np.array(x)
    out[key] = value
    return out


def takes_each_once(key: Any) -> bool:
    """Whether a key is made of slices and whole numbers: x[key] meets no element twice, and is a view."""
    parts = key if isinstance(key, tuple) else (key,)
    return all(p is None or p is Ellipsis or isinstance(p, int | np.integer | slice) for p in parts)


@dispatched
def assemble(*elements: Any, shape: tuple[int, ...]) -> Any:
    """An array of this shape made of its elements in reading order, as `np.array([...])` makes it."""
    return np.array(elements).reshape(shape)


def component(values: tuple[Any, ...], *, index: int) -> Any:
    """One result of a function that has several, such as np.modf."""
    return values[index]


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
