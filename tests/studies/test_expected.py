"""Slopes of a black box, and the rounding of a gradient as its neighbours show it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from diffkit.api import Problem
from diffkit.studies.expected import Counted, followed, last_place, rounding_of, slope, slope_along


def test_a_slope_by_one_number_is_within_its_estimate():
    f = Counted(lambda x, y: math.sin(x[1]) * y)
    value, error, trouble = slope(f, [np.array([1.0, 2.0]), np.float64(3.0)], 0, (1,))
    assert abs(value - 3 * math.cos(2)) <= error < 1e-10
    assert trouble == ""
    assert f.calls > 5


def test_a_slope_along_a_direction_is_the_sum_of_its_parts():
    f = Counted(lambda x: float(np.sum(x**2)))
    value, error, _ = slope_along(f, [np.array([1.0, 2.0])], [np.array([1.0, -1.0])])
    assert abs(value - (2 - 4)) <= error < 1e-10


def test_a_corner_is_told():
    assert slope(Counted(np.abs), [np.float64(0.0)], 0, ())[2].startswith("a corner")


def test_rounding_shows_where_numbers_cancel():
    x = np.linspace(1, 2, 100)
    stable, cancelling = (
        lambda leaves: [2 * leaves[0]],
        (lambda leaves: [(leaves[0] + 1e3) * (leaves[0] - 1e3) + 1e6]),
    )
    small = rounding_of(stable, [x], stable([x]), 0)[0]
    large = rounding_of(cancelling, [x], cancelling([x]), 0)[0]
    assert np.all(small < 1e-13)
    assert 1e-10 < np.median(large) < 1e-8  # the last place of 1e6 is 1.2e-10


def test_a_branch_that_knows_the_point_is_no_rounding():
    def answer(leaves):
        return [np.where(leaves[0] == 1, 0.0, 2 * leaves[0])]

    x = np.array([1.0, 3.0])
    assert np.all(rounding_of(answer, [x], answer([x]), 0)[0] < 1e-6)


def test_neighbours_outside_the_domain_do_not_count():
    def edge(leaves):
        if leaves[0] < 1:
            raise ValueError
        return [leaves[0]]

    assert np.isfinite(rounding_of(edge, [np.float64(1.0)], [np.float64(1.0)], 0)[0])


def test_the_coarser_numbers_count():
    assert last_place(np.float64(1), np.float32(1)) == np.finfo(np.float32).eps
    assert last_place(np.float64(1), np.float64(1)) == np.finfo(float).eps


@pytest.mark.parametrize(
    ("f", "parts"), [(lambda x: np.sum(x**2), [[2.0, 4.0]]), (lambda x: float(x[0]), None)]
)
def test_reverse_mode_says_what_it_can_follow(f, parts):
    found = followed(Problem(f, (np.array([1.0, 2.0]),), "reverse", {}))
    assert (found if found is None else [part.tolist() for part in found]) == parts
