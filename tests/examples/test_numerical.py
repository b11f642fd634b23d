"""The examples of numerical differentiation again: by every method, of Python code, counted from outside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import diffkit as dk
from diffkit.examples.numerical import CUBIC, DAMPED
from diffkit.studies.reference import exact_derivative


@pytest.mark.parametrize("method", ["complex-step", "symbolic", "dual", "reverse"])
def test_3_the_cubic_at_1_exactly(method: str) -> None:
    np.testing.assert_allclose(dk.derivative(CUBIC, 1.0, method), 8.0, rtol=4 * 2.0**-52)


def test_4_the_forward_gradient_of_python_code_bit_for_bit() -> None:
    f = lambda x, y: x**2 * y + y + 2
    assert dk.gradient(f, 3, 4, method="forward", h=1e-5) == (24.000039999805264, 10.000000000331966)
    assert dk.gradient(f, 3, 4) == (24.0, 10.0)


@pytest.mark.parametrize("f", [lambda x: x**2, lambda x: x * x], ids=["power", "product"])
def test_5_the_forward_difference_of_python_code_bit_for_bit(f: Any) -> None:
    assert dk.derivative(f, 3.0, "forward", h=1e-6) == 6.000001000927568


class Counted:
    """f with its calls counted."""

    def __init__(self, f: Any) -> None:
        self.f, self.calls = f, 0

    def __call__(self, *point: Any) -> Any:
        self.calls += 1
        return self.f(*point)


@pytest.mark.parametrize(
    ("method", "calls"),
    [("forward", 1001), ("backward", 1001), ("central", 2000), ("dual", 1000), ("reverse", 1)],
)
def test_6_a_gradient_of_1000_numbers_calls_f_as_often_as_it_says(method: str, calls: int) -> None:
    f = Counted(lambda x: np.sum(x**2))
    found = dk.gradient(f, np.linspace(0, 1, 1000), method=method, full_output=True)
    assert found.evaluations == f.calls == calls


@pytest.mark.parametrize("method", ["forward", "central", "richardson"])
@pytest.mark.parametrize("h", [1e-1, 1e-5, 1e-9])
def test_8_truncation_and_rounding_make_up_the_error(method: str, h: float) -> None:
    curve = dk.error_sweep(DAMPED, 0.7, methods=(method,), steps=[h])[method]
    total, truncation, rounding = (float(part[0]) for part in (curve.total, curve.truncation, curve.rounding))
    truth = exact_derivative(dk.record(DAMPED, 0.7), 0.7)
    error = dk.derivative(DAMPED, 0.7, method, h=h) - float(truth)
    assert total == pytest.approx(error, abs=2.0**-52)  # the truth rounded to float
    assert truncation + rounding == pytest.approx(total, rel=1e-12)
