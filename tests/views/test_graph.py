"""The graph of a tape: its boxes, its arrows and the numbers on them."""

from __future__ import annotations

import json

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import ArgumentsError
from diffkit.views.graph import graph

SUM = dk.record(lambda x, y, z: (x + y) * z, 1.0, -2.0, 3.0)
NODES = dk.record(lambda x, y: x * x * y + (y + 2), 3.0, 4.0)


def test_the_textbooks_graph_in_three_states():
    point = (1.0, -2.0, 3.0)
    structure, values, adjoints = (graph(SUM, *point, show=s) for s in ("structure", "values", "adjoints"))
    assert [node.value for node in structure.nodes] == [None] * 5
    assert [node.value for node in values.nodes] == [1.0, -2.0, 3.0, -1.0, -3.0]
    assert [node.adjoint for node in values.nodes] == [None] * 5
    assert [node.adjoint for node in adjoints.nodes] == [3.0, 3.0, -1.0, 3.0, 1.0]
    assert [(e.tail, e.head, e.partial) for e in adjoints.edges] == [
        ("s0", "s3", 1.0), ("s1", "s3", 1.0), ("s3", "s4", 3.0), ("s2", "s4", -1.0),
    ]  # fmt: skip
    assert [e.partial for e in values.edges] == [None] * 4


def test_a_graph_without_a_point_is_its_structure():
    assert graph(SUM) == graph(SUM, 1.0, -2.0, 3.0, show="structure")


def test_constants_are_nodes():
    found = graph(NODES, 3.0, 4.0, labels="n")
    assert (
        str(found)
        == """\
n1  x        = 3   adjoint 24
n2  y        = 4   adjoint 10
n4  n1 × n1  = 9   adjoint 4
n5  n4 × n2  = 36  adjoint 1
n3           = 2   adjoint 1
n6  n2 + n3  = 6   adjoint 1
n7  n5 + n6  = 42  adjoint 1"""
    )
    assert [node.kind for node in graph(NODES).nodes].count("constant") == 1


def test_a_constant_has_a_box_for_each_use():
    found = graph(dk.record(lambda x: 2 * x + np.sin(2 * x), 1.0))
    assert sum(node.kind == "constant" for node in found.nodes) == 2


def test_an_exponent_is_part_of_the_power():
    found = graph(dk.record(lambda x: x**3, 2.0), 2.0)
    assert found.lines_of(found.nodes[-1]) == ["v1  ^3", "8  [1]"]
    assert found.edges[0].partial == 12.0


def test_names_stand_for_the_inputs():
    assert "v1  x + y" in str(graph(SUM, names=["x", "y", "z"]))


def test_intermediates_are_called_as_in_the_source():
    def f(x, y, z):
        a = 2 * (x + y)
        return a * z

    tape = dk.record(f, 1.0, -2.0, 3.0)
    beside, named = graph(tape), graph(tape, labels="names")
    assert [beside.lines_of(node)[0] for node in beside.nodes if node.kind != "constant"] == [
        "v-2 = x", "v-1 = y", "v0 = z", "v1  +", "v2 = a  ×", "v3  ×",
    ]  # fmt: skip
    assert "v2   a = 2 × v1" in str(beside)
    assert [named.lines_of(node)[0] for node in named.nodes] == ["x", "y", "z", "v1  +", "2", "a  ×", "v3  ×"]
    assert "a   2 × v1" in str(named)
    assert [node["name"] for node in beside.to_dict()["nodes"]] == ["x", "y", "z", "", "", "a", ""]


def test_dot_has_every_node_and_edge():
    text = graph(SUM, 1.0, -2.0, 3.0).dot()
    assert text.startswith("digraph {")
    assert text.endswith("}")
    assert r's4 [label="v2  ×\n-3  [1]", penwidth=2.5]' in text
    assert text.count("->") == 4


def test_mermaid_has_every_node_and_edge_and_no_bare_bracket():
    text = graph(SUM, 1.0, -2.0, 3.0).mermaid()
    assert 's4["v2  ×<br>-3  #91;1#93;"]' in text
    assert 's3 -->|"3"| s4' in text
    assert text.count("-->") == 4


def test_json_holds_nodes_and_edges():
    data = graph(SUM, 1.0, -2.0, 3.0).to_dict()
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data["edges"][2] == {"tail": "s3", "head": "s4", "partial": 3.0}
    assert data["nodes"][4]["value"] == -3.0


def test_a_long_loop_is_one_box():
    def logistic(x):
        for _ in range(100):
            x = 3.5 * x * (1 - x)
        return x

    tape = dk.record(logistic, 0.2)
    found = graph(tape, 0.2)
    boxes = [node for node in found.nodes if node.kind == "repeats"]
    assert [found.lines_of(box) for box in boxes] == [["loop  3 rows × 98"]]
    assert len(found.nodes) < 20
    assert {e.head for e in found.edges if e.tail == "loop"} == {"s302"}
    assert found.nodes[-1].value == pytest.approx(tape.replay(0.2))
    assert str(found).splitlines()[-1].startswith("v300  x = loop × loop")


def test_rounds_of_a_loop_may_differ_in_their_constants():
    def textbook(a, b):
        z = 0
        for i in range(100):
            z = a * np.cos(z + i) + z * np.sin(b - i)
        return z

    found = graph(dk.record(textbook, 0.5, 0.5), 0.5, 0.5, labels="names")
    assert [found.lines_of(node) for node in found.nodes if node.kind == "repeats"] == [["loop  7 rows × 98"]]
    labels = {node.key: node.label for node in found.nodes}
    assert sorted(labels[edge.tail] for edge in found.edges if edge.head == "loop") == ["a", "b", "v11", "v8"]
    assert found.nodes[-1].label == "z100"
    assert len(found.plot().texts) > 20


def test_arrays_are_shown_short():
    tape = dk.record(lambda w, x: np.sum(w @ x), np.ones((2, 3)), np.arange(3.0))
    lines = str(graph(tape, np.ones((2, 3)), np.arange(3.0))).split("\n")
    assert lines[0].split("  ")[-1] == "adjoint array of shape (2, 3)"
    assert "v-1 @ v0" in lines[2]


@pytest.mark.parametrize(
    ("arguments", "options", "said"),
    [
        ((), {"show": "adjoints"}, "needs the point"),
        ((1.0, 2.0, 3.0), {"show": "all"}, "show is 'all'; write one of"),
        ((), {"names": ["x"]}, "the tape has 3 inputs and got 1 names"),
    ],
)
def test_what_does_not_fit_is_said(arguments, options, said):
    with pytest.raises(ArgumentsError, match=said):
        graph(SUM, *arguments, **options)


def test_the_svg_speaks():
    text = graph(SUM, 1.0, -2.0, 3.0).svg()
    assert 'role="img"' in text
    assert "Computational graph: 3 inputs, 2 operations." in text
    assert ">Computational graph: 3 inputs, 2 operations</title>" in text
    assert graph(SUM)._repr_svg_().startswith("<?xml")
