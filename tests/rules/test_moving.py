"""Moving, indexing and joining where they meet."""

import numpy as np
import pytest

from diffkit.autodiff import grad

R = (2, 3, 4)

# Methods, and calls composed of several; a call of one function stands beside its row.
CASES = [
    (lambda x: x.take([1, 1], 1), R),
    (lambda x: x.diagonal(), R),
    (lambda x: x.trace(), R),
    (lambda x: x[np.argsort(-x)] * np.arange(5), (5,)),
    (lambda x: x[x > 0.8] ** 2, (7,)),
    (lambda x: sum(row[0] * row[1] for row in x), (3, 2)),
    (lambda a, b: np.concatenate((a, np.ones((2, 3)), b, a)), (2, 3), (2, 3)),
    (lambda a, b: np.sum(np.array([[a * b, 1.0], [a, b]]) ** 2), (), ()),
    (lambda a, b: np.array([a, b]) * 2, (3,), (3,)),
]


@pytest.mark.parametrize("case", CASES)
def test_push_and_pull_are_transposes_and_right_at_both_orders(case, check_maps):
    check_maps(*case)


def test_the_third_order_is_right_through_indices_and_arrays_of_elements():
    third = grad(grad(grad(lambda x: np.sum(np.array([x, 2 * x, x])[[0, 0, 1]] ** 4))))
    assert third(0.5) == 24 * 0.5 * (1 + 1 + 16)
