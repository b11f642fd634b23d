"""Tables of texts: aligned columns, Markdown, HTML, CSV, JSON; and how numbers are worded in them."""

from __future__ import annotations

import csv
import html
import io
import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

__all__ = [
    "BELOW",
    "Printed",
    "Table",
    "csv_text",
    "digits_text",
    "error_text",
    "json_ready",
    "list_text",
    "seconds_text",
    "value_text",
    "width_of",
]

BELOW = "see below"  # the note of a row whose reason is among the remarks
MOST_SHOWN = 6  # entries of a list that is still written whole: a line of text holds no more


class Printed:
    """What shows itself as it prints: at IPython's prompt, and in a notebook where HTML is not shown."""

    def __init_subclass__(cls) -> None:
        # IPython takes the first of a class and its bases that has this method or a __repr__ of its own.
        cls._repr_pretty_ = Printed._repr_pretty_  # type: ignore[method-assign]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


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
            # A browser would break 1e-08 after the hyphen.
            right, left = "text-align:right;white-space:nowrap", "text-align:left"
            return "".join(
                f'<{tag} style="{right if column in self.right else left}">{html.escape(cell)}</{tag}>'
                for cell, column in zip(cells, self.columns, strict=True)
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
    entries, end = shown.split(", "), dots + size or ", ..." + cell[-1:] * (cell[-1:] in ")]")
    while len(cell) > room and len(entries) > 1:
        entries.pop()
        cell = ", ".join(entries) + end
    return cell


def csv_text(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Comma-separated values, an empty cell for None."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([["" if cell is None else cell for cell in row] for row in rows])
    return out.getvalue()


def _all_digits(value: Any) -> str:
    try:
        return repr(float(value))
    except (TypeError, ValueError):  # a text or a function in a dataclass
        return str(getattr(value, "__name__", repr(value)))


def value_text(value: Any, number: Callable[[Any], str] = _all_digits) -> str:
    """A number with all its digits; a long array by its first entries; a dataclass by its fields.

    Examples
    --------
    >>> value_text({"w": np.arange(2.0), "b": (3, None)})
    'w=[0.0, 1.0], b=(3.0, -)'
    """
    if value is None:
        return "-"
    if value is not (named := _by_name(value)):
        return f"{type(value).__name__}({value_text(named, number)})"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={value_text(v, number)}" for name, v in value.items())
    if isinstance(value, list | tuple):
        return "(" + ", ".join(value_text(v, number) for v in value) + ")"
    return list_text([number(v) for v in np.ravel(value)]) if np.ndim(value) else number(value)


def _by_name(value: Any) -> Any:
    """A dataclass as the mapping of its fields; anything else as it is."""
    if not is_dataclass(value) or isinstance(value, type):
        return value
    return {field.name: getattr(value, field.name) for field in fields(value) if hasattr(value, field.name)}


def list_text(entries: Sequence[str]) -> str:
    """A list: whole when it is short, otherwise its first three entries and how many there are.

    Examples
    --------
    >>> list_text("abcdefgh")
    '[a, b, c, ... 8 values]'
    """
    if len(entries) <= MOST_SHOWN:
        return f"[{', '.join(entries)}]"
    return f"[{', '.join(entries[:3])}, ... {len(entries)} values]"


def error_text(error: float | None) -> str:
    """An error or a step with three digits; 0 where it is exactly zero, - where there is none."""
    if error is None or math.isnan(error):
        return "-"
    return "0" if error == 0 else f"{error:.2e}"


def digits_text(digits: float | None) -> str:
    """Correct digits with one decimal, never rounded up."""
    return "-" if digits is None else f"{math.floor(digits * 10) / 10:.1f}"


def seconds_text(seconds: float | None) -> str:
    """A time in the unit that suits it."""
    if seconds is None:
        return "-"
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"


def json_ready(value: Any) -> Any:
    """The value in JSON's types: arrays as lists, dataclasses as objects, what is not finite as null."""
    value = _by_name(value)
    if isinstance(value, Mapping):
        return {str(key): json_ready(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_ready(item) for item in value]
    if isinstance(value, np.ndarray):
        return json_ready(value.tolist())
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    value = value.item() if isinstance(value, np.generic) else value
    return value if value is None or isinstance(value, str | int) else value_text(value)
