"""The symbolic method: f's formula, differentiated by SymPy and evaluated at float precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from diffkit.errors import NonScalarError, NotClosedFormError, NotElementwiseError
from diffkit.result import Estimate, nan_outside, real_answer
from diffkit.structure import as_leaf
from diffkit.symbolic.branches import both_sides
from diffkit.symbolic.differentiate import as_expression, differentiate, gradient
from diffkit.symbolic.expression import formula_of, names_of, symbols_of, within_reach
from diffkit.tape.formula import as_numpy
from diffkit.tape.record import record

__all__ = ["Symbolic"]


@dataclass(frozen=True)
class Symbolic:
    """Symbolic differentiation: f's tape becomes a SymPy expression, SymPy differentiates it.

    The derivative is evaluated in the floating-point arithmetic of the point.

    Attributes
    ----------
    max_nodes
        The largest unrolled expression to build; for a gradient, times the number of inputs.
    branches
        Whether to write both sides of f's branches as a Piecewise, as `piecewise` does.

    Examples
    --------
    >>> import numpy as np
    >>> Symbolic().derivative(np.sin, 0.0).value
    1.0
    """

    max_nodes: int = 20_000
    branches: bool = False

    name: ClassVar[str] = "symbolic"
    kind: ClassVar[str] = "symbolic"

    def derivative(self, f: Callable[..., Any], x: Any, order: int = 1) -> Estimate:
        """The order-th derivative of an elementwise f at each element of x."""
        x = as_leaf(x)
        shared = self._shared_formula(f, x)
        formulas, symbols = shared or self._own_formulas(f, x)
        derived = [differentiate(e, s, order, self.branches) for e, s in zip(formulas, symbols, strict=True)]
        if shared:
            y, value = _as_numpy([as_expression(formulas[0]), derived[0]], [symbols[0].name])(x)
            value = np.broadcast_to(_real(nan_outside(y, value)), np.shape(x))
        else:
            values = self._evaluate([*formulas, *derived], symbols, [x]).reshape(2, *np.shape(x))
            value = nan_outside(*values)
        return Estimate(
            float(value) if isinstance(x, float) else value.astype(np.result_type(x))[()],
            evaluations=1 if not np.ndim(x) else 2 if shared else 3,
            method=self.name,
            note=_size_note(*derived),
        )

    def _shared_formula(self, f: Callable[..., Any], x: Any) -> tuple[list[Any], list[Any]] | None:
        """The one formula that serves every element of x, with its symbol; None when there is none."""
        import sympy

        (name,) = names_of(f, [x])
        symbol = sympy.Symbol(name, real=True)
        if not np.ndim(x):
            formula, _ = self._formula(f, [x], [name])
            if isinstance(formula, np.ndarray | list | tuple | dict):
                raise _not_elementwise(x, np.asarray(formula, dtype=object).shape)
            return [formula], [symbol]
        try:
            formula, _ = self._formula(f, [np.ravel(x)[0] if np.size(x) else 1.0], [name])
            given, found = f(x), _as_numpy(formula, [name])(x)
        except (TypeError, IndexError, AttributeError, ValueError):  # f wants an array, or a number
            return None
        # A formula found at one element must give f at all of them: x / sum(x) is 1 at a single one.
        if np.shape(given) != np.shape(x) or not _agree(given, found, x):
            return None
        return [formula], [symbol]

    def _own_formulas(self, f: Callable[..., Any], x: Any) -> tuple[list[Any], list[Any]]:
        """A formula for each element of the result, each in the symbol of its own element of x."""
        found, (symbols,) = self._formula(f, [x], names_of(f, [x]), work=np.size(x))
        formulas = np.asarray(found, dtype=object)
        if formulas.shape != np.shape(x):
            raise _not_elementwise(x, formulas.shape)
        for index in np.ndindex(formulas.shape):
            if not getattr(formulas[index], "free_symbols", set()) <= {symbols[index]}:
                raise NotElementwiseError(
                    f"derivative needs a function that acts on each element of x by itself, and element "
                    f"{index} of the result is {str(formulas[index])[:60]}; use dk.gradient or dk.jacobian"
                )
        return list(np.ravel(formulas)), list(np.ravel(symbols))

    def jacobian(self, f: Callable[..., Any], leaves: list[Any]) -> Estimate:
        """The derivative of f's result with respect to each leaf, of shape T + S."""
        leaves = [as_leaf(leaf) for leaf in leaves]
        outputs, flat, shape = self._outputs(f, leaves, order=1)
        derived = [d for e in outputs for d in gradient(e, flat, self.branches)]
        values = self._evaluate([*outputs, *derived], flat, leaves)
        table = values[len(outputs) :].reshape(len(outputs), len(flat))
        table = nan_outside(values[: len(outputs), None], table)
        parts, start = [], 0
        for leaf in leaves:
            columns = table[:, start : start + np.size(leaf)]
            start += np.size(leaf)
            parts.append(columns.reshape(shape + np.shape(leaf)).astype(np.result_type(leaf))[()])
        return Estimate(parts, evaluations=1, method=self.name, note=_size_note(*derived))

    def hessian(self, f: Callable[..., Any], leaves: list[Any]) -> Estimate:
        """The second derivatives of a scalar f: entry [i][j] has the shapes of leaf i and leaf j."""
        leaves = [as_leaf(leaf) for leaf in leaves]
        outputs, flat, _ = self._outputs(f, leaves, order=2)
        if len(outputs) != 1:
            raise NonScalarError("a Hessian needs a function with a scalar result")
        derived = [
            d
            for first in gradient(outputs[0], flat, self.branches)
            for d in gradient(first, flat, self.branches)
        ]
        values = self._evaluate([*outputs, *derived], flat, leaves)
        table = nan_outside(values[:1, None], values[1:].reshape(len(flat), len(flat)))
        ends = np.cumsum([0] + [np.size(leaf) for leaf in leaves])
        value = [
            [
                table[ends[i] : ends[i + 1], ends[j] : ends[j + 1]].reshape(np.shape(a) + np.shape(b))[()]
                for j, b in enumerate(leaves)
            ]
            for i, a in enumerate(leaves)
        ]
        return Estimate(value, evaluations=1, method=self.name, note=_size_note(*derived))

    def _outputs(
        self, f: Callable[..., Any], leaves: list[Any], order: int
    ) -> tuple[list[Any], list[Any], tuple[int, ...]]:
        """The expressions of f's result, the symbols of all inputs, and the result's shape."""
        inputs = sum(np.size(leaf) for leaf in leaves)
        found, symbols = self._formula(f, leaves, names_of(f, leaves), work=inputs**order)
        formula = np.asarray(found, dtype=object)
        self._check_work(inputs**order, formula.size)
        return list(np.ravel(formula)), [s for leaf in symbols for s in np.ravel(leaf)], formula.shape

    def _formula(
        self, f: Callable[..., Any], leaves: list[Any], names: list[str], work: int = 1
    ) -> tuple[Any, list[Any]]:
        """The expression of f's result, of which so many derivatives are wanted, and the symbols in it."""
        g = lambda *point: real_answer(f(*point))
        tape = None if self.branches else record(g, *leaves)
        self._check_work(work, 1 if tape is None else len(tape))
        symbols = [symbols_of(name, np.shape(leaf)) for name, leaf in zip(names, leaves, strict=True)]
        if tape is None:
            return both_sides(g, leaves, symbols, max_nodes=self.max_nodes), symbols
        return formula_of(tape, symbols, self.max_nodes), symbols

    def _check_work(self, inputs: int, rows: int) -> None:
        if inputs * rows > 50 * self.max_nodes:
            raise NotClosedFormError(
                f"not closed form: {inputs} derivatives of {rows} rows are {inputs * rows} to write out, "
                f"the limit is 50 * max_nodes={50 * self.max_nodes}"
            )

    def _evaluate(self, derived: list[Any], symbols: list[Any], leaves: list[Any]) -> np.ndarray[Any, Any]:
        values = [v for leaf in leaves for v in np.ravel(leaf)]
        return _real(_as_numpy([as_expression(d) for d in derived], [s.name for s in symbols])(*values))


_as_numpy = within_reach()(as_numpy)


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


@within_reach()
def _size_note(*derived: Any) -> str:
    import sympy

    operations = sum(int(sympy.count_ops(d)) for d in derived)
    return f"{operations} operation{'s' if operations != 1 else ''} in the formula"
