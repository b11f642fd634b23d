"""The integral of a function as one row of a tape, with Leibniz's rule.

d/dp of the integral of f(x, p) from a(p) to b(p) is f(b, p) b' - f(a, p) a' + the integral of df/dp.
The last is an integral again, so the rule is its own derivative's rule, to any order.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import Any

import numpy as np
import scipy.integrate as si

from diffkit.autodiff.transforms import jvp, vjp
from diffkit.errors import ArgumentsError
from diffkit.example import Array, example
from diffkit.primitives import primitive
from diffkit.rules import array_rule
from diffkit.tape.active import is_active

__all__ = ["closed", "closed_over", "integral"]

Function = Callable[..., Any]


def closed(func: Function) -> Function:
    """The user's function, which must not use active values but those that it is handed."""
    if not isinstance(func, FunctionType):  # compiled, for SciPy's eyes only
        return func

    @wraps(func)
    def call(*args: Any) -> Any:
        return closed_over(func, func(*args))

    return call


def closed_over(func: Function, value: Any) -> Any:
    """A value of the user's function; an error where an active value reached it past its arguments."""
    if is_active(value) or (isinstance(value, list | tuple) and any(map(is_active, value))):
        name = getattr(func, "__name__", "the function")
        raise ArgumentsError(
            f"{name} uses an active value that is not among its arguments; hand it over in args=(...)"
        )
    return value


@primitive
def integral(a: Any, b: Any, *args: Any, func: Function, how: dict[str, Any]) -> tuple[Any, Any]:
    """(the integral of func(x, *args) from a to b, an estimate of its error), func a number or an array.

    Examples
    --------
    >>> [float(v.round(12)) for v in integral(0.0, 1.0, 2.0, func=lambda x, c: c * x, how={})]
    [1.0, 0.0]
    """

    # In double precision whatever the operands: single would look to QUADPACK like a noisy integrand.
    a, b, *args = map(_double, (a, b, *args))  # type: ignore[assignment]

    def f(x: Any) -> Any:
        return closed_over(func, func(x, *args))

    if not np.ndim(f((a + b) / 2 if np.isfinite(a + b) else 0.0)):
        value, error = si.quad(f, a, b, **how)[:2]
        return np.float64(value), np.float64(error)
    allowed = {name: how[name] for name in ("epsabs", "epsrel", "points") if name in how}
    value, error = si.quad_vec(f, a, b, **allowed)
    return value, error


def _double(value: Any) -> Any:
    single = getattr(value, "dtype", None) in (np.float32, np.float16)
    return value.astype(np.float64) if single else value


def _derivative(func: Function, i: int) -> Function:
    """The derivative of func by its i-th argument after x, along a direction that comes first."""

    def along(x: Any, dot: Any, *args: Any) -> Any:
        return jvp(lambda v: func(x, *args[:i], v, *args[i + 1 :]), (args[i],), (dot,))[1]

    return along


def _pulled(func: Function, i: int) -> Function:
    """The cotangent of func's i-th argument after x, from that of its value."""

    def back(x: Any, bar: Any, *args: Any) -> Any:
        return vjp(lambda v: func(x, *args[:i], v, *args[i + 1 :]), args[i])[1](bar)[0]

    return back


def _push(position: int, dot: Any, y: Any, a: Any, b: Any, *args: Any, func: Function, how: Any) -> Any:
    if position < 2:
        sign, end = ((-1, a), (1, b))[position]
        return sign * func(end, *args) * dot, None
    return integral(a, b, dot, *args, func=_derivative(func, position - 2), how=how)[0], None


def _pull(position: int, y_bar: Any, y: Any, a: Any, b: Any, *args: Any, func: Function, how: Any) -> Any:
    bar = y_bar[0]
    if bar is None:  # of the estimate of the error, which counts as constant
        return None
    if position < 2:
        sign, end = ((-1, a), (1, b))[position]
        return sign * np.sum(func(end, *args) * bar)
    return integral(a, b, bar, *args, func=_pulled(func, position - 2), how=how)[0]


array_rule(
    integral,
    (_push, _pull),
    variadic=True,
    examples=[
        example(Array(), Array(made=lambda b: b + 1), Array(2), func=lambda x, c: c[0] * x / c[1], how={})
    ],
)
