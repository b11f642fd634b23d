"""The triangle of formulas on a ladder of steps, against polynomials and theory."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkit.numerical.ladder import Formula, Ladder, multiples

U = 2.0**-53
orders = pytest.mark.parametrize("order", range(1, 7))
sides = pytest.mark.parametrize("side", [-1, 0, 1])


def climbed(f, x, order, side, first, rungs, u=U):
    ladder, h, guess = Ladder(order, side, f(x), u), first, None
    for _ in range(rungs):
        guess = ladder.add(h, [f(x + sign * h) for sign in ((side,) if side else (1, -1))])
        h = ladder.below(h)
    return ladder, guess


@orders
@sides
def test_the_weights_are_exact_for_as_many_powers_as_there_are_samples(order, side):
    rungs = order + 2
    steps = multiples(rungs, order)
    formula = Formula.over(steps, order, side, Fraction)
    for power in range(1, rungs + 1 if side else 2 * rungs):
        moved = [(side or 1) ** power * step**power for step in steps]
        if not side:  # the parts of an odd order see odd powers, those of an even one even powers
            moved = moved if power % 2 == order % 2 else [Fraction(0)] * rungs
        expected = 0 if power != order else np.prod([Fraction(k) for k in range(1, order + 1)])
        assert sum(w * part for w, part in zip(formula.weights, moved, strict=True)) == expected
        if (side and power < rungs) or (not side and power % 2 == 0):  # and the value at x, less f(x), is 0
            bends = [(side or 1) ** power * step**power for step in steps]
            assert sum(w * bend for w, bend in zip(formula.at_zero, bends, strict=True)) == 0


@pytest.mark.parametrize("order", [2, 4, 6])
def test_what_an_even_order_does_not_see_is_blind_to_polynomials_and_only_to_them(order):
    rungs = order + 2
    steps = multiples(rungs, order)
    unseen = Formula.over(steps, order, 0, Fraction).unseen
    assert unseen[0] == 1
    missed = [
        sum(w * step**power for w, step in zip(unseen, steps, strict=True))
        for power in range(1, 2 * rungs, 2)
    ]
    assert missed[:-1] == [0] * (rungs - 1)
    assert missed[-1] != 0


def test_an_odd_function_does_not_lull_an_even_order_far_beyond_its_scale():
    # (f(x + h) + f(x - h)) / 2 - f(x) is 0 at every step here, while f goes from -1 to 1 in 1/1000.
    _, guess = climbed(lambda x: np.tanh(1e3 * x), 0.0, 2, 0, 0.5, 4)
    assert guess.value == guess.spread == 0
    assert guess.miss > 1e10 * guess.floor  # so that rounding does not explain it


def test_a_last_move_before_f_stands_still_is_its_noise():
    f = lambda x: 1 - np.tanh(x)  # 2 exp(-40), rounded to multiples of 2^-53
    ladder, guess = climbed(f, 20.0, 1, 0, 4.0, 5)
    assert ladder.still
    assert ladder.quantum < 1e-14
    assert abs(guess.value + 4 * np.exp(-40.0)) <= guess.error < 1e-13


def test_the_doubt_covers_noise_that_neighbouring_formulas_share():
    f = lambda x: np.exp(0.01 * x + 100)  # its argument is rounded to 64 times fewer bits than f is
    exact = 0.01 * np.exp(np.longdouble(0.01) * -50 + 100)
    _, guess = climbed(f, -50.0, 1, 0, 5.656854271888733, 4)
    assert guess.error < abs(guess.value - exact) < guess.error + guess.doubt
    _, guess = climbed(np.exp, 1.0, 1, 0, 0.25, 3)  # truncation is no noise
    assert guess.doubt == 0


@given(st.integers(1, 6), st.sampled_from([-1, 0, 1]))
def test_the_gain_is_what_an_error_in_every_part_grows_to(order, side):
    formula = Formula.over(multiples(order + 2, order), order, side, Fraction)
    assert formula.gain == sum(abs(w) for w in formula.weights) > 0


def test_each_rung_brings_the_sine_two_orders_nearer_until_rounding_stops_it():
    x, errors = 0.5, []
    for count in range(2, 6):
        _, guess = climbed(np.sin, x, 1, 0, 0.5, count)
        errors.append(abs(guess.value - np.cos(x)))
        assert errors[-1] < guess.error
    assert all(later < 0.01 * earlier for earlier, later in pairwise(errors[:3]))
    assert errors[-1] < 1e-14


def test_an_odd_function_does_not_lull_it_where_every_other_power_is_absent():
    # x cosh(x^2): the coefficients of x^3, x^7, ... are 0, so that single differences are small by accident.
    f = lambda x: x * np.cosh(4 * x * x)
    for count in range(2, 7):
        _, guess = climbed(f, 0.0, 1, 0, 0.7, count)
        assert abs(guess.value - 1) <= guess.error


def test_noise_among_the_samples_shows_in_the_error():
    rng = np.random.default_rng(1)
    f = lambda x: np.sin(x) + 1e-8 * rng.uniform(-1, 1)
    for _ in range(50):
        _, guess = climbed(f, 1.0, 1, 0, 0.2, 6)
        assert abs(guess.value - np.cos(1.0)) < guess.error


def test_the_largest_step_tells_the_truncation_error_of_the_simplest_formula():
    ladder, _ = climbed(np.exp, 0.0, 1, 0, 0.1, 3)
    # h^2 / 6 f''' of the central difference, less that of the next step
    assert ladder.top == pytest.approx(0.1)
    assert ladder.apart == pytest.approx(0.1**2 / 6 * (1 - (4 / 7) ** 2), rel=0.01)


def test_a_step_that_was_taken_a_little_shorter_is_made_good():
    ladder = Ladder(1, 0, 0.0, U)
    for h in (0.5, 0.5 * 4 / 7):
        taken = h * (1 - 1e-6)
        guess = ladder.add(h, [3 * taken, -3 * taken], h / taken)
    assert guess.value == pytest.approx(3, rel=1e-15)


def test_the_arithmetic_is_that_of_the_samples():
    real = np.longdouble
    ladder = Ladder(1, 0, np.exp(real(1)), 2.0**-64, real)
    h = real(0.25)
    for _ in range(6):
        guess = ladder.add(h, [np.exp(1 + h), np.exp(1 - h)])
        h = ladder.below(h)
    assert abs(guess.value - np.exp(real(1))) < 1e-17


@pytest.mark.parametrize("order", [1, 2])
def test_no_wave_is_so_fast_that_it_looks_like_a_slow_one_on_every_rung(order):
    # At steps h, 2h, 4h, ... a wave of 2 pi / h more, per unit of x, has the same values everywhere.
    for h in np.geomspace(0.1, 0.3, 40):
        fast = 2 * np.pi / h + 0.3
        _, guess = climbed(lambda x, fast=fast: np.sin(fast * x), 0.4, order, 0, 16 * h, 6)
        exact = fast * np.cos(0.4 * fast) if order == 1 else -(fast**2) * np.sin(0.4 * fast)
        assert abs(guess.value - exact) <= guess.error


def test_the_step_of_a_rung_is_what_below_made_it():
    ladder, h, steps = Ladder(1, 0, 0.0, U), 1.0, []
    for _ in range(5):
        steps.append(h)
        ladder.add(h, [h, -h])
        h = ladder.below(h)
    newest = steps[-1]
    assert [ladder.step(newest, i) for i in range(5)] == pytest.approx(steps[::-1], rel=1e-15)
    assert ladder.widest(newest) == pytest.approx(1.0)


def test_a_long_ladder_forgets_its_first_rungs_and_goes_on_as_before():
    f = lambda x: np.where(x < 1, x * x / 2, x - 0.5)  # a corner in the slope: no formula converges fast
    for rungs in range(8, 24):
        ladder, guess = climbed(f, 1.0, 1, 0, 0.2, rungs)
        assert ladder.rungs == rungs
        assert abs(guess.value - 1) <= guess.error
        assert abs(guess.value - 1) < 0.2 / 1.9 ** (rungs - 3)
