"""Where the arrays of a program lie: which share memory, how long each is needed, and their buffers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from diffkit.autodiff.straight.kinds import Kind

__all__ = ["Buffers", "Loop", "Storages", "Workspace"]


class Storages:
    """Which slots share memory: a view with what it looks into, a row done in place with its operand.

    Attributes
    ----------
    last
        By storage, the last part of the program that reads it.
    outside
        The storages that are the caller's: of the inputs.
    """

    def __init__(self, kinds: Sequence[Kind], inputs: int, last: dict[int, int]) -> None:
        self.of: list[set[int]] = []  # by slot: more than one only where a view may look into either
        self.last: dict[int, int] = {}
        self._slots: dict[int, list[int]] = {}  # by storage: those that have a part of it
        for slot, kind in enumerate(kinds):
            mine = set[int]().union(*(self.of[s] for s in kind.shares)) if kind.shares else {slot}
            self.of.append(mine)
            for storage in mine:
                self._slots.setdefault(storage, []).append(slot)
            self._keep(mine, last.get(slot, -1))
        self.outside = {s for slot in range(inputs) for s in self.of[slot]}

    def _keep(self, storages: Iterable[int], until: int) -> None:
        for storage in storages:
            self.last[storage] = max(self.last.get(storage, -1), until)

    def ends(self, slot: int, part: int) -> bool:
        """Whether nothing reads the memory of this slot after this part, so that it may be overwritten."""
        return self.of[slot].isdisjoint(self.outside) and all(self.last[s] <= part for s in self.of[slot])

    def take_over(self, slot: int, operand: int) -> None:
        """Let a slot, and all views into it, have the memory of an operand that ends with it."""
        theirs = self.of[operand]
        self._keep(theirs, self.last[slot])
        for moved in self._slots.pop(slot):
            self.of[moved] = self.of[moved] - {slot} | theirs
            for storage in theirs:
                self._slots[storage].append(moved)


@dataclass
class Buffers:
    """Memory that arrays take turns in: each has it from its birth to its end.

    Examples
    --------
    >>> buffers = Buffers()
    >>> first = buffers.take((100,), np.dtype(float))
    >>> buffers.give_back(first)
    >>> buffers.take((2, 50), np.dtype(float)), len(buffers.sizes)
    (1, 1)
    """

    sizes: list[int] = field(default_factory=list)  # bytes, by buffer
    views: list[tuple[int, tuple[int, ...], np.dtype[Any]]] = field(default_factory=list)
    _free: list[int] = field(default_factory=list)

    def take(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
        """The number of a view of this shape: of the free buffer that fits best, or else of a new one."""
        wanted = prod(shape) * dtype.itemsize
        fitting = [b for b in self._free if self.sizes[b] >= wanted] or self._free
        if fitting:
            buffer = min(fitting, key=lambda b: abs(self.sizes[b] - wanted))
            self._free.remove(buffer)
            self.sizes[buffer] = max(self.sizes[buffer], wanted)
        else:
            buffer = len(self.sizes)
            self.sizes.append(wanted)
        self.views.append((buffer, shape, dtype))
        return len(self.views) - 1

    def give_back(self, view: int) -> None:
        """Let others have the buffer of this view."""
        self._free.append(self.views[view][0])

    def made(self) -> list[np.ndarray[Any, Any]]:
        """All views, on memory of their own."""
        memory = [np.empty(size, np.uint8) for size in self.sizes]
        return [
            memory[buffer][: prod(shape) * dtype.itemsize].view(dtype).reshape(shape)
            for buffer, shape, dtype in self.views
        ]


@dataclass
class Loop:
    """A stretch that runs block by block: the blocks, and the buffers' views of which each needs a piece."""

    blocks: list[slice]
    scratch: list[int] = field(default_factory=list)


class Workspace:
    """The memory of one run of a program: its views, and for each loop the blocks with their pieces."""

    def __init__(self, buffers: Buffers, loops: Sequence[Loop]) -> None:
        self.views = buffers.made()
        self.loops = [
            [(part, *(self.views[t][: part.stop - part.start] for t in loop.scratch)) for part in loop.blocks]
            for loop in loops
        ]
