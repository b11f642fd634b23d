"""The error model of a method at a point."""

import math

import mpmath
import numpy as np
import pytest

from diffkit.methods import METHODS
from diffkit.studies.model import ErrorModel
from diffkit.studies.reference import Exact, working_digits

U = 2.0**-53


def model(name, f, x, order=1):
    with working_digits(60) as mp:
        exact = Exact(f)
        return ErrorModel.of(METHODS[name], exact, mp.mpf(x), order, abs(float(exact(mp.mpf(x)))), U, mp)


@pytest.mark.parametrize(
    ("name", "order", "truncation", "rounding"),
    [
        ("forward", 1, math.e / 2, 2 * U * math.e),
        ("central", 2, math.e / 6, U * math.e),
        ("richardson", 4, math.e / 30, 1.5 * U * math.e),
    ],
)
def test_the_constants_are_those_of_the_table(name, order, truncation, rounding):
    found = model(name, np.exp, 1.0)
    assert (found.order, found.power) == (order, 1)
    assert found.truncation == pytest.approx(truncation, rel=1e-12)
    assert found.rounding == pytest.approx(rounding, rel=1e-12)


def test_the_predicted_step_makes_the_sum_smallest():
    found = model("central", lambda x: np.sin(x) * np.exp(-(x**2)), 0.7)
    total = lambda h: found.truncation * h**found.order + found.rounding / h**found.power
    h, error = found.predicted
    assert total(h) == pytest.approx(error)
    assert total(h) < min(total(h / 1.1), total(h * 1.1))


def test_the_complex_step_rounds_alike_at_every_step():
    found = model("complex-step", np.exp, 1.0)
    assert (found.order, found.power) == (2, 0)
    assert found.rounding == pytest.approx(U * math.e)
    assert found.truncation * found.predicted[0] ** 2 == pytest.approx(found.rounding)


def test_the_complex_step_of_higher_order_differences_the_slope():
    found = model("complex-step", lambda x: np.exp(2 * x), 1.0, order=2)
    assert found.rounding == pytest.approx(U * 2 * math.exp(2.0))
    assert found.truncation == pytest.approx(16 * math.exp(2.0) / 6 / 1, rel=1e-9)


def test_a_truncation_that_vanishes_allows_any_step():
    found = model("central", lambda x: x * x, 1.0)
    assert found.truncation == 0.0
    assert found.predicted == (math.inf, 0.0)
    assert mpmath.isinf(found.predicted[0])
