"""What the slots of a tape are called: by number, or as f calls its arguments and intermediate values."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import is_dataclass
from typing import Literal

from diffkit.errors import ArgumentsError
from diffkit.structure import Structure
from diffkit.tape.names import numbered
from diffkit.tape.wengert import Tape
from diffkit.views.literals import literal

__all__ = ["LABELS", "Labels", "distinct", "labels_of", "places", "slot_names"]

Labels = Literal["v", "n", "names"]
LABELS = ("v", "n", "names")


def places(structure: Structure, text: str, label: str) -> Iterator[tuple[str, str]]:
    """Each leaf of an argument: the expression that reaches it, and a name for it.

    >>> import numpy as np
    >>> from diffkit.structure import flatten
    >>> list(places(flatten({"w": 1.0, "b": [np.ones(3), 2.0]})[1], "p", "p"))
    [("p['w']", 'p_w'), ("p['b'][0]", 'p_b_0'), ("p['b'][1]", 'p_b_1')]
    """
    if structure.kind is None:
        yield text, label
    if not structure.children:
        return
    attributes = is_dataclass(structure.kind) or hasattr(structure.kind, "_fields")
    named = structure.keys or getattr(structure.kind, "_fields", ())
    for key, child in zip(named or range(len(structure.children)), structure.children, strict=True):
        there = f"{text}.{key}" if attributes else f"{text}[{literal(key)}]"
        below = re.sub(r"\W", "_", str(key))
        yield from places(child, there, f"{label}_{below}" if label else below)


def slot_names(tape: Tape) -> list[str]:
    """What f calls each slot, inputs first; "" where it has no name.

    >>> import diffkit as dk
    >>> slot_names(dk.record(lambda x, y: (z := x * y) + 1, 1.0, 2.0))
    ['x', 'y', 'z', '']
    """
    children = tape.point_structure.children
    arguments = [*tape.arguments, *[""] * len(children)]
    inputs = [
        label
        for argument, child in zip(arguments, children, strict=False)
        for _, label in places(child, argument, argument)
    ]
    rows = (row.name for row in tape.instructions)
    return [*(name if name.isidentifier() else "" for name in inputs), *rows]


def distinct(
    names: Sequence[str], labels: Sequence[str], inputs: int, taken: Collection[str] = ()
) -> list[str]:
    """A name of its own for each slot: the one that it has; its label where it has none, or it is taken.

    A name that several rows have, or a row and an input, is numbered in the rows: x, x1, x2.

    >>> distinct(["x", "z", "x", "", "z", "a"], ["v0", "v1", "v2", "v3", "v4", "v5"], inputs=1)
    ['x', 'z1', 'x1', 'v3', 'z2', 'a']
    """
    numbers, gone = set(labels), set(taken)
    found: list[str] = []
    for own, label in zip(numbered(names, inputs), labels, strict=True):
        usable = own and own not in gone and (own == label or own not in numbers)
        found.append(own if usable else label)
        gone.add(own)
    return found


def labels_of(tape: Tape, labels: Labels, inputs: Sequence[str] = ()) -> tuple[list[str], list[str]]:
    """The label of each slot; and, where the label is a number, the name of the slot, if it has one.

    `inputs` are names for the first slots that are labels in any case.

    Raises
    ------
    ArgumentsError
        If `labels` is none of the three.

    >>> import diffkit as dk
    >>> def f(x, y, z):
    ...     a = x + y
    ...     return a * z
    >>> labels_of(dk.record(f, 1.0, -2.0, 3.0), "v")
    (['v-2', 'v-1', 'v0', 'v1', 'v2'], ['x', 'y', 'z', 'a', ''])
    >>> labels_of(dk.record(f, 1.0, -2.0, 3.0), "names")
    (['x', 'y', 'z', 'a', 'v2'], ['', '', '', '', ''])
    """
    if labels not in LABELS:
        raise ArgumentsError(f"labels are {labels!r}; write 'v', 'n' or 'names'")
    names = slot_names(tape)
    names[: len(inputs)] = inputs
    letter, first = ("n", 1) if labels == "n" else ("v", 1 - tape.input_count)
    numbers = [f"{letter}{slot + first}" for slot in range(len(names))]
    if labels == "names":
        return distinct(names, numbers, tape.input_count), [""] * len(names)
    called = [*inputs, *numbers[len(inputs) :]]
    known = set(called)
    return called, [name if name not in known else "" for name in names]
