"""Every number of a sweep: the values, tangents and adjoints of all rows of a tape, for those who look on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffkit.autodiff.leaf import dtype_of, zero_of
from diffkit.autodiff.reverse import pull_back, whole
from diffkit.autodiff.transforms import Followed, jvp, require_scalar
from diffkit.errors import NoRuleError
from diffkit.rules import rule_of
from diffkit.tape.active import plain
from diffkit.tape.wengert import Instruction, Slot, Tape

__all__ = ["Adjoints", "Tangents", "adjoints", "partials", "tangents"]


@dataclass(frozen=True)
class Tangents:
    """What one pass of forward mode has at each slot of a tape.

    Attributes
    ----------
    values, tangents
        By slot: inputs first, then a value a row. What is true or false has no tangent: None.
    """

    values: tuple[Any, ...]
    tangents: tuple[Any, ...]


@dataclass(frozen=True)
class Adjoints:
    """What one sweep of reverse mode has at each slot of a tape.

    Attributes
    ----------
    values, adjoints
        By slot: inputs first, then a value a row. The adjoint of a slot is the derivative of the result with
        respect to it; None of what is true or false.
    partials
        For each row, for each of its operands: the local derivative of the row's value with respect to it,
        None for a constant, and where it is no number or array but a map (of a sum, a product of matrices).
    """

    values: tuple[Any, ...]
    adjoints: tuple[Any, ...]
    partials: tuple[tuple[Any, ...], ...]


def tangents(tape: Tape, point: tuple[Any, ...], directions: tuple[Any, ...]) -> Tangents:
    """The value and the tangent of every slot, from one pass of dual numbers.

    Examples
    --------
    >>> import diffkit as dk
    >>> tape = dk.record(lambda x, y: x * x * y + y + 2, 3.0, 4.0)
    >>> tangents(tape, (3.0, 4.0), (1.0, 0.0)).tangents
    (1.0, 0.0, 6.0, 24.0, 24.0, 24.0)
    """
    values, dots = jvp(lambda *args: tape.run(tape.leaves(args)), point, directions)
    return Tangents(tuple(values), _felt(values, dots))


def adjoints(tape: Tape, *point: Any) -> Adjoints:
    """The value and the adjoint of every slot, from one run and one sweep, and the local derivatives.

    Raises
    ------
    NonScalarError
        If the tape's result is no scalar.

    Examples
    --------
    >>> import diffkit as dk
    >>> tape = dk.record(lambda x, y: x * x * y + y + 2, 3.0, 4.0)
    >>> adjoints(tape, 3.0, 4.0).adjoints
    (24.0, 10.0, 4.0, 1.0, 1.0, 1.0)
    """
    require_scalar(tape.replay(*point), tape)
    slots: list[Any] = []  # of a row with several results, a tuple of them

    def run(*args: Any) -> list[Any]:
        slots.extend(tape.run(tape.leaves(args)))
        return slots

    followed = Followed(run, point)
    seeds = [(slots[o.index], 1.0) for o in tape.outputs if isinstance(o, Slot)]
    bars = pull_back(seeds, followed.recorder, keep=True)

    def bar(node: Any) -> Any:
        if isinstance(node, tuple):
            return tuple(map(bar, node))
        number, value = getattr(node, "number", None), plain(node)
        return whole(bars[number], value) if number in bars else zero_of(value)

    values = tuple(tuple(map(plain, slot)) if isinstance(slot, tuple) else plain(slot) for slot in slots)
    return Adjoints(values, _felt(values, map(bar, slots)), partials(tape, values))


def _felt(values: Iterable[Any], numbers: Iterable[Any]) -> tuple[Any, ...]:
    """The adjoints or tangents of these values, None for a truth value."""
    truths = (not isinstance(v, tuple) and dtype_of(v).kind == "b" for v in values)
    return tuple(None if truth else number for truth, number in zip(truths, numbers, strict=True))


def partials(tape: Tape, values: tuple[Any, ...]) -> tuple[tuple[Any, ...], ...]:
    """The local derivatives at these values, by slot, as `Adjoints.partials` has them.

    >>> import diffkit as dk
    >>> partials(dk.record(lambda x, y: x * y, 2.0, 5.0), (2.0, 5.0, 10.0))
    ((5.0, 2.0),)
    """
    rows = zip(tape.instructions, values[tape.input_count :], strict=True)
    return tuple(_partials(row, y, values) for row, y in rows)


@np.errstate(all="ignore")  # an infinite slope is an answer
def _partials(row: Instruction, y: Any, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """The local derivatives of one row, operand by operand."""
    try:
        rule = rule_of(row.function)
    except NoRuleError:  # a comparison: nothing travels through it
        return (None,) * len(row.args)
    args = [values[a.index] if isinstance(a, Slot) else a for a in row.args]
    found: list[Any] = []
    for i, a in enumerate(row.args):
        slope = rule.partials[i] if rule.partials and i < len(rule.partials) else None
        if not isinstance(a, Slot):
            slope = None
        elif callable(slope):
            # Python floats raise where NumPy's answer inf.
            numbers = [np.float64(v) if isinstance(v, float) else v for v in (y, *args)]
            slope = slope(*numbers, **row.keywords)
        found.append(float(slope) if slope is not None and np.ndim(slope) == 0 else slope)
    return tuple(found)
