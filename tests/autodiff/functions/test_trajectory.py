"""The solution of a differential equation as a row: forward and backward in time are transposes."""

from functools import partial

import numpy as np
import pytest
from scipy.integrate import odeint

from diffkit.autodiff import grad, jacobian, jvp, vjp
from diffkit.autodiff.functions.trajectory import trajectory
from diffkit.errors import ArgumentsError
from diffkit.rules import rule_of

SOLVE = partial(odeint, rtol=1e-12, atol=1e-12)
TIMES = np.array([0.0, 0.4, 1.0])


def test_the_row_holds_for_the_call_beside_it(check_maps, program):
    for shown in rule_of(trajectory).examples:
        f, shapes = program(trajectory, shown)
        check_maps(f, *shapes)


def pendulum(y, t, k):
    return [y[1], -k * np.sin(y[0]) + 0.1 * t]


def solution(y0, t, k):
    return trajectory(y0, t, k, func=pendulum, solve=SOLVE)


def test_tangents_and_cotangents_agree_to_the_tolerance_of_the_solver():
    rng = np.random.default_rng(2)
    args = (np.array([1.0, 0.2]), TIMES, 3.0)
    dots = (rng.normal(size=2), rng.normal(size=3), 0.7)
    y, pullback = vjp(solution, *args)
    bar = rng.normal(size=y.shape)
    forward = np.sum(bar * jvp(solution, args, dots)[1])
    backward = sum(np.sum(a * b) for a, b in zip(pullback(bar), dots, strict=True))
    assert forward == pytest.approx(backward, rel=1e-9)


def test_the_derivatives_of_exponential_decay_are_those_of_the_closed_form_at_both_orders():
    decay = lambda k: trajectory(np.ones(1), TIMES, k, func=lambda y, t, k: -k * y, solve=SOLVE)[-1, 0]
    assert grad(decay)(2.0) == pytest.approx(-np.exp(-2.0), rel=1e-9)
    assert grad(grad(decay))(2.0) == pytest.approx(np.exp(-2.0), rel=1e-8)


def test_a_later_end_moves_along_the_slope_and_a_later_start_backwards():
    end = lambda t: trajectory(np.ones(1), t, func=lambda y, t: -t * y, solve=SOLVE)[:, 0]
    # y = exp((t0^2 - t^2) / 2)
    t = np.array([0.5, 1.0, 1.5])
    y = np.exp((t[0] ** 2 - t**2) / 2)
    expected = np.diag(-t * y)
    expected[:, 0] += t[0] * y
    assert jacobian(end)(t) == pytest.approx(expected, abs=1e-10)


def test_an_active_value_that_comes_in_past_the_arguments_is_an_error_that_says_where_to_put_it():
    def hidden(k):
        return trajectory(np.ones(1), TIMES, k, func=lambda y, t, j: -k * y, solve=SOLVE)[-1, 0]

    with pytest.raises(ArgumentsError, match=r"hand it over in args"):
        grad(hidden)(2.0)
