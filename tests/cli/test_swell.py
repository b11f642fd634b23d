"""`diffkit swell`: a function or a family, in every form of output."""

from __future__ import annotations

import csv
import io
import json

import pytest

from diffkit.cli.swell import FAMILY_NAMES
from diffkit.families import FAMILIES


def test_a_function_has_a_row_a_stage(shell):
    status, out, err = shell("swell", "5 + x*y", "--wrt", "x", "--time-limit", "60")
    assert (status, err) == (0, "")
    names = [line[:15].strip() for line in out.splitlines()[4:13]]
    assert names == ["f", "raw", "pruned", "SymPy f", "SymPy diff", "SymPy cse", "SymPy simplify", "shared",
                     "adjoint rows"]  # fmt: skip
    assert out.splitlines()[1] == "derivative with respect to x"


def test_a_family_grows(shell):
    _, out, _ = shell("swell", "--family", "logistic", "--n", "2-4,8", "--max-nodes", "1", "--csv")
    rows = [row for row in csv.DictReader(io.StringIO(out)) if row["stage"] == "raw"]
    assert [(row["n"], row["operations"]) for row in rows] == [
        ("2", "9"), ("3", "36"), ("4", "108"), ("8", "4032"),
    ]  # fmt: skip


def test_json_is_the_contract(shell):
    _, out, _ = shell("swell", "--family", "loop", "--n", "10", "--max-nodes", "1", "--json")
    data = json.loads(out)
    assert (data["schema"], data["f"], data["wrt"], data["sizes"]) == ("diffkit.swell/1", "loop", ["a"], [10])
    assert {row["stage"]: row["operations"] for row in data["rows"]}["pruned"] == 30211


def test_a_step_is_iterated_and_a_function_of_n_gets_its_n(shell, tmp_path):
    _, out, _ = shell("swell", "4*x*(1-x)", "--iterate", "1,2", "--max-nodes", "1")
    assert out.startswith("Expression swell of f = 4*x*(1-x), applied n times")
    file = tmp_path / "mine.py"
    file.write_text(
        "def power(x, n):\n    y = x\n    for _ in range(n - 1):\n        y = y * x\n    return y\n"
    )
    _, out, _ = shell("swell", f"{file}:power", "--n", "5", "--max-nodes", "1", "--csv")
    assert next(csv.DictReader(io.StringIO(out)))["operations"] == "4"


def test_a_figure_is_drawn(shell, tmp_path):
    path = tmp_path / "swell.svg"
    status, _, err = shell(
        "swell", "--family", "product", "--n", "1-4", "--max-nodes", "1", "--plot", str(path)
    )
    assert (status, err) == (0, f"wrote {path}\n")
    assert "Expression swell of the gradient of the product family" in path.read_text()


def test_order_and_point_are_read(shell):
    _, out, _ = shell("swell", "x^2*y", "--at", "x=1,y=2", "--wrt", "y", "--order", "2", "--max-nodes", "1")
    assert out.splitlines()[1] == "f^(2) with respect to y"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "swell takes a function F or --family, one of them."),
        (["x", "--family", "loop"], "swell takes a function F or --family, one of them."),
        (["--family", "lop"], "'lop' is not one of 'logistic', 'loop'"),
        (["--family", "loop", "--at", "1"], "--at is a point for F; a family has its own."),
        (["--family", "loop", "--n", "0"], "'0' is no size; write a whole number from 1 to 10000"),
        (["--family", "loop", "--n", "5-3"], "'5-3' is no size"),
        (["--family", "loop", "--n", "two"], "'two' is no size"),
        (["x", "--n", "3"], "n= needs a function with a parameter n, and f takes x"),
        (["x*y", "--wrt", "z"], "wrt='z' is no variable of f; write one of x, y"),
        (["x", "--time-limit", "soon"], "'soon' is no time; write a number of seconds such as 5"),
        (["x", "--time-limit", "0"], "'0' is no time"),
        (["x", "--max-nodes", "0"], "'0' is not a whole number from 1 to 1000000000"),
    ],
)
def test_bad_usage_is_one_sentence_and_status_2(shell, arguments, message):
    status, out, err = shell("swell", *arguments)
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_the_families_of_the_command_line_are_those_of_the_library():
    assert list(FAMILY_NAMES) == list(FAMILIES)
