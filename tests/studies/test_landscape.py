"""f around a path: how far it is drawn, and where it is lowest."""

from __future__ import annotations

import numpy as np
import pytest

from diffkit.studies.landscape import curve_around, surface_around


def quartic(v):
    return float(2 * v[0] ** 4 - 3 * v[0] ** 2 + 2 * v[0] - 20)


def test_a_curve_goes_on_past_the_end_of_the_path_to_the_minimum_it_missed():
    curve = curve_around(quartic, np.array([5.0, 0.5]))
    assert curve.x[0] == pytest.approx(0.5 - 0.6 * 4.5)
    assert curve.x[-1] == pytest.approx(5 + 0.08 * 4.5)
    assert curve.lowest == pytest.approx((-1.0, -23.0), abs=1e-7)


def test_a_path_that_climbs_is_drawn_on_to_the_right():
    curve = curve_around(quartic, np.array([-5.0, -1.0]))
    assert curve.x[-1] == pytest.approx(-1 + 0.6 * 4)


def test_what_is_lowest_at_the_edge_is_no_minimum():
    assert curve_around(lambda v: float(np.exp(-v[0])), np.array([0.0, 3.0])).lowest is None


def test_beyond_the_domain_the_curve_ends():
    curve = curve_around(lambda v: float(np.log(v[0]) + 1 / v[0]), np.array([3.0, 1.2]))
    assert np.isnan(curve.f[curve.x < 0]).all()
    assert curve.lowest == pytest.approx((1.0, 1.0), abs=1e-7)


def test_a_path_that_does_not_move_has_a_curve_too():
    assert np.ptp(curve_around(quartic, np.array([2.0])).x) > 0.5


def test_a_surface_holds_the_path_and_the_goal_with_y_by_row():
    path, goal = np.array([[0.0, 0.0], [1.0, 0.5]]), np.array([0.5, 4.0])
    surface = surface_around(lambda v: float(v[0] + 100 * v[1]), path, goal)
    assert (surface.x[0], surface.x[-1]) == pytest.approx((-0.2, 1.2))
    assert (surface.y[0], surface.y[-1]) == pytest.approx((-0.8, 4.8))
    assert not surface.equal
    assert surface.f[3, 7] == pytest.approx(surface.x[7] + 100 * surface.y[3])
    assert surface.lowest == (0.5, 4.0)


@pytest.mark.parametrize(
    ("end", "shape", "sides"),
    [
        ((3.0, -1.0), 1.5, (4.2, 2.8)),
        ((3.0, -3.0), 1.5, (6.3, 4.2)),
        ((3.0, -3.0), 0.5, (4.2, 8.4)),
        ((3.0, 0.0), 1.5, (4.2, 2.8)),  # straight along x: there is nothing that could be lost
        ((0.0, 0.0), 1.5, (0.6, 0.4)),
    ],
)
def test_a_surface_has_the_pictures_shape(end, shape, sides):
    path = np.array([[0.0, 0.0], end])
    surface = surface_around(lambda v: float(v @ v), path, shape=shape)
    assert surface.equal
    assert (np.ptp(surface.x), np.ptp(surface.y)) == pytest.approx(sides)
    assert (surface.x.mean(), surface.y.mean()) == pytest.approx(tuple(path.mean(axis=0)))


def test_a_path_is_not_lost_in_a_picture_of_one_scale():
    surface = surface_around(lambda v: float(v @ v), np.array([[0.0, 0.0], [3.0, 0.1]]))
    assert not surface.equal
    assert (np.ptp(surface.x), np.ptp(surface.y)) == pytest.approx((4.2, 0.14))
