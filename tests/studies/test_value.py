"""f at the point of a study: one number, or one line that says what f returned instead."""

from fractions import Fraction

import numpy as np
import pytest

from diffkit.errors import ArgumentsError, DomainError
from diffkit.studies.value import named_point, value_at


@pytest.mark.parametrize("answer", [2, 2.0, True + 1, np.float32(2), np.array([[2.0]]), [2], Fraction(4, 2)])
def test_whatever_is_one_real_number_is_taken(answer):
    value = value_at(lambda x: answer, [1.0], {"x": 1.0})
    assert (value, type(value)) == (2.0, float)


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (None, "None"),
        ("a", "'a'"),
        ("5", "'5'"),
        (["a", "b"], "['a', 'b']"),
        ([None], "[None]"),
        ([1.0, [2.0]], "[1.0, [2.0]]"),
        ({"a": 1.0}, "{'a': 1.0}"),
        (b"x" * 100, f"b'{'x' * 35}..."),
    ],
)
def test_what_is_no_number_is_shown_with_what_is_wanted(answer, shown, assert_one_clear_line):
    with pytest.raises(DomainError) as caught:
        value_at(lambda x: answer, [1.0], {"x": 1.0})
    assert str(caught.value) == f"f returned {shown} at x = 1.0; it has to return one real number"
    assert_one_clear_line(caught.value)


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (1j, DomainError, "f is complex at x = 1.0, y = 2.0"),
        (np.nan, DomainError, "f is nan at x = 1.0, y = 2.0, so it has no derivative there"),
        (-np.inf, DomainError, "f is -inf at"),
        (np.ones(2), ArgumentsError, r"an array of shape \(2,\) at"),
        ([], ArgumentsError, r"an array of shape \(0,\) at"),
    ],
)
def test_what_is_not_one_finite_real_number_is_refused(answer, error, said, assert_one_clear_line):
    with pytest.raises(error, match=said) as caught:
        value_at(lambda x, y: answer, [1.0, 2.0], {"x": 1.0, "y": 2.0})
    assert_one_clear_line(caught.value)


def test_a_point_is_shown_by_the_names_of_its_arguments():
    assert named_point(["x", "y"], (1.0, 2.0)) == {"x": 1.0, "y": 2.0}
    assert named_point(["w"], ({"w": 1.0},)) == {"w": 1.0}
    assert named_point([], (0.5,)) == {"x": 0.5}
