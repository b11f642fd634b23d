"""Richardson's formula in its textbook form."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from diffkit.numerical import Central, Richardson
from diffkit.numerical.stencil import central


def test_the_error_falls_with_the_fourth_power():
    x, steps = 0.7, np.logspace(-2, -1, 10)
    exact = np.exp(-(x**2)) * (np.cos(x) - 2 * x * np.sin(x))
    f = lambda t: np.sin(t) * np.exp(-(t**2))
    errors = [abs(Richardson(h=h).derivative(f, x).value - exact) for h in steps]
    assert np.polyfit(np.log(steps), np.log(errors), 1)[0] == pytest.approx(4, abs=0.2)


def test_a_cubic_is_differentiated_exactly():
    value = Richardson(h=0.1).derivative(lambda x: 2 * x**3 + x**2, 1.0).value
    assert value == pytest.approx(8.0, abs=4e-14)  # a few ulps of f, divided by h


def test_the_formula_is_the_textbook_one_bit_for_bit():
    f, x, h = np.exp, 1.0, 0.01
    D0 = lambda step: (f(x + step) - f(x - step)) / (2 * step)
    assert Richardson(h=h).derivative(f, x).value == (4 * D0(h) - D0(2 * h)) / 3


@pytest.mark.parametrize(("order", "calls"), [(1, 4), (2, 5), (3, 6), (4, 7)])
def test_a_point_shared_by_both_differences_is_sampled_once(order, calls):
    seen = []
    found = Richardson().derivative(lambda x: seen.append(float(x)) or np.exp(x), 1.0, order)
    assert found.evaluations == len(seen) == len(set(seen)) == calls


@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_formula_equals_its_stencil_in_exact_arithmetic(order):
    f = lambda t: t**7 - 3 * t**5
    x, h = Fraction(3, 7), Fraction(1, 10)
    assert Richardson().apply(f, x, h, order) == Richardson().stencil(order).apply(f, x, h)


def test_the_formula_replays_in_mpmath():
    with mpmath.workdps(50):
        x, h = mpmath.mpf("0.7"), mpmath.mpf("0.001")
        error = Richardson().apply(mpmath.sin, x, h) - mpmath.cos(x)
        assert float(error) == pytest.approx(float(-mpmath.cos(x) * h**4 / 30), rel=1e-5)


def test_it_is_the_five_point_rule_to_rounding():
    x = np.linspace(0, 1, 5)
    five = Central(h=0.1, accuracy=4).derivative(np.exp, x).value
    assert Richardson().stencil() == central(1, 4)
    assert Richardson(h=0.1).derivative(np.exp, x).value == pytest.approx(five, abs=1e-13)  # u / h
