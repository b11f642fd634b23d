"""Expressions as they are written: SymPy nodes that nobody simplifies, equal ones kept as one object.

SymPy tidies up whatever its operators build (x*x becomes x**2, 2*(x + 1) becomes 2*x + 2), so that a rule
could never be seen at work. A `Pool` builds the nodes without that. It also keeps every node once (hash
consing, Ershov 1958): an expression is then a graph, whose size is what is written once, and what is asked
of it takes time for its nodes and not for the tree it would be on paper.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import add, mul
from typing import Any

from diffkit.tape.objects import SYMPY
from diffkit.tape.walk import below, in_order, negated

__all__ = ["Pool", "Term", "as_it_is", "below", "in_order", "negated", "turned"]


class Pool:
    """The one place where the nodes of some expressions are made.

    Examples
    --------
    >>> import sympy
    >>> pool = Pool()
    >>> x = pool.term(sympy.Symbol("x"))
    >>> print((x * x + 0).node)
    x*x + 0
    >>> (x * x).node is (x * x).node
    True
    """

    def __init__(self) -> None:
        # The key is what a node is made of, by identity: SymPy's == walks whole trees, again and again.
        self._nodes: dict[tuple[Any, ...], Any] = {}
        self._leaves: dict[Any, Any] = {}

    def node(self, kind: Any, *args: Any) -> Any:
        """The node of this SymPy class with these operands, which are nodes of this pool."""
        key = (kind, *map(id, args))
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = as_it_is(kind, args)
        return found

    def leaf(self, e: Any) -> Any:
        """A symbol, a number or a truth value, as this pool's own."""
        key = (e.__class__, e)  # in SymPy, 1 == 1.0 and S.true == True
        return self._leaves.setdefault(key, e)

    def term(self, value: Any) -> Term:
        """A SymPy expression, or a plain number exactly, as a term whose operators build in this pool."""
        if isinstance(value, Term):
            return value
        return Term(self, self.take(value if hasattr(value, "args") else SYMPY.leaf(value)))

    def take(self, expression: Any) -> Any:
        """A SymPy expression as nodes of this pool, with two operands to a sum or a product."""
        if not expression.args:
            return self.leaf(expression)  # most are numbers, and need no walk
        taken: dict[int, Any] = {}
        for e in in_order([expression]):
            taken[id(e)] = self._taken(e, [taken[id(a)] for a in e.args])
        return taken[id(expression)]

    def _taken(self, e: Any, args: list[Any]) -> Any:
        if not args:
            return self.leaf(e)
        if e.is_Add:
            return reduce(add, (Term(self, a) for a in args)).node
        if e.is_Mul:
            above = [Term(self, a) for a in args if not below(a)]
            under = [turned(Term(self, a)) for a in args if below(a)]
            top = reduce(mul, above) if above else self.term(1)
            return (top / reduce(mul, under) if under else top).node
        return self.node(type(e), *args)


def as_it_is(kind: Any, args: tuple[Any, ...]) -> Any:
    """A SymPy node as it is: none of the constructors' simplifying, none of their caches.

    The caches compare trees node by node, which is exponential in a graph.
    """
    import sympy
    from sympy.core.basic import Basic

    made = Basic.__new__(kind, *args)
    if kind in (sympy.Add, sympy.Mul, sympy.Pow):
        made.is_commutative = True
    return made


def turned(u: Term) -> Term:
    """What stands under the fraction bar for such a factor: v of v^-1, v^n of v^-n."""
    base, exponent = (Term(u.pool, a) for a in u.node.args)
    return base if exponent.node == -1 else base**-exponent


def _operator(build: Callable[[Term, Term], Term], reverse: bool = False) -> Callable[[Term, Any], Term]:
    def method(self: Term, other: Any) -> Any:
        if not isinstance(other, Term):
            try:
                other = self.pool.term(other)
            except (TypeError, AttributeError):
                return NotImplemented
        return build(other, self) if reverse else build(self, other)

    return method


def _relation(name: str) -> Callable[[Term, Any], Term]:
    def build(a: Term, b: Term) -> Term:
        import sympy

        return a.call(getattr(sympy, name), a, b)

    return _operator(build)


@dataclass(frozen=True, eq=False, slots=True)
class Term:
    """A node with operators: they build in its pool what is written, and nothing else."""

    pool: Pool
    node: Any

    def call(self, kind: Any, *args: Any) -> Term:
        """The function of this SymPy class at these terms or numbers."""
        return Term(self.pool, self.pool.node(kind, *(self.pool.term(a).node for a in args)))

    __add__ = _operator(lambda a, b: _made("Add", a, b))
    __radd__ = _operator(lambda a, b: _made("Add", a, b), reverse=True)
    __sub__ = _operator(lambda a, b: _made("Add", a, -b))
    __rsub__ = _operator(lambda a, b: _made("Add", a, -b), reverse=True)
    __mul__ = _operator(lambda a, b: _made("Mul", a, b))
    __rmul__ = _operator(lambda a, b: _made("Mul", a, b), reverse=True)
    __truediv__ = _operator(lambda a, b: _quotient(a, b))
    __rtruediv__ = _operator(lambda a, b: _quotient(a, b), reverse=True)
    __pow__ = _operator(lambda a, b: _made("Pow", a, b))
    __rpow__ = _operator(lambda a, b: _made("Pow", a, b), reverse=True)
    __lt__ = _relation("StrictLessThan")
    __le__ = _relation("LessThan")
    __gt__ = _relation("StrictGreaterThan")
    __ge__ = _relation("GreaterThan")

    def __neg__(self) -> Term:
        # A number takes the sign: -(2) is the number -2.
        return self.pool.term(-self.node) if self.node.is_Number else _made("Mul", self.pool.term(-1), self)

    def __pos__(self) -> Term:
        return self

    def __abs__(self) -> Term:
        import sympy

        return self.call(sympy.Abs, self)

    @property
    def is_infinite(self) -> Any:
        """What SymPy knows of it."""
        return self.node.is_infinite

    def __bool__(self) -> bool:
        raise TypeError(f"cannot tell whether {self.node} holds")

    def __str__(self) -> str:
        import sympy

        return str(sympy.sstr(self.node, order="none"))


def _made(kind: str, *terms: Term) -> Term:
    import sympy

    pool = terms[0].pool
    return Term(pool, pool.node(getattr(sympy, kind), *(t.node for t in terms)))


def _quotient(a: Term, b: Term) -> Term:
    under = _made("Pow", b, a.pool.term(-1))
    return under if a.node == 1 and a.node.is_Integer else _made("Mul", a, under)
