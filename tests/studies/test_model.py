"""The error model of a method at a point."""

import math

import mpmath
import numpy as np
import pytest

from diffkit.methods import METHODS
from diffkit.studies.model import ErrorModel
from diffkit.studies.reference import Exact
from diffkit.tape.digits import working_digits

U = 2.0**-53


def model(name, f, x, order=1):
    with working_digits(60) as mp:
        exact = Exact(f)
        return ErrorModel.of(METHODS[name], exact, mp.mpf(x), order, abs(float(exact(mp.mpf(x)))), U, mp)


@pytest.mark.parametrize(
    ("name", "order", "truncation", "rounding"),
    [
        ("forward", 1, 1 / 2, 2 * U),
        ("central", 2, 1 / 6, U),
        ("richardson", 4, 1 / 30, 1.5 * U),
    ],
)
def test_the_constants_are_those_of_the_table_where_x_plus_h_is_exact(name, order, truncation, rounding):
    found = model(name, np.exp, 0.0)
    assert (found.order, found.power) == (order, 1)
    assert found.truncation == pytest.approx(truncation, rel=1e-12)
    assert found.rounding == pytest.approx(rounding, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "values", "moved"), [("forward", 2, 1), ("central", 1, 1), ("richardson", 1.5, 1.5)]
)
def test_the_rounding_of_x_plus_h_counts_as_the_slope_times_x(name, values, moved):
    found = model(name, lambda x: np.sin(3 * x), 0.25)
    expected = U * (values * math.sin(0.75) + moved * 0.25 * 3 * math.cos(0.75))
    assert found.rounding == pytest.approx(expected, rel=1e-12)


def test_a_second_difference_does_not_move_its_middle_point():
    with working_digits(60) as mp:
        found = ErrorModel.of(METHODS["central"], Exact(np.exp), mp.mpf(2), 2, math.exp(2.0), U, mp)
    assert found.rounding == pytest.approx(U * (4 * math.exp(2.0) + 2 * 2 * math.exp(2.0)), rel=1e-12)


def test_the_imaginary_step_moves_no_real_part():
    assert model("complex-step", lambda x: np.sin(3 * x), 1e6).rounding <= 3 * U


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


def test_the_complex_step_of_higher_order_samples_half_a_circle():
    found = model("complex-step", lambda x: np.exp(2 * x), 1.0, order=2)
    assert (found.order, found.power) == (4, 1)
    # Two samples of about h f' sin(45 degrees), f' = 2 e^2x and its slope 4 e^2x, at x = 1
    assert found.rounding == pytest.approx(math.sqrt(2) * U * (2 + 4) * math.exp(2.0))
    assert found.truncation == pytest.approx(2**6 * math.exp(2.0) / 360, rel=1e-9)


def test_a_truncation_that_vanishes_allows_any_step():
    found = model("central", lambda x: x * x, 1.0)
    assert found.truncation == 0.0
    assert found.predicted == (math.inf, 0.0)
    assert mpmath.isinf(found.predicted[0])


def test_without_rounding_error_the_smaller_the_better():
    assert model("central", np.sin, 0.0).predicted == (0.0, 0.0)


def test_where_f_is_not_smooth_enough_there_is_no_prediction():
    found = model("forward", lambda x: 1 + np.sqrt(x) ** 3, 0.0)
    assert all(map(math.isnan, found.predicted))
