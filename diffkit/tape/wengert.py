"""Tape: what f does, as data. An immutable Wengert list that runs in any arithmetic and prints itself.

Slots number the values: first the inputs, then one slot an instruction. The textbooks count so that
v1 is the first instruction and the inputs end at v0: `Tape.label` speaks that language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from diffkit.errors import ArgumentsError, GuardError
from diffkit.structure import Structure, flatten_arguments
from diffkit.tables import Printed
from diffkit.tape.arithmetic import NUMPY, Arithmetic, arithmetic_named, name_of
from diffkit.tape.place import Place

__all__ = ["SIGNS", "Guard", "Instruction", "Slot", "Tape", "short"]


@dataclass(frozen=True, slots=True)
class Slot:
    """A reference to a value of the tape: an input or the result of an earlier instruction."""

    index: int


@dataclass(frozen=True, slots=True)
class Guard:
    """A decision the recording took: the value of `slot` was `outcome` at this place.

    The outcome is the truth value of a branch, or the whole numbers of an index.
    """

    slot: int
    outcome: Any
    place: Place

    def holds(self, value: Any) -> bool:
        """Whether this value decides as the recording did."""
        if isinstance(self.outcome, bool):
            return bool(value) == self.outcome
        return bool(np.array_equal(value, self.outcome))


@dataclass(frozen=True, slots=True)
class Instruction:
    """One row: `function(*args, **keywords)`, where an operand is a Slot or a constant.

    `name` is what f calls the result, "" where it has no name for it; it does not count in comparisons.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    keywords: Mapping[str, Any]
    name: str = field(default="", compare=False)

    @property
    def op(self) -> str:
        """The operation's name."""
        return name_of(self.function)

    @property
    def slots(self) -> tuple[int, ...]:
        """The slots of the operands that are not constant, in order."""
        return tuple(a.index for a in self.args if isinstance(a, Slot))

    @property
    def constants(self) -> tuple[Any, ...]:
        """The constant operands, in order."""
        return tuple(a for a in self.args if not isinstance(a, Slot))


SIGNS = {
    "add": "+", "subtract": "-", "multiply": "*", "selected_product": "*", "mutual_product": "*",
    "divide": "/", "true_divide": "/", "power": "**", "matmul": "@", "less": "<", "less_equal": "<=",
    "greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "!=",
}  # fmt: skip


@dataclass(frozen=True)
class Tape(Printed):
    """The program that f ran: its inputs, its instructions, its outputs, and the branches it took.

    Holds no values but constants. Calling a tape replays it in NumPy.

    Attributes
    ----------
    instructions
        The rows, in the order they ran.
    point_structure, output_structure
        How the inputs and outputs nest (`diffkit.structure.Structure`).
    outputs
        The leaves of the result: Slots, or constants where f does not depend on its inputs.
    guards
        The branches on active values, each with the line that took it.
    input_shapes
        The shape of each input at the recording.
    complex_inputs
        The slots of the inputs that were complex numbers at the recording.
    arguments
        What f calls its arguments, "" for one that has no name; empty where nobody knows.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> tape = dk.record(lambda x, y: np.log(x) + x * y - np.sin(y), 2.0, 5.0)
    >>> print(tape)
    v-1 = input 1
    v0  = input 2
    v1  = log(v-1)
    v2  = v-1 * v0
    v3  = v1 + v2
    v4  = sin(v0)
    v5  = v3 - v4
    return v5
    >>> tape.replay(2.0, 5.0)
    11.652071455223084
    """

    instructions: tuple[Instruction, ...]
    point_structure: Structure
    input_count: int
    outputs: tuple[Any, ...]
    output_structure: Structure
    guards: tuple[Guard, ...] = ()
    input_shapes: tuple[tuple[int, ...], ...] = ()
    complex_inputs: frozenset[int] = frozenset()
    arguments: tuple[str, ...] = field(default=(), compare=False)

    def __len__(self) -> int:
        return len(self.instructions)

    def __call__(self, *point: Any) -> Any:
        return self.replay(*point)

    # -- running it -----------------------------------------------------------------------------

    def replay(self, *point: Any, arithmetic: str | Arithmetic = NUMPY) -> Any:
        """The result of the program at another point, in any arithmetic.

        ==================================  ==================================================================
        arithmetic                          its numbers
        ==================================  ==================================================================
        "numpy"                             float64, as f ran
        "float16", "float32", "longdouble"  another precision, for constants and results alike
        "mpmath"                            mpmath's, with the digits that `mpmath.workdps` sets
        "sympy"                             SymPy's exact numbers and symbols
        "rational"                          exact fractions, where a float has its binary value
        "interval"                          bounds of f: of its rounding error, or over a range
        "dual"                              a + b eps, see `dk.autodiff.dual`: forward mode
        "counting"                          the answer is how many operations ran
        "torch", "jax", "autograd"          a peer's arrays, which its own derivatives follow
        "casadi", "symengine"               a peer's scalar expressions
        ==================================  ==================================================================

        Parameters
        ----------
        point
            The arguments, nested as those it was recorded with.
        arithmetic
            One of these names, or an `Arithmetic` of your own.

        Raises
        ------
        GuardError
            If a branch goes the other way at this point, or the arithmetic cannot decide it; the message
            names its line.
        NoRuleError
            If a function has no meaning in this arithmetic.
        OptionError
            For an unknown arithmetic; MissingPackageError where it is a peer that is not installed.

        Examples
        --------
        >>> import mpmath, sympy, diffkit as dk
        >>> tape = dk.record(lambda x: x * x / 3, 0.5)
        >>> tape.replay(2.0), tape.replay(2.0, arithmetic="float32")
        (1.3333333333333333, np.float32(1.3333334))
        >>> with mpmath.workdps(30):
        ...     print(tape.replay(mpmath.mpf(2), arithmetic="mpmath"))
        1.33333333333333333333333333333
        >>> tape.replay(sympy.Symbol("x"), arithmetic="sympy")
        x**2/3
        >>> tape.replay(2.0, arithmetic="rational")
        Fraction(4, 3)
        >>> tape.replay(2.0, arithmetic="interval")
        mpi('1.3333333333333333', '1.3333333333333335')
        >>> tape.replay(mpmath.iv.mpf([0, 3]), arithmetic="interval")
        mpi('0.0', '3.0')
        >>> tape.replay(dk.autodiff.dual(3.0), arithmetic="dual")
        3.0 + 2.0 eps
        >>> tape.replay(2.0, arithmetic="counting").total
        2

        In a peer, whose package has to be installed:

        >>> import torch  # doctest: +SKIP
        >>> tape.replay(torch.tensor(3.0, requires_grad=True), arithmetic="torch")  # doctest: +SKIP
        tensor(3., grad_fn=<DivBackward0>)
        """
        chosen = arithmetic_named(arithmetic)
        return self.result(self.run(self.leaves(point), chosen), chosen)

    def leaves(self, point: tuple[Any, ...]) -> list[Any]:
        """The inputs of a point, checked against the point of the recording."""
        structure = self.point_structure
        if len(point) != len(structure.children):
            raise ArgumentsError(f"the tape has {len(structure.children)} arguments and got {len(point)}")
        leaves, given = flatten_arguments(point)
        if given != structure:
            raise ArgumentsError("the arguments are not nested as those that the tape was recorded with")
        return leaves

    def run(self, leaves: list[Any], arithmetic: Arithmetic = NUMPY) -> list[Any]:
        """The value of every slot, inputs first; guards are checked as soon as they are known."""
        values = [arithmetic.leaf(leaf) for leaf in leaves]
        for row in self.instructions:
            args = [values[a.index] if a.__class__ is Slot else arithmetic.constant(a) for a in row.args]
            values.append(arithmetic.call(row.function, args, row.keywords))
            for guard in self._guards_at.get(len(values) - 1, ()):
                self._check(guard, values[-1], arithmetic)
        return values

    def result(self, values: list[Any], arithmetic: Arithmetic = NUMPY) -> Any:
        """The outputs among the values of all slots, nested as f nests them."""
        # A constant is handed out as a copy: what the caller does to it is no business of the tape.
        found = [
            values[o.index] if isinstance(o, Slot) else arithmetic.constant(copy(o)) for o in self.outputs
        ]
        return arithmetic.result(found, self.output_structure)

    @cached_property
    def _guards_at(self) -> dict[int, list[Guard]]:
        at: dict[int, list[Guard]] = {}
        for guard in self.guards:
            at.setdefault(guard.slot, []).append(guard)
        return at

    def _check(self, guard: Guard, value: Any, arithmetic: Arithmetic) -> None:
        try:
            holds = guard.holds(value)
        except (TypeError, RuntimeError) as error:  # each library has its own word for it
            raise GuardError(
                f"{arithmetic.name} arithmetic cannot decide the branch at {guard.place}: {value}"
            ) from error
        if not holds:
            what, now = (
                ("branch", "goes the other way")
                if isinstance(guard.outcome, bool)
                else ("index", f"is {value}")
            )
            raise GuardError(
                f"the {what} at {guard.place} was {guard.outcome} when the tape was recorded and {now} here; "
                f"record again at this point"
            )

    # -- reading it -----------------------------------------------------------------------------

    def label(self, slot: int) -> str:
        """The textbook's name of a slot: inputs end at v0, the first instruction is v1."""
        return f"v{slot - self.input_count + 1}"

    def expression(self, row: Instruction, operands: Sequence[str] = ()) -> str:
        """One instruction as a formula: `v1 + v2`, `sin(v0)`, `sum(v3, axis=0)`.

        `operands` are the texts of its operands where they are not to be labels and constants.
        """
        shown = list(operands) or [self.label(a.index) if isinstance(a, Slot) else short(a) for a in row.args]
        if row.op in SIGNS and len(shown) == 2:
            return f"{shown[0]} {SIGNS[row.op]} {shown[1]}"
        if row.op == "negative":
            return f"-{shown[0]}"
        if row.op == "getitem":
            return f"{shown[0]}[{_key(row.keywords['key'])}]"
        return f"{row.op}({', '.join(shown + [f'{k}={short(v)}' for k, v in row.keywords.items()])})"

    def __str__(self) -> str:
        count = self.input_count + len(self)
        shown = [*range(count)] if count <= 60 else [*range(30), *range(count - 30, count)]
        width = max(len(self.label(0)), len(self.label(count - 1)))
        lines = [f"{self.label(slot):{width}} = {self._written(slot)}" for slot in shown]
        if count > 60:
            lines.insert(30, f"... {count - 60} rows ...")
        lines += [f"where {self.label(g.slot)} is {g.outcome}: {g.place}" for g in self.guards[:20]]
        if len(self.guards) > 20:
            lines.append(f"... and {len(self.guards) - 20} more branches")
        returned = [self.label(o.index) if isinstance(o, Slot) else short(o) for o in self.outputs]
        return "\n".join([*lines, f"return {', '.join(returned)}"])

    def _written(self, slot: int) -> str:
        """An input, or a row with the name that f gives its value, unless that is another row's label."""
        if slot < self.input_count:
            return f"input {slot + 1}"
        row = self.instructions[slot - self.input_count]
        number = re.fullmatch(r"v(-?\d+)", row.name or "")
        is_label = number and -self.input_count < int(number[1]) <= len(self)
        return f"{row.name} = " * (bool(row.name) and not is_label) + self.expression(row)


def short(value: Any) -> str:
    """A constant in at most 40 characters."""
    text = repr(value.item() if isinstance(value, np.generic) else value)
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:37]}..."


def _key(key: Any) -> str:
    if isinstance(key, tuple):
        return ", ".join(_key(part) for part in key) or "()"
    if isinstance(key, slice):
        ends = ["" if end is None else str(end) for end in (key.start, key.stop)]
        return ":".join(ends) + (f":{key.step}" if key.step is not None else "")
    return "..." if key is Ellipsis else short(key)
