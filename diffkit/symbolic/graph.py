"""Derivatives of expressions as graphs: what f, its derivatives and their parts share is kept once.

The rules give every node its partial derivatives, once; what remains is to add up their products over the
paths of the graph. Forwards, from the variable to the results, gives the derivatives of everything by one
variable; backwards, from one result to all variables, gives a whole gradient for a few times the nodes of
the function, however many variables there are (Baur and Strassen 1983; Griewank and Walther, Evaluating
Derivatives, 2008, 3.2 and 3.3). The order of the additions is all in which this differs from forward and
reverse mode.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from diffkit.symbolic.pool import Pool, Term, in_order
from diffkit.symbolic.precise import precise_rule_for
from diffkit.symbolic.rules import Rule, Terms
from diffkit.symbolic.trim import Trim

__all__ = ["Graph"]


class Graph:
    """Expressions in one pool, with what is known of their derivatives.

    Examples
    --------
    >>> import sympy
    >>> graph = Graph()
    >>> x, y = map(graph.pool.term, sympy.symbols("x y"))
    >>> print(*graph.gradient(x * y / 2, [x, y]))
    y/2 x/2
    """

    def __init__(self) -> None:
        self.pool = Pool()
        self._trim = Trim(self.pool)
        self._varies: dict[int, bool] = {}
        self._rules: dict[int, tuple[Rule | None, Terms]] = {}
        self._partials: dict[int, list[tuple[Term, Term]]] = {}
        self._derived: dict[int, dict[int, Term]] = {}

    def derivatives(self, u: Term, x: Term, order: int) -> list[Term]:
        """The derivatives of u by x of orders 1, 2, ..., order."""
        found = [u]
        for _ in range(order):
            found.append(self.forwards(found[-1], x))
        return found[1:]

    def jacobian(self, results: Sequence[Term], variables: Sequence[Term]) -> list[list[Term]]:
        """For each result its derivative by each variable, from the side with fewer."""
        if len(results) <= len(variables):
            return [self.gradient(u, variables) for u in results]
        return [[self.forwards(u, x) for x in variables] for u in results]

    def hessian(self, u: Term, variables: Sequence[Term]) -> list[list[Term]]:
        """The second derivatives of u: the gradient of each entry of the gradient, symmetric as written."""
        rows = [self.gradient(first, variables[i:]) for i, first in enumerate(self.gradient(u, variables))]
        return [[rows[min(i, j)][abs(i - j)] for j in range(len(variables))] for i in range(len(variables))]

    # -- the two ways through the graph -------------------------------------------------------------

    def forwards(self, u: Term, x: Term) -> Term:
        """The derivative of u by x; that of every node on the way is remembered."""
        trim, derived = self._trim, self._derived.setdefault(id(x.node), {id(x.node): self.pool.term(1)})
        for e in in_order([u.node], derived, self._below):
            v = Term(self.pool, e)
            if _is_piecewise(e):
                values = [derived[id(pair.args[0])] for pair in e.args]
                derived[id(e)] = self._pieces(values, [Term(self.pool, pair.args[1]) for pair in e.args])
                continue
            total = self.pool.term(0)
            for part, slope in self.partials(v):
                total = trim.plus(total, trim.times(slope, derived[id(part.node)]))
            derived[id(e)] = total
        return derived[id(u.node)]

    def gradient(self, u: Term, variables: Sequence[Term]) -> list[Term]:
        """The derivatives of u by each variable: each node hands what reaches it on to its parts."""
        trim, zero = self._trim, self.pool.term(0)
        wanted = {id(x.node) for x in variables}
        order = in_order([u.node], parts=self._below)
        leads: dict[int, bool] = {}  # whether a variable that is asked for is below a node
        for e in order:
            leads[id(e)] = id(e) in wanted or any(leads[id(a)] for a in self._below(e))
        bars: dict[int, Term] = {id(u.node): self.pool.term(1)}
        needs: dict[int, Term | None] = {id(u.node): None}  # under which condition, None for always
        for e in reversed(order):
            if not leads[id(e)] or id(e) not in bars:
                continue
            for part, given, need in self._handed_on(e, bars[id(e)], needs[id(e)]):
                key = id(part.node)
                if leads[key]:
                    bars[key] = trim.plus(bars[key], given) if key in bars else given
                    needs[key] = self._joined("Or", needs[key], need) if key in needs else need
        return [bars.get(id(x.node), zero) for x in variables]

    def partials(self, u: Term) -> list[tuple[Term, Term]]:
        """The parts of u that vary, each with the derivative of u by it alone."""
        key = id(u.node)
        if key not in self._partials:
            rule, parts = self._rule(u.node)
            self._trim.keep(u)
            self._partials[key] = [
                (part, self._trim(self.pool.term(rule.write(u, parts, self._unit(i, len(parts))))))
                for i, part in enumerate(parts)
                if rule is not None and self._is_varying(part)
            ]
        return self._partials[key]

    # -- what the rules say ---------------------------------------------------------------------------

    def _rule(self, e: Any) -> tuple[Rule | None, Terms]:
        """The rule of a node and its parts, none where nothing varies."""
        if id(e) not in self._rules:
            u = Term(self.pool, e)
            constant = e.is_Symbol or not self._is_varying(u)
            self._rules[id(e)] = (None, ()) if constant else precise_rule_for(u, self._is_varying)
        return self._rules[id(e)]

    def _below(self, e: Any) -> list[Any]:
        return [part.node for part in self._rule(e)[1]]

    def _is_varying(self, u: Term) -> bool:
        known = self._varies
        if id(u.node) not in known:
            for e in in_order([u.node], known):
                known[id(e)] = e.is_Symbol or any(known[id(a)] for a in e.args)
        return known[id(u.node)]

    def _unit(self, i: int, count: int) -> Terms:
        return tuple(self.pool.term(int(i == j)) for j in range(count))

    # -- what is selected -----------------------------------------------------------------------------

    def _handed_on(self, e: Any, bar: Term, need: Term | None) -> Iterator[tuple[Term, Term, Term | None]]:
        """The parts of a node, what each gets of its bar, and when they are needed (None: always).

        Where a piece is not selected it gets 0, which must not meet an infinite slope further down.
        """
        if not _is_piecewise(e):
            for part, slope in self.partials(Term(self.pool, e)):
                given = self._trim.times(bar, slope)
                yield part, given if slope.node.is_Number else self._where(need, given), need
            return
        for value, condition in (pair.args for pair in e.args):
            holds = Term(self.pool, condition)
            here = self._joined("And", need, None if condition == True else holds)  # noqa: E712
            yield Term(self.pool, value), self._where(here, bar), here
            need = self._joined("And", need, holds.call(_sympy().Not, holds))

    def _where(self, condition: Term | None, u: Term) -> Term:
        """u where the condition holds, else 0."""
        if condition is None or _is_zero(u):
            return u
        return self._pieces([u, self.pool.term(0)], [condition, self.pool.term(_sympy().true)])

    def _pieces(self, values: Sequence[Term], conditions: Sequence[Term]) -> Term:
        piecewise = _sympy().Piecewise
        pair = _sympy().functions.elementary.piecewise.ExprCondPair
        if all(map(_is_zero, values)):
            return values[0]
        pairs = [v.call(pair, v, c) for v, c in zip(values, conditions, strict=True)]
        return pairs[0].call(piecewise, *pairs)

    def _joined(self, how: str, a: Term | None, b: Term | None) -> Term | None:
        """Two conditions as one, where None always holds."""
        if a is None or b is None:
            return None if how == "Or" else b if a is None else a
        return a if a.node is b.node else a.call(getattr(_sympy(), how), a, b)


def _is_piecewise(e: Any) -> bool:
    return type(e).__name__ == "Piecewise"


def _is_zero(u: Term) -> bool:
    return u.node is _sympy().S.Zero


def _sympy() -> Any:
    import sympy

    return sympy
