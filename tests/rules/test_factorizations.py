"""Factorizations: their factors multiplied together again, free phases, and repeated eigenvalues."""

import numpy as np
import pytest

from diffkit.autodiff import grad, hessian, jvp
from diffkit.errors import NoRuleError

rng = np.random.default_rng(5)
A = rng.normal(size=(3, 3))
WIDE = rng.normal(size=(2, 4))
I = np.eye(3)


def as_complex(a):
    return a + 1j * np.cos(3 * a)


def hermitian(a):
    return as_complex(a) + np.swapaxes(np.conjugate(as_complex(a)), -1, -2)


def real_parts(z):
    return np.stack([np.real(z), np.imag(z)])


def adjoint(z):
    return np.conjugate(np.swapaxes(z, -1, -2))


def projector(v):
    return real_parts(v @ adjoint(v))


# Complex vectors are unique up to a phase: functions that do not feel it.
FREE_OF_PHASE = [
    lambda a: projector(np.linalg.eigh(hermitian(a))[1][..., :1]),
    lambda a: np.linalg.eigh(hermitian(a), "U")[0],
    lambda a: np.abs(np.linalg.eigh(hermitian(a), "U")[1]),
    lambda a: np.abs(np.linalg.svd(as_complex(a))[0]),
    lambda a: np.abs(np.linalg.svd(as_complex(a), full_matrices=False)[2]),
    lambda a: projector(np.linalg.svd(as_complex(a), full_matrices=False)[0][..., :1]),
    lambda a: real_parts(np.linalg.svd(as_complex(a), False)[0] @ np.linalg.svd(as_complex(a), False)[2]),
    lambda a: np.linalg.svd(hermitian(a), hermitian=True)[1],
    lambda a: np.abs(np.linalg.svd(hermitian(a), hermitian=True)[2]),
]


@pytest.mark.parametrize("f", FREE_OF_PHASE)
@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3)])
def test_complex_vectors_are_right_up_to_their_phase(f, shape, check_maps):
    # Well apart, or the differences that it is compared with are poor.
    check_maps(lambda a: f(a + np.diag([0.0, 3.0, 7.0])), shape)


# The columns beyond the rank are unique up to a rotation among themselves.
@pytest.mark.parametrize("made", [lambda a: a, as_complex])
@pytest.mark.parametrize(
    ("f", "shape"),
    [
        (lambda a: projector(np.linalg.svd(a)[0][:, 2:]), (4, 2)),
        (lambda a: projector(adjoint(np.linalg.svd(a)[2][2:])), (2, 4)),
        (lambda a: projector(adjoint(np.linalg.svd(a)[2][3:])), (3, 4)),
        (lambda a: projector(np.linalg.qr(a, "complete")[0][:, 2:]), (4, 2)),
        (lambda a: np.real(np.linalg.qr(a, "complete").R), (4, 2)),
        (lambda a: np.real(np.linalg.qr(a).Q[..., :2]), (4, 2)),
    ],
)
def test_the_columns_that_complete_a_factor_span_what_the_others_leave(f, shape, made, check_maps):
    check_maps(lambda a: f(made(a)), shape)


IDENTITIES = [
    (lambda a: np.linalg.cholesky(a @ np.swapaxes(a, -1, -2) + I), lambda l: l @ l.T, lambda a: a @ a.T + I),
    (lambda a: np.linalg.qr(a), lambda y: y[0] @ y[1], lambda a: a),
    (lambda a: np.linalg.eigh(a + a.T), lambda y: (y[1] * y[0]) @ y[1].T, lambda a: a + a.T),
    (lambda a: np.linalg.eig(a), lambda y: np.real((y[1] * y[0]) @ np.linalg.inv(y[1])), lambda a: a),
    (lambda a: np.linalg.svd(a), lambda y: (y[0] * y[1]) @ y[2], lambda a: a),
]


@pytest.mark.parametrize(("factors", "multiplied", "whole"), IDENTITIES)
def test_the_factors_multiply_back_to_the_matrix_and_so_do_their_derivatives(factors, multiplied, whole):
    f = lambda a: np.sum(np.sin(multiplied(factors(a))))
    g = lambda a: np.sum(np.sin(whole(a)))
    np.testing.assert_allclose(grad(f)(A), grad(g)(A), rtol=1e-10, atol=1e-12)
    second, right = (jvp(grad(h), (A,), (I,))[1] for h in (f, g))
    np.testing.assert_allclose(second, right, rtol=1e-8, atol=1e-10)


# Repeated eigenvalues and singular values ---------------------------------------------------------------


@pytest.mark.parametrize("UPLO", ["L", "U", "l", "u"])
def test_the_sum_of_squared_eigenvalues_has_slope_two_at_the_identity(UPLO):
    f = lambda a: np.sum(np.linalg.eigh(a, UPLO)[0] ** 2)
    np.testing.assert_allclose(grad(f)(I), 2 * I, atol=1e-15)
    assert jvp(f, (I,), (A,))[1] == pytest.approx(2 * np.trace(A), rel=1e-14)


@pytest.mark.parametrize(
    "singular_values",
    [
        lambda a: np.linalg.svd(a)[1],
        lambda a: np.linalg.svd(a, compute_uv=False),
        lambda a: np.linalg.svd(a, False).S,
    ],
)
def test_the_sum_of_singular_values_has_the_identity_for_slope_at_the_identity(singular_values):
    f = lambda a: np.sum(singular_values(a))
    np.testing.assert_allclose(grad(f)(I), I, atol=1e-15)
    assert jvp(f, (I,), (A,))[1] == pytest.approx(np.trace(A), rel=1e-14)


@pytest.mark.parametrize(
    "f",
    [
        lambda a: np.sum(np.linalg.eigvalsh(a) ** 2),
        lambda a: np.sum(np.linalg.eigh(a)[0] ** 2),
        lambda a: np.sum(np.linalg.svd(a, compute_uv=False)),
    ],
)
@np.errstate(all="ignore")
def test_second_derivatives_through_equal_values_are_nan(f):
    bend = hessian(f)(I).reshape(9, 9)
    assert np.isnan(np.diag(bend)[::4]).all()


@pytest.mark.parametrize("a", [np.zeros((2, 3)), np.outer([3.0, 4], [1.0, 0, 0])])
def test_a_singular_value_of_zero_has_slope_zero(a):
    found = grad(lambda a: np.sum(np.linalg.svd(a)[1]))(a)
    np.testing.assert_allclose(found, a / 5, atol=1e-15)


def test_vectors_that_do_not_meet_are_not_felt_by_those_that_do():
    turned = np.linalg.qr(A)[0]
    a = (turned * [1.0, 1.0, 3.0]) @ turned.T
    top = lambda a: np.sum(np.linalg.eigh(a)[1][:, 2] ** 4)
    found = grad(top)(a)
    h = 1e-5
    for i, j in zip(*np.tril_indices(3), strict=True):
        step = np.zeros((3, 3))
        step[i, j] = h
        assert found[i, j] == pytest.approx((top(a + step) - top(a - step)) / (2 * h), abs=1e-9)


@pytest.mark.parametrize(
    "f",
    [
        lambda a: np.linalg.eigh(a)[1][0, 0],
        lambda a: np.linalg.svd(a)[0][0, 0],
        lambda a: np.linalg.eig(a)[1][0, 0],
    ],
)
def test_vectors_between_equal_values_have_no_derivative_and_say_so(f):
    for a in (I, I + np.diag([0, 2e-16, 0])):
        assert not np.all(np.isfinite(grad(f)(a)))


def test_a_triangle_that_is_not_read_has_no_slope():
    lower = I * 3 + np.tri(3)
    for f in (np.linalg.cholesky, lambda a: np.linalg.eigh(a)[0]):
        found = grad(lambda a, f=f: np.sum(np.sin(f(a))))(lower)
        assert np.array_equal(np.triu(found, 1), np.zeros((3, 3)))


def test_a_matrix_that_is_not_positive_definite_is_refused_in_numpys_words():
    with pytest.raises(np.linalg.LinAlgError, match="positive definite"):
        grad(lambda a: np.sum(np.linalg.cholesky(a)))(-I)


def test_raw_factors_are_refused_with_the_modes_that_are_not():
    with pytest.raises(NoRuleError, match=r"mode='raw'.*write 'reduced', 'complete' or 'r'"):
        grad(lambda a: np.sum(np.linalg.qr(a, "raw")[0]))(A)


def test_eigenvalues_of_a_real_matrix_may_be_complex():
    f = lambda a: np.sum(np.imag(np.linalg.eig(a)[0]) ** 2)  # = 2 (det - (trace / 2)^2)
    a = np.array([[1.0, -2], [3, 0.5]])
    g = lambda a: 2 * (np.linalg.det(a) - (np.trace(a) / 2) ** 2)
    np.testing.assert_allclose(grad(f)(a), grad(g)(a), rtol=1e-12)
