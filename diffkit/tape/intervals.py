"""Intervals: bounds between which f lies, for one point with all its roundings or for a whole range of x.

Letters: `a`, `b` intervals, `m` the functions that a row of the table of meanings sees, `v` an end, as
mpmath's bare number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
from mpmath import libmp
from mpmath.ctx_iv import MPIntervalContext, ivmpf

from diffkit.errors import GuardError, NoRuleError
from diffkit.structure import Structure
from diffkit.tape.digits import working_bits
from diffkit.tape.objects import ObjectArithmetic, exact_float

__all__ = ["Intervals"]


class Intervals(ObjectArithmetic):
    """Intervals, `mpmath.iv.mpf`, rounded outwards: f lies between the bounds, wherever it has a value.

    A number enters as itself, an interval as all the numbers in it. At the precision of floats (53 bits,
    those of `mpmath.iv.prec`) the exact f(x) lies in the result. So does what NumPy computes, as far as its
    functions are right to the last digit, nothing overflows or underflows, and arrays are added from left to
    right: then the width bounds the rounding error. A function is taken where it has real values; where it
    has none the bounds are -inf and inf. Both sides of np.where count where its condition may come out either
    way.

    Raises
    ------
    GuardError
        If a comparison that f branches on may come out either way.

    Notes
    -----
    Monotone functions that mpmath has no intervals for (sinh, arctan, erf, ...) are worked out at both ends
    with 30 bits more and widened by 2^10 units there, which trusts mpmath's own functions to that extent. The
    same x in two places counts twice: x - x is [-1, 1] for x in [0, 1] (Moore, Kearfott, Cloud: Introduction
    to Interval Analysis, 2009).

    Examples
    --------
    >>> import mpmath, diffkit as dk
    >>> tape = dk.record(lambda x: (1 - np.cos(x)) / x**2, 1.0)  # nearly 1/2 close to 0
    >>> tape.replay(1e-8), tape.replay(1e-8, arithmetic="interval")  # no digit is right: the bounds say so
    (0.0, mpi('0.0', '1.1102230246251568'))
    >>> parabola = dk.record(lambda x: 2 - x**2, 1.0)
    >>> parabola.replay(mpmath.iv.mpf([-1, 2]), arithmetic="interval")  # a range of x
    mpi('-2.0', '2.0')
    """

    name = "interval"
    instead = ", which has no bounds for it"

    @property
    def module(self) -> Any:
        return _functions(mpmath.iv.prec)

    def number(self, value: Any) -> Any:
        if isinstance(value, complex):
            raise NoRuleError("a complex number has no meaning in interval arithmetic; replay in 'mpmath'")
        return self.module.mpf(value)

    def leaf(self, value: Any) -> Any:
        value = super().leaf(value)
        if isinstance(value, np.ndarray):
            return np.frompyfunc(self.module.mpf, 1, 1)(value)
        return self.module.mpf(value)

    def row(self, function: Callable[..., Any]) -> Callable[..., Any] | None:
        row = getattr(self.module, function.__name__, None) if function in OWN else super().row(function)
        if row is None:
            return None

        def bounded(*args: Any) -> Any:
            try:
                y = row(*(self.module.mpf(a) if _is_number(a) else a for a in args))
            except (ZeroDivisionError, ValueError):
                return self.module.entire
            return y if isinstance(y, bool | _Undecided) else self.module.mpf(y)

        return bounded

    def _structural(self, function: Callable[..., Any], args: Any, keywords: Mapping[str, Any]) -> Any:
        # A truth value among numbers counts, and must not be divided as Python divides: np.mean(x > 0).
        exact = np.frompyfunc(self.module.mpf, 1, 1)
        args = [exact(a)[()] if isinstance(a, np.ndarray) and a.dtype == object else a for a in args]
        return super()._structural(function, args, keywords)

    def result(self, outputs: list[Any], structure: Structure) -> Any:
        return structure.build([_handed_out(y) for y in outputs])


class _Undecided:
    """What a comparison answers that may come out either way; asking for its truth is an error."""

    def __bool__(self) -> bool:
        raise GuardError(f"interval arithmetic cannot decide a comparison: {self}")

    def __repr__(self) -> str:
        return "on these intervals it may come out either way; take narrower ones"


UNDECIDED = _Undecided()


class _Context(MPIntervalContext):  # type: ignore[misc]
    """mpmath's intervals, which also take NumPy's whole numbers."""

    def convert(self, x: Any) -> Any:
        return super().convert(int(x) if isinstance(x, np.integer) else x)


class _Interval(ivmpf):  # type: ignore[misc]
    """An interval that compares only where it is certain: mpmath's would answer None, which is not true."""

    def __lt__(self, other: Any) -> Any:
        (low, high), (other_low, other_high) = self._mpi_, self.ctx.convert(other)._mpi_
        if libmp.mpf_lt(high, other_low):
            return True
        return False if libmp.mpf_ge(low, other_high) else UNDECIDED

    def __le__(self, other: Any) -> Any:
        return _not(self.ctx.convert(other) < self)

    def __gt__(self, other: Any) -> Any:
        return self.ctx.convert(other) < self

    def __ge__(self, other: Any) -> Any:
        return _not(self < other)

    def __eq__(self, other: Any) -> Any:
        if other is None or isinstance(other, str):
            return False
        (low, high), (other_low, other_high) = self._mpi_, self.ctx.convert(other)._mpi_
        if low == high == other_low == other_high:
            return True
        apart = libmp.mpf_lt(high, other_low) or libmp.mpf_lt(other_high, low)
        return False if apart else UNDECIDED

    def __ne__(self, other: Any) -> Any:
        return _not(self == other)

    def __bool__(self) -> bool:
        return bool(self != 0)

    __hash__ = ivmpf.__hash__


def _not(truth: Any) -> Any:
    return truth if truth is UNDECIDED else not truth


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool | _Undecided | type(None) | np.dtype)


def _handed_out(y: Any) -> Any:
    """An output with intervals of mpmath's own kind."""
    if isinstance(y, np.ndarray) and y.dtype == object:
        return np.frompyfunc(_handed_out, 1, 1)(y)
    return mpmath.iv.make_mpf(y._mpi_) if isinstance(y, _Interval) else y


# The rows below are functions of `_Functions` by their NumPy names, and not those of the table.
OWN = frozenset(
    {
        np.power, np.float_power, np.maximum, np.minimum, np.fmax, np.fmin, np.clip, np.copysign, np.cbrt,
        np.where, np.logical_and, np.logical_or, np.logical_xor, np.logical_not, np.isnan, np.isinf,
        np.isfinite, np.multiply,
    }
)  # fmt: skip


def _rising(name: str, low: Any = None, high: Any = None, sign: int = 1) -> Callable[[Any, Any], Any]:
    """The bounds of a function of mpmath that only rises (sign 1) or only falls (-1) on its domain."""

    def row(m: _Functions, a: Any) -> Any:
        at = m.inside(a, low, high)._mpi_[::sign]
        return m.hull(*(m.worked_out(getattr(mpmath.mp, name), v) for v in at))

    return row


def _steps(step: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    """The bounds of a function that rises in steps, which are exact at both ends."""
    return lambda m, a: m.made(*map(step, a._mpi_))


def _sign(v: Any) -> Any:
    return libmp.from_int(libmp.mpf_sign(v))


class _Functions:
    """The functions whose bounds are certain, by mpmath's names: a row that asks for more has no meaning."""

    def __init__(self, context: Any) -> None:
        self.context = context
        self.entire = self.made(libmp.fninf, libmp.finf)
        self.one, self.pi = self.mpf(1), +context.pi
        self.exp, self.sin, self.cos, self.tan = context.exp, context.sin, context.cos, context.tan
        self.gamma, self.rgamma, self.atan2 = context.gamma, context.rgamma, context.atan2

    def made(self, low: Any, high: Any) -> Any:
        """The interval with these ends."""
        return self.context.make_mpf((low, high))

    def mpf(self, value: Any) -> Any:
        """A number, exactly, or an interval as one of ours."""
        if isinstance(value, self.context.mpf):
            return value
        if hasattr(value, "_mpi_"):
            return self.made(*value._mpi_)
        if isinstance(value, _Undecided):
            return self.made(libmp.fzero, libmp.fone)
        if hasattr(value, "_mpf_"):
            v = value._mpf_
        elif isinstance(value, int | np.bool_ | np.integer):
            v = libmp.from_int(int(value))
        else:
            exact = exact_float(value)
            v = libmp.from_man_exp(*exact) if isinstance(exact, tuple) else libmp.from_float(exact)
        return self.entire if v == libmp.fnan else self.made(v, v)

    def hull(self, a: Any, b: Any) -> Any:
        """The smallest interval around both."""
        a, b = self.mpf(a), self.mpf(b)
        lows, highs = zip(a._mpi_, b._mpi_, strict=True)
        return self.made(_least(lows), _most(highs))

    def inside(self, a: Any, low: Any, high: Any) -> Any:
        """The part of an interval that lies between these ends."""
        v, w = self.mpf(a)._mpi_
        v = v if low is None else _most((v, libmp.from_int(low)))
        w = w if high is None else _least((w, libmp.from_int(high)))
        if libmp.mpf_gt(v, w):
            raise ValueError("outside the domain")
        return self.made(v, w)

    def worked_out(self, f: Callable[[Any], Any], v: Any) -> Any:
        """An interval around f(v)."""
        precision = self.context.prec
        with working_bits(precision + 30) as mp:
            y = f(mp.make_mpf(v))
            if not isinstance(y, mpmath.mpf) or y != y:
                raise ValueError("outside the domain")
        error = libmp.mpf_shift(libmp.fone, -precision - 20)
        return self.mpf(y) * (self.one + self.made(libmp.mpf_neg(error), error))

    # -- functions of one interval ----------------------------------------------------------------

    sinh, tanh, asinh, atan = (_rising(name) for name in ("sinh", "tanh", "asinh", "atan"))
    expm1, erf, erfi = (_rising(name) for name in ("expm1", "erf", "erfi"))
    erfc = _rising("erfc", sign=-1)
    asin, atanh, erfinv = (_rising(name, -1, 1) for name in ("asin", "atanh", "erfinv"))
    acos = _rising("acos", -1, 1, sign=-1)
    acosh, log1p = _rising("acosh", low=1), _rising("log1p", low=-1)
    floor, ceil, nint = map(_steps, (libmp.mpf_floor, libmp.mpf_ceil, libmp.mpf_nint))
    sign = _steps(_sign)

    def cosh(self, a: Any) -> Any:
        return _rising("cosh")(self, abs(a))

    def cbrt(self, a: Any) -> Any:
        return self.hull(*(self.worked_out(_cube_root, v) for v in a._mpi_))

    def sqrt(self, a: Any) -> Any:
        return self.context.sqrt(self.inside(a, 0, None))

    def hypot(self, a: Any, b: Any) -> Any:
        return self.sqrt(a**2 + b**2)

    def log(self, a: Any, base: Any = None) -> Any:
        y = self.context.ln(self.inside(self.mpf(a), 0, None))
        return y if base is None else y / self.context.ln(base)

    def loggamma(self, a: Any) -> Any:
        return self.context.loggamma(self.inside(a, 0, None))

    def sincpi(self, a: Any) -> Any:
        if (a == 0) is not UNDECIDED:
            return self.sin(self.pi * a) / (self.pi * a) if a else self.one
        return self.mpf(mpmath.iv.mpf([-0.25, 1]))  # its least value is -0.2172

    # -- what the table of meanings would decide by comparing --------------------------------------

    def power(self, a: Any, b: Any) -> Any:
        return a**b if self.context.isint(b) else self.inside(a, 0, None) ** b

    float_power = power

    def multiply(self, a: Any, b: Any) -> Any:
        return self.mpf(a) * self.mpf(b)  # also of a truth value

    def maximum(self, a: Any, b: Any) -> Any:
        return self.made(*map(_most, zip(a._mpi_, b._mpi_, strict=True)))

    def minimum(self, a: Any, b: Any) -> Any:
        return self.made(*map(_least, zip(a._mpi_, b._mpi_, strict=True)))

    fmax, fmin = maximum, minimum

    def clip(self, a: Any, low: Any, high: Any) -> Any:
        raised = a if low is None else self.maximum(a, low)
        return raised if high is None else self.minimum(raised, high)

    def copysign(self, a: Any, b: Any) -> Any:
        return self.where(b >= 0, abs(a), -abs(a))

    def where(self, condition: Any, a: Any, b: Any) -> Any:
        truth = self._truth(condition)
        return self.hull(a, b) if truth is UNDECIDED else self.mpf(a if truth else b)

    def logical_and(self, a: Any, b: Any) -> Any:
        return _not(self.logical_or(_not(self._truth(a)), _not(self._truth(b))))

    def logical_or(self, a: Any, b: Any) -> Any:
        truths = [self._truth(a), self._truth(b)]
        return True if True in truths else UNDECIDED if UNDECIDED in truths else False

    def logical_xor(self, a: Any, b: Any) -> Any:
        truths = [self._truth(a), self._truth(b)]
        return UNDECIDED if UNDECIDED in truths else truths[0] != truths[1]

    def logical_not(self, a: Any) -> Any:
        return _not(self._truth(a))

    def isfinite(self, a: Any) -> Any:
        return UNDECIDED if {libmp.fninf, libmp.finf} & {*a._mpi_} else True

    def isnan(self, a: Any) -> Any:
        return _not(self.isfinite(a))

    isinf = isnan

    def _truth(self, value: Any) -> Any:
        return value if isinstance(value, bool | _Undecided) else value != 0


@lru_cache(maxsize=16)
def _functions(precision: int) -> _Functions:
    context: Any = _Context()
    context.mpf = type("interval", (_Interval,), {"ctx": context})
    context._types = (context.mpf, context.mpc)
    context.prec = precision
    return _Functions(context)


def _least(ends: Any) -> Any:
    return ends[0] if libmp.mpf_le(*ends) else ends[1]


def _most(ends: Any) -> Any:
    return ends[0] if libmp.mpf_ge(*ends) else ends[1]


def _cube_root(x: Any) -> Any:
    return mpmath.sign(x) * mpmath.cbrt(abs(x))
