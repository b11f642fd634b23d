"""A tape in SymEngine's expressions, and its symbolic derivatives of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from typing import Any, ClassVar

import numpy as np

from diffkit.errors import NoRuleError, NotClosedFormError
from diffkit.peers.peer import replayed_in
from diffkit.peers.replayed import Taped
from diffkit.peers.symbols import InSymbols
from diffkit.symbolic.expression import tree_size
from diffkit.tape.arithmetic import Arithmetic
from diffkit.tape.objects import ObjectArithmetic

__all__ = ["BySymengine", "Symengine"]

MOST_NODES = 20_000  # as in `diffkit.symbolic.Symbolic`

# What SymEngine has and does not differentiate, written with what it does; the rest is as in SymPy.
ROWS: dict[Any, Callable[..., Any]] = {
    np.absolute: lambda m, a: m.Piecewise((a, a > 0), (-a, a < 0), (0, True)),
    np.fabs: lambda m, a: m.Piecewise((a, a > 0), (-a, a < 0), (0, True)),
    np.sign: lambda m, a: m.Piecewise((1, a > 0), (-1, a < 0), (0, True)),
    np.maximum: lambda m, a, b: m.Piecewise((a, a > b), (b, a < b), ((a + b) / 2, True)),
    np.minimum: lambda m, a, b: m.Piecewise((a, a < b), (b, a > b), ((a + b) / 2, True)),
}


class Symengine(ObjectArithmetic):
    """SymEngine's expressions; a float that is a short fraction becomes exact, another stays a float.

    Examples
    --------
    >>> import symengine, diffkit as dk  # doctest: +SKIP
    >>> tape = dk.record(lambda x: np.sin(x) * np.exp(-(x**2)), 0.7)  # doctest: +SKIP
    >>> tape.replay(symengine.Symbol("x"), arithmetic="symengine")  # doctest: +SKIP
    exp(-x**2)*sin(x)
    """

    name = "symengine"
    side: ClassVar[int] = 1
    instead = "; method='symbolic' and method='reverse' have more functions"

    @cached_property
    def module(self) -> Any:
        return replayed_in("symengine", "symengine")

    def number(self, value: Any) -> Any:
        if isinstance(value, complex) or not np.isfinite(value):
            raise NotImplementedError
        near = Fraction(value).limit_denominator(1000)
        if float(near) != value:
            return self.module.RealDouble(value)
        return self.module.Integer(near.numerator) / self.module.Integer(near.denominator)

    def row(self, function: Callable[..., Any]) -> Callable[..., Any] | None:
        """The row of this table, or SymPy's, whose functions have the same names here."""
        if function in ROWS:
            return partial(ROWS[function], self.module)
        return super().row(function)


@dataclass(frozen=True)
class BySymengine(InSymbols):
    """SymEngine's diff, on f's tape in its expressions.

    Examples
    --------
    >>> BySymengine().derivative(np.exp, 0.0, order=3).value  # doctest: +SKIP
    np.float64(1.0)
    """

    name: ClassVar[str] = "symengine"
    kind: ClassVar[str] = "symbolic"
    arithmetic: ClassVar[type[Arithmetic]] = Symengine

    def require_room(self, taped: Taped) -> None:
        """Raise NotClosedFormError for a formula too long to walk through, written out as a tree."""
        if tree_size(taped.tape) > MOST_NODES:
            raise NotClosedFormError(
                f"not closed form: with each use of a value written out the formula has more than "
                f"{MOST_NODES} nodes; write method='reverse'"
            )

    def symbol(self, name: str) -> Any:
        """By Symbol."""
        return self.module.Symbol(name)

    def partials(self, outputs: list[Any], symbols: list[Any]) -> list[list[Any]]:
        """By diff; NoRuleError for a function that it does not differentiate."""
        return [[self._slope(self.module.Integer(0) + y, s) for s in symbols] for y in outputs]

    def depends(self, expression: Any) -> bool:
        """Whether it is not 0."""
        return bool(expression != 0)

    def numbers(self, expressions: list[Any], symbols: list[Any], point: Any) -> Any:
        """By Lambdify, which evaluates in doubles."""
        return self.module.Lambdify(symbols, expressions)(point)

    def _slope(self, expression: Any, symbol: Any) -> Any:
        found = expression.diff(symbol)
        if found.atoms(self.module.Derivative):
            raise NoRuleError(f"symengine leaves {str(found)[:60]} as it is; write method='symbolic'")
        return found
