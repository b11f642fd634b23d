"""What lies around the end of a descent, on functions whose critical points one knows."""

from __future__ import annotations

import numpy as np
import pytest

from diffkit.studies.ending import ending


def end_of(slope, curvature, x):
    """The ending of a function of one number, of which f' and f'' are given."""
    return ending(lambda v: slope(v), lambda v: np.diag(curvature(v)), np.array([x]), 1.0)


@pytest.mark.parametrize("power", [2, 4, 6])
@pytest.mark.parametrize("x", [0.3, -1e-3])
def test_a_minimum_is_found_however_flat_it_is(power, x):
    found = end_of(lambda v: power * v ** (power - 1), lambda v: power * (power - 1) * v ** (power - 2), x)
    assert found.kind == "minimum"
    assert abs(found.place[0]) < 0.04 * abs(x)
    assert found.distance == pytest.approx(abs(x), rel=0.04)


@pytest.mark.parametrize("power", [3, 5])
def test_an_inflection_is_no_minimum(power):
    found = end_of(lambda v: power * v ** (power - 1), lambda v: power * (power - 1) * v ** (power - 2), 0.01)
    assert found.kind == "inflection"
    assert found.place[0] == pytest.approx(0, abs=2e-3)


def test_the_quartic_stalls_at_one_half():
    found = end_of(lambda v: 2 * (v + 1) * (2 * v - 1) ** 2, lambda v: 24 * v**2 - 6, 0.505438618895424)
    assert found.kind == "inflection"
    assert found.slope == pytest.approx(2 * 1.505438618895424 * (2 * 0.005438618895424) ** 2, rel=1e-12)
    assert found.place[0] == pytest.approx(0.5, abs=1e-4)


@pytest.mark.parametrize(
    ("slope", "curvature", "x"),
    [
        (lambda v: -np.exp(-v), lambda v: np.exp(-v), 3.0),  # no minimum anywhere
        (lambda v: np.ones(1), lambda v: np.zeros(1), 3.0),  # a straight line
        (lambda v: -2 * v, lambda v: -2 * np.ones(1), 3.0),  # the flank of a maximum
    ],
)
def test_a_slope_that_leads_to_nothing_near_goes_downhill(slope, curvature, x):
    found = end_of(slope, curvature, x)
    assert (found.kind, found.place) == ("downhill", None)


def test_a_saddle_and_a_maximum_are_told_where_the_descent_stands_on_them():
    saddle = ending(lambda v: v * [2, -2], lambda v: np.diag([2.0, -2.0]), np.array([1e-6, 0.0]), 1.0)
    assert (saddle.kind, saddle.curvatures) == ("saddle", (-2.0, 2.0))
    assert end_of(lambda v: -2 * v, lambda v: -2 * np.ones(1), 0.0).kind == "maximum"


def test_the_minimum_of_a_curved_valley_is_found_to_the_last_digits():
    def gradient(v):
        x, y = v
        return np.array([2 * (x - 1) - 40 * x * (y - x * x), 20 * (y - x * x)])

    def hessian(v):
        x, y = v
        return np.array([[2 - 40 * y + 120 * x * x, -40 * x], [-40 * x, 20.0]])

    found = ending(gradient, hessian, np.array([0.9391, 0.8793]), 1.0)
    assert found.kind == "minimum"
    assert found.place == pytest.approx((1.0, 1.0), abs=1e-12)


def test_rounding_errors_of_the_slope_at_a_minimum_are_no_inflection():
    rng = np.random.default_rng(0)
    found = [
        ending(lambda v: np.abs(rng.normal(size=1)) * 1e-15, lambda v: np.eye(1), np.array([1.0]), 1.0).kind
        for _ in range(20)
    ]
    assert set(found) == {"minimum"}


@pytest.mark.parametrize("hessian", [None, np.array([[np.nan]])])
def test_without_second_derivatives_nothing_is_claimed(hessian):
    found = ending(lambda v: 2 * v, lambda v: hessian, np.array([1.0]), 1.0)
    assert (found.kind, found.slope, found.curvatures) == ("unknown", 2.0, ())
