"""The best step: the table of theory, the roundoff of each dtype, steps that x really takes."""

from math import e, inf

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
