"""The examples of symbolic differentiation again: by every method, at other points, and against SymPy."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.errors import NotClosedFormError
from diffkit.examples.symbolic import PROGRAMS, XXY
from diffkit.problems import logistic

EXACT = ["complex-step", "symbolic", "dual", "reverse"]


def test_9_the_derivative_of_the_cubic() -> None:
    x = sympy.Symbol("x", real=True)
    formula = dk.symbolic.expression(dk.record("2*x^3 + x^2", 1.0))
    assert sympy.expand(sympy.diff(formula, x) - (6 * x**2 + 2 * x)) == 0
    for at in (-2.0, 0.5, 1.0, 3.0):
        found = dk.derivative("2*x^3 + x^2", at, "symbolic")
        np.testing.assert_allclose(found, 6 * at**2 + 2 * at, rtol=4 * 2.0**-52)


@pytest.mark.parametrize("at", [{"x": 3.0, "y": 4.0}, {"x": -0.5, "y": 2.0}], ids=["3, 4", "-1/2, 2"])
@pytest.mark.parametrize("method", EXACT)
def test_11_the_partials_by_the_five_rules(at: dict[str, float], method: str) -> None:
    partials = dk.gradient(XXY, at, method=method)
    assert partials == pytest.approx({"x": 2 * at["x"] * at["y"], "y": at["x"] ** 2 + 1}, rel=1e-15)


@pytest.mark.parametrize("method", EXACT)
def test_12_the_slope_of_the_fourth_logistic_map(method: str) -> None:
    # The factors 1 - 2 l lose up to two bits each.
    exactly = float(Fraction(708288, 78125))
    assert dk.derivative(logistic, 0.2, method) == pytest.approx(exactly, rel=16 * 2.0**-52)


def test_12_as_a_graph_the_logistic_map_grows_by_so_many_operations_a_step() -> None:
    found = dk.swell(family="logistic", n=range(1, 8), max_nodes=1, simplified=False)
    assert set(np.diff(found.counts("shared"))[2:]) == {7}


def test_13_as_a_graph_the_unrolled_loop_is_linear_too() -> None:
    sizes = (10, 12, 14)
    found = dk.swell(family="loop", n=sizes, max_nodes=1, simplified=False)
    assert found.counts("shared") == [14 * n - 15 for n in sizes]


@pytest.mark.parametrize(("f", "x"), PROGRAMS.values(), ids=PROGRAMS)
def test_14_a_program_without_a_closed_form_is_refused_with_its_line(f: Any, x: float) -> None:
    with pytest.raises(NotClosedFormError, match="not closed form: f branches on its argument at line"):
        dk.derivative(f, x, "symbolic")
