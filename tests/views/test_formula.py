"""Programs as lines of mathematics."""

from __future__ import annotations

import numpy as np
import pytest

import diffkit as dk
from diffkit.views.formula import formula, latex, product, sum_of


def shown(f, *point):
    point = point or (2.0, 3.0)
    return formula(dk.record(f, *point), ["x", "y"])


@pytest.mark.parametrize(
    ("f", "text"),
    [
        (lambda x, y: x - (y - x), "x - (y - x)"),
        (lambda x, y: (x - y) - x, "x - y - x"),
        (lambda x, y: x / (y * x), "x/(y*x)"),
        (lambda x, y: x / y * x, "x/y*x"),
        (lambda x, y: x * (y / x), "x*(y/x)"),
        (lambda x, y: (x + y) * x, "(x + y)*x"),
        (lambda x, y: -x * y, "-x*y"),
        (lambda x, y: (-x) ** 2, "(-x)**2"),
        (lambda x, y: -(x**2), "-x**2"),
        (lambda x, y: (x**y) ** x, "(x**y)**x"),
        (lambda x, y: x ** (y**x), "x**y**x"),
        (lambda x, y: x + -2.5, "x + -2.5"),
        (lambda x, y: -(2.0**x), "-2**x"),
        (lambda x, y: (-2.0) * x, "-2*x"),
        (lambda x, y: np.sin(x + y) / 3, "sin(x + y)/3"),
        (lambda x, y: np.where(x > y, x, y * 1e-7), "where(x > y, x, y*1e-07)"),
    ],
)
def test_brackets_stand_where_they_are_needed(f, text):
    line = shown(f)
    assert line == text
    assert eval(line, {"x": 2.0, "y": 3.0, "sin": np.sin, "where": np.where}) == f(2.0, 3.0)


def test_an_element_of_a_sum_is_in_brackets():
    assert formula(dk.record(lambda x: (x + 1)[0], np.ones(2)), ["x"]) == "(x + 1)[0]"


@pytest.mark.parametrize(
    ("slope", "text"),
    [(1.0, "t"), (-1.0, "-t"), (2.5, "t*2.5"), (-3, "t*(-3)"), (0, "t*0")],
)
def test_a_factor_times_a_number(slope, text):
    assert product("t", slope) == text


def test_a_factor_times_a_formula():
    for f, text in [
        (lambda x: 1 / x, "t/x"),
        (lambda x: 1 + x, "t*(1 + x)"),
        (lambda x: 1 / x + 1, "t*(1/x + 1)"),
    ]:
        assert product("t", dk.record(f, 2.0), ["x"]) == text


def test_terms_are_added_up():
    assert sum_of(["-a", "b", "-c"]) == "-a + b - c"


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("x/(y*x)", r"\frac{x}{y \, x}"),
        ("(x + y)*x", r"\left(x + y\right) \, x"),
        ("x - (y - x)", r"x - \left(y - x\right)"),
        ("(x*y)**2", r"\left(x \, y\right)^{2}"),
        ("-x**2", "-x^{2}"),
        ("-(x*y)", r"-x \, y"),
        ("sqrt(x + y)", r"\sqrt{x + y}"),
        ("absolute(x)", r"\left|x\right|"),
        ("tanh_slope(x)", r"\mathrm{tanh\_slope}(x)"),
        ("x*1e-07", r"x \, 1 \cdot 10^{-7}"),
        ("input 1", r"\text{input 1}"),
        ("array([1...])", r"\mathtt{array([1...])}"),
    ],
)
def test_latex_is_written_as_a_book_writes_it(text, tex):
    assert latex(text, {}) == tex


def test_latex_puts_names_in():
    assert latex("t3*s0", {"t3": r"\bar v_{3}", "s0": "v_{0}"}) == r"\bar v_{3} \, v_{0}"
