"""Passes over an expression, each with a name and one purpose, each linear in the nodes of the graph.

prune     0 + u, 1*u, 0*u, u^1, 0/u, --u; numbers combined       what a student leaves out
collect   like terms and like factors: 2*x + x, x*x^2             what a student gathers
simplify  SymPy's, for as long as it may take                     what an algebra system finds
share     common subexpressions, each with a name                 what a program computes once
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from diffkit.symbolic.pool import Pool, Term, below, in_order, negated, turned
from diffkit.tape.bounds import require_writable
from diffkit.tape.digits import one_at_a_time

__all__ = ["Pruning", "applied", "as_printed", "as_written", "collect", "evaluated", "prune", "share"]

MOST_PARTS = 100  # of a flat sum or product: flattened on and on, squares of squares would double each time


def prune(expression: Any) -> Any:
    """The expression without what changes nothing: 0 + u, 1*u, 0*u, u^1, 0/u, --u; numbers combined.

    Sums and products become flat, and a product begins with its number. Nothing else moves: x*x stays.

    Parameters
    ----------
    expression
        A SymPy expression, or a term, whose pool the result is then a term of.

    Examples
    --------
    >>> import sympy
    >>> x, y = sympy.symbols("x y")
    >>> with sympy.evaluate(False):
    ...     raw = 0 + (0 * x + y * 1)
    >>> prune(raw)
    y
    """
    return _passed(Pruning, expression)


def collect(expression: Any) -> Any:
    """The pruned expression with like terms and like factors gathered: 2*x + x is 3*x, x*x^2 is x^3.

    Nothing is multiplied out but a number times a sum among other terms.

    Parameters
    ----------
    expression
        A SymPy expression, or a term, whose pool the result is then a term of.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> with sympy.evaluate(False):
    ...     raw = x * (2 * x) + 1 * x**2
    >>> collect(raw)
    3*x**2
    """
    return _passed(_Collecting, _passed(Pruning, expression))


def as_written(u: Term) -> Term:
    """The term pruned, its factors in the order they were written in: what a student begins with."""
    return Pruning(u.pool, ordered=False)(u)


def as_printed(expression: Any, pool: Pool) -> Term:
    """A SymPy expression with its terms and factors in the order in which SymPy prints them.

    SymPy keeps the parts of what it has evaluated in an order of its own, in which x^2 + 1 is 1 + x^2. What
    is not evaluated stays in its order.
    """
    made: dict[int, Any] = {}
    for e in in_order([expression]):
        parts = e.args
        if (e.is_Add or e.is_Mul) and e.func(*parts).args == parts:
            parts = e.as_ordered_terms() if e.is_Add else e.as_ordered_factors()
        if not e.args:
            made[id(e)] = pool.leaf(e)
        elif all(id(a) in made for a in parts):
            made[id(e)] = pool.node(type(e), *(made[id(a)] for a in parts))
        else:
            made[id(e)] = pool.node(type(e), *(made[id(a)] for a in e.args))
    return as_written(Term(pool, made[id(expression)]))


@one_at_a_time
def evaluated(expression: Any) -> Any:
    """The expression as SymPy's own operators build it, tidied up; each node once.

    Examples
    --------
    >>> import sympy
    >>> x = Pool().term(sympy.Symbol("x"))
    >>> evaluated(x * x + 0)
    x**2
    """
    top = expression.node if isinstance(expression, Term) else expression
    made: dict[int, Any] = {}
    for e in in_order([top]):
        made[id(e)] = applied(e.func, *(made[id(a)] for a in e.args)) if e.args else e
    return made[id(top)]


@one_at_a_time
def applied(kind: Any, *args: Any) -> Any:
    """The function of this SymPy class, as SymPy evaluates it.

    Raises `NotClosedFormError` where that would be a number without end, as 10^10^10 is.
    """
    require_writable(kind.__name__, args)
    return kind(*args)


def share(expression: Any) -> tuple[list[tuple[Any, Any]], Any]:
    """What the expression computes more than once, by name, and the expression in terms of these names.

    Returns
    -------
    A list of (symbol v1, v2, ..., expression), each in terms of those before it, and the result.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> share(sympy.sin(x**2) * sympy.exp(sympy.sin(x**2)))
    ([(v1, sin(x**2))], v1*exp(v1))
    """
    import sympy

    u = expression if isinstance(expression, Term) else as_printed(expression, Pool())
    nodes = in_order([u.node])
    uses = dict.fromkeys(map(id, nodes), 0)
    for e in nodes:
        for a in e.args:
            uses[id(a)] += 1
    taken = {e.name for e in nodes if e.is_Symbol}
    names = (s for i in range(1, len(nodes) + len(taken) + 1) if (s := f"v{i}") not in taken)
    made: dict[int, Any] = {}
    named: list[tuple[Any, Any]] = []
    for e in nodes:
        made[id(e)] = u.pool.node(type(e), *(made[id(a)] for a in e.args)) if e.args else e
        if uses[id(e)] > 1 and e.args and isinstance(e, sympy.Expr) and negated(e) is None:
            name = u.pool.leaf(sympy.Symbol(next(names), real=True))
            named.append((name, made[id(e)]))
            made[id(e)] = name
    return named, made[id(u.node)]


def _term(expression: Any) -> Term:
    return expression if isinstance(expression, Term) else Pool().term(expression)


def _passed(kind: Callable[[Pool], _Pass], expression: Any) -> Any:
    u = _term(expression)
    done = kind(u.pool)(u)
    return done if isinstance(expression, Term) else done.node


class _Pass:
    """Builds an expression anew from its leaves; what it has seen it knows."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self._done: dict[int, Any] = {}

    def __call__(self, u: Term) -> Term:
        for e in in_order([u.node], self._done):
            args = [Term(self.pool, self._done[id(a)]) for a in e.args]
            made = self._made(e, args).node
            self._done[id(e)] = self._done[id(made)] = made
        return Term(self.pool, self._done[id(u.node)])

    def _made(self, e: Any, args: list[Term]) -> Term:
        if _waits(e):  # what is in it is still the user's
            return Term(self.pool, e)
        if not args or any(a.node.is_infinite or a.node is _nan() for a in args if a.node.is_Number):
            return Term(self.pool, self.pool.node(type(e), *(a.node for a in args)) if args else e)
        if e.is_Add:
            return self.sum(args)
        if e.is_Mul:
            return self.product(args)
        if e.is_Pow:
            return self.power(*args)
        if e.is_Function and len(args) == 1 and args[0].node.is_Rational:
            value = applied(e.func, args[0].node)
            return (
                self.pool.term(value)
                if value.is_Rational
                else Term(self.pool, self.pool.node(e.func, args[0].node))
            )
        return Term(self.pool, self.pool.node(type(e), *(a.node for a in args)))

    def sum(self, terms: list[Term]) -> Term:
        raise NotImplementedError

    def product(self, factors: list[Term]) -> Term:
        raise NotImplementedError

    def power(self, base: Term, n: Term) -> Term:
        """base^n without u^1, u^0, (u^m)^n and a number's own power; e^u is exp(u)."""
        import sympy

        b, e = base.node, n.node
        if e == 1:
            return base
        if e == 0 or b == 1:
            return self.pool.term(1)
        if b is sympy.E and not e.is_Rational:
            return n.call(sympy.exp, n)
        if b.is_Rational and b != 0 and e.is_Rational and abs(e.p) < 100:
            value = applied(sympy.Pow, b, e)
            if value.is_Rational:
                return self.pool.term(value)
        if b.is_Pow and b.args[1].is_Rational and e.is_Integer:
            return self.power(Term(self.pool, b.args[0]), self.pool.term(b.args[1] * e))
        if b.is_Mul and e.is_Integer and e < 0 and b.args[0].is_Number:
            return self.product([base**n])
        return base**n

    def _multiplied(self, factors: Sequence[Term]) -> Term:
        import sympy

        nodes = [f.node for f in factors]
        return factors[0] if len(nodes) == 1 else Term(self.pool, self.pool.node(sympy.Mul, *nodes))

    def _added(self, terms: Sequence[Term]) -> Term:
        import sympy

        nodes = [t.node for t in terms]
        if len(nodes) < 2:
            return terms[0] if terms else self.pool.term(0)
        return Term(self.pool, self.pool.node(sympy.Add, *nodes))

    def _factors(self, factors: list[Term]) -> tuple[Any, list[Term]]:
        """The number of a product, and its other factors: those of the products and fractions in it."""
        import sympy

        number, found, waiting = sympy.S.One, list[Term](), factors[::-1]
        while waiting:
            f = waiting.pop()
            if f.node.is_Rational:
                number *= f.node
            elif f.node.is_Mul and len(found) + len(waiting) < MOST_PARTS:
                waiting += [Term(self.pool, a) for a in f.node.args[::-1]]
            elif below(f.node) and f.node.args[0].is_Mul and f.node.args[1].is_Integer:
                n = Term(self.pool, f.node.args[1])
                waiting += [self.power(Term(self.pool, a), n) for a in f.node.args[0].args[::-1]]
            else:
                found.append(f)
        return number, found

    def _with_number(self, number: Any, factors: list[Term]) -> Term:
        """The product, its sign in front of all, and what is under the bar under one bar."""
        if number == 0:
            return self.pool.term(0)
        if not factors:
            return self.pool.term(number)
        if number < 0:
            return -self._with_number(-number, factors)
        if len(factors) > 1 and all(below(f.node) for f in factors):
            factors = [1 / self._multiplied([turned(f) for f in factors])]
        return self._multiplied(factors if number == 1 else [self.pool.term(number), *factors])


class Pruning(_Pass):
    """The pass behind `prune`, for those who prune again and again in one pool: it keeps what it has done."""

    def __init__(self, pool: Pool, ordered: bool = True) -> None:
        super().__init__(pool)
        self._ordered = ordered

    def sum(self, terms: list[Term]) -> Term:
        flat: list[Term] = []
        for t in terms:
            nested = t.node.is_Add and len(flat) < MOST_PARTS
            flat += [Term(self.pool, a) for a in t.node.args] if nested else [t]
        numbers = [t for t in flat if t.node.is_Rational]
        total = self.pool.term(sum(t.node for t in numbers))
        place = next((i for i, t in enumerate(flat) if t.node.is_Rational), 0)
        others = [(i, t) for i, t in enumerate(flat) if not t.node.is_Rational]
        kept = [(place, total)] * bool(total.node != 0)
        return self._added([t for _, t in sorted(others + kept, key=lambda pair: pair[0])])

    def product(self, factors: list[Term]) -> Term:
        number, found = self._factors(factors)
        if self._ordered and not any(_waits(f.node) for f in found):
            found.sort(key=_rank)
        return self._with_number(number, found)


class _Collecting(_Pass):
    """Equal products and sums become one node, in whatever order their parts came."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self._known: dict[Any, Term] = {}

    def product(self, factors: list[Term]) -> Term:
        number, found = self._factors(factors)
        powers: dict[int, tuple[Term, Any]] = {}
        for f in found:
            base, n = self._base(f)
            old = powers.get(id(base.node), (base, 0))[1]
            powers[id(base.node)] = base, old + n
        made = [self.power(base, self.pool.term(n)) for base, n in powers.values() if n != 0]
        more, made = self._factors(made)  # x^(1/2) times itself is x, and 2^(1/2) times itself a number
        key = frozenset(id(f.node) for f in made)
        product = self._known.setdefault(key, self._with_number(1, sorted(made, key=_rank)))
        return self._with_number(number * more, self._factors([product])[1])

    def _base(self, f: Term) -> tuple[Term, Any]:
        if f.node.is_Pow and f.node.args[1].is_Rational:
            return Term(self.pool, f.node.args[0]), f.node.args[1]
        return f, 1

    def sum(self, terms: list[Term]) -> Term:
        found: dict[int, tuple[Term, Any]] = {}
        waiting = [(t, 1) for t in terms[::-1]]
        while waiting:
            t, times = waiting.pop()
            number, factors = self._factors([t])
            number *= times
            flat = len(factors) == 1 and factors[0].node.is_Add and len(found) + len(waiting) < MOST_PARTS
            if flat:
                waiting += [(Term(self.pool, a), number) for a in factors[0].node.args[::-1]]
                continue
            rest = self._with_number(1, factors) if factors else self.pool.term(1)
            old = found.get(id(rest.node), (rest, 0))[1]
            found[id(rest.node)] = rest, old + number
        kept = [(rest, n) for rest, n in found.values() if n != 0]
        key = ("sum", frozenset((id(rest.node), n) for rest, n in kept))
        made = [self._with_number(n, self._factors([rest])[1]) for rest, n in kept]
        return self._known.setdefault(key, self._added(made))


def _rank(f: Term) -> tuple[float, str]:
    """Where a factor stands: numbers such as pi and 2^x, letters, their roots, sums, functions."""
    base, exponent = f.node.args if f.node.is_Pow else (f.node, None)
    if base.is_Number or base.is_NumberSymbol:
        return 0, ""
    if base.is_Symbol:
        return (1 if exponent is None or exponent.is_Integer else 1.5), base.name
    return (2 if base.is_Add else 3), ""


def _waits(e: Any) -> bool:
    """Whether it is a derivative that is still to be found."""
    import sympy

    return isinstance(e, sympy.Derivative)


def _nan() -> Any:
    import sympy

    return sympy.nan
