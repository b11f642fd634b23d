"""What is too large to be worked out exactly: refused before a call begins that would not come to an end.

A number of mpmath's or SymPy's may have any size, and exp(exp(x)) gets at one soon: a single power or
exponential of it is then a computation in C which takes years and which nothing interrupts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from diffkit.errors import DomainError, NotClosedFormError

__all__ = ["require_finite_work", "require_writable"]

MOST_BITS = 2**14  # of the whole part of what an exponential, a sine, ... is asked for
MOST_BITS_OF_EXPONENT = 2**10  # beyond a float's range
MOST_WRITTEN = 2**13  # bits of an exact number that is written down
MOST_FACTORS = 2**12  # of a factorial

_POWERS = {"power", "float_power", "exp2", "Pow"}
_FACTORIALS = {
    "gamma", "loggamma", "gammaln", "rgamma", "gammasgn", "psi", "digamma", "polygamma", "harmonic", "beta",
    "poch", "factorial", "RisingFactorial", "FallingFactorial", "binomial",
}  # fmt: skip
# Their work does not grow with the size of their operands.
_EASY = frozenset({
    np.add, np.subtract, np.multiply, np.true_divide, np.negative, np.positive, np.square, np.reciprocal,
    np.absolute, np.fabs, np.sign, np.sqrt, np.cbrt, np.log, np.log2, np.log10, np.log1p, np.arctan,
    np.arcsinh, np.maximum, np.minimum, np.fmax, np.fmin, np.floor, np.ceil, np.trunc, np.rint, np.where,
    np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal, np.isnan, np.isinf,
    np.isfinite,
})  # fmt: skip
_EASY_NAMES = {"Add", "Mul", "Abs", "sign", "log", "floor", "ceiling", "Max", "Min", "atan", "asinh"}


def require_finite_work(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    """Raise `DomainError` where mpmath would compute for ever at these numbers.

    >>> import mpmath
    >>> require_finite_work(np.exp, (mpmath.mpf(10) ** 10**9,))
    Traceback (most recent call last):
    ...
    diffkit.errors.DomainError: exp is not worked out beyond 10^4932
    """
    if function in _EASY:
        return
    name = getattr(function, "__name__", str(function))
    most = MOST_BITS_OF_EXPONENT if name in _POWERS else MOST_BITS
    if any(_bits(a) > most for a in (args[-1:] if name in _POWERS else args)):
        raise DomainError(f"{name} is not worked out beyond 10^{int(most * 0.30103)}")


def require_writable(name: str, args: tuple[Any, ...]) -> None:
    """Raise `NotClosedFormError` where SymPy would write down a number without end.

    >>> import sympy
    >>> require_writable("Pow", (sympy.Integer(10), sympy.Integer(10**8)))
    Traceback (most recent call last):
    ...
    diffkit.errors.NotClosedFormError: not closed form: 10^100000000 has more than 2466 digits
    """
    numbers = [a for a in args if getattr(a, "is_Number", False) or isinstance(a, int)]
    if not numbers or name in _EASY_NAMES:
        return
    if name in _POWERS:
        base, exponent = args if len(args) == 2 else (2, args[0])
        if len(numbers) < len(args) or base in (0, 1, -1):
            return
        digits = f"more than {int(MOST_WRITTEN * 0.30103)} digits"
        exact = not any(getattr(a, "is_Float", False) for a in (base, exponent))
        if _bits(exponent) > MOST_BITS_OF_EXPONENT or (
            exact and abs(exponent) * max(_bits(base), _bits(1 / base)) > MOST_WRITTEN
        ):
            raise NotClosedFormError(f"not closed form: {base}^{str(exponent)[:20]} has {digits}")
    elif name in _FACTORIALS and any(abs(a) > MOST_FACTORS for a in numbers):
        raise NotClosedFormError(f"not closed form: {name} of a number beyond {MOST_FACTORS}")
    elif any(getattr(a, "is_Float", False) and _bits(a) > MOST_BITS for a in numbers):
        raise NotClosedFormError(f"not closed form: {name} of a number beyond 10^{int(MOST_BITS * 0.30103)}")


def _bits(number: Any) -> int:
    """The bits of a number's whole part."""
    if isinstance(number, int):
        return abs(number).bit_length()
    if getattr(number, "is_Rational", False):
        return int(number.p.bit_length() - number.q.bit_length() + 1)
    if hasattr(number, "_mpc_"):
        return max(_bits(number.real), _bits(number.imag))
    _, _, exponent, bits = getattr(number, "_mpf_", (0, 0, 0, 0))
    return int(exponent + bits)
