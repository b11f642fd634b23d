"""A program with fewer rows and the same bits: what the sweep writes row by row, as a person would write it.

Only what loses no bit is done. Changing the sign and doubling are exact, so they join the next constant
factor: 100 * (2 * v) is 200 * v. (Where 2 * v overflows and 0.001 * (2 * v) would not, the joined row is
the better one.) Two arrays that are scattered to one place are added first, and what is scattered is added
where it belongs, without an array of zeros around it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from diffkit.autodiff.straight.kinds import Kind
from diffkit.primitives import mutual_product, scatter, selected_product, share, takes_each_once
from diffkit.tape.sharing import shared
from diffkit.tape.wengert import Instruction, Slot, Tape

__all__ = ["add_at", "tidied"]

# Those that select differ from a product only where it is not finite, and such results are not used.
PRODUCTS = (np.multiply, selected_product, mutual_product)


def add_at(a: Any, x: Any, *, key: Any) -> Any:
    """a, with x added to its elements at `key`, each of which occurs once.

    >>> add_at(np.ones(3), 2.0, key=slice(1, None))
    array([1., 3., 3.])
    """
    out = np.array(a)
    out[key] += x
    return out


def tidied(tape: Tape, kinds: Sequence[Kind]) -> Tape:
    """The tape with constant factors joined and additions before scatterings; its values are the same bits.

    Examples
    --------
    >>> import diffkit as dk
    >>> from diffkit.autodiff.straight.kinds import kinds_of
    >>> x = np.ones(3)
    >>> tape = dk.record(lambda x: -(100 * (2 * x)), x)
    >>> print(tidied(tape, kinds_of(tape, [x])))
    v0 = input 1
    v1 = -200.0 * v0
    return v1
    """
    return shared(_Writer(tape, kinds).written())


@dataclass
class _Writer:
    """A tape that is written anew, row by row."""

    tape: Tape
    kinds: Sequence[Kind]

    def written(self) -> Tape:
        self.rows: list[Instruction] = []
        self.factors: dict[int, tuple[float, Slot]] = {}  # new slot -> the c and v of its c * v
        self.reads = Counter(s for row in self.tape.instructions for s in row.slots)
        self.reads.update(o.index for o in self.tape.outputs if isinstance(o, Slot))
        self.reads.update(g.slot for g in self.tape.guards)
        self.scattered: dict[int, tuple[Any, Instruction]] = {}  # new slot of a scatter that is read once
        place: list[Any] = [Slot(i) for i in range(self.tape.input_count)]
        for old, row in enumerate(self.tape.instructions, self.tape.input_count):
            kind, args = self.kinds[old], [place[a.index] if isinstance(a, Slot) else a for a in row.args]
            operands = [self.kinds[s] for s in row.slots]
            own = all((k.type, k.dtype) == (kind.type, kind.dtype) for k in operands)
            alike = own and kind.is_array and all(k.shape == kind.shape for k in operands)
            place.append(self.row(replace(row, args=tuple(args)), kind, self.reads[old], own, alike))
        moved = lambda value: place[value.index] if isinstance(value, Slot) else value
        return replace(
            self.tape,
            instructions=tuple(self.rows),
            outputs=tuple(map(moved, self.tape.outputs)),
            guards=tuple(replace(g, slot=place[g.slot].index) for g in self.tape.guards),
        )

    def add(self, row: Instruction) -> Slot:
        self.rows.append(row)
        return Slot(self.tape.input_count + len(self.rows) - 1)

    def row(self, row: Instruction, kind: Kind, reads: int, own: bool, alike: bool) -> Slot:
        """The slot of this row's value, after the rows it needs.

        `own` if its operands have its type, `alike` if they are arrays of its shape, too. (1.0 * v is v,
        but not if v is a truth value, a whole number or an array of no dimension, which it makes a float.)
        """
        plain = kind.dtype is None or kind.dtype.kind == "f"
        if plain and not row.keywords and (kind.is_array or kind.type is float):
            args = row.args
            if row.function in PRODUCTS and len(args) == 2 and (own or len(row.slots) == 2):
                a, b = (_uniform(a, kind) if alike else a for a in args)
                return self.product(a, b)
            if row.function is np.negative and own and args[0].__class__ is Slot:
                c, v = self.factors.get(args[0].index, (1.0, None))
                return self.negated(row) if v is None else self.scaled(-c, v)
            if row.function is np.add and alike:
                return self.sum(row)
        if row.function is share and kind.dtype == np.float64:
            return self.shared(*row.args)
        new = self.add(row)
        if row.function is scatter and reads == 1 and takes_each_once(row.keywords["key"]):
            self.scattered[new.index] = (row.args[0], row)
        return new

    def negated(self, row: Instruction) -> Slot:
        """-v, which is -1 * v to whom it concerns."""
        new = self.add(row)
        self.factors[new.index] = (-1.0, row.args[0])
        return new

    def scaled(self, c: float, v: Slot) -> Slot:
        if c == 1.0:
            return v
        new = self.add(
            Instruction(np.negative, (v,), {}) if c == -1.0 else Instruction(np.multiply, (c, v), {})
        )
        self.factors[new.index] = (c, v)
        return new

    def product(self, a: Any, b: Any) -> Slot:
        if b.__class__ is not Slot:
            a, b = b, a
        if _is_number(a) and b.__class__ is Slot:
            c, v = self.factors.get(b.index, (1.0, b))
            return self.scaled(float(a) * c, v) if _exact(c) or _exact(float(a)) else self.scaled(float(a), b)
        if a.__class__ is Slot and b.__class__ is Slot:
            (c, u), (d, v) = (self.factors.get(s.index, (1.0, s)) for s in (a, b))
            if c != 1.0 and d != 1.0 and (_exact(c) or _exact(d)):
                # The exact factor goes to where the other is, which rounds there.
                operands = (self.scaled(c * d, u), v) if _exact(d) else (u, self.scaled(c * d, v))
                return self.add(Instruction(np.multiply, operands, {}))
        return self.add(Instruction(np.multiply, (a, b), {}))

    def shared(self, a: Any, b: Any) -> Slot:
        """exp(a) / (exp(a) + exp(b)) without its care for infinities: what is not finite is not used."""
        power = self.add(Instruction(np.exp, (self.add(Instruction(np.subtract, (b, a), {})),), {}))
        return self.add(Instruction(np.true_divide, (1, self.add(Instruction(np.add, (1, power), {}))), {}))

    def sum(self, row: Instruction) -> Slot:
        one, other = (self.scattered.get(a.index) if isinstance(a, Slot) else None for a in row.args)
        if one and other and one[1].keywords == other[1].keywords:
            total = self.add(Instruction(np.add, (one[0], other[0]), {}))
            new = self.add(replace(one[1], args=(total,)))
            self.scattered[new.index] = (total, one[1])
            return new
        for a, part in ((row.args[0], other), (row.args[1], one)):
            if part and isinstance(a, Slot):
                return self.add(Instruction(add_at, (a, part[0]), {"key": part[1].keywords["key"]}))
        return self.add(row)


def _is_number(value: Any) -> bool:
    return value.__class__ in (int, float) and math.isfinite(value)


def _exact(c: float) -> bool:
    """Whether a product with c is exact, overflow aside: 1, 2, 4, ... of either sign."""
    return abs(c) >= 1 and math.frexp(c)[0] in (0.5, -0.5)


def _uniform(value: Any, kind: Kind) -> Any:
    """A constant array that is one number everywhere, and widens nothing, as that number."""
    if (
        value.__class__ is np.ndarray
        and value.dtype == kind.dtype
        and value.size > 0
        and value.ndim <= len(kind.shape)
        and (value == value.flat[0]).all()
    ):
        return float(value.flat[0])
    return value
