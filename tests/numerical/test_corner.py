"""Corners, jumps and infinite slopes, each told by the power of h with which f moves."""

import numpy as np
import pytest

from diffkit.numerical.corner import Corner, jump_between
from diffkit.numerical.ladder import Ladder


def ladder_of(f, side=0, h=0.4):
    ladder = Ladder(1, side, f(0.0), 2.0**-53)
    for step in (h, h * 4 / 7, h * 16 / 63):  # as `below` says
        ladder.add(step, [f(side * step)] if side else [f(step), f(-step)])
    return ladder, step


@pytest.mark.parametrize(
    ("f", "power"),
    [(np.abs, 1), (np.sign, 0), (np.cbrt, 1 / 3), (lambda x: np.sqrt(np.abs(x)), 1 / 2), (np.ceil, 0)],
    ids=["corner", "jump", "cube root", "cusp", "half a jump"],
)
def test_the_power_is_that_of_the_function(f, power):
    ladder, h = ladder_of(f)
    seen = Corner.on(ladder)
    assert seen.power == pytest.approx(power, abs=0.01)
    close = seen.close(h, 1e-15, 1e-300)
    assert close < 1e-4 * h
    assert seen.still_there(h, close, [f(close), f(-close)], f(0.0))


@pytest.mark.parametrize(
    "f", [np.sin, np.exp, np.cos, lambda x: x**3, lambda x: x * np.abs(x), np.zeros_like]
)
def test_a_function_with_a_slope_has_none(f):
    assert Corner.on(ladder_of(f)[0]) is None


def test_from_one_side_an_infinite_slope_is_seen_and_a_corner_is_not():
    assert Corner.on(ladder_of(np.sqrt, 1)[0]).power == pytest.approx(0.5)
    assert Corner.on(ladder_of(np.abs, 1)[0]) is None


def test_a_corner_beside_x_is_gone_from_close_by():
    f = lambda x: np.abs(x - 1e-6)
    ladder, h = ladder_of(f)
    seen = Corner.on(ladder)
    assert seen is not None
    close = seen.close(h, 1e-15, 1e-300)
    assert not seen.still_there(h, close, [f(close), f(-close)], f(0.0))


def test_it_is_said_in_words_with_both_slopes_and_the_error_covers_both():
    f = lambda x: np.where(x > 0, 3 * x, -2 * x)
    seen = Corner.on(ladder_of(f)[0])
    values = [f(1e-6), f(-1e-6)]
    assert seen.words(1e-6, values, 0.0) == (
        "a corner at x is suspected: the slope is -2 to the left and 3 to the right"
    )
    assert seen.error(0.5, 1e-6, values, 0.0) >= 2.5
    jump = Corner.on(ladder_of(np.sign)[0])
    assert jump.words(1e-6, [1.0, -1.0], 0.0) == "a jump of about 2 at x is suspected"
    assert jump.error(0.0, 1e-6, [1.0, -1.0], 0.0) == np.inf


def answered(f, make, sides=(1, -1)):
    """What the generator that `make` makes of a way to ask and f(0) returns."""

    def ask(h):
        return h, (yield [f(side * h) for side in sides])

    search, values = make(ask, f(0.0)), None
    while True:
        try:
            values = search.send(values)
        except StopIteration as stop:
            return stop.value


def jump_of(f, near, far, sides=(1, -1), quiet=1e-13):
    return answered(f, lambda ask, centre: jump_between(ask, centre, near, far, quiet), sides)


@pytest.mark.parametrize("sides", [(1, -1), (1,)])
@pytest.mark.parametrize("at", [0.0312, 0.7])
def test_a_jump_is_found_with_its_place_and_size(at, sides):
    jump = jump_of(lambda x: np.sin(x) - 0.8 * (x > at), 0.01, 1.0, sides)
    assert jump.distance == pytest.approx(at, rel=0.01)
    assert jump.size == pytest.approx(0.8 / len(sides), rel=0.01)
    assert jump.slope == pytest.approx(1.0, rel=1e-4)
    assert jump.words() == f"f jumps by about {0.8 / len(sides):.1g}, {at:.1g} from x"


def test_a_saw_jumps_at_one_of_its_teeth():
    jump = jump_of(lambda x: np.floor(20 * x) / 20, 0.01, 1.0, (1,))
    assert jump.distance * 20 % 1 > 0.9 or jump.distance * 20 % 1 < 0.1
    assert jump.size == pytest.approx(0.05, rel=0.1)


@pytest.mark.parametrize(
    ("f", "reach", "again"),
    [
        (lambda x: (20 * x + 0.3) % 1, 1e3, True),
        (lambda x: (20 * x + 0.3) % 1 + 0.1 * x, 1e3, True),
        (lambda x: (20 * x + 0.3) % 1, 1.0, False),  # too near to tell
        (lambda x: x - 0.5 * (x > 0.3), 1e3, False),
        (lambda x: x - 0.5 * (x > 0.3) + x**2 / 100, 1e3, False),
    ],
)
def test_a_jump_of_a_saw_comes_again_and_one_that_stands_alone_does_not(f, reach, again):
    jump = jump_of(f, 0.01, 1.0)
    assert answered(f, lambda ask, centre: jump.comes_again(ask, centre, reach)) is again


def test_a_jump_no_higher_than_what_is_quiet_is_none():
    assert jump_of(lambda x: np.floor(20 * x) / 20, 0.01, 1.0, (1,), quiet=0.06) is None


@pytest.mark.parametrize(
    "f", [np.sin, np.exp, lambda x: np.sin(50 * x), lambda x: np.abs(x - 0.1), np.square]
)
def test_a_function_that_does_not_jump_has_none(f):
    assert jump_of(f, 0.001, 1.0) is None
