"""What each slot of a program holds: found out by one run that frees every value after its last use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffkit.tape.arithmetic import NUMPY
from diffkit.tape.wengert import Slot, Tape

__all__ = ["Kind", "kinds_of", "last_uses"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a slot holds whenever the program runs.

    Attributes
    ----------
    type
        float for a number, np.ndarray for an array, or what else it is.
    shape, dtype
        Of an array or one of NumPy's numbers; empty and None otherwise.
    in_order
        Whether it is an array whose elements lie side by side, in reading order, and may be written.
    shares
        The slots of the operands whose memory it may share, as a view does.
    """

    type: type
    shape: tuple[int, ...] = ()
    dtype: np.dtype[Any] | None = None
    in_order: bool = False
    shares: tuple[int, ...] = ()

    @property
    def is_array(self) -> bool:
        return self.type is np.ndarray

    @property
    def is_number(self) -> bool:
        """Whether it is a number that Python can reckon with: a double or a truth value."""
        return self.type in (float, bool, np.bool)

    @property
    def is_truth(self) -> bool:
        """Whether it is a truth value or an array of them."""
        return self.type is bool or self.dtype == np.bool


def kinds_of(tape: Tape, leaves: Sequence[Any]) -> list[Kind]:
    """The kind of every slot at this point.

    Examples
    --------
    >>> import diffkit as dk
    >>> x = np.ones(3)
    >>> [(k.type.__name__, k.shape) for k in kinds_of(dk.record(lambda x: np.sum(x * x), x), [x])]
    [('ndarray', (3,)), ('ndarray', (3,)), ('float', ())]
    """
    values: dict[int, Any] = dict(enumerate(leaves))
    kinds = [_kind(value, ()) for value in leaves]
    last = last_uses(tape)
    for slot, row in enumerate(tape.instructions, tape.input_count):
        args = [values[a.index] if isinstance(a, Slot) else a for a in row.args]
        y = values[slot] = NUMPY.call(row.function, args, row.keywords)
        shares = (
            tuple(
                s
                for s in row.slots
                if isinstance(values[s], np.ndarray) and np.may_share_memory(values[s], y)
            )
            if isinstance(y, np.ndarray)
            else ()
        )
        kinds.append(_kind(y, shares))
        for s in {*row.slots, slot}:
            if last.get(s, -1) <= slot:
                del values[s]
    return kinds


def last_uses(tape: Tape) -> dict[int, int]:
    """By slot, the slot of the last row that reads it; for an output, that of no row at all."""
    last = {s: slot for slot, row in enumerate(tape.instructions, tape.input_count) for s in row.slots}
    end = tape.input_count + len(tape.instructions)
    return last | {o.index: end for o in tape.outputs if isinstance(o, Slot)}


def _kind(value: Any, shares: tuple[int, ...]) -> Kind:
    if not isinstance(value, np.ndarray):
        return Kind(type(value), (), getattr(value, "dtype", None))
    return Kind(np.ndarray, value.shape, value.dtype, value.flags.carray, shares)
