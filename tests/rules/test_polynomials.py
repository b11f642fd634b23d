"""Roots move as their coefficients say."""

import numpy as np
import pytest

from diffkit.autodiff import jacobian

P = np.array([2.0, -3.0, 1.0])  # (2x - 1) (x - 1)


def test_roots_move_as_the_implicit_function_theorem_says():
    # p(r) = 0: dr/dp_k = -r^(2-k) / p'(r), p' = 1 at r = 1 and -1 at r = 1/2
    found = jacobian(lambda p: np.sort(np.roots(p)))(P)
    assert found == pytest.approx(np.array([[0.25, 0.5, 1], [-1, -1, -1]]))


def test_the_polynomial_of_its_roots_is_itself():
    assert jacobian(lambda p: np.poly(np.roots(p)))(P) == pytest.approx(
        np.array([[0, 0, 0], [0.75, 0.5, 0], [-0.25, 0, 0.5]])
    )
