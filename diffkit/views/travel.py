"""How a derivative travels through a tape, as formulas: each adjoint or tangent from those it is made of.

Slots are called s0, s1, ... and their tangents or adjoints t0, t1, ...
"""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.errors import NoRuleError
from diffkit.rules import rule_of
from diffkit.tape.record import record
from diffkit.tape.wengert import Instruction, Slot, Tape
from diffkit.views.formula import product, sum_of

__all__ = ["pulled_back", "pushed_forward"]


def pulled_back(tape: Tape, values: tuple[Any, ...]) -> list[str]:
    """For each slot: its adjoint as the sum of what its uses send back."""
    terms: list[list[str]] = [[] for _ in values]
    for o in tape.outputs:
        if isinstance(o, Slot):
            terms[o.index].append("1")
    for slot, row in enumerate(tape.instructions, tape.input_count):
        for operand, slope, names in _slopes(row, slot, values):
            told = f"{row.op}_bar(t{slot})" if slope is None else product(f"t{slot}", slope, names)
            if told != f"t{slot}*0":
                terms[operand].append(told)
    # The sweep meets the last use first.
    return [sum_of(found[::-1]) for found in terms]


def pushed_forward(tape: Tape, values: tuple[Any, ...]) -> list[str]:
    """For each slot: its tangent from those of its operands."""
    told = ["" for _ in range(tape.input_count)]
    for slot, row in enumerate(tape.instructions, tape.input_count):
        terms = [
            f"{row.op}_dot(t{operand})" if slope is None else product(f"t{operand}", slope, names)
            for operand, slope, names in _slopes(row, slot, values)
        ]
        told.append(sum_of([term for term in terms if not term.endswith("*0")]))
    return told


def _slopes(
    row: Instruction, slot: int, values: tuple[Any, ...]
) -> list[tuple[int, Tape | float | None, list[str]]]:
    """For each operand of a row that is a slot: the local derivative, and the names of what it is made of.

    It is a number where it is constant, and None where it is a map (of a sum, a product of matrices).
    """
    try:
        rule, found = rule_of(row.function), []
    except NoRuleError:  # a comparison: nothing travels through it
        return []
    for i, a in enumerate(row.args):
        if not isinstance(a, Slot):
            continue
        slope = rule.partials[i] if rule.partials and i < len(rule.partials) else None
        names = [f"s{slot}", *(f"s{b.index}" for b in row.args if isinstance(b, Slot))]
        if callable(slope):
            slope = _recorded(slope, row, values[slot], values)
        found.append((a.index, slope, names))
    return found


@np.errstate(all="ignore")  # an infinite slope is an answer
def _recorded(partial: Any, row: Instruction, y: Any, values: tuple[Any, ...]) -> Tape:
    """What a rule computes for a local derivative, as a program of the row's value and its operands."""

    def slope(y: Any, *operands: Any) -> Any:
        given = iter(operands)
        full = [next(given) if isinstance(a, Slot) else a for a in row.args]
        return partial(y, *full, **row.keywords)

    return record(slope, y, *(values[a.index] for a in row.args if isinstance(a, Slot)))
