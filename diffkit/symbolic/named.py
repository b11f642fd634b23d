"""NumPy's functions that SymPy spells with others, as SymPy functions of their own.

exp(x) - 1 has no digits near 0 and log(exp(a) + exp(b)) overflows: a formula that is to have the values of
the program that it was written from keeps `expm1` and `logaddexp`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

__all__ = ["named_functions"]


def named_functions() -> dict[Any, Any]:
    """The SymPy function for each of these NumPy functions; it knows its derivatives.

    Those for scipy.special's are among them once that is imported: before, no program can have called one.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> named_functions()[np.log1p](2 * x).diff(x)
    2/(2*x + 1)
    """
    special = sys.modules.get("scipy.special")
    return _of_numpy() if special is None else _of_both(special)


@lru_cache(maxsize=1)
def _of_numpy() -> dict[Any, Any]:
    from sympy import exp, log

    hypot = _named("hypot", lambda x, y: x / hypot(x, y), lambda x, y: y / hypot(x, y))
    exp2 = _named("exp2", lambda x: exp2(x) * log(2))
    return {
        np.expm1: _named("expm1", lambda x: exp(x)),
        np.log1p: _named("log1p", lambda x: 1 / (1 + x)),
        np.exp2: exp2,
        np.log2: _named("log2", lambda x: 1 / (x * log(2))),
        np.log10: _named("log10", lambda x: 1 / (x * log(10))),
        np.hypot: hypot,
        np.logaddexp: _named("logaddexp", lambda a, b: _expit()(a - b), lambda a, b: _expit()(b - a)),
    }


@lru_cache(maxsize=1)
def _of_both(special: Any) -> dict[Any, Any]:
    log_expit = _named("log_expit", lambda x: _expit()(-x))
    return {**_of_numpy(), special.expit: _expit(), special.log_expit: log_expit}


@lru_cache(maxsize=1)
def _expit() -> Any:
    expit = _named("expit", lambda x: expit(x) * expit(-x))
    return expit


def _named(name: str, *slopes: Callable[..., Any]) -> Any:
    """A SymPy function of real numbers with these partial derivatives."""
    import sympy

    return type(
        name,
        (sympy.Function,),
        {"is_real": True, "fdiff": lambda self, argindex=1: slopes[argindex - 1](*self.args)},
    )
