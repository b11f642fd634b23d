"""CONTRIBUTING: each worked example in it works."""

import re
import runpy
from pathlib import Path

import numpy as np
import pytest

import diffkit as dk
from diffkit.functions import as_function

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
RULE, METHOD, PROBLEM, FIGURE = re.findall(r"^```python\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def run(tmp_path):
    """What a block of the guide defines."""

    def run(block):
        path = tmp_path / "block.py"
        path.write_text(block, encoding="utf-8")
        return runpy.run_path(str(path))

    return run


def test_the_rule_is_the_row_that_stands_in_the_table():
    table = (ROOT / "diffkit" / "rules" / "ufuncs.py").read_text(encoding="utf-8")
    assert re.sub(r" +", " ", RULE) in re.sub(r" +", " ", table)


def test_the_method_has_the_order_that_it_says(run):
    five_point = run(METHOD)["FivePoint"]
    errors = [abs(dk.derivative(np.exp, 0.0, method=five_point(h=h)) - 1) for h in (1e-1, 1e-2)]
    assert np.log10(errors[0] / errors[1]) == pytest.approx(4, abs=0.01)


def test_the_problem_has_the_derivative_that_it_says(run):
    problem = run(f"from diffkit.problems import Problem\nproblem = {PROBLEM}")["problem"]
    slope = as_function(problem.derivatives[0])(problem.at)
    assert slope == pytest.approx(dk.derivative(problem.f, problem.at), rel=1e-15)
    assert dk.survey([problem], methods="reverse")["witch", "reverse"].digits > 15


def test_the_figure_draws_a_bar_a_method_and_says_it_in_words(run):
    comparison = dk.compare("sin(x)*exp(-x^2)", 0.7)
    ax = run(FIGURE)["error_bars"](comparison)
    rows = [row for row in comparison.rows if row.error]
    assert [bar.get_width() for bar in ax.patches] == [row.error for row in rows]
    assert all(row.method in ax.alt for row in rows)
