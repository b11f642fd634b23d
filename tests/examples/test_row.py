"""A row of the worked examples: what counts as equal, and what is said of a value."""

from __future__ import annotations

import math

import numpy as np
import pytest

from diffkit.examples import Check, Example, Expected, exactly, ulps, within
from diffkit.examples.row import EPS, checked, shown

ABOVE = math.nextafter(3.0, 4.0)


@pytest.mark.parametrize(
    ("expected", "got", "agree"),
    [
        (exactly(3.0), 3.0, True),
        (exactly(3.0), ABOVE, False),
        (exactly(3), 3.0, True),
        (Expected(3.0), ABOVE, True),
        (Expected(1.0), 1 + 4 * EPS, True),
        (Expected(1.0), 1 + 5 * EPS, False),
        (Expected(0.0), 1e-300, False),  # a few ulps of 0 are none
        (ulps(1.0, 5), 1 + 5 * EPS, True),
        (within(4.0, 0.2), 3.8125, True),
        (within(4.0, 0.2), 3.75, False),
        (Expected(1.0), math.nan, False),
        (Expected(1.0), None, False),
        (Expected(1.0), True, False),
        (Expected(True), 1, False),
        (Expected(True), np.True_, True),
        (Expected("y"), "y", True),
        (Expected("1"), 1, False),
        (exactly([1, [2, 3]]), np.array([1, 2]), False),
        (exactly([[1, 2], [3, 4]]), np.array([[1.0, 2.0], [3.0, 4.0]]), True),
        (exactly([1, 2]), [1, 2, 3], False),
        (exactly([1, 2]), (1, 2), True),
        (exactly([1, 2]), 1, False),
        (exactly({"x": 1}), {"x": 1}, True),
        (exactly({"x": 1}), {"x": 2}, False),
        (exactly({"x": 1}), {"x": 1, "y": 2}, False),
        (exactly({"x": 1}), [1], False),
    ],
)
def test_what_was_got_agrees_within_the_tolerance_and_in_its_kind(expected, got, agree):
    assert expected.agrees(got) is agree


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        (Expected(1.0), "4 ulps"),
        (exactly([1, 2]), "exact"),
        (within(4, 0.1), "± 0.1"),
        (Expected(1.0, ulps=8, absolute=1e-9), "8 ulps ± 1e-09"),
        (Expected("y"), ""),
        (Expected([True, "y"]), ""),
        (exactly({"x": ["y", 1]}), "exact"),
    ],
)
def test_a_tolerance_is_said_in_words_where_there_is_a_number(expected, words):
    assert expected.tolerance == words


def example(found, **expected):
    return Example(1, "an example", "of a test", found, expected)


def test_each_value_is_held_against_its_own_expectation():
    checks, error = checked(example(lambda: {"a": 1.5, "b": "no"}, a=within(1.4, 0.2), b="yes"))
    assert checks == (Check("a", 1.4, "± 0.2", 1.5, True), Check("b", "yes", "", "no", False))
    assert error == ""


def test_a_value_that_is_not_found_differs():
    checks, _ = checked(example(dict, a=None))
    assert [(check.got, check.ok) for check in checks] == [(None, False)]


def test_what_is_raised_is_one_line_and_every_value_differs():
    def raises():
        raise ValueError("two\nlines")

    checks, error = checked(example(raises, a=1, b=2))
    assert [check.ok for check in checks] == [False, False]
    assert error == "ValueError: two lines"


def test_an_interrupt_is_no_example_that_differs():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        checked(example(interrupted, a=1))


def test_values_are_shown_with_every_digit_and_whole_numbers_as_such():
    assert shown(24.000039999805264) == "24.000039999805264"
    assert shown(np.float64(24.0)) == shown(24) == "24"
    assert shown(np.array([[1.0, 0.5]])) == "((1, 0.5))"
    assert shown({"x": 8.0, "y": "n"}) == "x=8, y=n"
    assert shown(True) == "True"
    assert shown(None) == "-"
