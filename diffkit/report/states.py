"""The three states of a computational graph in one picture: structure, values, adjoints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from diffkit.errors import ArgumentsError
from diffkit.report.graph import (
    Arranged,
    Drawn,
    arranged,
    computational_graph,
    draw_box,
    draw_curve,
    draw_slope,
)
from diffkit.report.graph_layout import Point
from diffkit.report.pen import GREY, INK, RED, SIZE, inches, text_width, typeset
from diffkit.report.style import describe, house_style, new_axes
from diffkit.views.table import number_text

__all__ = ["graph_figure", "graph_states"]

PAGE = (7.5, 5.0)  # inches: the arrangement is the one that is largest there
MARGIN, BETWEEN = 0.1, 0.22  # around the picture, and between two graphs
ASIDE = 0.3  # between a graph and what is said of it, beside it
HEAD, HEAD_WIDTH = 0.3, 0.9  # above a graph, for what it is
APART = 0.06  # of the two arrows of an edge from the middle between them
SIDEWAYS = 1.3  # times as far where the edge is steep
PALE = "#b9bcc4"
STATES = (
    ("structure", "what is made of what", INK),
    ("values", "from the inputs onwards →", INK),
    ("adjoints", "← from the result backwards,\n    times the slope at each edge", RED),
)


@dataclass(frozen=True)
class _Plan:
    """Where the three graphs stand: their lower left corners, those of the words, and the size of all."""

    corners: tuple[Point, ...]
    words: tuple[Point, ...]
    aside: bool  # the words stand beside the graphs, in full
    width: float
    height: float

    def scale(self, width: float, height: float) -> float:
        return min(width / self.width, height / self.height)


def graph_figure(graph: Drawn, ax: Axes | None = None, by: str = "layered", states: bool = False) -> Axes:
    """Axes with a graph, or with its three states."""
    return (graph_states if states else computational_graph)(graph, ax, by)


def graph_states(graph: Drawn, ax: Axes | None = None, by: str = "layered") -> Axes:
    """Axes with a graph three times: its structure, with its values, and with values and adjoints.

    The boxes stand in the same places, and so do the values in them. In the third graph dashed arrows go
    back along the edges, each with the local derivative by which the sweep multiplies; the adjoint of a
    node, in brackets, is the sum of what arrives there.

    Parameters
    ----------
    graph
        A `diffkit.views.Graph` with its adjoints.
    ax
        Where to draw, as large as fits; by default axes of the size that the graphs need.
    by
        Who says where things go, as for `computational_graph`.

    Raises
    ------
    ArgumentsError
        If the graph has no adjoints.
    """
    if all(node.adjoint is None for node in graph.nodes):
        raise ArgumentsError("the three states need the numbers; hand on dk.views.graph(tape, *point)")
    with house_style():
        found, plan = _planned(graph, by, PAGE if ax is None else inches(ax))
        if ax is None:
            ax = new_axes(plan.width, plan.height)
            ax.set_position((0.0, 0.0, 1.0, 1.0))
        scale = plan.scale(*inches(ax))
        ax.set(xlim=(0, plan.width), ylim=(0, plan.height), aspect="equal")
        for state, (corner, words) in enumerate(zip(plan.corners, plan.words, strict=True)):
            _draw_state(ax, graph, found, state, corner, scale)
            _say_state(ax, state, words, plan.aside, scale)
        told = "The graph in three states: its structure, its values, its adjoints."
        describe(ax, f"{told} {graph.description()}")
    return ax


def _planned(graph: Drawn, by: str, page: Point) -> tuple[Arranged, _Plan]:
    """The arrangement that is largest on a page, its edges as long as that allows."""

    def lines_of(node: Any) -> list[str]:
        return [typeset(line.replace("  [", "   [")) for line in graph.lines_of(node)]

    def best(found: Arranged) -> _Plan:
        plans = _plans(found.layout.width, found.layout.height)
        return max(plans, key=lambda plan: plan.scale(*page))

    found = arranged(graph, by, lines_of)
    plan = best(found)
    for gap in (1.1, 0.9, 0.7):
        longer = arranged(graph, by, lines_of, gap)
        if (wider := best(longer)).scale(*page) >= plan.scale(*page):
            return longer, wider
    return found, plan


def _plans(width: float, height: float) -> list[_Plan]:
    """The ways to arrange three graphs of this size: beside or above each other, words above or beside."""
    wide, tall = max(width, HEAD_WIDTH) + 2 * BETWEEN, height + HEAD + BETWEEN
    beside = [(MARGIN + k * wide, MARGIN) for k in range(3)]
    above = [(MARGIN, MARGIN + (2 - k) * tall) for k in range(3)]
    said = max(text_width(line) for _, note, _ in STATES for line in note.split("\n")) + ASIDE
    below = [(MARGIN + said, MARGIN + (2 - k) * (height + BETWEEN)) for k in range(3)]

    def over(corners: list[Point]) -> tuple[Point, ...]:
        return tuple((x, y + height + HEAD / 2) for x, y in corners)

    return [
        _Plan(tuple(beside), over(beside), False, 3 * wide - 2 * BETWEEN + 2 * MARGIN,
              height + HEAD + 2 * MARGIN),
        _Plan(tuple(above), over(above), False, max(width, HEAD_WIDTH) + 2 * MARGIN,
              3 * tall - BETWEEN + 2 * MARGIN),
        _Plan(tuple(below), tuple((MARGIN, y + height / 2) for _, y in below), True,
              width + said + 2 * MARGIN, 3 * (height + BETWEEN) - BETWEEN + 2 * MARGIN),
    ]  # fmt: skip


def _say_state(ax: Axes, state: int, at: Point, aside: bool, scale: float) -> None:
    name, note, colour = STATES[state]
    ax.text(at[0], at[1] + 0.1 * aside, name, color=colour, fontsize=scale * 1.1 * SIZE, fontweight="bold",
            va="bottom" if aside else "center")  # fmt: skip
    if aside:
        ax.text(*at, note, color=colour, fontsize=scale * SIZE, va="top", linespacing=1.3)


def _draw_state(ax: Axes, graph: Drawn, found: Arranged, state: int, corner: Point, scale: float) -> None:
    def moved(point: Point) -> Point:
        return point[0] + corner[0], point[1] + corner[1]

    back = state == 2
    for curve, at, slope in zip(found.layout.curves, found.places, found.slopes, strict=True):
        there = [moved(point) for point in curve]
        if not back:
            draw_curve(ax, there, scale)
            continue
        draw_curve(ax, _beside(there, APART), scale, colour=PALE)
        draw_curve(ax, _beside(there, -APART)[::-1], scale, colour=RED, dashed=True)
        aside = SIDEWAYS * 0.75 * APART * _steepness(curve)
        draw_slope(ax, moved((at[0] + aside, at[1] - APART)), typeset(slope), scale, RED)
    for node in graph.nodes:
        centre, size = moved(found.layout.centres[node.key]), found.sizes[node.key]
        draw_box(ax, node, centre, size, scale)
        _write(ax, node, graph.lines_of(node), state, centre, size, scale)


def _beside(curve: list[Point], apart: float) -> list[Point]:
    """A curve a little above another one, and to the side of it where that is steep."""
    found = [(x, y + apart) for x, y in curve]
    for start in range(0, len(curve) - 1, 3):
        aside = -SIDEWAYS * apart * _steepness(curve[start : start + 4])
        for k in (start + 1, start + 2):
            found[k] = found[k][0] + aside, found[k][1]
    return found


def _steepness(curve: list[Point]) -> float:
    """From -1, steeply down, to 1, steeply up."""
    return max(-1.0, min(1.0, (curve[-1][1] - curve[0][1]) / 0.3))


def _write(
    ax: Axes, node: Any, lines: list[str], state: int, centre: Point, size: Point, scale: float
) -> None:
    """A node's name in the middle, its value below on the left, its adjoint on the right in brackets."""
    look: dict[str, Any] = {"fontsize": scale * SIZE, "va": "center_baseline", "zorder": 4}
    up = 0.095 * (len(lines) - 1)
    ax.text(centre[0], centre[1] + up, typeset(lines[0]), ha="center", **look,
            color=GREY if node.kind == "constant" else INK,
            fontweight="bold" if node.kind == "result" else "normal")  # fmt: skip
    side = size[0] / 2 - 0.1
    if state and node.value is not None:
        ax.text(
            centre[0] - side, centre[1] - up, typeset(number_text(node.value)), ha="left", color=INK, **look
        )
    if state == 2 and node.adjoint is not None:
        adjoint = typeset(f"[{number_text(node.adjoint)}]")
        ax.text(centre[0] + side, centre[1] - up, adjoint, ha="right", color=RED, **look)
