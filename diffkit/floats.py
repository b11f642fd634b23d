"""NumPy's functions on one Python float: Python's own, several times faster, where the bits are the same."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

__all__ = ["TWINS", "divide", "for_floats", "on_float", "power", "twin"]

# Python's functions with the bits of NumPy's, whatever the machine.
SAME: dict[Any, Callable[..., Any]] = {
    np.negative: operator.neg, np.positive: operator.pos, np.absolute: abs, np.square: lambda x: x * x,
}  # fmt: skip
# Python's functions that may have the bits of NumPy's: it has its own for some, on some processors for many.
TWINS: dict[Any, Callable[..., float]] = {
    np.sqrt: math.sqrt, np.cbrt: math.cbrt, np.exp: math.exp, np.exp2: math.exp2, np.expm1: math.expm1,
    np.log: math.log, np.log2: math.log2, np.log10: math.log10, np.log1p: math.log1p, np.sin: math.sin,
    np.cos: math.cos, np.tan: math.tan, np.arcsin: math.asin, np.arccos: math.acos, np.arctan: math.atan,
    np.sinh: math.sinh, np.cosh: math.cosh, np.tanh: math.tanh, np.arcsinh: math.asinh,
    np.arccosh: math.acosh, np.arctanh: math.atanh, np.arctan2: math.atan2,
}  # fmt: skip


@cache
def twin(function: Any) -> Callable[..., float] | None:
    """Python's function with the bits of this function of NumPy's on this machine; None where there is none.

    >>> twin(np.sqrt) is math.sqrt, twin(np.sinc)
    (True, None)
    """
    other = TWINS.get(function)
    if other is None:
        return None
    # With AVX-512, where NumPy has its own of most, one logarithm in 1500 differs, one arc tangent in 800 and
    # one exponential in 25: 20 000 points tell them apart, and take some two milliseconds.
    ranges = np.linspace(0, 1, 4000), np.linspace(1, 10, 3000), np.geomspace(1e-18, 1e18, 3000)
    points = np.concatenate([*ranges, *(-x for x in ranges)])
    args = (points, np.roll(points, 7001))[: function.nin]
    with np.errstate(all="ignore"):
        right = function(*args)
    told = np.isfinite(right)  # elsewhere Python may raise
    found = map(other, *(a[told].tolist() for a in args))
    return other if all(map(operator.eq, found, right[told].tolist())) else None


def on_float(function: Any) -> Callable[..., Any]:
    """What gives the bits of this function for one Python float.

    It may raise ValueError or OverflowError where NumPy answers nan or inf.
    """
    return SAME.get(function) or twin(function) or function


def divide(a: Any, b: Any) -> Any:
    """a / b with NumPy's answer (inf or nan) where Python floats would raise."""
    try:
        return a / b
    except ZeroDivisionError:
        return np.true_divide(a, b)


def power(a: Any, b: Any) -> Any:
    """a ** b with NumPy's answer where Python floats would raise or turn complex.

    The same routine for every number: on some processors np.power has other last bits.
    """
    try:
        y = a**b
    except (ZeroDivisionError, OverflowError):
        return np.power(np.float64(a), b)
    return (
        y
        if y.__class__ is not complex or complex in (a.__class__, b.__class__)
        else np.power(np.float64(a), b)
    )


# NumPy as a formula for floats finds it; a module, in which Python looks up fastest.
_NUMPY = ModuleType("numpy")


def _found(name: str) -> Any:
    value = getattr(np, name)
    value = on_float(value) if isinstance(value, np.ufunc) else value
    setattr(_NUMPY, name, value)
    return value


vars(_NUMPY).update(where=lambda mask, a, b: a if mask else b, ndim=lambda x: 0, __getattr__=_found)
_modules: dict[str, dict[str, Any]] = {}


def for_floats(formula: FunctionType) -> Callable[..., Any]:
    """A formula written with NumPy, to be called with Python floats only.

    It may raise ValueError, OverflowError or ZeroDivisionError where NumPy would answer nan or inf: the
    caller then asks the formula itself.

    Examples
    --------
    >>> for_floats(lambda x: np.cos(x))(0.0)
    1.0
    """
    written_in = formula.__globals__
    module = _modules.get(written_in.get("__name__", ""))
    if module is None or module["__original__"] is not written_in:
        # The functions of its module once more, all of which find _NUMPY where they say np.
        module = {**written_in, "np": _NUMPY, "__original__": written_in}
        for name, value in written_in.items():
            if isinstance(value, FunctionType) and value.__globals__ is written_in:
                module[name] = _copy(value, module)
        _modules[written_in.get("__name__", "")] = module
    return _copy(formula, module)


def _copy(function: FunctionType, module: dict[str, Any]) -> FunctionType:
    copy = FunctionType(
        function.__code__, module, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy
