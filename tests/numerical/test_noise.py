"""ECnoise against noise that is known, because it is made."""

import numpy as np
import pytest

from diffkit.numerical.noise import near, noise_in, noise_level


@pytest.mark.parametrize("sigma", [1e-12, 1e-8, 1e-3, 1e-200])
def test_white_noise_on_a_smooth_function_is_measured(sigma):
    rng = np.random.default_rng(0)
    scale = max(1.0, sigma) if sigma > 1e-100 else sigma * 1e10
    measured = []
    for _ in range(200):
        values = [scale * np.sin(1 + i * 1e-13) + sigma * rng.standard_normal() for i in range(7)]
        found = noise_in(values)
        if found is not None:
            measured.append(found)
    assert len(measured) > 100
    assert sigma / 2 < np.median(measured) < 2 * sigma


def test_rounding_errors_are_noise_of_the_size_of_half_an_ulp():
    assert 1e-17 < noise_level(np.exp, 0.3) < 1e-15


def test_the_expanded_power_is_far_noisier_than_its_value():
    expanded = lambda x: x**7 - 7 * x**6 + 21 * x**5 - 35 * x**4 + 35 * x**3 - 21 * x**2 + 7 * x - 1
    assert abs(expanded(1.01)) < 1e-13
    assert 1e-15 < noise_level(expanded, 1.01) < 1e-13


def test_cancellation_at_a_tiny_x_is_noise_that_no_grid_of_samples_hides():
    quotient = lambda x: (np.exp(x) - 1) / x
    assert 1e-12 < noise_level(quotient, 1e-5) < 1e-10


def test_float32_has_the_noise_of_float32():
    x = np.float32(0.3)
    assert 1e-9 < noise_level(lambda t: np.exp(np.sin(t)), x) < 1e-6


@pytest.mark.parametrize("values", [[2.0**i for i in range(7)], [0.0] * 7, [1.0, np.nan, 1, 1, 1, 1, 1]])
def test_where_the_differences_do_not_tell_the_answer_is_none(values):
    assert noise_in(values) is None


def test_the_samples_are_seven_around_the_point_of_its_own_type():
    points = near(np.float32(1), np.float32(0.5))
    assert [float(point) for point in points] == [-0.5, 0, 0.5, 1, 1.5, 2, 2.5]
    assert {point.dtype for point in points} == {np.dtype("f4")}
