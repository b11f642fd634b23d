"""A table of a study, written as aligned text, Markdown, HTML or CSV; and how numbers are worded."""

from __future__ import annotations

import csv
import html
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Table", "digits_text", "error_text", "json_ready", "seconds_text", "value_text"]


@dataclass(frozen=True)
class Table:
    """Column headings and rows of texts. `right` names the columns whose numbers line up on the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[str] = frozenset()

    def text(self) -> str:
        """Plain aligned columns, two spaces apart, no line longer than its content.

        Examples
        --------
        >>> rows = (("central", "10.6"), ("dual", "15.0"))
        >>> print(Table(("method", "digits"), rows, frozenset({"digits"})).text())
        method   digits
        central    10.6
        dual       15.0
        """
        lines = [self.columns, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        return "\n".join("  ".join(map(self._aligned, line, self.columns, widths)).rstrip() for line in lines)

    def _aligned(self, cell: str, column: str, width: int) -> str:
        return cell.rjust(width) if column in self.right else cell.ljust(width)

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


def csv_text(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Comma-separated values, an empty cell for None."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([["" if cell is None else cell for cell in row] for row in rows])
    return out.getvalue()


def value_text(value: Any) -> str:
    """A number with all its digits; an array or mapping by its first entries."""
    if value is None:
        return "-"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={value_text(v)}" for name, v in value.items())
    if isinstance(value, list | tuple):
        return "(" + ", ".join(map(value_text, value)) + ")"
    flat = np.ravel(value)
    if np.ndim(value) == 0:
        return repr(float(value))
    shown = ", ".join(repr(float(v)) for v in flat[:3])
    more = f", ... {flat.size} values" if flat.size > 3 else ""
    return f"[{shown}{more}]"


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
    """The value in JSON's types: arrays as lists, what is not finite as null."""
    if isinstance(value, Mapping):
        return {str(key): json_ready(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_ready(item) for item in value]
    if isinstance(value, np.ndarray):
        return json_ready(value.tolist())
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
