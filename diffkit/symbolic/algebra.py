"""Two ways to write formulas and their derivatives: SymPy's trees, and our graphs, which share their parts.

Both answer the same questions. A tree is what SymPy makes of f and simplifies on the way; a graph is f as
it is written, so that its values have the bits of f's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from diffkit.errors import NotClosedFormError
from diffkit.primitives import assemble, getitem
from diffkit.symbolic.differentiate import as_expression, differentiate, gradient
from diffkit.symbolic.expression import formula_of, within_reach
from diffkit.symbolic.graph import Graph
from diffkit.symbolic.pool import Term
from diffkit.symbolic.written import written
from diffkit.tape.walk import in_order
from diffkit.tape.wengert import Tape

__all__ = ["Graphs", "Trees"]


@dataclass(frozen=True)
class Trees:
    """Formulas as SymPy's expressions, of at most `max_nodes` nodes when they are written out.

    With `sides`, a single point at which f jumps has the slope of the piece that holds there.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> Trees().derivative(x * x, x, 1)
    2*x
    """

    max_nodes: int = 20_000
    sides: bool = False  # at a point where f jumps: the slope of the piece that holds there, not nan

    def formula(self, tape: Tape, symbols: list[Any]) -> Any:
        """The expressions of a tape's result."""
        return formula_of(tape, symbols, self.max_nodes)

    def taken(self, formulas: Any) -> Any:
        """SymPy expressions, one or an array, as formulas of this kind."""
        return formulas

    def derivative(self, formula: Any, symbol: Any, order: int) -> Any:
        """The order-th derivative by a symbol."""
        return differentiate(formula, symbol, order, self.sides, self.max_nodes)

    def jacobian(self, formulas: list[Any], symbols: list[Any]) -> list[Any]:
        """The derivatives of each formula by each symbol, in rows, as one list."""
        return [d for e in formulas for d in gradient(e, symbols, self.sides, self.max_nodes)]

    def hessian(self, formula: Any, symbols: list[Any]) -> list[Any]:
        """The second derivatives of a formula, in rows, as one list."""
        rows = gradient(formula, symbols, self.sides, self.max_nodes)
        return [d for first in rows for d in gradient(first, symbols, self.sides, self.max_nodes)]

    def check_work(self, inputs: int, rows: int) -> None:
        """Refuse what would take too long to write out."""
        if inputs * rows > 50 * self.max_nodes:
            raise NotClosedFormError(
                f"not closed form: {inputs} derivatives of {rows} rows are {inputs * rows} to write out, "
                f"the limit is 50 * max_nodes={50 * self.max_nodes}; share=True writes every value only once"
            )

    @within_reach()
    def note(self, derived: list[Any], program: Tape) -> str:
        """How large the formulas of the derivatives are."""
        import sympy

        return _counted(sum(int(sympy.count_ops(d)) for d in derived), "in the formula")


@dataclass(frozen=True)
class Graphs(Trees):
    """Formulas as graphs in one pool, differentiated by our own rules; nothing is written out twice.

    Examples
    --------
    >>> import sympy, diffkit as dk
    >>> graphs, x = Graphs(), sympy.Symbol("x")
    >>> square = graphs.formula(dk.record(lambda x: x * x, 1.0), [x])
    >>> graphs.derivative(square, x, 1)
    x + x
    """

    graph: Graph = field(default_factory=Graph)

    def formula(self, tape: Tape, symbols: list[Any]) -> Any:
        found = written(tape, symbols, self.graph.pool, named=True)
        if isinstance(found, Term):
            return found.node
        out = np.empty(np.shape(found), dtype=object)
        out.ravel()[:] = [t.node for t in np.ravel(np.asarray(found, dtype=object))]
        return out

    def taken(self, formulas: Any) -> Any:
        take = np.frompyfunc(lambda e: self.graph.pool.take(as_expression(e)), 1, 1)
        return take(formulas)

    def derivative(self, formula: Any, symbol: Any, order: int) -> Any:
        return self.graph.derivatives(self._term(formula), self._term(symbol), order)[-1].node

    def jacobian(self, formulas: list[Any], symbols: list[Any]) -> list[Any]:
        self._check_sweeps(formulas, min(len(formulas), len(symbols)))
        rows = self.graph.jacobian([*map(self._term, formulas)], [*map(self._term, symbols)])
        return [d.node for row in rows for d in row]

    def hessian(self, formula: Any, symbols: list[Any]) -> list[Any]:
        self._check_sweeps([formula], len(symbols))
        return [
            d.node
            for row in self.graph.hessian(self._term(formula), [*map(self._term, symbols)])
            for d in row
        ]

    def check_work(self, inputs: int, rows: int) -> None:
        """Nothing yet: what counts is the size of the graph."""

    def _check_sweeps(self, formulas: list[Any], sweeps: int) -> None:
        nodes = len(in_order(formulas))
        if sweeps * nodes > 50 * self.max_nodes:
            raise NotClosedFormError(
                f"not closed form: {sweeps} derivatives of a graph of {nodes} nodes are {sweeps * nodes} to "
                f"write out, the limit is 50 * max_nodes={50 * self.max_nodes}"
            )

    def note(self, derived: list[Any], program: Tape) -> str:
        operations = [row for row in program.instructions if row.function not in (getitem, assemble)]
        return _counted(len(operations), "with shared subexpressions")

    def _term(self, formula: Any) -> Term:
        return Term(self.graph.pool, formula if formula.args else self.graph.pool.leaf(formula))


def _counted(operations: int, how: str) -> str:
    return f"{operations} operation{'s' if operations != 1 else ''} {how}"
