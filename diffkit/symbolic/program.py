"""Derivatives as formulas, shaped as the numeric answers, and as tapes that compute each value once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from diffkit.arguments import checked_count, leaf_names, require_variables
from diffkit.errors import ArgumentsError, NonScalarError
from diffkit.functions import SympyFunction, as_function
from diffkit.result import real_answer
from diffkit.structure import as_leaf, flatten_arguments
from diffkit.symbolic.algebra import Graphs, Trees
from diffkit.symbolic.differentiate import as_expression
from diffkit.symbolic.expression import symbols_of
from diffkit.tape.formula import as_tape
from diffkit.tape.record import record
from diffkit.tape.wengert import Tape

__all__ = ["derivative", "gradient", "hessian", "jacobian", "program"]

Function = Callable[..., Any] | str | Any


def program(f: Function, *point: Any, order: int = 1) -> Tape:
    """The tape that computes f and its derivatives together, each value that they share once.

    For an f of one number the tape returns (f, f', ..., f of that order); otherwise f and its gradient or
    Jacobian, and with order=2 the Hessian as well. It takes what f takes. The derivatives are formulas by
    our own rules; in `tape.replay(..., arithmetic="mpmath")` they have any number of digits, and
    `diffkit.views.source(tape)` is their program in Python.

    Parameters
    ----------
    f
        A callable, a SymPy expression or matrix, or text.
    point
        Its arguments, as for `diffkit.gradient`: their shapes count, and f runs there once. Text and SymPy
        expressions may do without.
    order
        The highest derivative.

    Raises
    ------
    NotClosedFormError
        If f branches on its argument, or calls a function that SymPy lacks.
    NonScalarError
        If a Hessian is asked for and f has several results.

    Examples
    --------
    >>> import diffkit as dk
    >>> print(dk.symbolic.program("sin(x)*x"))
    v0 = input 1
    v1 = sin(v0)
    v2 = v1 * v0
    v3 = cos(v0)
    v4 = v0 * v3
    v5 = v4 + v1
    return v2, v5
    >>> dk.symbolic.program("x^2*y", order=2).replay({"x": 3.0, "y": 4.0})[2]
    {'x': {'x': 8.0, 'y': 6.0}, 'y': {'x': 6.0, 'y': 0.0}}
    """
    formula = _Formula(f, point, share=True)
    return formula.tape((formula.value(), *formula.derivatives(checked_count(order, "order"))))


def derivative(f: Function, *point: Any, order: int = 1, share: bool = False) -> Any:
    """The order-th derivative of a function of one variable as a SymPy expression, an array for an array.

    Parameters, errors and `share` as for `gradient`.

    Examples
    --------
    >>> import diffkit as dk
    >>> dk.symbolic.derivative("x*sin(x)", order=2)
    -x*sin(x) + 2*cos(x)
    """
    formula = _Formula(f, point, share)
    if len(formula.symbols) != 1 or np.ndim(formula.symbols[0]):
        raise ArgumentsError(
            f"derivative needs a function of one number and this one takes {', '.join(formula.names)}; "
            f"use gradient or jacobian"
        )
    return formula.answer(formula.derivatives(checked_count(order, "order"))[-1])


def gradient(f: Function, *point: Any, share: bool = False) -> Any:
    """The gradient of a scalar function as SymPy expressions, nested and shaped as `diffkit.gradient` has it.

    Parameters
    ----------
    f
        A callable, a SymPy expression, or text.
    point
        Its arguments: their shapes count, and f runs there once. Text and SymPy expressions may do without.
    share
        True returns a `Tape` that takes what f takes and returns the gradient in numbers; each value is
        computed once, and for n inputs it has a few times the rows of f, not n times.

    Returns
    -------
    An expression for a number, an object array of expressions for an array; for several arguments a tuple,
    for names a dict.

    Raises
    ------
    NotClosedFormError
        If f branches on its argument, calls a function that SymPy lacks, or is too large as a tree.
    NonScalarError
        If f has several results.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.symbolic.gradient("x^2*y + y + 2")
    {'x': 2*x*y, 'y': x**2 + 1}
    >>> dk.symbolic.gradient(lambda v: np.sum(v**2), np.ones(2))
    array([2*v[0], 2*v[1]], dtype=object)
    """
    formula = _Formula(f, point, share)
    formula.require_scalar("a gradient")
    return formula.answer(formula.first())


def jacobian(f: Function, *point: Any, share: bool = False) -> Any:
    """The Jacobian as SymPy expressions: for a result of shape T and an argument of shape S, of shape T + S.

    Parameters, errors and `share` as for `gradient`.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.symbolic.jacobian(lambda v: np.array([v[0] * v[1], v[0] ** 2]), np.ones(2))
    array([[v[1], v[0]],
           [2*v[0], 0]], dtype=object)
    """
    formula = _Formula(f, point, share)
    return formula.answer(formula.first())


def hessian(f: Function, *point: Any, share: bool = False) -> Any:
    """The second derivatives of a scalar function as SymPy expressions, nested twice as its arguments are.

    Parameters, errors and `share` as for `gradient`.

    Examples
    --------
    >>> import diffkit as dk
    >>> dk.symbolic.hessian("x^2*y + y + 2")
    {'x': {'x': 2*y, 'y': 2*x}, 'y': {'x': 2*x, 'y': 0}}
    """
    formula = _Formula(f, point, share)
    formula.require_scalar("a Hessian")
    return formula.answer(formula.second())


class _Formula:
    """A function as expressions in the symbols of its arguments, with what its answers are shaped like."""

    def __init__(self, f: Function, point: tuple[Any, ...], share: bool) -> None:
        self.share = share
        self.algebra: Trees | Graphs = Graphs() if share else Trees()
        g = as_function(f)
        point = point or _anywhere(g)
        require_variables(g, len(point), point)
        leaves, self.structure = flatten_arguments(point)
        leaves = [as_leaf(leaf) for leaf in leaves]
        self.names = leaf_names(g, point, self.structure, len(leaves))
        self.symbols = [symbols_of(n, np.shape(v)) for n, v in zip(self.names, leaves, strict=True)]
        if isinstance(g, SympyFunction):  # not by way of floats
            known = {symbol.name: symbol for symbol in g.expression.free_symbols}
            self.symbols = [known.get(name, s) for name, s in zip(self.names, self.symbols, strict=True)]
            found = np.asarray(self.algebra.taken(np.array(g.expression, dtype=object)), dtype=object)
        else:
            with np.errstate(all="ignore"):
                tape = record(lambda *inputs: real_answer(g(*self.structure.build(inputs))), *leaves)
            found = np.asarray(self.algebra.formula(tape, self.symbols), dtype=object)
        self.shape, self.outputs = found.shape, [as_expression(e) for e in found.ravel()]
        self.flat = [s for symbols in self.symbols for s in np.ravel(symbols)]

    @property
    def of_one_number(self) -> bool:
        return len(self.symbols) == 1 and not np.ndim(self.symbols[0])

    def require_scalar(self, what: str) -> None:
        if len(self.outputs) != 1:
            raise NonScalarError(
                f"{what} needs a function with a scalar result, and this one returned shape {self.shape}; "
                f"use jacobian"
            )
        self.shape = ()

    def value(self) -> Any:
        """f itself."""
        return _shaped(self.outputs, self.shape)

    def derivatives(self, order: int) -> list[Any]:
        """The derivatives of orders 1, 2, ..., order."""
        if self.of_one_number:
            (x,) = self.flat
            orders = range(1, order + 1)
            found = [[self.algebra.derivative(e, x, n) for e in self.outputs] for n in orders]
            return [_shaped(row, self.shape) for row in found]
        if order > 2:
            raise ArgumentsError(f"order is {order}; write 1 or 2 for a function of several numbers")
        return [self.first(), self.second()][:order] if order == 2 else [self.first()]

    def first(self) -> Any:
        """The gradient or Jacobian."""
        table = _shaped(self.algebra.jacobian(self.outputs, self.flat), (len(self.outputs), len(self.flat)))
        return self._nested([
            _shaped(table[:, columns].ravel(), self.shape + np.shape(symbols))
            for columns, symbols in zip(self._slices(), self.symbols, strict=True)
        ])  # fmt: skip

    def second(self) -> Any:
        """The Hessian."""
        self.require_scalar("a Hessian")
        table = _shaped(self.algebra.hessian(self.outputs[0], self.flat), (len(self.flat),) * 2)
        places = list(zip(self._slices(), map(np.shape, self.symbols), strict=True))
        return self._nested([
            self._nested([_shaped(table[rows, columns].ravel(), s + t) for columns, t in places])
            for rows, s in places
        ])  # fmt: skip

    def answer(self, value: Any) -> Any:
        """The expressions, or the tape that computes them."""
        return self.tape(value) if self.share else value

    def tape(self, value: Any) -> Tape:
        """The program of some expressions, which takes what f takes."""
        names = [_names(symbols) for symbols in self.symbols]
        tape = as_tape(value, names)
        outputs = tuple(float(o) if isinstance(o, int) else o for o in tape.outputs)
        return replace(tape, point_structure=self.structure, outputs=outputs)

    def _slices(self) -> list[slice]:
        ends = np.cumsum([0, *map(np.size, self.symbols)]).tolist()
        return [slice(a, b) for a, b in pairwise(ends)]

    def _nested(self, parts: list[Any]) -> Any:
        built = self.structure.build(parts)
        return built[0] if len(built) == 1 else built


def _shaped(nodes: Sequence[Any], shape: tuple[int, ...]) -> Any:
    out = np.empty(shape, dtype=object)
    out.ravel()[:] = nodes if shape else nodes[:1]
    return out if shape else nodes[0]


def _names(symbols: Any) -> Any:
    return (
        np.array([s.name for s in symbols.ravel()]).reshape(symbols.shape)
        if np.ndim(symbols)
        else symbols.name
    )


def _anywhere(g: Callable[..., Any]) -> tuple[Any, ...]:
    """A point for a function that says what its variables are."""
    variables = getattr(g, "variables", None)
    if variables is None:
        raise ArgumentsError(
            "no point is given; write one argument for each argument of f: f runs there once"
        )
    return (1.0,) if len(variables) < 2 else (dict.fromkeys(variables, 1.0),)
