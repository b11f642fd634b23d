"""The value of a formula to any number of digits is mpmath's at the same exact numbers."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.errors import ArgumentsError, DomainError
from diffkit.symbolic import evaluate

x, y = sympy.symbols("x y", real=True)

CASES = [
    (sympy.sin(x) * sympy.exp(-(x**2)), lambda x: mpmath.sin(x) * mpmath.exp(-(x**2))),
    (sympy.sqrt(2) * x, lambda x: mpmath.sqrt(2) * x),
    (sympy.pi**x / 3, lambda x: mpmath.pi**x / 3),
    (sympy.gamma(x) + sympy.erf(x), lambda x: mpmath.gamma(x) + mpmath.erf(x)),
    (sympy.besselj(0, x), lambda x: mpmath.besselj(0, x)),
    (sympy.Float(0.1) * x, lambda x: mpmath.mpf(0.1) * x),  # a float in a formula is itself
    (sympy.Piecewise((x**2, x > 1), (1 / x, True)), lambda x: x**2 if x > 1 else 1 / x),
    (sympy.floor(10 * x) + sympy.Abs(x - 1), lambda x: mpmath.floor(10 * x) + abs(x - 1)),
    (x ** sympy.Integer(10**6), lambda x: x ** (10**6)),
]


@pytest.mark.parametrize("digits", [15, 50, 120])
@pytest.mark.parametrize("at", [0.1, 1.7, np.float32(0.3), np.longdouble(1) / 3, 3])
@pytest.mark.parametrize(("formula", "exact"), CASES)
def test_a_value_has_all_its_digits_at_the_exact_binary_point(formula, exact, at, digits):
    found = evaluate(formula, {"x": at}, digits)
    assert isinstance(found, mpmath.mpf)
    with mpmath.workdps(2 * digits + 30):
        numerator, denominator = at.as_integer_ratio()
        expected = exact(mpmath.mpf(int(numerator)) / int(denominator))
        assert abs(found - expected) <= mpmath.mpf(10) ** (1 - digits) * abs(expected)


def test_cancellation_takes_no_digits_away():
    formula = (1 - sympy.cos(x / sympy.Integer(10) ** 30)) * sympy.Integer(10) ** 60
    with mpmath.workdps(60):
        expected = 2 * mpmath.sin(mpmath.mpf(0.1) / (2 * mpmath.mpf(10) ** 30)) ** 2 * mpmath.mpf(10) ** 60
        assert abs(evaluate(formula, {"x": 0.1}, 40) - expected) <= mpmath.mpf(10) ** -39 * expected


def test_what_cancels_entirely_is_zero():
    assert evaluate(sympy.sin(x) ** 2 + sympy.cos(x) ** 2 - 1, {"x": 0.3}) == 0
    assert evaluate(x - sympy.Rational(1, 2), {"x": 0.5}) == 0


def test_a_formula_without_symbols_and_a_plain_number_have_values():
    with mpmath.workdps(50):
        assert evaluate(sympy.pi) == +mpmath.pi
    assert evaluate(0.5) == 0.5


def test_an_array_gives_its_elements_numbers():
    formula = dk.symbolic.expression(dk.record(lambda v, k: k * np.sum(v**2), np.ones(2), 1.0), ["v", "k"])
    found = evaluate(formula, {"v": np.array([0.1, 0.2]), "k": 3}, 40)
    with mpmath.workdps(60):
        exact = 3 * (mpmath.mpf(0.1) ** 2 + mpmath.mpf(0.2) ** 2)
        assert abs(found - exact) < mpmath.mpf(10) ** -39


def test_numbers_of_mpmath_and_sympy_are_points_too():
    with mpmath.workdps(40):
        third = mpmath.mpf(1) / 3
        assert evaluate(x, {"x": third}, 40) == third
        assert abs(evaluate(x, {"x": sympy.Rational(1, 3)}, 40) - third) < mpmath.mpf(10) ** -39


@pytest.mark.parametrize(("point", "match"), [({}, "no number for x"), ({"y": 1}, "write {'x': ...}")])
def test_a_symbol_without_a_number_is_named(point, match, assert_one_clear_line):
    with pytest.raises(ArgumentsError, match=match) as caught:
        evaluate(x**2, point)
    assert_one_clear_line(caught.value)


@pytest.mark.parametrize("value", [math.nan, math.inf, "1", 1j, None])
def test_a_point_has_finite_real_numbers(value):
    with pytest.raises(ArgumentsError, match=r"x is .*; write a finite real number"):
        evaluate(x**2, {"x": value})


@pytest.mark.parametrize(
    ("question", "match"),
    [
        (("x^2", {"x": 1.0}), r"'x\^2' is not one SymPy expression"),
        ((sympy.Matrix([x]), {"x": 1.0}), "is not one SymPy expression"),
        ((x**2, 0.1), r"the point is 0.1; write the symbols by name"),
        ((x**2, {"x": 0.1}, 0), "digits is 0; write a whole number from 1 on"),
        ((x**2, {"x": 0.1}, 2.5), "digits is 2.5; write a whole number from 1 on"),
    ],
)
def test_what_is_no_expression_point_or_digits_is_refused(question, match, assert_one_clear_line):
    with pytest.raises(ArgumentsError, match=match) as caught:
        evaluate(*question)
    assert_one_clear_line(caught.value)


def test_a_complex_value_is_refused_and_a_pole_is_nan():
    with pytest.raises(DomainError, match="is complex at this point"):
        evaluate(sympy.log(x), {"x": -1.0})
    assert mpmath.isnan(evaluate(1 / x, {"x": 0}))


# -- constants in formulas -------------------------------------------------------------------------------

X = sympy.Symbol("x")


@pytest.mark.parametrize(
    ("f", "exact"),
    [
        ("sin(0.1)*x", math.sin(0.1)),
        ("2^0.5*x", 2**0.5),
        (lambda x: np.sin(0.1) * x, math.sin(0.1)),
        (lambda x: 2**0.5 * x, 2**0.5),
        (sympy.sin(0.1) * X, math.sin(0.1)),
        (sympy.Float(2) ** 0.5 * X, 2**0.5),
        (sympy.Float(1) / 3 * X, 1 / 3),
        (0.1 * X + 0.2, 0.1),
        (sympy.Float("0.1234567890123456789", 30) * X, 0.1234567890123456789),
        (sympy.Float(np.pi) * X, np.pi),
        (1e-300 * X, 1e-300),
        (0.1234567890123456 * X, 0.1234567890123456),
    ],
)
def test_a_constant_keeps_the_precision_of_a_float(f, exact):
    assert dk.derivative(f, 0.7, method="symbolic") == exact
