"""A survey drawn: a cell for each problem and method, its correct digits as colour and as number."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle

from diffkit.report.frame import DARK, GREY, fit_title
from diffkit.report.style import describe, house_style, look_of, new_axes

__all__ = ["digits_over_catalogue"]

ROW = 0.185  # inches: a line of words and a little more
LINE = 11.5  # points that a line of words takes
LETTER = 6.2  # points that a letter of them takes
# One hue, from paper to ink, which is read alike with every colour vision and in print; its palest part is
# left out, so that no digits at all are a colour and not paper.
SHADES = ListedColormap(colormaps["Blues"](np.linspace(0.12, 1.0, 256)), "digits")
MOST = 16.0


class Row(Protocol):
    """What the figure reads of a cell."""

    @property
    def digits(self) -> float | None: ...
    @property
    def reason(self) -> str: ...


class Survey(Protocol):
    """What the figure reads of a survey."""

    @property
    def methods(self) -> Sequence[str]: ...
    @property
    def dtypes(self) -> Sequence[str]: ...
    def groups(self, dtype: str | None = None) -> Mapping[str, Sequence[str]]: ...
    def __getitem__(self, key: Any, /) -> Any: ...


def digits_over_catalogue(survey: Survey, ax: Axes | None = None, dtype: str | None = None) -> Axes:
    """Axes with a row for each problem and a column for each method: the darker, the more correct digits.

    The number is in the cell, cut to whole digits. A hatched cell is a method that does not apply, with the
    reason in a word where there is room; an empty one with a question mark is an answer without a reference.
    Problems stand under what makes them hard, those first on which most digits are kept. Where rows are too
    low for words, only the kinds are named.

    Parameters
    ----------
    survey
        A `Survey`.
    ax
        Where to draw; by default new axes, 7.5 inches wide and as high as the problems need.
    dtype
        Which of the survey's types; the first by default.

    Notes
    -----
    The axes' `alt` is the alternative text, which `save` writes into the file.
    """
    dtype = survey.dtypes[0] if dtype is None else dtype
    groups, methods = survey.groups(dtype), list(survey.methods)
    lines: list[tuple[str, str]] = []  # (kind, "") is a heading, ("", problem) a row
    for kind, names in groups.items():
        lines += [(kind, "")] if kind else []
        lines += [("", name) for name in names]
    count = sum(bool(name) for _, name in lines)
    with house_style():
        ax = new_axes(7.5, 1.3 + ROW * len(lines)) if ax is None else ax
        ax.set_xlim(0, len(methods))
        ax.grid(visible=False)
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0, pad=3)
        ax.set_xticks([])
        problems = [name for _, name in lines if name]
        ax.set_yticks(range(count), problems)
        precision = "" if dtype == "float64" else f" in {dtype}"
        what = f"Correct digits of {_some(methods, 'method')} on {_some(problems, 'problem')}{precision}"
        fit_title(ax, lambda room: what)
        _name_columns(ax, methods)
        tall = _size(ax)[1]
        legible = tall / len(lines) >= LINE
        headings = len(lines) - count
        # Where rows are too low for words, the headings keep their height, and the rows share the rest.
        heading = 1.0 if legible else LINE * count / max(tall - LINE * headings, 1.0)
        tops = np.cumsum([0.0] + [heading if kind else 1.0 for kind, _ in lines])
        ax.set_ylim(tops[-1], 0)
        middles = [top + 0.5 for top, (_, name) in zip(tops, lines, strict=False) if name]
        ax.set_yticks(middles if legible else [], problems if legible else [])
        wide = _size(ax)[0] / len(methods)
        for top, (kind, name) in zip(tops, lines, strict=False):
            if kind:
                ax.text(0, top + 0.55 * heading, kind, ha="left", va="center_baseline", color=GREY,
                        style="italic", fontsize=10)  # fmt: skip
            for x, method in enumerate(methods if name else ()):
                _draw_cell(ax, x, top, survey[name, method, dtype], wide if legible else 0)
        describe(ax, _alt_text(survey, dtype, what))
    return ax


def _some(things: Sequence[str], noun: str) -> str:
    return f"{len(things)} {noun}{'s' * (len(things) != 1)}"


def _size(ax: Axes) -> tuple[float, float]:
    """Width and height in points, when names of problems and methods have their room."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)
    whole, point = ax.get_window_extent(), figure.dpi / 72
    return whole.width / point, whole.height / point


def _name_columns(ax: Axes, methods: Sequence[str]) -> None:
    """The methods over their columns, on as many levels as it takes for none to touch its neighbour."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    names = [
        ax.annotate(look_of(method).name, (x + 0.5, 1), (0, 4), xycoords=("data", "axes fraction"),
                    textcoords="offset points", ha="center", va="bottom", fontsize=10,
                    color=look_of(method).ink)
        for x, method in enumerate(methods)
    ]  # fmt: skip
    point = figure.dpi / 72
    widest = max(name.get_window_extent().width / point for name in names)
    levels = max(1, math.ceil((widest + 6) * len(methods) / _size(ax)[0]))
    stem = {"arrowstyle": "-", "color": "#b9bbc2", "linewidth": 0.8, "shrinkA": 0, "shrinkB": 1}
    for x, name in enumerate(names):
        name.set_position((0, 4 + LINE * 1.1 * (x % levels)))
        if x % levels:  # a thin line from a name that is further up to its column
            ax.annotate("", (x + 0.5, 1), (0, 4 + LINE * 1.1 * (x % levels)), arrowprops=stem,
                        xycoords=("data", "axes fraction"), textcoords="offset points")  # fmt: skip
    ax.set_title(ax.get_title(loc="left"), loc="left", pad=12 + LINE * 1.1 * levels)


def _draw_cell(ax: Axes, x: float, y: float, row: Row, room: float) -> None:
    """A cell from (x, y) to a unit further, with what is written in it where it is so many points wide."""
    words, ink = "?", GREY
    paper: dict[str, Any] = {"facecolor": "none", "linewidth": 0}
    if row.reason:
        words, ink = row.reason, DARK
        paper = {"facecolor": "#f1f1f3", "edgecolor": "#b9bbc2", "hatch": "////", "linewidth": 0}
    elif row.digits is not None:
        words, ink = str(math.floor(row.digits)), "white" if row.digits > 0.55 * MOST else DARK
        paper = {
            "facecolor": SHADES(row.digits / MOST),
            "edgecolor": "white",
            "linewidth": 1 if room else 0.4,
        }
    ax.add_patch(Rectangle((x, y), 1, 1, **paper))
    if room >= LETTER * len(words):
        under = {"facecolor": "#f1f1f3", "edgecolor": "none", "pad": 0.6} if row.reason else None
        ax.text(x + 0.5, y + 0.52, words, color=ink, ha="center", va="center_baseline", fontsize=10,
                style="italic" if row.reason else "normal", bbox=under)  # fmt: skip


def _alt_text(survey: Survey, dtype: str, what: str) -> str:
    """The figure in words: of each kind of problem, the fewest and the most digits of each method."""
    says = [f"{what}, as shades and numbers, a row a problem and a column a method."]
    for kind, names in survey.groups(dtype).items():
        told = []
        for method in survey.methods:
            known = [d for name in names if (d := survey[name, method, dtype].digits) is not None]
            if known:
                low, high = math.floor(min(known)), math.floor(max(known))
                told.append(f"{look_of(method).name} {low}" + (f" to {high}" if low < high else ""))
            else:
                told.append(f"{look_of(method).name} none")
        says.append(f"{kind[:1].upper()}{kind[1:]}: {', '.join(told)}." if kind else f"{', '.join(told)}.")
    return " ".join(says)
