"""Loops in a tape: where the same rows come again and again, a view may show them once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diffkit.tape.wengert import Slot, Tape

__all__ = ["Repeats", "repeats"]

LONGEST = 200  # rows of one iteration


@dataclass(frozen=True)
class Repeats:
    """Rows [start, start + times * period) do what the `period` rows before them do, over and over."""

    start: int
    period: int
    times: int

    @property
    def end(self) -> int:
        """The row after the last."""
        return self.start + self.times * self.period


def repeats(tape: Tape) -> Repeats | None:
    """The loop that takes up the most rows of a tape, without its first iteration; None if there is none.

    A row repeats another when it calls the same function on values as far back, or on the same inputs.

    Examples
    --------
    >>> import diffkit as dk
    >>> def logistic(x):
    ...     for _ in range(100):
    ...         x = 4 * x * (1 - x)
    ...     return x
    >>> repeats(dk.record(logistic, 0.2))
    Repeats(start=5, period=3, times=98)
    """
    keys = [_key(tape, number) for number in range(len(tape))]
    best: Repeats | None = None
    for period in range(1, min(LONGEST, len(keys) // 2) + 1):
        run = 0
        for row in range(period, len(keys)):
            run = run + 1 if keys[row] == keys[row - period] else 0
            times = run // period
            if times >= 2 and (best is None or times * period > best.times * best.period):
                best = Repeats(row + 1 - run, period, times)
    return best


def _key(tape: Tape, number: int) -> Any:
    """What a row does, seen from where it stands."""
    row, slot = tape.instructions[number], tape.input_count + number
    return row.op, *(
        (a.index if a.index < tape.input_count else a.index - slot) if isinstance(a, Slot) else "constant"
        for a in row.args
    )
