"""Where it matters that a tape's numbers are Python floats: found by running it on numbers of two precisions.

A replay turns every float64 number into Python's float, which takes on the precision of the array that it
meets and makes Python's complex numbers of 1j; NumPy's own float64 does neither. Nearly no program has such a
meeting, and its source then needs no word about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffkit.quiet import warnings_in_a_block
from diffkit.tape.arithmetic import NUMPY, PLAIN
from diffkit.tape.wengert import Slot, Tape

__all__ = ["PythonNumbers", "python_numbers"]

_NARROW = frozenset({np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.complex64)})


@dataclass(frozen=True)
class PythonNumbers:
    """Which values of a tape may be numbers, and which of those come from NumPy as float64.

    Both have a truth value for each slot, inputs first.
    """

    numbers: tuple[bool, ...]
    doubles: tuple[bool, ...]


def python_numbers(tape: Tape) -> PythonNumbers | None:
    """Where the source has to keep Python's numbers; None where NumPy's give the same bits.

    Examples
    --------
    >>> import diffkit as dk
    >>> python_numbers(dk.record(lambda x: np.sin(x) * x, 0.5)) is None
    True
    >>> python_numbers(dk.record(lambda x: np.sin(x) * np.ones(2, np.float32), 0.5))
    PythonNumbers(numbers=(True, True, False), doubles=(False, True, False))
    """
    size = tape.input_count + len(tape)
    numbers, doubles, matter = [False] * size, [False] * size, False
    try:
        for leaves in _points(tape):
            for slot, raw, meeting in _run(tape, leaves):
                numbers[slot] |= not isinstance(raw, np.ndarray)
                doubles[slot] |= raw.__class__ is np.float64
                matter |= meeting
    except Exception:  # f has no value at the points that we made up: take care everywhere
        numbers, doubles, matter = [True] * size, [True] * size, True
    return PythonNumbers(tuple(numbers), tuple(doubles)) if matter else None


def _points(tape: Tape) -> Iterator[list[Any]]:
    """Made-up inputs: numbers and arrays of double and of single precision, in every mix."""
    both = len({bool(shape) for shape in tape.input_shapes}) == 2
    mixes = [(float, np.float64), (np.float32, np.float32)]
    for number, array in mixes + ([(float, np.float32), (np.float32, np.float64)] if both else []):
        made = [_made(shape, i) for i, shape in enumerate(tape.input_shapes)]
        yield [a.astype(array) if a.ndim else number(a) for a in made]


def _made(shape: tuple[int, ...], start: int) -> np.ndarray[Any, Any]:
    """Numbers between 0.3 and 0.8; a positive definite matrix, where it is square."""
    golden = np.arange(start, start + np.prod(shape, dtype=int)) * 0.6180339887 % 1
    a = np.reshape(0.3 + 0.5 * golden, shape)
    if len(shape) < 2 or shape[-1] != shape[-2]:
        return a
    return a + np.swapaxes(a, -1, -2) + 2 * shape[-1] * np.eye(shape[-1])


def _run(tape: Tape, leaves: list[Any]) -> Iterator[tuple[int, Any, bool]]:
    """Each slot with its value as NumPy answers it, and whether it matters whose number an operand is."""
    values = [NUMPY.leaf(leaf) for leaf in leaves]
    for slot, value in enumerate(values):
        yield slot, value, False
    with warnings_in_a_block("ignore"), np.errstate(all="ignore"):
        for row in tape.instructions:
            args = [values[a.index] if isinstance(a, Slot) else a for a in row.args]
            raw = PLAIN.get(row.function, row.function)(*args, **row.keywords)
            python = any(
                isinstance(a, Slot) and type(v) is float for a, v in zip(row.args, args, strict=True)
            )
            narrow = any(getattr(v, "dtype", None) in _NARROW for v in args)
            yield len(values), raw, (python and narrow) or type(raw) is complex
            values.append(float(raw) if raw.__class__ is np.float64 else raw)
