"""What a constant of an expression is worth: worked out exactly or to many digits, and rounded once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from diffkit.tape.digits import one_at_a_time, working_digits

__all__ = ["as_number", "exact_values", "worked_out"]

DIGITS = 50  # of what is no rational number: 30 may cancel and a float is right still
SIZE = 2000  # bits of a fraction: beyond, 50 digits say enough


@one_at_a_time
def exact_values(order: Sequence[Any], parts: Any, digits: int | None = None) -> dict[int, Any]:
    """What the nodes without a symbol below them are worth, by their ids, as SymPy numbers.

    The nodes come operands first, so that each is worked out once from what its operands are worth.

    Examples
    --------
    >>> import sympy
    >>> half = sympy.Rational(1, 2)
    >>> exact_values([half], lambda e: e.args) == {id(half): half}
    True
    """
    found: dict[int, Any] = {}
    for e in order:
        values = [found.get(id(a)) for a in parts(e)]
        if not e.is_Symbol and None not in values:
            value = worked_out(type(e), values, digits) if values else _rounded(e, digits)
            if value is not None:
                found[id(e)] = value
    return found


@one_at_a_time
def worked_out(kind: Any, values: Sequence[Any], digits: int | None = None) -> Any:
    """A sum, a power, a function, ... of SymPy numbers as a number, None where SymPy has no number for it."""
    import sympy

    if kind is sympy.Pow and values[1].is_Integer and abs(values[1]) > SIZE:
        values = [values[0].evalf(_working(digits)), values[1]]
    try:
        return _rounded(kind(*values), digits)
    except (TypeError, ValueError, ArithmeticError, NotImplementedError):
        return None


def _working(digits: int | None) -> int:
    return max(DIGITS, (digits or 0) + 20)


def _rounded(value: Any, digits: int | None) -> Any:
    import sympy

    if value in (sympy.true, sympy.false):
        return value
    if not value.is_number:
        return None
    if value.is_Rational and max(value.p.bit_length(), value.q.bit_length()) <= SIZE:
        return value
    if value.is_finite is False or value is sympy.nan:
        return value
    value = value.evalf(_working(digits))
    known = all(part.is_Float or part.is_Rational for part in value.as_real_imag())
    return value if known else None


@one_at_a_time
def as_number(exact: Any, digits: int | None = None) -> Any:
    """A SymPy number as a Python number, rounded once; with `digits`, what is no integer as mpmath's.

    Examples
    --------
    >>> import sympy
    >>> as_number(sympy.Rational(1, 3)), as_number(sympy.Integer(2)), as_number(sympy.true)
    (0.3333333333333333, 2, True)
    """
    import sympy

    if exact in (sympy.true, sympy.false):
        return bool(exact)
    if exact.is_Integer and abs(int(exact)) < 2**53:
        return int(exact)
    if exact.is_finite is False and not exact.is_extended_real:  # zoo, which is 1/0 in every direction
        return np.nan
    if digits is not None:
        return _as_mpmath(exact, digits)
    if exact.is_Rational:
        try:
            return int(exact.p) / int(exact.q)
        except OverflowError:
            return np.inf if exact > 0 else -np.inf
    value = complex(exact)
    return value if value.imag else value.real


def _as_mpmath(exact: Any, digits: int) -> Any:
    with working_digits(digits + 20) as mp:
        re, im = (
            mp.mpf(part.p) / part.q if part.is_Rational else mp.mpf(part) for part in exact.as_real_imag()
        )
        return mp.mpc(re, im) if im else re
