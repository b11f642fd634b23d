"""A computational graph, drawn from left to right: boxes with values and adjoints, slopes on the edges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.path import Path

from diffkit.report import pen
from diffkit.report.graph_dot import dot_layout
from diffkit.report.graph_layout import Layout, Point, layout
from diffkit.report.pen import BLUE, GREY, RED, SIZE, text_width
from diffkit.report.style import describe, house_style, new_axes
from diffkit.views.table import number_text

__all__ = ["Arranged", "Drawn", "arranged", "computational_graph", "draw_box", "draw_curve", "draw_slope"]

FRAMES = {"input": BLUE, "constant": GREY}
SMALL = 8.5  # points of a slope on an edge
MARGIN = 0.15  # inches


class Drawn(Protocol):
    """What a drawing reads of a graph."""

    @property
    def nodes(self) -> Sequence[Any]: ...
    @property
    def edges(self) -> Sequence[Any]: ...

    def lines_of(self, node: Any) -> list[str]:
        """The lines in a node's box."""

    def description(self) -> str:
        """The graph in a sentence."""


LAYOUTS: dict[str, Callable[..., Layout]] = {"layered": layout, "graphviz": dot_layout}


@dataclass(frozen=True)
class Arranged:
    """Where everything in a drawing of a graph stands, in inches, y upwards.

    Attributes
    ----------
    layout, sizes
        The centres of the boxes and the curves of the edges, and the width and height of each box.
    slopes, places
        For each edge, its number as text, "" where it has none, and the centre of that.
    """

    layout: Layout
    sizes: dict[Any, Point]
    slopes: list[str]
    places: list[Point]


def arranged(
    graph: Drawn,
    by: str = "layered",
    lines_of: Callable[[Any], list[str]] | None = None,
    gap: float = 0.45,
) -> Arranged:
    """The arrangement of a graph's boxes and edges, sized for 10 points of DejaVu Sans.

    `lines_of` are the lines in a box where they are not the graph's own, `gap` the least room for an edge.

    >>> import diffkit as dk
    >>> tape = dk.record(lambda x: x * x, 3.0)
    >>> arranged(dk.views.graph(tape, 3.0)).slopes
    ['3', '3']
    """
    sizes = {node.key: _size((lines_of or graph.lines_of)(node)) for node in graph.nodes}
    slopes = [number_text(edge.partial) for edge in graph.edges]
    widest = max((text_width(text, SMALL) for text in slopes), default=0.0)
    edges = [(edge.tail, edge.head) for edge in graph.edges]
    drawn = LAYOUTS[by](
        [node.key for node in graph.nodes], edges, sizes, gap=max(gap, widest + 0.4), between=0.22
    )
    taken = [_box(drawn.centres[key], size) for key, size in sizes.items()]
    places = []
    for curve, text in zip(drawn.curves, slopes, strict=True):
        at = curve[0]
        if text:
            room = text_width(text, SMALL) + 0.06, 0.17
            at = _label_place(curve, room, taken)
            taken.append(_box(at, room))
        places.append(at)
    return Arranged(drawn, sizes, slopes, places)


def computational_graph(graph: Drawn, ax: Axes | None = None, by: str = "layered") -> Axes:
    """Axes with a graph from its inputs on the left to its result on the right.

    Inputs are blue, constants grey, the result has a bold frame. A box holds its name and operation, its
    value, and in red brackets its adjoint; the number on an edge is the local derivative that the sweep
    multiplies by.

    Parameters
    ----------
    graph
        A `diffkit.views.Graph`.
    ax
        Where to draw, as large as fits, words and lines with the boxes; by default on axes of the size that
        the graph needs.
    by
        Who says where things go: "layered", diffkit itself, or "graphviz".
    """
    found = arranged(graph, by)
    drawn = found.layout
    width, height = drawn.width + 2 * MARGIN, drawn.height + 2 * MARGIN
    with house_style():
        if ax is None:
            scale, ax = 1.0, new_axes(width, height)
            ax.set_position((0.0, 0.0, 1.0, 1.0))
        else:
            scale = _room(ax, width, height)
        ax.set(xlim=(-MARGIN, drawn.width + MARGIN), ylim=(-MARGIN, drawn.height + MARGIN), aspect="equal")
        ax.axis("off")
        _draw_edges(ax, found, scale)
        for node in graph.nodes:
            _draw_node(ax, node, graph.lines_of(node), drawn.centres[node.key], found.sizes[node.key], scale)
        describe(ax, graph.description())
    return ax


def _room(ax: Axes, width: float, height: float) -> float:
    """How many times as large as this, in inches, axes are."""
    box = ax.get_window_extent()
    dots = ax.figure.dpi
    return float(min(box.width / dots / width, box.height / dots / height))


def _size(lines: list[str]) -> Point:
    return max(0.45, max(text_width(line, SIZE) for line in lines) + 0.24), 0.16 + 0.19 * len(lines)


def draw_box(ax: Axes, node: Any, centre: Point, size: Point, scale: float) -> None:
    """The box of a node: blue for an input, bold for the result, dashed for what is repeated."""
    corner = centre[0] - size[0] / 2, centre[1] - size[1] / 2
    wide = scale * (2.4 if node.kind == "result" else 1.4)
    pen.box(ax, corner, size, FRAMES.get(node.kind, "black"), wide, dashed=node.kind == "repeats")


def draw_curve(ax: Axes, curve: list[Point], scale: float, **look: Any) -> None:
    """An arrow along cubic Bézier curves."""
    pen.arrow(ax, Path(curve, [Path.MOVETO, *[Path.CURVE4] * (len(curve) - 1)]), scale=scale, **look)


def draw_slope(ax: Axes, at: Point, text: str, scale: float, colour: str = "black") -> None:
    """The local derivative on an edge, if there is one."""
    if text:
        ax.text(*at, text, ha="center", va="center", fontsize=scale * SMALL, zorder=2.5, color=colour,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": scale})  # fmt: skip


def _draw_node(ax: Axes, node: Any, lines: list[str], centre: Point, size: Point, scale: float) -> None:
    draw_box(ax, node, centre, size, scale)
    for i, line in enumerate(lines):
        height = centre[1] + 0.19 * ((len(lines) - 1) / 2 - i)
        value, bracket, adjoint = line.partition("[") if i else (line, "", "")
        if not bracket:
            ax.text(centre[0], height, line, ha="center", va="center_baseline", fontsize=scale * SIZE,
                    zorder=4, color=GREY if node.kind == "constant" else "black",
                    fontweight="bold" if i == 0 and node.kind == "result" else "normal")  # fmt: skip
            continue
        # The value and the adjoint share a line: each in its colour, both together in the middle.
        left = centre[0] - text_width(line, SIZE) / 2
        ax.text(left, height, value, ha="left", va="center_baseline", fontsize=scale * SIZE, zorder=4)
        ax.text(left + text_width(line, SIZE), height, bracket + adjoint, ha="right", va="center_baseline",
                fontsize=scale * SIZE, color=RED, zorder=4)  # fmt: skip


def _draw_edges(ax: Axes, found: Arranged, scale: float) -> None:
    for curve in found.layout.curves:
        draw_curve(ax, curve, scale)
    for at, text in zip(found.places, found.slopes, strict=True):
        draw_slope(ax, at, text, scale)


def _label_place(curve: list[Point], size: Point, taken: list[tuple[float, float, float, float]]) -> Point:
    """Where on an edge a label stands: where it covers the least of what is there already."""
    places = []
    for start in range(0, len(curve) - 1, 3):
        a, b, c, d = np.array(curve[start : start + 4])
        for t in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8):
            x, y = a * (1 - t) ** 3 + 3 * t * (1 - t) * (b * (1 - t) + c * t) + d * t**3
            places.append((float(x), float(y)))
    return min(places, key=lambda at: sum(_common(_box(at, size), other) for other in taken))


def _box(centre: Point, size: Point) -> tuple[float, float, float, float]:
    return (
        centre[0] - size[0] / 2, centre[0] + size[0] / 2, centre[1] - size[1] / 2, centre[1] + size[1] / 2,
    )  # fmt: skip


def _common(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """The area that two boxes share."""
    wide, high = min(a[1], b[1]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[2], b[2])
    return float(np.maximum(wide, 0) * np.maximum(high, 0))
