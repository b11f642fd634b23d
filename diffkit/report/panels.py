"""Axes that hold several pictures: where each stands, with room for what is written around it."""

from __future__ import annotations

from typing import NamedTuple

from matplotlib.axes import Axes

__all__ = ["Margins", "name_axes", "panels"]


class Margins(NamedTuple):
    """What is kept free on each side, in points."""

    left: float = 0.0
    below: float = 0.0
    right: float = 0.0
    above: float = 0.0


NONE = Margins()


def panels(ax: Axes, count: int, columns: int, around: Margins = NONE, outside: Margins = NONE) -> list[Axes]:
    """So many axes within the axes, row by row: insets, with room `around` each and `outside` them all.

    >>> from diffkit.report import new_axes
    >>> [panel.get_subplotspec() for panel in panels(new_axes(), 2, 2)]
    [None, None]
    """
    figure = ax.get_figure(root=True)
    assert figure is not None
    point, whole = figure.dpi / 72, ax.get_window_extent()
    left, below, right, above = (point * margin for margin in around)
    out = Margins(*(point * margin for margin in outside))
    rows = -(-count // columns)
    wide = (whole.width - out.left - out.right) / columns
    tall = (whole.height - out.below - out.above) / rows
    return [
        ax.inset_axes(
            ((k % columns * wide + left + out.left) / whole.width,
             ((rows - 1 - k // columns) * tall + below + out.below) / whole.height,
             (wide - left - right) / whole.width,
             (tall - below - above) / whole.height)
        )
        for k in range(count)
    ]  # fmt: skip


def name_axes(ax: Axes, below: str, left: str) -> None:
    """What the panels have on their two axes, said once for all of them, in the room outside."""
    ax.text(0.5, 0, below, transform=ax.transAxes, ha="center", va="bottom", fontsize=11)
    ax.text(0, 0.5, left, transform=ax.transAxes, ha="left", va="center", rotation=90, fontsize=11)
