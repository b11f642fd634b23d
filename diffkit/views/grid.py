"""A table of texts, written as aligned columns, Markdown or HTML."""

from __future__ import annotations

import html
import math
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["BELOW", "Table"]

BELOW = "see below"  # the note of a row whose reason is among the remarks


@dataclass(frozen=True)
class Table:
    """Column headings and rows of texts. `right` names the columns whose numbers line up on the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[str] = frozenset()

    def text(self, width: float = math.inf) -> str:
        """Plain aligned columns, two spaces apart, no line longer than its content.

        Where a line would be longer than `width`, words give way and numbers stay whole: the notes go
        under the table, a line each; columns that hold nothing go; lists lose entries from their end.

        Examples
        --------
        >>> rows = (("central", "10.6"), ("dual", "15.0"))
        >>> print(Table(("method", "digits"), rows, frozenset({"digits"})).text())
        method   digits
        central    10.6
        dual       15.0
        """
        table, below = self, list[str]()
        if table._width > width and self.columns[-1] == "note":
            table = table._only(lambda column: column[0] != "note")
            below = ["", *(f"{row[0]}: {row[-1]}" for row in self.rows if row[-1] not in ("", BELOW))]
        if table._width > width:
            table = table._only(lambda column: set(column[1:]) != {"-"})
        if table._width > width:
            table = table._shortened(table._width - width)
        lines = [
            "  ".join(map(table._aligned, line, table.columns, table._widths)).rstrip()
            for line in (table.columns, *table.rows)
        ]
        return "\n".join([*lines, *below])

    @property
    def _widths(self) -> list[int]:
        return [max(map(width_of, column)) for column in zip(self.columns, *self.rows, strict=True)]

    @property
    def _width(self) -> int:
        return sum(self._widths) + 2 * (len(self.columns) - 1)

    def _only(self, wanted: Callable[[tuple[str, ...]], bool]) -> Table:
        """The table of the wanted columns; a column is its heading and its cells."""
        kept = [column for column in zip(self.columns, *self.rows, strict=True) if wanted(column)]
        columns, *rows = zip(*kept, strict=True)
        return Table(columns, tuple(rows), self.right)

    def _shortened(self, excess: float) -> Table:
        """The table narrower by `excess`, as far as the lists in its widest column allow."""
        widest = max(range(len(self.columns)), key=self._widths.__getitem__)
        room = self._widths[widest] - excess
        rows = ((*row[:widest], _shortened(row[widest], room), *row[widest + 1 :]) for row in self.rows)
        return Table(self.columns, tuple(rows), self.right)

    def _aligned(self, cell: str, column: str, width: int) -> str:
        room = " " * (width - width_of(cell))
        return room + cell if column in self.right else cell + room

    def markdown(self) -> str:
        """A GitHub table."""
        rule = ["---:" if c in self.right else ":---" for c in self.columns]
        lines = [self.columns, rule, *self.rows]
        return "\n".join(
            "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
        )

    def html(self) -> str:
        """A plain HTML table that needs no style sheet."""

        def line(tag: str, cells: Sequence[str]) -> str:
            sides = ["right" if c in self.right else "left" for c in self.columns]
            return "".join(
                f'<{tag} style="text-align:{side}">{html.escape(cell)}</{tag}>'
                for cell, side in zip(cells, sides, strict=True)
            )

        body = "".join(f"<tr>{line('td', row)}</tr>" for row in self.rows)
        return f"<table><thead><tr>{line('th', self.columns)}</tr></thead><tbody>{body}</tbody></table>"


def width_of(text: str) -> int:
    """The columns a text takes on a terminal: a bar or a dot over a letter takes none of its own.

    >>> width_of("v̄3")
    2
    """
    return sum(not unicodedata.combining(letter) for letter in text)


def _shortened(cell: str, room: float) -> str:
    """A list with as many of its entries as there is room for, one at least; a number as it is."""
    shown, dots, size = cell.partition(", ...")
    entries, end = shown.split(", "), dots + size or ", ..." + cell[-1] * (cell[-1] in ")]")
    while len(cell) > room and len(entries) > 1:
        entries.pop()
        cell = ", ".join(entries) + end
    return cell
