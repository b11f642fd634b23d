"""Secants drawn: a filmstrip of a shrinking step, three of them beside a tangent, and an animation."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from diffkit.report.files import write_whole
from diffkit.report.frame import DARK, GREY, fit_title
from diffkit.report.labels import Label, Labels, Spot
from diffkit.report.panels import Margins, panels
from diffkit.report.style import SHORT, describe, house_style, look_of, new_axes, rendered
from diffkit.report.words import cut

__all__ = ["animate_secants", "secant_filmstrip", "three_secants"]

LEGIBLE = 24.0  # points: legs that are shorter are shown under a lens
TICKS = [1, 2, 5, 10]
LENS = 0.43  # of a panel's sides


class Line(Protocol):
    """What a figure reads of a secant."""

    @property
    def kind(self) -> str: ...
    @property
    def step(self) -> float: ...
    @property
    def left(self) -> tuple[float, float]: ...
    @property
    def right(self) -> tuple[float, float]: ...
    @property
    def dx(self) -> float: ...
    @property
    def dy(self) -> float: ...
    @property
    def slope(self) -> float: ...


class Secants(Protocol):
    """What the figures read of the study."""

    @property
    def f(self) -> str: ...
    @property
    def x(self) -> float: ...
    @property
    def value(self) -> float: ...
    @property
    def slope(self) -> float: ...
    @property
    def steps(self) -> Sequence[float]: ...
    def __getitem__(self, place: tuple[str, float], /) -> Any: ...
    def curve(self, low: float, high: float) -> tuple[Any, Any]: ...
    def tangent(self, x: Any) -> Any: ...
    def line(self, secant: Any, x: Any) -> Any: ...


def secant_filmstrip(secants: Secants, ax: Axes | None = None, kind: str = "forward") -> Axes:
    """Axes with a picture for each step: the secant with its legs dx and dy, its slope, and the tangent.

    Every picture shows the same window, so that one sees the secant turn; legs that are too short to be seen
    there are shown under a lens, in which the curve is as good as straight.

    Parameters
    ----------
    secants
        A `Secants` study.
    ax
        Whose place to take; by default new axes of 7.5 by 6 inches. The pictures are insets of these.
    kind
        "forward", "backward" or "central".

    Notes
    -----
    The axes' `alt` is the alternative text, which `save` writes into the file.
    """
    with house_style():
        ax = new_axes(7.5, 6.0) if ax is None else ax
        ax.set_axis_off()
        told = f"slope {_number(secants.slope)}"
        fit_title(
            ax,
            lambda room: f"Secants of {cut(secants.f, room)} at {secants.x:g} turn into the tangent, {told}",
        )
        lines = [secants[kind, h] for h in secants.steps]
        columns = len(lines) if len(lines) < 4 else -(-len(lines) // 2)
        places = panels(ax, len(lines), columns, around=Margins(left=36, below=20, right=8, above=22))
        for line, panel in zip(lines, places, strict=True):
            _draw_panel(panel, secants, line, _window(lines))
        slopes = ", ".join(f"{line.step:g}: {_number(line.slope)}" for line in lines)
        describe(
            ax,
            f"{len(lines)} pictures of the curve of {secants.f} with its tangent at x = {secants.x:g} and a "
            f"{look_of(kind).name} secant, whose slope by step h is {slopes}. "
            f"It turns into the tangent, whose slope is {_number(secants.slope)}.",
        )
    return ax


def _window(lines: Sequence[Line]) -> tuple[float, float]:
    """From where to where the pictures of these secants reach."""
    low, high = min(line.left[0] for line in lines), max(line.right[0] for line in lines)
    margin = 0.3 * (high - low)
    return low - margin, high + margin


def _draw_panel(
    ax: Axes, secants: Secants, line: Line, window: tuple[float, float], lens: bool = True
) -> None:
    """A picture of one secant, its legs under a lens where they are too short to be seen."""
    look, x = look_of(line.kind), _even(window)
    _draw_lines(ax, secants, line, window)
    ax.set_title(f"h = {line.step:.3g}: slope {_number(line.slope)}", loc="left", fontsize=11, color=look.ink)
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=TICKS, prune="upper"))
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=TICKS))
    labels = Labels(ax)
    for height in (secants.curve(*window)[1], secants.tangent(x), secants.line(line, x)):
        labels.avoid(x, height, 3.0)
    legs = np.ptp(labels.to_pixels(*zip(line.left, line.right, strict=True)), axis=0) * labels.pixel
    if max(legs) >= LEGIBLE:
        _say_legs(labels, line, f"dx = {line.dx:.3g}", f"dy = {_number(line.dy, 3)}")
    elif lens and (place := _free_corner(labels)) is not None:
        _draw_lens(ax.inset_axes(place), secants, line, window)


def _draw_lens(ax: Axes, secants: Secants, line: Line, window: tuple[float, float]) -> None:
    near = (line.left[0] - 0.45 * line.dx, line.right[0] + 0.6 * line.dx)
    _draw_lines(ax, secants, line, near)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(True)
    ax.spines[:].set_color(GREY)
    labels = Labels(ax)
    for height in (secants.curve(*near)[1], secants.tangent(_even(near)), secants.line(line, _even(near))):
        labels.avoid(_even(near), height, 3.0)
    _say_legs(labels, line, "dx", "dy")
    times = f"× {(window[1] - window[0]) / (near[1] - near[0]) * LENS:.2g}"
    for right, up in ((0, 1), (1, 0), (0, 0), (1, 1)):  # in the first corner that is free
        corner = (ax.get_xlim()[right], ax.get_ylim()[up])
        if labels.place(times, corner, [Spot(1 - 2 * right, 1 - 2 * up, 4, 2)], 0.0, color=GREY):
            break


def _draw_lines(ax: Axes, secants: Secants, line: Line, window: tuple[float, float]) -> None:
    """The curve, the tangent and the secant with its legs in a window, which is as high as the curve."""
    look, tangent, x = look_of(line.kind), look_of("reverse"), _even(window)
    curve = secants.curve(*window)[1]
    ax.plot(x, curve, color=GREY, linewidth=2, zorder=2)
    ax.plot(x, secants.tangent(x), color=tangent.colour, linestyle=SHORT, linewidth=1.4, zorder=2.5)
    ax.plot(x, secants.line(line, x), color=look.colour, linewidth=1.8, zorder=3)
    (x0, y0), (x1, y1) = line.left, line.right
    ax.plot([x0, x1, x1], [y0, y0, y1], color=look.ink, linewidth=1.5, linestyle=(0, (1, 1)), zorder=2.8)
    ax.plot([x0, x1], [y0, y1], color=look.ink, linestyle="", marker="o", markersize=5, zorder=4)
    low, high = float(np.nanmin(curve)), float(np.nanmax(curve))
    margin = 0.16 * (high - low or 1.0)
    ax.set_xlim(*window)
    ax.set_ylim(low - margin, high + margin)


def _say_legs(labels: Labels, line: Line, level: str, upright: str) -> None:
    """What the legs are: under (or over) the level one, and beside the upright one."""
    (x0, y0), (x1, y1) = line.left, line.right
    ink, outside = look_of(line.kind).ink, -1.0 if y1 >= y0 else 1.0
    beside = [Spot(1, up, 4, lift) for up in (0, outside) for lift in (0, 8)] + [Spot(-1, 0, 4, 0)]
    ways = [Spot(0, up, slide, 3, 0, (up != outside) * 4) for up in (outside, -outside) for slide in (0, -12)]
    labels.place_together([
        Label([(upright, {})], (x1, (y0 + y1) / 2), beside, 1e9, {"color": ink}),
        Label([(level, {})], ((x0 + x1) / 2, y0), ways, 1e9, {"color": ink}),
    ])  # fmt: skip


def _free_corner(labels: Labels) -> tuple[float, float, float, float] | None:
    """The corner in which a lens covers least of the lines, in the axes' coordinates."""
    gap, inside = 0.02, labels.inside
    corners = [(gap, 1 - gap - LENS), (1 - gap - LENS, gap), (gap, gap), (1 - gap - LENS, 1 - gap - LENS)]
    size = np.array([inside.width, inside.height])

    def covered(corner: tuple[float, float]) -> float:
        low = inside.p0 + np.array(corner) * size
        return labels.covers(Bbox([low, low + LENS * size]))

    best = min(corners, key=covered)
    return (*best, LENS, LENS) if np.isfinite(covered(best)) else None


def _even(window: tuple[float, float]) -> Any:
    return np.linspace(*window, 201)


def three_secants(secants: Secants, ax: Axes | None = None, step: float | None = None) -> Axes:
    """Axes with the forward, the backward and the central secant of one step, and the tangent.

    One sees why the central difference is the better one: its secant is nearly parallel to the tangent.

    Parameters
    ----------
    secants
        A `Secants` study.
    ax
        Where to draw; by default new axes of 7.5 by 5 inches.
    step
        Which of the study's steps; the longest by default.
    """
    h = max(secants.steps) if step is None else step
    lines = [secants[kind, h] for kind in ("forward", "backward", "central")]
    window = _window(lines)
    x = _even(window)
    with house_style():
        ax = new_axes() if ax is None else ax
        heights = secants.curve(*window)[1]
        ax.plot(x, heights, color=GREY, linewidth=2.4, zorder=2)
        exact = look_of("reverse")
        drawn: list[tuple[Any, ...]] = [("tangent", secants.slope, secants.tangent(x), exact, SHORT)]
        drawn += [(line.kind, line.slope, secants.line(line, x), look_of(line.kind), "-") for line in lines]
        for _, _, height, look, dash in drawn:
            ax.plot(x, height, color=look.colour, linestyle=dash, linewidth=1.8, zorder=3)
        places = [lines[1].left, (secants.x, secants.value), lines[0].right]
        ax.plot(*zip(*places, strict=True), color=DARK, linestyle="", marker="o", markersize=6.5, zorder=5)
        reach = float(np.ptp(window))
        ax.set_xlim(window[0], window[1] + 0.42 * reach)
        ax.spines["bottom"].set_bounds(*window)
        ax.set_xticks([place[0] for place in places], ["x − h", "x", "x + h"])
        ax.set_ylabel("f")
        fit_title(ax, lambda room: f"Three secants of {cut(secants.f, room)} at {secants.x:g}, h = {h:g}")
        labels = Labels(ax)
        told = []
        for name, slope, height, look, _ in drawn:
            words = [
                (f"{name}: slope {_number(slope)}", {"weight": "bold" if name == "tangent" else "normal"})
            ]
            spots = [Spot(1, 0, 8, lift, 0, abs(lift)) for lift in np.linspace(-60, 60, 31)]
            told.append(Label(words, (float(x[-1]), float(height[-1])), spots, 1e9, {"color": look.ink}))
        labels.place_together(told)
        slopes = ", ".join(f"{line.kind} {_number(line.slope)}" for line in lines)
        describe(
            ax,
            f"The curve of {secants.f} at x = {secants.x:g}, its tangent and three secants of step {h:g}; "
            f"slopes: {slopes}, tangent {_number(secants.slope)}.",
        )
    return ax


def animate_secants(
    secants: Secants, path: str | os.PathLike[str], kind: str = "forward", seconds: float = 0.25
) -> Path:
    """The path of a GIF in which the step shrinks and the secant turns into the tangent.

    Parameters
    ----------
    secants
        A `Secants` study; each of its steps is a frame, so that some thirty make a smooth turn.
    path
        Where to; it ends in .gif.
    kind
        "forward", "backward" or "central".
    seconds
        How long a frame is shown; the last one is shown eight times as long.
    """
    from PIL import Image  # Matplotlib brings it

    target = Path(path)
    if target.suffix.lower() != ".gif":
        raise ValueError(f"an animation is written as gif, and {target.name!r} does not end in .gif")
    lines = [secants[kind, h] for h in secants.steps]
    frames = []
    for line in lines:
        with house_style():
            ax = new_axes(6.0, 4.0)
            ax.set_title(" ", loc="left")
            ax.figure.draw_without_rendering()  # type: ignore[union-attr]
            _draw_panel(ax, secants, line, _window(lines), lens=False)
        frame = Image.open(io.BytesIO(rendered(ax, "png"))).convert("RGB").resize((720, 480))
        frames.append(frame.quantize(32))
    times = [round(1000 * seconds)] * (len(frames) - 1) + [round(8000 * seconds)]
    out = io.BytesIO()
    told = f"The {kind} secant of {secants.f} at x = {secants.x:g} turns into the tangent as h shrinks."
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=times, loop=0,
                   comment=told.encode())  # fmt: skip
    return write_whole(target, out.getvalue())


def _number(value: float, digits: int = 5) -> str:
    return f"{value:.{digits}g}".replace("-", "\N{MINUS SIGN}")
