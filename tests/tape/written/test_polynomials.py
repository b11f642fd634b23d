"""Polynomials: identities that hold for every coefficient."""

import numpy as np
import pytest

from diffkit.autodiff import grad, jacobian

P = np.array([2.0, -3.0, 1.0])  # (2x - 1) (x - 1)


def test_the_derivative_of_a_value_by_its_point_is_the_value_of_the_derivative():
    assert grad(lambda x: np.polyval(P, x))(0.7) == pytest.approx(np.polyval(np.polyder(P), 0.7))


def test_the_derivative_by_a_coefficient_is_a_power():
    assert grad(lambda p: np.polyval(p, 3.0))(P).tolist() == [9.0, 3.0, 1.0]


def test_a_product_divided_by_a_factor_moves_with_the_other_only():
    found = jacobian(lambda p: np.polydiv(np.polymul(p, [1.0, 2.0]), [1.0, 2.0])[0])(P)
    assert found == pytest.approx(np.eye(3), abs=1e-15)
