"""What a place tells a search: the unit roundoff, and how small a step may be."""

import math

import pytest

from diffkit.numerical.place import Found, Place


def place(x, bits=53, first=0.25):
    return Place(
        x=x, centre=0.0, left=math.inf, right=math.inf, first=first, noise=0.0, grid=math.ulp(x), bits=bits
    )


@pytest.mark.parametrize("bits", [11, 24, 53, 64])
def test_the_unit_roundoff_is_that_of_so_many_bits(bits):
    assert place(1.0, bits).u == 2.0**-bits


@pytest.mark.parametrize("x", [1e-5, 1.0, -3.0, 1e10])
def test_the_smallest_step_leaves_a_few_digits_of_itself_in_x(x):
    smallest = place(x).smallest
    assert 100 * math.ulp(x) < smallest < 1e-9 * abs(x)


def test_at_0_the_smallest_step_is_far_below_the_first():
    assert 0 < place(0.0).smallest < 1e-40


def test_without_trouble_there_is_nothing_to_say():
    assert Found(1.0, 0.0, 0.1).trouble == ""
