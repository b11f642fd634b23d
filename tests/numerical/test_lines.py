"""Lines through a point: what f is along them, and how far they may be followed."""

import numpy as np
import pytest

from diffkit.errors import OptionError
from diffkit.numerical.lines import Box, axes, power_of_2, spacing, through, together


def test_along_an_axis_one_element_moves_and_the_number_is_the_element_itself():
    leaves = [np.array([[1.0, 2.0]]), np.array(5.0)]
    lines = axes(leaves, Box((0, 10)))
    assert [line.t for line in lines] == [1.0, 2.0, 5.0]
    a, b = lines[1].point(7.0)
    assert (a.tolist(), float(b)) == ([[1, 7]], 5)
    assert float(lines[2].point(1.0)[1]) == 1
    assert leaves[0].tolist() == [[1, 2]]
    assert [(line.left, line.right) for line in lines] == [(1, 9), (2, 8), (5, 5)]


def test_a_slanted_line_is_at_the_point_at_1_and_keeps_the_dtype_of_each_leaf():
    leaves = [np.float32([1, 2]), np.array(3.0)]
    line = through(leaves, [np.array([1.0, 0.0]), np.array(-2.0)], Box(None))
    (a, b), (c, d) = line.point(1.0), line.point(1.5)
    assert (a.tolist(), float(b)) == ([1, 2], 3)
    assert (c.tolist(), float(d), c.dtype) == ([1.5, 2], 2, np.dtype("f4"))


def test_a_slanted_line_ends_where_the_first_element_meets_its_bound():
    line = through([np.array([1.0, 2.0])], [np.array([1.0, -4.0])], Box((0, 4)))
    assert (line.left, line.right) == (0.5, 0.5)  # 2 -> 4 backward, 2 -> 0 forward


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ((2, 3), "leave no room at 1.0"),
        ((1, 1), "leave no room"),
        (5, "do not fit"),
        ((np.zeros(3), 9), "do not fit"),
    ],
)
def test_bounds_that_do_not_hold_the_point_are_refused(bounds, message):
    with pytest.raises(OptionError, match=message):
        Box(bounds).room(np.array([1.0, 2.5]))


def test_a_power_of_2_rounds_nothing():
    assert [power_of_2(x) for x in (1.0, 1.99, 2.0, 0.3)] == [1, 1, 2, 0.25]


def test_searches_go_on_side_by_side_and_each_stops_on_its_own():
    def counts(times):
        got = []
        for k in range(times):
            got += yield [k]
        return got

    rounds = []
    found = together(
        [counts(2), counts(0), counts(3)],
        lambda wanted: (
            rounds.append(sorted(wanted)) or {i: [10 * p for p in points] for i, points in wanted.items()}
        ),
    )
    assert found == [[0, 10], [], [0, 10, 20]]
    assert rounds == [[0, 2], [0, 2], [2]]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_the_spacing_is_that_of_the_floats_and_finite_at_the_largest(dtype):
    assert spacing(dtype(-3)) == np.spacing(dtype(3)) == spacing(np.nextafter(dtype(3), dtype(4)))
    assert spacing(np.array([0, 1], dtype)).tolist() == np.spacing(np.array([0, 1], dtype)).tolist()
    assert 0 < spacing(np.finfo(dtype).max) < np.finfo(dtype).max
