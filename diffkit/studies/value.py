"""f at the point of a study: one finite real number, or why it is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from diffkit.errors import ArgumentsError, DomainError
from diffkit.tables import value_text

__all__ = ["named_point", "value_at"]


def value_at(f: Callable[..., Any], leaves: Sequence[Any], at: Mapping[str, Any]) -> float:
    """f(*leaves); `at` is what the point is called.

    Raises
    ------
    DomainError
        Where f answers with what is not a finite real number.
    ArgumentsError
        If f answers with more than one.

    Examples
    --------
    >>> value_at(np.sqrt, [4.0], {"x": 4.0})
    2.0
    """
    where = ", ".join(f"{name} = {value_text(value)}" for name, value in at.items())
    with np.errstate(all="ignore"):
        answer = f(*(np.array(leaf)[()] for leaf in leaves))  # f may write into its arguments
    try:
        y = np.asarray(answer)
        if y.dtype.kind == "O":  # such as Fraction; NumPy's astype would make nan of None
            y = np.vectorize(float, otypes=[float])(y)
    except (TypeError, ValueError):
        y = np.asarray("no number")
    if y.dtype.kind == "c":
        raise DomainError(f"f is complex at {where}; return its real or its imaginary part")
    if y.dtype.kind not in "biuf":
        shown = repr(answer) if len(repr(answer)) <= 40 else f"{repr(answer)[:37]}..."
        raise DomainError(f"f returned {shown} at {where}; it has to return one real number")
    if y.size != 1:
        raise ArgumentsError(
            f"f returned an array of shape {y.shape} at {where}; give it one number, "
            f"or return a scalar such as the sum"
        )
    if not np.isfinite(y.item()):
        raise DomainError(
            f"f is {y.item()} at {where}, so it has no derivative there; choose a point inside its domain"
        )
    return float(y.item())


def named_point(names: Sequence[str], point: tuple[Any, ...]) -> dict[str, Any]:
    """The arguments of a function by name, as they are shown.

    >>> named_point(["x", "y"], ({"x": 1.0, "y": 2.0},)), named_point([], (0.5,))
    ({'x': 1.0, 'y': 2.0}, {'x': 0.5})
    """
    if len(point) == 1 and isinstance(point[0], Mapping):
        return dict(point[0])
    if len(point) == 1:
        return {names[0] if names else "x": point[0]}
    return dict(zip(names, point, strict=False))
