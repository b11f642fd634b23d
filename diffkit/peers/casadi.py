"""A tape in CasADi's SX, scalar expressions that share what is equal, and its derivatives of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ClassVar

import numpy as np

from diffkit.peers.peer import key_of, replayed_in
from diffkit.peers.symbols import InSymbols
from diffkit.primitives import selected_product, share, tanh_slope
from diffkit.tape.arithmetic import Arithmetic
from diffkit.tape.objects import ObjectArithmetic

__all__ = ["ByCasadi", "Casadi"]

# fmt: off
ROWS: dict[Any, str | Callable[..., Any]] = {
    np.sin: "sin", np.cos: "cos", np.tan: "tan", np.arcsin: "asin", np.arccos: "acos", np.arctan: "atan",
    np.sinh: "sinh", np.cosh: "cosh", np.tanh: "tanh", np.arcsinh: "asinh", np.arccosh: "acosh",
    np.arctanh: "atanh", np.arctan2: "atan2", np.exp: "exp", np.expm1: "expm1", np.log: "log",
    np.log1p: "log1p", np.log10: "log10", np.sqrt: "sqrt", np.square: lambda m, a: a * a, np.absolute: "fabs",
    np.fabs: "fabs", np.sign: "sign", np.floor: "floor", np.ceil: "ceil", np.maximum: "fmax",
    np.minimum: "fmin", np.fmax: "fmax", np.fmin: "fmin", np.hypot: "hypot", np.copysign: "copysign",
    np.fmod: "fmod", "erf": "erf",
    np.where: "if_else", np.less: "lt", np.less_equal: "le", np.greater: "gt", np.greater_equal: "ge",
    np.equal: "eq", np.not_equal: "ne", np.logical_and: "logic_and", np.logical_or: "logic_or",
    np.logical_not: "logic_not",
    np.add: lambda m, a, b: a + b, np.subtract: lambda m, a, b: a - b, np.multiply: lambda m, a, b: a * b,
    np.true_divide: lambda m, a, b: a / b, np.power: lambda m, a, b: a**b,
    np.negative: lambda m, a: -a, np.positive: lambda m, a: a, np.reciprocal: lambda m, a: 1 / a,
    np.exp2: lambda m, a: 2**a, np.log2: lambda m, a: m.log(a) / np.log(2),
    np.logaddexp: lambda m, a, b: m.fmax(a, b) + m.log1p(m.exp(-m.fabs(a - b))),
    share: lambda m, a, b: 1 / (1 + m.exp(b - a)), tanh_slope: lambda m, y, x: 1 - y * y,
    selected_product: lambda m, a, b: a * b, "expit": lambda m, a: 1 / (1 + m.exp(-a)),
    "erfc": lambda m, a: 1 - m.erf(a),
}
# fmt: on


class Casadi(ObjectArithmetic):
    """CasADi's SX, one expression an element; for elementwise functions, sums and products of arrays.

    Examples
    --------
    >>> import casadi, diffkit as dk  # doctest: +SKIP
    >>> tape = dk.record(lambda x: np.sin(x) * np.exp(-(x**2)), 0.7)  # doctest: +SKIP
    >>> y = tape.replay(x := casadi.SX.sym("x"), arithmetic="casadi")  # doctest: +SKIP
    >>> casadi.gradient(y, x)  # doctest: +SKIP
    SX(@1=exp((-sq(x))), ((cos(x)*@1)-((2.*x)*(@1*sin(x)))))
    """

    name = "casadi"
    instead = "; method='reverse' differentiates it"

    @cached_property
    def module(self) -> Any:
        return replayed_in("casadi", "casadi")

    def number(self, value: Any) -> Any:
        return self.module.SX(float(value))

    def row(self, function: Callable[..., Any]) -> Callable[..., Any] | None:
        """The function of CasADi's, or None when NumPy's own will do on an array of expressions."""
        row = ROWS.get(key_of(function))
        if row is None:
            if super().row(function) is not None:  # an elementwise function, and it is not here
                raise NotImplementedError
            return None
        return getattr(self.module, row) if isinstance(row, str) else partial(row, self.module)

    def call(self, function: Callable[..., Any], args: Any, keywords: Mapping[str, Any]) -> Any:
        return super().call(function, [self._boxed(a) for a in args], keywords)

    def _boxed(self, value: Any) -> Any:
        """An expression in an array without axes: NumPy would try to make numbers of a bare one."""
        if not isinstance(value, self.module.SX):
            return value
        box = np.empty((), dtype=object)
        box[()] = value
        return box


@dataclass(frozen=True)
class ByCasadi(InSymbols):
    """CasADi's jacobian, on f's tape in its scalar expressions.

    Examples
    --------
    >>> ByCasadi().derivative(np.exp, 0.0, order=3).value  # doctest: +SKIP
    np.float64(1.0)
    """

    name: ClassVar[str] = "casadi"
    arithmetic: ClassVar[type[Arithmetic]] = Casadi

    def symbol(self, name: str) -> Any:
        """By SX.sym."""
        return self.module.SX.sym(name)

    def partials(self, outputs: list[Any], symbols: list[Any]) -> list[list[Any]]:
        """By jacobian."""
        if not (outputs and symbols):
            return [[] for _ in outputs]
        table = self.module.jacobian(self.module.vertcat(*outputs), self.module.vertcat(*symbols))
        return [[table[i, j] for j in range(len(symbols))] for i in range(len(outputs))]

    def depends(self, expression: Any) -> bool:
        """Whether it is not a structural zero."""
        return not expression.is_zero()

    def numbers(self, expressions: list[Any], symbols: list[Any], point: Any) -> Any:
        """By a Function, which is CasADi's compiled program."""
        program = self.module.Function(
            "values", [self.module.vertcat(*symbols)], [self.module.vertcat(*expressions)]
        )
        return program(point).full().ravel()
