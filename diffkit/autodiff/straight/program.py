"""One way through a function, as code: recorded with its sweep, tidied, written down and made to run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffkit.autodiff.straight import arrays, machine, numbers
from diffkit.autodiff.straight.kinds import Kind, kinds_of
from diffkit.autodiff.straight.storage import Workspace
from diffkit.autodiff.straight.tidy import tidied
from diffkit.autodiff.straight.written import Names, made
from diffkit.tape.wengert import Slot, Tape

__all__ = ["Program"]


class Program:
    """The code of a tape for inputs of one kind: called with their leaves, it returns the tape's outputs.

    Raises `numbers.BranchError` where a branch goes another way, and one of `numbers.NO_NUMBER` where a
    result may not be finite. Several threads may call it at once: each has a workspace to itself.

    Attributes
    ----------
    text
        The Python text of the code; f0, f1, ... are functions, c0, c1, ... constants.

    Examples
    --------
    >>> import diffkit as dk
    >>> program = Program(dk.record(lambda x, y: np.sin(x) * y, 0.5, 2.0), [0.5, 2.0])
    >>> program([0.5, 2.0])
    (0.958851077208406,)
    """

    def __init__(self, tape: Tape, leaves: Sequence[Any], on_machine: bool = False) -> None:
        with np.errstate(all="ignore"):
            self.tape = tidied(tape, kinds_of(tape, leaves))
            kinds = kinds_of(self.tape, leaves)
        if all(map(_is_number, kinds)):
            self.text, self._run = _of_numbers(self.tape, kinds, on_machine)
        else:
            self.text, self._run = _of_arrays(self.tape, kinds, on_machine)

    def __call__(self, leaves: list[Any]) -> Sequence[Any]:
        return self._run(leaves)


Run = Callable[[list[Any]], Sequence[Any]]


def _is_number(kind: Kind) -> bool:
    """Whether it is a number, or what np.where makes of numbers."""
    return kind.is_number or (kind.is_array and kind.shape == () and kind.dtype in (np.float64, np.bool))


def _of_numbers(tape: Tape, kinds: Sequence[Kind], on_machine: bool) -> tuple[str, Run]:
    names = Names()
    text = numbers.text(tape, kinds, names)
    known = all(machine.understands(row, kinds) for row in tape.instructions)
    if on_machine and known and all(_is_double(o, kinds) for o in tape.outputs):
        rows = dict(enumerate(tape.instructions, tape.input_count))
        code = machine.of_numbers(rows, tape.input_count, tape.outputs, tape.guards)

        def run_code(leaves: list[Any]) -> list[float]:
            found = np.empty(len(tape.outputs))
            if not code(np.array(leaves), found):
                raise numbers.BranchError
            return found.tolist()

        return text, run_code
    run = made("program", text, names)
    if not numbers.PYTHONS.issuperset(v for name, v in names.bound.items() if name[0] == "f"):
        run = np.errstate(all="ignore")(run)  # who calls looks at the results
    return text, lambda leaves: run(*leaves)


def _is_double(output: Any, kinds: Sequence[Kind]) -> bool:
    return machine.is_double(kinds[output.index]) if isinstance(output, Slot) else output.__class__ is float


def _of_arrays(tape: Tape, kinds: Sequence[Kind], on_machine: bool) -> tuple[str, Run]:
    names = Names()
    writer = arrays.Writer(tape, kinds, names, on_machine)
    text = writer.text()
    run = made("program", text, names)
    spare: list[Workspace] = []

    @np.errstate(all="ignore")  # who calls looks at the results
    def run_on(leaves: list[Any]) -> tuple[Any, ...]:
        try:
            work = spare.pop()
        except IndexError:
            work = Workspace(writer.buffers, writer.loops)
        found: tuple[Any, ...] = run(leaves, work.views, work.loops)
        spare.append(work)  # not after an error, which may have come from another thread's
        return found

    return text, run_on
