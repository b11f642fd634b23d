"""A graph in columns: in order, apart, with few crossings, and no edge through a node."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import diffkit as dk
from diffkit.report.graph_layout import crossings, layout


def graph_of(f, *point):
    tape = dk.record(f, *point)
    nodes = list(range(tape.input_count + len(tape)))
    edges = [(slot, n) for n, row in enumerate(tape.instructions, tape.input_count) for slot in row.slots]
    return nodes, edges


@st.composite
def graphs(draw):
    """Any program's graph: each node but the first few is made of one or two earlier ones."""
    count = draw(st.integers(2, 25))
    edges = []
    for node in range(1, count):
        for _ in range(draw(st.integers(0 if node < 4 else 1, 2))):
            edges.append((draw(st.integers(0, node - 1)), node))
    return list(range(count)), edges


def points_of(drawn):
    """For each edge the points between which its curves bend."""
    return [curve[::3] for curve in drawn.curves]


def check(nodes, edges, size=(2.0, 1.0)):
    drawn = layout(nodes, edges, dict.fromkeys(nodes, size))
    half = np.array(size) / 2
    for a, b in itertools.combinations(nodes, 2):  # no two nodes touch
        assert np.any(np.abs(np.subtract(drawn.centres[a], drawn.centres[b])) > 2 * half - 1e-6)
    for (tail, head), path in zip(edges, points_of(drawn), strict=True):
        assert drawn.centres[tail][0] < drawn.centres[head][0]
        assert path[0][0] == pytest.approx(drawn.centres[tail][0] + half[0])
        assert path[-1][0] == pytest.approx(drawn.centres[head][0] - half[0])
        for (x0, y0), (x1, y1) in itertools.pairwise(path):
            assert x1 > x0
            for node in nodes:  # neither a bend between columns nor a level piece meets a box
                x, y = drawn.centres[node]
                beside = x1 <= x - half[0] + 1e-9 or x0 >= x + half[0] - 1e-9
                assert beside or min(y0, y1) > y + half[1] or max(y0, y1) < y - half[1]
    for x, y in itertools.chain.from_iterable(drawn.curves):
        assert -1e-9 <= x <= drawn.width + 1e-9
        assert -1e-6 <= y <= drawn.height + 1e-6
    for x, y in drawn.centres.values():
        assert half[0] - 1e-9 <= x <= drawn.width - half[0] + 1e-9
        assert half[1] - 1e-6 <= y <= drawn.height - half[1] + 1e-6


@settings(max_examples=40, derandomize=True)
@given(graphs())
def test_every_graph_is_drawn_without_an_edge_through_a_node(graph):
    check(*graph)


def test_the_graph_of_a_formula_has_few_crossings():
    nodes, edges = graph_of(
        lambda x, y, z: (np.sin(x * y) + np.exp(-(x**2))) * (y - np.log(x + z)) / np.sqrt(z), 1.0, 2.0, 3.0
    )
    check(nodes, edges)
    drawn = layout(nodes, edges, dict.fromkeys(nodes, (2.0, 1.0)))
    assert _crossings_in(drawn, nodes) <= 2


def _crossings_in(drawn, nodes):
    """Pieces between the same two columns that end in the other order than they begin."""
    pieces = [piece for path in points_of(drawn) for piece in list(itertools.pairwise(path))[::2]]
    return sum(
        (a[0][1] - b[0][1]) * (a[1][1] - b[1][1]) < -1e-9
        for a, b in itertools.combinations(pieces, 2)
        if abs(a[1][0] - b[1][0]) < 1e-9
    )


def test_crossings_are_counted():
    assert crossings(["abc", "def"], [("a", "f"), ("b", "e"), ("c", "d")]) == 3
    assert crossings(["ab", "cd"], [("a", "c"), ("a", "d"), ("b", "d")]) == 0


def test_the_two_edges_of_a_square_are_two_lines():
    drawn = layout("xy", [("x", "y"), ("x", "y")], dict.fromkeys("xy", (1.0, 1.0)))
    (lower, upper), apart = points_of(drawn), 0.375  # three quarters of the side, shared by two
    assert [a[1] - b[1] for a, b in zip(upper, lower, strict=True)] == pytest.approx([apart, apart])


def test_an_input_stands_next_to_its_first_use():
    drawn = layout("abcd", [("a", "b"), ("b", "c"), ("d", "c")], dict.fromkeys("abcd", (1.0, 1.0)))
    assert drawn.centres["d"][0] == drawn.centres["b"][0]


def test_a_drawing_may_be_empty_or_a_single_node():
    assert layout([], [], {}).curves == []
    assert layout(["a"], [], {"a": (2.0, 1.0)}).centres == {"a": (1.0, 0.5)}
