"""What several test files ask of diffkit's answers: how near the truth, and how short a refusal."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from diffkit.errors import DiffkitError
from diffkit.methods import METHODS
from diffkit.numerical import FiniteDifference
from diffkit.numerical.step import optimal_step, unit_roundoff


@pytest.fixture(scope="session")
def within() -> Callable[..., float]:
    """within(method, order, dtype): the relative error to allow where f and its derivatives are about 1.

    A difference: ten times the best that theory gives its stencil. Everything else: ten ulps.
    """

    def allowed(method: str, order: int = 1, dtype: str = "float64") -> float:
        roundoff, found = unit_roundoff(dtype), METHODS[method]
        if not isinstance(found, FiniteDifference) or (method == "complex-step" and order == 1):
            return 20 * roundoff
        return 10 * optimal_step(found.stencil(order), roundoff=roundoff)[1]

    return allowed


@pytest.fixture(scope="session")
def assert_one_clear_line() -> Callable[[DiffkitError], None]:
    """assert_one_clear_line(error): its text is one line, not long, and speaks of no line of diffkit."""

    def check(error: DiffkitError) -> None:
        text = str(error)
        assert text
        assert "\n" not in text
        assert "Traceback" not in text
        assert "diffkit/" not in text
        assert len(text) < 400

    return check
