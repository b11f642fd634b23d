"""Estimate: what a method found, and what it cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any

import numpy as np

from diffkit.errors import ArgumentsError, DomainError, with_article

__all__ = ["Estimate", "an_answer", "nan_outside", "real_answer"]


@dataclass(frozen=True)
class Estimate:
    """The derivative a method found, with what it cost and how far it can be trusted.

    Attributes
    ----------
    value
        The derivative: a float, an array, or the structure of the point for a gradient.
    error_estimate
        A bound on the absolute error in the shape of `value`, or None where the method gives none.
    step
        The step h that was used (absolute, in the units of x; an array for an array of points), or
        None for a method without a step.
    evaluations
        How often f was called, counted.
    method
        The method's name.
    note
        One line: what the method did, or what it warns of. Empty when there is nothing to say.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> found = dk.derivative(np.sin, 1.0, method="central", h=1e-5, full_output=True)
    >>> found.evaluations, found.step
    (2, 1e-05)
    """

    value: Any
    error_estimate: Any = None
    step: Any = None
    evaluations: int = 0
    method: str = ""
    note: str = ""


def nan_outside(y: Any, value: Any) -> Any:
    """The derivative, and nan where f itself has no finite value.

    A rule knows only its own function: the slope of log at -1 is 1/x = -1, but log has no value there.

    Examples
    --------
    >>> nan_outside(np.array([0.0, np.nan]), np.array([1.0, -1.0]))
    array([ 1., nan])
    """
    outside = ~np.isfinite(np.asarray(y))
    if not np.any(outside):
        return value
    kind = np.result_type(value)  # a formula's 0 is a whole number, and there is no whole nan
    return np.where(outside, np.nan, value).astype(kind if kind.kind in "fc" else float)[()]


def an_answer(y: Any) -> Any:
    """What f returned, if it is numbers: one, an array, or nested lists of one shape; else ArgumentsError.

    Examples
    --------
    >>> an_answer(1j)
    1j
    """
    for part in _parts(y):
        if part is None or isinstance(part, str | bytes | Mapping) or is_dataclass(part):
            what = "nothing (None)" if part is None else with_article(type(part).__name__)
            raise ArgumentsError(f"f returned {what}; it has to return a number or an array")
    _shape(y)
    return y


def _shape(y: Any) -> tuple[int, ...]:
    if not isinstance(y, list | tuple):
        return np.shape(y)
    shapes = list(dict.fromkeys(map(_shape, y)))
    if len(shapes) > 1:
        raise ArgumentsError(
            f"f returned a {type(y).__name__} of parts of shapes {shapes[0]} and {shapes[1]}; join them with "
            f"np.concatenate, or write dk.autodiff.jacobian(f), which keeps them apart"
        )
    return (len(y), *(shapes[0] if shapes else ()))


def real_answer(y: Any) -> Any:
    """What f returned, if it is real numbers; else ArgumentsError, or DomainError for complex ones.

    Examples
    --------
    >>> real_answer(2.0)
    2.0
    """
    for part in _parts(an_answer(y)):
        if isinstance(part, complex) or getattr(getattr(part, "dtype", None), "kind", "f") == "c":
            raise DomainError(
                "f is complex at this real point; write its real and its imaginary part as two functions"
            )
    return y


def _parts(y: Any) -> Iterator[Any]:
    """What f returned, without the lists and tuples around it."""
    if isinstance(y, list | tuple):
        for part in y:
            yield from _parts(part)
    else:
        yield y
