"""The points at which a search asks f."""

import numpy as np
import pytest

from diffkit.numerical.asking import Asking
from diffkit.numerical.place import Place


def asking(x=2.0, order=1, side=0, left=10.0, right=20.0):
    grid = float(np.spacing(x)) if x else 0.0
    return Asking(Place(x, 1.0, left, right, 0.5, 0.0, grid, 53), order, side)


def asked(search, h, f):
    """The points, and what comes back when f answers."""
    question = search.ask(h)
    points = next(question)
    try:
        question.send([f(point) for point in points])
    except StopIteration as stop:
        return points, stop.value


@pytest.mark.parametrize(
    ("side", "points", "room"), [(0, [2.25, 1.75], 10), (1, [2.25], 20), (-1, [1.75], 10)]
)
def test_both_sides_are_asked_or_one(side, points, room):
    search = asking(side=side)
    assert asked(search, 0.25, np.square) == (points, (0.25, [p * p for p in points]))
    assert search.room == room
    assert search.outside == 0


def test_the_step_taken_is_the_one_between_floats():
    _, (taken, _) = asked(asking(), 1e-9, abs)
    assert taken != 1e-9
    assert 2.0 + taken == 2.0 + 1e-9
    with pytest.raises(StopIteration):  # x + h is x: nothing is asked
        next(asking().ask(1e-17))


def test_it_is_told_on_which_sides_f_has_no_value():
    search = asking()
    for f, outside in [(lambda t: np.nan if t < 2 else t, -1), (lambda t: np.inf if t < 2 else t, -1)]:
        assert asked(search, 0.25, f)[1] is None
        assert search.outside == outside
    assert asked(search, 0.25, lambda t: np.nan if t > 2 else t)[1] is None
    assert search.outside == 2
    other = asking()
    asked(other, 0.25, lambda t: np.nan)
    assert other.outside == 2


@pytest.mark.parametrize("h", [1e-6, 0.25, 3.0])
def test_a_ladder_begins_near_the_step_with_few_digits_so_that_x_and_h_add_exactly(h):
    first = asking().start(h)
    assert h / 4 < first <= h
    assert (2.0 + first) - 2.0 == first
    assert first != 2.0 ** round(np.log2(first))


@pytest.mark.parametrize("order", [1, 2, 4])
def test_no_step_is_so_small_that_its_power_underflows(order):
    search = asking(x=0.0, order=order)
    assert search.smallest**order > 0
    assert search.start(1e-300) ** order > 0
