"""Products and complex numbers where NumPy's conventions show."""

import numpy as np
import pytest

from diffkit.autodiff import grad, jacobian

A, B = np.array([1.0, 2, 3]), np.array([4.0, -5, 6])


def test_the_derivative_of_a_cross_product_is_the_matrix_of_the_other_factor():
    found = jacobian(lambda b: np.cross(A, b))(B)
    assert found.tolist() == [[0.0, -3, 2], [3, 0, -1], [-2, 1, 0]]


@pytest.mark.parametrize("n", range(1, 6))
@pytest.mark.parametrize("m", range(1, 6))
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_a_correlation_is_linear_in_either_operand_for_every_length(n, m, mode):
    a, v = np.arange(1.0, n + 1), np.arange(2.0, m + 2)
    assert jacobian(lambda a: np.correlate(a, v, mode))(a) @ a == pytest.approx(np.correlate(a, v, mode))
    assert jacobian(lambda v: np.correlate(a, v, mode))(v) @ v == pytest.approx(np.correlate(a, v, mode))
    assert jacobian(lambda a: np.convolve(a, v, mode))(a) @ a == pytest.approx(np.convolve(a, v, mode))


def test_the_angle_of_a_turning_number_turns_with_it():
    assert grad(lambda t: np.angle(np.exp(1j * t)))(0.3) == pytest.approx(1.0)
    assert grad(lambda t: np.unwrap(np.angle(np.exp(1j * np.array([0.0, 2.0, 4.0]) * t)))[2])(
        1.0
    ) == pytest.approx(4.0)
