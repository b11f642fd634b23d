"""Sums and products without 0 + u, 0*u, 1*u and --u, as they are made: two operands each, nothing moved.

What a derivative by the rules holds of these would be computed for nothing. Sums and products of more
operands are for reading; in a graph they would write anew what is shared.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

from diffkit.symbolic.pool import Pool, Term, in_order, negated

__all__ = ["Trim"]


class Trim:
    """Builds in a pool what is not trivial; what it has seen or built it knows.

    Examples
    --------
    >>> import sympy
    >>> pool = Pool()
    >>> x, trim = pool.term(sympy.Symbol("x")), Trim(pool)
    >>> print(trim(0 + (0 * x + x * 1)))
    x
    """

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self._done: dict[int, Any] = {}
        self._zero, self._one, self._minus_one = (pool.term(i).node for i in (0, 1, -1))

    def __call__(self, u: Term) -> Term:
        """The term trimmed all the way down."""
        for e in in_order([u.node], self._done) if id(u.node) not in self._done else ():
            self._done[id(e)] = self._made(e, [Term(self.pool, self._done[id(a)]) for a in e.args]).node
        return Term(self.pool, self._done[id(u.node)])

    def keep(self, u: Term) -> None:
        """Leave the term as it is, also within others: it is computed anyway."""
        if id(u.node) not in self._done:
            self._done |= {id(e): e for e in in_order([u.node], self._done)}

    def plus(self, a: Term, b: Term) -> Term:
        """a + b."""
        if a.node is self._zero or b.node is self._zero:
            return b if a.node is self._zero else a
        if a.node.is_Rational and b.node.is_Rational:
            return self._known(self.pool.term(a.node + b.node))
        return self._known(a + b)

    def times(self, a: Term, b: Term) -> Term:
        """a * b, with the sign in front."""
        for one, other in ((a, b), (b, a)):
            if one.node is self._zero or other.node is self._one:
                return one
            if one.node is self._minus_one:
                return self.minus(other)
            if (inside := negated(one.node)) is not None:
                return self.minus(self.times(*(Term(self.pool, inside) if f is one else f for f in (a, b))))
        if a.node.is_Rational and b.node.is_Rational:
            return self._known(self.pool.term(a.node * b.node))
        return self._known(a * b)

    def minus(self, a: Term) -> Term:
        """-a."""
        inside = negated(a.node)
        return self._known(-a) if inside is None else Term(self.pool, inside)

    def _made(self, e: Any, args: list[Term]) -> Term:
        if e.is_Add:
            return reduce(self.plus, args)
        if e.is_Mul:
            return reduce(self.times, args)
        if e.is_Pow and any(args[1].node is n for n in (self._zero, self._one)):
            return args[0] if args[1].node is self._one else self.pool.term(1)
        return Term(self.pool, self.pool.node(type(e), *(a.node for a in args)) if args else e)

    def _known(self, u: Term) -> Term:
        self._done[id(u.node)] = u.node
        return u
