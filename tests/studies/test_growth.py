"""Growth: the law that counts follow, and what it was fitted to."""

from __future__ import annotations

import pytest

from diffkit.studies.growth import growth


@pytest.mark.parametrize("factor", [2, 3, 10])
def test_a_factor_a_step_is_found(factor):
    law = growth(range(1, 10), [7 * factor**n for n in range(1, 10)])
    assert (law.kind, law.step) == ("exponential", None)
    assert law.rate == pytest.approx(factor, rel=1e-12)
    assert law.sizes == (6, 7, 8, 9)
    assert law.counts == tuple(7 * factor**n for n in (6, 7, 8, 9))


@pytest.mark.parametrize("power", [1, 2, 3])
def test_a_power_of_n_is_found(power):
    law = growth(range(1, 10), [5 * n**power for n in range(1, 10)])
    assert law.kind == "power"
    assert law.rate == pytest.approx(power, rel=1e-9)
    assert law.even == (power == 1)


def test_what_grows_evenly_says_by_how_much():
    assert str(growth([10, 20, 40, 80], [8 * n - 12 for n in (10, 20, 40, 80)])) == "n^1.00, 8 more a step"
    assert str(growth([10, 20, 40, 80], [8 * n - 12 + n // 80 for n in (10, 20, 40, 80)])) == (
        "n^1.07, 8.01 more a step"
    )
    assert str(growth([1, 2, 3, 4], [n * n for n in (1, 2, 3, 4)])) == "n^2.00"


def test_what_does_not_grow_says_so():
    law = growth([1, 2, 3, 4], [6, 6, 6, 6])
    assert str(law) == "does not grow"
    assert (law.rate, law.step) == (0, 0)


def test_steps_of_any_width_are_one_step_each_in_n():
    assert growth([1, 2, 5, 9], [2**n for n in (1, 2, 5, 9)]).rate == pytest.approx(2)


def test_counts_too_large_for_a_float_are_fitted():
    law = growth([1000, 2000, 3000], [2**1000, 2**2000, 2**3000])
    assert law.rate == pytest.approx(2, rel=1e-12)


def test_zeros_and_gaps_are_left_out_and_two_counts_are_too_few():
    assert growth(range(1, 6), [0, 2, None, 8, 16]).sizes == (2, 4, 5)
    assert growth(range(1, 6), [0, 2, None, 8, None]) is None
