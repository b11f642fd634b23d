"""The best step: the table of theory, the roundoff of each dtype, steps that x really takes."""

from math import e, inf

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkit.numerical.stencil import Stencil, central, forward
from diffkit.numerical.step import checked_step, default_step, optimal_step, representable, unit_roundoff

u = 2.0**-53
DTYPES = (np.float16, np.float32, np.float64, np.longdouble)


@pytest.mark.parametrize(
    ("stencil", "h", "error"),
    [
        (forward(), 2.1e-8, 5.7e-8),
        (central(), 6.9e-6, 6.5e-11),
        (forward(1, 2), 8.7e-6, 2.1e-10),
        (central(1, 4), 1.05e-3, 5.4e-13),
        (central(1, 6), 9.0e-3, 7.2e-14),
    ],
)
def test_the_optimum_for_exp_at_1_is_that_of_the_table(stencil, h, error):
    assert optimal_step(stencil, value=e, higher=e) == pytest.approx((h, error), rel=0.03)  # two digits


def test_the_optimum_has_the_closed_form_of_theory():
    assert optimal_step(forward(), 3.0, 5.0) == pytest.approx((2 * (u * 3 / 5) ** 0.5, 2 * (u * 15) ** 0.5))
    assert optimal_step(central(2), 3.0, 5.0)[0] == pytest.approx((48 * u * 3 / 5) ** 0.25)


@given(st.integers(1, 4), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.floats(0.1, 10.0))
def test_no_other_step_has_a_smaller_bound(q, value, higher, factor):
    stencil = central(q)
    A, B = abs(stencil.error_constant) * higher, stencil.noise_gain * u * value
    bound = lambda h: A * h**stencil.order + B / h**q
    h, error = optimal_step(stencil, value, higher)
    assert error == pytest.approx(bound(h))
    assert error <= bound(h * factor) * (1 + 1e-12)  # a few roundings


def test_without_truncation_larger_is_better_and_without_rounding_smaller():
    assert optimal_step(central(), higher=0.0) == (inf, 0.0)
    assert optimal_step(central(), value=0.0) == (0.0, 0.0)
    assert optimal_step(central(), roundoff=0.0) == (0.0, 0.0)


def test_measured_values_may_be_arrays_with_a_step_for_each_element():
    values, higher = np.array([e, 1.0, 0.0]), np.array([[e], [0.0]])
    h, error = optimal_step(central(), values, higher)
    assert h.shape == error.shape == (2, 3)
    for index in np.ndindex(2, 3):
        one = optimal_step(central(), values[index[1]], higher[index[0], 0])
        assert (h[index], error[index]) == pytest.approx(one)
    assert [type(number) for number in optimal_step(central())] == [float, float]


def test_noise_takes_the_place_of_the_roundoff_of_the_value():
    assert optimal_step(central(), 3.0, 5.0) == optimal_step(central(), 8.0, 5.0, noise=3 * u)
    assert optimal_step(forward(), noise=1e-6) == pytest.approx((2e-3, 2e-3))
    assert optimal_step(forward(), noise=0.0) == (0.0, 0.0)


@pytest.mark.parametrize("scale", [1e-300, 1e-100, 1e100, 1e300])
def test_the_optimum_of_a_function_in_other_units_is_the_same_and_neither_overflows_nor_underflows(scale):
    h, error = optimal_step(central(1, 4))
    assert optimal_step(central(1, 4), scale, scale) == pytest.approx((h, error * scale))
    assert optimal_step(central(1, 4), 1.0, scale)[0] == pytest.approx(h * scale**-0.2)


FORMULAS = [forward(), central(), forward(1, 2), central(1, 4), central(2), central(2, 4), central(1, 8)]


def error_for_exp_at_1(stencil, h, dtype):
    """The error of the formula run in that dtype, at the step that x really takes."""
    value = stencil.apply(np.exp, dtype(1), representable(dtype(1), h))
    assert value.dtype == dtype
    numerator, denominator = value.as_integer_ratio()
    with mpmath.workdps(40):
        return abs(float(mpmath.mpf(numerator) / denominator - mpmath.e))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
@pytest.mark.parametrize("stencil", FORMULAS, ids=str)
def test_each_dtype_reaches_its_own_theoretical_optimum_and_no_other_step_does_better(stencil, dtype):
    best, bound = optimal_step(stencil, e, e, unit_roundoff(dtype))
    jitter = np.random.default_rng(0).uniform(0.8, 1.25, 41)  # one step may be lucky
    worst = lambda factor: max(error_for_exp_at_1(stencil, best * factor * j, dtype) for j in jitter)
    # Twice: the products and sums are rounded too, and exp errs by more than half a unit in the last place.
    assert worst(1) <= 2 * bound
    assert worst(1) < worst(10) / 2
    assert worst(1) < worst(1 / 10) / 2


def test_unit_roundoff_is_half_of_eps_for_real_and_complex():
    assert [unit_roundoff(t) for t in ("float16", "float32", "float64")] == [2.0**-11, 2.0**-24, u]
    assert unit_roundoff(np.complex64) == 2.0**-24


@given(st.floats(-1e6, 1e6), st.floats(1e-14, 1.0))
def test_a_representable_step_is_taken_exactly(x, h):
    taken = representable(x, h)
    # Unless h is lost beside x; and when x is the smaller, `taken` itself is rounded to its last bit.
    assert x + h == x or abs((x + taken) - (x + h)) <= np.spacing(taken)
    assert x + taken != x


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_step_that_is_lost_becomes_the_spacing_with_its_sign(dtype):
    x = np.array([1.0, -1.0, 0.0], dtype)
    up, down = representable(x, 1e-30), representable(x, -1e-30)
    assert up.dtype == dtype
    assert np.all(up > 0)
    assert np.all(down < 0)
    assert up[0] == np.finfo(dtype).eps


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("stencil", [forward(), central(), central(2)])
def test_the_default_step_has_the_shape_dtype_and_roundoff_of_x(stencil, dtype):
    x = np.array([[0.0, -0.5], [1.0, 100.0]], dtype)
    h = default_step(stencil, x)
    best, _ = optimal_step(stencil, roundoff=unit_roundoff(dtype))
    assert (h.shape, h.dtype) == (x.shape, dtype)
    # Made representable at x = 1 or 100, h moves by half a spacing there: at most 1/20 of itself.
    assert h.astype(float) == pytest.approx(best * np.maximum(1, abs(x)).astype(float), rel=0.05)
    assert np.array_equal((x + h) - x, h)


def test_the_default_step_of_a_scalar_is_a_scalar_and_of_nothing_is_nothing():
    assert isinstance(default_step(central(), 1.0), np.float64)
    assert isinstance(default_step(central(), np.float32(1)), np.float32)
    assert default_step(central(), np.zeros((0, 2))).shape == (0, 2)


def test_a_given_number_is_passed_through_unchanged():
    h = checked_step(1e-5, np.float32(1))
    assert type(h) is float
    assert h == 1e-5


def test_a_given_array_is_broadcast_to_the_point():
    assert checked_step([1e-3, 1e-4], np.zeros((3, 2))).tolist() == [[1e-3, 1e-4]] * 3


@pytest.mark.parametrize("bad", [0, np.nan, inf, 1j, "h", True, [1.0, 2.0], [0.1, 0.0, 0.1]])
def test_a_bad_step_is_refused(bad):
    with pytest.raises(ValueError, match="is not a step for x of shape"):
        checked_step(bad, np.zeros(3))


def test_a_step_that_underflows_in_the_dtype_of_x_is_refused():
    with pytest.raises(ValueError, match="dtype float32"):
        checked_step(1e-60, np.float32(1))


def test_any_stencil_has_an_optimum():
    h, error = optimal_step(Stencil.of((0, 1, 3, 7), 2))
    assert 0 < error < h < 1


def test_the_best_step_of_numbers_below_all_others_is_no_floating_point_error():
    with np.errstate(all="raise"):
        assert optimal_step(forward(), 5e-324, 1.0) == (0.0, 0.0)
        assert optimal_step(forward(), 1e308, 1e308)[1] > 1e300
