"""Names at the right ends of lines, moved up and down as little as keeps them apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation

from diffkit.report.labels import PAPER, WIDER, Labels
from diffkit.report.style import Look

__all__ = ["make_room", "names_at_ends", "settle"]

AWAY = 20.0  # points from the end of a line to its name


def names_at_ends(ax: Axes, at: float, ends: Sequence[tuple[float, str, Look]]) -> list[Annotation]:
    """What to call the lines that end at `at` (height, words, look), the lowest first; yet to be settled."""
    texts = []
    for height, words, look in sorted(ends, key=lambda end: end[0]):
        leader = {"arrowstyle": "-", "color": look.colour, "linewidth": 0.8, "shrinkA": 1, "shrinkB": 5,
                  "relpos": (0, 0.5)}  # fmt: skip
        text = ax.annotate(words, (at, height), (AWAY, 0), textcoords="offset points", va="center",
                           color=look.ink, bbox=PAPER, arrowprops=leader)  # fmt: skip
        text.set_in_layout(False)  # room is made for it within the axes
        texts.append(text)
    return texts


def make_room(ax: Axes, first: float, last: float, texts: Sequence[Annotation]) -> None:
    """Limits in which the names fit beside lines from first to last, and the label under these's middle."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    ax.set_title("A line of title", loc="left")  # the layout leaves room for it
    figure.draw_without_rendering()
    width = ax.get_window_extent().width
    names = max((text.get_window_extent().width for text in texts), default=0.0) * WIDER
    beside = min((names + (AWAY + 3) * figure.dpi / 72) / width, 0.6)
    scale = ax.xaxis.get_transform()
    start, end = scale.transform(np.array([first, last]))
    span, left = end - start or 1.0, 0.02
    limits = np.array([start - left * span, start + span / (1 - beside) * (1 + left)])
    ax.set_xlim(*scale.inverted().transform(limits))
    ax.xaxis.label.set_x((1 - beside) / 2)


def settle(labels: Labels, texts: Sequence[Annotation]) -> None:
    """The names moved up and down as little as keeps them apart."""
    at = [labels.to_pixels(*text.xy)[0, 1] for text in texts]
    apart = max((text.get_window_extent().height for text in texts), default=0.0) + 3
    for text, y, moved in zip(texts, at, spread(np.array(at), apart, labels.inside.y0), strict=True):
        text.set_position((AWAY, (moved - y) * labels.pixel))
        labels.avoid_box(text.get_window_extent())


def spread(heights: np.ndarray[Any, Any], apart: float, lowest: float) -> np.ndarray[Any, Any]:
    """Rising heights moved as little as makes them lie so far apart, and none below the lowest."""
    groups: list[tuple[float, int]] = []  # middle and number of those that lie as close as they may
    for height in heights:
        middle, count = float(height), 1
        while groups and middle - apart * (count - 1) / 2 < groups[-1][0] + apart * (groups[-1][1] + 1) / 2:
            other, more = groups.pop()
            middle, count = (middle * count + other * more) / (count + more), count + more
        middle = max(middle, lowest + apart * count / 2)
        groups.append((middle, count))
    return np.array([m + apart * (k - (c - 1) / 2) for m, c in groups for k in range(c)])
