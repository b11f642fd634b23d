"""A comparison drawn: the correct digits of each method, side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from matplotlib.axes import Axes

from diffkit.report.frame import DARK, GREY, fit_title
from diffkit.report.labels import WIDER
from diffkit.report.style import describe, house_style, look_of, new_axes
from diffkit.report.words import cut, which

__all__ = ["digits_by_method"]

# All that a double holds: its unit roundoff is 2^-53.
FULL = -math.log10(2.0**-53)


class Row(Protocol):
    """What the figure reads of a method's row."""

    @property
    def method(self) -> str: ...
    @property
    def digits(self) -> float | None: ...
    @property
    def evaluations(self) -> int | None: ...
    @property
    def status(self) -> str: ...
    @property
    def note(self) -> str: ...


class Comparison(Protocol):
    """What the figure reads of a comparison."""

    @property
    def f(self) -> str: ...
    @property
    def at(self) -> Mapping[str, Any]:
        """The point: each argument by its name."""
        ...

    @property
    def order(self) -> int:
        """Order n of the derivative."""
        ...

    @property
    def several(self) -> bool:
        """Whether it is a gradient."""
        ...

    @property
    def rows(self) -> Sequence[Row]: ...


def digits_by_method(comparison: Comparison, ax: Axes | None = None) -> Axes:
    """Axes with one line a method: a dot at its correct digits, which are written out with the calls of f.

    A method that does not apply keeps its line and says why, as far as there is room. The dashed line is all
    that a double holds.

    Parameters
    ----------
    comparison
        A `Comparison`.
    ax
        Where to draw; by default new axes, as high as the methods need.

    Notes
    -----
    The axes' `alt` is the alternative text, which `save` writes into the file.
    """
    rows = list(comparison.rows)
    with house_style():
        ax = new_axes(7.5, 1.6 + 0.36 * len(rows)) if ax is None else ax
        ax.axvline(FULL, color=GREY, linewidth=1.5, linestyle=(0, (4, 3)), zorder=1)
        ax.annotate("all that a double holds", (FULL, 1), (-5, -3), xycoords=("data", "axes fraction"),
                    textcoords="offset points", ha="right", va="top", color=GREY, style="italic")  # fmt: skip
        for height, row in enumerate(rows):
            if row.status == "ok" and row.digits is not None:
                _draw_row(ax, height, row)
        ax.set_yticks(range(len(rows)), [look_of(row.method).name for row in rows])
        for label, row in zip(ax.get_yticklabels(), rows, strict=True):
            label.set_color(look_of(row.method).ink)
        ax.set_ylim(len(rows) - 0.4, -1.3)
        ax.set_xlim(0, FULL + 4.6)
        ax.set_xticks(range(0, 17, 2))
        ax.grid(axis="y", visible=False)
        ax.tick_params(axis="y", length=0)
        ax.set_xlabel(f"correct digits of the {'gradient' if comparison.several else 'derivative'}")
        fit_title(ax, lambda room: f"Correct digits of the {_what(comparison, room)}")
        for height, row in enumerate(rows):  # the title's layout says how much room there is
            if row.status == "ok" and row.digits is not None:
                _say_digits(ax, height, row)
            else:
                _say_why_not(ax, height, row)
        describe(ax, _alt_text(comparison, rows))
    return ax


def _draw_row(ax: Axes, height: int, row: Row) -> None:
    look = look_of(row.method)
    assert row.digits is not None
    ax.plot([0, row.digits], [height, height], color=look.colour, linestyle=look.dash, linewidth=2, zorder=2)
    ax.plot(
        [row.digits], [height], color=look.colour, marker=look.marker, markersize=9, linestyle="", zorder=3
    )


def _say_digits(ax: Axes, height: int, row: Row) -> None:
    """The digits and calls beside the dot, or beyond the dashed line, which no words cross."""
    text = ax.annotate(_words(row), (row.digits or 0, height), (9, 0), textcoords="offset points",
                       va="center", color=DARK,
                       bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5}, zorder=2.5)  # fmt: skip
    line = float(ax.transData.transform((FULL, height))[0])
    if text.get_window_extent().x1 * WIDER > line:
        text.xy = (FULL, height)


def _say_why_not(ax: Axes, height: int, row: Row) -> None:
    """Why a row has no digits, in as many words as end inside the axes."""
    text = ax.annotate(_why_not(row), (0, height), (6, 0), textcoords="offset points", va="center",
                       color=GREY, style="italic",
                       bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})  # fmt: skip
    end, words = ax.get_window_extent().x1 / WIDER, _why_not(row).split(" ")
    while text.get_window_extent().x1 > end and len(words) > 2:
        words.pop()
        text.set_text(" ".join(words).rstrip(",:;") + " …")


def _why_not(row: Row) -> str:
    """Why a row has no digits: the first clause of its note."""
    if row.status == "ok":
        return "no reference to compare with"
    reason = row.note.partition("; ")[0]
    return f"{row.status}: {reason}" if reason else row.status


def _words(row: Row) -> str:
    assert row.digits is not None
    calls = f", {row.evaluations} call{'s' if row.evaluations != 1 else ''}" if row.evaluations else ""
    return f"{math.floor(row.digits * 10) / 10:.1f}{calls}"


def _what(comparison: Comparison, room: int) -> str:
    """Which derivative of which function at which point; the function and each value cut to their room."""
    at = {name: cut(_value(value), max(room, 12)) for name, value in comparison.at.items()}
    point = ", ".join(f"{name} = {value}" for name, value in at.items() if len(at) > 1)
    what = "gradient" if comparison.several else which(comparison.order)
    return f"{what} of {cut(comparison.f, room)} at {point or ''.join(at.values())}"


def _value(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float | int) else " ".join(str(value).split())


def _alt_text(comparison: Comparison, rows: Sequence[Row]) -> str:
    told = [
        f"{look_of(row.method).name}: "
        + (_words(row) if row.status == "ok" and row.digits is not None else _why_not(row))
        for row in rows
    ]
    what = _what(comparison, 200)
    return f"Correct digits of the {what}, and calls of f, by method. " + "; ".join(told) + "."
