"""The primitives behind the twins of scipy.linalg: nested derivatives, and what is not read."""

import numpy as np
import pytest
import scipy.linalg

from diffkit.autodiff import grad, hessian, jvp
from diffkit.rules.matrix_functions import banded, matrix_function, square_root, sylvester, triangular

A = np.array([[2.0, 0.3, -0.2], [0.1, 1.5, 0.4], [0.2, -0.1, 3.0]])
E = np.array([[0.5, -1.0, 2.0], [1.0, 0.0, -0.5], [0.3, 0.7, -1.0]])
LOWER = {"lower": True, "transposed": False, "unit": False}


def third(f):
    along = lambda f: lambda a: jvp(f, (a,), (E,))[1]
    return along(along(along(f)))(A)


@pytest.mark.parametrize(
    ("f", "g"),
    [
        (lambda a: square_root(a), lambda a: matrix_function(a, name="sqrtm")),
        (lambda a: triangular(a, E, **LOWER), lambda a: np.linalg.solve(np.where(np.tri(3), a, 0), E)),
        (lambda a: sylvester(a, np.zeros((3, 3)), E), lambda a: np.linalg.solve(a, E)),
        (lambda a: banded(a[:1], E[0], lower_and_upper=(0, 0)), lambda a: E[0] / a[0]),
        (
            lambda a: matrix_function(a, name="expm"),
            lambda a: matrix_function(a / 2, name="expm") @ matrix_function(a / 2, name="expm"),
        ),
    ],
)
def test_third_derivatives_agree_with_another_way_to_write_it(f, g):
    np.testing.assert_allclose(third(f), third(g), rtol=1e-9, atol=1e-12)
    total = lambda f: lambda a: np.sum(np.sin(f(a)))
    np.testing.assert_allclose(hessian(total(f))(A), hessian(total(g))(A), rtol=1e-9, atol=1e-12)


def test_entries_that_are_not_read_may_be_anything_and_have_no_slope():
    junk = np.where(np.tri(3), A, np.nan)
    found = grad(lambda a: np.sum(triangular(a, np.ones(3), **LOWER)))(junk)
    clean = grad(lambda a: np.sum(np.linalg.solve(a, np.ones(3))))(np.tril(A))
    np.testing.assert_allclose(found, np.tril(clean), rtol=1e-12)


def test_a_primitive_is_scipys_function_on_plain_arrays():
    assert np.array_equal(matrix_function(A, name="logm"), scipy.linalg.logm(A))
    assert matrix_function.__name__ == "matrix_function"
