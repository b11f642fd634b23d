"""The derivative of a formula is right between kinks and jumps, and the documented one where they are."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special as sc
import sympy

import diffkit as dk
from diffkit.errors import DomainError, NotClosedFormError
from diffkit.symbolic.differentiate import as_expression, differentiate, gradient

x, y = sympy.symbols("x y", real=True)


def slope(f, at, order=1):
    return dk.derivative(f, at, method="symbolic", order=order)


# -- kinks and jumps -------------------------------------------------------------------------------------

TABLE = [  # as in the docstring of diffkit.symbolic: the function, the point, both derivatives
    (np.abs, 0.0, 0.0, 0.0),
    (lambda x: np.maximum(x, 0), 0.0, 0.5, 0.0),
    (lambda x: np.maximum(0, x), 0.0, 0.5, 0.0),
    (lambda x: np.minimum(x, 0), 0.0, 0.5, 0.0),
    (lambda x: np.maximum(x, x**2), 0.0, 0.5, 1.0),
    (np.sign, 0.0, 0.0, 0.0),
    (lambda x: np.heaviside(x, 0.5), 0.0, 0.0, 0.0),
    (np.floor, 2.0, 0.0, 0.0),
    (np.ceil, 2.0, 0.0, 0.0),
    (lambda x: x % 1, 2.0, 1.0, 0.0),
]


@pytest.mark.parametrize(("f", "at", "first", "second"), TABLE)
def test_the_convention_at_a_kink_is_the_documented_one_and_that_of_reverse_mode(f, at, first, second):
    assert [slope(f, at, order) for order in (1, 2)] == [first, second]
    assert [dk.derivative(f, at, order=order) for order in (1, 2)] == [first, second]


@pytest.mark.parametrize("order", [1, 2])
def test_a_cube_root_has_no_derivative_at_zero(order):
    with pytest.raises(DomainError, match="f is not differentiable there"):
        slope(np.cbrt, 0.0, order)


AWKWARD = [
    np.abs, np.sign, np.floor, np.ceil, np.trunc, np.cbrt,
    lambda x: np.maximum(x, x**2),
    lambda x: np.maximum(0, x) ** 2,
    lambda x: np.minimum(np.maximum(x, -1), 2 * x**2),
    lambda x: np.clip(np.sin(3 * x), -0.5, 0.5) * x,
    lambda x: np.heaviside(x, 0.5) * x**3,
    lambda x: x % 1,
    lambda x: np.sin(x) % 0.3,
    lambda x: np.fmod(x**3, 1),
    lambda x: x - np.floor(x),
    lambda x: np.sign(np.sin(x)) * x**2,
    lambda x: np.abs(np.sin(5 * x)) ** 3,
    lambda x: np.exp(np.abs(x)),
    lambda x: np.abs(np.log(np.abs(x))),
    lambda x: np.floor(np.sin(np.floor(x))) * x**2,
    lambda x: np.sin(np.floor(np.sin(np.floor(x)))) + x,
    lambda x: np.sin(np.floor(np.sin(np.floor(x))) * x),
    lambda x: np.abs(np.floor(x)) * np.floor(np.abs(x)) * x**2,
    lambda x: np.copysign(x**2, np.sin(x)),
    lambda x: np.cbrt(np.sin(x)),
]  # fmt: skip


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("f", AWKWARD)
def test_between_kinks_and_jumps_it_is_the_derivative_of_reverse_mode(f, order):
    for at in (-2.3, -0.61, 0.37, 1.21, 3.9):
        exact = dk.derivative(f, at, order=order)
        assert slope(f, at, order) == pytest.approx(exact, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("expression", "at", "first", "second"),
    [
        (sympy.floor(sympy.sin(sympy.floor(x))), 0.7, 0.0, 0.0),
        (sympy.frac(x) * x, 1.25, 1.5, 2.0),
        (sympy.Mod(x, 1), -0.25, 1.0, 0.0),
        (sympy.Mod(x**2, 2), 1.75, 3.5, 2.0),
        (sympy.sign(sympy.sin(x)), 4.0, 0.0, 0.0),
        (sympy.Heaviside(x) * x, 2.0, 1.0, 0.0),
        (sympy.Max(x, x**2, x**3), 2.0, 12.0, 12.0),
        (sympy.Max(x, sympy.sin(x), sympy.tan(x)), 0.0, 1.0, 0.0),  # three alike count as one
        (sympy.real_root(x, 3), -8.0, 1 / 12, 1 / 144),
        (sympy.Abs(sympy.log(x)), 0.5, -2.0, 4.0),
    ],
)
def test_expressions_of_sympy_with_kinks_are_differentiated_as_real_functions(expression, at, first, second):
    assert slope(expression, at) == pytest.approx(first, rel=1e-15, abs=0)
    assert slope(expression, at, 2) == pytest.approx(second, rel=1e-15, abs=0)


@pytest.mark.parametrize(
    ("f", "derivatives"),
    [
        (lambda x: abs(x) ** 3, [0, 0]),
        (lambda x: x * abs(x), [0, 0]),
        (lambda x: np.sign(x) * x**2, [0, 0]),
        (lambda x: np.cbrt(x) ** 3, [1, 0]),
        (lambda x: np.cbrt(x**3), [1, 0]),
        (lambda x: np.sqrt(x**4), [0, 2]),
        (lambda x: np.fmod(x, 1), [1, 0]),
    ],
)
def test_where_a_kink_cancels_the_derivative_is_the_true_one(f, derivatives):
    assert [slope(f, 0.0, order) for order in (1, 2)] == derivatives


@pytest.mark.parametrize("order", [1, 2, 3])
def test_no_delta_and_no_unevaluated_derivative_comes_up(order):
    u = sympy.sin(x)
    for formula in (abs(u), sympy.sign(u), sympy.Max(u, x**2), sympy.Heaviside(u), sympy.floor(u) * u):
        derived = differentiate(formula * sympy.exp(x), x, order)
        assert not derived.has(sympy.DiracDelta, sympy.Derivative, sympy.Subs, sympy.Dummy)


def test_where_a_maximum_does_not_select_an_infinite_slope_it_does_not_count():
    assert slope(lambda x: np.maximum(np.sqrt(x), 1) + x, 0.0) == 1


# -- pieces that hold at single points -------------------------------------------------------------------


def at_zero(formula, value):
    """A formula with a value of its own at x = 0, both ways to write it."""
    return [
        sympy.Piecewise((formula, sympy.Ne(x, 0)), (value, True)),
        sympy.Piecewise((value, sympy.Eq(x, 0)), (formula, True)),
    ]


@pytest.mark.parametrize(
    ("formula", "value", "derivatives"),
    [
        (sympy.sin(x) / x, 1, [0, -1 / 3, 0, 1 / 5]),
        pytest.param((sympy.exp(x) - 1) / x, 1, [1 / 2, 1 / 3, 1 / 4], marks=pytest.mark.slow),
        (sympy.log(1 + x) / x, 1, [-1 / 2, 2 / 3]),
        (3 * x + 1, 1, [3, 0]),
    ],
)
@pytest.mark.parametrize("way", [0, 1])
def test_a_removable_point_has_the_derivative_of_the_limit(formula, value, derivatives, way):
    f = at_zero(formula, value)[way]
    assert [slope(f, 0.0, k + 1) for k in range(len(derivatives))] == pytest.approx(derivatives, rel=1e-15)
    assert slope(f, 0.5) == pytest.approx(slope(formula, 0.5), rel=1e-15)


def test_the_same_holds_for_where_and_for_sinc():
    f = lambda x: np.where(x == 0, 1.0, np.sin(x) / np.where(x == 0, 1.0, x))
    assert [slope(f, 0.0, k) for k in (1, 2)] == [0, -1 / 3]
    assert slope(np.sinc, 0.0, 2) == pytest.approx(-(np.pi**2) / 3, rel=1e-15)
    assert slope(sympy.sinc(x), 0.0, 2) == -1 / 3


@pytest.mark.parametrize(
    "f",
    [
        *at_zero(sympy.sin(x) / x, 2),  # a jump
        *at_zero(sympy.sin(1 / x), 0),  # no limit
        *at_zero(sympy.floor(x) + x, 0),  # a jump, from one side
        *at_zero(sympy.sign(x), 0),
    ],
)
@pytest.mark.parametrize("order", [1, 2])
def test_a_point_without_a_limit_has_no_derivative(f, order):
    with pytest.raises(DomainError, match="f is not differentiable there"):
        slope(f, 0.0, order)
    assert math.isfinite(slope(f, 0.5, order))


def test_a_point_on_a_diagonal_has_the_limit_across_it():
    d = x - y
    f = sympy.Piecewise((1, sympy.Eq(x, y)), (sympy.sin(d) / d, True)) * x
    found = dk.gradient(f, {"x": 0.5, "y": 0.5}, method="symbolic")
    assert found == {"x": pytest.approx(1.0), "y": pytest.approx(0.0)}


def test_an_equation_that_is_not_linear_leaves_no_derivative_where_it_holds():
    f = sympy.Piecewise((3 * x, sympy.Eq(x**2, 1)), (x**2 + 2, True))
    assert slope(f, 0.5) == 1.0
    with pytest.raises(DomainError, match="f is not differentiable there"):
        slope(f, 1.0)


def test_a_condition_on_another_variable_leaves_the_pieces_alone():
    f = sympy.Piecewise((x**2, sympy.Eq(y, 0)), (x * y, True))
    assert differentiate(f, x) == sympy.Piecewise((2 * x, sympy.Eq(y, 0)), (y, True))


def test_with_sides_a_jump_has_the_slope_of_the_piece_that_holds_there():
    f = sympy.Piecewise((5 * x, sympy.Eq(x, 1)), (x**2, True))
    assert differentiate(f, x).subs(x, 1) is sympy.nan
    assert differentiate(f, x, sides=True).subs(x, 1) == 5


# -- the rest --------------------------------------------------------------------------------------------


def test_a_gradient_is_the_derivative_by_each_symbol():
    assert gradient(x**2 * y + sympy.sin(y) + 3, [x, y]) == [2 * x * y, x**2 + sympy.cos(y)]
    assert gradient(7.0, [x]) == [0]


def test_a_number_is_an_expression():
    assert as_expression(0.5) == sympy.Rational(1, 2)


def test_what_sympy_leaves_unevaluated_is_refused():
    with pytest.raises(NotClosedFormError, match="leaves a derivative in the result unevaluated"):
        differentiate(sympy.besselj(x, 1), x)
    with pytest.raises(NotClosedFormError, match="unevaluated"):
        slope(lambda v: sc.jv(v, 1.0), 0.5)


def test_where_sympy_fails_to_compare_a_limit_the_formula_has_its_values_elsewhere(monkeypatch):
    def failing(*_):  # as at j1(sigmoid(log2(sinc(x))))
        raise ValueError("cannot convert inf or nan to int")

    monkeypatch.setattr(sympy.Expr, "equals", failing)
    assert slope(np.sinc, 0.3) == pytest.approx(dk.derivative(np.sinc, 0.3), rel=1e-14)
