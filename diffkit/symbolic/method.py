"""The symbolic method: f's formula and its derivative's, evaluated at float precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from diffkit.errors import NonScalarError, NotElementwiseError
from diffkit.result import Estimate, nan_outside, real_answer
from diffkit.structure import as_leaf
from diffkit.symbolic.algebra import Graphs, Trees
from diffkit.symbolic.branches import both_sides
from diffkit.symbolic.differentiate import as_expression
from diffkit.symbolic.expression import names_of, symbols_of
from diffkit.tape.formula import as_tape
from diffkit.tape.record import record
from diffkit.tape.walk import in_order

__all__ = ["Symbolic"]


@dataclass(frozen=True)
class Symbolic:
    """Symbolic differentiation: f's tape becomes a formula, whose derivative is a formula, too.

    The derivative is evaluated in the floating-point arithmetic of the point.

    Attributes
    ----------
    max_nodes
        The largest unrolled expression to build; for a gradient, times the number of inputs.
    share
        False: a SymPy expression is a tree, in which each use of a value is written out again; SymPy
        differentiates it. True: the expression is a graph that keeps each value once, as f's program does;
        our own rules differentiate it, and the derivative of a long loop is a few times as long as the loop
        (`diffkit.symbolic.program` returns it as a tape).
    branches
        Whether to write both sides of f's branches as a Piecewise, as `piecewise` does.

    Examples
    --------
    >>> import numpy as np
    >>> Symbolic().derivative(np.sin, 0.0).value
    1.0
    >>> def logistic(x):
    ...     for _ in range(50):
    ...         x = 4 * x * (1 - x)
    ...     return x
    >>> Symbolic(share=True).derivative(logistic, 0.2).note
    '348 operations with shared subexpressions'
    """

    max_nodes: int = 20_000
    share: bool = False
    branches: bool = False

    name: ClassVar[str] = "symbolic"
    kind: ClassVar[str] = "symbolic"

    def derivative(self, f: Callable[..., Any], x: Any, order: int = 1) -> Estimate:
        """The order-th derivative of an elementwise f at each element of x."""
        x, algebra = as_leaf(x), self._algebra()
        common = self._common_formula(f, x, algebra)
        formulas, symbols = common or self._own_formulas(f, x, algebra)
        derived = [algebra.derivative(e, s, order) for e, s in zip(formulas, symbols, strict=True)]
        program = as_tape([*formulas, *derived], [s.name for s in symbols])
        if common:
            y, value = program.replay(x)
            value = np.broadcast_to(_real(nan_outside(y, value)), np.shape(x))
        else:
            values = _real(program.replay(*np.ravel(x))).reshape(2, *np.shape(x))
            value = nan_outside(*values)
        return Estimate(
            float(value) if isinstance(x, float) else value.astype(np.result_type(x))[()],
            evaluations=1 if not np.ndim(x) else 2 if common else 3,
            method=self.name,
            note=algebra.note(derived, program),
        )

    def _algebra(self) -> Trees | Graphs:
        return (Graphs if self.share else Trees)(self.max_nodes, self.branches)

    def _common_formula(
        self, f: Callable[..., Any], x: Any, algebra: Trees | Graphs
    ) -> tuple[list[Any], list[Any]] | None:
        """The one formula that serves every element of x, with its symbol; None when there is none."""
        import sympy

        name = names_of(f, [x])[0]
        symbol = sympy.Symbol(name, real=True)
        if not np.ndim(x):
            formula, _ = self._formula(f, [x], algebra)
            if isinstance(formula, np.ndarray | list | tuple | dict):
                raise _not_elementwise(x, np.asarray(formula, dtype=object).shape)
            return [formula], [symbol]
        try:
            formula, _ = self._formula(f, [np.ravel(x)[0] if np.size(x) else 1.0], algebra)
            if isinstance(formula, np.ndarray):  # each element would need all of x
                return None
            given, found = f(x), as_tape(formula, [name]).replay(x)
        except (TypeError, IndexError, AttributeError, ValueError):  # f wants an array, or a number
            return None
        # A formula found at one element must give f at all of them: x / sum(x) is 1 at a single one.
        if np.shape(given) != np.shape(x) or not _agree(given, found, x):
            return None
        return [formula], [symbol]

    def _own_formulas(
        self, f: Callable[..., Any], x: Any, algebra: Trees | Graphs
    ) -> tuple[list[Any], list[Any]]:
        """A formula for each element of the result, each in the symbol of its own element of x."""
        found, (symbols,) = self._formula(f, [x], algebra, work=np.size(x))
        formulas = np.asarray(found, dtype=object)
        if formulas.shape != np.shape(x):
            raise _not_elementwise(x, formulas.shape)
        for index in np.ndindex(formulas.shape):
            others = [s for s in in_order([as_expression(formulas[index])]) if s.is_Symbol]
            if set(others) - {symbols[index]}:
                raise NotElementwiseError(
                    f"derivative needs a function that acts on each element of x by itself, and element "
                    f"{index} of the result depends on {', '.join(map(str, others))[:60]}; "
                    f"use dk.gradient or dk.jacobian"
                )
        return list(np.ravel(formulas)), list(np.ravel(symbols))

    def jacobian(self, f: Callable[..., Any], leaves: list[Any]) -> Estimate:
        """The derivative of f's result with respect to each leaf, of shape T + S."""
        leaves, algebra = [as_leaf(leaf) for leaf in leaves], self._algebra()
        outputs, flat, shape = self._outputs(f, leaves, algebra, order=1)
        derived = algebra.jacobian(outputs, flat)
        values, note = self._evaluate(algebra, outputs, derived, flat, leaves)
        table = values[len(outputs) :].reshape(len(outputs), len(flat))
        table = nan_outside(values[: len(outputs), None], table)
        parts, start = [], 0
        for leaf in leaves:
            columns = table[:, start : start + np.size(leaf)]
            start += np.size(leaf)
            parts.append(columns.reshape(shape + np.shape(leaf)).astype(np.result_type(leaf))[()])
        return Estimate(parts, evaluations=1, method=self.name, note=note)

    def hessian(self, f: Callable[..., Any], leaves: list[Any]) -> Estimate:
        """The second derivatives of a scalar f: entry [i][j] has the shapes of leaf i and leaf j."""
        leaves, algebra = [as_leaf(leaf) for leaf in leaves], self._algebra()
        outputs, flat, _ = self._outputs(f, leaves, algebra, order=2)
        if len(outputs) != 1:
            raise NonScalarError("a Hessian needs a function with a scalar result")
        derived = algebra.hessian(outputs[0], flat)
        values, note = self._evaluate(algebra, outputs, derived, flat, leaves)
        table = nan_outside(values[:1, None], values[1:].reshape(len(flat), len(flat)))
        ends = np.cumsum([0] + [np.size(leaf) for leaf in leaves])
        value = [
            [
                table[ends[i] : ends[i + 1], ends[j] : ends[j + 1]]
                .reshape(np.shape(a) + np.shape(b))
                .astype(np.result_type(a, b))[()]
                for j, b in enumerate(leaves)
            ]
            for i, a in enumerate(leaves)
        ]
        return Estimate(value, evaluations=1, method=self.name, note=note)

    def _outputs(
        self, f: Callable[..., Any], leaves: list[Any], algebra: Trees | Graphs, order: int
    ) -> tuple[list[Any], list[Any], tuple[int, ...]]:
        """The expressions of f's result, the symbols of all inputs, and the result's shape."""
        inputs = sum(np.size(leaf) for leaf in leaves)
        found, symbols = self._formula(f, leaves, algebra, work=inputs**order)
        formula = np.asarray(found, dtype=object)
        algebra.check_work(inputs**order, formula.size)
        return list(np.ravel(formula)), [s for leaf in symbols for s in np.ravel(leaf)], formula.shape

    def _formula(
        self, f: Callable[..., Any], leaves: list[Any], algebra: Trees | Graphs, work: int = 1
    ) -> tuple[Any, list[Any]]:
        """The formula of f's result, of which so many derivatives are wanted, and the symbols in it."""
        g = lambda *point: real_answer(f(*point))
        tape = None if self.branches else record(g, *leaves)
        algebra.check_work(work, 1 if tape is None else len(tape))
        names = names_of(f, leaves)
        symbols = [symbols_of(name, np.shape(leaf)) for name, leaf in zip(names, leaves, strict=True)]
        if tape is None:
            return algebra.taken(both_sides(g, leaves, symbols, max_nodes=self.max_nodes)), symbols
        return algebra.formula(tape, symbols), symbols

    def _evaluate(
        self,
        algebra: Trees | Graphs,
        outputs: list[Any],
        derived: list[Any],
        symbols: list[Any],
        leaves: list[Any],
    ) -> tuple[np.ndarray[Any, Any], str]:
        """The values of f and of its derivatives at the leaves, and what they took."""
        program = as_tape([*outputs, *derived], [s.name for s in symbols])
        values = _real(program.replay(*(v for leaf in leaves for v in np.ravel(leaf))))
        return values, algebra.note(derived, program)


def _real(values: Any) -> np.ndarray[Any, Any]:
    """Values as reals; nan where SymPy went on into the complex plane and NumPy would not."""
    array = np.asarray(values)
    if array.dtype.kind == "c":
        array = np.where(array.imag == 0, array.real, np.nan)
    return array if array.dtype.kind == "f" else array.astype(float)


def _agree(given: Any, found: Any, x: Any) -> bool:
    """Whether two ways to compute f give the same at all elements, to half the digits of x.

    Saying no to a badly conditioned f costs time only: each element then gets a formula of its own.
    """
    tolerance = float(np.sqrt(np.finfo(np.result_type(x)).eps))
    finite = np.abs(np.asarray(given)[np.isfinite(given)])
    return bool(np.allclose(given, found, tolerance, tolerance * finite.max(initial=0.0), equal_nan=True))


def _not_elementwise(x: Any, shape: tuple[int, ...]) -> NotElementwiseError:
    return NotElementwiseError(
        f"derivative needs a function that acts on each element of x by itself; x has shape {np.shape(x)} "
        f"and f returned shape {shape}; use dk.gradient for a scalar result, dk.jacobian for a vector"
    )
