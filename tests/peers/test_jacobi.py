"""jacobi as a method: first derivatives with their error estimates, and every call of f is counted."""

from __future__ import annotations

import math

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import OptionError
from diffkit.peers.jacobi import ByJacobi

pytest.importorskip("jacobi")
pytestmark = pytest.mark.peers


def test_a_derivative_with_its_error_estimate():
    calls = []
    f = lambda x: calls.append(x) or math.sin(x)
    found = dk.derivative(f, 0.7, "jacobi", full_output=True)
    assert abs(found.value - math.cos(0.7)) <= 10 * found.error_estimate < 1e-11
    assert found.evaluations == len(calls) > 5


def test_arrays_gradients_and_jacobians():
    x = np.array([[0.0, 0.5, 1.0]])
    assert dk.derivative(np.exp, x, "jacobi") == pytest.approx(np.exp(x), rel=1e-12)
    found = dk.gradient("x^2*y + y + 2", {"x": 3, "y": 4}, method="jacobi")
    assert found == pytest.approx({"x": 24.0, "y": 10.0}, rel=1e-12)
    by_a, by_b = dk.jacobian(lambda a, b: a**2 * b, np.array([1.0, 2.0]), 3.0, method="jacobi")
    assert by_a == pytest.approx(np.diag([6.0, 12.0]), abs=1e-11)
    assert by_b == pytest.approx(np.array([1.0, 4.0]), rel=1e-12)


def test_what_it_lacks_is_refused():
    with pytest.raises(OptionError, match="jacobi has no derivative of an order above 1"):
        dk.derivative(np.exp, 0.0, "jacobi", order=2)
    with pytest.raises(OptionError, match="jacobi has no Hessian"):
        dk.hessian(np.sum, np.ones(2), method="jacobi")


def test_the_example_of_the_docstring_runs(run_examples):
    run_examples(ByJacobi, ByJacobi=ByJacobi)
