"""A program of numbers as Python's own arithmetic: no arrays, no dispatch, one line for a value.

Where Python's floats raise and NumPy answers inf or nan (1 / 0, log(0), an overflow), the text raises, too:
whoever runs it answers by other means then.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from diffkit.autodiff.straight.kinds import Kind
from diffkit.autodiff.straight.written import Names
from diffkit.floats import TWINS, on_float, twin
from diffkit.primitives import share, tanh_slope
from diffkit.tape.arithmetic import PLAIN
from diffkit.tape.wengert import Guard, Instruction, Slot, Tape

__all__ = ["NO_NUMBER", "PYTHONS", "BranchError", "called", "check", "constant", "formula", "text"]

# What a program of numbers raises where its answer is no finite number.
NO_NUMBER = (ZeroDivisionError, OverflowError, ValueError)

WIDTH = 160  # characters: a longer formula gets a line and a name of its own


class BranchError(Exception):
    """A branch goes another way than when the program was recorded."""


def maximum(a: float, b: float) -> float:
    return a * 1.0 if a >= b or a != a else b * 1.0  # a float, whatever they are


def minimum(a: float, b: float) -> float:
    return a * 1.0 if a <= b or a != a else b * 1.0


def sign(x: float) -> float:
    return (x > 0.0) - (x < 0.0) + 0.0 if x == x else x


def near_tanh_slope(y: float, x: float) -> float:
    slope = 1 - y * y
    return slope if slope > 0.1 else float(tanh_slope(y, x))


def near_share(a: float, b: float) -> float:
    d = b - a
    return 1 / (1 + on_float(np.exp)(d)) if -700 < d < 700 else float(share(a, b))


SIGNS: dict[Any, str] = {
    np.add: "+", np.subtract: "-", np.multiply: "*", np.true_divide: "/",
    np.less: "<", np.less_equal: "<=", np.greater: ">", np.greater_equal: ">=", np.equal: "==",
    np.not_equal: "!=",
}  # fmt: skip
# Python's functions with the bits of NumPy's, whatever the machine.
SAME: dict[Any, Callable[..., Any]] = {
    np.absolute: abs, np.fabs: abs, np.maximum: maximum, np.minimum: minimum, np.sign: sign,
    tanh_slope: near_tanh_slope, share: near_share,
}  # fmt: skip
# What raises where NumPy warns.
PYTHONS = frozenset({*SAME.values(), *TWINS.values(), BranchError})


def constant(a: Any, names: Names) -> str:
    """The text of a constant number."""
    a = a.item() if isinstance(a, np.generic) else a
    # What Python writes exactly; the rest, nan and inf and NumPy's other numbers, has a name.
    plain = a.__class__ is int or (a.__class__ is float and math.isfinite(a))
    return f"({a!r})" if plain and a < 0 else repr(a) if plain else names.constant(a)


def formula(row: Instruction, operands: Sequence[str], slot: int, kinds: Sequence[Kind], names: Names) -> str:
    """The text of the row of this slot, whose operands are numbers, given as texts."""
    function, keywords = row.function, row.keywords
    reals = [a for a in row.args if not isinstance(a, Slot) or not kinds[a.index].is_truth]
    if not keywords and len(operands) == len(reals) == 2 and function in SIGNS:
        return f"({operands[0]} {SIGNS[function]} {operands[1]})"
    if not keywords and function is np.negative:
        return f"(-{operands[0]})"
    if not keywords and function is np.square:
        return f"({operands[0]} * {operands[0]})"
    if not keywords and function is np.power and row.args[1].__class__ is int:
        return f"({operands[0]} ** {operands[1]})"
    if not keywords and function is np.where and len(operands) == 3:
        kind = "bool" if kinds[slot].is_truth else "" if len(reals) == 2 else "float"
        return f"{kind}({operands[1]} if {operands[0]} else {operands[2]})"
    same = None if keywords or len(reals) < len(operands) else SAME.get(function) or twin(function)
    if same is not None:
        return f"{names.function(same)}({', '.join(operands)})"
    call = called(names.function(PLAIN.get(function, function)), operands, keywords, names)
    return f"float({call})" if kinds[slot].type is float or kinds[slot].dtype == np.float64 else call


def called(function: str, operands: Sequence[str], keywords: Mapping[str, Any], names: Names) -> str:
    """The text of a call."""
    named = [f"{name}={names.constant(value)}" for name, value in keywords.items()]
    return f"{function}({', '.join([*operands, *named])})"


def check(guard: Guard, value: str, names: Names) -> str:
    """The line that stops the program where a branch goes another way."""
    if isinstance(guard.outcome, bool):
        return f"if {'not ' if guard.outcome else ''}{value}: raise {names.function(BranchError)}"
    same = f"{names.function(np.array_equal)}({value}, {names.constant(guard.outcome)})"
    return f"if not {same}: raise {names.function(BranchError)}"


def text(tape: Tape, kinds: Sequence[Kind], names: Names) -> str:
    """A program of numbers as the text of a function `program(v0, v1, ...)` that returns a tuple.

    Examples
    --------
    >>> import diffkit as dk
    >>> from diffkit.autodiff.straight.kinds import kinds_of
    >>> tape = dk.record(lambda x: np.sin(x) * x + x, 0.5)
    >>> print(text(tape, kinds_of(tape, [0.5]), Names()))
    def program(v0):
        return (((f0(v0) * v0) + v0),)
    """
    guarded = tape._guards_at
    reads = Counter(s for row in tape.instructions for s in row.slots)
    reads.update(o.index for o in tape.outputs if isinstance(o, Slot))
    shown = [f"v{i}" for i in range(tape.input_count)]
    lines = []

    def operand(a: Any) -> str:
        return shown[a.index] if isinstance(a, Slot) else constant(a, names)

    for slot, row in enumerate(tape.instructions, tape.input_count):
        told = formula(row, [operand(a) for a in row.args], slot, kinds, names)
        # One use, and no branch that would be evaluated twice or not at all: it goes where it is read.
        if reads[slot] == 1 and len(told) < WIDTH and slot not in guarded:
            shown.append(told)
            continue
        shown.append(f"v{slot}")
        lines.append(f"v{slot} = {told}")
        lines += [check(guard, f"v{slot}", names) for guard in guarded.get(slot, ())]
    results = "".join(f"{operand(o)}," for o in tape.outputs)
    arguments = ", ".join(f"v{i}" for i in range(tape.input_count))
    return "\n    ".join([f"def program({arguments}):", *lines, f"return ({results})"])
