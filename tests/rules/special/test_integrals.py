"""Derivatives of integrals and hypergeometric functions: every row against mpmath, and the corners."""

import mpmath
import pytest
import scipy.special as sc

from diffkit.autodiff import grad

sqrt, exp, log, pi = (mpmath.sqrt, mpmath.exp, mpmath.log, mpmath.pi)
root = mpmath.findroot
wofz = lambda z: exp(-z * z) * mpmath.erfc(-1j * z)
ndtr = lambda x: mpmath.erfc(-x / sqrt(2)) / 2
ndtri = lambda p: sqrt(2) * mpmath.erfinv(2 * p - 1)

# What mpmath calls the functions that have no row in diffkit's own mpmath arithmetic.
MPMATH = {
    sc.erfcx: lambda x: exp(x * x) * mpmath.erfc(x),
    sc.erfi: mpmath.erfi,
    sc.dawsn: lambda x: sqrt(pi) / 2 * exp(-x * x) * mpmath.erfi(x),
    sc.wofz: wofz,
    sc.log_ndtr: lambda x: log(ndtr(x)),
    sc.ndtri: ndtri,
    sc.ndtri_exp: lambda y: root(lambda x: log(ndtr(x)) - y, float(sc.ndtri_exp(float(y)))),
    sc.owens_t: lambda h, a: (
        mpmath.quad(lambda t: exp(-h * h * (1 + t * t) / 2) / (1 + t * t), [0, a]) / (2 * pi)
    ),
    sc.voigt_profile: lambda x, s, g: mpmath.re(wofz((x + 1j * g) / (s * sqrt(2)))) / (s * sqrt(2 * pi)),
    sc.exp1: mpmath.e1,
    sc.expi: mpmath.ei,
    sc.expn: mpmath.expint,
    sc.spence: lambda x: mpmath.polylog(2, 1 - x),
    sc.hyp0f1: mpmath.hyp0f1,
    sc.hyp1f1: mpmath.hyp1f1,
    sc.hyperu: mpmath.hyperu,
    sc.hyp2f1: mpmath.hyp2f1,
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
        (lambda x: sc.log_ndtr(x), -30.0, 30.033259667433677),  # pdf / cdf, mpmath
        (lambda x: sc.spence(x), 1.0, -1.0),
        (lambda x: sc.sici(x)[0], 0.0, 1.0),
        (lambda x: sc.shichi(x)[0], 0.0, 1.0),
        # far out, where the textbook's difference would leave no digit; by mpmath
        (lambda x: sc.log_ndtr(x), -1e6, 1000000.000001),
        (lambda x: sc.erfcx(x), 1e6, -5.641895835469101e-13),
        (lambda x: sc.dawsn(x), 1e6, -5.0000000000075e-13),
    ],
)
def test_the_corners_have_the_right_answers(f, x, right):
    assert grad(f)(x) == pytest.approx(right, rel=1e-13)


@pytest.mark.parametrize(
    ("f", "x", "right"),
    [
        (lambda x: sc.spence(x), 1.0, 0.5),
        (lambda x: sc.sici(x)[0], 0.0, 0.0),
    ],
)
def test_the_corners_are_right_at_second_order_too(f, x, right):
    assert grad(grad(f))(x) == pytest.approx(right, rel=1e-10, abs=1e-15)
