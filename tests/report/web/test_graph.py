"""The graph on the page: a box for each node and a path for each edge, by name, in the drawing's places."""

from __future__ import annotations

import numpy as np
import pytest

import diffkit as dk
from diffkit.report.graph import MARGIN, arranged
from diffkit.report.web.graph import INCH, graph_svg
from diffkit.report.web.labels import words


@pytest.fixture
def graph():
    tape = dk.record("x*y + sin(x)*2", {"x": 2.0, "y": 3.0})
    return dk.views.graph(tape, {"x": 2.0, "y": 3.0})


def test_every_node_and_edge_is_there_with_what_the_view_says(parsed, graph):
    made = parsed(graph_svg(graph, words("en")))
    for node in graph.nodes:
        group = made.ids[f"node-{node.key}"]
        assert group.text == "".join(graph.lines_of(node))
        assert group.attributes["class"] == f"node {node.kind}"
    for i, text in enumerate(arranged(graph).slopes):
        assert made.ids[f"edge-{i}"].text == text


def test_boxes_stand_where_the_layout_puts_them_and_inside_the_picture(parsed, graph):
    made = parsed(graph_svg(graph, words("en")))
    wide, high = map(float, made.all("svg")[0].attributes["viewbox"].split()[2:])
    boxes = [[float(r.attributes[k]) for k in ("x", "y", "width", "height")] for r in made.all("rect")]
    found = arranged(graph)
    centres = [(x + w / 2, high - y - h / 2) for x, y, w, h in boxes]
    expected = [found.layout.centres[node.key] for node in graph.nodes]
    assert np.array(centres) / INCH - MARGIN == pytest.approx(np.array(expected), abs=0.005)
    for x, y, w, h in boxes:
        assert 0 <= x <= x + w <= wide
        assert 0 <= y <= y + h <= high


def test_the_picture_has_a_name_and_is_described(parsed, graph):
    svg, title, description = parsed(graph_svg(graph, words("zh"))).all("svg", "title", "desc")
    assert (svg.attributes["role"], svg.attributes["aria-labelledby"]) == ("img", "graph-title graph-desc")
    assert (title.text, description.text) == ("计算图", graph.description())
