"""SteppedSecants: each line goes through two values of f, and the method's slope is that of the line."""

from __future__ import annotations

import math

import numpy as np
import pytest

from diffkit.api import derivative
from diffkit.errors import ArgumentsError, DomainError
from diffkit.studies.error_sweep import error_sweep
from diffkit.studies.stepped import stepped_secants


def test_a_one_sided_secant_begins_at_the_point_and_a_central_one_is_around_it():
    found = stepped_secants("x^3", 2.0, methods="forward,backward,central", steps=[0.5])
    assert found.lines["forward"] == (((2.0, 8.0), (2.5, 15.625), 15.25),)
    assert found.lines["backward"] == (((1.5, 3.375), (2.0, 8.0), 9.25),)
    assert found.lines["central"] == (((1.5, 3.375), (2.5, 15.625), 12.25),)
    assert (found.value, found.x, found.order) == (8.0, 2.0, 1)


@pytest.mark.parametrize("method", ["forward", "central", "richardson"])
def test_the_slope_is_what_the_method_answers_with_that_step(method):
    found = stepped_secants(np.sin, 0.7, methods=method)
    for h, line in zip(found.steps, found.lines[method], strict=True):
        assert line.slope == derivative(np.sin, 0.7, method, h=h)


def test_the_slope_minus_the_truth_is_the_error_of_the_sweep():
    sweep = error_sweep("exp(x)", 1.0, methods="central", steps=[1e-8, 1e-4, 1e-1])
    found = stepped_secants("exp(x)", 1.0, methods="central", steps=sweep.steps)
    slopes = np.array([line.slope for line in found.lines["central"]])
    assert slopes - math.e == pytest.approx(sweep["central"].total, abs=1e-15)


def test_by_default_there_are_five_steps_a_decade_and_each_is_one_of_the_sweep():
    found = stepped_secants("x^2", 0.7, methods="forward")
    assert len(found.steps) == 81
    assert set(found.steps) <= set(error_sweep("x^2", 0.7, methods="forward").steps)


def test_outside_of_the_domain_there_is_no_secant_and_no_curve():
    def root(x):
        if x < 0:
            raise ValueError("negative")
        return np.sqrt(x)

    for f in ("sqrt(x)", root):
        found = stepped_secants(f, 0.25, methods="central", steps=[0.125, 1.0])
        assert math.isfinite(found.lines["central"][0].slope)
        assert np.isnan([*found.lines["central"][1].left, found.lines["central"][1].slope]).all()
        assert np.array_equal(np.isnan(found.curve[1]), found.curve[0] < 0)


def test_the_curve_reaches_beyond_the_longest_step_on_both_sides():
    xs, ys = stepped_secants("x^2", 3.0, steps=[0.5]).curve
    assert (xs[0], xs[-1]) == (pytest.approx(2.4), pytest.approx(3.6))
    assert ys == pytest.approx(xs**2)


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (("x", 1.0, "reverse"), ArgumentsError, "method 'reverse' takes no samples of f beside x"),
        (("x", 1.0, "complex-step"), ArgumentsError, "method 'complex-step' takes no samples"),
        (("x", [1.0, 2.0]), ArgumentsError, r"x has shape \(2,\)"),
        (("log(x)", -1.0), DomainError, "f is nan at x = -1.0"),
    ],
)
def test_what_has_no_secant_is_refused(arguments, kind, message):
    with pytest.raises(kind, match=message):
        stepped_secants(*arguments)
