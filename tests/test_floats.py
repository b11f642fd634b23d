"""NumPy's functions on one float: the bits of NumPy, and errors where NumPy has nan or inf."""

import math

import numpy as np
import pytest

from diffkit.floats import SAME, TWINS, for_floats, on_float, power, twin
from diffkit.rules.declare import quick_partials

DRAW = np.random.default_rng(0).uniform
POINTS = np.concatenate([DRAW(-1, 1, 3000), DRAW(-10, 10, 3000), 10 ** DRAW(-9, 9, 3000)])


@pytest.mark.parametrize("function", [*SAME, *TWINS, np.floor], ids=lambda f: f.__name__)
def test_each_gives_what_numpy_gives_of_an_array_to_the_last_bit(function):
    args = (POINTS, POINTS[::-1].copy())[: function.nin]
    with np.errstate(all="ignore"):
        right = function(*args)
        for *x, y in zip(*(a.tolist() for a in args), right.tolist(), strict=True):
            try:
                assert on_float(function)(*x) == y or math.isnan(y)
            except (ValueError, OverflowError):
                assert not math.isfinite(y)


def test_a_function_of_pythons_with_other_last_bits_at_one_point_of_a_thousand_is_not_taken(monkeypatch):
    wrong = lambda x: math.acosh(x) * (1 + 2.0**-52 * (x < 3 and 100 * x % 1 < 0.01))
    monkeypatch.setitem(TWINS, np.arccosh, wrong)
    assert twin.__wrapped__(np.arccosh) is None


@pytest.mark.parametrize("b", [2, 3, -1, 0.5, 1.5, -2.5])
def test_powers_have_the_same_bits_of_every_float(b):
    for a in np.abs(POINTS[:3000]).tolist():
        assert power(a, b) == power(np.float64(a), b) == a**b


def test_a_formula_for_floats_finds_math_also_in_the_functions_it_calls():
    hypot_by_a = quick_partials(np.hypot, float)[0]
    assert hypot_by_a(5.0, 3.0, 4.0) == 0.6
    assert hypot_by_a(0.0, 0.0, 0.0) == 0.0  # through a function of its module
    assert hypot_by_a.__globals__["np"].sqrt is math.sqrt


@pytest.mark.parametrize("x", [0.0, -1.0])
def test_a_formula_for_floats_raises_where_numpy_has_no_number(x):
    with pytest.raises((ValueError, ZeroDivisionError)):
        for_floats(lambda x: 1 / np.sqrt(x))(x)
