"""`diffkit trace` and `diffkit graph` as a user meets them."""

from __future__ import annotations

import csv
import io
import json
import warnings
import xml.etree.ElementTree as ET

import pytest

SURVEY = ("log(x1) + x1*x2 - sin(x2)", "--at", "x1=2,x2=5")
SUM = ("(x + y)*z", "--at", "x=1,y=-2,z=3")


def test_trace_prints_the_table_of_the_survey(shell):
    status, out, err = shell("trace", *SURVEY)
    assert (status, err) == (0, "")
    assert out.splitlines()[1].split() == ["x1", "input", "1", "2", "5.5", "v̄2*x2", "+", "v̄1/x1"]
    assert out.splitlines()[-1] == "result 11.652071455223084, gradient (5.5, 1.7163378145367738)"


@pytest.mark.parametrize("command", ["trace", "graph"])
def test_what_is_not_finite_is_shown_without_a_warning(shell, command):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "-inf" in shell(command, "1/x", "--at", "0")[1]
        assert "nan" in shell(command, "log(x)", "--at", "-1")[1]


def test_trace_follows_one_variable_forwards(shell):
    for name, tangent in (("x", "24.0"), ("y", "10.0")):
        out = shell("trace", "x^2*y + y + 2", "--at", "x=3,y=4", "--mode", "forward", "--wrt", name)[1]
        assert out.endswith(f"tangent of the result {tangent}\n")
    out = shell("trace", "x^2", "--at", "3", "--mode", "forward", "--wrt", "x")[1]
    assert out.endswith("tangent of the result 6.0\n")


def test_trace_uncovers_step_by_step(shell):
    out = shell("trace", *SURVEY, "--step", "2")[1]
    assert [line.split("  ")[-1] for line in out.splitlines()[-4:-2]] == ["v̄5", "1"]
    assert "v̄4" not in out


def test_trace_of_a_long_program_shows_head_and_tail(shell, tmp_path):
    file = tmp_path / "long.py"
    file.write_text("def f(x):\n    for _ in range(1667):\n        x = 3.5 * x * (1 - x)\n    return x\n")
    out = shell("trace", f"{file}:f", "--at", "0.2")[1]
    assert "4942 more rows" in out
    assert len(out.splitlines()) == 1 + 61 + 2


def test_trace_in_every_form(shell, tmp_path):
    data = json.loads(shell("trace", *SURVEY, "--json")[1])
    assert data["schema"] == "diffkit.trace/1"
    rows = list(csv.reader(io.StringIO(shell("trace", *SURVEY, "--csv")[1])))
    assert len(rows) == 1 + 7
    assert shell("trace", *SURVEY, "--markdown")[1].startswith("|  | primal | value |")
    assert shell("trace", *SURVEY, "--latex")[1].startswith(r"\begin{tabular}")
    status, out, _ = shell("trace", *SURVEY, "-o", str(tmp_path / "t.tex"))
    assert (status, out) == (0, "")
    assert (tmp_path / "t.tex").read_text().startswith(r"\begin{tabular}")


def test_trace_draws_both_passes_or_the_staircase(shell, tmp_path):
    for figure, told in (("passes", "Reverse mode: values downwards"), ("staircase", "A program of 5 steps")):
        file = tmp_path / f"{figure}.svg"
        status, out, err = shell("trace", *SURVEY, "--plot", str(file), "--figure", figure)
        assert (status, err) == (0, f"wrote {file}\n")
        assert out.endswith("gradient (5.5, 1.7163378145367738)\n")
        assert told in file.read_text()
    forward = tmp_path / "forward.png"
    assert shell("trace", *SURVEY, "--mode", "forward", "--plot", str(forward))[0] == 0
    assert forward.read_bytes().startswith(b"\x89PNG")


def test_graph_prints_a_line_a_node(shell):
    status, out, err = shell("graph", *SUM)
    assert (status, err) == (0, "")
    assert [line.split() for line in out.splitlines()] == [
        ["x", "=", "1", "adjoint", "3"],
        ["y", "=", "-2", "adjoint", "3"],
        ["z", "=", "3", "adjoint", "-1"],
        ["v1", "x", "+", "y", "=", "-1", "adjoint", "3"],
        ["v2", "v1", "×", "z", "=", "-3", "adjoint", "1"],
    ]
    assert "adjoint" not in shell("graph", *SUM, "--show", "values")[1]


def test_graph_in_every_form(shell, tmp_path):
    assert json.loads(shell("graph", *SUM, "--json")[1])["schema"] == "diffkit.graph/1"
    assert len(shell("graph", *SUM, "--csv")[1].splitlines()) == 1 + 5
    assert shell("graph", *SUM, "--markdown")[1].startswith("```mermaid\ngraph LR")
    assert shell("graph", *SUM, "--mermaid")[1].startswith("graph LR")
    assert shell("graph", *SUM, "--dot")[1].startswith("digraph {")
    assert ET.fromstring(shell("graph", *SUM, "--svg")[1]).tag.endswith("svg")
    status, _, err = shell("graph", *SUM, "--plot", str(tmp_path / "g.png"))
    assert (status, err) == (0, f"wrote {tmp_path / 'g.png'}\n")
    assert (tmp_path / "g.png").read_bytes().startswith(b"\x89PNG")


def test_graph_draws_its_three_states(shell, tmp_path):
    file = tmp_path / "states.svg"
    assert shell("graph", *SUM, "--plot", str(file), "--states")[0] == 0
    assert "The graph in three states" in file.read_text()


@pytest.mark.parametrize(
    ("ending", "begins"),
    [
        ("txt", "x "), ("json", "{"), ("csv", "key,"), ("md", "```mermaid"), ("dot", "digraph {"),
        ("gv", "digraph {"), ("mmd", "graph LR"), ("svg", "<?xml"),
    ],
)  # fmt: skip
def test_the_ending_of_a_file_says_the_form_of_a_graph(shell, tmp_path, ending, begins):
    file = tmp_path / f"g.{ending}"
    assert shell("graph", *SUM, "-o", str(file)) == (0, "", f"wrote {file}\n")
    assert file.read_text().startswith(begins)
    option = {"txt": [], "md": ["--markdown"], "gv": ["--dot"], "mmd": ["--mermaid"]}.get(
        ending, [f"--{ending}"]
    )
    assert shell("graph", *SUM, *option)[1] == file.read_text()


PROGRAMS = """
import numpy as np

def f(x, y, z):
    a = x + y
    return a * z

def loop(x):
    for _ in range(1667):
        x = 3.5 * x * (1 - x)
    return x

def mixed(x):
    for i in range(2500):
        x = [np.sin, np.cos, np.arctan, np.tanh][int(i**1.5) % 4](x) + x
    return x
"""


@pytest.fixture
def programs(tmp_path):
    file = tmp_path / "programs.py"
    file.write_text(PROGRAMS)
    return str(file)


def test_steps_are_called_as_in_the_file(shell, programs):
    f = (f"{programs}:f", "--at", "1,-2,3")
    named, v, n = (shell("trace", *f, "--labels", labels)[1] for labels in ("names", "v", "n"))
    assert shell("trace", *f)[1] == named
    assert [line.split()[0] for line in named.splitlines()[1:6]] == ["x", "y", "z", "a", "v2"]
    assert [line.split()[:2] for line in v.splitlines()[1:5]] == [
        ["v-2", "x"],
        ["v-1", "y"],
        ["v0", "z"],
        ["v1", "a"],
    ]
    assert [line.split()[:2] for line in n.splitlines()[1:5]] == [
        ["n1", "x"],
        ["n2", "y"],
        ["n3", "z"],
        ["n4", "a"],
    ]
    assert "a   x + y  = -1  adjoint 3" in shell("graph", *f)[1]
    forward = shell("trace", *f, "--mode", "forward", "--wrt", "z")[1]
    assert forward.endswith("tangent of the result -1.0\n")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["loop", "mixed"])
def test_5000_rows_show_head_and_tail_in_print_and_all_in_data(shell, programs, name):
    rows = {"loop": 5002, "mixed": 5001}[name]
    f = ("trace", f"{programs}:{name}", "--at", "0.2")
    for option, around in (("", 3), ("--markdown", 4), ("--latex", 4)):
        out = shell(*f, *filter(None, [option]))[1]
        assert f"{rows - 60} more rows" in out
        assert len(out.splitlines()) == 61 + around
    assert len(json.loads(shell(*f, "--json")[1])["rows"]) == rows
    assert len(shell(*f, "--csv")[1].splitlines()) == 1 + rows


@pytest.mark.slow
def test_a_graph_of_5000_rows_has_its_loop_in_one_box_or_says_what_to_do(shell, programs):
    loop = ("graph", f"{programs}:loop", "--at", "0.2")
    assert "loop   3 rows × 1665" in shell(*loop)[1]
    assert len(shell(*loop, "--dot")[1].splitlines()) < 40
    assert ET.fromstring(shell(*loop, "--svg")[1]).tag.endswith("svg")
    mixed = ("graph", f"{programs}:mixed", "--at", "0.2")
    out = shell(*mixed)[1]
    assert len(out.splitlines()) == 61
    assert "4898 more nodes" in out
    assert shell(*mixed, "--dot")[1].count("->") > 7000
    status, out, err = shell(*mixed, "--svg")
    assert (status, out) == (2, "")
    assert "4958 nodes is no picture, 600 are; take its text, its DOT or its table" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("trace", *SURVEY, "--wrt", "x1"), "--wrt is for --mode forward"),
        (
            ("trace", *SURVEY, "--mode", "forward", "--wrt", "q"),
            "F has no variable 'q'; its variables are x1, x2",
        ),
        (("trace", *SURVEY, "--step", "-1"), "'-1' is not a whole number from 0"),
        (("graph", *SUM, "--dot", "--svg"), "--dot and --svg are two forms; write one"),
        (("graph", *SUM, "--show", "all"), "'all' is not one of"),
        (("graph", "x +", "--at", "1"), "^"),
    ],
)
def test_bad_usage_is_one_sentence(shell, arguments, said):
    status, out, err = shell(*arguments)
    assert (status, out) == (2, "")
    assert said in err
