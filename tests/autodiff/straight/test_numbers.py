"""Programs of numbers: Python's arithmetic with NumPy's bits."""

from __future__ import annotations

import math

import numpy as np
import pytest

import diffkit as dk
from diffkit.autodiff.straight import numbers
from diffkit.autodiff.straight.kinds import kinds_of
from diffkit.autodiff.straight.written import Names, made
from diffkit.primitives import share, tanh_slope


def run(f, *point):
    """The text of f's program, and what it returns at other points."""
    tape = dk.record(f, *point)
    names = Names()
    text = numbers.text(tape, kinds_of(tape, list(point)), names)
    return text, made("program", text, names)


POINTS = [-30.0, -2.5, -1.0, -0.3, -1e-9, 0.0, 1e-300, 0.2, 0.9, 1.0, 1.7, 12.0, 300.0]
FUNCTIONS = [*numbers.TWINS, np.absolute, np.fabs, np.sign, np.square, np.negative, np.sinc, np.reciprocal]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_each_function_of_one_number_has_the_bits_of_numpys(function):
    two = getattr(function, "nin", 1) == 2
    _, program = run(
        lambda x: function(x, 1.25) if two else function(x), 1.5 if function is np.arccosh else 0.5
    )
    with np.errstate(all="ignore"):
        for x in POINTS:
            right = float(function(x, 1.25) if two else function(x))
            try:
                (found,) = program(x)
            except numbers.NO_NUMBER:
                assert not math.isfinite(right)
                continue
            assert type(found) is float
            assert found == right or math.isnan(right)


@pytest.mark.parametrize("function", [np.maximum, np.minimum, np.add, np.true_divide, np.hypot, np.fmod])
def test_each_function_of_two_numbers_has_the_bits_of_numpys(function):
    _, program = run(lambda x, y: function(x, y), 0.5, 0.7)
    with np.errstate(all="ignore"):
        for x in [*POINTS, math.nan]:
            for y in [*POINTS, math.nan]:
                try:
                    assert np.array_equal(program(x, y), [function(x, y)], equal_nan=True)
                except ZeroDivisionError:
                    assert y == 0


def test_slopes_of_tanh_and_shares_have_the_bits_of_their_arrays():
    for x in (*POINTS, 20.0):
        y = float(np.tanh(x))
        assert numbers.near_tanh_slope(y, x) == tanh_slope(y, x)
        assert numbers.near_share(x, 0.5) == share(x, 0.5)
    assert numbers.near_share(-math.inf, -math.inf) == 0.0


def test_a_value_that_is_read_once_goes_where_it_is_read_and_long_formulas_are_broken():
    text, program = run(lambda x: np.sin(x) * x + np.sin(x), 0.5)
    assert text.count("\n") == 1  # a line for the head and one for the result
    long, _ = run(lambda x: sum((np.sin(k * x) for k in range(50)), 0.0), 0.5)
    assert max(map(len, long.splitlines())) < 2 * numbers.WIDTH
    assert program(0.5) == (np.sin(0.5) * 0.5 + np.sin(0.5),)


def test_a_branch_that_goes_another_way_raises():
    _, program = run(lambda x: x * x if x > 1 else x, 2.0)
    assert program(3.0) == (9.0,)
    with pytest.raises(numbers.BranchError):
        program(0.5)


def test_results_are_floats_whatever_the_constants_are():
    for constant in (2, True, np.float64(1.5), np.int64(3)):
        for f in (np.maximum, np.add, np.multiply, np.true_divide, np.power):
            (found,) = run(lambda x: f(x, constant), 0.5)[1](0.25)  # noqa: B023
            assert type(found) is float
            assert found == f(0.25, constant)
    _, program = run(lambda x: np.where(x > 0, x > 1, x), 0.5)
    assert program(2.0) == (1.0,)
    assert type(program(2.0)[0]) is float
