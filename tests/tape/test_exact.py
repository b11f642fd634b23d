"""Constants: exact or to many digits, rounded once."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy

from diffkit.tape.exact import as_number, exact_values, worked_out
from diffkit.tape.walk import in_order


def value(e, digits=None):
    return as_number(exact_values(in_order([e]), lambda e: e.args, digits)[id(e)], digits)


def test_fractions_stay_exact_until_they_are_rounded():
    tenth = sympy.Rational(1, 10)
    assert value(sympy.Add(tenth, tenth, tenth, evaluate=False)) == 3 / 10


def test_what_cancels_has_its_digits_left():
    """Ramanujan's constant is an integer but for 7.5e-13 in 2.6e17."""
    almost = sympy.exp(sympy.pi * sympy.sqrt(163)) - 262537412640768744
    with mpmath.workdps(60):
        expected = float(mpmath.exp(mpmath.pi * mpmath.sqrt(163)) - 262537412640768744)
    assert value(almost) == expected == pytest.approx(-7.499e-13, rel=1e-3)


def test_a_float_is_the_binary_number_that_it_is():
    assert value(sympy.Float(0.1) + sympy.Integer(1)) == 1.1
    assert value(sympy.Mul(sympy.Float(0.1), sympy.pi, evaluate=False)) == pytest.approx(
        0.1 * np.pi, rel=2**-52
    )


def test_shared_constants_are_worked_out_once():
    e = sympy.Rational(99, 100)
    for _ in range(100):  # 2^100 factors as a tree
        e = sympy.Mul(e, e, evaluate=False)
    assert value(e) == 0.0


def test_a_huge_power_does_not_take_all_memory():
    assert worked_out(sympy.Pow, [sympy.Integer(2), sympy.Integer(10) ** 12]) > 10**300


def test_what_sympy_has_no_number_for_is_none():
    assert worked_out(sympy.erfcinv, [sympy.Rational(1, 4)]) is None
    assert worked_out(sympy.Function("f"), [sympy.Integer(1)]) is None
    assert worked_out(sympy.Mod, [sympy.Integer(1), sympy.Integer(0)]) is None


def test_with_digits_a_constant_is_an_mpmath_number_of_so_many():
    with mpmath.workdps(70):
        assert mpmath.nstr(value(sympy.sqrt(2), 60), 60) == mpmath.nstr(mpmath.sqrt(2), 60)
        assert abs(value(sympy.Rational(1, 3), 60) * 3 - 1) < mpmath.mpf(10) ** -60


def test_infinities_undefined_and_complex_numbers_have_their_own():
    assert [value(e) for e in (sympy.oo, -sympy.oo)] == [np.inf, -np.inf]
    assert np.isnan(value(sympy.nan))
    assert np.isnan(value(sympy.zoo))
    assert value(2 + sympy.I / 2) == 2 + 0.5j
