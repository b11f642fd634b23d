"""SymPy's functions as NumPy and SciPy evaluate them, as a table."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from diffkit.errors import NotClosedFormError
from diffkit.tape.meaning import TABLE, special_table, sympy_names

__all__ = ["Make", "function_for"]

Make = Callable[..., Any]
Row = tuple[Make, bool]


def function_for(name: str) -> Row:
    """How NumPy, or else SciPy, computes a function of SymPy's, and whether that takes several rows.

    Several rows are written by a function of `row`, which makes one, and of the operands. SciPy's are
    looked up last: their import takes longer than all of NumPy's.

    Raises
    ------
    NotClosedFormError
        If neither has such a function.

    Examples
    --------
    >>> function_for("asin")
    (<ufunc 'arcsin'>, False)
    """
    found = _of_numpy().get(name) or _of_scipy().get(name)
    if found is None:
        raise NotClosedFormError(f"{name} has no NumPy or scipy.special function; it cannot be evaluated")
    return found


@lru_cache(maxsize=1)
def _of_numpy() -> dict[str, Row]:
    one: dict[str, Make] = {
        **sympy_names(TABLE),
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
        "ITE": np.where,
        "Mod": np.remainder,
        "re": np.real,
        "im": np.imag,
        "conjugate": np.conjugate,
        **{f.__name__: f for f in (np.expm1, np.log1p, np.exp2, np.log2, np.log10, np.hypot, np.logaddexp)},
    }
    divide, subtract = np.true_divide, np.subtract
    several: dict[str, Make] = {
        "Heaviside": lambda row, x, at_zero=0.5: row(np.heaviside, x, at_zero),
        # Away from its point the delta is 0; at the point the function has no derivative.
        "DiracDelta": lambda row, x, k=0: row(np.where, row(np.equal, x, 0), np.inf, 0.0),
        "frac": lambda row, x: row(subtract, x, row(np.floor, x)),
        "sinc": lambda row, x: row(np.sinc, row(divide, x, np.pi)),
        "sec": lambda row, x: row(divide, 1, row(np.cos, x)),
        "csc": lambda row, x: row(divide, 1, row(np.sin, x)),
        "cot": lambda row, x: row(divide, row(np.cos, x), row(np.sin, x)),
        "sech": lambda row, x: row(divide, 1, row(np.cosh, x)),
        "csch": lambda row, x: row(divide, 1, row(np.sinh, x)),
        "coth": lambda row, x: row(divide, row(np.cosh, x), row(np.sinh, x)),
        "acot": lambda row, x: row(np.arctan, row(divide, 1, x)),
    }
    return _rows(one, several)


@lru_cache(maxsize=1)
def _of_scipy() -> dict[str, Row]:
    import scipy.special as sc

    one: dict[str, Make] = {
        **sympy_names(special_table()),
        "expint": sc.expn,
        "loggamma": sc.gammaln,
        "digamma": sc.psi,
        "besselj": sc.jv,
        "bessely": sc.yv,
        "besseli": sc.iv,
        "besselk": sc.kv,
        "expit": sc.expit,
        "log_expit": sc.log_expit,
    }
    several: dict[str, Make] = {
        "polygamma": _polygamma,
        "polylog": _polylog,
        "zeta": lambda row, s, q=1: row(sc._ufuncs._zeta, s, q),
        "betainc_regularized": lambda row, a, b, low, high: row(
            np.subtract, row(sc.betainc, a, b, high), row(sc.betainc, a, b, low)
        ),
        "lowergamma": lambda row, a, x: row(np.multiply, row(sc.gamma, a), row(sc.gammainc, a, x)),
        "uppergamma": lambda row, a, x: row(np.multiply, row(sc.gamma, a), row(sc.gammaincc, a, x)),
    }
    return _rows(one, several)


def _rows(one: dict[str, Make], several: dict[str, Make]) -> dict[str, Row]:
    return {name: (f, False) for name, f in one.items()} | {name: (f, True) for name, f in several.items()}


def _polygamma(row: Make, n: Any, x: Any) -> Any:
    """psi^(n)(x) = (-1)^(n+1) n! zeta(n + 1, x) for n > 0 (DLMF 5.15.1)."""
    import scipy.special as sc

    if n == 0:
        return row(sc.psi, x)
    return row(np.multiply, (-1.0) ** (n + 1) * math.factorial(n), row(sc._ufuncs._zeta, n + 1, x))


def _polylog(row: Make, s: Any, x: Any) -> Any:
    """Li_1(x) = -log(1 - x), Li_2(x) = spence(1 - x); SciPy has no other."""
    import scipy.special as sc

    if s not in (1, 2):
        raise NotClosedFormError(f"the polylogarithm of order {s} has no NumPy or scipy.special function")
    rest = row(np.subtract, 1, x)
    return row(np.negative, row(np.log, rest)) if s == 1 else row(sc.spence, rest)
