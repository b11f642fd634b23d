"""scipy.differentiate as a method: every point that it asks for is one call of f, which may be any code."""

from __future__ import annotations

import math

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import OptionError


def test_a_black_box_of_numbers_is_asked_number_by_number(counted):
    f = counted(lambda x: math.sin(float(x)) if x > 0 else -x)
    found = dk.derivative(f, 0.7, "scipy", full_output=True)
    assert abs(found.value - math.cos(0.7)) <= found.error_estimate < 1e-9
    assert found.evaluations == f.calls > 10


def test_an_array_keeps_its_shape_in_every_call(counted):
    weights = np.array([[1.0, 2.0, 3.0]])
    f = counted(lambda x: weights * np.exp(x))
    found = dk.derivative(f, np.array([[0.0, 0.5, 1.0]]), "scipy", full_output=True)
    assert found.value == pytest.approx(weights * np.exp([[0.0, 0.5, 1.0]]), rel=1e-9)
    assert found.error_estimate.shape == (1, 3)
    assert found.evaluations == f.calls


def test_gradients_jacobians_and_hessians():
    found = dk.gradient("x^2*y + y + 2", {"x": 3, "y": 4}, method="scipy")
    assert found == pytest.approx({"x": 24.0, "y": 10.0}, rel=1e-9)
    by_a, by_b = dk.jacobian(lambda a, b: np.exp(a) * b, np.array([0.0, 1.0]), 2.0, method="scipy")
    assert by_a == pytest.approx(np.diag(2 * np.exp([0.0, 1.0])), rel=1e-8, abs=1e-8)
    assert by_b == pytest.approx(np.exp([0.0, 1.0]), rel=1e-8)
    found = dk.hessian(lambda v: np.exp(v[0]) * v[1] ** 2, np.array([0.0, 1.0]), method="scipy")
    assert found == pytest.approx(np.array([[1.0, 2.0], [2.0, 2.0]]), abs=1e-7)


def test_what_did_not_converge_is_said():
    note = dk.derivative(lambda x: np.sin(1000 * x), 0.7, "scipy", full_output=True).note
    assert "it did not converge to its tolerance" in note
    assert "converge" not in dk.derivative(np.exp, 0.7, "scipy", full_output=True).note


def test_it_has_first_derivatives_only():
    with pytest.raises(OptionError, match="scipy has no derivative of an order above 1"):
        dk.derivative(np.exp, 0.0, "scipy", order=2)
