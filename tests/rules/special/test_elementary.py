"""Derivatives of elementary functions that keep their digits: every row against mpmath, and the corners."""

import mpmath
import numpy as np
import pytest
import scipy.special as sc

from diffkit.autodiff import grad
from diffkit.rules.special.elementary import LAMBERTW

log, log1p, expm1, pi = (mpmath.log, mpmath.log1p, mpmath.expm1, mpmath.pi)
root = mpmath.findroot

# What mpmath calls the functions that have no row in diffkit's own mpmath arithmetic.
MPMATH = {
    sc.exp2: lambda x: 2**x,
    sc.expm1: expm1,
    sc.log1p: log1p,
    sc.cbrt: lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    sc.powm1: lambda x, p: x**p - 1,
    sc.boxcox: lambda x, p: expm1(p * log(x)) / p,
    sc.boxcox1p: lambda x, p: expm1(p * log1p(x)) / p,
    sc.inv_boxcox: lambda y, p: (1 + p * y) ** (1 / p),
    sc.inv_boxcox1p: lambda y, p: (1 + p * y) ** (1 / p) - 1,
    sc.tklmbda: lambda x, p: root(lambda c: (c**p - (1 - c) ** p) / p - x, sc.tklmbda(float(x), float(p))),
    sc.exprel: lambda x: expm1(x) / x,
    LAMBERTW: lambda z, k, tol: mpmath.lambertw(z, int(k)),
    sc.wrightomega: lambda z: root(lambda w: w + log(w) - z, float(sc.wrightomega(float(z)))),
    sc.sindg: lambda x: mpmath.sin(x * pi / 180),
    sc.cosdg: lambda x: mpmath.cos(x * pi / 180),
    sc.tandg: lambda x: mpmath.tan(x * pi / 180),
    sc.cotdg: lambda x: mpmath.cot(x * pi / 180),
    sc.radian: lambda d, m, s: (d + m / 60 + s / 3600) * pi / 180,
    sc.round: mpmath.nint,
    sc.huber: lambda d, x: x * x / 2 if abs(x) <= d else d * (abs(x) - d / 2),
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
        (lambda x: sc.xlogy(x, 2.0), 0.0, np.log(2.0)),
        (lambda x: sc.expit(x), 1000.0, 0.0),
        (lambda x: sc.log_expit(x), -1000.0, 1.0),
        (lambda x: sc.exprel(x), 0.0, 0.5),
        (lambda p: sc.boxcox(2.0, p), 0.0, np.log(2.0) ** 2 / 2),
        (lambda p: sc.inv_boxcox(2.0, p), 0.0, -2 * np.exp(2.0)),  # exp(y - p y^2 / 2 + ...)
        (lambda x: np.real(sc.lambertw(x)), 0.0, 1.0),
    ],
)
def test_the_corners_have_the_right_answers(f, x, right):
    assert grad(f)(x) == pytest.approx(right, rel=1e-13)


@pytest.mark.parametrize(
    ("f", "x", "right"),
    [
        (lambda x: sc.exprel(x), 0.0, 1 / 3),
    ],
)
def test_the_corners_are_right_at_second_order_too(f, x, right):
    assert grad(grad(f))(x) == pytest.approx(right, rel=1e-10, abs=1e-15)
