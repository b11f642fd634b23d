"""The error of a derivative against the step, drawn: the V of truncation and rounding, method by method."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from diffkit.report import callouts
from diffkit.report.frame import DARK, GREY, Frame
from diffkit.report.labels import Labels
from diffkit.report.records import Array, Curve, Sweep
from diffkit.report.style import Look, describe, house_style, look_of, new_axes
from diffkit.report.words import alt_text, is_flat, number, split_alt_text, theory_tick

__all__ = ["error_against_step", "error_split"]

DOTTED = (0, (1, 1.6))
EVERY = Line2D([], [], color=GREY, linewidth=1, alpha=0.6, label="every step")
MEDIAN = Line2D([], [], color=GREY, linewidth=2.4, marker="o", markersize=5.5, label="running median")
THEORY = Line2D([], [], color=DARK, linewidth=1.5, linestyle=DOTTED, label="theory")
STAR = Line2D([], [], color=GREY, linestyle="", marker="*", markersize=13, label="best h, measured")
TICK = Line2D(
    [], [], color=GREY, linestyle="", marker="|", markersize=10, markeredgewidth=2.2, label="best h, theory"
)
PAST = 10**0.7  # theory lines go a little past their crossing: one sees that the sum turns, not the lines


def error_against_step(sweep: Sweep, ax: Axes | None = None) -> Axes:
    """Axes with |error| against h, both logarithmic: one V for each method, flat lines for those without h.

    Thin lines are every step, thick ones the running median, dotted ones theory; a star is the best step
    of the median (the single luckiest step is chance), a tick on the h axis the step that theory calls best.
    Hollow marks in a row are steps whose error is exactly 0, or whose values of f cancel to exactly 0: the
    error is then the derivative itself, and the median leaves them out.

    Parameters
    ----------
    sweep
        An `ErrorSweep`, of one to five methods.
    ax
        Where to draw; by default new axes of 7.5 by 5 inches. Labels are placed for the size these have now.

    Notes
    -----
    The axes' `alt` is the alternative text, which `save` writes into the file.
    """
    with house_style():
        ax = new_axes() if ax is None else ax
        curves = sweep.curves
        flat = np.array(list(sweep.flat.values()), float)
        heights = [flat, *(c.median for c in curves.values()), *(c.total for c in curves.values())]
        frame = Frame(ax, sweep, curves, heights)
        for method, curve in curves.items():
            _draw_errors(frame, method, curve)
        _draw_models(frame)
        levels = _draw_flats(frame)
        labels = Labels(ax)
        _keep_clear(frame, labels)
        callouts.predictions(labels, frame)
        callouts.regions(labels, frame)
        callouts.key(labels, frame, [EVERY, MEDIAN, *_kinds(frame)])
        callouts.best(labels, frame, levels)
        if any(frame.is_zero(c.total).any() for c in curves.values()):
            callouts.zeros(labels, frame)
        callouts.slopes(labels, frame)
        callouts.models(labels, frame)
        if any(c.lost.any() for c in curves.values()):
            callouts.lost(labels, frame)
        describe(ax, alt_text(sweep))
    return ax


def _draw_errors(frame: Frame, method: str, curve: Curve) -> None:
    ax, steps, look = frame.ax, frame.sweep.steps, look_of(method)
    apart = frame.is_zero(curve.total) | curve.lost
    ax.plot(steps[~apart], np.abs(curve.total[~apart]), color=look.colour, linewidth=0.8, alpha=0.35,
            zorder=2)  # fmt: skip
    ax.plot(steps[apart], frame.shown(curve.total[apart]), linestyle="", color=look.colour,
            marker=look.marker, markersize=4, markerfacecolor="none", markeredgewidth=0.8,
            zorder=2)  # fmt: skip
    every = max(1, len(steps) // 12)
    ax.plot(steps, frame.shown(curve.median), color=look.colour, linestyle=look.dash, marker=look.marker,
            markevery=(every // 2, every), label=look.name,
            zorder=2.9 if is_flat(curve) else 3)  # fmt: skip
    _draw_star(frame, method, curve)


def _draw_star(frame: Frame, method: str, curve: Curve) -> None:
    """The best step that was measured, on the curve, and the one that theory calls best, on the h axis."""
    ax, look = frame.ax, look_of(method)
    if not is_flat(curve):
        step, error = curve.best
        ax.plot([step], frame.shown(np.array([error])), linestyle="", marker="*", markersize=17,
                color=look.ink, markeredgecolor="white", markeredgewidth=1.2, zorder=6)  # fmt: skip
    tick = theory_tick(curve, frame.sweep.order, frame.sweep.dtype)
    if tick:
        ax.plot([tick[0]] * 2, [0, 0.035], transform=ax.get_xaxis_transform(), color=look.colour,
                linewidth=2.4, zorder=5)  # fmt: skip


def _kinds(frame: Frame) -> list[Line2D]:
    """The rows of the key that name what is in the picture besides the errors."""
    curves = frame.curves.values()
    stars = any(not is_flat(curve) for curve in curves)
    ticks = any(theory_tick(curve, frame.sweep.order, frame.sweep.dtype) for curve in curves)
    return [THEORY, *([STAR] if stars else []), *([TICK] if ticks else [])]


def _draw_models(frame: Frame) -> None:
    curves = list(frame.curves.values())
    drawn: list[Array] = []
    for curve in curves:
        if not any(callouts.coincide(curve.model_truncation, other) for other in drawn):
            drawn.append(curve.model_truncation)
            _draw_model(frame, curve, curve.model_truncation, frame.sweep.steps > curve.best[0] / PAST)
    low = callouts.rounding_line(curves)
    if low is not None:
        _draw_model(frame, low, low.model_rounding, frame.sweep.steps < low.best[0] * PAST)


def _draw_model(frame: Frame, curve: Curve, line: Array, where: NDArray[np.bool_]) -> None:
    keep = where & (line > max(frame.floor, curve.best[1] / 10**1.5)) & (line < 1.2 * frame.top)
    frame.ax.plot(
        frame.sweep.steps[keep], line[keep], color=DARK, linestyle=DOTTED, linewidth=1.5, zorder=2.6
    )


def _draw_flats(frame: Frame) -> dict[str, float]:
    """Draw the lines of methods without a step; their words and heights, one for lines that coincide."""
    lines: list[tuple[list[Look], float]] = []
    # The larger errors first: lines that are one to the eye are drawn as one, at the largest.
    for method, height in sorted(frame.sweep.flat.items(), key=lambda item: -abs(item[1])):
        height = float(frame.shown(np.array([height]))[0])
        near = [looks for looks, other in lines if abs(np.log10(height / other)) < 0.5]
        if near:
            near[0].append(look_of(method))
        elif np.isfinite(height):
            lines.append(([look_of(method)], height))
    words = {}
    for looks, height in lines:
        look = looks[0]
        frame.ax.axhline(height, color=look.colour, linestyle=look.dash, linewidth=1.8, zorder=2.5)
        error = "0" if height == frame.floor else number(height)
        words[f"{' and '.join(look.name for look in looks)} (no h): error {error}"] = height
    return words


def _keep_clear(frame: Frame, labels: Labels) -> None:
    steps = frame.sweep.steps
    for curve in frame.curves.values():
        labels.avoid(steps, frame.shown(curve.median), 4.0)
        apart = frame.is_zero(curve.total) | curve.lost
        labels.avoid(steps[~apart], np.abs(curve.total[~apart]), 0.5)
        labels.avoid(steps, np.where(apart, frame.shown(curve.total), np.nan), 2.0)
        if not is_flat(curve):
            step, error = curve.best
            labels.avoid_box_around(labels.to_pixels(step, frame.shown(np.array([error])))[0], 7)
        if tick := theory_tick(curve, frame.sweep.order, frame.sweep.dtype):
            foot = labels.to_pixels(tick[0], frame.ax.get_ylim()[0])[0]
            labels.avoid_box_around(np.add(foot, (0, 8)), 2)
    for line in frame.ax.get_lines():
        if line.get_linestyle() != "None" and line.get_zorder() in (2.5, 2.6):
            labels.avoid(*line.get_data(), 3.0)


def error_split(sweep: Sweep, method: str, ax: Axes | None = None) -> Axes:
    """Axes with one method's error in its two parts: the V is the sum of a falling and a rising line.

    The truncation error (the formula, computed exactly, minus the truth) is a line; the rounding error (what
    the machine computed, minus the formula) is dots, for it is noise; the broad band behind is their sum.

    Parameters
    ----------
    sweep
        An `ErrorSweep`.
    method
        One of the sweep's methods, such as "central".
    ax
        Where to draw; by default new axes of 7.5 by 5 inches.
    """
    if method not in sweep.curves:
        raise ValueError(f"this sweep has no method {method!r}; it has {', '.join(sweep.curves)}")
    curve, look, steps = sweep.curves[method], look_of(method), sweep.steps
    with house_style():
        ax = new_axes() if ax is None else ax
        # Both lines go on far below the V; some decades of that show that they cross.
        cut = curve.best[1] / 1e5 if curve.best[1] > 0 else None
        heights = [curve.truncation, curve.rounding, curve.median]
        frame = Frame(ax, sweep, {method: curve}, heights, cut, by=look.name)
        band, = ax.plot(steps, frame.shown(curve.median), color=look.colour, linewidth=9, alpha=0.3,
                        label="total error (median)", zorder=2)  # fmt: skip
        every = max(1, len(steps) // 12)
        fall, = ax.plot(steps, frame.shown(curve.truncation), color=look.ink, marker=look.marker, linewidth=2,
                        markevery=(every // 2, every), label="truncation error", zorder=3)  # fmt: skip
        noise, = ax.plot(steps, frame.shown(curve.rounding), color=DARK, marker="o", linestyle="",
                         markersize=2.6, label="rounding error", zorder=2.8)  # fmt: skip
        _draw_star(frame, method, curve)
        _draw_models(frame)
        labels = Labels(ax)
        _keep_clear(frame, labels)
        for part in (curve.truncation, curve.rounding):
            labels.avoid(steps, frame.shown(part), 4.0)
        callouts.predictions(labels, frame)
        callouts.regions(labels, frame)
        callouts.key(labels, frame, [band, fall, noise, *_kinds(frame)])
        callouts.best(labels, frame, {})
        if frame.is_zero(curve.truncation).any():
            callouts.zeros(labels, frame)
        callouts.slopes(labels, frame)
        callouts.models(labels, frame)
        describe(ax, split_alt_text(sweep, method))
    return ax
