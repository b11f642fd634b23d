"""The text of a stretch: its rows one after the other for each block of its arrays, in shared scratch."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from diffkit.autodiff.straight import machine
from diffkit.autodiff.straight.cuts import BLOCK, cuts, is_cut, total
from diffkit.autodiff.straight.stages import Stretch
from diffkit.autodiff.straight.storage import Loop
from diffkit.tape.wengert import Instruction, Slot

if TYPE_CHECKING:
    from diffkit.autodiff.straight.arrays import Writer

__all__ = ["POWERS", "Block"]

# What x ** p is in NumPy for these exponents.
POWERS: dict[Any, np.ufunc] = {2: np.square, 1: np.positive, 0.5: np.sqrt, -1: np.reciprocal}


class Block:
    """A stretch in the making. Short arrays go through it whole, long ones in a loop over blocks.

    Where all arrays lie in reading order and have the shape of the stretch, a block is a piece of them in
    that order; otherwise it is some of their first axis.

    Attributes
    ----------
    before, body
        The lines before the loop and in it.
    at
        The text of a slot's value inside the loop.
    """

    def __init__(self, writer: Writer, number: int, stretch: Stretch) -> None:
        self.writer, self.number, self.stretch = writer, number, stretch
        self.size = prod(stretch.shape)
        self.on_machine = writer.on_machine and stretch.flat and self._fits_machine()
        self.looped = is_cut(self.size)
        self.flat = stretch.flat and (self.looped or self.on_machine)
        self.before: list[str] = []
        self.body: list[str] = []
        self.at: dict[int, str] = {}
        self.given: dict[str, str] = {}
        self.loop: Loop | None = None
        self.block_shape: tuple[int, ...] = (self.size,) if self.flat else stretch.shape
        if self.looped:
            first = min(BLOCK, self.size) if self.flat else max(1, BLOCK // prod(stretch.shape[1:]))
            self.block_shape = (first, *self.block_shape[1:])
            end = self.size if self.flat else stretch.shape[0]
            steps = [slice(i, min(i + first, end)) for i in range(0, end, first)]
            self.loop = Loop(cuts(self.size) if self.flat else steps)

    def lines(self) -> list[str]:
        """The whole text."""
        writer, sums = self.writer, self.stretch.sums
        for slot in self.stretch.slots:
            if not writer.inner(slot):
                self.before.append(f"v{slot} = {writer.home(slot)}")
                self.at[slot] = self._piece(f"v{slot}", self.stretch.shape)
        rows = self._on_machine() if self.on_machine else self._rows()
        after = [line for s in sums for line in self._after(s)]
        if self.loop is None:
            return [*self.before, *self.body, *rows, *after]
        scratch = "".join(f", t{view}" for view in self.loop.scratch) or ","
        head = f"for s{scratch} in loops[{len(writer.loops)}]:"
        writer.loops.append(self.loop)
        collected = [f"p{s} = []" for s in sums]
        return [*self.before, *collected, head, *(f"    {line}" for line in [*self.body, *rows]), *after]

    # -- operands -------------------------------------------------------------------------------------------

    def _operand(self, a: Any) -> str:
        """The text of an operand of a row: in a loop, of its block."""
        if isinstance(a, Slot) and a.index in self.at:
            return self.at[a.index]
        text = self.writer.operand(a)
        shape = self.writer.kinds[a.index].shape if isinstance(a, Slot) else getattr(a, "shape", ())
        if not shape:
            return text
        if text not in self.given:
            self.given[text] = self._piece(text, shape)
        return self.given[text]

    def _piece(self, text: str, shape: tuple[int, ...]) -> str:
        """The text of an array's block, of which the lines before and in the loop take care."""
        if self.flat and len(shape) > 1:
            self.before.append(f"{text}f = {text}.reshape(-1)")
            text += "f"
        whole = self.stretch.shape
        if not self.looped or len(shape) != len(whole) or shape[0] != whole[0]:
            return text  # what is repeated along the first axis belongs to every block
        self.body.append(f"{text}s = {text}[s]")
        return f"{text}s"

    def _scratch(self, dtype: Any) -> str:
        """The name of an array for a block of values that only this stretch reads."""
        view = self.writer.view(self.block_shape, dtype, self.number)
        if self.loop is None:
            return f"w{view}"
        self.loop.scratch.append(view)
        return f"t{view}"

    # -- rows -----------------------------------------------------------------------------------------------

    def _rows(self) -> list[str]:
        """A line a row; the scratch of a row is free for others after the last row that reads it."""
        rows, kinds = self.writer.rows, self.writer.kinds
        last = {s: slot for slot in self.stretch.slots for s in rows[slot].slots}
        free: list[tuple[str, Any]] = []
        held: dict[int, tuple[str, Any]] = {}
        lines = []
        for slot in self.stretch.slots:
            operands = [self._operand(a) for a in rows[slot].args]
            free += [held.pop(s) for s in dict.fromkeys(rows[slot].slots) if s in held and last[s] == slot]
            out, call = self._call(rows[slot], operands)
            if out and slot not in self.at:
                fitting = next((f for f in free if f[1] == kinds[slot].dtype), None)
                if fitting is None:
                    fitting = self._scratch(kinds[slot].dtype), kinds[slot].dtype
                else:
                    free.remove(fitting)
                if slot in last:
                    held[slot] = fitting
                else:  # only summed, which happens at once
                    free.append(fitting)
                self.at[slot] = fitting[0]
            if out:
                lines.append(f"{call}, out={self.at[slot]})")
            elif slot in self.at:
                lines.append(f"{self.at[slot]}[...] = {call})")
            else:
                self.at[slot] = f"r{slot}"
                lines.append(f"r{slot} = {call})")
            lines += self._sums(slot)
        return lines

    def _call(self, row: Instruction, operands: list[str]) -> tuple[bool, str]:
        """Whether a row's function takes an array for its result, and the call up to its last bracket."""
        function: Callable[..., Any] = row.function
        if function is np.power and row.args[1].__class__ in (int, float) and row.args[1] in POWERS:
            function, operands = POWERS[row.args[1]], operands[:1]
        return isinstance(function, np.ufunc), f"{self.writer.names.function(function)}({', '.join(operands)}"

    def _sums(self, slot: int) -> list[str]:
        """The lines that add up the block of a slot, where sums are asked for."""
        add = f"{self.writer.names.function(np.add.reduce)}({self.at[slot]}, None)"
        return [
            f"p{s}.append({add})" if self.looped else f"v{s} = {add}"
            for s in self.stretch.sums
            if self.writer.rows[s].slots[0] == slot
        ]

    def _after(self, slot: int) -> list[str]:
        """The lines that make a sum of the sums of blocks."""
        joined = f"{self.writer.names.function(total)}(p{slot}, {self.size})" if self.looped else f"v{slot}"
        mean = f" / {self.size}" if self.writer.rows[slot].function is np.mean else ""
        return [f"v{slot} = float({joined}{mean})"]

    # -- machine code ---------------------------------------------------------------------------------------

    def _fits_machine(self) -> bool:
        """Whether all rows can be machine code, and what enters and leaves them is doubles."""
        writer, mine = self.writer, set(self.stretch.slots)
        return all(
            machine.understands(writer.rows[s], writer.kinds, on_arrays=True)
            and (writer.inner(s) or machine.is_double(writer.kinds[s]))
            and all(r in mine or machine.is_double(writer.kinds[r]) for r in writer.rows[s].slots)
            for s in self.stretch.slots
        )

    def _on_machine(self) -> list[str]:
        """One call for all rows, then the sums."""
        writer, mine = self.writer, set(self.stretch.slots)
        rows = {s: writer.rows[s] for s in self.stretch.slots}
        for s in self.stretch.sums:
            summed = writer.rows[s].slots[0]
            if summed not in self.at:
                self.at[summed] = self._scratch(np.dtype(np.float64))
        read = dict.fromkeys(s for row in rows.values() for s in row.slots if s not in mine)
        arrays = [s for s in read if writer.kinds[s].is_array]
        numbers = [s for s in read if not writer.kinds[s].is_array]
        constants = {id(a): a for row in rows.values() for a in row.args if isinstance(a, np.ndarray)}
        found = list(self.at)
        run = machine.kernel(rows, arrays, numbers, found, list(constants.values()))
        given = [self._operand(a) for a in [*map(Slot, arrays), *constants.values()]]
        groups = (given, [f"v{s}" for s in numbers], [self.at[s] for s in found])
        texts = ", ".join("(" + "".join(f"{text}, " for text in group) + ")" for group in groups)
        size = "s.stop - s.start" if self.looped else str(self.size)
        call = f"{writer.names.function(run)}({size}, {texts})"
        return [call, *(line for s in found for line in self._sums(s))]
