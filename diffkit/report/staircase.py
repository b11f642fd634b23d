"""A tape drawn as a program: one step to the right for each row, and arrows from the rows that it reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from diffkit.report import pen
from diffkit.report.frame import fit_title
from diffkit.report.pen import BLUE, BLUE_INK, BOLD, GREY, INK, RED, SIZE, text_width, typeset
from diffkit.report.style import describe, house_style, new_axes
from diffkit.report.words import cut
from diffkit.tape.wengert import Tape
from diffkit.views.runs import Arrow
from diffkit.views.table import TraceTable, number_text, table

__all__ = ["places_of", "row_words", "tape_staircase"]

PITCH = (0.27, 0.65)  # inches from row to row: the least and the most
STEP = (0.12, 0.8)  # and to the right
TALL, PAD = 0.235, 0.09  # of a box: its height, and the room at each side of its words
GAP = 0.1  # between a box, its numbers, and what it is
# Of each kind of row: the colour of its frame, that of the word beside it, and the width of the frame.
FRAMES = {
    "input": (BLUE, BLUE_INK, 1.6), "constant": (GREY, GREY, 1.4), "operation": (INK, INK, 1.2),
    "result": (INK, INK, 2.4),
}  # fmt: skip


def tape_staircase(program: Tape | TraceTable, ax: Axes | None = None) -> Axes:
    """Axes with a tape as a staircase: each row stands below and to the right of all that it reads.

    So every arrow goes down and then to the right: a program reads what is there already. Beside a row is
    its value, and behind it in brackets its tangent when the table is one of forward mode.

    Parameters
    ----------
    program
        A tape, or for its values a `diffkit.views.table`.
    ax
        Where to draw; by default axes as high as the rows take, up to 9 inches. Of more rows than there is
        room for, the first and the last are drawn.
    """
    shown = table(program) if isinstance(program, Tape) else program
    count = len(shown.rows)
    steps = sum(row.kind in ("operation", "result") for row in shown.rows)
    with house_style():
        if ax is None:
            ax = new_axes(7.5, min(max(1.0 + 0.46 * count, 2.0), 9.0))
        told = f"A program of {steps} step{'s' * (steps != 1)}: each row reads only rows above it"
        fit_title(ax, lambda room: cut(told, room))
        width, height = pen.inches(ax)
        numbers = pen.head_and_tail(count, int(height / PITCH[0]))
        _draw(ax, shown, numbers, width, height)
        describe(ax, f"{told}. {_in_words(shown, numbers)}.")
    return ax


def _draw(ax: Axes, shown: TraceTable, numbers: Sequence[int | None], width: float, height: float) -> None:
    ax.set(xlim=(0, width), ylim=(0, height))
    pitch = min(PITCH[1], height / len(numbers))
    words, notes, step = _fitted(shown, numbers, width)
    foot = min(step / 2, 0.2)  # from the left side of a box to where its arrows leave it
    centre = [height - pitch * (k + 0.5) for k in range(len(numbers))]
    left = [step * k + 0.02 for k in range(len(numbers))]
    for k, number in enumerate(numbers):
        if number is None:
            ax.text(left[k] + PAD, centre[k], words[k], color=GREY, va="center_baseline", fontsize=SIZE)
            continue
        row = shown.rows[number]
        colour, ink, line = FRAMES[row.kind]
        wide = text_width(words[k]) + 2 * PAD
        pen.box(ax, (left[k], centre[k] - TALL / 2), (wide, TALL), colour, line)
        ax.text(left[k] + PAD, centre[k], words[k], va="center_baseline", fontsize=SIZE, zorder=4)
        x = left[k] + wide + GAP
        weights = ("bold" if row.kind == "result" else "normal", "normal", "normal")
        for note, look, weight in zip(notes[k], (INK, RED, ink), weights, strict=True):
            if note:
                ax.text(
                    x, centre[k], note, color=look, va="center_baseline", fontsize=SIZE, fontweight=weight
                )
                x += BOLD * text_width(note) + GAP
    into: dict[int, list[int]] = {}
    for tail, head, _ in places_of(shown, numbers):
        into.setdefault(head, []).append(tail)
    for head, tails in into.items():
        apart = min(0.1, 0.7 * TALL / len(tails))
        # The nearest row comes in on top: its line ends there, and those of the others pass below it.
        for rank, tail in enumerate(sorted(tails, reverse=True)):
            level = centre[head] + apart * ((len(tails) - 1) / 2 - rank)
            start = (left[tail] + foot, centre[tail] - TALL / 2)
            way = pen.rounded([start, (start[0], level), (left[head] - 0.01, level)], 0.09)
            number = numbers[tail]
            given = number is not None and shown.rows[number].kind == "input"
            pen.arrow(ax, way, BLUE if given else GREY)


def places_of(shown: TraceTable, numbers: Sequence[int | None]) -> list[tuple[int, int, Arrow]]:
    """The arrows between the rows to be drawn: the places of tail and head, and the arrow.

    The rows that are left out have one place, and one arrow to or from each row that they touch.

    >>> import numpy as np, diffkit as dk
    >>> shown = table(dk.record(lambda x: np.sin(x * x) + x, 3.0))
    >>> [(tail, head) for tail, head, _ in places_of(shown, [0, None, 3])]
    [(0, 1), (1, 2), (0, 2)]
    """
    place = {number: k for k, number in enumerate(numbers)}
    gap = place.get(None, -1)
    found: list[tuple[int, int, Arrow]] = []
    met = set()
    for a in shown.arrows:
        ends = place.get(a.tail, gap), place.get(a.head, gap)
        if ends[0] != ends[1] and not (gap in ends and ends in met):
            found.append((*ends, a))
        met.add(ends)
    return found


def _fitted(
    shown: TraceTable, numbers: Sequence[int | None], width: float
) -> tuple[list[str], list[tuple[str, str, str]], float]:
    """The words in the boxes, those beside them, and the step to the right with which all have room."""
    notes = [_notes(shown, number) for number in numbers]
    for room in (72, 60, 48, 40, 32, 24, 18, 12):
        words = [cut(row_words(shown, number, len(numbers)), room) for number in numbers]
        step = STEP[1]
        for k in range(1, len(numbers)):
            beside = sum(BOLD * text_width(note) + GAP for note in notes[k] if note)
            step = min(step, (width - text_width(words[k]) - 2 * PAD - beside - 0.04) / k)
        if step >= STEP[0]:
            break
    return words, notes, max(step, 0.06)


def row_words(shown: TraceTable, number: int | None, places: int) -> str:
    """What a row is called and how it is computed; of None, how many rows do not have one of the places.

    >>> import diffkit as dk
    >>> tape = dk.record(lambda x: (y := x * x) - 1, 3.0)
    >>> [row_words(table(tape), number, 3) for number in range(3)]
    ['v₀ = x', 'v₁ = y = v₀·v₀', 'v₂ = v₁ − 1']
    """
    if number is None:
        return f"… {len(shown.rows) - places + 1} rows …"
    row = shown.rows[number]
    given = row.kind in ("input", "constant") and not row.name
    return typeset(row.label if given else f"{row.label} = {shown.equation(row)}")


def _notes(shown: TraceTable, number: int | None) -> tuple[str, str, str]:
    """What stands beside a box: the value, the tangent in brackets, and that it is an input or the result."""
    if number is None:
        return "", "", ""
    row = shown.rows[number]
    value = typeset(f"= {number_text(row.value)}") if row.value is not None else ""
    tangent = ""
    if shown.mode == "forward" and row.derivative is not None:
        tangent = typeset(f"[{number_text(row.derivative)}]")
    return value, tangent, "" if row.kind == "operation" else row.kind


def _in_words(shown: TraceTable, numbers: Sequence[int | None]) -> str:
    """The rows that are drawn, as a sentence."""
    told = []
    for number in numbers:
        if number is None:
            told.append(f"{len(shown.rows) - len(numbers) + 1} rows more")
            continue
        row: Any = shown.rows[number]
        parts = [row.label, shown.equation(row)]
        if row.kind == "input" and not row.name:
            parts = [row.label, "input"] if row.value is None else [row.label]
        parts += [number_text(row.value)] if row.value is not None else []
        told.append(" = ".join(parts))
        if shown.mode == "forward" and row.derivative is not None:
            told[-1] += f" with tangent {number_text(row.derivative)}"
    results = [row.label for row in shown.rows if row.kind == "result"]
    end = f"; the result is {' and '.join(results)}" if results else ""
    return "; ".join(told) + end
