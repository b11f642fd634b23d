"""Rules for programs: where a student's formula loses digits or rows, a row that does not.

The quotient's does not square what may overflow, those of the functions with a slope near 0 or a pole do
not subtract what is nearly equal, and a maximum is one of its operands: an infinite slope of the other
does not meet a 0.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, reduce
from operator import mul
from typing import Any

from diffkit.symbolic.pool import Term, below, turned
from diffkit.symbolic.rules import Rule, Terms, Varies, rule_for

__all__ = ["precise_rule_for"]


def precise_rule_for(u: Term, varies: Varies) -> tuple[Rule, Terms]:
    """The rule that a program differentiates u by, with the parts of u it needs the derivatives of.

    Examples
    --------
    >>> import sympy
    >>> from diffkit.symbolic.pool import Pool
    >>> x = Pool().term(sympy.Symbol("x"))
    >>> precise_rule_for(1 / x, lambda u: True)[0].formula
    "(u/v)' = (u' - (u/v) v')/v"
    """
    for rule in _rules():
        parts = rule.parts(u, varies)
        if parts is not None:
            return rule, parts
    return rule_for(u, varies)


def _fraction(u: Term, varies: Varies) -> Terms | None:
    """What stands above and below the bar of u/v or 1/v."""
    factors = u.node.args if u.node.is_Mul else [u.node] if u.node.is_Pow and u.node.args[1] == -1 else []
    under = [turned(Term(u.pool, f)) for f in factors if below(f)]
    top = [Term(u.pool, f) for f in factors if not below(f)]
    return (reduce(mul, top) if top else u.pool.term(1), reduce(mul, under)) if under else None


def _both_vary(u: Term, varies: Varies) -> Terms | None:
    parts = tuple(Term(u.pool, a) for a in u.node.args) if u.node.is_Pow else ()
    return parts if parts and all(map(varies, parts)) else None


def _raised(u: Term, parts: Terms, derived: Terms) -> Term:
    base, exponent = parts
    log: Any = _sympy().log
    return exponent * base ** (exponent - 1) * derived[0] + u * base.call(log, base) * derived[1]


def _picked(name: str, larger: bool) -> Rule:
    """The row of a maximum or a minimum: the same value, by pieces; what ties shares equally."""

    def parts(u: Term, varies: Varies) -> Terms | None:
        if type(u.node).__name__ != name:
            return None
        sympy, pool = _sympy(), u.pool
        a, *others = (Term(pool, e) for e in u.node.args)
        b = others[0] if len(others) == 1 else a.call(type(u.node), *others)
        pair = sympy.functions.elementary.piecewise.ExprCondPair
        one, other = (a > b, a < b) if larger else (a < b, a > b)
        pieces = [a.call(pair, a, one), a.call(pair, b, other), a.call(pair, (a + b) / 2, sympy.true)]
        return (a.call(sympy.Piecewise, *pieces),)

    return Rule("selection", f"{name.lower()}(u, v)' is that of what it selects", parts, lambda u, p, d: d[0])


def _slope(function: str, slope: str, outer: Callable[[Term], Any]) -> Rule:
    """The row of a function of one operand."""

    def parts(u: Term, varies: Varies) -> Terms | None:
        return (Term(u.pool, u.node.args[0]),) if type(u.node).__name__ == function else None

    return Rule(function, f"{function}(u)' = {slope}", parts, lambda u, p, d: outer(p[0]), chain=True)


def _root(u: Term) -> Any:
    return u ** _sympy().S.Half


def _sympy() -> Any:
    import sympy

    return sympy


@lru_cache(maxsize=1)
def _rules() -> tuple[Rule, ...]:
    # fmt: off
    return (
        Rule("quotient", "(u/v)' = (u' - (u/v) v')/v", _fraction, lambda u, p, d: (d[0] - u * d[1]) / p[1]),
        Rule("general power", "(u^v)' = v u^(v-1) u' + u^v log(u) v'", _both_vary, _raised),
        _slope("tanh",  "u'/cosh(u)^2",             lambda u: 1 / u.call(_sympy().cosh, u) ** 2),
        _slope("asin",  "u'/sqrt((1 - u)(1 + u))",  lambda u: 1 / _root((1 - u) * (1 + u))),
        _slope("acos",  "-u'/sqrt((1 - u)(1 + u))", lambda u: -1 / _root((1 - u) * (1 + u))),
        _slope("atanh", "u'/((1 - u)(1 + u))",      lambda u: 1 / ((1 - u) * (1 + u))),
        _picked("Max", larger=True),
        _picked("Min", larger=False),
    )
    # fmt: on
