"""Derivatives of Bessel functions and their kin: every row against mpmath, and the corners."""

import mpmath
import pytest
import scipy.special as sc

from diffkit.autodiff import grad
from diffkit.rules.special.bessel import SPHERICAL_IN, SPHERICAL_JN, SPHERICAL_KN, SPHERICAL_YN

sqrt, exp, pi = (mpmath.sqrt, mpmath.exp, mpmath.pi)


# What mpmath calls the functions that have no row in diffkit's own mpmath arithmetic.
MPMATH = {
    sc.k0: lambda x: mpmath.besselk(0, x),
    sc.k1: lambda x: mpmath.besselk(1, x),
    sc.kn: mpmath.besselk,
    sc.i0e: lambda x: mpmath.besseli(0, x) * exp(-abs(x)),
    sc.i1e: lambda x: mpmath.besseli(1, x) * exp(-abs(x)),
    sc.k0e: lambda x: mpmath.besselk(0, x) * exp(x),
    sc.k1e: lambda x: mpmath.besselk(1, x) * exp(x),
    sc.kve: lambda n, x: mpmath.besselk(n, x) * exp(x),
    sc.jve: mpmath.besselj,
    sc.yve: mpmath.bessely,
    sc.hankel1: mpmath.hankel1,
    sc.hankel2: mpmath.hankel2,
    sc.hankel1e: lambda n, x: mpmath.hankel1(n, x) * exp(-1j * x),
    sc.hankel2e: lambda n, x: mpmath.hankel2(n, x) * exp(1j * x),
    SPHERICAL_JN: lambda n, x: sqrt(pi / (2 * x)) * mpmath.besselj(n + 0.5, x),
    SPHERICAL_YN: lambda n, x: sqrt(pi / (2 * x)) * mpmath.bessely(n + 0.5, x),
    SPHERICAL_IN: lambda n, x: sqrt(pi / (2 * x)) * mpmath.besseli(n + 0.5, x),
    SPHERICAL_KN: lambda n, x: sqrt(pi / (2 * x)) * mpmath.besselk(n + 0.5, x),
    sc.ber: lambda x: mpmath.ber(0, x),
    sc.bei: lambda x: mpmath.bei(0, x),
    sc.ker: lambda x: mpmath.ker(0, x),
    sc.kei: lambda x: mpmath.kei(0, x),
    sc.struve: mpmath.struveh,
    sc.modstruve: mpmath.struvel,
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
        (lambda x: SPHERICAL_JN(1, x), 0.0, 1 / 3),
        (lambda x: sc.beip(x), 0.0, 0.5),  # bei = x^2 / 4 - ...
        *(
            (lambda x: sc.it2j0y0(x)[0], x, float((1 - mpmath.besselj(0, x)) / x))
            for x in (0.5, 1.5, 3.0, 7.0)
        ),
    ],
)
def test_the_corners_have_the_right_answers(f, x, right):
    assert grad(f)(x) == pytest.approx(right, rel=1e-13)


@pytest.mark.parametrize(
    ("f", "x", "right"),
    [
        (lambda x: SPHERICAL_JN(0, x), 0.0, -1 / 3),
    ],
)
def test_the_corners_are_right_at_second_order_too(f, x, right):
    assert grad(grad(f))(x) == pytest.approx(right, rel=1e-10, abs=1e-15)
