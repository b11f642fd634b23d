"""`diffkit steps` as a user meets it."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest

from diffkit.cli import output
from diffkit.cli.steps import FORMS
from diffkit.symbolic import export, steps

FAST = ("--time-limit", "0")


def test_a_derivative_is_printed_rule_by_rule(shell):
    status, out, err = shell("steps", "x^2*sin(x)", *FAST)
    assert (status, err) == (0, "")
    assert out == f"{steps('x^2*sin(x)', time_limit=None)}\n"
    assert out.splitlines()[2].split() == ["step", "rule", "replaced", "line"]


@pytest.mark.slow
def test_simplifying_is_the_rule_and_its_limit_is_kept(shell):
    _, out, _ = shell("steps", "arctan(1/x)")
    assert "simplified  -1/(x^2 + 1)" in out
    _, out, _ = shell(
        "steps", "*".join(f"(1 + exp(x^{i} + x))^{i}" for i in range(2, 6)), "--time-limit", ".1"
    )
    assert "simplified  stopped after 0.1 s" in out


def test_the_variable_the_order_and_the_bare_rules_are_options(shell):
    _, out, _ = shell("steps", "5 + x*y", "--wrt", "x", "--bare", *FAST)
    assert "raw        0 + (0*x + y*1)" in out
    _, out, _ = shell("steps", "x^3", "--order", "2", *FAST)
    assert "The second derivative:" in out


def test_a_leading_minus_is_a_formula_and_a_dash_is_standard_input(shell):
    assert shell("steps", "-x^2", *FAST)[0] == 0
    assert "f(t) = t^2" in shell("steps", "-", *FAST, stdin="t^2")[1]


@pytest.mark.parametrize(
    ("flag", "reads"),
    [
        ("--json", lambda text: json.loads(text)["schema"] == "diffkit.steps/1"),
        ("--csv", lambda text: next(csv.DictReader(io.StringIO(text)))["rule"] == "power"),
        ("--markdown", lambda text: "| 1 | power |" in text),
        ("--latex", lambda text: text.startswith("\\begin{aligned}\n")),
        ("--html", lambda text: ET.fromstring(text[text.index("<body>") :][: -len("</html>\n")]).tag),
    ],
)  # fmt: skip
def test_every_form_can_be_read(shell, flag, reads):
    status, out, _ = shell("steps", "x^3", flag, *FAST)
    assert status == 0
    assert reads(out)


@pytest.mark.parametrize(
    ("ending", "begins"), [("tex", "\\begin{aligned}"), ("html", "<!doctype html>"), ("json", '{"schema"')]
)
def test_a_files_ending_says_the_form(shell, tmp_path, ending, begins):
    file = tmp_path / f"steps.{ending}"
    status, out, err = shell("steps", "x^3", *FAST, "-o", str(file))
    assert (status, out) == (0, "")
    assert err == f"wrote {file}\n"
    assert file.read_text(encoding="utf-8").startswith(begins)


def test_the_endings_of_steps_mean_nothing_to_other_commands(shell, tmp_path):
    file = tmp_path / "page.html"
    assert shell("compare", "x^2", "--at", "1", "--methods", "reverse", "-o", str(file))[0] == 0
    assert file.read_text(encoding="utf-8").startswith("f(x) = x^2")


@pytest.mark.parametrize("form", FORMS)
def test_only_the_derivative_is_exported(shell, form, tmp_path):
    status, out, _ = shell("steps", "x^2*y", "--wrt", "x", "--export", form, *FAST)
    assert status == 0
    expected = export(steps("x^2*y", "x", time_limit=None).derivative, form, ["x", "y"], "derivative")
    assert out == (expected if expected.endswith("\n") else f"{expected}\n")
    shell("steps", "x^2*y", "--wrt", "x", "--export", form, *FAST, "-o", str(tmp_path / "file"))
    assert (tmp_path / "file").read_text(encoding="utf-8") == out


def test_the_forms_are_those_of_the_library():
    from diffkit.symbolic.export import FORMS as THEIRS

    assert FORMS == THEIRS


def test_a_python_function_is_followed_at_its_point(shell, tmp_path):
    (tmp_path / "mine.py").write_text("import numpy as np\ndef f(v):\n    return v[0] * np.sin(v[1])\n")
    status, out, _ = shell("steps", f"{tmp_path}/mine.py:f", "--at", "1,2", "--wrt", "v[1]", *FAST)
    assert status == 0
    assert "collected  v[0]*cos(v[1])" in out


def test_a_narrow_terminal_gets_a_narrow_table(shell, monkeypatch):
    monkeypatch.setattr(output.sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = shell("steps", "x^2*sin(x)", *FAST)
    assert max(map(len, out.splitlines())) <= 80
    assert "line: 2*x*sin(x) + x^2*cos(x)" in out


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["x*y"], 2, "f has 2 variables (x, y)"),
        (["x*y"], 2, "in the shell --wrt x"),
        (["x*y", "--wrt", "t"], 2, "f has no variable 't'; it has x, y"),
        (["sin(x"], 2, "never closed"),
        (["x", "--order", "0"], 2, "'0' is not a whole number from 1 to 10"),
        (["x", "--time-limit", "soon"], 2, "'soon' is no time; write a number of seconds such as 5"),
        (["x", "--export", "c", "--json"], 2, "--export c is a form of its own; leave --json out"),
        (["x", "--export", "fortran"], 2, "'fortran' is not one of"),
        (["j0(x)", "--export", "c"], 2, "besselj is no function of C's library"),
        (["x", "--json", "--latex"], 2, "are two forms; write one"),
        pytest.param(["*".join(["sin(x)"] * 120)], 2, "more than 200 steps", marks=pytest.mark.slow),
        (["builtins:abs", "--at", "x=1,y=2"], 2, "the point gives x, y"),
    ],
)
def test_what_is_wrong_is_one_line_and_a_status(shell, arguments, status, said):
    found, out, err = shell("steps", *arguments, *(FAST if "--time-limit" not in arguments else ()))
    assert (found, out) == (status, "")
    assert said in err
    assert err.startswith("diffkit: ")


def test_a_caret_is_under_the_bad_column(shell):
    _, _, err = shell("steps", "x + sinn(x)")
    line, caret = err.splitlines()[1:3]
    assert line[caret.index("^") :].startswith("sinn")


def test_what_a_function_raises_is_told_with_its_line(shell, tmp_path):
    (tmp_path / "bad.py").write_text("def f(x):\n    raise ValueError('no')\n")
    status, _, err = shell("steps", f"{tmp_path}/bad.py:f")
    assert status == 3
    assert err == "diffkit: f failed: ValueError: no (line 2 of bad.py)\n"
