"""Where the nodes and edges of a large computational graph go: Graphviz knows, where it is installed."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from diffkit.optional import imported
from diffkit.report.graph_layout import Edge, Layout, Point

__all__ = ["dot_layout"]

POINTS = 72  # an inch


def dot_layout(
    nodes: Sequence[Hashable],
    edges: Sequence[Edge],
    sizes: Mapping[Any, Point],
    gap: float = 1.0,
    between: float = 0.4,
) -> Layout:
    """A layered drawing by Graphviz's dot, which takes what `graph_layout.layout` takes, in inches.

    Raises
    ------
    MissingPackageError
        If pygraphviz, which brings Graphviz along, is not installed.
    """
    pygraphviz = imported(
        "pygraphviz",
        f"Graphviz is to draw this graph of {len(nodes)} nodes, and pygraphviz, which holds it, {{trouble}}; "
        f"write pip install 'diffkit[graphviz]', or hand .dot() to a Graphviz elsewhere",
    )
    drawn = pygraphviz.AGraph(string=_dot(nodes, edges, sizes, gap, between)).draw(format="json0", prog="dot")
    found = json.loads(drawn)
    width, height = (side / POINTS for side in _numbers(found["bb"])[2:])
    at = {placed["name"]: _points(placed["pos"])[0] for placed in found["objects"]}
    curve = {placed["id"]: _points(placed["pos"]) for placed in found.get("edges", ())}
    curves = [curve[str(number)] for number in range(len(edges))]
    return Layout({node: at[str(i)] for i, node in enumerate(nodes)}, curves, width, height)


def _dot(
    nodes: Sequence[Hashable], edges: Sequence[Edge], sizes: Mapping[Any, Point], gap: float, between: float
) -> str:
    """The graph in the DOT language: boxes of these sizes without text, lines without heads."""
    number = {node: i for i, node in enumerate(nodes)}
    return "\n".join([
        f"digraph {{ rankdir=LR; ranksep={gap}; nodesep={between}; edge [arrowhead=none];",
        'node [shape=box, fixedsize=true, label=""];',
        *(f"{i} [width={sizes[node][0]}, height={sizes[node][1]}];" for i, node in enumerate(nodes)),
        *(f'{number[tail]} -> {number[head]} [id="{i}"];' for i, (tail, head) in enumerate(edges)),
        "}",
    ])  # fmt: skip


def _points(text: str) -> list[Point]:
    """Places such as "72.3,33 83.7,32.7", in inches."""
    return [(x / POINTS, y / POINTS) for x, y in map(_numbers, text.split())]


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split(",")]
