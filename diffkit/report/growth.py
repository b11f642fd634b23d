"""Expression swell drawn: how the stages of a derivative grow with n, or how large those of one f are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from diffkit.report.ends import make_room, names_at_ends, settle
from diffkit.report.frame import DARK, GREY, fit_title
from diffkit.report.labels import Label, Labels, Spot
from diffkit.report.style import DASHDOT, LONG, SHORT, SOLID, Look, describe, house_style, new_axes
from diffkit.report.words import cut, which

__all__ = ["STAGE_LOOKS", "expression_growth"]

# Red is what the rules write, violet what SymPy makes of it, blue the graph, black automatic differentiation.
STAGE_LOOKS: dict[str, Look] = {
    #                       line       text       marker dash     spoken
    "f":              Look("#717581", "#5b5f69", "X", SHORT,   "f itself"),
    "raw":            Look("#bd1f01", "#bd1f01", "^", SOLID,   "raw rules"),
    "pruned":         Look("#bd1f01", "#bd1f01", "v", LONG,    "pruned"),
    "sympy diff":     Look("#832db6", "#832db6", "D", SOLID,   "SymPy's diff"),
    "sympy simplify": Look("#832db6", "#832db6", "P", SHORT,   "SymPy's simplify"),
    "sympy cse":      Look("#832db6", "#832db6", "s", DASHDOT, "SymPy's cse"),
    "shared":         Look("#3f90da", "#1f66a8", "o", SOLID,   "shared graph"),
    "adjoint":        Look("#000000", "#000000", "<", SHORT,   "reverse mode"),
}  # fmt: skip


class Law(Protocol):
    """What the figure reads of a fitted law of growth."""

    @property
    def kind(self) -> str: ...
    @property
    def rate(self) -> float: ...
    @property
    def step(self) -> float | None: ...
    @property
    def even(self) -> bool: ...


class Row(Protocol):
    """What the figure reads of one stage."""

    @property
    def operations(self) -> int | None: ...
    @property
    def tree(self) -> int | None: ...
    @property
    def status(self) -> str: ...
    @property
    def note(self) -> str: ...


class Swell(Protocol):
    """What the figure reads of the study."""

    @property
    def f(self) -> str: ...
    @property
    def formula(self) -> str:
        """What a family is, empty for a function."""
        ...

    @property
    def wrt(self) -> Sequence[str]: ...
    @property
    def order(self) -> int: ...
    @property
    def sizes(self) -> Sequence[int]: ...
    def counts(self, stage: str) -> list[int | None]: ...
    def growth(self, stage: str) -> Law | None: ...
    def __getitem__(self, stage: str | tuple[str, int], /) -> Row: ...


def expression_growth(swell: Swell, ax: Axes | None = None) -> Axes:
    """Axes with the operations of each stage of a derivative against n, on a logarithmic axis.

    What grows by a factor a step is a straight line here; what grows by a number a step bends over. Each
    line says which. For a function of one size there is a line for each stage, as long as its operations.

    Parameters
    ----------
    swell
        A `Swell`.
    ax
        Where to draw; by default new axes. Labels are placed for the size these have now.

    Notes
    -----
    The axes' `alt` is the alternative text, which `save` writes into the file.
    """
    with house_style():
        return _against_n(swell, ax) if len(swell.sizes) > 1 else _by_stage(swell, ax)


# -- growing functions ------------------------------------------------------------------------------------


def _against_n(swell: Swell, ax: Axes | None) -> Axes:
    ax = new_axes(7.5, 5.0) if ax is None else ax
    sizes = np.array(swell.sizes, float)
    curves = {stage: _heights(swell.counts(stage)) for stage in STAGE_LOOKS}
    curves = {stage: heights for stage, heights in curves.items() if np.isfinite(heights).any()}
    for stage, heights in curves.items():
        look = STAGE_LOOKS[stage]
        every = max(1, len(sizes) // 12)
        ax.plot(sizes, heights, color=look.colour, linestyle=look.dash, marker=look.marker, markevery=every,
                linewidth=2, zorder=3 if stage in ("shared", "adjoint") else 2.5)  # fmt: skip
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(numticks=9))
    ax.yaxis.set_minor_formatter(NullFormatter())
    few = MaxNLocator(6, steps=[1, 2, 5, 10], integer=True).tick_values(sizes[0], sizes[-1])
    ax.set_xticks(
        list(swell.sizes) if np.ptp(sizes) <= 14 else [n for n in few if sizes[0] <= n <= sizes[-1]]
    )
    ax.spines["bottom"].set_bounds(sizes[0], sizes[-1])
    ax.set_xlabel("n")
    ax.set_ylabel("operations (of reverse mode: rows)")
    ends = [(float(h[-1]), _words(swell, stage), STAGE_LOOKS[stage]) for stage, h in curves.items()]
    texts = names_at_ends(ax, swell.sizes[-1], [end for end in ends if math.isfinite(end[0])])
    make_room(ax, sizes[0], sizes[-1], texts)
    fit_title(ax, lambda room: f"Expression swell of the {_what(swell, room)}")
    labels = Labels(ax)
    for heights in curves.values():
        labels.avoid(sizes, heights, 4.0)
    settle(labels, texts)
    _say_where_lines_end(labels, swell, curves)
    describe(ax, _growth_in_words(swell, list(curves)))
    return ax


def _heights(counts: Sequence[int | None]) -> np.ndarray[Any, Any]:
    """Counts as floats; nan where there is none, where it is 0, and where no float holds it."""
    return np.array([float(count) if count and count < 10**300 else math.nan for count in counts])


def _words(swell: Swell, stage: str) -> str:
    law = swell.growth(stage)
    if law is None:
        told = ""
    elif law.step is None:
        told = f"× {law.rate:.1f} a step"
    else:
        told = f"{law.step:.3g} more a step" if law.even else f"like n^{law.rate:.1f}"
    return f"{STAGE_LOOKS[stage].name}: {told}" if told else STAGE_LOOKS[stage].name


def _say_where_lines_end(labels: Labels, swell: Swell, curves: dict[str, Any]) -> None:
    """The names of the lines that stop before the last size, with the reason; those of one end together."""
    ends: dict[tuple[int, str], list[str]] = {}
    for stage, heights in curves.items():
        if not np.isfinite(heights[-1]):
            last = int(np.flatnonzero(np.isfinite(heights))[-1])
            ends.setdefault((last, _why_it_ends(swell, stage, last)), []).append(stage)
    # Each name stands a little away and a thin line leads to its end.
    spots = [
        Spot(right, up, gap, lift, dislike=gap + lift)
        for right, up in ((1, -1), (1, 1), (-1, 1))
        for gap in (30, 50, 80, 120, 160)
        for lift in (30, 50, 80, 120, 160)
    ]
    told = []
    for (last, why), stages in ends.items():
        highest = max(stages, key=lambda stage: curves[stage][last])
        anchor = (float(swell.sizes[last]), float(curves[highest][last]))
        names = " and ".join(STAGE_LOOKS[stage].name for stage in stages)
        told.append(Label([(names, {}), (why, {})], anchor, spots, 1e9, {"color": STAGE_LOOKS[highest].ink}))
    labels.place_together(told)


def _why_it_ends(swell: Swell, stage: str, last: int) -> str:
    """What happened at the size after the last that is drawn."""
    n = swell.sizes[last + 1]
    row = swell[stage, n]
    if row.operations is not None:
        return "beyond 10^300 from there on"
    return f"{row.note if row.status == 'stopped' else row.status} at n = {n}"


def _growth_in_words(swell: Swell, stages: list[str]) -> str:
    told = "; ".join(_words(swell, stage) for stage in stages)
    ends = f"from n = {swell.sizes[0]} to {swell.sizes[-1]}"
    return f"Operations of the {_what(swell, 200)}, {ends}, on a logarithmic axis, by stage. {told}."


# -- one function -----------------------------------------------------------------------------------------


def _by_stage(swell: Swell, ax: Axes | None) -> Axes:
    stages = list(STAGE_LOOKS)
    ax = new_axes(7.5, 1.5 + 0.38 * len(stages)) if ax is None else ax
    ax.set_xscale("log")
    counts = {stage: swell[stage].operations for stage in stages}
    most = max([float(count) for count in counts.values() if count and count < 10**300], default=1.0)
    for height, stage in enumerate(stages):
        look, row = STAGE_LOOKS[stage], swell[stage]
        known = row.operations is not None
        reach = max(float(row.operations or 1), 0.8) if known and (row.operations or 0) < 10**300 else 0.8
        if known:
            ax.plot([0.5, reach], [height] * 2, color=look.colour, linestyle=look.dash, linewidth=2)
            ax.plot([reach], [height], color=look.colour, marker=look.marker, markersize=9, linestyle="")
        ax.annotate(_size_text(stage, row), (reach if known else 0.5, height), (9, 0), va="center",
                    textcoords="offset points", color=DARK if known else GREY,
                    style="normal" if known else "italic")  # fmt: skip
    ax.xaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{count:,.0f}".replace(",", " ")))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlim(0.5, most * max(most, 30) ** 0.75)
    ax.set_ylim(len(stages) - 0.4, -0.6)
    ax.set_yticks(range(len(stages)), [STAGE_LOOKS[stage].name for stage in stages])
    for label, stage in zip(ax.get_yticklabels(), stages, strict=True):
        label.set_color(STAGE_LOOKS[stage].ink)
    ax.grid(axis="y", visible=False)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("operations")
    fit_title(ax, lambda room: f"Expression swell of the {_what(swell, room)}")
    told = "; ".join(f"{STAGE_LOOKS[stage].name}: {_size_text(stage, swell[stage])}" for stage in stages)
    describe(ax, f"Operations of the {_what(swell, 200)}, by stage. {told}.")
    return ax


def _size_text(stage: str, row: Row) -> str:
    if row.operations is None:
        return row.status
    if stage == "adjoint":
        return f"{row.operations} rows, of f and the sweep back"
    nodes = f", {row.tree} nodes" if row.tree is not None and row.tree < 10**9 else ""
    count = str(row.operations) if row.operations < 10**12 else f"10^{len(str(row.operations)) - 1}"
    return f"{count} operation{'s' * (row.operations != 1)}{nodes}"


def _what(swell: Swell, room: int) -> str:
    several = len(swell.wrt) > 1
    name = "gradient" if several else which(swell.order)
    by = "" if several or swell.wrt[0] == "x" else f" by {swell.wrt[0]}"
    f = f"the {swell.f} family" if swell.formula else cut(swell.f, room)
    return f"{name} of {f}{by}"
