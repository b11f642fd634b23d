"""A SymPy expression as a tape: the way back from formulas to programs, without generated code.

An expression is read as a graph: each node is visited once, by identity, and equal rows are one row. The
tape of an expression that shares its parts is as long as the expression is on its graph, not as a tree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from diffkit.errors import ArgumentsError
from diffkit.primitives import assemble, getitem
from diffkit.structure import flatten, flatten_arguments
from diffkit.tape.evaluated import Make, function_for
from diffkit.tape.exact import as_number, exact_values, worked_out
from diffkit.tape.walk import below, in_order
from diffkit.tape.wengert import Instruction, Slot, Tape

__all__ = ["as_numpy", "as_tape"]

# SymPy gives these any number of operands, NumPy two.
FOLDED = frozenset({np.maximum, np.minimum, np.logical_and, np.logical_or, np.logical_xor})


def as_numpy(expressions: Any, names: Sequence[str]) -> Callable[..., Any]:
    """The function of `names` that evaluates SymPy expressions with NumPy: the replay of `as_tape`.

    Works on numbers, arrays and active values.

    Raises
    ------
    NotClosedFormError
        If the expression holds something that NumPy and scipy.special cannot evaluate.
    ArgumentsError
        If it has a symbol that `names` lacks.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> as_numpy(sympy.sin(x) / x, ["x"])(np.pi / 2)
    0.6366197723675814
    """
    tape = as_tape(expressions, names)
    count = len(names)

    def evaluate(*values: Any) -> Any:
        if len(values) != count:
            raise ArgumentsError(
                f"the expression has {count} variables ({', '.join(names)}), got {len(values)} values"
            )
        return tape.result(tape.run(list(values)))

    return evaluate


def as_tape(expressions: Any, names: Sequence[Any], digits: int | None = None) -> Tape:
    """The tape that evaluates SymPy expressions: one row for each operation that they write.

    Sums and products run in the order of their operands, so that what `written` wrote has the bits of the
    program that it was written from. What holds no symbol is a constant, worked out exactly and rounded
    once.

    Parameters
    ----------
    expressions
        An expression, an array or a SymPy matrix of them (the tape returns an array), or nested lists,
        tuples and dicts of these.
    names
        The name of each input; an array of names for an input that is an array.
    digits
        Constants as mpmath numbers of so many digits, for a replay in mpmath; as floats by default.

    Raises
    ------
    NotClosedFormError
        If the expression holds something that NumPy and scipy.special cannot evaluate.
    ArgumentsError
        If it has a symbol that `names` lacks.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> print(as_tape([sympy.sin(x) ** 2, sympy.sin(x)], ["x"]))
    v0 = input 1
    v1 = sin(v0)
    v2 = v1 ** 2
    return v2, v1
    """
    leaves, output_structure = flatten(expressions, is_array=lambda value: False)
    arrays = [np.array(leaf, dtype=object) if hasattr(leaf, "shape") else None for leaf in leaves]
    nodes = [e for leaf, a in zip(leaves, arrays, strict=True) for e in ([leaf] if a is None else a.ravel())]
    program = _Program(names, digits)
    program.add([e for e in nodes if hasattr(e, "args")])
    outputs = [
        program.operand(leaf) if array is None else program.array(array)
        for leaf, array in zip(leaves, arrays, strict=True)
    ]
    rows, outputs = _needed(program.rows, outputs, len(names))
    return Tape(
        instructions=rows,
        point_structure=flatten_arguments((0.0,) * len(names))[1],
        input_count=len(names),
        outputs=outputs,
        output_structure=output_structure,
        input_shapes=tuple(np.shape(name) for name in names),
    )


def _needed(rows: list[Instruction], outputs: list[Any], first: int) -> tuple[tuple[Instruction, ...], Any]:
    """The rows that the outputs need, numbered anew."""
    needed = {o.index for o in outputs if isinstance(o, Slot)}
    for index in range(len(rows) - 1, -1, -1):
        if first + index in needed:
            needed.update(rows[index].slots)
    kept = [index for index in range(len(rows)) if first + index in needed]
    moved = {index: Slot(index) for index in range(first)}
    moved |= {first + index: Slot(first + new) for new, index in enumerate(kept)}

    def renumbered(values: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(moved[v.index] if isinstance(v, Slot) else v for v in values)

    return tuple(
        Instruction(rows[i].function, renumbered(rows[i].args), rows[i].keywords) for i in kept
    ), renumbered(outputs)


class _Program:
    """The rows of some expressions. An operand is a Slot or a plain constant."""

    def __init__(self, names: Sequence[Any], digits: int | None) -> None:
        self.digits = digits
        self.rows: list[Instruction] = []
        self._first = len(names)
        self._numbered: dict[Any, Slot] = {}
        self._exact: dict[int, Any] = {}  # by the id of a node: what it is worth, as a SymPy number
        self._operands: dict[int, Any] = {}
        self._minus: dict[int, Any] = {}  # for a node that is -u: the operand u
        self._inputs = {
            str(np.asarray(name, dtype=object)[index]): (Slot(i), index[0] if len(index) == 1 else index)
            for i, name in enumerate(names)
            for index in np.ndindex(np.shape(name))
        }

    def add(self, nodes: list[Any]) -> None:
        """Write the rows of these nodes and of everything below them."""
        order = in_order(nodes, parts=_parts)
        self._exact |= exact_values(order, _parts, self.digits)
        rest = [e for e in order if id(e) not in self._exact]
        for e in reversed(rest):  # from the outside in: complain about a Sum itself, not about its index
            self._check(e)
        for e in rest:
            if type(e).__name__ != "ExprCondPair":
                self._operands[id(e)] = self._written(e)

    def operand(self, e: Any) -> Any:
        """The slot of a node, the number of a constant one; a plain number is one already."""
        if not hasattr(e, "args"):
            return e
        return self._number(self._exact[id(e)]) if id(e) in self._exact else self._operands[id(e)]

    def array(self, nodes: Any) -> Slot:
        """The slot of an array of nodes."""
        elements = [self.operand(e) for e in nodes.ravel()]
        elements = [float(e) if isinstance(e, int) else e for e in elements]
        return self.row(assemble, *elements, shape=nodes.shape)

    def row(self, function: Make, *args: Any, **keywords: Any) -> Slot:
        """The slot of one operation; the same operation again is the same slot."""
        key = (function, *((a.__class__, a) for a in args), *keywords.items())  # 1 == 1.0 == True
        if key not in self._numbered:
            self._numbered[key] = Slot(self._first + len(self.rows))
            self.rows.append(Instruction(function, args, keywords))
        return self._numbered[key]

    def _number(self, exact: Any) -> Any:
        return as_number(exact, self.digits)

    def _check(self, e: Any) -> None:
        kind = type(e).__name__
        if e.is_Symbol and e.name not in self._inputs:
            raise ArgumentsError(
                f"the expression has a variable {e.name} that is not among {', '.join(self._inputs)}"
            )
        written = e.is_Symbol or e.is_Add or e.is_Mul or e.is_Pow or kind in ("Piecewise", "ExprCondPair")
        if not written:
            function_for(kind)  # or the reason why it has none

    def _written(self, e: Any) -> Any:
        if e.is_Symbol:
            slot, key = self._inputs[e.name]
            return slot if key == () else self.row(getitem, slot, key=key)
        if e.is_Add:
            return self._sum(e)
        if e.is_Mul:
            return self._product(e)
        if e.is_Pow:
            return self._power(*e.args)
        if type(e).__name__ == "Piecewise":
            return self._piecewise(e)
        function, put_together = function_for(type(e).__name__)
        args = [self.operand(a) for a in e.args]
        if put_together:
            return function(self.row, *args)
        return self._fold(function, args) if function in FOLDED else self.row(function, *args)

    def _fold(self, function: Make, args: list[Any]) -> Any:
        return reduce(lambda a, b: self.row(function, a, b), args)

    def _with_one_constant(self, e: Any) -> list[Any]:
        """The operands of a sum or a product, the constants among them as one, which comes first."""
        constants = [a for a in e.args if id(a) in self._exact]
        if len(constants) < 2:
            return list(e.args)
        one = worked_out(type(e), [self._exact[id(a)] for a in constants], self.digits)
        if one is None:
            return list(e.args)
        self._exact[id(one)] = one
        return [one, *(a for a in e.args if id(a) not in self._exact)]

    def _sum(self, e: Any) -> Any:
        terms = [self._signed(t) for t in self._with_one_constant(e)]
        if terms[0][0] and not terms[1][0]:
            terms[:2] = terms[1], terms[0]  # -a + b is b - a, to the bit
        (minus, total), *rest = terms
        total = self._negative(total) if minus else total
        for minus, term in rest:
            total = self.row(np.subtract if minus else np.add, total, term)
        return total

    def _signed(self, e: Any) -> tuple[bool, Any]:
        """Whether a term is taken away, and the operand without the sign."""
        if id(e) in self._minus:
            return True, self._minus[id(e)]
        exact = self._exact.get(id(e))
        if exact is not None and exact.is_negative:
            return True, self._number(-exact)
        return False, self.operand(e)

    def _negative(self, operand: Any) -> Any:
        return self.row(np.negative, operand) if isinstance(operand, Slot) else -operand

    def _product(self, e: Any) -> Any:
        factors = self._with_one_constant(e)
        minus = self._exact.get(id(factors[0])) == -1
        factors = factors[1:] if minus else factors
        above = [self.operand(f) for f in factors if not below(f)]
        under = [self._under(f) for f in factors if below(f)]
        value = self._fold(np.multiply, above or [1])
        if under:
            value = self.row(np.true_divide, value, self._fold(np.multiply, under))
        if not minus:
            return value
        self._minus[id(e)] = value
        return self._negative(value)

    def _under(self, factor: Any) -> Any:
        """The operand of what is under the fraction bar."""
        base, exponent = factor.args
        if id(base) not in self._exact:
            return self._raised(self.operand(base), -exponent)
        return self._number(worked_out(type(factor), [self._exact[id(base)], -exponent], self.digits))

    def _power(self, base: Any, exponent: Any) -> Any:
        exact = self._exact.get(id(exponent))
        if exact is not None and exact.is_Rational:
            return self._raised(self.operand(base), exact)
        if type(base).__name__ == "Exp1":
            return self.row(np.exp, self.operand(exponent))
        return self.row(np.power, self.operand(base), self.operand(exponent))

    def _raised(self, base: Any, exponent: Any) -> Any:
        if exponent < 0:
            return self.row(np.true_divide, 1, self._raised(base, -exponent))
        if exponent == 1:
            return base
        if (exponent.p, exponent.q) == (1, 2):
            return self.row(np.sqrt, base)
        return self.row(np.power, base, self._number(exponent))

    def _piecewise(self, e: Any) -> Any:
        chosen: Any = np.nan  # outside every piece there is no value
        for value, condition in (pair.args for pair in reversed(e.args)):
            holds = self.operand(condition)
            if isinstance(holds, Slot):
                chosen = self.row(np.where, holds, self.operand(value), chosen)
            elif holds:
                chosen = self.operand(value)
        return chosen


def _parts(e: Any) -> tuple[Any, ...]:
    """The operands of a node; none for a sum over an index, say, which is a number all the same."""
    return () if getattr(e, "limits", None) and not e.free_symbols else e.args
