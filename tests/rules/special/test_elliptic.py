"""Derivatives of elliptic integrals: every row against mpmath, and the corners."""

import mpmath
import numpy as np
import pytest
import scipy.special as sc

from diffkit.autodiff import grad

# What mpmath calls the functions that have no row in diffkit's own mpmath arithmetic.
MPMATH = {
    sc.ellipk: mpmath.ellipk,
    sc.ellipe: mpmath.ellipe,
    sc.ellipkm1: lambda p: mpmath.ellipk(1 - p),
    sc.ellipkinc: mpmath.ellipf,
    sc.ellipeinc: mpmath.ellipe,
    sc.agm: lambda a, b: mpmath.re(mpmath.agm(a, b)),
    sc.elliprf: mpmath.elliprf,
    sc.elliprc: mpmath.elliprc,
    sc.elliprd: mpmath.elliprd,
    sc.elliprg: mpmath.elliprg,
    sc.elliprj: mpmath.elliprj,
}


def test_each_partial_is_right_in_both_modes_and_orders(known, check_row):
    check_row(*known, MPMATH)


def test_arrays_give_what_their_elements_give_in_their_own_precision(known, check_row_of_arrays):
    check_row_of_arrays(*known)


@pytest.mark.parametrize(
    ("f", "x", "right"),
    [
        (lambda x: sc.ellipk(x), 0.0, np.pi / 8),
        (lambda x: sc.ellipe(x), 0.0, -np.pi / 8),
        (lambda x: sc.ellipkinc(x, 1.0), 0.5, 1 / np.cos(0.5)),
        # R_D(t, 1, 1) and its kin: integrals of powers of 1 + t
        (lambda x: sc.elliprd(x, 1.0, 1.0), 1.0, -3 / 10),
        (lambda x: sc.elliprd(1.0, 1.0, x), 1.0, -9 / 10),
        (lambda x: sc.elliprj(x, 1.0, 1.0, 1.0), 1.0, -3 / 10),
        (lambda x: sc.elliprj(1.0, 1.0, 1.0, x), 1.0, -3 / 5),
    ],
)
def test_the_corners_have_the_right_answers(f, x, right):
    assert grad(f)(x) == pytest.approx(right, rel=1e-13)


@pytest.mark.parametrize(
    ("f", "x", "right"),
    [
        (lambda x: sc.ellipk(x), 0.0, 9 * np.pi / 64),  # pi/2 (1 + m/4 + 9/64 m^2 + ...)
        (lambda x: sc.elliprf(x, 1.0, 1.0), 1.0, 3 / 20),
        # The integral of 3/4 sin^4 over [0, 1/2]; two arguments of R_D meet at m = 0
        (lambda m: sc.ellipkinc(0.5, m), 0.0, 0.75 * (3 / 16 - np.sin(1.0) / 4 + np.sin(2.0) / 32)),
    ],
)
def test_the_corners_are_right_at_second_order_too(f, x, right):
    assert grad(grad(f))(x) == pytest.approx(right, rel=1e-10, abs=1e-15)


@pytest.mark.parametrize("gap", [0.0, 1e-7, 1e-6, 1e-5, 1.1e-5, 1e-4])
def test_carlsons_integrals_keep_ten_digits_where_two_arguments_meet(gap):
    for at in ((1.0 + gap, 0.4, 1.0), (1.0, 1.0 + gap, 1.0 - gap)):
        for k in range(3):
            moved = lambda t, at=at, k=k: mpmath.elliprj(*at[:k], t, *at[k + 1 :], at[2] if k < 2 else t)
            found = grad(lambda *a: sc.elliprd(*a), argnums=k)(*at)
            assert found == pytest.approx(float(mpmath.diff(moved, at[k])), rel=1e-10)
