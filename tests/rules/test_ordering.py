"""Elements in order: equal ones share equally, in both modes, wherever they stand."""

import numpy as np
import pytest

from diffkit.autodiff import grad, hessian, jvp

WEIGHTS = np.array([1.0, 2, 4])


@pytest.mark.parametrize(
    ("x", "right"),
    [
        ([3.0, 1, 2], [4, 1, 2]),
        ([2.0, 2, 1], [3, 3, 1]),
        ([1.0, 1, 1], [7 / 3, 7 / 3, 7 / 3]),
        ([1.0, np.nan, 0], [2, 4, 1]),
    ],
)
@pytest.mark.parametrize("f", [np.sort, lambda x: np.partition(x, (0, 1, 2))], ids=["sort", "partition"])
def test_ties_share_equally(f, x, right):
    total = lambda x: np.sum(WEIGHTS * f(x))
    x, along = np.array(x), np.array([1.0, -1, 0.5])
    assert grad(total)(x) == pytest.approx(right, rel=1e-15)
    slope = jvp(f, (x,), (along,))[1] @ WEIGHTS
    assert slope == pytest.approx(along @ right, rel=1e-15)


def test_rows_share_apart():
    x = np.array([[2.0, 2, 1], [2, 3, 1]])
    found = grad(lambda x: np.sum(WEIGHTS * np.sort(x, axis=1)))(x)
    assert found.tolist() == [[3.0, 3, 1], [2, 4, 1]]


def test_the_second_derivative_of_a_sorted_square_is_that_of_the_square():
    x = np.array([3.0, 1, 2])
    assert hessian(lambda x: np.sum(WEIGHTS * np.sort(x * x)))(x) == pytest.approx(np.diag([8.0, 2, 4]))
