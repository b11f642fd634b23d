"""The two passes of a derivative over the same rows: values downwards, then adjoints upwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from diffkit.errors import ArgumentsError
from diffkit.report import pen
from diffkit.report.frame import fit_title
from diffkit.report.pen import BLUE, BLUE_INK, BOLD, GREY, INK, RED, SIZE, text_width, typeset
from diffkit.report.staircase import places_of, row_words, tape_staircase
from diffkit.report.style import describe, house_style, new_axes
from diffkit.report.words import cut
from diffkit.views.table import TraceTable, number_text

__all__ = ["trace_figure", "two_passes"]

LINE = 0.185  # inches from line to line
BETWEEN = (0.04, 0.3)  # rows: the least and the most
LANE = (0.09, 0.2)  # from one upright of an arrow to the next
STUB = 0.2  # from the words to the first upright
HEAD = 0.36  # above the rows, for what each pass is
GAP = (0.12, 0.3)  # between two columns
MIDDLE = (0.5, 1.0)  # between the two passes
PORT = 0.05  # from the middle of a line to where an arrow leaves
STRIPE = "#f1f2f5"
SEED = "the seed"
# Characters of a formula, and whether a term has its number: the first with which all is in the figure.
ROOMS = [(room, True) for room in (90, 60, 48, 40, 34, 30, 26, 23, 20)]
ROOMS += [(room, False) for room in (30, 27, 24, 22, 20, 18, 16, 14, 12, 10)]
TITLE = {
    "reverse": "Reverse mode: values downwards, then adjoints upwards",
    "forward": "Forward mode: values and tangents, both downwards",
}
HEADS = {
    "reverse": ("forward pass: values ↓", "backward pass: adjoints ↑"),
    "forward": ("values ↓", "tangents ↓"),
}
WAY = 2.0  # points of the arrow that says which way a pass goes
# A row of the picture, and in it the line that an arrow ends at.
End = tuple[int, int]


@dataclass
class _Band:
    """A row in the picture: what stands in each column, and a line for each term of its derivative."""

    kind: str
    equation: str
    value: str = ""
    name: str = ""
    number: str = ""
    terms: list[str] = field(default_factory=list)

    @property
    def lines(self) -> int:
        return max(1, len(self.terms))


def two_passes(table: TraceTable, ax: Axes | None = None) -> Axes:
    """Axes with the trace of a derivative: both passes beside each other, on the same rows.

    On the left values are computed row by row downwards, each from those that its arrows come from. On the
    right, in reverse mode, adjoints are added up from the last row upwards: the dashed arrow from a row ends
    at the term that it adds, with its number. In forward mode tangents go down with the values.

    Parameters
    ----------
    table
        A `diffkit.views.table` at a point.
    ax
        Where to draw; by default axes as high as the rows take, up to 9 inches. Of more rows than there is
        room for, the first and the last are drawn.

    Raises
    ------
    ArgumentsError
        If the table has no numbers.
    """
    if table.result is None:
        raise ArgumentsError("the two passes have numbers; hand on dk.views.table(tape, *point)")
    with house_style():
        if ax is None:
            every = _Trace(table, 100)
            tall = sum(LINE * band.lines + 0.6 * BETWEEN[1] for band in every.bands)
            ax = new_axes(7.5, min(0.5 + HEAD + tall, 9.0))
        fit_title(ax, lambda room: cut(TITLE[table.mode], room))
        width, height = pen.inches(ax)
        ax.set(xlim=(0, width), ylim=(0, height))
        most = min(len(table.rows), int(height / LINE))
        while (trace := _Trace(table, most)).least > height and most > 3:
            most -= 1
        _draw(ax, trace, width, height)
        describe(ax, f"{TITLE[table.mode]}. {trace.in_words()}.")
    return ax


def trace_figure(table: TraceTable, ax: Axes | None = None, figure: str = "passes") -> Axes:
    """Axes with a trace, as "passes" or as a "staircase"."""
    figures = {"passes": two_passes, "staircase": tape_staircase}
    if figure not in figures:
        raise ArgumentsError(f"figure is {figure!r}; write 'passes' or 'staircase'")
    return figures[figure](table, ax)


class _Trace:
    """The rows of a table that are drawn, and the arrows of both passes between them."""

    def __init__(self, table: TraceTable, most: int) -> None:
        self.table, self.back = table, table.mode == "reverse"
        self.numbers = pen.head_and_tail(len(table.rows), most)
        arrows = places_of(table, self.numbers)
        self.values: list[tuple[int, End]] = [(tail, (head, 0)) for tail, head, _ in arrows]
        self.sent: list[tuple[int, End]] = []
        self.terms: list[list[tuple[str, str]]] = [[] for _ in self.numbers]  # as formulas, and as numbers
        # The sweep back meets the last use first.
        for tail, head, found in arrows[::-1] if self.back else arrows:
            source, target = (head, tail) if self.back else (tail, head)
            if found.travel and self.numbers[target] is not None:
                self.sent.append((source, (target, len(self.terms[target]))))
                self.terms[target].append((typeset(table.plain(found.travel)), _number(found.sent)))
        for place, number in enumerate(self.numbers):
            if number is not None and self._is_seed(number):
                self.terms[place].append((SEED, ""))
        self.bands = self.cut(*ROOMS[0])
        self.least = HEAD + sum(LINE * band.lines + BETWEEN[0] for band in self.bands)

    def _is_seed(self, number: int) -> bool:
        row = self.table.rows[number]
        if row.derivative is None:
            return False
        return row.kind == "result" or row.travel == "1" if self.back else row.kind == "input"

    def cut(self, room: int, told: bool) -> list[_Band]:
        """The rows, their formulas cut to so many characters; `told` if terms are to have their numbers."""
        found = []
        for number, terms in zip(self.numbers, self.terms, strict=True):
            equation = cut(row_words(self.table, number, len(self.numbers)), room)
            if number is None:
                found.append(_Band("gap", equation))
                continue
            row = self.table.rows[number]
            name = typeset(self.table.plain(f"t{number}")) if row.derivative is not None else ""
            # Of one term alone the number is that of the row.
            told_here = told and len(terms) > 1
            lines = [_term(cut(formula, room), result if told_here else "") for formula, result in terms]
            found.append(
                _Band(
                    row.kind,
                    equation,
                    _number(row.value),
                    cut(name, max(room // 2, 8)),
                    _number(row.derivative),
                    lines,
                )
            )
        return found

    def in_words(self) -> str:
        """Both passes as a sentence each."""
        table = self.table
        rows = [(n, table.rows[n]) for n in self.numbers if n is not None]
        values = [
            " = ".join(filter(None, [row.label, row.name or "", number_text(row.value)])) for _, row in rows
        ]
        what = "adjoint" if self.back else "tangent"
        numbers = [
            f"{row.label}: {number_text(row.derivative)}" + (f" = {told}" if told not in ("", "1") else "")
            for _, row in (rows[::-1] if self.back else rows)
            if row.derivative is not None
            for told in [table.plain(row.travel)]
        ]
        left = len(table.rows) - len(rows)
        more = f"; {left} rows are left out" if left else ""
        way = "upwards" if self.back else "downwards"
        return f"Values downwards: {'; '.join(values)}. {what.title()}s {way}: {'; '.join(numbers)}{more}"


def _number(value: object) -> str:
    return typeset(number_text(value)).replace("array of shape", "array")


def _term(formula: str, number: str) -> str:
    """A term as it is added: the formula, and its number where that says more."""
    if formula == SEED:
        return SEED
    return f"+= {formula}" + (f" = {number}" if number not in ("", formula) else "")


@dataclass(frozen=True)
class _Page:
    """Where everything stands, in inches: the left sides of the columns, the middles of rows and lines."""

    bands: list[_Band]
    equation: float
    value: float
    middle: float
    number: float
    term: float
    right: float
    lane: float
    heights: list[float]  # of the rows
    centres: list[float]
    between: float

    def line(self, end: End) -> float:
        """The height of a line of a row."""
        place, line = end
        return self.centres[place] + LINE * ((self.bands[place].lines - 1) / 2 - line)

    def end_of(self, end: End) -> float:
        """Where the words of a line of terms end."""
        place, line = end
        return self.term + (text_width(self.bands[place].terms[line]) if self.bands[place].terms else 0.0)


def _page(trace: _Trace, uprights: int, ours: int, width: float, height: float) -> _Page:
    """The page of a trace with so many uprights in all, and so many of them on the left."""
    head = BOLD * text_width(HEADS[trace.table.mode][0])
    for room in ROOMS:
        bands = trace.cut(*room)
        wide = [max(column) for column in zip(*map(_widths, bands), strict=True)]
        wide[0] = max(wide[0], head - wide[1] - GAP[0])
        spare = width - sum(wide) - MIDDLE[0] - 3 * GAP[0] - 2 * STUB - LANE[0] * uprights - 0.1
        if spare >= 0:
            break
    # What is to spare goes to the uprights first, then between the columns, and then between the passes.
    lane = min(LANE[0] + max(spare, 0.0) / max(uprights, 1), LANE[1])
    spare = max(spare - (lane - LANE[0]) * uprights, 0.0)
    gap = min(GAP[0] + spare / 3, GAP[1])
    spare = max(spare - 3 * (gap - GAP[0]), 0.0)
    middle = min(MIDDLE[0] + spare, MIDDLE[1])
    equation = (spare - middle + MIDDLE[0]) / 2 + lane * ours + STUB
    value = equation + wide[0] + gap
    number = value + wide[1] + middle + wide[2]
    term = number + wide[3] + gap
    lines = [LINE * band.lines for band in bands]
    between = min(max((height - HEAD - sum(lines)) / len(lines), BETWEEN[0]), BETWEEN[1])
    heights = [line + between for line in lines]
    centres = [height - HEAD - sum(heights[:k]) - tall / 2 for k, tall in enumerate(heights)]
    return _Page(
        bands, equation, value, value + wide[1] + middle / 2, number, term, term + wide[4], lane,
        heights, centres, between,
    )  # fmt: skip


def _widths(band: _Band) -> list[float]:
    """How wide a row is in each column."""
    numbers = [
        text_width(f"= {text}") * (BOLD if band.kind == kind else 1.0) if text else 0.0
        for text, kind in ((band.value, "result"), (band.number, "input"))
    ]
    terms = max(map(text_width, band.terms), default=0.0)
    return [text_width(band.equation), numbers[0], text_width(band.name), numbers[1], terms]


def _lanes(steps: Sequence[tuple[int, End]]) -> dict[int, int]:
    """For each source of arrows, its upright: the short ones near the words, none on another."""
    reach: dict[int, tuple[int, int]] = {}
    for source, (target, _) in steps:
        low, high = reach.get(source, (source, source))
        reach[source] = min(low, target), max(high, target)
    lanes: dict[int, int] = {}
    for source, (low, high) in sorted(reach.items(), key=lambda item: (item[1][1] - item[1][0], item[0])):
        met = {k for other, k in lanes.items() if reach[other][0] < high and low < reach[other][1]}
        lanes[source] = next(k for k in range(len(reach)) if k not in met)
    return lanes


def _draw(ax: Axes, trace: _Trace, width: float, height: float) -> None:
    values, sent = _lanes(trace.values), _lanes(trace.sent)
    ours, theirs = (1 + max(lanes.values(), default=-1) for lanes in (values, sent))
    page = _page(trace, ours + theirs, ours, width, height)
    for place, band in enumerate(page.bands):
        _draw_row(ax, page, place, band)
    for target in range(len(page.bands)):
        # The arrow of the nearest upright comes in on top: the others pass below its end.
        sources = sorted((s for s, end in trace.values if end[0] == target), key=lambda s: values[s])
        for rank, source in enumerate(sources):
            level = page.centres[target] + 0.03 + 0.07 * ((len(sources) - 1) / 2 - rank)
            x, edge = page.equation - STUB - page.lane * values[source], page.equation - 0.05
            start = page.centres[source] - PORT
            way = pen.rounded([(edge, start), (x, start), (x, level), (edge, level)], 0.07)
            pen.arrow(ax, way, BLUE if page.bands[source].kind == "input" else GREY)
    up = 1 if trace.back else -1
    for source, end in trace.sent:
        x = page.right + STUB + page.lane * sent[source]
        first = source, 0 if trace.back else page.bands[source].lines - 1
        begin = page.end_of(first) + 0.06, page.line(first) + up * PORT
        level = page.line(end) - up * 0.03
        way = pen.rounded([begin, (x, begin[1]), (x, level), (page.end_of(end) + 0.05, level)], 0.07)
        pen.arrow(ax, way, RED, dashed=True)
    _draw_heads(ax, page, trace, height)


def _draw_row(ax: Axes, page: _Page, place: int, band: _Band) -> None:
    y, tall = page.centres[place], page.heights[place]
    if place % 2 == 0:
        size = page.right - page.equation + 0.12, tall
        corner = page.equation - 0.04, y - tall / 2
        ax.add_patch(Rectangle(corner, *size, color=STRIPE, linewidth=0, zorder=1))
    ink = {"input": BLUE_INK, "constant": GREY, "gap": GREY}.get(band.kind, INK)
    weight = "bold" if band.kind == "result" else "normal"
    _say(ax, page.equation, y, band.equation, ink)
    _say(ax, page.value, y, f"= {band.value}" if band.value else "", INK, weight=weight)
    _say(ax, page.number - 0.05, y, band.name, RED, ha="right")
    _say(ax, page.number, y, f"= {band.number}" if band.number else "", RED,
         weight="bold" if band.kind == "input" else "normal")  # fmt: skip
    for line, text in enumerate(band.terms):
        _say(ax, page.term, page.line((place, line)), text, GREY if text == SEED else INK)


def _draw_heads(ax: Axes, page: _Page, trace: _Trace, height: float) -> None:
    """What each pass is, and between the two which way it goes."""
    first, second = HEADS[trace.table.mode]
    y = height - HEAD / 2
    _say(ax, page.equation, y, first, INK, weight="bold")
    _say(ax, page.middle + 0.16, y, second, RED, weight="bold")
    top, foot = page.centres[0] + 0.08, page.centres[-1] - 0.08
    down, up = page.middle - 0.09, page.middle + 0.09
    pen.arrow(ax, pen.rounded([(down, top), (down, foot)], 0.0), INK, WAY)
    ends = (foot, top) if trace.back else (top, foot)
    pen.arrow(ax, pen.rounded([(up, y) for y in ends], 0.0), RED, WAY, dashed=True)


def _say(ax: Axes, x: float, y: float, text: str, colour: str, **look: Any) -> None:
    if text:
        ax.text(x, y, text, color=colour, va="center_baseline", fontsize=SIZE, zorder=4, **look)
