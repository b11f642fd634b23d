"""The words in an error figure: what is said of each star, line, slope and tick, and where it stands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from diffkit.report.frame import DARK, GREY, Frame
from diffkit.report.labels import Label, Labels, Spot, compass
from diffkit.report.records import Array, Curve
from diffkit.report.style import look_of
from diffkit.report.words import best_text, derivative, is_flat, power, slope_text, theory_tick

__all__ = [
    "best",
    "coincide",
    "key",
    "lost",
    "models",
    "name_ticks",
    "predictions",
    "regions",
    "rounding_line",
    "slopes",
    "zeros",
]


def coincide(a: Array, b: Array) -> bool:
    """Whether two lines are one to the eye: within a factor of 1.5 wherever both are drawn."""
    both = np.isfinite(a) & np.isfinite(b) & (a > 0) & (b > 0)
    return bool(both.any() and np.all(np.abs(np.log(a[both] / b[both])) < math.log(1.5)))


def best(labels: Labels, frame: Frame, levels: Mapping[str, float]) -> None:
    """Each method's best step and error beside its star, and the words of level lines, all placed at once."""
    wanted = [_level(frame, words, height) for words, height in levels.items()]
    for method, curve in frame.curves.items():
        (step, error), look = curve.best, look_of(method)
        # Below and left of a V lies the side of the rounding line that no curve reaches.
        ways = [(-1.0, -1.0), (0.0, -1.0), (1.0, -1.0)]
        if is_flat(curve):
            # No star: any small step is as good as the next, so the words stand along the flat part.
            longest = curve.predicted[0]
            ends = [frame.sweep.steps[0], longest if 0 < longest < math.inf else step]
            step = float(10 ** np.mean(np.log10(ends)))
            ways = [(0.0, -1.0), (0.0, 1.0), (-1.0, 1.0), (1.0, 1.0)]
        anchor = (step, float(frame.shown(np.array([error]))[0]))
        lines = [(look.name, {"weight": "bold"}), (best_text(curve), {})]
        wanted.append(Label(lines, anchor, compass(*ways), math.inf, {"color": look.ink}))
    labels.place_together(wanted)


def _level(frame: Frame, words: str, height: float) -> Label:
    """Words above or below a level line: from its right end, or as far leftwards as it takes to find room."""
    end = frame.ax.get_xlim()[1]
    room = frame.ax.get_window_extent().width
    spots = [Spot(-1, up, gap, 4, 0, gap / 10 - up) for gap in np.linspace(5, room, 30) for up in (1, -1)]
    return Label([(words, {})], (end, height), spots, math.inf, {"color": "black"})


def zeros(labels: Labels, frame: Frame) -> None:
    """That the lowest row of the picture is not small but nothing."""
    _row(labels, frame, "error exactly 0", frame.floor, np.full(len(frame.sweep.steps), True))


def lost(labels: Labels, frame: Frame) -> None:
    """That the steps in this row left no digit: the difference is 0, and the error is the derivative."""
    words = f"difference exactly 0: error |{derivative(frame.sweep.order)}|"
    where = np.any([curve.lost for curve in frame.curves.values()], axis=0)
    _row(labels, frame, words, abs(frame.sweep.exact), where)


def _row(labels: Labels, frame: Frame, words: str, height: float, where: NDArray[np.bool_]) -> None:
    """Words above or below a row of markers: from its left end, or along it as it takes, or left of it."""
    if not where.any():
        return
    left, right = frame.sweep.steps[where][[0, -1]]
    room = labels.to_pixels(right, height)[0, 0] - labels.to_pixels(left, height)[0, 0]
    spots = [
        Spot(way, up, way * along, lift, 0, along / 10 - way - up + lift)
        for along in np.linspace(-5, room, 60)
        for way in (1, -1)
        for up in (1, -1)
        for lift in (4, 9)
    ]
    labels.place(words, (float(left), height), spots, 8.0, color=GREY, style="italic")


def predictions(labels: Labels, frame: Frame) -> None:
    """Theory's best step of each method, at its tick on the h axis."""
    sweep = frame.sweep
    ticks = [(method, theory_tick(curve, sweep.order, sweep.dtype)) for method, curve in frame.curves.items()]
    name_ticks(labels, frame, ticks)


def name_ticks(labels: Labels, frame: Frame, ticks: Iterable[tuple[str, tuple[float, str] | None]]) -> None:
    """Words at ticks on the h axis, in the ink of a method each; the same step is named once."""
    foot = frame.ax.get_ylim()[0]
    named: list[float] = []
    for method, tick in ticks:
        if tick is None or any(abs(np.log10(tick[0] / other)) < 0.05 for other in named):
            continue
        step, words = tick
        named.append(step)
        spots = [Spot(way, 1, 6, lift, 0, lift - way) for lift in (2, 6, 14, 20) for way in (1, -1)]
        labels.place(words, (step, foot), spots, color=look_of(method).ink)


def slopes(labels: Labels, frame: Frame) -> None:
    """A triangle under each truncation branch, with the slope that was fitted to it."""
    drawn: list[Array] = []
    for method, curve in frame.curves.items():
        if not np.isfinite(curve.slope) or any(coincide(curve.model_truncation, other) for other in drawn):
            continue
        drawn.append(curve.model_truncation)
        _slope(labels, frame, curve, look_of(method).ink)


def _slope(labels: Labels, frame: Frame, curve: Curve, ink: str) -> None:
    lawful = _lawful(frame, curve)
    decade = np.log10(frame.sweep.steps)
    run = min(1.0, 2.4 / abs(curve.slope))  # decades; steep triangles are narrower, none is taller than 2.4
    rise = curve.slope * run
    if not len(lawful):
        return
    # Beside the thick line and its markers: 10 pixels off, measured across the line.
    (ox, oy), (px, _), (_, qy) = labels.to_pixels([1, 10, 1], [1, 1, 10])
    aside = 10 / math.sin(math.atan2(curve.slope * (qy - oy), px - ox)) / (px - ox)
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
            triangle = Polygon(
                corners, closed=True, facecolor="white", edgecolor=ink, linewidth=1.5, zorder=3.5
            )
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
    """Which error is the larger one, to the left and to the right of the stars, if there is such a side."""
    left, right = frame.ax.get_xlim()
    ceiling = frame.ax.get_ylim()[1]
    told = []
    best = [curve.best[0] for curve in frame.curves.values() if not is_flat(curve)]
    if any(step > frame.sweep.steps[0] for step in best):
        told.append(("← rounding dominates", left, 1))
    if any(curve.best[0] < frame.sweep.steps[-1] for curve in frame.curves.values()):
        told.append(("truncation dominates →", right, -1))
    for words, at, way in told:
        spots = [Spot(way, -1, 5, lift, 0, lift) for lift in (3, 8, 14)]
        labels.place(words, (at, ceiling), spots, color=GREY, style="italic", fontsize=11)


def models(labels: Labels, frame: Frame) -> None:
    """The formula of each dotted line, written along it: every truncation line, and rounding once."""
    steps, n = frame.sweep.steps, frame.sweep.order
    named: list[Array] = []
    for method, curve in frame.curves.items():
        line = curve.model_truncation
        if np.any(line > 0) and not any(coincide(line, other) for other in named):
            named.append(line)
            words = (
                f"truncation ≈ C {power('h', curve.order)}"
                if len(named) == 1
                else f"C {power('h', curve.order)}"
            )
            along(labels, words, steps, line, _lawful(frame, curve), look_of(method).ink)
    lowest = rounding_line(list(frame.curves.values()))
    if lowest is not None:
        line = lowest.model_rounding
        left = np.flatnonzero((steps < lowest.best[0]) & (line > frame.floor) & (line < frame.top))
        noise = "|f|" if frame.sweep.x == 0 else "(|f| + |x f′|)"  # x + h is rounded too, unless x is 0
        formula = f"u {noise} / {power('h', n)}"
        for words in (f"rounding ≈ {formula}", formula):  # the shorter one where the longer one has no room
            if along(labels, words, steps, line, left, DARK):
                break


def rounding_line(curves: Sequence[Curve]) -> Curve | None:
    """The curve whose rounding line stands for all: they differ by a small factor, this one goes furthest."""
    rising = [curve for curve in curves if not is_flat(curve)]
    return max(rising, key=lambda curve: curve.best[0]) if rising else None


def along(labels: Labels, words: str, steps: Array, line: Array, where: NDArray[np.intp], ink: str) -> bool:
    """Whether words found a place along a straight line, on the part `where`: the nearest to its middle."""
    if len(where) < 2:
        return False
    first, last = where[[0, -1]]
    start, end = labels.to_pixels(steps[[first, last]], line[[first, last]])
    angle = math.degrees(math.atan2(end[1] - start[1], end[0] - start[0]))
    middle = where[int(0.45 * len(where))]
    half = math.hypot(*(end - start)) / 2
    # Close to the line before close to the middle; above it before below.
    spots = [
        Spot(0, side, slide, lift, angle, 20 * lift + (10 if side < 0 else 0) + abs(slide) / 20)
        for lift in (5, 12, 22, 34)
        for side in (1, -1)
        for slide in np.linspace(-half, half, 61)
    ]
    return labels.place(words, (float(steps[middle]), float(line[middle])), spots, 0.0, color=ink)


def key(labels: Labels, frame: Frame, rows: Sequence[Line2D]) -> None:
    """What the kinds of line and marker are, where the picture is emptiest."""
    legend = frame.ax.legend(
        handles=list(rows), loc="center", handlelength=1.8, labelspacing=0.3, borderpad=0.2
    )
    legend.set_in_layout(False)
    size, inside = legend.get_window_extent(), frame.ax.get_window_extent()
    half = np.array([size.width / 2 + 9, size.height / 2])  # no word stands close beside it
    middle = (inside.x0 + inside.x1) / 2
    across = sorted(np.linspace(inside.x0 + half[0], inside.x1 - half[0], 21), key=lambda x: abs(x - middle))
    free, least = None, math.inf
    # From the top middle, where the V is open, downwards and outwards.
    for y in np.linspace(inside.y1 - half[1] - 1, inside.y0 + half[1] + 2, 16):
        for x in across:
            cost = labels.covers(Bbox.from_extents(x - half[0], y - half[1], x + half[0], y + half[1]))
            if cost < least:
                free, least = (x, y), cost
        if least == 0:
            break
    if free is None:
        legend.remove()
        return
    legend.set_bbox_to_anchor(tuple(frame.ax.transAxes.inverted().transform(free)), frame.ax.transAxes)
    labels.avoid_box(Bbox([np.subtract(free, half), np.add(free, half)]))
