"""Which element is chosen, and that no other is felt."""

import numpy as np
import pytest

from diffkit.autodiff import grad
from diffkit.errors import DiffkitError
from diffkit.tape import record

A = np.array
X = A([0.5, 1.5, -2.0])


def test_the_last_piece_that_holds_is_the_one_that_counts_and_the_first_choice():
    f = lambda x: np.piecewise(x, [x > -9, x > 0], [lambda t: t**2, lambda t: 10 * t])
    g = lambda x: np.select([x > -9, x > 0], [x**2, 10 * x])
    assert record(f, X).replay(X).tolist() == f(X).tolist() == [5.0, 15.0, 4.0]
    assert record(g, X).replay(X).tolist() == g(X).tolist() == [0.25, 2.25, 4.0]
    assert grad(lambda x: np.sum(f(x)))(X).tolist() == [10.0, 10.0, -4.0]


def test_pieces_of_a_number_and_of_a_matrix_of_conditions():
    f = lambda x: np.piecewise(x, x > 0, [lambda t: t**2, -1.0])
    g = lambda x: np.piecewise(x, np.array([X > 0, X < 0]), [lambda t: t**2, lambda t: -t])
    assert (record(f, 3.0).replay(3.0), record(f, -3.0).replay(-3.0)) == (9.0, -1.0)
    assert record(g, X).replay(X).tolist() == g(X).tolist()


def test_what_select_passes_over_does_not_meet_an_infinite_partial():
    assert grad(lambda x: np.select([x > 0], [np.sqrt(x)], x))(0.0) == 1.0


def test_equal_elements_share_the_one_they_become():
    assert grad(lambda x: np.unique(x) @ [1.0, 4.0])(A([2.0, 1, 2])).tolist() == [2.0, 1.0, 2.0]


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.compress(x > 1, x),
        lambda x: np.compress(x > 1, [3.0, 4.0, 5.0]) * x[0],
        lambda x: x.compress([True, False, True]),
        lambda x: np.choose(np.argsort(x), [x, 2 * x, X]),
        lambda x: np.argsort(x).choose([x, 2 * x, X]),
        lambda x: np.extract(x < 1, x),
        lambda x: np.unique(x, return_counts=True)[1] * x,
        lambda x: np.unique(x, return_inverse=True)[1] * x,
    ],
)
def test_a_choice_by_an_active_value_is_recorded(f):
    assert record(f, X).replay(X).tolist() == f(X).tolist()


def test_a_choice_is_felt_where_it_is_made():
    assert grad(lambda x: np.sum(np.choose([0, 1, 1], [x, x**2])))(X).tolist() == [1.0, 3.0, -4.0]
    assert grad(lambda x: np.sum(np.choose([[2, -1, 4]], [x[0], x, 3 * x], mode="wrap")))(X).tolist() == [
        3,
        3,
        1,
    ]


def test_rows_are_not_made_unique_and_the_error_says_so():
    with pytest.raises(DiffkitError, match=r"np\.unique\(\.\.\., axis=\.\.\.\).*take rows"):
        record(lambda x: np.unique(x, axis=0), np.ones((2, 2)))
