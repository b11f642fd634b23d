"""The stage of an error figure: logarithmic axes, and the floor where an error of exactly 0 stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import NDArray

from diffkit.report.records import Array, Curve, Sweep
from diffkit.report.words import title_text

__all__ = ["DARK", "GREY", "Frame", "fit_title"]

DARK, GREY = "#26282d", "#5b5f69"
NOTHING = 1e-40  # of the derivative and the truncation errors: what is less is a 0 computed with many digits


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
    ) -> None:
        """Set scales, limits and titles so that all `heights` are seen, or those above `cut`.

        `by` is a method to name in the title.
        """
        self.ax, self.sweep, self.curves = ax, sweep, curves
        seen = np.abs(np.concatenate([np.ravel(h) for h in heights]))
        seen = seen[np.isfinite(seen) & (seen > 0)]
        top = np.log10(seen.max()) if len(seen) else 0.0
        # The truth has 50 digits. Rounding errors say nothing of its size: they grow like 1/h^n.
        size = np.concatenate([[abs(sweep.exact)], *(np.abs(curve.truncation) for curve in curves.values())])
        self.nothing = 0.0 if cut else NOTHING * float(np.max(size, where=np.isfinite(size), initial=0.0))
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
        _decades(ax.xaxis)
        _decades(ax.yaxis)
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


def _decades(axis: Axis) -> None:
    """A tick at every decade, labels as dense as there is room for."""
    axis.set_major_locator(LogLocator(numticks=10))
    axis.set_minor_locator(LogLocator(numticks=200))
    axis.set_minor_formatter(NullFormatter())
