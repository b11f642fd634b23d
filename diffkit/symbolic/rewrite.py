"""The derivative of a whole expression by the rules, each node of its graph visited once.

What is left of expression swell when nothing is written twice: the derivative of a graph of n nodes has
a few n nodes and is found in that time (Laue, On the equivalence of automatic and symbolic differentiation,
arXiv 1904.02990).
"""

from __future__ import annotations

from diffkit.symbolic.pool import Term, in_order
from diffkit.symbolic.rules import Rule, Terms, rule_for

__all__ = ["Variable", "differentiate", "finished"]


class Variable:
    """The variable of a differentiation: tells which terms vary with it.

    Examples
    --------
    >>> import sympy
    >>> from diffkit.symbolic.pool import Pool
    >>> x, y = map(Pool().term, sympy.symbols("x y"))
    >>> Variable(x)(x * y), Variable(x)(y)
    (True, False)
    """

    def __init__(self, x: Term) -> None:
        self.x = x
        self._varies: dict[int, bool] = {id(x.node): True}

    def __call__(self, u: Term) -> bool:
        known = self._varies
        if id(u.node) not in known:
            for e in in_order([u.node], known):
                known[id(e)] = any(known[id(a)] for a in e.args)
        return known[id(u.node)]


def differentiate(u: Term, x: Term, shortcuts: bool = False) -> Term:
    """The derivative of u with respect to x as the rules write it, as a graph in u's pool.

    Nothing is left out: not 0*u, not 1*u. With `shortcuts` the rules are those of a student, who writes
    (c u)' as c u' and leaves out a factor x' = 1.

    Raises
    ------
    NotClosedFormError
        If u holds a function without a rule.

    Examples
    --------
    >>> import sympy
    >>> from diffkit.symbolic.pool import Pool
    >>> x, y = map(Pool().term, sympy.symbols("x y"))
    >>> print(differentiate(5 + x * y, x))
    0 + (0*x + y*1)
    """
    varies = Variable(x)
    rules: dict[int, tuple[Rule, Terms]] = {}
    derived: dict[int, Term] = {}
    waiting = [u]
    while waiting:
        v = waiting[-1]
        key = id(v.node)
        if key in derived:
            waiting.pop()
            continue
        if key not in rules:
            rules[key] = rule_for(v, varies, shortcuts)
        rule, parts = rules[key]
        missing = [p for p in parts if id(p.node) not in derived]
        if missing:
            waiting.extend(reversed(missing))
            continue
        derived[key] = finished(rule, v, parts, tuple(derived[id(p.node)] for p in parts), x, shortcuts)
        waiting.pop()
    return derived[id(u.node)]


def finished(rule: Rule, u: Term, parts: Terms, derived: Terms, x: Term, shortcuts: bool) -> Term:
    """What a rule makes of u, given the derivatives of its parts; the chain rule's factor included."""
    written = u.pool.term(rule.write(u, parts, derived))
    if not rule.chain or (shortcuts and parts[0].node is x.node):
        return written
    product: Term = written * derived[0]
    return product
