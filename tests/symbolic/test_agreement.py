"""Equal is proved or seen to 50 digits, and what differs is told with the place."""

from __future__ import annotations

import pytest
import sympy

from diffkit.symbolic.agreement import PROVED, Agreement, value

X = sympy.Symbol("x", real=True)


@pytest.mark.parametrize(
    ("reference", "other"),
    [(2 * X, X + X), ((X + 1) ** 2, X**2 + 2 * X + 1), (1 / X + 1, (X + 1) / X), (sympy.S.Zero, X - X)],
)
def test_what_sympy_can_prove_is_proved(reference, other):
    assert Agreement(X, reference)(other) == PROVED


def test_what_sympy_does_not_prove_is_seen_to_fifty_digits():
    agreement = Agreement(X, sympy.sin(2 * X))
    assert agreement(2 * sympy.sin(X) * sympy.cos(X)) == "to 50 digits at 5 points"
    assert (
        agreement(sympy.Add(0, 2 * sympy.sin(X) * sympy.cos(X), evaluate=False)) == "to 50 digits at 5 points"
    )


def test_a_difference_in_the_49th_digit_is_seen_and_placed():
    small = sympy.sin(X) ** 2 + sympy.cos(X) ** 2 + sympy.Rational(1, 10**49)
    assert Agreement(X, sympy.S.One)(small).startswith("differs at x=")


def test_points_are_those_where_f_is_real():
    f = sympy.log(X - 3)
    verdict = Agreement(f, 1 / (X - 3))
    assert all(point[X] > 3 for point, _ in verdict._points())
    assert verdict(sympy.Abs(X - 3) / (X - 3) ** 2) == "to 50 digits at 5 points"


def test_where_f_is_nowhere_real_nothing_is_claimed():
    f = sympy.sqrt(-1 - X**2)
    assert Agreement(f, sympy.sin(2 * X))(2 * sympy.sin(X) * sympy.cos(X)).startswith("not checked")


@pytest.mark.parametrize(
    "e",
    [
        (X + 1) ** 400,
        (X * (X + 1)) ** 400,
        sympy.Mul(*(sum(sympy.symbols(f"a{i} b{i} c{i}", real=True)) for i in range(20))),
    ],
)
def test_what_would_take_minutes_to_multiply_out_is_not(e):
    half = sympy.Mul(e, sympy.sin(X) ** 2 + sympy.cos(X) ** 2, evaluate=False)
    assert Agreement(X, e)(half) == "to 50 digits at 5 points"


def test_a_value_has_all_digits_and_pieces_are_chosen():
    e = sympy.Piecewise((sympy.exp(X), X > 0), (sympy.log(X), True))
    found = value(e, {X: sympy.Rational(1, 3)})
    assert abs(found - sympy.exp(sympy.Rational(1, 3)).n(120)) < sympy.Float(10) ** -110
