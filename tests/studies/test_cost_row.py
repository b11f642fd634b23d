"""One gradient counted: calls, tangents and sweeps, against the formulas of the textbooks."""

from __future__ import annotations

import numpy as np
import pytest

import diffkit as dk
from diffkit.numerical import Central, ComplexStep, Forward
from diffkit.studies.cost_row import counted, theory


def square(x):
    return np.sum(x * x)


@pytest.mark.parametrize(
    ("method", "calls"),
    [
        ("forward", lambda n: n + 1),
        ("backward", lambda n: n + 1),
        ("central", lambda n: 2 * n),
        ("richardson", lambda n: 4 * n),
        ("complex-step", lambda n: n + 2),
        ("dual", lambda n: n),
        ("reverse", lambda n: 1),
        ("symbolic", lambda n: 1),
    ],
)
@pytest.mark.parametrize("n", [1, 2, 7])
def test_calls_are_as_many_as_theory_says(method, calls, n):
    seen = []

    def f(x):
        seen.append(1)
        return square(x)

    found = dk.gradient(f, np.ones(n), method=method, full_output=True)
    row = counted(dk.METHODS[method], square, np.ones(n))
    assert row.evaluations == row.expected == calls(n) == len(seen) == found.evaluations


def test_tangents_and_sweeps_are_counted_where_they_pass():
    dual, reverse = (counted(dk.METHODS[name], square, np.ones(6)) for name in ("dual", "reverse"))
    assert (dual.tangents, dual.sweeps) == (6, 0)
    assert (reverse.tangents, reverse.sweeps) == (0, 1)
    assert counted(dk.METHODS["central"], square, np.ones(6)).sweeps is None


def test_theory_follows_from_the_points_of_the_formula():
    assert theory(Forward(accuracy=2)).words == "2n + 1"
    assert theory(Central(accuracy=6)).calls(10) == 60
    assert theory(ComplexStep(check=False)).calls(10) == 10
    assert counted(ComplexStep(check=False), square, np.ones(10)).evaluations == 10
    assert theory(dk.METHODS["adaptive"]).calls(10) is None


def test_a_method_that_does_not_apply_says_why():
    row = counted(dk.METHODS["complex-step"], lambda x: np.sum(np.abs(x)), np.ones(2))
    assert row.status == "not applicable"
    assert "abs" in row.note
    row = counted(dk.METHODS["reverse"], lambda x: float(x[0]), np.ones(2))
    assert (row.status, row.evaluations) == ("not applicable", None)
