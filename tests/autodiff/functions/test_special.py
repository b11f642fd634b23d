"""The twins of scipy.special: SciPy's values, and derivatives that are right to any order."""

import numpy as np
import pytest
import scipy.special as sc

import diffkit as dk
from diffkit.autodiff.functions import special
from diffkit.errors import LostHistoryError

A = np.array([[0.3, -1.2, 2.0], [0.1, 0.4, -0.7]])


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("b", [None, np.array([1.0, 2.0, 0.5])])
def test_logsumexp_has_scipys_values_and_shapes(axis, keepdims, b):
    found, expected = (f(A, axis=axis, b=b, keepdims=keepdims) for f in (special.logsumexp, sc.logsumexp))
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    assert np.shape(found) == np.shape(expected)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_softmax_and_its_log_have_scipys_values(name, axis):
    np.testing.assert_allclose(getattr(special, name)(A, axis), getattr(sc, name)(A, axis), rtol=1e-14)


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_polygamma_has_scipys_values_and_the_next_one_as_its_slope(n):
    x = np.array([0.5, 1.0, 7.25])
    np.testing.assert_allclose(special.polygamma(n, x), sc.polygamma(n, x), rtol=1e-13)
    np.testing.assert_allclose(
        dk.derivative(lambda v: special.polygamma(n, v), x), sc.polygamma(n + 1, x), rtol=1e-12
    )


def test_multigammaln_has_scipys_values_and_a_slope_of_digammas():
    assert special.multigammaln(3.5, 4) == pytest.approx(float(sc.multigammaln(3.5, 4)), rel=1e-14)
    slope = dk.derivative(lambda a: special.multigammaln(a, 4), 3.5)
    assert slope == pytest.approx(float(sum(sc.psi(3.5 - j / 2) for j in range(4))), rel=1e-14)


@pytest.mark.parametrize("method", ["reverse", "dual", "central"])
def test_the_gradient_of_logsumexp_is_softmax_by_every_method(method):
    np.testing.assert_allclose(
        dk.gradient(special.logsumexp, A, method=method), sc.softmax(A), rtol=1e-7, atol=1e-9
    )


def test_the_hessian_of_logsumexp_is_that_of_the_textbook():
    p = sc.softmax(A[0])
    np.testing.assert_allclose(
        dk.hessian(special.logsumexp, A[0]), np.diag(p) - np.outer(p, p), rtol=1e-12, atol=1e-15
    )


def test_nothing_overflows_and_minus_infinity_is_a_weight_of_zero():
    assert dk.gradient(special.logsumexp, np.array([1000.0, 1000.0])).tolist() == [0.5, 0.5]
    assert special.logsumexp(np.array([-np.inf, 0.0])) == 0.0


@pytest.mark.parametrize("name", ["logsumexp", "polygamma", "multigammaln"])
def test_the_original_says_where_its_twin_is(name):
    calls = {
        "logsumexp": lambda x: sc.logsumexp(np.stack([x, x])),
        "polygamma": lambda x: sc.polygamma(1, x),
        "multigammaln": lambda x: sc.multigammaln(x, 2),
    }
    with pytest.raises(LostHistoryError, match=f"diffkit.autodiff.functions.special.{name}"):
        dk.grad(calls[name])(3.0)
