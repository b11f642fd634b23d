"""The words in an error figure: what is said beside each star, line, slope and tick, and which place is tried first."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from diffkit.report.frame import DARK, GREY, Frame
from diffkit.report.labels import Label, Labels, Spot, compass
from diffkit.report.records import Array, Curve
from diffkit.report.style import look_of
from diffkit.report.words import best_text, is_flat, number, power, slope_text, step_text

__all__ = ["best", "coincide", "key", "models", "no_step", "predictions", "regions", "rounding_line", "slopes", "zeros"]


def coincide(a: Array, b: Array) -> bool:
    """Whether two lines are one to the eye: within a factor of 1.5 wherever both are drawn."""
    both = np.isfinite(a) & np.isfinite(b) & (a > 0) & (b > 0)
    return bool(both.any() and np.all(np.abs(np.log(a[both] / b[both])) < math.log(1.5)))


def best(labels: Labels, frame: Frame) -> None:
    """Each method's name, its best step and error, beside its star; their places are chosen together."""
    wanted = []
    for method, curve in frame.sweep.curves.items():
        (step, error), look = curve.best, look_of(method)
        # Below and left of a V lies the side of the rounding line that no curve reaches.
        ways = [(-1.0, -1.0), (0.0, -1.0), (1.0, -1.0)]
        if is_flat(curve):
            # No star: any small step is as good as the next, so the words stand along the flat part.
            ends = [frame.sweep.steps[0], curve.predicted[0] if np.isfinite(curve.predicted[0]) else step]
            step = float(10 ** np.mean(np.log10(ends)))
            ways = [(0.0, -1.0), (0.0, 1.0), (-1.0, 1.0), (1.0, 1.0)]
        anchor = (step, float(frame.shown(np.array([error]))[0]))
        lines = [(look.name, {"weight": "bold"}), (best_text(curve), {})]
        wanted.append(Label(lines, anchor, compass(*ways), math.inf, {"color": look.ink}))
    labels.place_together(wanted)


def no_step(labels: Labels, frame: Frame, words: str, height: float) -> None:
    """What a flat line is, on it or under it, where there is room: from the right, then leftwards."""
    left, right = np.log10(frame.ax.get_xlim())
    for at in np.linspace(right - 0.2, left + 0.2, 20):
        for up in (1, -1):
            if labels.place(words, (float(10**at), height), [Spot(-1, up, 0, 4)], color="black", most=2.0):
                return


def zeros(labels: Labels, frame: Frame) -> None:
    """That the lowest row of the picture is not small but nothing."""
    left, right = np.log10(frame.ax.get_xlim())
    for at in np.linspace(left, right, 20):
        for up in (-1, 1):
            anchor = (float(10**at), frame.floor)
            if labels.place("error exactly 0", anchor, [Spot(1, up, 4, 5)], color=GREY, style="italic", most=2.0):
                return


def predictions(labels: Labels, frame: Frame) -> None:
    """Theory's best step, at its tick on the h axis; the same step is named once."""
    foot = frame.ax.get_ylim()[0]
    named: list[float] = []
    for method, curve in frame.sweep.curves.items():
        step = curve.predicted[0]
        if not np.isfinite(step) or any(abs(np.log10(step / other)) < 0.05 for other in named):
            continue
        named.append(step)
        words = step_text(step, frame.sweep.order, curve.order, frame.sweep.dtype)
        if is_flat(curve):
            words = f"≤ {number(step)}"
        spots = [Spot(way, 1, 6, lift, 0, lift - way) for lift in (2, 6, 14, 20) for way in (1, -1)]
        labels.place(words, (step, foot), spots, color=look_of(method).ink)


def slopes(labels: Labels, frame: Frame) -> None:
    """A triangle under each truncation branch, with the slope that was fitted to it."""
    drawn: list[Array] = []
    for method, curve in frame.sweep.curves.items():
        if not np.isfinite(curve.slope) or any(coincide(curve.model_truncation, other) for other in drawn):
            continue
        drawn.append(curve.model_truncation)
        _slope(labels, frame, curve, look_of(method).ink)


def _slope(labels: Labels, frame: Frame, curve: Curve, ink: str) -> None:
    lawful = _lawful(frame, curve)
    decade = np.log10(frame.sweep.steps)
    run = min(1.0, 2.4 / abs(curve.slope))  # decades; steep triangles are narrower, none is taller than 2.4
    rise = curve.slope * run
    left, right = np.log10(frame.ax.get_xlim())
    aside = 0.018 * (right - left)  # clear of the thick line
    if not len(lawful):
        return
    level = np.log10(np.abs(curve.truncation[lawful]))
    lo, hi = decade[lawful[0]], decade[lawful[-1]] - run
    middle = lo + 0.6 * (hi - lo)
    for start in sorted(np.linspace(lo, hi, 25) if hi > lo else (), key=lambda at: abs(at - middle)):
        foot = float(np.interp(start, decade[lawful], level))
        x0, x1 = start + aside, start + aside + run
        corners = 10 ** np.array([[x0, foot], [x1, foot], [x1, foot + rise]])
        pixels = labels.to_pixels(corners[:, 0], corners[:, 1])
        if labels.holds(pixels) > 0:
            continue
        side, under = (10**x1, 10 ** (foot + rise / 2)), (10 ** ((x0 + x1) / 2), 10**foot)
        words = slope_text(curve.slope)
        if labels.place(words, side, [Spot(1, 0, 4, 0)], color=ink, most=0.0) or (
            labels.place(words, under, [Spot(0, -1, 0, 3)], color=ink, most=0.0)
        ):
            triangle = Polygon(corners, closed=True, facecolor="white", edgecolor=ink, linewidth=1.5, zorder=3.5)
            frame.ax.add_patch(triangle)
            labels.avoid_box(Bbox([pixels.min(axis=0), pixels.max(axis=0)]))
            return


def _lawful(frame: Frame, curve: Curve) -> NDArray[np.intp]:
    """Where the error is the power law that theory promises, and is what one sees: right of the star."""
    height = np.abs(curve.truncation)
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.abs(np.log10(height / curve.model_truncation))
    return np.flatnonzero((off < 0.15) & (frame.sweep.steps > 3 * curve.best[0]) & (height < frame.top))


def regions(labels: Labels, frame: Frame) -> None:
    """Which error is the larger one, to the left and to the right of the stars."""
    left, right = frame.ax.get_xlim()
    ceiling = frame.ax.get_ylim()[1]
    for words, at, way in (("← rounding dominates", left, 1), ("truncation dominates →", right, -1)):
        spots = [Spot(way, -1, 5, lift, 0, lift) for lift in (3, 8, 14)]
        labels.place(words, (at, ceiling), spots, color=GREY, style="italic", fontsize=11)


def models(labels: Labels, frame: Frame) -> None:
    """The formula of each dotted line, written along it: every truncation line, and rounding once."""
    steps, n = frame.sweep.steps, frame.sweep.order
    named: list[Array] = []
    for method, curve in frame.sweep.curves.items():
        line = curve.model_truncation
        if np.any(line > 0) and not any(coincide(line, other) for other in named):
            named.append(line)
            words = f"truncation ≈ C {power('h', curve.order)}" if len(named) == 1 else f"C {power('h', curve.order)}"
            along(labels, words, steps, line, _lawful(frame, curve), look_of(method).ink)
    curve = rounding_line(list(frame.sweep.curves.values()))
    if curve is not None:
        line = curve.model_rounding
        left = np.flatnonzero((steps < curve.best[0]) & (line > frame.floor) & (line < frame.top))
        along(labels, f"rounding ≈ u |f| / {power('h', n)}", steps, line, left, DARK)


def rounding_line(curves: Sequence[Curve]) -> Curve | None:
    """The curve whose rounding line stands for all: they differ by a small factor, and this one goes furthest."""
    rising = [curve for curve in curves if not is_flat(curve)]
    return max(rising, key=lambda curve: curve.best[0]) if rising else None


def along(labels: Labels, words: str, steps: Array, line: Array, where: NDArray[np.intp], ink: str) -> None:
    """Words along a line, at the place among `where` nearest to its middle that is free, above or below it."""
    if len(where) < 2:
        return
    ends = labels.to_pixels(steps[[where[0], where[-1]]], line[[where[0], where[-1]]])
    angle = math.degrees(math.atan2(*(ends[1] - ends[0])[::-1]))
    middle = 0.45 * len(where)
    places = sorted(range(0, len(where), 3), key=lambda k: abs(k - middle))
    for gap in (5, 12, 22, 34):
        for side in (1, -1):
            for k in places:
                anchor = (float(steps[where[k]]), float(line[where[k]]))
                if labels.place(words, anchor, [Spot(0, side, 0, gap, angle)], color=ink, most=0.0):
                    return


def key(labels: Labels, frame: Frame) -> None:
    """What a thin, a thick and a dotted line are, a star and a tick, where the picture is emptiest."""
    rows = [
        Line2D([], [], color=GREY, linewidth=1, alpha=0.6, label="every step"),
        Line2D([], [], color=GREY, linewidth=2.4, marker="o", label="running median"),
        Line2D([], [], color=DARK, linewidth=1.5, linestyle=(0, (1, 1.6)), label="theory"),
        Line2D([], [], color=GREY, linestyle="", marker="*", markersize=13, label="best h, measured"),
        Line2D([], [], color=GREY, linestyle="", marker="|", markersize=10, markeredgewidth=2.2, label="best h, theory"),
    ]
    legend = frame.ax.legend(handles=rows, loc="center", handlelength=1.8, labelspacing=0.3, borderpad=0.2)
    legend.set_in_layout(False)
    size, inside = legend.get_window_extent(), frame.ax.get_window_extent()
    half = np.array([size.width, size.height]) / 2
    middle = (inside.x0 + inside.x1) / 2
    across = sorted(np.linspace(inside.x0 + half[0], inside.x1 - half[0], 21), key=lambda x: abs(x - middle))
    free, least = None, math.inf
    # From the top middle, where the V is open, downwards and outwards.
    for y in np.linspace(inside.y1 - half[1], inside.y0 + half[1], 16):
        for x in across:
            cost = labels.covers(Bbox([(x, y) - half, (x, y) + half]))
            if cost < least:
                free, least = (x, y), cost
        if least == 0:
            break
    if free is None:
        legend.remove()
        return
    legend.set_bbox_to_anchor(tuple(frame.ax.transAxes.inverted().transform(free)), frame.ax.transAxes)
    labels.avoid_box(Bbox([free - half, free + half]))
