"""The operators and methods that make an active value behave as an array, from tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from diffkit.tape.active import Active, apply
from diffkit.tape.assign import in_place

__all__ = ["BINARY"]

BINARY = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.true_divide, "pow": np.power,
    "matmul": np.matmul, "mod": np.remainder, "floordiv": np.floor_divide,
    "and": np.logical_and, "or": np.logical_or, "xor": np.logical_xor,
}  # fmt: skip
COMPARISONS = {
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "eq": np.equal,
    "ne": np.not_equal,
}  # fmt: skip
UNARY = {
    "neg": np.negative, "pos": np.positive, "abs": np.absolute, "invert": np.logical_not,
    "floor": np.floor, "ceil": np.ceil, "trunc": np.trunc,
}  # fmt: skip
METHODS = [
    "sum", "mean", "max", "min", "prod", "std", "var", "ravel", "squeeze", "swapaxes", "cumsum",
    "cumprod", "round", "dot", "diagonal", "trace", "repeat", "take", "conj", "argmax", "argmin",
    "argsort", "any", "all", "nonzero", "searchsorted", "copy",
]  # fmt: skip


def _operator(function: Callable[..., Any], swapped: bool = False) -> Callable[..., Any]:
    if swapped:
        return lambda self, other: apply(function, (other, self))
    return lambda self, other: apply(function, (self, other))


def _unary(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self: apply(function, (self,))


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Active, *args: Any, **keywords: Any) -> Any:
        if "where" in keywords:
            return function(self, *args, **keywords)  # which spells a mask out
        return apply(function, (self, *args), keywords)

    method.__doc__ = f"`np.{function.__name__}` of this value."
    return method


def _writing(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Active, *args: Any, **keywords: Any) -> None:
        self[...] = function(np.copy(self), *args, **keywords)

    method.__doc__ = f"Overwrite this array by its `np.{function.__name__}`."
    return method


def _equip() -> None:
    for name, function in BINARY.items():
        setattr(Active, f"__{name}__", _operator(function))
        setattr(Active, f"__r{name}__", _operator(function, swapped=True))
        setattr(Active, f"__i{name}__", in_place(function))
    for name, function in COMPARISONS.items():
        setattr(Active, f"__{name}__", _operator(function))
    for name, function in UNARY.items():
        setattr(Active, f"__{name}__", _unary(function))
    Active.__round__ = lambda self, digits=0: apply(np.round, (self, digits))  # type: ignore[attr-defined]
    for name in METHODS:
        setattr(Active, name, _method(getattr(np, name)))
    others: dict[str, Any] = {
        "mT": property(np.matrix_transpose),
        "flat": property(np.ravel),
        "__divmod__": lambda self, other: (self // other, self % other),
        "__rdivmod__": lambda self, other: (other // self, other % self),
        "__copy__": lambda self: self.copy(),
        "__deepcopy__": lambda self, memo: self.copy(),
        "clip": lambda self, *args, **keywords: np.clip(self, *args, **keywords),
        "choose": lambda self, *args, **keywords: np.choose(self, *args, **keywords),
        "compress": lambda self, condition, axis=None: np.compress(condition, self, axis),
        "fill": lambda self, value: self.__setitem__(..., value),
        "sort": _writing(np.sort),
        "partition": _writing(np.partition),
    }
    for name, method in others.items():
        setattr(Active, name, method)
    # An object array of active values asks its elements for these: np.sin(np.array([x, y])).
    # Not `dir`: to read f2py or testing from NumPy imports them.
    for name, function in vars(np).items():
        if isinstance(function, np.ufunc) and function.nin <= 2 and not hasattr(Active, name):
            setattr(Active, name, _method(function))


_equip()
