"""Products in every spelling."""

import numpy as np
import pytest

# Methods, and calls composed of several; a call of one function stands beside its row.
CASES = [
    (lambda a, b: a @ b, (2, 3), (3,)),
    (lambda a: a @ np.ones(3), (2, 3)),
    (lambda a: np.ones((2, 3)) @ a, (3, 2)),
    (lambda a, b: a.dot(b), (2, 3), (3,)),
    (lambda a, b: np.einsum("ij,jk,ik->", a, b, a @ b), (2, 3), (3, 2)),
]


@pytest.mark.parametrize("case", CASES)
def test_push_and_pull_are_transposes_and_right_at_both_orders(case, check_maps):
    check_maps(*case)
