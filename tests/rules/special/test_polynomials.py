"""Derivatives of orthogonal polynomials: every row against mpmath, and the corners."""

import mpmath
import pytest
import scipy.special as sc

from diffkit.autodiff import grad

sqrt = mpmath.sqrt


# What mpmath calls the functions that have no row in diffkit's own mpmath arithmetic.
MPMATH = {
    sc.eval_legendre: mpmath.legendre,
    sc.eval_chebyt: mpmath.chebyt,
    sc.eval_chebyu: mpmath.chebyu,
    sc.eval_chebyc: lambda n, x: 2 * mpmath.chebyt(n, x / 2),
    sc.eval_chebys: lambda n, x: mpmath.chebyu(n, x / 2),
    sc.eval_hermite: mpmath.hermite,
    sc.eval_hermitenorm: lambda n, x: 2 ** (-n / 2) * mpmath.hermite(n, x / sqrt(2)),
    sc.eval_laguerre: lambda n, x: mpmath.laguerre(n, 0, x),
    sc.eval_genlaguerre: mpmath.laguerre,
    sc.eval_gegenbauer: mpmath.gegenbauer,
    sc.eval_jacobi: mpmath.jacobi,
    sc.eval_sh_legendre: lambda n, x: mpmath.legendre(n, 2 * x - 1),
    sc.eval_sh_chebyt: lambda n, x: mpmath.chebyt(n, 2 * x - 1),
    sc.eval_sh_chebyu: lambda n, x: mpmath.chebyu(n, 2 * x - 1),
    sc.eval_sh_jacobi: lambda n, p, q, x: (
        mpmath.jacobi(n, p - q, q - 1, 2 * x - 1) / mpmath.binomial(2 * n + p - 1, n)
    ),
    sc.lpmv: lambda m, v, x: (
        (-sqrt(1 - x * x) / 2) ** m * mpmath.rf(v + 1, m) * mpmath.jacobi(v - m, m, m, x)
    ),
}


def test_each_partial_is_right_in_both_modes_and_orders(known, check_row):
    check_row(*known, MPMATH)


def test_arrays_give_what_their_elements_give_in_their_own_precision(known, check_row_of_arrays):
    check_row_of_arrays(*known)


def test_an_operand_without_a_closed_derivative_is_an_error_and_not_a_zero(unknown, check_refusal):
    check_refusal(*unknown)


@pytest.mark.parametrize(
    ("f", "x", "right"),
    [
        (lambda x: sc.eval_legendre(4, x), 1.0, 10.0),  # n (n + 1) / 2
        (lambda x: sc.eval_chebyt(4, x), -1.0, -16.0),  # n^2
        (lambda x: sc.eval_hermite(0, x), 0.5, 0.0),
    ],
)
def test_the_corners_have_the_right_answers(f, x, right):
    assert grad(f)(x) == pytest.approx(right, rel=1e-13)
