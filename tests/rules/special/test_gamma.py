"""Derivatives of gamma functions and their kin: every row against mpmath, and the corners."""

import mpmath
import numpy as np
import pytest
import scipy.special as sc

from diffkit.autodiff import grad
from diffkit.rules.special.gamma import ZETA, psi_step

root = mpmath.findroot
P = lambda a, x: mpmath.gammainc(a, 0, x, regularized=True)
Q = lambda a, x: mpmath.gammainc(a, x, regularized=True)
I = lambda a, b, x: mpmath.betainc(a, b, 0, x, regularized=True)
# The inverse of a distribution function, found from what SciPy answers.
near = lambda v: int(v) if v == int(v) else float(v)
inverse = lambda scipy_s, cdf: (
    lambda *a: root(lambda x: mpmath.re(cdf(*a[:-1], x)) - a[-1], float(scipy_s(*map(near, a))))
)

# What mpmath calls the functions that have no row in diffkit's own mpmath arithmetic.
MPMATH = {
    ZETA: mpmath.zeta,
    sc.poch: mpmath.rf,
    sc.binom: mpmath.binomial,
    sc.gammaincinv: inverse(sc.gammaincinv, P),
    sc.gammainccinv: inverse(sc.gammainccinv, Q),
    sc.betaincc: lambda a, b, x: 1 - I(a, b, x),
    sc.betaincinv: inverse(sc.betaincinv, I),
    sc.betainccinv: inverse(sc.betainccinv, lambda a, b, x: 1 - I(a, b, x)),
}


def test_each_partial_is_right_in_both_modes_and_orders(known, check_row):
    check_row(*known, MPMATH)


def test_arrays_give_what_their_elements_give_in_their_own_precision(known, check_row_of_arrays):
    check_row_of_arrays(*known)


def test_an_operand_without_a_closed_derivative_is_an_error_and_not_a_zero(unknown, check_refusal):
    check_refusal(*unknown)


def test_the_hurwitz_zeta_function_is_differentiated_under_its_public_name():
    assert grad(lambda q: sc.zeta(2.0, q))(1.0) == pytest.approx(-2 * sc.zeta(3.0, 1.0), rel=1e-14)


@pytest.mark.parametrize(("x", "h"), [(50.5, 1e4), (50.5, 2.0**-30), (49.5, 3.0), (1e8, 1.0), (0.3, 60.0)])
def test_a_difference_of_digammas_keeps_its_digits(x, h):
    with mpmath.workdps(40):
        right = float(mpmath.digamma(mpmath.mpf(x) + h) - mpmath.digamma(x))
    assert float(psi_step(x, h)) == pytest.approx(right, rel=2e-14, abs=0)


@pytest.mark.parametrize(
    ("f", "x", "right"),
    [
        (lambda x: sc.gammainc(1.0, x), 0.0, 1.0),  # 1 - exp(-x)
        (lambda x: sc.betainc(1.0, 2.0, x), 0.0, 2.0),  # 1 - (1 - x)^2
        (lambda x: sc.rgamma(x), -3.0, -6.0),  # (-1)^n n! at -n
        (lambda x: sc.rgamma(x), 0.0, 1.0),
        (lambda x: sc.betaln(x, 1.0), 1e8, -1e-8),  # B(a, 1) = 1 / a
        (lambda x: sc.poch(x, 1.0), 1e8, 1.0),
    ],
)
def test_the_corners_have_the_right_answers(f, x, right):
    assert grad(f)(x) == pytest.approx(right, rel=1e-13)


@pytest.mark.parametrize(
    ("f", "x", "right"),
    [
        (lambda x: sc.rgamma(x), 0.0, 2 * np.euler_gamma),
    ],
)
def test_the_corners_are_right_at_second_order_too(f, x, right):
    assert grad(grad(f))(x) == pytest.approx(right, rel=1e-10, abs=1e-15)
