"""Difference quotients at steps of a constant ratio: what they are made of, and how they end."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkit.numerical.place import Place
from diffkit.numerical.quotients import Quotients


def quotients_of(f, order=1, side=1, x=0.0, rungs=12, top=0.25):
    room = {"left": 0.0, "right": math.inf} if side > 0 else {"left": math.inf, "right": 0.0}
    place = Place(x=x, centre=f(x), first=top, noise=0.0, grid=math.ulp(x), bits=53, **room)
    quotients, h = Quotients(place, order, side), Quotients.step(top)
    for _ in range(rungs):
        quotients.add(h, f(x + side * h))
        h = quotients.below(h)
    return quotients


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_of_a_polynomial_of_that_degree_each_is_the_derivative(order, side):
    f = lambda x: 3 * x**order - 2 * x ** (order - 1)
    for value, noise in quotients_of(f, order, side, rungs=order + 4).terms:
        assert abs(value - 3 * math.factorial(order)) <= noise


def test_the_first_values_make_no_quotient():
    place = Place(x=0.0, centre=0.0, left=0.0, right=1.0, first=0.25, noise=0.0, grid=0.0, bits=53)
    quotients = Quotients(place, 2, 1)
    assert quotients.add(0.4, 0.16) is None
    assert quotients.add(0.1, 0.01)[0] == pytest.approx(2)
    quotients.skip()
    assert quotients.add(0.025, 0.000625) is None


@given(st.floats(1e-30, 1e30))
def test_a_step_has_few_digits_and_is_near(h):
    step = Quotients.step(h)
    assert h / 3 < step < 2 * h
    assert (step / 2.0 ** (math.frexp(step)[1] - 8)).is_integer()
    assert Quotients.below(step, 3) == step / 64


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("power", [0.25, 0.5, 1.25, 1.5, 2.5])
def test_the_ratio_of_the_changes_is_that_of_the_power(power, order):
    tail = quotients_of(lambda x: x**order + x ** float(power), order).tail()
    assert tail.ratios == pytest.approx([4 ** (order - power)] * 3, rel=1e-4)
    assert tail.grows == (power < order)
    assert (tail.limit is None) == (power < order)
    if power > order:
        assert tail.limit == pytest.approx(math.factorial(order), rel=1e-9)


def test_a_logarithm_goes_to_infinity():
    assert quotients_of(lambda x: x * math.log(x) if x else 0.0).tail().grows
    assert not quotients_of(lambda x: x * x * math.log(x) if x else 0.0).tail().grows


def test_a_slow_tail_leaves_more_than_its_last_change():
    tail = quotients_of(lambda x: x + x**1.1).tail()
    assert tail.slow
    assert tail.left == pytest.approx(4**-0.1 / (1 - 4**-0.1))
    fast = quotients_of(lambda x: x + x**2.5).tail()
    assert not fast.slow
    assert fast.left == 1


def test_changes_that_noise_covers_do_not_count():
    tail = quotients_of(lambda x: 1e6 + math.exp(x), rungs=25).tail()
    assert tail.ratios == pytest.approx([0.25] * 3, rel=0.1)


def test_what_does_not_move_has_no_ratios():
    tail = quotients_of(lambda x: 3.0 + 2 * x).tail()
    assert (tail.ratios, tail.ratio, tail.left, tail.limit) == ((), 0, 1, None)
    assert not tail.grows


@given(st.floats(1, 100), st.floats(-100, 100), st.sampled_from([1, 2]), st.sampled_from([1, -1]))
def test_the_bound_of_the_noise_covers_what_rounding_does(x, shift, order, side):
    f = lambda t: shift + np.exp((t - x) * 0.7)
    exact = lambda t: mpmath.mpf(shift) + mpmath.exp((t - mpmath.mpf(x)) * mpmath.mpf(0.7))
    h, quotients = Quotients.step(0.25), quotients_of(f, order, side, float(x))
    with mpmath.workdps(50):
        points = [[mpmath.mpf(x) + side * h / mpmath.mpf(4) ** i for i in range(12)]]
        moves = [exact(point) - exact(mpmath.mpf(x)) for point in points[0]]
        for i, (value, noise) in enumerate(quotients.terms):
            newest = moves[i : i + order][::-1]
            step = mpmath.mpf(h) / mpmath.mpf(4) ** (i + order - 1)
            weights = {1: [side], 2: [mpmath.mpf(-8) / 12, mpmath.mpf(2) / 12]}[order]
            wanted = sum(w * m for w, m in zip(weights, newest, strict=True)) / step**order
            assert abs(value - wanted) <= noise
