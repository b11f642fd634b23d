"""The stage of an error figure: logarithmic axes, and the floor where an error of exactly 0 stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import NDArray

from diffkit.report.records import Array, Curve, Sweep, Sweeps
from diffkit.report.words import title_text

__all__ = ["DARK", "GREY", "Frame", "Span", "ends_of", "fit_title"]

DARK, GREY = "#26282d", "#5b5f69"
NOTHING = 1e-40  # of the derivative and the truncation errors: what is less is a 0 computed with many digits


@dataclass(frozen=True)
class Span:
    """What a frame reads of several sweeps together; its steps are the first and the last of all."""

    f_text: str
    x: float
    exact: float
    order: int
    steps: Array
    curves: Mapping[str, Curve] = field(default_factory=dict)
    flat: Mapping[str, float] = field(default_factory=dict)
    dtype: str = "float64"  # so that a title does not name one


def ends_of(sweeps: Sweeps) -> Array:
    """The shortest and the longest step of all sweeps."""
    every = sweeps.sweeps.values()
    return np.array([min(sweep.steps[0] for sweep in every), max(sweep.steps[-1] for sweep in every)])


class Frame:
    """Log-log axes made ready for a sweep: zeros are drawn at `floor`, `top` is the highest error."""

    def __init__(
        self,
        ax: Axes,
        sweep: Sweep,
        curves: Mapping[str, Curve],
        heights: Sequence[Array],
        cut: float | None = None,
        by: str = "",
        alone: bool = True,
    ) -> None:
        """Set scales, limits and titles so that all `heights` are seen, or those above `cut`.

        `by` is a method to name in the title. Axes that are not `alone` are a panel among others: what these
        have in common is said elsewhere.
        """
        self.ax, self.sweep, self.curves = ax, sweep, curves
        seen = np.abs(np.concatenate([np.ravel(h) for h in heights]))
        seen = seen[np.isfinite(seen) & (seen > 0)]
        top = np.log10(seen.max()) if len(seen) else 0.0
        # The truth has 50 digits. Rounding errors say nothing of its size: they grow like 1/h^n.
        large = np.concatenate([[abs(sweep.exact)], *(np.abs(curve.truncation) for curve in curves.values())])
        self.nothing = 0.0 if cut else NOTHING * float(np.max(large, where=np.isfinite(large), initial=0.0))
        seen = seen[seen > max(self.nothing, cut or 0.0)]
        low = np.log10(seen.min()) - 0.1 if len(seen) else top - 16
        if any(self.is_zero(h).any() for h in heights):
            low = np.floor(low) - 1  # a row of their own for the zeros
        self.floor, self.top = float(10**low), float(10**top)
        # Above: a strip for the two region words. Below: a strip for theory's ticks on the h axis.
        tall = top - low
        steps = sweep.steps
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_xlim(steps[0] / 10**0.3, steps[-1] * 10**0.3)
        ax.set_ylim(10 ** (low - 0.12 * tall), 10 ** (top + 0.13 * tall))
        figure = ax.get_figure(root=True)
        assert figure is not None
        size, point = ax.get_window_extent(), figure.dpi / 72
        _decades(ax.xaxis, size.width / point / 40)
        _decades(ax.yaxis, size.height / point / 18)
        if alone:
            ax.set_xlabel("step h")
            ax.set_ylabel("absolute error")
            fit_title(ax, lambda room: title_text(sweep, room, by))

    def shown(self, values: Array) -> Array:
        """Absolute values as heights in the picture: zeros stand on the floor, nan stays nan."""
        return np.where(self.is_zero(values), self.floor, np.abs(values))

    def is_zero(self, values: Array) -> NDArray[np.bool_]:
        """Which values stand on the floor."""
        return np.asarray(np.abs(values) <= self.nothing)


def fit_title(ax: Axes, words: Callable[[int], str]) -> None:
    """A title that stays in the figure: `words(room)` says it with `room` characters for a long function."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    # The layout makes room for labels and a line of title; under one that is too wide it would collapse.
    title = ax.set_title("Error", loc="left")
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)  # what drawing begins with; no more of it is needed yet
    for room in (200, 120, 80, 60, 48, 40, 32, 24, 16, 8, 3):
        title.set_text(words(room))
        if title.get_window_extent().x1 <= figure.bbox.x1 - 4:
            break


def _decades(axis: Axis, room: float) -> None:
    """A tick at every decade, labels as dense as there is room for: no more than `room`, and ten at most."""
    axis.set_major_locator(LogLocator(numticks=max(2, min(10, int(room)))))
    axis.set_minor_locator(LogLocator(numticks=200))
    axis.set_minor_formatter(NullFormatter())
