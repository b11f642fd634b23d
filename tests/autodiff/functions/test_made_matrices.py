"""Matrices made of vectors and blocks: SciPy's own, and followed element by element."""

import numpy as np
import pytest
import scipy.linalg as sl

from diffkit.autodiff import grad
from diffkit.autodiff.functions import linalg

C, R = np.array([1.0, 2.0, 3.0]), np.array([9.0, 5.0, 6.0, 7.0])
M = np.array([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("toeplitz", (C,)),
        ("toeplitz", (C, R)),
        ("hankel", (C,)),
        ("hankel", (C, R)),
        ("circulant", (C,)),
        ("block_diag", (M, C)),
        ("block_diag", (C, M, M[:, :1])),
    ],
)
def test_it_lays_out_its_arguments_as_scipy_does(name, args, check_slopes):
    ours, theirs = getattr(linalg, name), getattr(sl, name)
    assert np.array_equal(ours(*args), theirs(*args))
    check_slopes(ours, theirs, *args)


def test_the_first_row_of_a_complex_toeplitz_matrix_is_the_conjugate_of_its_column():
    f = lambda x: np.real(linalg.toeplitz(x + 1j * x**2) @ np.array([1j, 2.0, 3.0]))[0]
    assert grad(f)(C).tolist() == [-2.0, 2.0, 3.0]  # -x0^2 + 2 x1 + 3 x2


def test_lists_and_constants_may_stand_among_active_blocks():
    assert grad(lambda x: linalg.block_diag([[x]], 2.0, np.eye(1))[0, 0] ** 2)(3.0) == 6.0
