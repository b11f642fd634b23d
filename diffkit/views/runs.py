"""What a trace shows of a tape: one run and one sweep, with all that travels between its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffkit.autodiff.local import adjoints, partials, tangents
from diffkit.structure import flatten_arguments
from diffkit.tape.wengert import Slot, Tape
from diffkit.views.travel import Step, pulled_back, pushed_forward, steps_back, steps_forward

__all__ = ["Arrow", "Run", "unrun", "with_adjoints", "with_tangents"]


@dataclass(frozen=True)
class Arrow:
    """A use of a slot by a row: what the one adds to the adjoint of the other, or to its tangent.

    Attributes
    ----------
    tail, head
        The slot that is read, and the row that reads it; one that reads it twice has two arrows.
    travel, sent
        The term as a formula, and as a number: in reverse mode what the head sends back to the tail, in
        forward mode what the tail hands on. "" and None where nothing travels, and None where the term is no
        product of numbers or of arrays of one shape.
    """

    tail: int
    head: int
    travel: str = ""
    sent: Any = None


@dataclass(frozen=True)
class Run:
    """By slot: the values, the adjoints or tangents, and how these are computed; and the arrows between.

    `result` and `derivative` have an entry for each output of the tape and for each input.
    """

    values: Sequence[Any]
    numbers: Sequence[Any]
    travels: Sequence[str]
    arrows: Sequence[Arrow]
    result: Sequence[Any] = (None,)
    derivative: Sequence[Any] = (None,)


def unrun(tape: Tape) -> Run:
    """The arrows of a tape alone, without a number.

    >>> import diffkit as dk
    >>> unrun(dk.record(lambda x: x * x, 3.0)).arrows
    [Arrow(tail=0, head=1, travel='', sent=None), Arrow(tail=0, head=1, travel='', sent=None)]
    """
    nothing = (None,) * (tape.input_count + len(tape))
    heads = enumerate(tape.instructions, tape.input_count)
    return Run(nothing, nothing, [""] * len(nothing), [Arrow(a, b) for b, row in heads for a in row.slots])


def with_adjoints(tape: Tape, point: tuple[Any, ...], inputs: int) -> Run:
    """A run and a sweep of reverse mode; the derivative is that by the first `inputs` slots.

    >>> import diffkit as dk
    >>> with_adjoints(dk.record(lambda x, y: x * y, 2.0, 5.0), (2.0, 5.0), 2).arrows
    [Arrow(tail=0, head=2, travel='t2*s1', sent=5.0), Arrow(tail=1, head=2, travel='t2*s0', sent=2.0)]
    """
    found = adjoints(tape, *point)
    values, numbers = found.values, found.adjoints
    steps = steps_back(tape, values)
    sources = [(numbers[head], values[tail]) for tail, head, _ in steps]
    arrows = _arrows(tape, steps, sources, found.partials)
    told = _where(numbers, pulled_back(tape, steps))
    return Run(values, numbers, told, arrows, _results(tape, values), numbers[:inputs])


def with_tangents(tape: Tape, point: tuple[Any, ...], direction: Sequence[Any] | None) -> Run:
    """A run of forward mode; by default along the first number or array of the point."""
    found = tangents(tape, point, _directions(point, direction))
    values, numbers = found.values, found.tangents
    steps = steps_forward(tape, values)
    sources = [(numbers[tail], values[head]) for tail, head, _ in steps]
    arrows = _arrows(tape, steps, sources, partials(tape, values))
    derivative = [numbers[o.index] if isinstance(o, Slot) else 0.0 for o in tape.outputs]
    told = _where(numbers, pushed_forward(tape, steps))
    return Run(values, numbers, told, arrows, _results(tape, values), derivative)


def _where(numbers: Sequence[Any], travels: Sequence[str]) -> list[str]:
    """The formulas, "" where there is no number for one."""
    return ["" if number is None else told for number, told in zip(numbers, travels, strict=True)]


def _arrows(
    tape: Tape, steps: Sequence[Step], sources: Sequence[tuple[Any, Any]], slopes: Sequence[Sequence[Any]]
) -> list[Arrow]:
    """The steps with their numbers; `sources` are the number that travels, and a value shaped as its goal."""
    every = [
        slope
        for row, found in zip(tape.instructions, slopes, strict=True)
        for a, slope in zip(row.args, found, strict=True)
        if isinstance(a, Slot)
    ]
    arrows = []
    for (tail, head, told), (number, goal), slope in zip(steps, sources, every, strict=True):
        sent = _product(number, slope) if told else None
        if sent is not None and np.shape(sent) != np.shape(goal):
            sent = None  # what meets an array has yet to be summed up, or spread out
        arrows.append(Arrow(tail, head, told, sent))
    return arrows


@np.errstate(all="ignore")  # an infinite slope is an answer
def _product(number: Any, slope: Any) -> Any:
    """The number times the slope; 0 meets no infinite slope, as in the sweeps."""
    if slope is None or isinstance(number, tuple):
        return None
    found = np.where(np.equal(number, 0), 0.0, np.multiply(number, slope))
    return found if found.ndim else found.item()


def _directions(point: tuple[Any, ...], direction: Sequence[Any] | None) -> tuple[Any, ...]:
    """The tangents of the arguments: those given, or 1 for the first number or array and 0 for the others."""
    leaves, structure = flatten_arguments(point)
    seeds = [np.full(np.shape(leaf), float(i == 0))[()] for i, leaf in enumerate(leaves)]
    unit = tuple(structure.build(seeds))
    # Constants that have become inputs come last.
    return unit if direction is None else (*direction, *(0 * seed for seed in unit[len(direction) :]))


def _results(tape: Tape, values: Sequence[Any]) -> list[Any]:
    return [values[o.index] if isinstance(o, Slot) else o for o in tape.outputs]
