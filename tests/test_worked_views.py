"""The worked examples 15 to 18 as tables and as pictures: every number in them, where it stands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import diffkit as dk
from diffkit.views import graph, table


def product(x: Any, y: Any, z: Any) -> Any:
    a = x + y
    f = a * z
    return f  # noqa: RET504 - the name is the point


def nodes(x: Any, y: Any) -> Any:
    return x * x * y + (y + 2)


def survey(x1: Any, x2: Any) -> Any:
    return np.log(x1) + x1 * x2 - np.sin(x2)


def drawn(f: Any, *point: float, **how: Any) -> tuple[dict[str, str], list[str]]:
    """What stands in each box of the picture, by its first line, and on the edges."""
    ax = graph(dk.record(f, *point), *point, **how).plot()
    ax.figure.draw_without_rendering()
    boxes: dict[str, list[str]] = {}
    edges = []
    frames = [patch.get_window_extent() for patch in ax.patches if hasattr(patch, "get_boxstyle")]
    for text in ax.texts:
        x, y = ax.transData.transform(text.get_position())
        inside = [str(i) for i, frame in enumerate(frames) if frame.contains(x, y)]
        boxes.setdefault(inside[0], []).append(text.get_text().strip()) if inside else edges.append(
            text.get_text()
        )
    return {first: " ".join(rest) for first, *rest in boxes.values()}, sorted(edges)


@pytest.mark.parametrize("example", [15])
@pytest.mark.parametrize(
    ("show", "boxes", "edges"),
    [
        ("structure", {"x": "", "y": "", "z": "", "a  +": "", "f  ×": ""}, []),
        ("values", {"x": "1", "y": "-2", "z": "3", "a  +": "-1", "f  ×": "-3"}, []),
        (
            "adjoints",
            {"x": "1 [3]", "y": "-2 [3]", "z": "3 [-1]", "a  +": "-1 [3]", "f  ×": "-3 [1]"},
            ["-1", "1", "1", "3"],
        ),
    ],
)
def test_the_graph_of_a_sum_times_z_in_three_states(
    show: Any, boxes: dict[str, str], edges: list[str], example: int
) -> None:
    assert drawn(product, 1.0, -2.0, 3.0, show=show, labels="names") == (boxes, edges)


PRODUCT = """\
   primal   value  adjoint (read upwards)  from
x  input 1      1                       3  ā
y  input 2     -2                       3  ā
z  input 3      3                      -1  f̄*a
a  x + y       -1                       3  f̄*z
f  a*z         -3                       1  1

result -3.0, gradient (3.0, 3.0, -1.0)"""

NODES_REVERSE = """\
    primal    value  adjoint (read upwards)  from
n1  x             3                      24  n̄4*n1 + n̄4*n1
n2  y             4                      10  n̄6 + n̄5*n4
n3  constant      2                       1  n̄6
n4  n1*n1         9                       4  n̄5*n2
n5  n4*n2        36                       1  n̄7
n6  n2 + n3       6                       1  n̄7
n7  n5 + n6      42                       1  1

result 42.0, gradient (24.0, 10.0)"""

NODES_ALONG_X = """\
    primal    value  tangent  from
n1  x             3        1
n2  y             4        0
n3  constant      2        0
n4  n1*n1         9        6  ṅ1*n1 + ṅ1*n1
n5  n4*n2        36       24  ṅ4*n2 + ṅ2*n4
n6  n2 + n3       6        0  ṅ2 + ṅ3
n7  n5 + n6      42       24  ṅ5 + ṅ6

result 42.0, tangent of the result 24.0"""

NODES_ALONG_Y = """\
    primal    value  tangent  from
n1  x             3        0
n2  y             4        1
n3  constant      2        0
n4  n1*n1         9        0  ṅ1*n1 + ṅ1*n1
n5  n4*n2        36        9  ṅ4*n2 + ṅ2*n4
n6  n2 + n3       6        1  ṅ2 + ṅ3
n7  n5 + n6      42       10  ṅ5 + ṅ6

result 42.0, tangent of the result 10.0"""

SURVEY_REVERSE = """\
     primal        value  adjoint (read upwards)  from
v-1  x1                2                     5.5  v̄2*v0 + v̄1/v-1
v0   x2                5                1.716338  v̄3*cos(v0) + v̄2*v-1
v1   log(v-1)   0.693147                       1  v̄4
v2   v-1*v0           10                       1  v̄4
v3   sin(v0)   -0.958924                      -1  -v̄5
v4   v1 + v2   10.693147                       1  v̄5
v5   v4 - v3   11.652071                       1  1

result 11.652071455223084, gradient (5.5, 1.7163378145367738)"""

SURVEY_ALONG_X1 = """\
     primal        value  tangent  from
v-1  x1                2        1
v0   x2                5        0
v1   log(v-1)   0.693147      0.5  v̇-1/v-1
v2   v-1*v0           10        5  v̇-1*v0 + v̇0*v-1
v3   sin(v0)   -0.958924        0  v̇0*cos(v0)
v4   v1 + v2   10.693147      5.5  v̇1 + v̇2
v5   v4 - v3   11.652071      5.5  v̇4 - v̇3

result 11.652071455223084, tangent of the result 5.5"""

SURVEY_ALONG_X2 = """\
     primal        value   tangent  from
v-1  x1                2         0
v0   x2                5         1
v1   log(v-1)   0.693147         0  v̇-1/v-1
v2   v-1*v0           10         2  v̇-1*v0 + v̇0*v-1
v3   sin(v0)   -0.958924  0.283662  v̇0*cos(v0)
v4   v1 + v2   10.693147         2  v̇1 + v̇2
v5   v4 - v3   11.652071  1.716338  v̇4 - v̇3

result 11.652071455223084, tangent of the result 1.7163378145367738"""

TABLES = [
    pytest.param(product, (1.0, -2.0, 3.0), {"labels": "names"}, PRODUCT, id="15"),
    pytest.param(nodes, (3.0, 4.0), {"labels": "n"}, NODES_REVERSE, id="16"),
    pytest.param(nodes, (3.0, 4.0), {"labels": "n", "mode": "forward"}, NODES_ALONG_X, id="17-x"),
    pytest.param(
        nodes,
        (3.0, 4.0),
        {"labels": "n", "mode": "forward", "direction": (0.0, 1.0)},
        NODES_ALONG_Y,
        id="17-y",
    ),
    pytest.param(survey, (2.0, 5.0), {}, SURVEY_REVERSE, id="18-reverse"),
    pytest.param(survey, (2.0, 5.0), {"mode": "forward"}, SURVEY_ALONG_X1, id="18-x1"),
    pytest.param(
        survey, (2.0, 5.0), {"mode": "forward", "direction": (0.0, 1.0)}, SURVEY_ALONG_X2, id="18-x2"
    ),
]


@pytest.mark.parametrize(("f", "point", "how", "expected"), TABLES)
def test_the_tables_of_the_textbooks(
    f: Any, point: tuple[float, ...], how: dict[str, Any], expected: str
) -> None:
    found = str(table(dk.record(f, *point), *point, **how))
    assert "\n".join(line.rstrip() for line in found.split("\n")) == expected


@pytest.mark.parametrize("example", [16])
def test_the_node_example_as_a_picture(example: int) -> None:
    boxes, edges = drawn(nodes, 3.0, 4.0, labels="n")
    assert boxes == {
        "n1 = x": "3 [24]", "n2 = y": "4 [10]", "n3": "2 [1]", "n4  ×": "9 [4]", "n5  ×": "36 [1]",
        "n6  +": "6 [1]", "n7  +": "42 [1]",
    }  # fmt: skip
    assert edges == ["1", "1", "1", "1", "3", "3", "4", "9"]


@pytest.mark.parametrize("example", [18])
def test_the_trace_example_as_a_picture(example: int) -> None:
    boxes, edges = drawn(survey, 2.0, 5.0)
    assert boxes == {
        "v-1 = x1": "2 [5.5]", "v0 = x2": "5 [1.716338]", "v1  log": "0.693147 [1]", "v2  ×": "10 [1]",
        "v3  sin": "-0.958924 [-1]", "v4  +": "10.693147 [1]", "v5  −": "11.652071 [1]",
    }  # fmt: skip
    assert edges == ["-1", "0.283662", "0.5", "1", "1", "1", "2", "5"]
