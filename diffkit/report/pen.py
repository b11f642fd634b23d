"""What the pictures of programs are drawn with: axes in inches, boxes, arrows around corners, mathematics."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path
from matplotlib.textpath import TextToPath

__all__ = [
    "BLUE", "BLUE_INK", "BOLD", "GREY", "INK", "RED", "SIZE", "arrow", "box", "head_and_tail", "inches",
    "rounded", "text_width", "typeset",
]  # fmt: skip

Point = tuple[float, float]
BLUE, RED, GREY, INK = "#3f90da", "#bd1f01", "#717581", "#26282d"
BLUE_INK = "#1f66a8"  # for words: small letters need more contrast than lines
SIZE = 10  # points of the words
BOLD = 1.12  # times as wide as they are bold words, at most
SUBSCRIPT = str.maketrans("0123456789-", "₀₁₂₃₄₅₆₇₈₉₋")
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
# A letter, a bar or a dot over it, and the number that stands below the line; no part of a word or a number.
LETTER = re.compile("(?<![\\w.\u0304\u0307])([^\\W\\d_][\u0304\u0307]?)_?(-?\\d+)(?![\\w.])")


def typeset(text: str) -> str:
    """A formula of a view as a book prints it: numbers below the line, raised exponents, a dot for times.

    >>> typeset("v1*cos(v-1) - v4**2"), typeset("log1p(x)/1e-05"), typeset("-0.5")
    ('v₁·cos(v₋₁) − v₄²', 'log1p(x)/1e−05', '−0.5')
    """
    text = LETTER.sub(lambda found: found[1] + found[2].translate(SUBSCRIPT), text)
    text = re.sub(r"\*\*(\d+)\b(?!\.)", lambda found: found[1].translate(SUPERSCRIPT), text)
    text = re.sub(r"(?<=\S)\*(?=[^*])(?<!\*\*)", "·", text)
    return text.replace("-", "\N{MINUS SIGN}")


@cache
def text_width(text: str, size: float = SIZE) -> float:
    """The width of a text in inches.

    >>> 0.3 < text_width("diffkit") < 0.5
    True
    """
    return float(TextToPath().get_text_width_height_descent(text, FontProperties(size=size), False)[0]) / 72


def inches(ax: Axes) -> Point:
    """The width and height of axes that show nothing but what is drawn on them, when all is in its place."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    ax.axis("off")
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)  # what drawing begins with
    found = ax.get_window_extent()
    return float(found.width / figure.dpi), float(found.height / figure.dpi)


def head_and_tail(count: int, most: int) -> list[int | None]:
    """The numbers of the rows to show when there is room for `most`; None where the others are left out.

    >>> head_and_tail(4, 9), head_and_tail(100, 6)
    ([0, 1, 2, 3], [0, 1, 2, None, 98, 99])
    """
    if count <= most:
        return list(range(count))
    tail = max((most - 1) // 2, 1)
    return [*range(max(most - 1 - tail, 1)), None, *range(count - tail, count)]


def box(
    ax: Axes, corner: Point, size: Point, colour: str, width: float = 1.4, dashed: bool = False
) -> FancyBboxPatch:
    """A white box with rounded corners, from its lower left corner."""
    patch = FancyBboxPatch(
        corner, *size, boxstyle="round,pad=0,rounding_size=0.07", facecolor="white", edgecolor=colour,
        linewidth=width, zorder=3, linestyle=(0, (4, 2)) if dashed else "-",
    )  # fmt: skip
    ax.add_patch(patch)
    return patch


def arrow(
    ax: Axes, path: Path, colour: str = GREY, width: float = 1.2, scale: float = 1.0, dashed: bool = False
) -> FancyArrowPatch:
    """An arrow along a path."""
    patch = FancyArrowPatch(
        path=path, arrowstyle="-|>,head_length=4,head_width=2.2", color=colour, mutation_scale=scale,
        linewidth=width * scale, linestyle=(0, (3.2, 1.8)) if dashed else "-", shrinkA=0, shrinkB=0, zorder=2,
    )  # fmt: skip
    ax.add_patch(patch)
    return patch


def rounded(points: Sequence[Point], radius: float) -> Path:
    """The way from point to point, its corners rounded by so much, or as much as there is room for.

    >>> rounded([(0, 0), (2, 0), (2, 2)], 0.5).vertices.tolist()
    [[0.0, 0.0], [1.5, 0.0], [2.0, 0.0], [2.0, 0.5], [2.0, 2.0]]
    """
    way = np.array(points, float)
    vertices, codes = [way[0]], [Path.MOVETO]
    sides: Any = [np.hypot(*(b - a)) for a, b in pairwise(way)]
    for i, corner in enumerate(way[1:-1]):
        before, after = (min(radius, side / 2) / (side or 1.0) for side in (sides[i], sides[i + 1]))
        vertices += [corner + before * (way[i] - corner), corner, corner + after * (way[i + 2] - corner)]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path([*vertices, way[-1]], [*codes, Path.LINETO])
