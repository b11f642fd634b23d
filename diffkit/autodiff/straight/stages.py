"""Which rows of a program can run together, block by block: rows of one shape whose operands are ready.

Every row has a stage. A row that works element by element belongs to the stretch of its stage and shape; it
can read rows of its own stretch, and everything from earlier stages. All other rows run one by one: those
of a stage before its stretches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from diffkit.autodiff.straight.cuts import is_cut, numpy_adds_halves
from diffkit.autodiff.straight.kinds import Kind
from diffkit.primitives import share, tanh_slope
from diffkit.tape.wengert import Instruction, Slot, Tape

__all__ = ["SUMS", "Stretch", "stages"]

# Functions that are no ufuncs and work element by element.
ELEMENTWISE = (np.where, tanh_slope, share)
SUMS = (np.sum, np.mean)
SMALL = 64  # elements: below, there is nothing to be won by a stretch


@dataclass(frozen=True)
class Stretch:
    """Rows that run together: their slots, in order, their shape, and the sums that are taken of them.

    `flat` says that all operands have that shape, or are numbers, and lie in reading order.
    """

    slots: tuple[int, ...]
    shape: tuple[int, ...]
    flat: bool
    sums: tuple[int, ...] = ()


def stages(tape: Tape, kinds: Sequence[Kind]) -> list[int | Stretch]:
    """The program in an order in which stretches are whole: slots of single rows, and stretches.

    Examples
    --------
    >>> import diffkit as dk
    >>> from diffkit.autodiff.straight.kinds import kinds_of
    >>> x = np.ones(100)
    >>> tape = dk.record(lambda x: np.sum(np.sin(x) * x) * np.cos(x), x)
    >>> for part in stages(tape, kinds_of(tape, [x])):
    ...     print(part)
    Stretch(slots=(1, 2, 4), shape=(100,), flat=True, sums=(3,))
    Stretch(slots=(5,), shape=(100,), flat=True, sums=())
    """
    rows = dict(enumerate(tape.instructions, tape.input_count))
    together = {slot for slot, row in rows.items() if _elementwise(row, kinds[slot], kinds)}
    stage = dict.fromkeys(range(tape.input_count), 0)
    for slot, row in rows.items():
        mine = kinds[slot].shape if slot in together else None
        stage[slot] = max(
            (stage[s] + (s in together and kinds[s].shape != mine) for s in row.slots), default=0
        )
    alone: dict[int, list[int]] = {}  # by stage
    side_by_side: dict[tuple[int, tuple[int, ...]], list[int]] = {}  # by stage and shape
    for slot in rows:
        if slot in together:
            side_by_side.setdefault((stage[slot], kinds[slot].shape), []).append(slot)
        else:
            alone.setdefault(stage[slot], []).append(slot)
    stretches: dict[int, list[Stretch]] = {}
    for (now, shape), slots in side_by_side.items():
        flat = all(_flat(rows[slot], shape, kinds) for slot in slots)
        stretches.setdefault(now, []).append(Stretch(tuple(slots), shape, flat))
    found: list[int | Stretch] = []
    for now in range(max(stage.values(), default=0) + 1):
        found += [*alone.get(now, ()), *stretches.get(now, ())]
    return _with_sums(found, rows, kinds)


def _with_sums(
    found: list[int | Stretch], rows: dict[int, Instruction], kinds: Sequence[Kind]
) -> list[int | Stretch]:
    """The same, with the sums over all elements of a row moved to the stretch that has it."""
    at = {
        slot: i
        for i, part in enumerate(found)
        if isinstance(part, Stretch)
        for slot in part.slots
        if part.flat
    }
    sums: dict[int, list[int]] = {}
    for part in found:
        if isinstance(part, int) and _sums_all(rows[part], kinds) and rows[part].slots[0] in at:
            sums.setdefault(at[rows[part].slots[0]], []).append(part)
    taken = {slot for slots in sums.values() for slot in slots}
    return [
        Stretch(part.slots, part.shape, part.flat, tuple(sums.get(i, ())))
        if isinstance(part, Stretch)
        else part
        for i, part in enumerate(found)
        if part not in taken
    ]


def _sums_all(row: Instruction, kinds: Sequence[Kind]) -> bool:
    """Whether it adds all elements of a row of doubles, in the way that blocks can repeat bit for bit."""
    options = {k: v for k, v in row.keywords.items() if not (k == "axis" and v is None)}
    if row.function not in SUMS or options or not isinstance(row.args[0], Slot):
        return False
    summed = kinds[row.args[0].index]
    repeated = not is_cut(prod(summed.shape)) or numpy_adds_halves()
    return row.args[1:] in ((), (None,)) and summed.dtype == np.float64 and repeated


def _elementwise(row: Instruction, kind: Kind, kinds: Sequence[Kind]) -> bool:
    """Whether a row works element by element on an array in reading order."""
    function = row.function
    plain = (
        isinstance(function, np.ufunc) and function.signature is None and function.nout == 1
    ) or function in ELEMENTWISE
    if not plain or row.keywords or not (kind.is_array and kind.in_order) or kind.dtype is None:
        return False
    return prod(kind.shape) >= SMALL and kind.dtype.kind in "fb" and all(_fits(a, kinds) for a in row.args)


def _fits(a: Any, kinds: Sequence[Kind]) -> bool:
    """Whether an operand is an array of numbers, or a number."""
    if isinstance(a, Slot):
        return kinds[a.index].is_array or kinds[a.index].is_number
    return a.__class__ in (int, float, bool, np.float64) or (
        a.__class__ is np.ndarray and a.dtype.kind in "fbiu"
    )


def _flat(row: Instruction, shape: tuple[int, ...], kinds: Sequence[Kind]) -> bool:
    for a in row.args:
        if isinstance(a, Slot):
            kind = kinds[a.index]
            if kind.is_array and not (kind.shape == shape and kind.in_order):
                return False
        elif a.__class__ is np.ndarray and not (a.shape == shape and a.flags.c_contiguous):
            return False
    return True
