"""numdifftools as a method: its steps and error estimates are passed on, and every call of f is counted."""

from __future__ import annotations

import math

import numpy as np
import pytest

import diffkit as dk
from diffkit.peers.numdifftools import ByNumdifftools

pytest.importorskip("numdifftools")
pytestmark = pytest.mark.peers


@pytest.mark.parametrize(("order", "exact"), [(1, math.cos(0.7)), (2, -math.sin(0.7)), (3, -math.cos(0.7))])
def test_derivatives_with_their_error_estimate_and_step(order, exact):
    calls = []
    f = lambda x: calls.append(x) or math.sin(x)
    found = dk.derivative(f, 0.7, "numdifftools", order=order, full_output=True)
    assert abs(found.value - exact) <= 10 * found.error_estimate < 1e-7
    assert found.step > 0
    assert found.evaluations == len(calls) > 10


def test_arrays_gradients_jacobians_and_hessians():
    x = np.array([[0.0, 0.5, 1.0]])
    assert dk.derivative(np.exp, x, "numdifftools") == pytest.approx(np.exp(x), rel=1e-12)
    found = dk.gradient("x^2*y + y + 2", {"x": 3, "y": 4}, method="numdifftools", full_output=True)
    assert found.value == pytest.approx({"x": 24.0, "y": 10.0}, rel=1e-12)
    assert set(found.error_estimate) == {"x", "y"}
    by_a, by_b = dk.jacobian(lambda a, b: a**2 * b, np.array([1.0, 2.0]), 3.0, method="numdifftools")
    assert by_a == pytest.approx(np.diag([6.0, 12.0]), abs=1e-11)
    assert by_b == pytest.approx(np.array([1.0, 4.0]), rel=1e-12)
    found = dk.hessian(lambda v: v[0] ** 2 * v[1], np.array([1.0, 2.0]), method="numdifftools")
    assert found == pytest.approx(np.array([[4.0, 2.0], [2.0, 0.0]]), abs=1e-10)


def test_the_example_of_the_docstring_runs(run_examples):
    run_examples(ByNumdifftools, ByNumdifftools=ByNumdifftools)
