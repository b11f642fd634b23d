"""Exact rational numbers: Python's fractions, in which nothing is ever rounded."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from diffkit.errors import NoRuleError
from diffkit.primitives import selected_product
from diffkit.tape.meaning import LOGIC
from diffkit.tape.objects import ObjectArithmetic

__all__ = ["Rationals"]

# The functions of the table of meanings that take rational numbers to rational numbers, or to truth values.
RATIONAL = LOGIC | {
    np.add, np.subtract, np.multiply, np.true_divide, np.power, np.float_power, np.negative, np.positive,
    np.square, np.reciprocal, np.conjugate, np.astype, np.remainder, np.floor_divide, np.fmod, np.absolute,
    np.fabs, np.sign, np.floor, np.ceil, np.trunc, np.rint, np.round, np.maximum, np.minimum, np.fmax,
    np.fmin, np.clip, np.copysign, np.heaviside, np.less, np.less_equal, np.greater, np.greater_equal,
    np.isnan, np.isinf, np.isfinite, selected_product,
}  # fmt: skip


class Rationals(ObjectArithmetic):
    """Exact rational numbers, `fractions.Fraction`: what the program would compute without rounding.

    A float enters with its exact binary value: 0.1 is 3602879701896397/36028797018963968. inf and nan stay,
    and a division by 0 is nan, which np.where may leave out. A function without rational values is a
    NoRuleError; roots are among them.

    Examples
    --------
    >>> import diffkit as dk
    >>> tape = dk.record(lambda x: x * x / 3 - x, 0.5)
    >>> tape.replay(Fraction(1, 3), arithmetic="rational")
    Fraction(-8, 27)
    >>> float(tape.replay(0.1, arithmetic="rational") - Fraction(tape.replay(0.1)))  # what was rounded off
    6.661338147750939e-18
    """

    name = "rational"
    instead = ", which is exact; replay in 'mpmath' or 'sympy'"

    @cached_property
    def module(self) -> Any:
        return _Functions

    def number(self, value: Any) -> Any:
        if isinstance(value, complex):
            raise NoRuleError("a complex number has no meaning in rational arithmetic; replay in 'sympy'")
        return Fraction(value) if isinstance(value, int) or math.isfinite(value) else float(value)

    def row(self, function: Callable[..., Any]) -> Callable[..., Any] | None:
        row = _power if function in (np.power, np.float_power) else super().row(function)
        if row is None:
            return None
        if function not in RATIONAL:
            raise NotImplementedError

        def exact(*args: Any) -> Any:
            try:
                y = row(*(args if function in LOGIC else map(_fraction, args)))
            except ZeroDivisionError:
                return math.nan
            return _fraction(y) if function is np.where or not isinstance(y, bool) else y

        return exact

    def _structural(self, function: Callable[..., Any], args: Any, keywords: Mapping[str, Any]) -> Any:
        return super()._structural(function, [_fractions(a) for a in args], keywords)


def _fraction(value: Any) -> Any:
    """A whole number, a truth value, or the 0 that 1/inf is, as a fraction: 1 / 3 would be rounded."""
    whole = isinstance(value, int | np.integer | np.bool_)
    return Fraction(int(value)) if whole or (isinstance(value, float) and value == 0) else value


def _fractions(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.dtype == object:
        return np.frompyfunc(_fraction, 1, 1)(value) if value.ndim else _fraction(value.item())
    return value


def _power(a: Any, b: Any) -> Any:
    if b != b or b.denominator != 1:
        raise NoRuleError(f"a power to {b} has no exact rational value; replay in 'mpmath' or 'sympy'")
    return a ** int(b)


class _Functions:
    """What the rows of the table call a library."""

    mpf = Fraction

    @staticmethod
    def floor(a: Any) -> Any:
        return a // 1

    @staticmethod
    def ceil(a: Any) -> Any:
        return -(-a // 1)

    @staticmethod
    def nint(a: Any) -> Any:
        return round(a) if isinstance(a, Fraction) else a

    @staticmethod
    def sign(a: Any) -> Any:
        return (a > 0) - (a < 0) if a == a else a

    @staticmethod
    def isnan(a: Any) -> bool:
        return bool(a != a)

    @staticmethod
    def isinf(a: Any) -> bool:
        return isinstance(a, float) and math.isinf(a)

    @staticmethod
    def isfinite(a: Any) -> bool:
        return not isinstance(a, float)
