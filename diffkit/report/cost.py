"""Cost drawn: the calls of f that a gradient takes, and its time, against the number of inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator
from numpy.typing import NDArray

from diffkit.report.ends import make_room, names_at_ends, settle
from diffkit.report.frame import GREY, fit_title
from diffkit.report.labels import Labels
from diffkit.report.style import describe, house_style, look_of, new_axes
from diffkit.report.words import cut

__all__ = ["cost_against_inputs"]

Heights = NDArray[np.float64]


class Row(Protocol):
    """What the figure reads of a method's gradient of n inputs."""

    @property
    def evaluations(self) -> int | None: ...
    @property
    def ratio(self) -> float | None: ...
    @property
    def status(self) -> str: ...


class Theory(Protocol):
    """What the figure reads of what theory says."""

    def calls(self, n: float, /) -> float | None: ...


class Cost(Protocol):
    """What the figure reads of the study."""

    @property
    def f(self) -> str: ...
    @property
    def sizes(self) -> Sequence[int]: ...
    @property
    def methods(self) -> Sequence[str]: ...
    @property
    def theory(self) -> Mapping[str, Theory]: ...
    def __getitem__(self, row: tuple[str, int], /) -> Row: ...


def cost_against_inputs(cost: Cost, ax: Axes | None = None, times: bool = True) -> Axes:
    """Axes with the calls of f for a gradient against the number of inputs, both logarithmic.

    Lines are what theory says, filled markers what was counted, and hollow ones the time, in calls of f
    that take as long.

    Parameters
    ----------
    cost
        A `Cost`.
    ax
        Where to draw; by default new axes. Labels are placed for the size these have now.
    times
        Whether to draw how long it took, which differs from run to run.

    Notes
    -----
    The axes' `alt` is the alternative text, which `save` writes into the file.
    """
    with house_style():
        return _drawn(cost, new_axes(7.5, 5.0) if ax is None else ax, times)


MANY = 5  # methods from which on times are drawn of one of each kind only
ONE_OF_EACH = ("central", "dual", "reverse")


def _drawn(cost: Cost, ax: Axes, times: bool) -> Axes:
    first, last = cost.sizes[0], cost.sizes[-1]
    counts = {method: _heights([cost[method, n].evaluations for n in cost.sizes]) for method in cost.methods}
    counts = {method: heights for method, heights in counts.items() if np.isfinite(heights).any()}
    timed = [m for m in counts if times and (len(counts) < MANY or m in ONE_OF_EACH)]
    ax.set_xscale("log")
    ax.set_yscale("log")
    for method, heights in counts.items():
        look = look_of(method)
        ax.plot(*_line(cost, method, heights), color=look.colour, linestyle=look.dash, linewidth=1.5)
        ax.plot(cost.sizes, heights, color=look.colour, marker=look.marker, linestyle="", zorder=3)
    for method in timed:
        look, ratios = look_of(method), _heights([cost[method, n].ratio for n in cost.sizes])
        ax.plot(cost.sizes, ratios, color=look.colour, linewidth=0.8, alpha=0.35, zorder=2)
        ax.plot(cost.sizes, ratios, color=look.colour, marker=look.marker, markersize=6, linestyle="",
                markerfacecolor="white", zorder=2.5)  # fmt: skip
    ends = []
    for method, heights in counts.items():
        ends.append((float(_line(cost, method, heights)[1][-1]), _words(cost, method), look_of(method)))
    texts = names_at_ends(ax, last, ends)
    _ticks(ax, cost.sizes)
    low, high = np.log10(ax.get_ylim())
    ax.set_ylim(top=10 ** (high + 0.22 * (high - low)))  # room for the key
    ax.set_xlabel("number of inputs n")
    ax.set_ylabel("calls of f for one gradient")
    make_room(ax, first, last, texts)
    ax.spines["bottom"].set_bounds(first, last)
    fit_title(ax, lambda room: f"Cost of the gradient of {cut(cost.f, room)}")
    labels = Labels(ax)
    settle(labels, texts)
    _key(ax, bool(timed))
    describe(ax, _in_words(cost, list(counts), timed))
    return ax


def _line(cost: Cost, method: str, counted: Heights) -> tuple[Heights, Heights]:
    """What theory says, between the sizes as well; what was counted where theory says no number."""
    theory = cost.theory[method]
    if theory.calls(1) is None:
        seen = np.isfinite(counted)
        return np.array(cost.sizes, float)[seen], counted[seen]
    sizes = np.geomspace(cost.sizes[0], cost.sizes[-1], 100)
    return sizes, np.array([theory.calls(n) for n in sizes], float)


def _words(cost: Cost, method: str) -> str:
    if cost.theory[method].calls(1) is not None:
        return f"{look_of(method).name}: {cost.theory[method]}"
    n = max(n for n in cost.sizes if cost[method, n].evaluations)
    return f"{look_of(method).name}: about {(cost[method, n].evaluations or 0) / n:.2g}n"


def _ticks(ax: Axes, sizes: Sequence[int]) -> None:
    """A tick at each size where they are few and stand apart; otherwise at the powers of ten in between."""
    few = len(sizes) < MANY + 2 and all(more >= 2 * less for less, more in pairwise(sizes))
    powers = [10**k for k in range(len(str(sizes[-1]))) if sizes[0] <= 10**k <= sizes[-1]]
    ax.set_xticks(list(sizes) if few else powers or [sizes[0], sizes[-1]])
    ax.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:.0f}"))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_locator(LogLocator(numticks=9))
    ax.yaxis.set_minor_formatter(NullFormatter())


def _key(ax: Axes, timed: bool) -> None:
    """What the line and the kinds of marker are, in the room above them."""
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("what theory says", {"linestyle": "-", "linewidth": 1.5}),
        ("counted", {"linestyle": "", "marker": "o"}),
        ("timed: calls of f that take as long", {"linestyle": "", "marker": "o", "markerfacecolor": "white"}),
    ]
    handles = [Line2D([], [], color=GREY, label=words, **look) for words, look in kinds[: 2 + timed]]
    ax.legend(handles=handles, loc="upper left", handlelength=1.6, labelspacing=0.3).set_in_layout(False)


def _in_words(cost: Cost, methods: list[str], timed: list[str]) -> str:
    ends = f"n = {cost.sizes[0]}" + f" to {cost.sizes[-1]}" * (len(cost.sizes) > 1)
    told = "; ".join(_words(cost, method) for method in methods)
    rows = {method: [cost[method, n] for n in cost.sizes] for method in methods}
    last = {m: [row.ratio for row in rows[m] if row.ratio][-1:] for m in timed}
    times = ", ".join(f"{look_of(m).name} {ratio[0]:.2g}" for m, ratio in last.items() if ratio)
    left = [m for m in methods if any(row.status == "left out" for row in rows[m])]
    more = f" Left out at some sizes, since it takes too long: {', '.join(left)}." if left else ""
    slow = f" Time in calls of f at the largest size: {times}." if times else ""
    return (
        f"Calls of f for the gradient of {cut(cost.f, 200)} against the number of inputs, {ends}, both "
        f"logarithmic. {told}.{slow}{more}"
    )


def _heights(values: Sequence[float | None]) -> Heights:
    return np.array([float(value) if value else math.nan for value in values])
