"""Interpolation, differences and integrals: against a closed form, and at the knots."""

import numpy as np
import pytest

from diffkit.autodiff import grad, jacobian
from diffkit.tape import record

XP, FP = np.array([0.0, 1, 3]), np.array([0.0, 2, 3])


@pytest.mark.parametrize(
    ("x", "slope"), [(-1.0, 0), (0.0, 2), (0.5, 2), (1.0, 0.5), (2.0, 0.5), (3.0, 0.5), (4.0, 0)]
)
def test_at_a_knot_the_slope_is_that_of_the_line_to_its_right_and_at_the_last_of_the_one_before(x, slope):
    assert grad(lambda x: np.interp(x, XP, FP))(x) == slope


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_the_last_knot_is_the_last_however_many_there_are(count):
    knots = np.arange(count)
    assert grad(lambda x: np.interp(x, knots, knots**2.0))(count - 1.0) == 2 * count - 3


def test_each_height_counts_by_how_near_it_is():
    found = jacobian(lambda fp: np.interp([0.25, 1.0, 2.5, 9.0], XP, fp))(FP)
    assert found == pytest.approx(np.array([[0.75, 0.25, 0], [0, 1, 0], [0, 0.25, 0.75], [0, 0, 1]]))


def test_a_knot_moves_the_lines_on_its_either_side():
    # y = 2 + s (2 - xp[1]) with s = 1 / (3 - xp[1]): dy/dxp[1] = s^2 - s at xp[1] = 1
    assert grad(lambda xp: np.interp(2.0, xp, FP))(XP) == pytest.approx([0, 0.25 - 0.5, -0.25])


def test_a_recording_of_an_interpolation_keeps_to_its_piece():
    tape = record(lambda x: np.interp(x, XP, FP), 0.5)
    assert (tape.replay(0.75), len(tape.guards)) == (1.5, 1)


def test_the_gradient_along_uneven_points_is_exact_for_a_parabola_at_every_point():
    x = np.array([0.0, 0.5, 2.0, 3.0])
    f = lambda a: np.gradient(a * x**2, x, edge_order=2)
    assert f(1.0) == pytest.approx(2 * x)
    assert jacobian(f)(1.0) == pytest.approx(2 * x)


def test_the_trapezia_count_the_ends_half():
    assert grad(lambda y: np.trapezoid(y, dx=2.0))(np.ones(4)).tolist() == [1.0, 2.0, 2.0, 1.0]


def test_a_running_sum_with_its_start_begins_with_nothing():
    found = jacobian(lambda x: np.cumulative_sum(x, include_initial=True))(np.ones(2))
    assert found.tolist() == [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]
    with pytest.raises(ValueError, match="axis"):
        record(np.cumulative_sum, np.ones((2, 2)))
