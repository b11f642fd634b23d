"""How a black box f is asked for its values: counted, checked, and never with the caller's arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffkit.errors import DomainError, NonScalarError, NotElementwiseError

__all__ = ["Counted", "Function", "around", "elementwise", "real_valued", "scalar_valued"]

Function = Callable[..., Any]


class Counted:
    """f, with the number of its calls in `calls`.

    >>> f = Counted(np.sin)
    >>> f(0.0), f(0.0), f.calls
    (np.float64(0.0), np.float64(0.0), 2)
    """

    def __init__(self, f: Function) -> None:
        self.f, self.calls = f, 0

    def __call__(self, *point: Any) -> Any:
        self.calls += 1
        return self.f(*point)


def real_valued(f: Function) -> Function:
    """f, answering in real floating NumPy numbers; a complex answer raises DomainError.

    >>> real_valued(lambda x: x > 0)(1.0)
    np.float64(1.0)
    """

    def ask(*point: Any) -> Any:
        y = np.asarray(f(*point))
        if y.dtype.kind == "c":
            at = point[0] if len(point) == 1 else point
            raise DomainError(
                f"f is complex at the real point {at}, and only real functions are differentiated here: "
                "move the point into f's domain, or write the real and the imaginary part as two functions."
            )
        # Integers and booleans would wrap around, or refuse, when they are subtracted.
        return (y if y.dtype.kind == "f" else y.astype(np.float64))[()]

    return ask


def scalar_valued(f: Function) -> Function:
    """f, which must answer with a scalar; any other shape raises NonScalarError.

    >>> scalar_valued(np.sum)(np.ones(3))
    np.float64(3.0)
    """

    def ask(*point: Any) -> Any:
        y = f(*point)
        if np.shape(y):
            raise NonScalarError(
                f"f has shape {np.shape(y)}, and a Hessian is that of a scalar: "
                "sum it, or write dk.jacobian for the derivatives of an array."
            )
        return y

    return ask


def elementwise(f: Function, x: Any, notes: list[str]) -> Function:
    """f, which must keep x's shape (else NotElementwiseError); what spoils the answer goes into `notes`.

    >>> elementwise(np.log, np.float64(1.0), notes := [])(np.float64(np.inf)), notes
    (np.float64(inf), ['f is inf at inf, where the formula at x = 1.0 samples it.'])
    """

    def ask(point: Any) -> Any:
        y = f(point.copy())  # f may write into its argument
        if y.shape != x.shape:
            raise NotElementwiseError(
                f"f maps shape {x.shape} to shape {y.shape}, so it does not act elementwise: "
                "write dk.gradient(f, x) when f is scalar, dk.jacobian(f, x) when it is an array."
            )
        bad, lost = ~np.isfinite(y), np.zeros(x.shape, bool) if point is x else point == x
        if np.any(bad):
            i = np.flatnonzero(bad)[0]
            notes.append(
                f"f is {np.ravel(y)[i].real} at {np.ravel(point)[i].real}, where the formula at "
                f"x = {np.ravel(x)[i]} samples it."
            )
        elif np.any(lost):
            notes.append(
                f"h is lost at x = {np.ravel(x[lost])[0]}, where x + h rounds to x: take a larger h."
            )
        return y

    return ask


def around(f: Function, leaves: Sequence[Any]) -> Function:
    """f near the point `leaves`: a function of moves ((leaf, index), value), all other elements at rest.

    Every call of f gets arrays of its own, so an f that writes into its arguments does no harm.

    >>> near = around(lambda a, b: a[0] * b, [np.array([2.0, 3.0]), np.array(5.0)])
    >>> near(), near(((0, (0,)), np.float64(7.0)))
    (np.float64(10.0), np.float64(35.0))
    """

    def at(*moves: tuple[tuple[int, tuple[int, ...]], Any]) -> Any:
        point = [np.array(leaf) for leaf in leaves]
        for (i, index), value in moves:
            # The value may be complex, and then so is the array.
            point[i] = point[i].astype(np.result_type(point[i], value), copy=False)
            point[i][index] = value
        return f(*(leaf[()] for leaf in point))

    return at
