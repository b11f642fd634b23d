"""The computational graph as SVG for the page: each box and edge with a name by which a script finds it."""

from __future__ import annotations

from diffkit.report.graph import MARGIN, SMALL, arranged
from diffkit.report.pen import SIZE
from diffkit.report.web.labels import Words
from diffkit.report.web.markup import Markup, element, scrolled
from diffkit.views.graph import Graph, Node

__all__ = ["graph_svg"]

INCH = 96.0  # CSS pixels


def graph_svg(graph: Graph, say: Words) -> Markup:
    """The drawing in a box that scrolls; nodes are #node-KEY, edges #edge-0, #edge-1, ..."""
    found = arranged(graph)
    drawn = found.layout
    width, height = (size + 2 * MARGIN for size in (drawn.width, drawn.height))

    def at(point: tuple[float, float]) -> tuple[str, str]:
        return _px(point[0] + MARGIN), _px(height - MARGIN - point[1])

    head = element("path", d="M0 0L8 4L0 8Z")
    arrow = element(
        "marker", head, id="arrow", viewBox="0 0 8 8", refX=8, refY=4, markerWidth=9, markerHeight=9,
        markerUnits="userSpaceOnUse",
        orient="auto-start-reverse",
    )  # fmt: skip
    edges = []
    for number, (curve, text, place) in enumerate(zip(drawn.curves, found.slopes, found.places, strict=True)):
        (x, y), *others = map(at, curve)
        path = f"M{x} {y}C" + " ".join(f"{a} {b}" for a, b in others)
        slope = None
        if text:
            x, y = at(place)
            slope = element("text", text, x=x, y=y, class_="slope", font_size=_px(SMALL / 72))
        line = element("path", d=path, marker_end="url(#arrow)")
        edges.append(element("g", line, slope, class_="edge", id=f"edge-{number}"))
    nodes = []
    for node in graph.nodes:
        (x, y), (wide, high) = at(drawn.centres[node.key]), found.sizes[node.key]
        left, top = f"{float(x) - wide * INCH / 2:.1f}", f"{float(y) - high * INCH / 2:.1f}"
        box = element("rect", x=left, y=top, width=_px(wide), height=_px(high), rx=6)
        lines = _lines(graph, node, float(x), float(y))
        nodes.append(element("g", box, *lines, class_=f"node {node.kind}", id=f"node-{node.key}"))
    svg = element(
        "svg",
        element("title", say("graph"), id="graph-title"),
        element("desc", graph.description(), id="graph-desc", lang="en"),
        element("defs", arrow), *edges, *nodes,
        viewBox=f"0 0 {_px(width)} {_px(height)}", width=_px(width), height=_px(height), role="img",
        aria_labelledby="graph-title graph-desc", class_="graph", font_size=_px(SIZE / 72),
    )  # fmt: skip
    return scrolled(say("drawing"), svg)


def _lines(graph: Graph, node: Node, x: float, y: float) -> list[Markup]:
    """The lines in a box; the adjoint, which is in brackets, in its own colour."""
    lines = graph.lines_of(node)
    made = []
    for i, line in enumerate(lines):
        value, bracket, adjoint = line.partition("[") if i else (line, "", "")
        told = element("tspan", bracket + adjoint, class_="adjoint") if bracket else None
        high = y + 0.19 * INCH * (i - (len(lines) - 1) / 2)
        made.append(
            element("text", value, told, x=f"{x:.1f}", y=f"{high:.1f}", class_="numbers" if i else None)
        )
    return made


def _px(inches: float) -> str:
    return f"{inches * INCH:.1f}"
