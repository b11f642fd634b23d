"""The derivative at the edge of f's domain: fractional powers, logarithms, infinite slopes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkit.numerical.adaptive import Adaptive

ADAPTIVE = Adaptive()


def from_0_on(f):
    return lambda x: f(x) if x >= 0 else math.nan


def log(x):
    return math.log(x) if x else -1e300  # times 0


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda x: x + x**1.5, 1),
        (lambda x: x + x**1.1, 1),
        (lambda x: x + x**1.3 - x**1.7, 1),
        (lambda x: x**1.5, 0),
        (lambda x: x**2 * log(x), 0),
        (lambda x: 2 * x + math.sin(x**1.5), 2),
        (lambda x: x * (1 + math.sqrt(x)) ** 3, 1),
    ],
    ids=["1.5", "1.1", "two powers", "no slope", "logarithm", "sine", "root"],
)
@pytest.mark.parametrize("scale", [1e-12, 1e-3, 1.0, 1e5, 1e12])
def test_a_fractional_power_costs_no_digits_where_f_is_0(f, slope, scale):
    found = ADAPTIVE.derivative(from_0_on(lambda x: f(scale * x)), 0.0)
    assert abs(found.value - slope * scale) <= found.error_estimate < 1e-9 * scale


@pytest.mark.parametrize("edge", [1.0, -3.0, 1000.0])
@pytest.mark.parametrize("side", [1, -1])
def test_the_edge_may_be_anywhere_and_on_either_side(edge, side):
    f = from_0_on(lambda t: t + t**1.5)
    found = ADAPTIVE.derivative(lambda x: f(side * (x - edge)), edge)
    assert abs(found.value - side) <= found.error_estimate < 1e-7


def test_what_f_of_x_rounds_is_in_the_error():
    f = from_0_on(lambda x: math.exp(x) + x**1.5)
    for constant in (0, 10, 1e4, 1e8):
        found = ADAPTIVE.derivative(lambda x, c=constant: c + f(x), 0.0)
        assert abs(found.value - 1) <= found.error_estimate < 1e-7 * max(1, constant)


def test_bounds_make_an_edge_as_well():
    found = Adaptive(bounds=(0.0, 1.0)).derivative(lambda x: x + x**1.5, 0.0)
    assert abs(found.value - 1) <= found.error_estimate < 1e-12


def test_a_second_derivative_at_the_edge():
    found = ADAPTIVE.derivative(from_0_on(lambda x: x**2 - x + x**2.5), 0.0, 2)
    assert abs(found.value - 2) <= found.error_estimate < 1e-3


@pytest.mark.parametrize(
    "f",
    [
        math.sqrt,
        lambda x: x + 0.1 * math.sqrt(x),
        lambda x: x * log(x),
        lambda x: x + x**0.99,
        lambda x: math.acos(1 - x) if x <= 2 else math.nan,
        lambda x: 1 + x**0.9 + x**1.5,
    ],
)
def test_an_infinite_slope_has_no_error_estimate_and_is_said(f):
    found = ADAPTIVE.derivative(from_0_on(f), 0.0)
    assert found.error_estimate == math.inf
    assert "suspected" in found.note


def test_an_infinite_second_derivative_is_said():
    found = ADAPTIVE.derivative(from_0_on(lambda x: x + x**1.5), 0.0, 2)
    assert found.error_estimate == math.inf
    assert "the derivative at x is suspected to be infinite" in found.note


def test_a_smooth_function_needs_no_table_at_the_edge():
    found = ADAPTIVE.derivative(from_0_on(math.exp), 0.0)
    assert abs(found.value - 1) <= found.error_estimate < 1e-10
    assert found.evaluations < 40


def test_a_slope_that_is_no_limit_of_its_far_side_is_not_taken():
    # Far off f is like 2 x^2.05 - x, whose quotients have the anti-limit -1.
    f = from_0_on(lambda x: math.hypot(1, x - 2.33 * x**2.05))
    found = ADAPTIVE.derivative(lambda x: f(3e10 * x), 0.0)
    assert abs(found.value) <= found.error_estimate


powers = st.lists(
    st.tuples(st.floats(0.1, 3) | st.floats(-3, -0.1), st.floats(1.25, 3.7)), min_size=1, max_size=3
)


@given(powers, st.floats(-12, 12), st.floats(-12, 12), st.sampled_from([0.0, 1.0, -3.0]), st.floats(-2, 2))
def test_the_error_covers_what_sums_of_powers_leave(terms, digits, decades, edge, slope):
    size, scale = 10.0**digits, 10.0 ** (decades if edge == 0 else decades / 4)
    f = from_0_on(lambda t: size * (slope * t + sum(a * t**p for a, p in terms)))
    found = ADAPTIVE.derivative(lambda x: f((x - edge) * scale), edge)
    assert not abs(found.value - slope * size * scale) > found.error_estimate


SMOOTH = {
    "nothing": (lambda t: 0.0, 0, 0),
    "exp": (math.exp, 1, 1),
    "cos": (lambda t: math.cos(3 * t), 0, -9),
    "rational": (lambda t: 1 / (1 + t), -1, 2),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("order", [1, 2])
def test_the_error_covers_a_power_beside_something_smooth(name, order):
    smooth, *slopes = SMOOTH[name]
    rng = np.random.default_rng(3)
    for _ in range(300):
        a, p = rng.uniform(0.1, 3), rng.uniform(order + 0.25, 3.7)
        scale, edge = 10 ** rng.uniform(-2, 2), rng.choice([0.0, 1.0])

        def f(x, a=a, p=p, scale=scale, edge=edge):
            t = (x - edge) * scale
            if t < 0:
                return math.nan
            try:
                return smooth(t) + a * t**p
            except OverflowError:
                return math.inf

        found = ADAPTIVE.derivative(f, edge, order)
        assert not abs(found.value - slopes[order - 1] * scale**order) > found.error_estimate, (a, p, scale)


@pytest.mark.slow
@pytest.mark.parametrize("power", [0.2, 0.5, 0.8, 0.95])
def test_an_infinite_slope_is_never_a_confident_answer(power):
    rng = np.random.default_rng(5)
    for _ in range(200):
        a, b, scale = rng.uniform(0.1, 3), rng.uniform(-3, 3), 10 ** rng.uniform(-6, 6)
        f = from_0_on(lambda x, a=a, b=b, s=scale: b * s * x + a * (s * x) ** power)
        assert ADAPTIVE.derivative(f, 0.0).error_estimate == math.inf
