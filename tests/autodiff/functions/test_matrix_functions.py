"""Functions of a matrix: SciPy's values, the identities of calculus, and the cut of the logarithm."""

import numpy as np
import pytest
import scipy.linalg as sl

from diffkit.autodiff import grad, jvp
from diffkit.autodiff.functions import linalg
from diffkit.errors import DomainError, NoRuleError

A = np.array([[1.0, 0.3, -0.2], [0.1, 0.8, 0.4], [0.2, -0.1, 1.2]])
E = np.array([[0.5, -1.0, 2.0], [1.0, 0.0, -0.5], [0.3, 0.7, -1.0]])


@pytest.mark.parametrize("name", ["expm", "logm", "sqrtm", "cosm", "sinm", "tanm", "coshm", "sinhm", "tanhm"])
def test_it_has_scipys_values_and_slopes_that_differences_confirm(name, check_slopes):
    check_slopes(getattr(linalg, name), getattr(sl, name), A)
    assert np.array_equal(getattr(linalg, name)(A), getattr(sl, name)(A))


def test_a_stack_of_exponentials_is_followed_as_one(check_slopes):
    check_slopes(linalg.expm, sl.expm, np.stack([A, 2 * A.T]))


def test_a_power_of_a_matrix_is_followed_by_the_matrix_only(check_slopes):
    power = lambda f: lambda A: f(A, 0.3)
    check_slopes(power(linalg.fractional_matrix_power), power(sl.fractional_matrix_power), A)
    with pytest.raises(NoRuleError, match=r"exponent; write expm\(t \* logm\(A\)\)"):
        grad(lambda t: np.sum(linalg.fractional_matrix_power(A, t)))(0.3)


def test_the_exponentials_tangent_is_the_frechet_derivative_of_scipy():
    np.testing.assert_allclose(jvp(linalg.expm, (A,), (E,))[1], sl.expm_frechet(A, E)[1], rtol=1e-12)


def test_a_function_and_its_inverse_undo_each_others_slopes():
    np.testing.assert_allclose(jvp(lambda A: linalg.expm(linalg.logm(A)), (A,), (E,))[1], E, atol=1e-13)
    np.testing.assert_allclose(jvp(lambda A: linalg.sqrtm(A) @ linalg.sqrtm(A), (A,), (E,))[1], E, atol=1e-13)


def test_the_trace_of_a_function_slopes_as_the_derivative_does_transposed():
    for f, derivative in ((linalg.expm, sl.expm), (linalg.logm, sl.inv), (linalg.sinm, sl.cosm)):
        found = grad(lambda A, f=f: np.trace(f(A)))(A)
        np.testing.assert_allclose(found, derivative(A).T, rtol=1e-12, atol=1e-14)


def test_third_derivatives_of_the_exponential_of_a_number_are_exponentials():
    f = lambda t: linalg.expm(t * np.eye(1))[0, 0]
    assert grad(grad(grad(f)))(0.7) == pytest.approx(np.exp(0.7), rel=1e-13)


def test_the_root_of_a_matrix_with_negative_eigenvalues_is_complex_and_has_slopes(check_slopes):
    check_slopes(linalg.sqrtm, sl.sqrtm, A - 3 * np.eye(3))


def test_the_logarithm_has_no_slope_on_its_cut():
    with pytest.raises(DomainError, match="negative eigenvalue"):
        grad(lambda A: np.real(linalg.logm(A)[0, 0]))(A - 3 * np.eye(3))
