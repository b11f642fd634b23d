"""A large graph is laid out by Graphviz, where it is installed, and says what to install where it is not."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import ArgumentsError, MissingPackageError
from diffkit.report.graph_dot import dot_layout
from diffkit.views.graph import graph

# What Graphviz answers for x -> f twice, in points, and what it is asked.
ASKED = """\
digraph { rankdir=LR; ranksep=0.5; nodesep=0.2; edge [arrowhead=none];
node [shape=box, fixedsize=true, label=""];
0 [width=1.0, height=0.5];
1 [width=1.0, height=0.5];
0 -> 1 [id="0"];
0 -> 1 [id="1"];
}"""
ANSWER = {
    "bb": "0,0,180,36",
    "objects": [{"name": "0", "pos": "36,18"}, {"name": "1", "pos": "144,18"}],
    "edges": [
        {"id": "1", "pos": "72,23.4 84,23.8 96,23.8 108,23.4"},
        {"id": "0", "pos": "72,12.6 84,12.2 96,12.2 108,12.6"},
    ],
}


def mixed(x, count=35):
    for i in range(count):
        x = [np.sin, np.cos, np.arctan, np.tanh][int(i**1.5) % 4](x) + x
    return x


LARGE = graph(dk.record(mixed, 0.2), 0.2)


@pytest.fixture
def asked(monkeypatch):
    """Graphviz that gives the answer above, and the texts that it is asked."""
    texts = []

    def read(string):
        texts.append(string)
        return SimpleNamespace(draw=lambda **_: json.dumps(ANSWER).encode())

    monkeypatch.setitem(sys.modules, "pygraphviz", SimpleNamespace(AGraph=read))
    return texts


def test_graphviz_is_asked_in_inches_and_answers_in_points(asked):
    drawn = dot_layout("xf", [("x", "f"), ("x", "f")], dict.fromkeys("xf", (1.0, 0.5)), gap=0.5, between=0.2)
    assert asked == [ASKED]
    assert drawn.centres == {"x": (0.5, 0.25), "f": (2.0, 0.25)}
    assert (drawn.width, drawn.height) == (2.5, 0.5)
    assert [curve[0] for curve in drawn.curves] == [(1.0, pytest.approx(y)) for y in (0.175, 0.325)]
    assert drawn.curves[0][-1] == (1.5, pytest.approx(0.175))


def test_a_small_graph_is_drawn_by_graphviz_where_that_is_asked_for(asked):
    tape = dk.record(lambda x: x * x, 3.0)
    graph(tape, 3.0).plot()
    assert not asked
    ax = graph(tape, 3.0).plot(layout="graphviz")
    assert len(asked) == 1
    assert ax.figure.get_size_inches().tolist() == pytest.approx([2.8, 0.8])  # with the margin
    assert [text.get_text() for text in ax.texts].count("3") == 2


def test_what_to_install_is_said(monkeypatch, assert_one_clear_line):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(
        MissingPackageError, match=r"write pip install 'diffkit\[graphviz\]', or hand .dot"
    ) as raised:
        LARGE.plot()
    assert_one_clear_line(raised.value)
    assert LARGE._repr_svg_() is None


def test_what_no_one_can_draw_says_what_to_do(assert_one_clear_line):
    with pytest.raises(
        ArgumentsError, match="a graph of 62 nodes is no picture, 60 are; let Graphviz draw it"
    ):
        LARGE.plot(layout="layered")
    with pytest.raises(ArgumentsError, match="layout is 'spring'; write 'layered' or 'graphviz'"):
        LARGE.plot(layout="spring")
    huge = graph(dk.record(lambda x: mixed(x, 330), 0.2), 0.2)
    with pytest.raises(ArgumentsError, match="no picture, 600 are; take its text, its DOT") as raised:
        huge.plot()
    assert_one_clear_line(raised.value)


def test_graphviz_itself_puts_each_box_left_of_what_it_is_used_in():
    pytest.importorskip("pygraphviz")
    keys, edges = [n.key for n in LARGE.nodes], [(e.tail, e.head) for e in LARGE.edges]
    drawn = dot_layout(keys, edges, dict.fromkeys(keys, (1.0, 0.5)), gap=0.5, between=0.2)
    for (tail, head), curve in zip(edges, drawn.curves, strict=True):
        assert drawn.centres[tail][0] < drawn.centres[head][0]
        # A curve begins at the box of its tail and ends at that of its head.
        for end, node in ((curve[0], tail), (curve[-1], head)):
            assert np.all(np.abs(np.subtract(end, drawn.centres[node])) < (0.52, 0.27))
    assert len(LARGE.plot().texts) > 2 * len(keys)
