"""Wynn's epsilon algorithm against the determinants it stands for, and its errors against the limits."""

import math
from fractions import Fraction
from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkit.numerical.epsilon import EpsilonTable, epsilon_limit


def determinant(rows):
    if not rows:
        return Fraction(1)
    head, *rest = rows
    return sum(
        (-1) ** j * entry * determinant([row[:j] + row[j + 1 :] for row in rest])
        for j, entry in enumerate(head)
        if entry
    )


def shanks(terms, m):
    """e_m of the first 2m + 1 terms by its definition, a quotient of Hankel determinants."""
    changes = [b - a for a, b in pairwise(terms)]
    below = [[changes[i + j] for j in range(m + 1)] for i in range(m)]
    return determinant([terms[: m + 1], *below]) / determinant([[Fraction(1)] * (m + 1), *below])


@given(st.lists(st.fractions(-100, 100, max_denominator=50), min_size=7, max_size=7))
def test_every_other_column_is_the_transformation_of_shanks(terms):
    table = EpsilonTable()
    for term in terms:
        table.add(term)
    entries = table.diagonals[0][::2]
    for m, entry in enumerate(entries):
        assert entry.value == shanks(terms[6 - 2 * m :], m)


ratios = st.lists(st.sampled_from([Fraction(k, 12) for k in range(-11, 12) if k]), max_size=3, unique=True)


@given(st.fractions(-10, 10), ratios, st.data())
def test_of_a_limit_and_some_exponentials_the_limit_is_found(limit, ratios, data):
    sizes = [data.draw(st.integers(1, 9)) for _ in ratios]
    # 2m + 3 terms are enough, but where two entries happen to be equal and their column ends.
    terms = [
        limit + sum(c * r**n for c, r in zip(sizes, ratios, strict=True)) for n in range(2 * len(ratios) + 9)
    ]
    assert epsilon_limit(terms) == (limit, 0.0)


def test_a_factor_n_is_an_exponential_that_counts_twice():
    assert epsilon_limit([1 + n * Fraction(1, 3) ** n for n in range(2, 9)]) == (1, 0.0)


@pytest.mark.parametrize(
    ("terms", "limit"),
    [
        (lambda n: 4 * (-1) ** n / (2 * n + 1), math.pi),
        (lambda n: (-1) ** n / (n + 1), math.log(2)),
        (lambda n: (-1) ** n / (n + 1) ** 0.5, 0.6048986434216304),  # (1 - sqrt 2) zeta(1/2)
        (lambda n: 0.8**n / (n + 1), math.log(5) / 0.8),
        (lambda n: 1 / math.factorial(n), math.e),
    ],
)
@pytest.mark.parametrize("count", range(4, 25))
def test_the_error_covers_the_distance_from_the_limit_of_a_series(terms, limit, count):
    value, error = epsilon_limit(accumulate(map(terms, range(count))), noise=4e-16)
    assert abs(value - limit) <= error
    assert count < 14 or error < 2e-2


@given(
    st.floats(-1e6, 1e6),
    st.lists(st.floats(0.1, 0.7), min_size=1, max_size=3),
    st.integers(-14, -4),
    st.integers(0, 2**31),
)
def test_noise_is_followed_through_the_table(limit, ratios, digits, seed):
    noise = 10.0**digits
    errors = np.random.default_rng(seed).uniform(-noise, noise, 14)
    terms = [limit + sum(r**n for r in ratios) + error for n, error in enumerate(errors)]
    value, error = epsilon_limit(terms, noise=noise + 1e-15 * abs(limit))
    assert abs(value - limit) <= error


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1.0, 1e200, 1e300])
def test_a_factor_changes_nothing_else(scale):
    value, error = epsilon_limit([scale * (3 + 0.5**n - 0.25**n) for n in range(12)], noise=4e-16 * scale)
    assert abs(value / scale - 3) <= error / scale < 1e-12


def test_terms_that_no_longer_move_end_the_columns_and_not_the_sequence():
    assert epsilon_limit([2.0] * 9) == (2.0, 0.0)
    assert epsilon_limit([0.0, 1.0, 1.5, *[1.75] * 6]) == (1.75, 0.0)


def test_changes_that_grow_promise_nothing():
    assert epsilon_limit([0.0, 1.0, 3.0]) == (3.0, math.inf)


def test_a_growing_exponential_leaves_its_anti_limit():
    assert epsilon_limit([5 + Fraction(2) ** n for n in range(5)]) == (5, 0.0)


def test_fewer_than_three_terms_promise_nothing():
    assert epsilon_limit([1.0, 2.0]) == (2.0, math.inf)
    value, error = epsilon_limit([])
    assert math.isnan(value)
    assert error == math.inf


def test_long_doubles_keep_their_digits():
    terms = [np.longdouble(1) / 3 + np.longdouble(0.5) ** n for n in range(12)]
    value, error = epsilon_limit(terms, noise=float(np.finfo(np.longdouble).eps))
    assert isinstance(value, np.longdouble)
    assert abs(value - np.longdouble(1) / 3) <= error < 1e-16 or np.finfo(np.longdouble).nmant <= 53
