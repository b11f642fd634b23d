"""Dual numbers to calculate with, a + b eps where eps^2 = 0, and a tape's replay in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from diffkit.autodiff.forward import Dual, DualTrace
from diffkit.autodiff.leaf import as_number, real_leaf
from diffkit.errors import ArgumentsError
from diffkit.structure import Structure, as_leaf
from diffkit.tape.active import Active, apply, is_active
from diffkit.tape.arithmetic import NUMPY, Arithmetic

__all__ = ["Duals", "dual"]


class _Eps(DualTrace):
    """The one eps of all dual numbers that are written down, outside of every derivative in progress."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__()
        self.level = 0
        self.selected = True  # a tangent of 0 is that of a constant


EPS = _Eps()


def dual(value: Any, tangent: Any = 1.0) -> Dual:
    """The dual number `value + tangent eps`; of arrays one for each element.

    NumPy's functions and Python's operators take it: h(a + b eps) = h(a) + b h'(a) eps. Its parts are
    `value` and `tangent`, an array's of one shape.

    Raises
    ------
    ArgumentsError
        If the shapes differ, or a part is being differentiated; there, `dk.autodiff.jvp` is what nests.

    Examples
    --------
    >>> f = lambda x, y: x**2 * y + y + 2
    >>> f(dual(3.0), 4.0), f(3.0, dual(4.0))
    (42.0 + 24.0 eps, 42.0 + 10.0 eps)
    >>> dual(42.0, 24.0) * dual(2.0, 1.0)
    84.0 + 90.0 eps
    """
    if is_active(value) or is_active(tangent):
        raise ArgumentsError("dual() takes plain numbers; inside a derivative write dk.autodiff.jvp")
    value, tangent = real_leaf(value), real_leaf(tangent)
    try:
        filled = np.broadcast_to(tangent, np.shape(value))
    except ValueError:
        shapes = f"{np.shape(value)} and {np.shape(tangent)}"
        raise ArgumentsError(f"a value and its tangent have one shape, not {shapes}") from None
    return Dual(EPS, value, tangent if np.shape(tangent) == np.shape(value) else filled.copy())


class Duals(Arithmetic):
    """Forward mode: inputs that are dual numbers carry their tangents along; all others are constants.

    Examples
    --------
    >>> import diffkit as dk
    >>> tape = dk.record(lambda x, y: x**2 * y + y + 2, 1.0, 1.0)
    >>> tape.replay(dual(3.0), 4.0, arithmetic="dual")
    42.0 + 24.0 eps
    """

    name = "dual"

    def __init__(self) -> None:
        self.trace = DualTrace()

    def leaf(self, value: Any) -> Any:
        if isinstance(value, Dual) and value.owner is EPS:
            return self.trace.seeded(value.value, value.tangent)
        return as_leaf(value)

    def call(self, function: Callable[..., Any], args: Any, keywords: Mapping[str, Any]) -> Any:
        if any(isinstance(a, Active) for a in args):
            return apply(function, tuple(args), keywords)
        return NUMPY.call(function, args, keywords)

    def result(self, outputs: list[Any], structure: Structure) -> Any:
        return structure.build([self._written(y) for y in outputs])

    def _written(self, y: Any) -> Any:
        if isinstance(y, Dual) and y.owner is self.trace:
            return dual(as_number(y.value), 0.0 if y.tangent is None else as_number(y.tangent))
        real = isinstance(y, float) or getattr(y, "dtype", np.dtype(bool)).kind in "fc"
        return dual(as_number(y), 0.0) if real and not isinstance(y, Active) else y
