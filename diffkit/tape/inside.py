"""The inside of a row that is a function of the user's own, run in another arithmetic than NumPy's.

Such a function calls NumPy, which cannot work with numbers of another arithmetic. It gets active values that
stand for them, so that each of its calls comes back to the arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from diffkit.tape.active import Active, Trace

__all__ = ["run_inside"]


class _Inside(Trace):
    """A trace whose values are numbers of an arithmetic; nothing is remembered."""

    __slots__ = ("arithmetic",)

    kind = Active

    def __init__(self, arithmetic: Any) -> None:
        super().__init__()
        self.arithmetic = arithmetic

    def wrapped(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(self.wrapped, value))
        active = Active()
        active.owner, active.value = self, value
        return active

    def apply(self, function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Any:
        mine = [isinstance(a, Active) and a.owner is self for a in args]
        values = [a.value if m else self.arithmetic.constant(a) for a, m in zip(args, mine, strict=True)]
        return self.wrapped(self.arithmetic.call(function, values, keywords))

    discrete = apply


def run_inside(
    f: Callable[..., Any], arithmetic: Any, values: Iterable[Any], keywords: Mapping[str, Any]
) -> Any:
    """The result of f, a number or array of this arithmetic or a tuple of them, at operands of it.

    Examples
    --------
    >>> import numpy as np, sympy
    >>> from diffkit.tape.objects import SYMPY
    >>> run_inside(lambda x, y: np.sin(x) * y, SYMPY, [sympy.Symbol("x"), 2], {})
    2*sin(x)
    """
    trace = _Inside(arithmetic)
    y = f(*map(trace.wrapped, values), **keywords)
    parts = [part.value if isinstance(part, Active) else arithmetic.constant(part) for part in _several(y)]
    return tuple(parts) if isinstance(y, tuple) else parts[0]


def _several(y: Any) -> tuple[Any, ...]:
    return y if isinstance(y, tuple) else (y,)
