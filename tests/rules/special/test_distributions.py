"""Derivatives of distribution functions and their inverses: every row against mpmath."""

import mpmath
import pytest
import scipy.special as sc

# SciPy says so of sc.bdtr and its kind when n, or all operands in float32, are floats.
pytestmark = pytest.mark.filterwarnings("ignore:non-integer arg n is deprecated")

sqrt = mpmath.sqrt
root = mpmath.findroot
ndtri = lambda p: sqrt(2) * mpmath.erfinv(2 * p - 1)
P = lambda a, x: mpmath.gammainc(a, 0, x, regularized=True)
Q = lambda a, x: mpmath.gammainc(a, x, regularized=True)
I = lambda a, b, x: mpmath.betainc(a, b, 0, x, regularized=True)
# The inverse of a distribution function, found from what SciPy answers.
near = lambda v: int(v) if v == int(v) else float(v)
inverse = lambda scipy_s, cdf: (
    lambda *a: root(lambda x: mpmath.re(cdf(*a[:-1], x)) - a[-1], float(scipy_s(*map(near, a))))
)
student = lambda df, x: (1 + mpmath.sign(x) * (1 - I(df / 2, mpmath.mpf(1) / 2, df / (df + x * x)))) / 2
fisher = lambda m, n, x: I(m / 2, n / 2, m * x / (m * x + n))

# What mpmath calls the functions that have no row in diffkit's own mpmath arithmetic.
MPMATH = {
    sc.bdtr: lambda k, n, p: I(n - int(k), int(k) + 1, 1 - p),
    sc.bdtrc: lambda k, n, p: I(int(k) + 1, n - int(k), p),
    sc.bdtri: inverse(sc.bdtri, lambda k, n, p: I(n - int(k), int(k) + 1, 1 - p)),
    sc.nbdtr: lambda k, n, p: I(n, k + 1, p),
    sc.nbdtrc: lambda k, n, p: 1 - I(n, k + 1, p),
    sc.nbdtri: inverse(sc.nbdtri, lambda k, n, p: I(n, k + 1, p)),
    sc.pdtr: lambda k, m: Q(int(k) + 1, m),
    sc.pdtrc: lambda k, m: P(int(k) + 1, m),
    sc.pdtri: inverse(sc.pdtri, lambda k, m: Q(k + 1, m)),
    sc.chdtr: lambda v, x: P(v / 2, x / 2),
    sc.chdtrc: lambda v, x: Q(v / 2, x / 2),
    sc.chdtri: inverse(sc.chdtri, lambda v, x: Q(v / 2, x / 2)),
    sc.gdtr: lambda a, b, x: P(b, a * x),
    sc.gdtrc: lambda a, b, x: Q(b, a * x),
    sc.gdtrix: inverse(sc.gdtrix, lambda a, b, x: P(b, a * x)),
    sc.gdtria: lambda c, b, x: root(lambda y: P(b, y) - c, float(sc.gammaincinv(float(b), float(c)))) / x,
    sc.stdtr: student,
    sc.stdtrit: inverse(sc.stdtrit, student),
    sc.fdtr: fisher,
    sc.fdtrc: lambda m, n, x: 1 - fisher(m, n, x),
    sc.fdtri: inverse(sc.fdtri, fisher),
    sc.nrdtrimn: lambda c, std, x: x - std * ndtri(c),
    sc.nrdtrisd: lambda mean, c, x: (x - mean) / ndtri(c),
}


def test_each_partial_is_right_in_both_modes_and_orders(known, check_row):
    check_row(*known, MPMATH)


def test_arrays_give_what_their_elements_give_in_their_own_precision(known, check_row_of_arrays):
    check_row_of_arrays(*known)


def test_an_operand_without_a_closed_derivative_is_an_error_and_not_a_zero(unknown, check_refusal):
    check_refusal(*unknown)
