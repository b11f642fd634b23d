"""The rules of programs: the same derivatives as the student's, with more digits or fewer rows."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.symbolic.pool import Pool
from diffkit.symbolic.precise import precise_rule_for

DIFFERENCES = [
    (np.tanh, mpmath.tanh, 18.0), (np.tanh, mpmath.tanh, -5.0), (np.arcsin, mpmath.asin, 1 - 1e-12),
    (np.arccos, mpmath.acos, -1 + 1e-12), (np.arctanh, mpmath.atanh, 1 - 1e-12),
    (lambda x: x / (1 + x), lambda x: x / (1 + x), 1e180), (lambda x: 1 / x, lambda x: 1 / x, 1e-160),
    (lambda x: x**x, lambda x: x**x, 0.3),
]  # fmt: skip


@pytest.mark.parametrize(("f", "exact", "x"), DIFFERENCES)
def test_a_slope_has_its_digits_where_the_students_formula_loses_them(f, exact, x):
    with mpmath.workdps(400):  # 1e180 squared is to lose no digit
        expected = float(mpmath.diff(exact, mpmath.mpf(x), h=mpmath.mpf(10) ** -190 * abs(mpmath.mpf(x))))
    assert dk.derivative(f, x, method="symbolic", share=True) == pytest.approx(expected, rel=4 * 2**-52)


@pytest.mark.parametrize(
    ("f", "x", "expected"),
    [
        (lambda x: np.maximum(x, np.sqrt(x)), 0.25, 1.0),
        (lambda x: np.minimum(1.0, np.sqrt(x - 1) + 5), 1.0, 0.0),  # 0 times the infinite slope is nan
        (lambda x: np.maximum(x, 0), 0.0, 0.5),
        (lambda x: np.maximum(x, x**2), 3.0, 6.0),
        (lambda x: np.maximum(np.maximum(x, 2 * x), x**2), 1.5, 2.0),
    ],
)
def test_a_maximum_has_the_slope_of_what_it_selects(f, x, expected):
    assert dk.derivative(f, x, method="symbolic", share=True) == expected


def test_a_maximum_of_three_in_one_node_is_selected_in_turn():
    expression = sympy.Max(*sympy.symbols("x y z", real=True))
    gradient = dk.gradient(expression, {"x": 1, "y": 3, "z": 2}, method="symbolic", share=True)
    assert gradient == {"x": 0.0, "y": 1.0, "z": 0.0}


def test_a_fractional_part_and_a_remainder_rise_as_their_operand_also_at_a_jump():
    x, y = sympy.symbols("x y", real=True)
    for at in (2.0, 2.5):
        assert dk.derivative(sympy.frac(x) * 3, at, method="symbolic", share=True) == 3.0
    remainder = dk.gradient(sympy.Mod(x, y), {"x": 7.5, "y": 2.0}, method="symbolic", share=True)
    assert remainder == {"x": 1.0, "y": -3.0}


def test_what_has_no_row_here_has_the_students():
    x = Pool().term(sympy.Symbol("x"))
    assert precise_rule_for(x.call(sympy.sin, x), lambda u: True)[0].name == "sine"
