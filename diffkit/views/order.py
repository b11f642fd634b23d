"""The order in which a view shows the rows of a tape, and constants as rows of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from diffkit.structure import Structure
from diffkit.tape.sharing import renumbered
from diffkit.tape.wengert import Slot, Tape

__all__ = ["by_level", "lifted"]


def by_level(tape: Tape) -> Tape:
    """The same program with its rows in the order of the textbooks: first what needs inputs alone.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> print(by_level(dk.record(lambda x, y: np.log(x) + x * y - np.sin(y), 2.0, 5.0)))
    v-1 = input 1
    v0  = input 2
    v1  = log(v-1)
    v2  = v-1 * v0
    v3  = sin(v0)
    v4  = v1 + v2
    v5  = v4 - v3
    return v5
    """
    start = tape.input_count
    level = [0] * start
    for row in tape.instructions:
        level.append(1 + max((level[slot] for slot in row.slots), default=0))
    order = sorted(range(start, len(level)), key=level.__getitem__)
    return renumbered(tape, {old: new for new, old in enumerate([*range(start), *order])})


def lifted(tape: Tape) -> tuple[Tape, tuple[Any, ...]]:
    """The program with its numerical constants as further inputs, and those constants.

    The exponent of a power stays where it is: x**2 is a function of x alone.

    Examples
    --------
    >>> import diffkit as dk
    >>> program, constants = lifted(dk.record(lambda x, y: x * x * y + (y + 2), 3.0, 4.0))
    >>> constants, [row.op for row in program.instructions], program.replay(3.0, 4.0, 2.0)
    ((2.0,), ['multiply', 'multiply', 'add', 'add'], 42.0)
    """
    start = tape.input_count
    found: dict[Any, tuple[int, Any]] = {}
    for row in tape.instructions:
        for i, a in enumerate(row.args):
            if _lifts(row, i, a):
                found.setdefault(_same(a), (start + len(found), a))
    count = start + len(found)
    place = {slot: slot if slot < start else slot + len(found) for slot in range(start + len(tape))}
    moved = renumbered(tape, place)
    rows = tuple(
        replace(row, args=tuple(
            Slot(found[_same(a)][0]) if _lifts(row, i, a) else a for i, a in enumerate(row.args)
        ))
        for row in moved.instructions
    )  # fmt: skip
    constants = tuple(float(a) if np.ndim(a) == 0 else np.asarray(a, float) for _, a in found.values())
    children = (*tape.point_structure.children, *(Structure() for _ in constants))
    return replace(
        moved,
        instructions=rows,
        point_structure=replace(tape.point_structure, children=children),
        input_count=count,
        input_shapes=(*tape.input_shapes, *map(np.shape, constants)),
    ), constants


def _lifts(row: Any, position: int, a: Any) -> bool:
    """Whether an operand is a constant number or array of an elementwise function, and no exponent."""
    if isinstance(a, Slot | bool) or not isinstance(a, int | float | np.ndarray | np.number):
        return False
    exponent = row.op in ("power", "float_power") and position == 1
    elementwise = isinstance(row.function, np.ufunc) and row.function.signature is None
    return elementwise and not exponent and np.asarray(a).dtype.kind in "iuf"


def _same(a: Any) -> Any:
    return (np.shape(a), np.asarray(a, float).tobytes())
