"""How a derivative travels through a tape, as formulas: each adjoint or tangent from those it is made of.

Slots are called s0, s1, ... and their tangents or adjoints t0, t1, ...
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from diffkit.errors import NoRuleError
from diffkit.rules import rule_of
from diffkit.tape.record import record
from diffkit.tape.wengert import Instruction, Slot, Tape
from diffkit.views.formula import product, sum_of

__all__ = ["Step", "pulled_back", "pushed_forward", "steps_back", "steps_forward"]

Step = tuple[int, int, str]  # the slot of an operand, that of the row that reads it, and what travels between


def pulled_back(tape: Tape, steps: Sequence[Step]) -> list[str]:
    """For each slot: its adjoint as the sum of what its uses send back, from `steps_back`."""
    terms: list[list[str]] = [[] for _ in range(tape.input_count + len(tape))]
    for o in tape.outputs:
        if isinstance(o, Slot):
            terms[o.index].append("1")
    for operand, _, told in steps:
        terms[operand].append(told)
    # The sweep meets the last use first.
    return [sum_of([term for term in found[::-1] if term]) for found in terms]


def pushed_forward(tape: Tape, steps: Sequence[Step]) -> list[str]:
    """For each slot: its tangent from those of its operands, from `steps_forward`."""
    terms: list[list[str]] = [[] for _ in range(tape.input_count + len(tape))]
    for _, row, told in steps:
        terms[row].append(told)
    inputs = tape.input_count
    return ["" for _ in range(inputs)] + [sum_of([t for t in found if t]) for found in terms[inputs:]]


def steps_back(tape: Tape, values: tuple[Any, ...]) -> list[Step]:
    """For each use of a slot by a row: what the row's adjoint adds to that of the slot, "" where nothing."""
    return [
        (operand, slot, _told(f"t{slot}", f"{row.op}_bar", slope, names))
        for slot, row in enumerate(tape.instructions, tape.input_count)
        for operand, slope, names in _slopes(row, slot, values)
    ]


def steps_forward(tape: Tape, values: tuple[Any, ...]) -> list[Step]:
    """For each use of a slot by a row: what the slot's tangent adds to that of the row, "" where nothing."""
    return [
        (operand, slot, _told(f"t{operand}", f"{row.op}_dot", slope, names))
        for slot, row in enumerate(tape.instructions, tape.input_count)
        for operand, slope, names in _slopes(row, slot, values)
    ]


def _told(number: str, map_: str, slope: Tape | float | None, names: list[str]) -> str:
    told = f"{map_}({number})" if slope is None else product(number, slope, names)
    return "" if told == f"{number}*0" else told


def _slopes(
    row: Instruction, slot: int, values: tuple[Any, ...]
) -> list[tuple[int, Tape | float | None, list[str]]]:
    """For each operand of a row that is a slot: the local derivative, and the names of what it is made of.

    It is a number where it is constant, and None where it is a map (of a sum, a product of matrices).
    """
    try:
        rule, found = rule_of(row.function), []
    except NoRuleError:  # a comparison: nothing travels through it
        return [(slot, 0.0, []) for slot in row.slots]
    for i, a in enumerate(row.args):
        if not isinstance(a, Slot):
            continue
        slope = rule.partials[i] if rule.partials and i < len(rule.partials) else None
        if not rule.partials and i < len(rule.pulls) and rule.pulls[i] == 0:  # a mask
            slope = 0.0
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
