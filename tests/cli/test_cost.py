"""`diffkit cost`: a function of an array or a formula that is summed, in every form of output."""

from __future__ import annotations

import csv
import io
import json

import pytest


def test_a_formula_is_summed_and_counted(shell):
    status, out, err = shell("cost", "-x^2", "--sizes", "1,10,100", "--methods", "central,reverse")
    assert (status, err) == (0, "")
    assert out.startswith("Cost of the gradient of f = the sum of -x^2 over x by n inputs\n")
    assert "central             2      20      200  n^1.00    2n\n" in out
    assert "reverse         1 + 1   1 + 1    1 + 1  constant  1, and 1 sweep\n" in out


def test_a_function_of_a_file_is_counted_by_all_methods(shell, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("import numpy as np\ndef square(x):\n    return np.sum(x * x)\n")
    status, out, _ = shell("cost", f"{file}:square", "--sizes", "2-3", "--csv")
    rows = {(row["method"], row["n"]): row["evaluations"] for row in csv.DictReader(io.StringIO(out))}
    assert (status, len(rows)) == (0, 18)
    assert (rows["forward", "3"], rows["central", "3"], rows["dual", "3"], rows["reverse", "3"]) == (
        "4", "6", "3", "1",
    )  # fmt: skip


def test_json_is_the_contract(shell):
    _, out, _ = shell("cost", "x^2", "--sizes", "4", "--methods", "dual", "--json")
    data = json.loads(out)
    assert (data["schema"], data["f"], data["sizes"]) == ("diffkit.cost/1", "the sum of x^2 over x", [4])
    assert data["rows"][0]["tangents"] == 4


def test_a_figure_is_drawn(shell, tmp_path):
    path = tmp_path / "cost.svg"
    status, _, err = shell("cost", "x^2", "--sizes", "1,4", "--methods", "reverse", "--plot", str(path))
    assert (status, err) == (0, f"wrote {path}\n")
    assert "Cost of the gradient of the sum of x^2 over x" in path.read_text()


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["x1*x2"], 2, "the formula x1*x2 has 2 variables (x1, x2); write one in a single variable"),
        (["x", "--sizes", "0"], 2, "'0' is no size; write a whole number from 1 to 1000000"),
        (["x", "--methods", "centre"], 2, "no method 'centre'; did you mean 'central'"),
        (["x", "--time-limit", "soon"], 2, "'soon' is no time; write a number of seconds such as 5"),
        (["log(-x)"], 3, "f is nan at x = [0.5], so it has no derivative there"),
        (["math:sqrt", "--sizes", "3"], 3, "f failed: TypeError: "),
    ],
)
def test_bad_usage_is_one_line(shell, arguments, status, message):
    found, out, err = shell("cost", *arguments)
    assert (found, out) == (status, "")
    assert message in err
    assert err.count("\n") == 1
