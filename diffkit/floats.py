"""NumPy's functions on one Python float, by Python's own `math`: the same numbers, several times faster."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

__all__ = ["ON_FLOATS", "for_floats"]

# tanh is missing: NumPy has its own, which differs from math's in the last place.
ON_FLOATS: dict[Any, Callable[..., Any]] = {
    np.negative: operator.neg, np.positive: operator.pos, np.absolute: abs, np.square: lambda x: x * x,
    np.sqrt: math.sqrt, np.exp: math.exp, np.expm1: math.expm1, np.log: math.log, np.log1p: math.log1p,
    np.log2: math.log2, np.log10: math.log10, np.sin: math.sin, np.cos: math.cos, np.tan: math.tan,
    np.arcsin: math.asin, np.arccos: math.acos, np.arctan: math.atan, np.sinh: math.sinh, np.cosh: math.cosh,
    np.arcsinh: math.asinh, np.arccosh: math.acosh, np.arctanh: math.atanh,
}  # fmt: skip


# NumPy as a formula for floats finds it, with math's functions; a module, in which Python looks up fastest.
_NUMPY = ModuleType("numpy")
vars(_NUMPY).update(
    {
        name: ON_FLOATS.get(value, value) if isinstance(value, np.ufunc) else value
        for name, value in vars(np).items()
    },
    where=lambda mask, a, b: a if mask else b,
    ndim=lambda x: 0,
    power=math.pow,
)
_modules: dict[str, dict[str, Any]] = {}


def for_floats(formula: FunctionType) -> Callable[..., Any]:
    """A formula written with NumPy, to be called with Python floats only.

    It raises ValueError, OverflowError or ZeroDivisionError where NumPy would answer nan or inf: the caller
    then asks the formula itself.

    Examples
    --------
    >>> for_floats(lambda x: np.cos(x))(0.0)
    1.0
    """
    written_in = formula.__globals__
    module = _modules.get(written_in.get("__name__", ""))
    if module is None or module["__original__"] is not written_in:
        # The functions of its module once more, all of which find math where they say np.
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
