"""The value of a formula to any number of digits, at the exact values of the floats in its point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from diffkit.arguments import checked_count
from diffkit.errors import ArgumentsError, DomainError, NotClosedFormError
from diffkit.symbolic.differentiate import as_expression
from diffkit.tape.digits import one_at_a_time, working_digits

__all__ = ["evaluate"]

_GUARD_DIGITS = 15
_MOST_WORK = 6  # times that the precision is doubled while digits cancel


@one_at_a_time
def evaluate(expression: Any, point: Mapping[str, Any] | None = None, digits: int = 50) -> Any:
    """The value of a SymPy expression, an mpmath number that is right to `digits` digits.

    Parameters
    ----------
    expression
        A real expression, such as `dk.symbolic.expression(tape)`.
    point
        A number for each symbol by its name, an array for the symbols x[0], x[1], ... Floats count with their
        exact binary values: 0.1 is 0.1000000000000000055...
    digits
        How many digits the value is to have.

    Raises
    ------
    ArgumentsError
        If a symbol has no number, or none that is finite, or these are no expression, point and digits.
    DomainError
        If the value is complex, or digits cancel without end.
    NotClosedFormError
        If SymPy cannot evaluate it.

    Examples
    --------
    >>> import mpmath, sympy
    >>> x = sympy.Symbol("x")
    >>> mpmath.nstr(evaluate(sympy.sqrt(2) * x, {"x": 3}, digits=30), 30)
    '4.24264068711928514640506617263'
    """
    import mpmath
    import sympy

    formula = as_expression(expression)
    if not isinstance(formula, sympy.Expr):
        raise ArgumentsError(f"{expression!r:.60} is not one SymPy expression; write one, such as x**2")
    if point is not None and not isinstance(point, Mapping):
        raise ArgumentsError(f"the point is {point!r:.60}; write the symbols by name, such as {{'x': 0.1}}")
    digits = checked_count(digits, "digits")
    numbers = _numbers(formula, point or {})
    formula = formula.replace(lambda e: isinstance(e, sympy.Piecewise), lambda e: _chosen(e, numbers))
    # SymPy rounds what is in a floor to few digits before it takes the floor: exact numbers it does not.
    steps = (sympy.floor, sympy.ceiling, sympy.sign, sympy.Heaviside)
    formula = formula.replace(lambda e: isinstance(e, steps), lambda e: e.xreplace(numbers))
    precision = digits + _GUARD_DIGITS
    before = _at(formula, numbers, precision)
    for _ in range(_MOST_WORK):
        precision *= 2
        value = _at(formula, numbers, precision)
        with working_digits(digits):
            if value == before or not mpmath.isfinite(value) or value != value:
                return +value
            if abs(value - before) <= mpmath.mpf(10) ** (-digits - 2) * abs(value):
                return +value
            if abs(value) < mpmath.mpf(10) ** (-precision // 2):  # what is left where everything cancels
                return mpmath.mpf(0)
        before = value
    raise DomainError(f"digits cancel in {str(formula)[:60]} however many there are; no value is certain")


def _numbers(formula: Any, point: Mapping[str, Any]) -> dict[Any, Any]:
    """An exact SymPy number for each symbol."""
    given: dict[str, Any] = {}
    for name, value in point.items():
        if np.ndim(value):
            array = np.asarray(value)
            given |= {f"{name}[{', '.join(map(str, i))}]": array[i] for i in np.ndindex(array.shape)}
        else:
            given[name] = value
    missing = sorted({s.name for s in formula.free_symbols} - set(given))
    if missing:
        raise ArgumentsError(
            f"the point has no number for {', '.join(missing)}; write {{{missing[0]!r}: ...}}"
        )
    return {symbol: _exact(symbol.name, given[symbol.name]) for symbol in formula.free_symbols}


def _exact(name: str, value: Any) -> Any:
    import sympy

    if isinstance(value, sympy.Expr) and not value.is_Float:
        return value
    try:
        if hasattr(value, "_mpf_"):  # mpmath's, and SymPy's Float
            from mpmath.libmp import to_rational

            return sympy.Rational(*to_rational(value._mpf_))
        if isinstance(value, int | np.integer):
            return sympy.Integer(int(value))
        return sympy.Rational(*value.as_integer_ratio())
    except (AttributeError, ValueError, OverflowError, TypeError):
        raise ArgumentsError(f"{name} is {value!r:.60}; write a finite real number") from None


def _chosen(e: Any, numbers: dict[Any, Any]) -> Any:
    """The piece that holds at these numbers; nan where none does."""
    import sympy

    for value, condition in e.args:
        holds = condition.xreplace(numbers)
        if holds not in (sympy.true, sympy.false):
            raise NotClosedFormError(f"SymPy cannot decide whether {str(condition)[:60]} holds at this point")
        if holds == sympy.true:
            return value
    return sympy.nan


def _at(formula: Any, numbers: dict[Any, Any], precision: int) -> Any:
    """The value computed with so many digits."""
    import mpmath
    import sympy

    found = (
        formula.evalf(precision, subs=numbers, maxn=4 * precision) if numbers else formula.evalf(precision)
    )
    if found.is_infinite and found.is_extended_real:
        return mpmath.mpf("inf") * (1 if found > 0 else -1)
    if found in (sympy.nan, sympy.zoo):
        return mpmath.mpf("nan")
    if not found.is_number or not (found.is_Float or found.is_Rational or found.is_Add or found.is_Mul):
        raise NotClosedFormError(f"SymPy cannot evaluate {str(formula)[:60]}")
    real, imaginary = found.as_real_imag()
    if imaginary != 0:
        raise DomainError(f"{str(formula)[:60]} is complex at this point; write a point inside its domain")
    if real.is_Rational:
        with working_digits(precision):
            return mpmath.mpf(int(real.p)) / int(real.q)
    return mpmath.mp.make_mpf(real._mpf_)
