"""A SymPy expression as NumPy calls: the way back from formulas to programs, without generated code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, reduce
from typing import Any

import numpy as np

from diffkit.errors import ArgumentsError, NotClosedFormError
from diffkit.tape.arithmetic import NUMPY
from diffkit.tape.meaning import sympy_names

__all__ = ["as_numpy"]

Step = tuple[Callable[..., Any], tuple[int, ...]]

# SymPy gives these any number of operands, NumPy two.
FOLDED = frozenset({np.maximum, np.minimum, np.logical_and, np.logical_or, np.logical_xor})


def as_numpy(expressions: Any, names: Sequence[str]) -> Callable[..., Any]:
    """The function of `names` that evaluates one SymPy expression, or a list of them, with NumPy.

    Each distinct subexpression is computed once. Works on numbers, arrays and active values.

    Raises
    ------
    NotClosedFormError
        If the expression holds something that NumPy and scipy.special cannot evaluate.
    ArgumentsError
        If it has a symbol that `names` lacks.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> as_numpy(sympy.sin(x) / x, ["x"])(np.pi / 2)
    0.6366197723675814
    """
    several = isinstance(expressions, list | tuple)
    program = _Program(list(names))
    outputs = [program.place(e) for e in (expressions if several else [expressions])]
    steps, constants, count = program.steps, program.constants, len(names)

    def evaluate(*values: Any) -> Any:
        if len(values) != count:
            raise ArgumentsError(
                f"the expression has {count} variables ({', '.join(names)}), got {len(values)} values"
            )
        found: list[Any] = [*values]
        for kind, index in program.order:
            if kind == "constant":
                found.append(constants[index])
            else:
                function, args = steps[index]
                found.append(NUMPY.call(function, [found[a] for a in args], {}))
        results = [found[o] for o in outputs]
        return results if several else results[0]

    return evaluate


class _Program:
    """The steps of an expression in the order they run; a place is an index into the values."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.steps: list[Step] = []
        self.constants: list[Any] = []
        self.order: list[tuple[str, int]] = []
        self.places: dict[Any, int] = {}

    def place(self, expression: Any) -> int:
        """The place of an expression's value, after its parts: no recursion, for deep trees."""
        waiting = [expression]
        while waiting:
            e = waiting[-1]
            if e in self.places:
                waiting.pop()
                continue
            missing = [part for part in _parts(e) if part not in self.places]
            if missing:
                waiting.extend(missing)
            else:
                self.places[e] = self._emit(e)
                waiting.pop()
        return self.places[expression]

    def _emit(self, e: Any) -> int:
        import sympy

        if e.is_Symbol:
            if e.name not in self.names:
                raise ArgumentsError(
                    f"the expression has a variable {e.name} that is not among {', '.join(self.names)}"
                )
            return self.names.index(e.name)
        if _is_constant(e):
            return self.constant(_number(e))
        if e.is_Add:
            return self._fold(np.add, e.args)
        if e.is_Mul:
            below = [1 / f for f in e.args if _is_below(f)]
            above = [f for f in e.args if not _is_below(f)]
            top = self._fold(np.multiply, above) if above else self.constant(1.0)
            return self.step(np.true_divide, top, self._fold(np.multiply, below)) if below else top
        if e.is_Pow:
            return self._power(*e.args)
        if isinstance(e, sympy.Piecewise):
            return self._piecewise(e)
        made = _numpy_function(e)
        if made in FOLDED:
            return self._fold(made, e.args)
        return self.step(made, *(self.places[a] for a in e.args))

    def constant(self, value: Any) -> int:
        self.constants.append(value)
        return self._placed("constant", len(self.constants) - 1)

    def step(self, function: Callable[..., Any], *args: int) -> int:
        self.steps.append((function, args))
        return self._placed("step", len(self.steps) - 1)

    def _placed(self, kind: str, index: int) -> int:
        self.order.append((kind, index))
        return len(self.names) + len(self.order) - 1

    def _fold(self, function: Callable[..., Any], parts: Sequence[Any]) -> int:
        return reduce(lambda a, b: self.step(function, a, b), [self.place(p) for p in parts])

    def _power(self, base: Any, exponent: Any) -> int:
        import sympy

        if exponent.is_Rational and exponent < 0:
            return self.step(np.true_divide, self.constant(1.0), self.place(base**-exponent))
        if exponent.is_Rational and exponent.q == 2 and exponent.p == 1:
            return self.step(np.sqrt, self.places[base])
        if base == sympy.E:
            return self.step(np.exp, self.places[exponent])
        return self.step(np.power, self.places[base], self.places[exponent])

    def _piecewise(self, e: Any) -> int:
        place = self.constant(np.nan)  # outside every piece there is no value
        for value, condition in reversed(e.args):
            if condition is True or str(condition) == "True":
                place = self.places[value]
            else:
                place = self.step(np.where, self.places[condition], self.places[value], place)
        return place


def _parts(e: Any) -> list[Any]:
    """The subexpressions whose values an expression's own step needs."""
    import sympy

    if isinstance(e, sympy.Piecewise):
        return [part for value, condition in e.args for part in (value, condition) if str(part) != "True"]
    if _is_constant(e):
        return []
    if e.is_Mul:
        return [1 / f if _is_below(f) else f for f in e.args]
    if e.is_Pow and e.args[1].is_Rational and e.args[1] < 0:
        return [e.args[0] ** -e.args[1]]
    if not (e.is_Symbol or e.is_Add or e.is_Pow):
        _numpy_function(e)  # complain about a Sum itself, not about its index
    return list(e.args)


def _numpy_function(e: Any) -> Callable[..., Any]:
    name = type(e).__name__
    if name not in _functions():
        raise NotClosedFormError(
            f"{name} has no NumPy or scipy.special function, so {str(e)[:60]} cannot be evaluated"
        )
    return _functions()[name]


def _is_constant(e: Any) -> bool:
    """Whether it is a number that SymPy evaluates by itself, or a truth value."""
    import sympy

    return bool(e in (sympy.true, sympy.false) or (e.is_number and not e.has(sympy.Function)))


def _is_below(factor: Any) -> bool:
    """Whether a factor of a product is written under the fraction bar."""
    return bool(factor.is_Pow and factor.exp.is_Rational and factor.exp < 0)


def _number(e: Any) -> Any:
    import sympy

    if e in (sympy.true, sympy.false):
        return bool(e)
    if e.is_Integer and abs(int(e)) < 2**53:
        return int(e)
    if e.is_Rational:
        try:
            return int(e.p) / int(e.q)  # rounded once
        except OverflowError:
            return np.inf if e > 0 else -np.inf
    if e.is_finite is False and not e.is_extended_real:  # zoo, which is 1/0 in every direction
        return np.nan
    value = complex(e.evalf(20))
    return value if value.imag else value.real


@lru_cache(maxsize=1)
def _functions() -> dict[str, Callable[..., Any]]:
    """SymPy's name of a function -> how NumPy and SciPy compute it."""
    import scipy.special as sc

    return {
        **sympy_names(),
        "StrictLessThan": np.less,
        "LessThan": np.less_equal,
        "StrictGreaterThan": np.greater,
        "GreaterThan": np.greater_equal,
        "Equality": np.equal,
        "Unequality": np.not_equal,
        "And": np.logical_and,
        "Or": np.logical_or,
        "Not": np.logical_not,
        "Xor": np.logical_xor,
        "Mod": np.remainder,
        "frac": lambda x: x - np.floor(x),
        "Heaviside": lambda x, at_zero=0.5: np.heaviside(x, at_zero),
        # Away from its point the delta is 0; at the point the function has no derivative.
        "DiracDelta": lambda x, k=0: np.where(np.equal(x, 0), np.inf, 0.0),
        "sinc": lambda x: np.sinc(x / np.pi),
        "sec": lambda x: 1 / np.cos(x),
        "csc": lambda x: 1 / np.sin(x),
        "cot": lambda x: np.cos(x) / np.sin(x),
        "sech": lambda x: 1 / np.cosh(x),
        "csch": lambda x: 1 / np.sinh(x),
        "coth": lambda x: np.cosh(x) / np.sinh(x),
        "acot": lambda x: np.arctan(1 / x),
        "digamma": sc.psi,
        "polygamma": _polygamma,
        "polylog": _polylog,
        "zeta": lambda s, q=1: sc.zeta(s, q),
        "expint": sc.expn,
        "betainc_regularized": lambda a, b, low, high: sc.betainc(a, b, high) - sc.betainc(a, b, low),
        "lowergamma": lambda a, x: sc.gamma(a) * sc.gammainc(a, x),
        "uppergamma": lambda a, x: sc.gamma(a) * sc.gammaincc(a, x),
        "loggamma": sc.gammaln,
        "besselj": sc.jv,
        "bessely": sc.yv,
        "besseli": sc.iv,
        "besselk": sc.kv,
        "re": np.real,
        "im": np.imag,
        "conjugate": np.conjugate,
    }


def _polygamma(n: Any, x: Any) -> Any:
    """psi^(n)(x) = (-1)^(n+1) n! zeta(n + 1, x) for n > 0 (DLMF 5.15.1)."""
    import scipy.special as sc

    if n == 0:
        return sc.psi(x)
    return (-1.0) ** (n + 1) * float(sc.factorial(n)) * sc.zeta(n + 1.0, x)


def _polylog(s: Any, x: Any) -> Any:
    """Li_1(x) = -log(1 - x), Li_2(x) = spence(1 - x); SciPy has no other."""
    import scipy.special as sc

    if s not in (1, 2):
        raise NotClosedFormError(f"the polylogarithm of order {s} has no NumPy or scipy.special function")
    return -np.log(1 - x) if s == 1 else sc.spence(1 - x)
