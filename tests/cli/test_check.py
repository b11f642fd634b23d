"""`diffkit check`: formulas and functions of files, and what the exit status says."""

from __future__ import annotations

import csv
import io
import json

import pytest


def test_a_right_gradient_of_formulas_passes(shell):
    status, out, err = shell("check", "x^2*y", "--gradient", "2*x*y, x^2", "--at", "x=3,y=4")
    assert (status, err) == (0, "")
    assert "\npassed: 2 of 2 components agree\n" in out


def test_a_wrong_component_is_named_and_the_exit_status_is_1(shell):
    status, out, err = shell("check", "x^2*y", "--gradient", "2*x*y, -x^2", "--at", "x=3,y=4")
    assert (status, err) == (1, "")
    assert "\nfailed: 1 of 2 components wrong: y\n" in out
    assert "the sign is flipped" in out


def test_functions_of_a_file_are_checked_at_an_array(shell, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "import numpy as np\n"
        "def f(x):\n    return np.sum(x**3)\n"
        "def df(x):\n    return 3 * x**2\n"
        "def wrong(x):\n    return x**2\n"
    )
    assert shell("check", f"{file}:f", "--gradient", f"{file}:df", "--at", "1,2,3")[0] == 0
    status, out, _ = shell("check", f"{file}:f", "--gradient", f"{file}:wrong", "--at", "1,2,3", "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert status == 1
    assert [(row["name"], row["note"]) for row in rows] == [
        (f"x[{i}]", "a factor 3 is missing") for i in range(3)
    ]


def test_without_a_gradient_reverse_mode_is_checked(shell):
    status, out, _ = shell("check", "sin(x)*exp(-x^2)", "--at", "0.7", "--json")
    data = json.loads(out)
    assert (status, data["schema"], data["passed"]) == (0, "diffkit.check/1", True)
    assert data["gradient"] == "reverse mode"


def test_one_formula_may_begin_with_a_minus(shell):
    assert shell("check", "cos(x)", "--gradient", "-sin(x)", "--at", "0.7")[0] == 0


def test_several_formulas_go_to_the_arguments_of_a_function_in_order(shell, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("def f(x, y):\n    return x**2 / y\n")
    call = ["check", f"{file}:f", "--at", "3,4", "--gradient"]
    assert shell(*call, "2*x/y, -(x/y)^2")[0] == 0
    assert "The gradients of x and y look swapped." in shell(*call, "-(x/y)^2, 2*x/y")[1]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (
            ["x*y", "--gradient", "y, x, 1", "--at", "x=1,y=2"],
            2,
            "F has 2 variables (x, y) and --gradient has 3",
        ),
        (
            ["x*y", "--gradient", "y, z", "--at", "x=1,y=2"],
            2,
            "the formula z has z, which is no variable of f",
        ),
        (["x*y", "--gradient", "y, sin(", "--at", "x=1,y=2"], 2, "is missing after"),
        (["log(x)", "--at", "-1"], 3, "f is nan at x = -1.0"),
        (["x", "--at", "1", "--samples", "0"], 2, "'0' is not a whole number from 1 to 1000000"),
    ],
)
def test_bad_usage_is_told_in_a_line(shell, arguments, status, message):
    found, out, err = shell("check", *arguments)
    assert (found, out) == (status, "")
    assert message in err


def test_what_the_gradient_raises_is_told_with_its_line(shell, tmp_path):
    file = tmp_path / "broken.py"
    file.write_text("def f(x):\n    return x**2\ndef df(x):\n    return {}[x]\n")
    status, out, err = shell("check", f"{file}:f", "--gradient", f"{file}:df", "--at", "1")
    assert (status, out) == (3, "")
    assert "KeyError" in err
    assert "line 4 of broken.py" in err


def test_a_function_of_a_file_is_called_without_its_folder(shell, tmp_path):
    file, picture = tmp_path / "mine.py", tmp_path / "check.svg"
    file.write_text("def f(x):\n    return x**2\n")
    status, out, _ = shell("check", f"{file}:f", "--gradient", "2*x", "--at", "3", "--plot", str(picture))
    assert (status, out.split("\n")[0]) == (0, "Check of 2*x as the gradient of f = mine.py:f")
    assert "Check of the gradient of mine.py:f: passed" in picture.read_text()


def test_a_figure_is_drawn_and_the_status_stays(shell, tmp_path):
    path = tmp_path / "check.svg"
    status, _, err = shell("check", "x^2", "--gradient", "x", "--at", "3", "--plot", str(path))
    assert (status, err) == (1, f"wrote {path}\n")
    assert "Check of the gradient of x^2: 1 of 1 wrong" in path.read_text()
