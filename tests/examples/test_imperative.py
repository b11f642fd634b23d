"""The examples of the imperative interface again: the same gradients without tensors, by every method."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import diffkit as dk

# fmt: off
REDUCTIONS = [
    pytest.param(lambda x: np.mean(x * x), 3.5, [0, 0.5, 1, 1.5], id="24-mean"),
    pytest.param(lambda x: (x * x).mean(), 3.5, [0, 0.5, 1, 1.5], id="24-method"),
    pytest.param(lambda x: np.max(x * x),  9.0, [0, 0, 0, 6],     id="25-max"),
    pytest.param(lambda x: (x * x).max(),  9.0, [0, 0, 0, 6],     id="25-method"),
]
# fmt: on


@pytest.mark.parametrize("method", ["complex-step", "symbolic", "dual", "reverse"])
@pytest.mark.parametrize(("f", "value", "gradient"), REDUCTIONS)
def test_the_gradients_of_mean_and_max(f: Any, value: float, gradient: list[float], method: str) -> None:
    x = np.arange(4.0)
    assert f(x) == value
    np.testing.assert_allclose(dk.gradient(f, x, method=method), gradient, rtol=4 * 2.0**-52)
