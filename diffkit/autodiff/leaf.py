"""A leaf, a number or array that is differentiated by or comes out: its form, type and zero, and a copy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from diffkit.errors import ArgumentsError
from diffkit.structure import as_leaf
from diffkit.tape.active import Active, gather, living

__all__ = ["as_number", "copied", "dtype_of", "real_leaf", "shape_of", "size_of", "zero_of"]

_FLOAT64 = np.dtype(np.float64)


def shape_of(value: Any) -> tuple[int, ...]:
    """Its shape; that of a number is empty."""
    return tuple(getattr(value, "shape", ()))


def size_of(value: Any) -> int:
    """The number of its elements."""
    return math.prod(shape_of(value))


def dtype_of(value: Any) -> np.dtype[Any]:
    """The type of its elements.

    Examples
    --------
    >>> dtype_of(1.0), dtype_of(np.zeros(2, np.float32))
    (dtype('float64'), dtype('float32'))
    """
    return _FLOAT64 if value.__class__ is float else getattr(value, "dtype", None) or np.asarray(value).dtype


def zero_of(value: Any) -> Any:
    """The zero of its shape and type; a Python float for a number."""
    kind = dtype_of(value)
    if np.shape(value):
        return np.zeros(np.shape(value), kind)
    return 0.0 if kind == np.float64 else kind.type(0)


def real_leaf(value: Any) -> Any:
    """A number or array that can be differentiated by; ArgumentsError for anything else.

    Examples
    --------
    >>> real_leaf(3), real_leaf([1, 2])
    (3.0, array([1., 2.]))
    """
    leaf = as_leaf(value)
    if leaf.__class__ is float or (leaf.__class__ is np.ndarray and leaf.dtype.kind in "fc"):
        return leaf
    if isinstance(leaf, np.ndarray) and leaf.dtype == object:
        leaf = gather(leaf)  # np.array([x, y]) of active values
    if not isinstance(leaf, float | Active) and np.asarray(leaf).dtype.kind not in "fc":
        kind = type(value).__name__
        raise ArgumentsError(f"cannot differentiate by {str(value)[:40]!r} ({kind}); write real numbers")
    return leaf


def copied(value: Any) -> Any:
    """A copy of an array, so that whoever changes it afterwards changes nothing else."""
    value = living(value)
    return value.copy() if isinstance(value, np.ndarray) else value


def as_number(value: Any) -> Any:
    """An array of no dimension, which np.where makes even of numbers, as a number; others as they are."""
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value[()]
    return float(value) if value.__class__ is np.float64 else value
