"""What follows from a curve's errors: the median that leaves lost steps out, and the power law."""

import math

import numpy as np
import pytest

import diffkit as dk
from diffkit.studies.curve import power_law, running_median

STEPS = np.logspace(-16, 0, 321)
NOISE = 1e-16 / STEPS


@pytest.mark.parametrize("order", [0.5, 1, 2, 4])
def test_the_slope_of_a_power_is_its_exponent(order):
    assert power_law(STEPS, 3 * STEPS**order, NOISE) == pytest.approx(order, rel=1e-9)


def test_the_law_of_small_steps_counts_and_not_what_larger_ones_do():
    # as sin does at 1e6: h^2 up to 1, then an error that no longer grows
    assert power_law(STEPS * 1e4, np.minimum((STEPS * 1e4) ** 2, 1), NOISE) == pytest.approx(2, rel=1e-9)


@pytest.mark.parametrize(
    "truncation",
    [
        np.zeros(321),
        np.full(321, np.nan),
        np.ones(321),  # does not fall
        np.where(STEPS > 0.1, 1 - 0.1 / STEPS, 0),  # a corner: the central difference of |x| at 0.1
        np.where(STEPS > 0.5, STEPS**2, 0),  # a law for a third of a decade only
        np.where(np.arange(321) % 2, STEPS, 3 * STEPS),  # successive slopes disagree
        1e-3 * NOISE + 1e-20,  # under the rounding error
    ],
)
def test_what_is_no_power_law_has_no_slope(truncation):
    assert math.isnan(power_law(STEPS, truncation, NOISE))


def test_a_lucky_rounding_error_does_not_make_truncation_dominate():
    lucky = np.where(np.arange(321) % 5 == 0, 0.0, NOISE)
    assert power_law(STEPS, np.where(STEPS < 1e-8, STEPS**3, 1e-8 * STEPS**2), lucky) == pytest.approx(2)


def test_two_steps_show_no_law():
    sweep = dk.error_sweep("exp(x)", 1.0, methods=["central"], steps=[1e-3, 1e-2])
    assert math.isnan(sweep.slope["central"])


def test_a_running_median_is_that_of_fifteen_neighbours():
    values = np.random.default_rng(1).random(40)
    assert running_median(values)[20] == np.median(values[13:28])
    assert running_median(values)[0] == np.median(values[:8])


def test_a_median_leaves_out_what_stands_apart_while_there_is_anything_else():
    values, apart = np.full(60, 7.0), np.arange(60) % 8 != 0
    values[apart] = 0.1
    np.testing.assert_array_equal(running_median(values, apart), 7.0)
    apart[:], values[:] = True, 0.1
    np.testing.assert_array_equal(running_median(values, apart), 0.1)


def test_where_there_is_no_value_there_is_no_median():
    values = np.where(np.arange(30) < 20, 1.0, np.nan)
    np.testing.assert_array_equal(running_median(values), values)


def test_the_median_error_of_second_differences_grows_all_the_way_though_most_of_them_are_0():
    # it once jumped between the derivative, where the difference is 0, and 1e12
    sweep = dk.error_sweep("sin(x)", 1.0, methods=["central"], order=2)
    curve, small = sweep["central"], sweep.steps < 1e-9
    assert np.count_nonzero(curve.lost[small]) > 0.6 * np.count_nonzero(small)
    assert np.min(curve.median[small]) > 10
    assert np.all(np.abs(np.diff(np.log10(curve.median[small]))) < 1.5)


def test_the_values_are_what_the_method_itself_answers():
    sweep = dk.error_sweep("sqrt(x)", 0.5, "central", steps=[1e-8, 1e-3, 0.7])
    answers = [dk.derivative("sqrt(x)", 0.5, "central", h=h) for h in (1e-8, 1e-3)]
    assert sweep["central"].values[:2].tolist() == answers
    assert math.isnan(sweep["central"].values[2])
