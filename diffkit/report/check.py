"""A gradient check drawn: the error of each component against how large it may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from diffkit.report.frame import GREY, fit_title
from diffkit.report.labels import Labels, compass
from diffkit.report.style import Look, describe, house_style, new_axes
from diffkit.report.words import cut

__all__ = ["error_against_tolerance"]

#                  line       text       marker line  spoken
LOOKS = {
    True: Look("#3f90da", "#1f66a8", "o", "-", "ok"),
    False: Look("#bd1f01", "#bd1f01", "^", "-", "wrong"),
    None: Look("#717581", "#5b5f69", "X", "-", "not judged"),
}
NAMED = 6  # wrong components that are called by name
COVERED = 40.0  # the price of a label over a marker, in pixels of a curve
TICKED = 12  # components that all have their names under the axis


class Part(Protocol):
    """What the figure reads of one component."""

    @property
    def name(self) -> str: ...
    @property
    def error(self) -> float: ...
    @property
    def tolerance(self) -> float: ...
    @property
    def ok(self) -> bool | None: ...
    @property
    def note(self) -> str: ...


class Check(Protocol):
    """What the figure reads of the study."""

    @property
    def f(self) -> str: ...
    @property
    def components(self) -> Sequence[Part]: ...
    @property
    def directions(self) -> Sequence[Part]: ...
    @property
    def inputs(self) -> int: ...


def error_against_tolerance(check: Check, ax: Axes | None = None) -> Axes:
    """Axes with the error of each component of a gradient, and a bar at its tolerance, on a logarithmic axis.

    What lies above its bar is wrong, and named, with what it looks like where there is room to say it. An
    error of exactly 0 stands on the lowest line.

    Parameters
    ----------
    check
        A `GradientCheck`.
    ax
        Where to draw; by default new axes. Labels are placed for the size these have now.

    Notes
    -----
    The axes' `alt` is the alternative text, which `save` writes into the file.
    """
    with house_style():
        return _drawn(check, new_axes(7.5, 4.0) if ax is None else ax)


def _drawn(check: Check, ax: Axes) -> Axes:
    parts = [*check.components, *check.directions]
    at = np.arange(len(parts))
    error, tolerance = (
        np.array([getattr(part, name) for part in parts], float) for name in ("error", "tolerance")
    )
    seen = np.concatenate([error, tolerance])
    seen = seen[np.isfinite(seen) & (seen > 0)]
    low, high = (np.log10(seen.min()), np.log10(seen.max())) if len(seen) else (-16.0, 0.0)
    room = 0.12 * (high - low) + 0.5
    floor = 10 ** (low - room / 2)
    ax.set_yscale("log")
    ax.set_ylim(10 ** (low - room), 10 ** (high + 2.5 * room))
    ax.set_xlim(-0.7, len(parts) - 0.3)
    heights = np.where(np.isfinite(error), np.maximum(error, floor), 10 ** (high + room / 2))
    ax.plot(
        at, tolerance, color="black", marker="_", markersize=max(4, min(16, 240 / len(parts))), linestyle=""
    )
    keys = [Line2D([], [], color="black", marker="_", markersize=12, linestyle="", label="tolerance")]
    for ok, look in LOOKS.items():
        mine = [i for i, part in enumerate(parts) if part.ok is ok]
        if mine:
            style: dict[str, Any] = {"color": look.colour, "marker": look.marker, "linestyle": ""}
            ax.plot(at[mine], heights[mine], **style, zorder=3)
            keys.append(Line2D([], [], **style, label=look.name))
    _ticks(ax, [part.name for part in parts])
    ax.yaxis.set_major_locator(LogLocator(numticks=9))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_ylabel("absolute error")
    ax.legend(handles=keys, loc="upper right", ncols=len(keys), columnspacing=1.2).set_in_layout(False)
    fit_title(ax, lambda room: f"Check of the gradient of {cut(check.f, room)}: {_verdict(parts)}")
    labels = Labels(ax)
    legend = ax.get_legend()
    assert legend is not None
    labels.avoid_box(legend.get_window_extent())
    for i in range(len(parts)):
        for y in (heights[i], tolerance[i]):
            labels.avoid([i], [y], COVERED)
    said = {""}
    for i in [i for i, part in enumerate(parts) if part.ok is False][:NAMED]:
        name, note = parts[i].name, parts[i].note
        point, spots, ink = (i, float(heights[i])), compass((0, 1), (1, 0), (-1, 0)), LOOKS[False].ink
        if note not in said and labels.place(f"{name}: {note}", point, spots, COVERED, color=ink):
            said.add(note)  # once, as it often holds for all
        else:
            labels.place(name, point, spots, color=ink)
    describe(ax, _in_words(check, parts))
    return ax


def _ticks(ax: Axes, names: Sequence[str]) -> None:
    """The names under the components where they are few and short; otherwise their places."""
    if len(names) <= TICKED and sum(map(len, names)) <= 70:
        ax.set_xticks(range(len(names)), names)
    else:
        ticks = MaxNLocator(8, integer=True).tick_values(0, len(names) - 1)
        ax.set_xticks([tick for tick in ticks if 0 <= tick < len(names)])
        ax.set_xlabel("component, in order")
    ax.grid(axis="x", visible=False)
    ax.tick_params(axis="x", length=0, labelcolor=GREY)


def _verdict(parts: Sequence[Part]) -> str:
    wrong = sum(part.ok is False for part in parts)
    return f"{wrong} of {len(parts)} wrong" if wrong else "passed"


def _in_words(check: Check, parts: Sequence[Part]) -> str:
    names = [part.name for part in parts if part.ok is False]
    more = f" and {len(names) - NAMED} more" * (len(names) > NAMED)
    told = f" Wrong: {', '.join(names[:NAMED])}{more}." if names else ""
    left = sum(part.ok is None for part in parts)
    unjudged = f" Not judged: {left}." if left else ""
    return (
        f"The error of {len(parts)} components of the gradient of {cut(check.f, 200)}, and its tolerance, "
        f"on a logarithmic axis: {_verdict(parts)}.{told}{unjudged}"
    )
