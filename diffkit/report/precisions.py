"""One method's error in several floating-point types: as eps shrinks the V moves down and to the left."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from diffkit.report import callouts
from diffkit.report.figures import DOTTED, EVERY, MEDIAN, STAR, THEORY, TICK
from diffkit.report.frame import DARK, Frame, Span, ends_of, fit_title
from diffkit.report.labels import Label, Labels, compass
from diffkit.report.panels import Margins, name_axes, panels
from diffkit.report.records import Array, Sweep, Sweeps
from diffkit.report.style import DOTS, SOLID, Dash, describe, house_style, look_of, new_axes
from diffkit.report.words import best_text, is_flat, number, power, theory_tick, title_text, which

__all__ = ["error_by_precision"]


class Stroke(NamedTuple):
    """How a type is drawn, in the hue of its method: the fewer its digits, the broader and the lighter."""

    width: float
    dash: Dash
    strength: float  # of the hue; what is left is white


STROKES = {
    "float16": Stroke(5.0, SOLID, 0.35),
    "float32": Stroke(3.0, (0, (2.4, 0.8)), 0.6),
    "float64": Stroke(2.2, SOLID, 1.0),
    "longdouble": Stroke(1.6, DOTS, 1.0),
}


def error_by_precision(sweeps: Sweeps, ax: Axes | None = None) -> Axes:
    """Axes with |error| against h for every type: one V each, on one truncation line, with its best step.

    Truncation belongs to the formula and is the same in every type; rounding falls with the unit roundoff u.
    Of several methods each has a panel. Stars, ticks and lines mean what they mean in `error_against_step`.

    Parameters
    ----------
    sweeps
        An `ErrorSweeps` of several types, such as `dk.error_sweep(f, x, dtype=("float32", "float64"))`.
    ax
        Where to draw; by default new axes of 7.5 by 5 inches.

    Notes
    -----
    The axes' `alt` is the alternative text, which `save` writes into the file.
    """
    with house_style():
        ax = new_axes() if ax is None else ax
        if len(sweeps.methods) == 1:
            _draw(ax, sweeps, sweeps.methods[0], alone=True)
        else:
            _draw_panels(ax, sweeps)
        describe(ax, _alt_text(sweeps))
    return ax


def _draw_panels(ax: Axes, sweeps: Sweeps) -> None:
    """A panel a method, of the same limits."""
    ax.set_axis_off()
    fit_title(ax, lambda room: title_text(_span(sweeps, sweeps.methods), room, _types(sweeps)))
    key = ax.legend(handles=_kinds(sweeps, sweeps.methods), loc="upper left", bbox_to_anchor=(0, 1), ncols=5,
                    handlelength=1.8, columnspacing=1.2, borderaxespad=0, borderpad=0)  # fmt: skip
    key.set_in_layout(False)
    count = len(sweeps.methods)
    columns = count if count < 4 else -(-count // 2)
    places = panels(
        ax,
        count,
        columns,
        around=Margins(left=11, below=20, right=11, above=20),
        outside=Margins(left=52, below=18, above=16),
    )
    for k, (panel, method) in enumerate(zip(places, sweeps.methods, strict=True)):
        _draw(panel, sweeps, method, alone=False)
        panel.set_title(look_of(method).name, loc="left", fontsize=11, color=look_of(method).ink)
        panel.tick_params(labelleft=k % columns == 0, labelbottom=k >= count - columns)
    name_axes(ax, "step h", "absolute error")


def _types(sweeps: Sweeps) -> str:
    return f"in {len(sweeps.sweeps)} types"


def _kinds(sweeps: Sweeps, methods: Iterable[str]) -> list[Line2D]:
    """The rows of the key: what the kinds of line and marker are."""
    rising = any(not is_flat(s.curves[m]) for s in sweeps.sweeps.values() for m in methods)
    return [EVERY, MEDIAN, THEORY, *([STAR, TICK] if rising else [])]


def _span(sweeps: Sweeps, methods: Iterable[str]) -> Span:
    """The sweeps as one, for a frame: of the type with the most digits, with every curve of the methods."""
    fine = min(sweeps.sweeps.values(), key=lambda sweep: float(np.finfo(sweep.dtype).eps))
    curves = {f"{key} {m}": s.curves[m] for key, s in sweeps.sweeps.items() for m in methods}
    return Span(fine.f_text, fine.x, fine.exact, fine.order, ends_of(sweeps), curves)


def _draw(ax: Axes, sweeps: Sweeps, method: str, alone: bool) -> None:
    """The V of every type, the coarsest below; words beside them as far as there is room."""
    every = _span(sweeps, [method] if alone else sweeps.methods)
    heights = [h for c in every.curves.values() for h in (c.median, c.total)]
    frame = Frame(
        ax, every, every.curves, heights, by=f"{look_of(method).name}, {_types(sweeps)}", alone=alone
    )
    coarse_first = sorted(sweeps.sweeps.items(), key=lambda item: -float(np.finfo(item[1].dtype).eps))
    labels = Labels(ax)
    for rank, (_, sweep) in enumerate(coarse_first):
        _draw_errors(frame, labels, sweep, method, 2 + 0.1 * rank)
    fine = coarse_first[-1][1]
    _draw_line(frame, labels, fine.steps, fine.curves[method].model_truncation,
               fine.steps > fine.curves[method].best[0] / 5)  # fmt: skip
    for _, sweep in coarse_first:
        curve = sweep.curves[method]
        if not is_flat(curve):
            _draw_line(frame, labels, sweep.steps, curve.model_rounding, sweep.steps < curve.best[0] * 5)
    if alone:
        ticks = [theory_tick(s.curves[method], s.order, s.dtype) for s in sweeps.sweeps.values()]
        callouts.name_ticks(labels, frame, [(method, tick) for tick in ticks])
        callouts.key(labels, frame, _kinds(sweeps, [method]))
        _name_types(labels, frame, sweeps, method)
        _name_lines(labels, frame, [sweep for _, sweep in coarse_first], method)
    else:
        _name_branches(labels, frame, sweeps, method)


def _draw_errors(frame: Frame, labels: Labels, sweep: Sweep, method: str, level: float) -> None:
    ax, curve, look, stroke = frame.ax, sweep.curves[method], look_of(method), STROKES[sweep.dtype]
    shade = tinted(look.colour, stroke.strength)
    apart = frame.is_zero(curve.total) | curve.lost
    ax.plot(sweep.steps[~apart], np.abs(curve.total[~apart]), color=shade, linewidth=0.8, alpha=0.35,
            zorder=level - 1)  # fmt: skip
    every = max(1, len(sweep.steps) // 12)
    ax.plot(sweep.steps, frame.shown(curve.median), color=shade, linewidth=stroke.width,
            linestyle=stroke.dash, marker=look.marker, markevery=(every // 2, every), label=sweep.dtype,
            markerfacecolor="white" if stroke.strength < 1 else shade, zorder=level)  # fmt: skip
    labels.avoid(sweep.steps, frame.shown(curve.median), 4.0)
    labels.avoid(sweep.steps[~apart], np.abs(curve.total[~apart]), 0.3)
    if not is_flat(curve):
        step, error = curve.best[0], frame.shown(np.array([curve.best[1]]))
        ax.plot([step], error, linestyle="", marker="*", markersize=17, color=look.ink,
                markeredgecolor="white", markeredgewidth=1.2, zorder=6)  # fmt: skip
        # Not as a box: words along the line on which the star stands may pass beside it.
        corners = np.array([(i, j) for i in (-7, 0, 7) for j in (-7, 0, 7)])
        x, y = ax.transData.inverted().transform(labels.to_pixels(step, error) + corners).T
        labels.avoid(x, y, 20.0)
    if tick := theory_tick(curve, sweep.order, sweep.dtype):
        ax.plot([tick[0]] * 2, [0, 0.035], transform=ax.get_xaxis_transform(), color=shade, linewidth=2.4,
                zorder=5)  # fmt: skip
        foot = labels.to_pixels(tick[0], ax.get_ylim()[0])[0]
        labels.avoid_box_around(np.add(foot, (0, 8)), 2)


def tinted(colour: str, strength: float) -> str:
    """A colour mixed with white.

    >>> tinted("#000000", 0.6)
    '#666666'
    """
    red, green, blue = (1 - strength * (1 - part) for part in to_rgb(colour))
    return to_hex((red, green, blue))


def _draw_line(frame: Frame, labels: Labels, steps: Array, line: Array, where: NDArray[np.bool_]) -> None:
    keep = where & (line > frame.floor) & (line < 1.2 * frame.top)
    frame.ax.plot(steps[keep], line[keep], color=DARK, linestyle=DOTTED, linewidth=1.3, zorder=2.6)
    labels.avoid(steps[keep], line[keep], 2.0)


def _name_types(labels: Labels, frame: Frame, sweeps: Sweeps, method: str) -> None:
    """Each type beside its star, with its best step and error."""
    wanted = []
    for key, sweep in sweeps.sweeps.items():
        curve, ink = sweep.curves[method], look_of(method).ink
        step, error = curve.best
        if is_flat(curve):  # no star: the words stand along the flat part
            longest = curve.predicted[0]
            step = float(np.sqrt(sweep.steps[0] * (longest if 0 < longest < math.inf else step)))
        told = best_text(curve).split(", ")  # a line each: narrow labels stand nearer to their stars
        lines: list[tuple[str, dict[str, Any]]] = [
            (key, {"weight": "bold"}),
            *((words, {}) for words in told),
        ]
        anchor = (step, float(frame.shown(np.array([error]))[0]))
        spots = compass((-1.0, -1.0), (0.0, -1.0), (1.0, -1.0))
        wanted.append(Label(lines, anchor, spots, math.inf, {"color": ink}))
    labels.place_together(wanted)


def _name_branches(labels: Labels, frame: Frame, sweeps: Sweeps, method: str) -> None:
    """Each type along its rounding branch; where that is too short, over its left end."""
    ink = look_of(method).ink
    for key, sweep in sweeps.sweeps.items():
        curve = sweep.curves[method]
        line = curve.model_rounding
        where = np.flatnonzero((sweep.steps < curve.best[0]) & (line < frame.top) & (line > frame.floor))
        if is_flat(curve) or not callouts.along(labels, key, sweep.steps, line, where, ink):
            top = int(np.argmax(np.isfinite(curve.median)))
            at = (float(sweep.steps[top]), float(frame.shown(curve.median[top : top + 1])[0]))
            labels.place(key, at, compass((0.0, 1.0), (1.0, 1.0), (-1.0, 1.0)), color=ink)


def _name_lines(labels: Labels, frame: Frame, coarse_first: list[Sweep], method: str) -> None:
    """What theory's lines are: one truncation for all, and a rounding for each type."""
    fine = coarse_first[-1]
    curve, steps = fine.curves[method], fine.steps
    line = curve.model_truncation
    if np.any(line > 0):
        where = np.flatnonzero((steps > 3 * curve.best[0]) & (line > frame.floor) & (line < frame.top / 5))
        law = power("h", curve.order)
        for words in (f"truncation ≈ C {law} in every type", f"truncation ≈ C {law}"):
            if callouts.along(labels, words, steps, line, where, look_of(method).ink):
                break
    noise = "|f|" if fine.x == 0 else "(|f| + |x f′|)"
    formulas = [f"rounding ≈ u {noise} / {power('h', fine.order)}, ", "rounding, ", ""]
    for sweep in reversed(coarse_first):  # whose line is the longer one has more room for the formula
        curve, line = sweep.curves[method], sweep.curves[method].model_rounding
        if is_flat(curve):
            continue
        where = np.flatnonzero((sweep.steps < curve.best[0]) & (line < frame.top) & (line > frame.floor))
        unit = f"u = {power('2', round(math.log2(float(np.finfo(sweep.dtype).eps))) - 1)}"
        for formula in formulas:
            if callouts.along(labels, formula + unit, sweep.steps, line, where, DARK):
                formulas = formulas if not formula else [""]  # which is said once
                break


def _alt_text(sweeps: Sweeps) -> str:
    """The figure in words: where the best step of each method lies in each type."""
    one = next(iter(sweeps.sweeps.values()))
    says = [
        f"Error of the {which(one.order)} of {one.f_text} at {one.x:.6g} against the step h on logarithmic "
        f"axes, in {', '.join(sweeps.sweeps)}."
    ]
    for method in sweeps.methods:
        least = [f"{key} {number(s.curves[method].best[1])} at h = {number(s.curves[method].best[0])}"
                 for key, s in sweeps.sweeps.items()]  # fmt: skip
        says.append(f"{look_of(method).name}: least error in {'; '.join(least)}.")
    return " ".join(says)
