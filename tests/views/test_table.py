"""The tables of the textbooks, with every number in them."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import ArgumentsError, NonScalarError
from diffkit.views.table import number_text, table

SURVEY = dk.record(lambda x1, x2: np.log(x1) + x1 * x2 - np.sin(x2), 2.0, 5.0)
NODES = dk.record(lambda x, y: x * x * y + (y + 2), 3.0, 4.0)


def test_reverse_mode_is_the_table_of_the_survey():
    assert (
        str(table(SURVEY, 2.0, 5.0))
        == """\
     primal        value  adjoint (read upwards)  from
v-1  x1                2                     5.5  v̄2*v0 + v̄1/v-1
v0   x2                5                1.716338  v̄3*cos(v0) + v̄2*v-1
v1   log(v-1)   0.693147                       1  v̄4
v2   v-1*v0           10                       1  v̄4
v3   sin(v0)   -0.958924                      -1  -v̄5
v4   v1 + v2   10.693147                       1  v̄5
v5   v4 - v3   11.652071                       1  1

result 11.652071455223084, gradient (5.5, 1.7163378145367738)"""
    )


def test_nodes_are_numbered_with_the_constants_among_them():
    found = table(NODES, 3.0, 4.0, labels="n")
    assert [row.label for row in found.rows] == ["n1", "n2", "n3", "n4", "n5", "n6", "n7"]
    assert [row.value for row in found.rows] == [3, 4, 2, 9, 36, 6, 42]
    assert [row.derivative for row in found.rows] == [24, 10, 1, 4, 1, 1, 1]
    assert found.derivative == (24.0, 10.0)


@pytest.mark.parametrize(("direction", "tangent"), [(None, 24.0), ((0.0, 1.0), 10.0), ((1.0, 1.0), 34.0)])
@pytest.mark.parametrize("labels", ["v", "n"])
def test_forward_mode_follows_a_direction(direction, tangent, labels):
    found = table(NODES, 3.0, 4.0, mode="forward", direction=direction, labels=labels)
    assert (found.result, found.derivative) == (42.0, tangent)


def test_steps_are_uncovered_one_by_one():
    upwards = table(NODES, 3.0, 4.0, step=2)
    assert [row.derivative for row in upwards.rows] == [None, None, None, None, 1.0, 1.0]
    downwards = table(NODES, 3.0, 4.0, mode="forward", step=3)
    assert [row.derivative for row in downwards.rows] == [1.0, 0.0, 6.0, None, None, None]
    assert table(NODES, 3.0, 4.0, step=99) == table(NODES, 3.0, 4.0)


def test_without_a_point_the_rows_have_no_numbers():
    assert str(table(NODES)) == "\n".join(
        ["    primal", "v-1  x", "v0   y", "v1   v-1*v-1", "v2   v0 + 2", "v3   v1*v0", "v4   v3 + v2"]
    ).replace("    primal", "     primal")
    assert table(NODES).latex().splitlines()[:2] == [r"\begin{tabular}{ll}", r" & primal \\"]
    assert table(NODES).to_dict()["result"] is None


def test_a_row_says_what_it_is():
    kinds = [row.kind for row in table(NODES, labels="n").rows]
    assert kinds == ["input", "input", "constant", *["operation"] * 3, "result"]


def test_the_arrows_of_a_step_say_what_is_shown():
    told = [arrow.travel for arrow in table(NODES, 3.0, 4.0, step=2).arrows]
    assert told == ["", "", "", "", "", "t5", ""]


def test_inputs_may_have_names():
    text = str(table(NODES, 3.0, 4.0, names=["x", "y"]))
    assert "v1  x*x " in text
    assert "v̄3*y" in text


def test_a_long_tape_shows_its_head_and_its_tail():
    def logistic(x):
        for _ in range(2000):
            x = 3.5 * x * (1 - x)
        return x

    lines = str(table(dk.record(logistic, 0.2), 0.2)).split("\n")
    assert len(lines) == 1 + 61 + 2
    assert "5941 more rows" in lines[31]
    assert lines[32].startswith("v5971")


def logistic(x):
    for _ in range(3):
        rest = 1 - x
        x = 4 * x * rest
    return x


def test_intermediates_are_shown_as_the_source_names_them():
    tape = dk.record(logistic, 0.2)
    beside = table(tape, 0.2)
    assert [row.label for row in beside.rows] == [f"v{i}" for i in range(10)]
    assert [row.name for row in beside.rows].count("rest") == [row.name for row in beside.rows[1:]].count("x")
    assert "v1  rest = 1 - v0 " in str(beside)
    named = table(tape, 0.2, labels="names")
    called = ["x", "rest1", "x1", "rest2", "x2", "rest3", "x3"]
    assert [row.label for row in named.rows if row.label[0] != "v"] == called
    assert "rest1_bar" in str(named)
    assert "x\u03041" in str(named)
    assert r"\bar \mathit{rest1}" in named.latex()
    assert r"$v_{1}$ & $\mathit{rest} = 1 - v_{0}$" in beside.latex()
    assert beside.to_dict()["rows"][1]["name"] == "rest"


def test_arrays_are_shown_short():
    f = lambda x: np.sum(x**2)
    small, large = (table(dk.record(f, x), x) for x in (np.arange(3.0), np.ones((20, 3))))
    assert "[0, 2, 4]" in str(small)
    assert "array of shape (20, 3)" in str(large)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_a_row_with_several_results_shows_them_all(mode):
    a = np.diag([4.0, 1.0])
    made = table(dk.record(lambda a: np.linalg.slogdet(a)[1], a), a, mode=mode)
    assert re.split("  +", str(made).splitlines()[2])[:3] == ["v1", "slogdet(v0)", "(1, 1.386294)"]
    assert len(json.loads(json.dumps(made.to_dict()))["rows"][1]["value"]) == 2


def test_markdown_and_html_have_a_row_a_slot():
    found = table(SURVEY, 2.0, 5.0)
    assert len(found.markdown().split("\n\n")[0].split("\n")) == 2 + 7
    assert found._repr_html_().count("<tr>") == 1 + 7


def test_json_and_csv_hold_every_row_and_digit():
    found = table(SURVEY, 2.0, 5.0)
    data = found.to_dict()
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data["derivative"] == [5.5, 1.7163378145367738]
    assert data["rows"][0] == {
        "label": "v-1", "name": "x1", "primal": "input 1", "value": 2.0, "derivative": 5.5,
        "from": "v̄2*v0 + v̄1/v-1",
    }  # fmt: skip
    assert found.csv().split("\n")[2] == "v0,x2,input 2,5.0,1.7163378145367738,v̄3*cos(v0) + v̄2*v-1"


def test_latex_is_a_tabular():
    tex = table(SURVEY, 2.0, 5.0).latex()
    assert r"$v_{-1}$ & $x_{1}$ & 2 & 5.5 & $\bar v_{2} \, v_{0} + \frac{\bar v_{1}}{v_{-1}}$ \\" in tex
    assert tex.startswith(r"\begin{tabular}{lllll}")


def test_a_result_that_is_no_scalar_has_no_adjoints():
    tape = dk.record(lambda x: 2 * x, np.ones(2))
    with pytest.raises(NonScalarError):
        table(tape, np.ones(2))
    assert table(tape, np.ones(2), mode="forward").derivative.tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"mode": "backward"}, "mode is 'backward'; write 'reverse' or 'forward'"),
        ({"labels": "w"}, "labels are 'w'; write 'v', 'n' or 'names'"),
        ({"names": ["x"]}, "the tape has 2 inputs and got 1 names"),
    ],
)
def test_what_does_not_fit_is_said(options, said):
    with pytest.raises(ArgumentsError, match=said):
        table(NODES, 3.0, 4.0, **options)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (10.693147180559945, "10.693147"), (1e-5, "1e-05"), (12345678.9, "1.23457e+07"),
        (np.nan, "nan"), (-np.inf, "-inf"), (True, "True"), (1 + 2j, "(1+2j)"), (None, ""),
        (np.float32(0.1), "0.1"), (np.array([]), "[]"), (np.array(2.0), "2"),
    ],
)  # fmt: skip
def test_numbers_are_worded(value, text):
    assert number_text(value) == text
