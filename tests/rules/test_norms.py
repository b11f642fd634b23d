"""np.linalg.norm in its corners: at 0, at ties, where singular values meet or vanish."""

import numpy as np
import pytest

from diffkit.autodiff import grad, jvp

ORDERS = (None, 0, 1, 2, 3, 1.5, 0.5, np.inf, -np.inf)
MATRIX_ORDERS = (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)


@pytest.mark.parametrize("order", ORDERS)
def test_the_norm_of_the_zero_vector_has_slope_zero(order):
    f = lambda x: np.linalg.norm(x, order)
    assert grad(f)(np.zeros(3)).tolist() == [0.0, 0.0, 0.0]
    assert jvp(f, (np.zeros(3),), (np.ones(3),))[1] == 0.0


@pytest.mark.parametrize("order", MATRIX_ORDERS)
def test_the_norm_of_the_zero_matrix_has_slope_zero(order):
    assert np.array_equal(grad(lambda x: np.linalg.norm(x, order))(np.zeros((2, 3))), np.zeros((2, 3)))


@pytest.mark.parametrize(
    ("f", "x", "right"),
    [
        (lambda x: np.linalg.norm(x) ** 2, [0.0, 0.0], [0.0, 0.0]),
        (lambda x: np.linalg.norm(x), [3.0, 4.0], [0.6, 0.8]),
        (lambda x: np.linalg.norm(x, 1), [3.0, 0.0, -4.0], [1.0, 0.0, -1.0]),
        (lambda x: np.linalg.norm(x, np.inf), [3.0, -3.0, 1.0], [0.5, -0.5, 0.0]),
        (lambda x: np.linalg.norm(x, -np.inf), [3.0, -1.0, 1.0], [0.0, -0.5, 0.5]),
        (lambda x: np.linalg.norm(x, 0), [3.0, 0.0], [0.0, 0.0]),
        (lambda x: np.linalg.norm(x, 3), [0.0, 2.0], [0.0, 1.0]),
        (lambda x: np.linalg.norm(x, 2), [[2.0, 0], [0, 1]], [[1.0, 0], [0, 0]]),
        (lambda x: np.linalg.norm(x, 2), [[2.0, 0], [0, 2]], [[0.5, 0], [0, 0.5]]),
        (lambda x: np.linalg.norm(x, -2), [[2.0, 0], [0, 1]], [[0.0, 0], [0, 1]]),
        (lambda x: np.linalg.norm(x, "nuc"), [[2.0, 0], [0, 2]], [[1.0, 0], [0, 1]]),
        (lambda x: np.linalg.norm(x, "nuc"), [[2.0, 0], [0, 0]], [[1.0, 0], [0, 0]]),
        (lambda x: np.linalg.norm(x, 1), [[2.0, 1], [0, -1]], [[0.5, 0.5], [0, -0.5]]),
        (lambda x: np.linalg.norm(x, np.inf), [[2.0, 1], [0, -1]], [[1.0, 1], [0, 0]]),
    ],
)
def test_a_gradient_that_one_can_do_in_the_head(f, x, right):
    np.testing.assert_allclose(grad(f)(np.array(x)), right, atol=1e-15)


def test_rows_of_zeros_do_not_disturb_their_neighbours():
    x = np.array([[0.0, 0.0], [3.0, 4.0]])
    found = grad(lambda x: np.sum(np.linalg.norm(x, axis=1)))(x)
    assert found.tolist() == [[0.0, 0.0], [0.6, 0.8]]


def test_the_norm_of_a_complex_vector_slopes_along_its_conjugate():
    z = np.array([3j, 4.0])
    np.testing.assert_allclose(grad(np.linalg.norm)(z), np.conjugate(z) / 5, rtol=1e-15)
    assert grad(lambda z: np.linalg.norm(z) ** 2)(np.array([1 + 2j]))[0] == pytest.approx(2 - 4j)


def test_a_power_is_taken_of_a_quotient_that_cannot_overflow():
    x = np.array([1e100, 1e100])
    np.testing.assert_allclose(grad(lambda x: np.linalg.norm(x, 3))(x), 2 ** (-2 / 3), rtol=1e-13)
