"""The f of the steps in whatever form it is given, as an expression as it is written, and its variable."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from diffkit.errors import ArgumentsError, NonScalarError
from diffkit.functions import SympyFunction, TextFunction, as_function
from diffkit.structure import as_leaf
from diffkit.symbolic.expression import names_of, symbols_of
from diffkit.symbolic.passes import as_printed
from diffkit.symbolic.pool import Pool, Term
from diffkit.symbolic.written import written
from diffkit.tape.record import record

__all__ = ["read"]


def read(f: Any, wrt: Any, at: Any, in_order: bool) -> tuple[Term, Term]:
    """f as it is written, and the variable by which it is differentiated, in a pool of their own.

    Parameters
    ----------
    f
        Text, a SymPy expression or a function in NumPy's functions.
    wrt
        The variable's name; None where there is only one.
    at
        Where a function is recorded; None for 1.0 everywhere.
    in_order
        Whether a SymPy expression's terms take the order in which SymPy prints them.

    Raises
    ------
    ArgumentsError
        If the variable is not clear, or `at` does not fit.
    NonScalarError
        If f has several results.

    Examples
    --------
    >>> u, x = read("x*3 + x", None, None, True)
    >>> print(u, x)
    x*3 + x x
    """
    pool, g = Pool(), as_function(f)
    if isinstance(g, SympyFunction):
        u = as_printed(g.expression, pool) if in_order else pool.term(g.expression)
        symbols = sorted(g.expression.free_symbols, key=lambda s: g.variables.index(s.name))
    else:
        leaves = _point(g, at)
        shaped = [symbols_of(n, np.shape(v)) for n, v in zip(names_of(g, leaves), leaves, strict=True)]
        with np.errstate(all="ignore"):
            u = written(record(g, *leaves), shaped, pool)
        symbols = [s for leaf in shaped for s in np.ravel(leaf)]
    if not isinstance(u, Term) or not hasattr(u.node, "is_Add") or u.node.is_Matrix:
        raise NonScalarError("steps needs one formula and f returns several; pick one of them")
    return u, pool.term(_variable(symbols, wrt))


def _point(g: Callable[..., Any], at: Any) -> list[Any]:
    """A value for each argument of g."""
    if at is None:
        count = len(g.variables) if isinstance(g, TextFunction) else _parameters(g)
        return [1.0] * count
    if isinstance(at, Mapping):
        names = names_of(g, list(at.values()))
        if set(names) != set(at):
            raise ArgumentsError(f"f takes {', '.join(names)} and the point gives {', '.join(map(str, at))}")
        return [as_leaf(at[name]) for name in names]
    return [as_leaf(v) for v in (at if isinstance(at, tuple) else (at,))]


def _parameters(g: Callable[..., Any]) -> int:
    """How many arguments a function needs."""
    try:
        found = inspect.signature(g).parameters.values()
    except (TypeError, ValueError):  # a ufunc, which tells it otherwise
        return int(getattr(g, "nin", 1))
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.kind in kinds and p.default is p.empty for p in found)


def _variable(symbols: list[Any], wrt: Any) -> Any:
    import sympy

    names = [s.name for s in symbols]
    if wrt is None:
        if len(symbols) > 1:
            raise ArgumentsError(
                f"f has {len(names)} variables ({', '.join(names)}); say by which it is differentiated, "
                f"wrt={names[0]!r} (in the shell --wrt {names[0]})"
            )
        return symbols[0] if symbols else sympy.Symbol("x", real=True)
    if str(wrt) in names:
        return symbols[names.index(str(wrt))]
    if names:
        raise ArgumentsError(f"f has no variable {str(wrt)!r}; it has {', '.join(names)}")
    return sympy.Symbol(str(wrt), real=True)
