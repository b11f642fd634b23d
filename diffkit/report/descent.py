"""Gradient descent drawn: the path on the curve or on contours, the loss by epoch, the regression line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from diffkit.report.frame import DARK, GREY, fit_title
from diffkit.report.labels import Label, Labels, compass
from diffkit.report.style import SHORT, describe, house_style, new_axes
from diffkit.report.words import cut, number

__all__ = ["gradient_descent", "loss_by_epoch", "regression_line", "training_figure"]

BLUE, INK, RED, VIOLET = "#3f90da", "#1f66a8", "#bd1f01", "#832db6"
BETWEEN = 26.0  # pixels between two dots whose epochs are named
STEP = 5.0  # pixels between two dots of a path; nearer ones are one to the eye
DETAIL = 8.0  # times what the end lies above the minimum: as high as the picture of a long fall goes


class Training(Protocol):
    """What the figures read of a training."""

    @property
    def f(self) -> str: ...
    @property
    def names(self) -> Sequence[str]: ...
    @property
    def rate(self) -> float: ...
    @property
    def points(self) -> Any:
        """(k + 1, n), a row an epoch."""
        ...

    @property
    def seen(self) -> Any:
        """The rows of `points` that a figure can hold."""
        ...

    @property
    def values(self) -> Any: ...
    @property
    def status(self) -> str: ...
    @property
    def end(self) -> Any: ...
    @property
    def lowest(self) -> float | None:
        """f at the minimum."""
        ...

    def curve(self) -> Any:
        """x, f and the lowest place, of one parameter."""

    def surface(self, shape: float) -> Any:
        """x, y, f and the lowest place, of two, and whether x and y are of one scale in this shape."""


class Regression(Training, Protocol):
    """And of a straight line through samples."""

    @property
    def x(self) -> Any: ...
    @property
    def y(self) -> Any: ...
    @property
    def least_squares(self) -> tuple[float, float]: ...
    def line(self, epoch: int | None = None) -> tuple[Any, Any]: ...


def training_figure(training: Any, ax: Axes | None = None, show: str = "path") -> Axes:
    """Axes with a training's "path", "loss" or, of a regression, "line"."""
    figures = {"path": gradient_descent, "loss": loss_by_epoch, "line": regression_line}
    if show not in figures or (show == "line" and not hasattr(training, "line")):
        raise ValueError(f"show={show!r} is no figure of this training; write 'path' or 'loss'")
    return figures[show](training, ax)


def gradient_descent(training: Training, ax: Axes | None = None) -> Axes:
    """Axes with the path of gradient descent: on the curve of f, or on the contours of two parameters.

    A dot is an epoch; a star is the last one, a diamond the minimum. Where the path falls from far above,
    the picture shows its end. Of more than two parameters the loss by epoch is drawn.

    Parameters
    ----------
    training
        A `Training`.
    ax
        Where to draw; by default new axes of 7.5 by 5 inches. Labels are placed for the size these have now.

    Notes
    -----
    The axes' `alt` is the alternative text, which `save` writes into the file.
    """
    count = len(training.names)
    if count > 2:
        return loss_by_epoch(training, ax)
    with house_style():
        ax = new_axes() if ax is None else ax
        path = _on_curve(training, ax) if count == 1 else _on_contours(training, ax)
        _titled(training, ax)
        ax.apply_aspect()
        _draw_path(training, ax, path)
        describe(ax, _path_in_words(training))
    return ax


class Path(NamedTuple):
    """Where each epoch stands in the picture, what the minimum is, and what labels keep off."""

    x: Any
    y: Any
    lowest: tuple[float, float] | None
    lines: list[tuple[Any, Any]]


def _titled(training: Training, ax: Axes) -> None:
    fit_title(ax, lambda room: f"Gradient descent on {cut(training.f, room)}, rate {training.rate:g}")


# -- on a curve -------------------------------------------------------------------------------------------


def _on_curve(training: Training, ax: Axes) -> Path:
    curve = training.curve()
    x, values = training.seen[:, 0], training.values[: len(training.seen)]
    known = curve.f[np.isfinite(curve.f)]
    low, high = float(known.min()), float(max(known.max(), values.max()))
    end = float(values[-1]) - low
    # A fall from far above hides where it ends: then the end fills the picture, and the start is above it.
    if training.end.kind == "inflection" and 0 < DETAIL * end < (high - low) / 4:
        high = low + DETAIL * end
    shown = curve.x[curve.f <= high]
    left, right = min(shown.min(), x[-1]), max(shown.max(), x[-1])
    ax.plot(curve.x, curve.f, color=GREY, linewidth=2, zorder=2)
    margin = 0.05 * (high - low)
    ax.set_ylim(low - 2.4 * margin, high + margin)
    side = 0.04 * (right - left)
    ax.set_xlim(left - side, right + side)
    ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    ax.set_xlabel(training.names[0])
    ax.set_ylabel("f")
    return Path(x, values, curve.lowest, [(curve.x, curve.f)])


# -- on contours ------------------------------------------------------------------------------------------


def _on_contours(training: Training, ax: Axes) -> Path:
    ax.set_xlabel(training.names[0])
    ax.set_ylabel(training.names[1])
    _titled(training, ax)  # now there is as much room as there will be
    surface = training.surface(ax.bbox.width / ax.bbox.height)
    heights = surface.f - np.nanmin(surface.f)
    rises = heights[np.isfinite(heights) & (heights > 0)]
    # A line for each factor of f above its minimum.
    levels: Any = np.geomspace(rises.max() / 3000, rises.max(), 15)[:-1] if len(rises) else []
    ax.contour(surface.x, surface.y, heights, levels=levels, colors=GREY, linewidths=0.9, alpha=0.55)
    ax.grid(visible=False)
    ax.set_aspect("equal" if surface.equal else "auto")
    return Path(training.seen[:, 0], training.seen[:, 1], surface.lowest, [])


# -- both -------------------------------------------------------------------------------------------------


def _draw_path(training: Training, ax: Axes, path: Path) -> None:
    labels = Labels(ax)
    pixels = labels.to_pixels(path.x, path.y)
    kept = _apart(pixels)
    ax.plot(path.x[kept], path.y[kept], color=BLUE, linewidth=1.2, marker="o", markersize=5, zorder=3,
            markeredgecolor="white", markeredgewidth=0.5)  # fmt: skip
    last = (float(path.x[-1]), float(path.y[-1]))
    if training.status != "diverged":
        ax.plot(*last, color=RED, marker="*", markersize=17, markeredgecolor="white", markeredgewidth=1.2,
                linestyle="", zorder=6)  # fmt: skip
    for line in path.lines:
        labels.avoid(*line, 4.0)
    labels.avoid(path.x[kept], path.y[kept], 3.0)
    labels.avoid_box_around(labels.to_pixels(*last)[0], 8)
    if path.lowest is not None:
        ax.plot(*path.lowest, color=DARK, marker="D", markersize=7, markerfacecolor="white",
                markeredgewidth=1.6, linestyle="", zorder=5)  # fmt: skip
        labels.avoid_box_around(labels.to_pixels(*path.lowest)[0], 6)
    _say_end(training, labels, path, last)
    _say_epochs(training, labels, path, kept)


def _say_end(training: Training, labels: Labels, path: Path, last: tuple[float, float]) -> None:
    epochs = len(training.points) - 1
    around = compass((1, -1), (1, 1), (-1, 1), (-1, -1))
    lines = [("it diverges", {"weight": "bold"}), (f"epoch {len(path.x) - 1}", {})]
    if training.status != "diverged":
        lines = [(f"after {_grouped(epochs)} epochs", {"weight": "bold"}), (_place(training, -1), {})]
        if training.end.kind == "inflection":
            lines.append((f"an inflection: slope {number(training.end.slope)}", {}))
    told = [Label(lines, last, around, 1e9, {"color": RED})]
    if path.lowest is not None and not _same(labels, path.lowest, last):
        lines = [("minimum", {"weight": "bold"}), (_lowest(training, path.lowest), {})]
        told.append(Label(lines, path.lowest, compass((0, 1), (1, 1), (-1, 1)), 1e9, {"color": DARK}))
    labels.place_together(told)


def _say_epochs(training: Training, labels: Labels, path: Path, kept: Any) -> None:
    """The numbers of the epochs whose dots stand apart, as many as find room."""
    left, right = labels.ax.get_xlim()
    low, high = labels.ax.get_ylim()
    inside = [int(k) for k in kept if left <= path.x[k] <= right and low <= path.y[k] <= high]
    if inside and inside[0] > 0:
        at = float(path.x[inside[0]]), float(path.y[inside[0]])
        labels.place(f"from {_place(training, 0)}", at, compass((-1, -1), (1, -1), (-1, 1)), 8.0, color=INK)
    named = np.full((1, 2), -np.inf)
    for epoch in kept[:-1] if training.status != "diverged" else kept:
        x, y = float(path.x[epoch]), float(path.y[epoch])
        if epoch not in inside or not _is_round(int(epoch)):
            continue
        if np.hypot(*(named - (dot := labels.to_pixels(x, y))).T).min() < BETWEEN:
            continue
        words = "start" if epoch == 0 else f"epoch {epoch}" if len(named) < 3 else str(epoch)
        spots = compass((1, 0), (1, 1), (-1, 0), (1, -1), reach=(6, 9))
        if labels.place(words, (x, y), spots, 8.0, color=INK):
            named = np.vstack([named, dot])


def _apart(pixels: Any) -> Any:
    """The epochs whose dots stand apart from the one before, and the last."""
    kept = [0]
    for k, at in enumerate(pixels):
        if np.hypot(*(at - pixels[kept[-1]])) >= STEP:
            kept.append(k)
    return np.array(sorted({*kept, len(pixels) - 1}))


def _is_round(epoch: int) -> bool:
    return epoch < 4 or str(epoch).rstrip("0") in ("1", "2", "5")


def _same(labels: Labels, a: tuple[float, float], b: tuple[float, float]) -> bool:
    return bool(np.hypot(*(labels.to_pixels(*a)[0] - labels.to_pixels(*b)[0])) < 12)


def _place(training: Training, epoch: int) -> str:
    named = zip(training.names, training.points[epoch], strict=True)
    told = [*named, ("f", training.values[epoch])]
    return ", ".join(f"{name} = {_short(value)}" for name, value in told)


def _lowest(training: Training, place: tuple[float, float]) -> str:
    names = [*training.names, "f"]
    return ", ".join(f"{name} = {_short(x)}" for name, x in zip(names, place, strict=False))


def _short(value: float) -> str:
    return f"{value:.4g}".replace("-", "\N{MINUS SIGN}")


def _grouped(count: int) -> str:
    return f"{count:,}".replace(",", " ")


def _of(training: Training) -> str:
    return f"Gradient descent on {training.f} with rate {training.rate:g}"


def _path_in_words(training: Training) -> str:
    on = "its curve" if len(training.names) == 1 else "its contours"
    told = f"{_of(training)}, drawn on {on}: from {_place(training, 0)}"
    if training.status == "diverged":
        return f"{told} it diverges after {len(training.points) - 1} epochs."
    told = f"{told} to {_place(training, -1)} after {_grouped(len(training.points) - 1)} epochs"
    if training.end.kind == "inflection":
        told += f", an inflection where the slope is {number(training.end.slope)}"
    if len(training.names) == 1 and (lowest := training.curve().lowest) is not None:
        told += f"; the minimum is {_lowest(training, lowest)}"
    return f"{told}."


# -- the loss ---------------------------------------------------------------------------------------------


def loss_by_epoch(training: Training, ax: Axes | None = None) -> Axes:
    """Axes with f above its minimum against the epoch, both logarithmic; f itself where no minimum is known.

    What shrinks by a factor an epoch bends down ever steeper here, what stalls is level.

    Parameters
    ----------
    training
        A `Training`.
    ax
        Where to draw; by default new axes of 7.5 by 5 inches.
    """
    values, lowest = training.values[: len(training.seen)], training.lowest
    epochs = np.arange(len(values))
    with house_style():
        ax = new_axes() if ax is None else ax
        above = values if lowest is None else values - lowest
        kept = np.array(sorted({*np.geomspace(1, max(len(values) - 1, 1), 400).astype(int), 0}))
        kept = kept[kept < len(values)]
        few = len(values) <= 40
        ax.plot(epochs[kept], above[kept], color=BLUE, marker="o" if few else "", markersize=5, zorder=3)
        if np.all(above[:-1] > 0) and above[0] > 0:
            ax.set_yscale("log")
            low, high = np.log10([above[above > 0].min(), above.max()])
            tall = max(high - low, 1.0)
            ax.set_ylim(10 ** (low - 0.1 * tall), 10 ** (high + 0.05 * tall))
            ax.yaxis.set_major_locator(LogLocator(numticks=9))
            ax.yaxis.set_minor_formatter(NullFormatter())
        if not few:
            ax.set_xscale("symlog", linthresh=1)
            ax.xaxis.set_minor_formatter(NullFormatter())
        end = max(len(values) - 1, 1)
        ax.set_xlim(-0.02 * end if few else -0.05, end * (1.03 if few else 1.4))
        ax.set_xlabel("epoch")
        ax.set_ylabel("f" if lowest is None else "f above its minimum")
        fit_title(ax, lambda room: f"Loss by epoch of {cut(training.f, room)}, rate {training.rate:g}")
        labels = Labels(ax)
        labels.avoid(epochs[kept], np.where(above[kept] > 0, above[kept], np.nan), 4.0)
        last = int(np.flatnonzero(above > 0)[-1]) if np.any(above > 0) else 0
        words = f"after {_grouped(last)} epochs: {_short(above[last])}"
        lines: list[tuple[str, dict[str, Any]]] = [(words, {"weight": "bold"})]
        if training.end.kind == "inflection":
            lines.append(("it stalls at an inflection, above the minimum", {}))
        if training.status == "diverged":
            lines.append(("it diverges", {}))
        spots = compass((-1, 1), (-1, -1))
        labels.place_together([Label(lines, (last, float(above[last])), spots, 1e9, {"color": RED})])
        describe(
            ax,
            f"{_of(training)}, {ax.get_ylabel()} by epoch: from {_short(above[0])} to {_short(above[-1])} "
            f"after {_grouped(len(values) - 1)} epochs.",
        )
    return ax


# -- a straight line through samples ------------------------------------------------------------------------


def regression_line(regression: Regression, ax: Axes | None = None) -> Axes:
    """Axes with the samples, the lines after some epochs, and in dashes the line of least squares.

    Parameters
    ----------
    regression
        A `Regression`.
    ax
        Where to draw; by default new axes of 7.5 by 5 inches.
    """
    last = len(regression.points) - 1
    epochs = sorted({0, last, *(epoch for epoch in (1, 2, 5) if epoch < last)})
    with house_style():
        ax = new_axes() if ax is None else ax
        ax.plot(regression.x, regression.y, color=GREY, marker="o", markersize=4.5, linestyle="", alpha=0.55,
                label=f"{len(regression.x)} samples")  # fmt: skip
        lines = []
        for epoch in epochs:
            xs, ys = regression.line(epoch)
            ends = epoch == last
            ax.plot(
                xs, ys, color=RED if ends else BLUE, linewidth=2.4 if ends else 1.3, zorder=4 if ends else 3
            )
            lines.append((epoch, xs, ys))
        best = regression.line()
        ax.plot(*best, color="black", linestyle=SHORT, linewidth=1.8, zorder=5)
        ax.set_xlabel("x")
        ax.set_ylabel("y")
        low, high = ax.get_xlim()
        ax.set_xlim(low, high + 0.26 * (high - low))
        fit_title(ax, lambda room: f"A line through {len(regression.x)} samples, rate {regression.rate:g}")
        labels = Labels(ax)
        _say_lines(regression, labels, lines, best)
        w, b = regression.least_squares
        describe(
            ax,
            f"{len(regression.x)} samples and the line w x + b by gradient descent with rate "
            f"{regression.rate:g}: {_place(regression, -1)} after {_grouped(last)} epochs; by least squares "
            f"w = {_short(w)}, b = {_short(b)}.",
        )
    return ax


def _say_lines(regression: Regression, labels: Labels, lines: list[Any], best: Any) -> None:
    """What each line is, at its right end; those whose ends meet have their words one under the other."""
    labels.avoid(regression.x, regression.y, 0.5)
    told = []
    for epoch, xs, ys in lines:
        last = epoch == lines[-1][0]
        words = "start" if epoch == 0 else f"epoch {_grouped(epoch)}"
        at = (float(xs[1]), float(ys[1]))
        spots = compass((1, 0), (1, -1), (1, 1), reach=(8, 16, 28, 44))
        told.append(Label([(words, {"weight": "bold" if last else "normal"})], at, spots, 1e9,
                          {"color": RED if last else INK}))  # fmt: skip
    at = (float(best[0][1]), float(best[1][1]))
    told.append(Label([("least squares", {})], at, compass((1, 1), (1, -1)), 1e9, {"color": "black"}))
    labels.place_together(told)
