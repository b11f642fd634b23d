"""A tape without repetition: a row that another has computed already is that row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from operator import itemgetter
from typing import Any

import numpy as np

from diffkit.tape.wengert import Instruction, Slot, Tape

__all__ = ["renumbered", "shared"]


def shared(tape: Tape) -> Tape:
    """The same program with each repeated row once, and without rows that nothing depends on.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> print(shared(dk.record(lambda x: np.sin(x) * np.sin(x), 0.5)))
    v0 = input 1
    v1 = sin(v0)
    v2 = v1 * v1
    return v2
    """
    place = list(range(tape.input_count))  # where each old slot is to be found among the new ones
    rows: list[Instruction] = []
    known: dict[Any, int] = {}
    for row in tape.instructions:
        args = tuple(Slot(place[a.index]) if isinstance(a, Slot) else a for a in row.args)
        key = (row.function, _key(args), _key(row.keywords))
        if key not in known:
            known[key] = tape.input_count + len(rows)
            rows.append(replace(row, args=args))
        elif row.name and not rows[known[key] - tape.input_count].name:
            rows[known[key] - tape.input_count] = replace(row, args=args)  # the same, with a name
        place.append(known[key])
    moved = replace(
        tape,
        instructions=tuple(rows),
        outputs=tuple(Slot(place[o.index]) if isinstance(o, Slot) else o for o in tape.outputs),
        guards=tuple(replace(guard, slot=place[guard.slot]) for guard in tape.guards),
    )
    return _alive(moved)


def _alive(tape: Tape) -> Tape:
    """The tape without the rows on which neither a result nor a branch depends."""
    wanted = {o.index for o in tape.outputs if isinstance(o, Slot)} | {guard.slot for guard in tape.guards}
    start = tape.input_count
    for index in range(start + len(tape.instructions) - 1, start - 1, -1):
        if index in wanted:
            wanted.update(tape.instructions[index - start].slots)
    place = {index: index for index in range(start)}
    for index in range(start, start + len(tape.instructions)):
        if index in wanted:
            place[index] = len(place)
    return renumbered(tape, place)


def renumbered(tape: Tape, place: Mapping[int, int]) -> Tape:
    """The tape with every slot at its new place, the rows in that order; without those that have none."""

    def moved(value: Any) -> Any:
        return Slot(place[value.index]) if isinstance(value, Slot) else value

    kept = [(place[i], row) for i, row in enumerate(tape.instructions, tape.input_count) if i in place]
    return replace(
        tape,
        instructions=tuple(
            replace(row, args=tuple(map(moved, row.args))) for _, row in sorted(kept, key=itemgetter(0))
        ),
        outputs=tuple(map(moved, tape.outputs)),
        guards=tuple(replace(guard, slot=place[guard.slot]) for guard in tape.guards),
    )


def _key(value: Any) -> Any:
    """What two operands have in common only if they are the same, bit for bit."""
    if isinstance(value, np.ndarray | np.generic) and value.dtype != object:
        return type(value), value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, float):
        return float, value.hex()  # 0.0 and -0.0 are equal, and nan is not
    if isinstance(value, tuple | list):
        return type(value), *map(_key, value)
    if isinstance(value, Mapping):
        return tuple((name, _key(item)) for name, item in sorted(value.items()))
    if isinstance(value, slice):
        return slice, _key((value.start, value.stop, value.step))
    return (type(value), value) if isinstance(value, _PLAIN) else id(value)


_PLAIN = (Slot, int, str, bytes, complex, type(None), type(Ellipsis), np.dtype, type)
