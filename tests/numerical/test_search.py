"""The search for a derivative at one x: where it looks, when it stops, and what it says."""

import math

import mpmath
import numpy as np
import pytest

from diffkit.numerical import Adaptive
from diffkit.numerical.edge import derivative_at
from diffkit.numerical.place import Place


def found(f, x, order=1, bits=53, **known):
    """What the search finds, and the points at which it asked."""
    x, asked = float(x), []
    place = {
        "left": math.inf,
        "right": math.inf,
        "first": abs(x) / 4 or 0.25,
        "noise": 0.0,
        "grid": math.ulp(x),
    }
    search = derivative_at(Place(x=x, centre=float(f(x)), bits=bits, **(place | known)), order)
    values = None
    while True:
        try:
            points = search.send(values)
        except StopIteration as stop:
            return stop.value, asked
        asked += points
        values = [float(f(point)) for point in points]


def edged(f, least=-math.inf, most=math.inf):
    return lambda x: f(x) if least <= x <= most else math.nan


@pytest.mark.parametrize(
    ("f", "slope", "x"),
    [
        (math.sin, math.cos, 1e6),  # the scale is a millionth of x
        (lambda x: math.sin(100 * x), lambda x: 100 * mpmath.cos(100 * mpmath.mpf(x)), 0.7),
        (lambda x: math.exp(1e-8 * x), lambda x: 1e-8 * mpmath.exp(mpmath.mpf(1e-8) * x), 1.0),
        (math.tan, lambda x: 1 + mpmath.tan(x) ** 2, 1.57),  # the pole is 0.0008 away
        (lambda x: 1e-200 * math.sin(x), lambda x: 1e-200 * math.cos(x), 1.0),
        (lambda x: math.tanh(1e9 * x), lambda x: 1e9, 0.0),  # narrow, where 0 tells no scale
        (lambda x: math.sin(2 * math.pi * 64 * x), lambda x: 128 * math.pi, 1.0),  # steps of 1/64 see nothing
        (lambda x: 1 + 1e-10 * math.sin(x), lambda x: 1e-10 * math.cos(x), 1.0),
    ],
)
def test_the_scale_of_f_is_found_wherever_it_is(f, slope, x):
    result, _ = found(f, x)
    exact = float(slope(x))
    assert abs(result.value - exact) <= result.error < 1e-3 * abs(exact)


def test_it_looks_below_a_ripple_that_would_pass_for_noise():
    ripple = lambda x: math.sin(x) + 1e-3 * math.sin(1e4 * x)
    result, _ = found(ripple, 1.0)
    assert abs(result.value - (math.cos(1) + 10 * math.cos(1e4))) <= result.error < 1e-6
    assert result.trouble == ""


def test_noise_is_measured_said_and_covered_by_the_error():
    noisy = lambda x: math.sin(x) + 1e-7 * (2 * ((math.sin(x * 12.9898e7) * 43758.5453) % 1) - 1)
    result, _ = found(noisy, 1.0)
    assert abs(result.value - math.cos(1)) <= result.error < 1e-4
    assert result.trouble.startswith("noise of about ")


def test_noise_that_is_known_needs_no_measuring():
    noisy = lambda x: math.sin(x) + 1e-7 * (2 * ((math.sin(x * 12.9898e7) * 43758.5453) % 1) - 1)
    result, asked = found(noisy, 1.0, noise=1e-7)
    assert abs(result.value - math.cos(1)) <= result.error < 1e-4
    assert len(asked) < len(found(noisy, 1.0)[1])


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (abs, "a corner at x is suspected: the slope is -1 to the left and 1 to the right"),
        (lambda x: x * (x > 0) - 3 * x * (x < 0), "the slope is -3 to the left and 1 to the right"),
        (lambda x: float(x >= 0), "a jump of about 1 at x is suspected"),
        (np.cbrt, "an infinite slope at x is suspected: f moves like h^0.33 there"),
        (edged(lambda x: x**0.5, least=0), "an infinite slope at x is suspected: f moves like h^0.50 there"),
        (lambda x: x * abs(x) ** 0.5, "f is not smooth at x"),
        (edged(math.exp, least=0), "f has values only on the right of x"),
        (edged(math.exp, most=0), "f has values only on the left of x"),
        (edged(math.exp, 0, 0), "f has no finite value around x"),
        (edged(math.exp, 1, 2), "f has no finite value at x"),
    ],
)
def test_trouble_is_said_in_words(f, words):
    result, _ = found(f, 0.0)
    assert words in result.trouble


def test_a_corner_has_an_error_that_covers_the_slopes_of_both_sides():
    result, _ = found(lambda x: 3 * x if x > 0 else -2 * x, 0.0)
    assert result.error >= max(abs(3 - result.value), abs(-2 - result.value))
    assert found(abs, 0.0, order=2)[0].error == math.inf


@pytest.mark.parametrize("distance", [1e-3, 1e-6, 1e-9])
def test_a_corner_beside_x_is_none_at_x(distance):
    result, _ = found(lambda x: abs(x - 1 - distance), 1.0)
    assert abs(result.value + 1) <= result.error < 1e-3
    assert result.trouble == ""


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("side", [-1, 1])
def test_at_the_edge_of_the_domain_it_looks_to_the_inner_side(order, side):
    f = edged(math.exp, least=1) if side > 0 else edged(math.exp, most=1)
    result, asked = found(f, 1.0, order)
    assert abs(result.value - math.e) <= result.error < 10 ** (3 * order - 12)
    assert any(side * (point - 1) > 0 for point in asked)


@pytest.mark.parametrize(
    ("left", "right"), [(0, math.inf), (math.inf, 0), (1e-4, 1e-4), (1e-5, 2), (0, 1e-3)]
)
def test_f_is_never_asked_beyond_the_bounds(left, right):
    result, asked = found(math.exp, 1.0, left=left, right=right)
    assert all(1 - left <= point <= 1 + right for point in asked)
    assert abs(result.value - math.e) <= result.error < 1e-7


def test_a_smooth_function_takes_few_samples_each_of_them_once():
    for f, x in ((math.exp, 1.0), (math.sin, 1.0), (math.log, 1e-3), (math.erf, 0.5), (math.atan, 0.5)):
        _, asked = found(f, x)
        assert len(asked) == len(set(asked)) <= 12


def test_the_steps_do_not_round_x():
    _, asked = found(math.sin, 0.1)
    assert all((point - 0.1) + 0.1 == point and 0.1 - (0.1 - point) == point for point in asked)


def test_a_search_ends_after_a_bounded_number_of_samples():
    wild = lambda x: math.sin(1 / x) if x else 0.0
    for order in (1, 2, 5):
        assert len(found(wild, 0.0, order)[1]) < 400


def test_a_ladder_that_is_begun_and_not_climbed_tells_nothing_of_the_one_before():
    f = edged(lambda x: 1 + 1.58 * t(x) ** 1.71 + 1.83 * t(x) ** 1.64 + 1.81 * t(x) ** 3.22, least=1)
    t = lambda x: 13370.907895247261 * (x - 1)
    result, _ = found(f, 1.0)
    assert abs(result.value) <= result.error


@pytest.mark.parametrize("order", [1, 2])
def test_beside_a_long_double_whose_spacing_is_no_double_a_step_is_found(order):
    estimate = Adaptive().derivative(np.exp, np.longdouble("1e-320"), order)
    assert abs(estimate.value - 1) <= estimate.error_estimate < 1e-9
