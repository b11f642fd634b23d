"""A program of arrays as straight-line NumPy.

Results go into buffers that wait for them, and long arrays through all rows of a stretch block by block, so
that what lies between two rows stays in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

import numpy as np

from diffkit.autodiff.leaf import as_number
from diffkit.autodiff.straight import numbers
from diffkit.autodiff.straight.blocks import Block
from diffkit.autodiff.straight.kinds import Kind
from diffkit.autodiff.straight.stages import Stretch, stages
from diffkit.autodiff.straight.storage import Buffers, Loop, Storages
from diffkit.autodiff.straight.tidy import add_at
from diffkit.autodiff.straight.written import Names
from diffkit.primitives import scatter, takes_each_once
from diffkit.tape.arithmetic import PLAIN
from diffkit.tape.wengert import Slot, Tape

__all__ = ["Writer"]


class Writer:
    """One program in the making: the text of `program(inputs, views, loops)`, which returns a tuple.

    Attributes
    ----------
    parts
        What runs one after the other: the slots of single rows, and stretches.
    buffers, loops
        What a workspace is made of, once the text is there.
    on_machine
        Whether stretches that can be are machine code.
    """

    def __init__(self, tape: Tape, kinds: Sequence[Kind], names: Names, on_machine: bool = False) -> None:
        self.tape, self.kinds, self.names, self.on_machine = tape, kinds, names, on_machine
        self.parts = stages(tape, kinds)
        self.rows = dict(enumerate(tape.instructions, tape.input_count))
        self.guards = tape._guards_at
        self.part_of = {slot: number for number, part in enumerate(self.parts) for slot in rows_of(part)}
        self.readers = self._readers()
        last = {slot: max(parts) for slot, parts in self.readers.items()}
        self.storages = Storages(kinds, tape.input_count, last)
        self._overwrite()
        self.lasting = {s for o in tape.outputs if isinstance(o, Slot) for s in self.storages.of[o.index]}
        self.buffers, self.loops = Buffers(), list[Loop]()
        self.lines: list[str] = []
        self._taken: dict[int, list[int]] = {}  # by part: the views that are free after it

    def _readers(self) -> dict[int, list[int]]:
        """By slot, the parts that read it, as often as they do; outputs are read after all parts."""
        found: dict[int, list[int]] = {}
        for o in self.tape.outputs:
            if isinstance(o, Slot):
                found.setdefault(o.index, []).append(len(self.parts))
        for number, part in enumerate(self.parts):
            for slot in rows_of(part):
                for s in self.rows[slot].slots:
                    found.setdefault(s, []).append(number)
        return found

    def _overwrite(self) -> None:
        """Let additions to a part of an array be done in the array itself, where nobody else reads it."""
        for number, part in enumerate(self.parts):
            if isinstance(part, int) and self.rows[part].function is add_at:
                a = self.rows[part].args[0]
                if self.kinds[a.index].in_order and self.storages.ends(a.index, number):
                    self.storages.take_over(part, a.index)

    def text(self) -> str:
        """The whole text."""
        over: dict[int, list[str]] = {}  # by part: the arrays that nothing reads after it
        for s, parts in self.readers.items():
            if self.kinds[s].is_array and s in self.rows and not self.inner(s):
                over.setdefault(max(parts), []).append(f"v{s}")
        for number, part in enumerate(self.parts):
            self.lines += self._single(part) if isinstance(part, int) else Block(self, number, part).lines()
            for slot in rows_of(part):
                self.lines += [numbers.check(g, f"v{slot}", self.names) for g in self.guards.get(slot, ())]
            for view in self._taken.pop(number, ()):
                self.buffers.give_back(view)
            self.lines += [f"del {', '.join(over[number])}"] if number in over else []
        inputs, views = (
            "".join(f"{letter}{i}, " for i in range(count))
            for letter, count in (("v", self.tape.input_count), ("w", len(self.buffers.views)))
        )
        head = [f"{inputs}= inputs"] if inputs else []
        head += [f"{views}= views"] if views else []
        results = "".join(f"{result}," for result in self._results())
        return "\n    ".join(
            ["def program(inputs, views, loops):", *head, *self.lines, f"return ({results})"]
        )

    def _results(self) -> Iterator[str]:
        """The outputs, arrays that share memory with an input or with another output as copies."""
        seen = set(self.storages.outside)
        for output in self.tape.outputs:
            shown = self.operand(output)
            if isinstance(output, np.ndarray):
                shown += ".copy()"
            elif isinstance(output, Slot) and self.kinds[output.index].is_array:
                mine = self.storages.of[output.index]
                if not self.kinds[output.index].shape:
                    shown = f"{self.names.function(as_number)}({shown})"
                elif not seen.isdisjoint(mine):
                    shown += ".copy()"
                seen |= mine
            yield shown

    # -- what rows and blocks ask for -----------------------------------------------------------------------

    def operand(self, a: Any) -> str:
        """The text of an operand."""
        if isinstance(a, Slot):
            return f"v{a.index}"
        plain = a.__class__ is int or (a.__class__ is float and isfinite(a))
        return repr(a) if plain else self.names.constant(a)

    def home(self, slot: int) -> str:
        """The text of the array that a slot's value is written into: a new one for what the caller gets."""
        kind, mine = self.kinds[slot], self.storages.of[slot]
        if not mine.isdisjoint(self.lasting):
            return f"{self.names.function(np.empty)}({kind.shape}, {self.names.constant(kind.dtype)})"
        return f"w{self.view(kind.shape, kind.dtype, max(self.storages.last[s] for s in mine))}"

    def view(self, shape: tuple[int, ...], dtype: Any, until: int) -> int:
        """The number of a view into a buffer that nobody else writes into until this part is over."""
        found = self.buffers.take(shape, dtype)
        self._taken.setdefault(until, []).append(found)
        return found

    def inner(self, slot: int) -> bool:
        """Whether a row's value is read by its own stretch only."""
        part = self.part_of[slot]
        return (
            isinstance(self.parts[part], Stretch)
            and slot not in self.guards
            and all(number == part for number in self.readers.get(slot, ()))
        )

    # -- rows that run alone --------------------------------------------------------------------------------

    def _single(self, slot: int) -> list[str]:
        row, kind, name = self.rows[slot], self.kinds[slot], f"v{slot}"
        operands = [self.operand(a) for a in row.args]
        function, key = row.function, row.keywords.get("key")
        if kind.is_number and all(self._is_number(a) for a in row.args):
            operands = [
                f"v{a.index}" if isinstance(a, Slot) else numbers.constant(a, self.names) for a in row.args
            ]
            return [f"{name} = {numbers.formula(row, operands, slot, self.kinds, self.names)}"]
        if function is add_at:
            taken_over = self.storages.of[slot] == self.storages.of[row.args[0].index]
            first = [f"{name} = {operands[0]}"]
            if not taken_over:
                first = [f"{name} = {self.home(slot)}", f"{name}[...] = {operands[0]}"]
            return [*first, f"{name}[{self.names.constant(key)}] += {operands[1]}"]
        if function is scatter and takes_each_once(key):
            fill = [f"{name}.fill(0)", f"{name}[{self.names.constant(key)}] = {operands[0]}"]
            return [f"{name} = {self.home(slot)}", *fill]
        if function is np.matmul and not row.keywords and kind.is_array and kind.in_order:
            product = self.names.function(np.matmul)
            return [f"{name} = {product}({', '.join(operands)}, out={self.home(slot)})"]
        called = self.names.function(PLAIN.get(function, function))
        call = numbers.called(called, operands, row.keywords, self.names)
        return [f"{name} = float({call})" if kind.type is float else f"{name} = {call}"]

    def _is_number(self, a: Any) -> bool:
        return self.kinds[a.index].is_number if isinstance(a, Slot) else isinstance(a, int | float)


def rows_of(part: int | Stretch) -> tuple[int, ...]:
    """The slots of the rows of a part."""
    return (part,) if isinstance(part, int) else (*part.slots, *part.sums)
