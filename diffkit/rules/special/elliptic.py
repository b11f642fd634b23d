"""Elliptic integrals, Jacobi's elliptic functions and the mean of Gauss (DLMF 19, 22)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sc

from diffkit.example import Array, example
from diffkit.floats import power
from diffkit.rules.declare import elementwise, elementwise_several


def _complete_k(m: Any) -> Any:
    """dK/dm, where K = pi/2 F(1/2, 1/2; 1; m) (DLMF 19.5.1): nothing cancels near m = 0."""
    return math.pi / 8 * sc.hyp2f1(1.5, 1.5, 2.0, m)


def _complete_e(m: Any) -> Any:
    """dE/dm, where E = pi/2 F(-1/2, 1/2; 1; m)."""
    return -math.pi / 8 * sc.hyp2f1(0.5, 1.5, 2.0, m)


def _ellipkm1_partial(y: Any, p: Any) -> Any:
    """-(E - p K) / (2 p (1 - p)) at m = 1 - p (DLMF 19.4.1); by its series where p is near 1."""
    near = p < 0.5
    small, large = np.where(near, p, 0.25), np.where(near, 0.5, p)
    closed = -(sc.ellipe(1 - small) - small * y) / (2 * small * (1 - small))
    return np.where(near, closed, -_complete_k(1 - large))


# Incomplete integrals: the period nearest to phi, and Carlson's integral for the rest (DLMF 19.25.5, 19.2.10)


def _periods(phi: Any, complete: Callable[[Any], Any], m: Any) -> Any:
    """2 n complete(m), where phi - n pi lies in [-pi/2, pi/2]; for n = 0 it is 0 although complete is inf."""
    n = np.round(phi / math.pi)
    return 2 * n * np.where(n == 0, 0.0, complete(np.where(n == 0, 0.0, m)))


def _first_by_m(phi: Any, m: Any) -> Any:
    s, c = np.sin(phi), np.cos(phi)
    odd = s * np.where(np.round(phi / math.pi) % 2 == 0, 1.0, -1.0)
    part = odd * odd * odd / 6 * sc.elliprd(c * c, 1.0, 1 - m * s * s)
    return part + _periods(phi, _complete_k, m)


def _second_by_m(phi: Any, m: Any) -> Any:
    s, c = np.sin(phi), np.cos(phi)
    odd = s * np.where(np.round(phi / math.pi) % 2 == 0, 1.0, -1.0)
    part = -odd * odd * odd / 6 * sc.elliprd(c * c, 1 - m * s * s, 1.0)
    return part + _periods(phi, _complete_e, m)


def _ellipj_by_m(y: Any, u: Any, m: Any) -> tuple[Any, Any, Any, Any]:
    """Of sn, cn, dn and the amplitude phi, from F(phi, m) = u: phi' = -dn F_m(phi, m)."""
    sn, cn, dn, phi = y
    slope = -dn * _first_by_m(phi, m)
    return cn * slope, -sn * slope, -(sn * sn + 2 * m * sn * cn * slope) / (2 * dn), slope


# fmt: off
FAR_AND_NEAR_0 = [((-2.0, 0.9),), ((-1e-9, 1e-9),)]
elementwise(sc.ellipk,    lambda y, m: _complete_k(m), domain=FAR_AND_NEAR_0)
elementwise(sc.ellipe,    lambda y, m: _complete_e(m), domain=FAR_AND_NEAR_0)
elementwise(sc.ellipkm1,  _ellipkm1_partial, domain=[((1e-3, 0.9),), ((1 - 1e-9, 1 + 1e-9),)])
ANGLES = [((0.4, 1.5), (0.2, 0.9)), ((1.7, 4.6), (0.2, 0.9)), ((-4.6, -1.7), (-0.9, -0.2))]
elementwise(sc.ellipkinc, lambda y, phi, m: 1 / np.sqrt(1 - m * np.sin(phi) ** 2),
                          lambda y, phi, m: _first_by_m(phi, m), domain=ANGLES)
elementwise(sc.ellipeinc, lambda y, phi, m: np.sqrt(1 - m * np.sin(phi) ** 2),
                          lambda y, phi, m: _second_by_m(phi, m), domain=ANGLES)
elementwise_several(sc.ellipj, lambda y, u, m: (y[1] * y[2], -y[0] * y[2], -m * y[0] * y[1], y[2]),
                    _ellipj_by_m, examples=[example(Array(3), Array(3, made=lambda m: m / 1.5))])
# M(a, b) = pi/4 (a + b) / K(q), q = ((a - b) / (a + b))^2
elementwise(sc.agm, lambda y, a, b: _agm_partial(y, a, b), lambda y, a, b: _agm_partial(y, b, a),
            domain=[((0.2, 0.9), (0.2, 0.9)), ((0.01, 0.02), (2.0, 3.0)), (0.7, (0.7 - 1e-9, 0.7 + 1e-9))])
# fmt: on


def _agm_partial(y: Any, a: Any, b: Any) -> Any:
    total, r = a + b, (a - b) / (a + b)
    return y / total - y / sc.ellipk(r * r) * _complete_k(r * r) * 4 * r * b / (total * total)


# Carlson's integrals (DLMF 19.18): R_F and R_G are symmetric, R_D in two arguments, R_J in three -----------

CLOSE = 1e-5


def _mixed(x: Any, y: Any, z: Any, f_x: Any, f_y: Any) -> Any:
    """d2 R_F / dx dy from the two slopes (DLMF 19.18.4), and by homogeneity (19.18.5) where x and y meet.

    There it is right to CLOSE^2, and the difference of the slopes to eps / CLOSE: ten digits at the least.
    """
    apart = x - y
    meet = np.absolute(apart) < CLOSE * np.absolute(x)
    quotient = (f_x - f_y) / (2 * np.where(meet, 1.0, apart))
    middle = (x + y) / 2
    f_m = -sc.elliprd(middle, z, middle) / 6
    f_z = -sc.elliprd(middle, middle, z) / 6
    off = middle - z
    all_meet = np.absolute(off) < CLOSE * np.absolute(middle)
    f_mz = (f_m - f_z) / (2 * np.where(all_meet, 1.0, off))
    # Where all three meet, R_F's mixed derivative is a power of their mean with weights 3, 3, 1.
    limit = np.where(
        all_meet, power((3 * x + 3 * y + z) / 7, -2.5) / 20, -(1.5 * f_m + z * f_mz) / (4 * middle)
    )
    return np.where(meet, limit, quotient)


def _elliprd_first(y: Any, a: Any, b: Any, c: Any) -> Any:
    """dR_D/da, R_D = -6 dR_F/dc."""
    return -6 * _mixed(a, c, b, -sc.elliprd(b, c, a) / 6, -y / 6)


def _elliprd_last(y: Any, a: Any, b: Any, c: Any) -> Any:
    """dR_D/dc, R_D being homogeneous of degree -3/2."""
    return -(1.5 * y + a * _elliprd_first(y, a, b, c) + b * _elliprd_first(y, b, a, c)) / c


def _elliprg_partial(x: Any, y: Any, z: Any) -> Any:
    """(y R_D(z, x, y) + z R_D(x, y, z)) / 12: no term is negative (from DLMF 19.21.11 and 19.18.5)."""
    return (y * sc.elliprd(z, x, y) + z * sc.elliprd(x, y, z)) / 12


def _elliprj_first(r: Any, x: Any, y: Any, z: Any, p: Any) -> Any:
    """(R_J - R_D(y, z, x)) / (2 (p - x)), by partial fractions; a third of dR_D(y, z, x)/dx where p = x."""
    apart = p - x
    meet = np.absolute(apart) < CLOSE * np.absolute(x)
    middle = (x + p) / 2
    slope = sc.elliprd(y, z, x)
    return np.where(
        meet,
        _elliprd_last(sc.elliprd(y, z, middle), y, z, middle) / 3,
        (r - slope) / (2 * np.where(meet, 1.0, apart)),
    )


def _elliprj_last(r: Any, x: Any, y: Any, z: Any, p: Any) -> Any:
    others = (
        x * _elliprj_first(r, x, y, z, p)
        + y * _elliprj_first(r, y, z, x, p)
        + z * _elliprj_first(r, z, x, y, p)
    )
    return -(1.5 * r + others) / p


# fmt: off
APART = [((0.2, 0.4), (0.6, 0.9), (1.2, 1.9))]
elementwise(sc.elliprf, lambda r, x, y, z: -sc.elliprd(y, z, x) / 6,
                        lambda r, x, y, z: -sc.elliprd(z, x, y) / 6,
                        lambda r, x, y, z: -sc.elliprd(x, y, z) / 6, domain=APART)
elementwise(sc.elliprc, lambda r, x, y: -sc.elliprd(y, y, x) / 6, lambda r, x, y: -sc.elliprd(x, y, y) / 3,
                        domain=[((0.2, 0.4), (0.6, 0.9)), ((1.2, 1.9), (0.6, 0.9))])
elementwise(sc.elliprg, lambda r, x, y, z: _elliprg_partial(x, y, z),
                        lambda r, x, y, z: _elliprg_partial(y, z, x),
                        lambda r, x, y, z: _elliprg_partial(z, x, y), domain=APART)
elementwise(sc.elliprd, _elliprd_first, lambda r, x, y, z: _elliprd_first(r, y, x, z), _elliprd_last,
                        domain=APART)
elementwise(sc.elliprj, _elliprj_first, lambda r, x, y, z, p: _elliprj_first(r, y, z, x, p),
                        lambda r, x, y, z, p: _elliprj_first(r, z, x, y, p), _elliprj_last,
                        domain=[(*APART[0], (2.5, 3.0))])
# fmt: on
