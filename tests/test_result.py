"""Estimate, what a method found; and nan where f itself has no value."""

from __future__ import annotations

import math
import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import ArgumentsError, DomainError
from diffkit.methods import own_methods
from diffkit.result import Estimate, an_answer, nan_outside, real_answer


def test_an_estimate_needs_only_a_value():
    found = Estimate(2.0)
    assert (found.value, found.error_estimate, found.step, found.evaluations) == (2.0, None, None, 0)
    assert (found.method, found.note) == ("", "")


def test_an_estimate_does_not_change_and_travels():
    found = Estimate(2.0, 1e-9, 1e-5, 2, "central", "a note")
    with pytest.raises(FrozenInstanceError):
        found.value = 3.0
    assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.parametrize("outside", [np.nan, np.inf, -np.inf])
def test_where_f_has_no_finite_value_the_derivative_is_nan(outside):
    assert np.isnan(nan_outside(outside, 1.0))
    found = nan_outside(np.array([0.0, outside]), np.array([1.0, -1.0]))
    assert np.array_equal(found, [1.0, np.nan], equal_nan=True)


def test_where_f_is_finite_the_derivative_is_untouched():
    value = np.array([1.0, np.inf])
    assert nan_outside(np.zeros(2), value) is value
    assert nan_outside(0.0, 5.0) == 5.0


def test_a_whole_number_is_no_derivative_either_where_f_has_no_value():
    assert np.isnan(nan_outside(np.nan, 0))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_precision_stays(dtype):
    assert nan_outside(np.array([np.nan, 1]), np.ones(2, dtype)).dtype == dtype
    assert nan_outside(np.nan, dtype(1)).dtype == dtype


def test_one_undefined_value_makes_all_its_derivatives_undefined():
    found = nan_outside(np.array([[np.nan], [0.0]]), np.ones((2, 3)))
    assert np.isnan(found[0]).all()
    assert found[1].tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    "y", [2.0, np.ones(2), [np.zeros(2), np.ones(2)], (1.0, 2.0), np.float32(1), 3, True]
)
def test_real_numbers_are_an_answer(y):
    assert real_answer(y) is y


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (None, r"nothing \(None\)"),
        ("text", "a str"),
        ({"y": 1.0}, "a dict"),
        ([1.0, None], "nothing"),
        ([[None]], "nothing"),
    ],
)
def test_what_is_no_number_is_no_answer(y, words):
    with pytest.raises(ArgumentsError, match=f"f returned {words}"):
        real_answer(y)


@pytest.mark.parametrize(
    ("y", "words"),
    [
        ((1.0, np.ones(2)), r"a tuple of parts of shapes \(\) and \(2,\)"),
        ([np.ones(2), np.ones(2), np.ones((2, 1))], r"a list of parts of shapes \(2,\) and \(2, 1\)"),
        ([[1.0, 2.0], [3.0]], r"a list of parts of shapes \(2,\) and \(1,\)"),
        ([1.0, ([2.0], 3.0)], r"a tuple of parts of shapes \(1,\) and \(\)"),
    ],
)
def test_parts_of_several_shapes_are_no_array(y, words):
    with pytest.raises(ArgumentsError, match=f"^f returned {words}; join them with np.concatenate, or write"):
        real_answer(y)


@pytest.mark.parametrize("y", [1j, np.complex64(1), np.ones(2, complex), [1.0, 1j], [[1j]]])
def test_complex_numbers_are_an_answer_and_not_a_real_one(y):
    assert an_answer(y) is y
    with pytest.raises(DomainError, match="f is complex at this real point"):
        real_answer(y)


def test_a_derivative_that_is_a_whole_number_becomes_nan_where_f_has_no_value():
    """nan as an int64 is -9223372036854775808, and so was the derivative by formula."""
    assert np.isnan(nan_outside(np.nan, 0))
    np.testing.assert_array_equal(nan_outside(np.array([1.0, np.inf]), np.array([0, 2])), [0.0, np.nan])


@pytest.mark.parametrize("nothing", [math.nan, math.inf])
@pytest.mark.parametrize("method", own_methods())
def test_no_method_has_a_derivative_for_an_f_that_has_no_value(method, nothing):
    """The complex step said 0, and the symbolic method -9223372036854775808."""
    for ask in (
        lambda: dk.derivative(lambda x: nothing, 0.7, method),
        lambda: dk.gradient(lambda x: nothing, np.array([0.7, 0.3]), method=method),
    ):
        with pytest.raises(DomainError, match=f"f is {nothing} at"):
            ask()
