"""Arithmetic: what the leaves, constants and functions of a tape mean for one kind of number; here NumPy's.

A tape says which functions ran; an arithmetic says what each of them means. A new one is a subclass of
`Arithmetic` that overrides what it means differently, and a row of the table of names.
"""

from __future__ import annotations

import difflib
import operator
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

import numpy as np

from diffkit.errors import OptionError
from diffkit.floats import divide, power
from diffkit.structure import Structure, as_leaf

__all__ = ["ARITHMETICS", "NUMPY", "PLAIN", "Arithmetic", "arithmetic_named", "name_of"]


def total(x: Any, axis: Any = None, *rest: Any, **keywords: Any) -> Any:
    """np.sum, without its Python half where there are no options to look after."""
    if x.__class__ is np.ndarray and not rest and not keywords:
        return np.add.reduce(x, axis=axis)
    return np.sum(x, axis, *rest, **keywords)


def as_type(x: Any, dtype: Any, **keywords: Any) -> Any:
    """np.astype, also of a Python float, which stands for NumPy's own in a program that is followed."""
    y: Any = np.float64(x) if x.__class__ is float else x
    return np.astype(y, dtype, **keywords)


# Operators are several times faster than ufuncs on scalars and dispatch the same way on arrays.
PLAIN: dict[Any, Callable[..., Any]] = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.true_divide: divide,
    np.power: power,
    np.negative: operator.neg,
    np.sum: total,
    np.astype: as_type,
}


class Arithmetic:
    """What leaves, constants and functions of a tape mean for one kind of number; here: NumPy's.

    Examples
    --------
    >>> import diffkit as dk
    >>> class Watching(Arithmetic):
    ...     def call(self, function, args, keywords):
    ...         print(name_of(function), *args)
    ...         return super().call(function, args, keywords)
    >>> dk.record(lambda x: x * x + 1, 2.0).replay(3.0, arithmetic=Watching())
    multiply 3.0 3.0
    add 9.0 1
    10.0
    """

    name: str = "numpy"

    def leaf(self, value: Any) -> Any:
        """An input in this arithmetic."""
        return as_leaf(value)

    def constant(self, value: Any) -> Any:
        """A constant operand in this arithmetic."""
        return value

    def call(self, function: Callable[..., Any], args: Any, keywords: Mapping[str, Any]) -> Any:
        """The result of one instruction."""
        y = PLAIN.get(function, function)(*args, **keywords)
        return float(y) if y.__class__ is np.float64 else y

    def result(self, outputs: list[Any], structure: Structure) -> Any:
        """What a replay hands out: the outputs, nested as f nests them."""
        return structure.build(outputs)


NUMPY = Arithmetic()

ARITHMETICS: Mapping[str, str] = MappingProxyType(
    {
        "numpy": "diffkit.tape.arithmetic:NUMPY",
        "float16": "diffkit.tape.precision:FLOAT16",
        "float32": "diffkit.tape.precision:FLOAT32",
        "longdouble": "diffkit.tape.precision:LONGDOUBLE",
        "mpmath": "diffkit.tape.objects:MPMATH",
        "sympy": "diffkit.tape.objects:SYMPY",
        "rational": "diffkit.tape.rationals:Rationals",
        "interval": "diffkit.tape.intervals:Intervals",
        "dual": "diffkit.autodiff.dual:Duals",
        "torch": "diffkit.peers.torch:Torch",
        "jax": "diffkit.peers.jax:Jax",
        "autograd": "diffkit.peers.autograd:Autograd",
        "casadi": "diffkit.peers.casadi:Casadi",
        "symengine": "diffkit.peers.symengine:Symengine",
        "counting": "diffkit.tape.counting:Counting",
    }
)
"""Name -> where it is: an arithmetic, or a class of which each replay gets one of its own.

Nothing is imported before it is used, so that the rooms above, and packages that may be missing, have a row.
"""


def arithmetic_named(arithmetic: str | Arithmetic) -> Arithmetic:
    """The arithmetic of this name, or the given one when it is an arithmetic already.

    Raises
    ------
    OptionError
        For a name that is not in the table; lists the known and suggests the nearest.
    MissingPackageError
        If it is that of a package that is not installed.
    """
    if isinstance(arithmetic, Arithmetic):
        return arithmetic
    known = ", ".join(ARITHMETICS)
    if not isinstance(arithmetic, str):
        raise OptionError(f"arithmetic is {arithmetic!r}; write a name ({known}) or an Arithmetic object")
    if arithmetic not in ARITHMETICS:
        near = difflib.get_close_matches(arithmetic, ARITHMETICS, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}? The" if near else "the"
        raise OptionError(f"no arithmetic {arithmetic!r}; {hint} arithmetics are {known}")
    module, _, name = ARITHMETICS[arithmetic].partition(":")
    found: Any = getattr(import_module(module), name)
    made: Arithmetic = found() if isinstance(found, type) else found
    return made


def name_of(function: Callable[..., Any]) -> str:
    """The name a reader knows a function by: `sin`, `concatenate`, `getitem`."""
    return str(getattr(function, "__name__", repr(function)))
