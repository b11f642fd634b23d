"""Solving, inverting, determinants: the identities of matrix calculus, and the singular cases."""

import itertools
import math

import numpy as np
import pytest

from diffkit.autodiff import grad, hessian, jvp, vjp

rng = np.random.default_rng(3)
A = rng.normal(size=(4, 4)) + 3 * np.eye(4)
DIRECTION = rng.normal(size=(4, 4))
Z = A + 1j * rng.normal(size=(4, 4))


def along(f, x, x_dot):
    return jvp(f, (x,), (x_dot,))[1]


def leibniz(a):
    """The determinant as a sum over permutations: a polynomial, with no division."""
    total = 0.0
    for order in itertools.permutations(range(len(a))):
        sign = (-1) ** sum(p > q for i, p in enumerate(order) for q in order[i + 1 :])
        total = total + sign * math.prod(a[i, j] for i, j in enumerate(order))
    return total


# Functions that are written with others ----------------------------------------------------------------

la = np.linalg
B = A[:3, :3]
WRITTEN = [
    (lambda a: la.eigvalsh(a, "U"), (2, 3, 3)),
    (lambda a: la.eigvals(a + np.diag([0.0, 2, 4])), (3, 3)),
    (lambda a: np.imag(la.eigvals(a @ np.array([[0.0, -2], [3, 0]]))), (2, 2)),
    (la.svdvals, (2, 3, 4)),
    (lambda a: la.vector_norm(a, axis=(0, 2), ord=3), (2, 3, 4)),
    (lambda a: la.vector_norm(a + 1j * np.cos(a), keepdims=True), (2, 3)),
    *[(lambda a, p=p: la.matrix_norm(a, ord=p), (2, 3, 4)) for p in ("fro", 2, 1)],
    *[(lambda a, p=p: la.cond(a + 3 * np.eye(3), p), (2, 3, 3)) for p in (None, 2, -2, 1, np.inf, "fro")],
    *[(lambda a, n=n: la.matrix_power(a / 4 + np.eye(3), n), (2, 3, 3)) for n in (0, 1, 2, 5, -1, -3)],
    (lambda a, b, c: la.multi_dot([a, b, B, c]), (2, 5), (5, 3), (3,)),
    (lambda a, b: la.multi_dot([a, B, b]), (3,), (3,)),
    (lambda a: la.tensorinv(a + np.eye(6).reshape(2, 3, 3, 2)), (2, 3, 3, 2)),
    (lambda a, b: la.tensorsolve(a + np.eye(6).reshape(2, 3, 6), b), (2, 3, 6), (2, 3)),
    (lambda a, b: la.vecdot(a + 1j * b, np.cos(a) + 2j, axis=0).imag, (3, 2), (3, 1)),
    (lambda a, b: la.outer(a, b) + la.matmul(la.matrix_transpose(a[None, :]), b[None, :]), (3,), (2,)),
    (lambda a, b: la.tensordot(a, b, axes=1), (2, 3), (3, 2)),
    (lambda a: la.trace(a, offset=1) + la.diagonal(a, offset=-1)[..., 0], (2, 3, 4)),
]


@pytest.mark.parametrize("case", WRITTEN)
def test_what_is_written_with_others_is_right_in_both_modes_and_orders(case, check_maps):
    check_maps(*case)


def test_the_rank_is_constant():
    assert grad(lambda a: la.matrix_rank(a) * np.sum(a))(np.eye(2)).tolist() == [[2.0, 2.0], [2.0, 2.0]]


# Determinants ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "right"),
    [
        ([[1, 2], [2, 4]], [[4, -2], [-2, 1]]),
        ([[0, 0], [1, 2]], [[2, -1], [0, 0]]),
        (np.zeros((3, 3)), np.zeros((3, 3))),
        (np.diag([2.0, 0, 3]), np.diag([0, 6.0, 0])),
        ([[5.0]], [[1.0]]),
        ([[0.0]], [[1.0]]),
        (np.zeros((0, 0)), np.zeros((0, 0))),
    ],
)
def test_the_gradient_of_det_is_the_matrix_of_cofactors_also_where_it_is_singular(a, right):
    found = grad(np.linalg.det)(np.array(a, dtype=float))
    np.testing.assert_allclose(found, right, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize(
    "a",
    [
        np.zeros((2, 2)), np.zeros((3, 3)), np.diag([0.0, 0.0, 2.0]), np.arange(9.0).reshape(3, 3), np.eye(3),
        np.ones((3, 3)), np.diag([1.0, 1e-7, 1.0]), np.array([[5.0]]), rng.normal(size=(3, 3)),
    ],
)  # fmt: skip
def test_the_hessian_of_det_is_that_of_its_polynomial_whatever_the_rank(a):
    np.testing.assert_allclose(hessian(np.linalg.det)(a), hessian(leibniz)(a), rtol=1e-9, atol=1e-13)


def test_third_derivatives_of_det_at_a_regular_matrix_need_no_singular_vectors():
    third = lambda f: along(
        lambda a: along(lambda b: along(f, b, DIRECTION[:3, :3]), a, np.ones((3, 3))), I, I
    )
    I = np.eye(3)
    assert third(np.linalg.det) == pytest.approx(third(leibniz), rel=1e-12)


def test_a_stack_may_hold_singular_and_regular_matrices():
    stack = np.stack([np.eye(2), [[1.0, 2], [2, 4]], np.zeros((2, 2))])
    found = grad(lambda x: np.sum(np.linalg.det(x)))(stack)
    np.testing.assert_allclose(found, [np.eye(2), [[4, -2], [-2, 1]], np.zeros((2, 2))], atol=1e-14)


@pytest.mark.parametrize("a", [A, Z])
def test_det_and_slogdet_follow_jacobis_formula(a):
    trace = np.trace(np.linalg.inv(a) @ DIRECTION)
    assert along(np.linalg.det, a, DIRECTION) == pytest.approx(np.linalg.det(a) * trace, rel=1e-12)
    sign_dot, log_dot = along(np.linalg.slogdet, a, DIRECTION)
    assert log_dot == pytest.approx(trace.real, rel=1e-12)
    assert sign_dot == pytest.approx(1j * trace.imag * np.linalg.slogdet(a)[0], abs=1e-12)


@pytest.mark.parametrize("f", [np.linalg.inv, lambda a: np.linalg.slogdet(a)[1]])
def test_a_singular_matrix_is_refused_in_numpys_words(f):
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        grad(lambda a: np.sum(f(a)))(np.array([[1.0, 2], [2, 4]]))


# Solving and inverting -------------------------------------------------------------------------------


def test_solve_and_inv_agree_at_every_order():
    b = rng.normal(size=(4, 2))
    by_solve = lambda a: np.sum(np.sin(np.linalg.solve(a, b)))
    by_inv = lambda a: np.sum(np.sin(np.linalg.inv(a) @ b))
    for D in (grad, hessian, lambda f: lambda a: along(lambda x: hessian(f)(x), a, DIRECTION)):
        np.testing.assert_allclose(D(by_solve)(A), D(by_inv)(A), rtol=1e-9, atol=1e-12)


def test_a_vector_on_the_right_of_a_stack_is_one_vector_for_all():
    stack, b = np.stack([A, 2 * A]), np.ones(4)
    found = grad(lambda b: np.sum(np.linalg.solve(stack, b)))(b)
    np.testing.assert_allclose(found, 1.5 * np.linalg.solve(A.T, np.ones(4)), rtol=1e-12)


def test_the_gradient_of_an_analytic_function_of_a_complex_matrix_has_no_conjugate():
    trace = lambda a: np.real(np.trace(np.linalg.inv(a)))
    inverse = np.linalg.inv(Z)
    np.testing.assert_allclose(grad(trace)(Z), -(inverse @ inverse).T, rtol=1e-12)


def test_single_precision_stays_single():
    a = A.astype(np.float32)
    functions = (
        np.linalg.det,
        np.linalg.norm,
        lambda a: np.sum(np.linalg.inv(a)),
        lambda a: np.linalg.svd(a)[1][0],
    )
    for f in functions:
        assert grad(f)(a).dtype == np.float32
        assert np.asarray(along(f, a, a)).dtype == np.float32


def test_a_cutoff_of_minus_one_is_the_machines_precision():
    """One column is 1e-20 of the other: of rank 1 to np.linalg.lstsq, and so to its derivative."""
    a = np.array([[1.0, 1e-20], [1.0, 2e-20], [1.0, 4e-20]])
    slope = jvp(lambda b: np.linalg.lstsq(a, b, rcond=-1)[0], (np.ones(3),), (np.array([1.0, 0.0, 0.0]),))[1]
    np.testing.assert_allclose(slope, [1 / 3, 0], atol=1e-15)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4)])
def test_pinv_and_lstsq_keep_to_matrices_of_their_rank(shape):
    low = lambda factors: factors[0] @ factors[1]  # of rank 2
    factors = (rng.normal(size=(shape[0], 2)), rng.normal(size=(2, shape[1])))
    dots = tuple(rng.normal(size=f.shape) for f in factors)
    b = rng.normal(size=shape[0])
    for f in (np.linalg.pinv, lambda a: np.linalg.lstsq(a, b, rcond=1e-10)[0]):
        cut = lambda *p, f=f: f(low(p)) if f is not np.linalg.pinv else np.linalg.pinv(low(p), 1e-10)
        h = 1e-6
        ahead, behind = (cut(*(p + s * h * d for p, d in zip(factors, dots, strict=True))) for s in (1, -1))
        np.testing.assert_allclose(
            jvp(cut, factors, dots)[1], (ahead - behind) / (2 * h), rtol=1e-6, atol=1e-7
        )
        y, pullback = vjp(cut, *factors)
        bars = pullback(y)
        inner = sum(np.sum(bar * dot) for bar, dot in zip(bars, dots, strict=True))
        assert inner == pytest.approx(np.sum(y * jvp(cut, factors, dots)[1]), rel=1e-9)


def test_least_squares_obey_the_normal_equations():
    a, b = rng.normal(size=(6, 3)), rng.normal(size=6)
    normal = lambda a, b: np.linalg.solve(a.T @ a, a.T @ b)
    for f, g in (
        (lambda a, b: np.linalg.lstsq(a, b)[0], normal),
        (lambda a, b: np.linalg.lstsq(a, b)[1], lambda a, b: np.sum((b - a @ normal(a, b)) ** 2)),
    ):
        ours, theirs = (grad(lambda a, b, f=f: np.sum(np.sin(f(a, b))), argnums=(0, 1))(a, b) for f in (f, g))
        for found, right in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(found, right, rtol=1e-9, atol=1e-12)


def test_least_squares_without_residuals_has_none():
    value = lambda b: np.sum(np.linalg.lstsq(A, b)[0])
    np.testing.assert_allclose(grad(value)(np.ones(4)), np.linalg.solve(A.T, np.ones(4)), rtol=1e-11)
    assert jvp(lambda b: np.linalg.lstsq(A, b), (np.ones(4),), (np.ones(4),))[1][1].shape == (0,)


def test_the_cross_product_obeys_the_rule_of_the_triple_product():
    a, b, c = rng.normal(size=(3, 3))
    found = grad(lambda a, b: np.linalg.cross(a, b) @ c, argnums=(0, 1))(a, b)
    np.testing.assert_allclose(found, [np.cross(b, c), np.cross(c, a)], rtol=1e-14)
