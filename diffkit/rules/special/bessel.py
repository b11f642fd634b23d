"""Bessel, Hankel, Airy, parabolic cylinder, Kelvin and Struve functions, their integrals (DLMF 9-12)."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sc

from diffkit.example import Array, example
from diffkit.floats import power
from diffkit.primitives import primitive
from diffkit.rules.declare import elementwise, elementwise_several

# Written in Python in SciPy: as primitives they are one row of a tape, and a twin for the user.
SPHERICAL_JN = primitive(sc.spherical_jn)
SPHERICAL_YN = primitive(sc.spherical_yn)
SPHERICAL_IN = primitive(sc.spherical_in)
SPHERICAL_KN = primitive(sc.spherical_kn)


def _between(function: Callable[..., Any], sign: int, n: Any, x: Any) -> Any:
    """(C(n-1, x) + sign C(n+1, x)) / 2: the slope of a cylinder function (DLMF 10.6.1, 10.29.1)."""
    return (function(n - 1, x) + sign * function(n + 1, x)) / 2


NOT_NEAR_0 = [(1.3, (0.5, 9.0))]
# fmt: off
elementwise(sc.j0,  lambda y, x: -sc.j1(x))
elementwise(sc.j1,  lambda y, x: (sc.j0(x) - sc.jv(2, x)) / 2)
elementwise(sc.y0,  lambda y, x: -sc.y1(x))
elementwise(sc.y1,  lambda y, x: (sc.y0(x) - sc.yv(2, x)) / 2)
elementwise(sc.i0,  lambda y, x: sc.i1(x))
elementwise(sc.i1,  lambda y, x: (sc.i0(x) + sc.iv(2, x)) / 2)
elementwise(sc.k0,  lambda y, x: -sc.k1(x))
elementwise(sc.k1,  lambda y, x: -(sc.k0(x) + sc.kv(2, x)) / 2)
elementwise(sc.jv,  None, lambda y, n, x: _between(sc.jv, -1, n, x), domain=NOT_NEAR_0)
elementwise(sc.yv,  None, lambda y, n, x: _between(sc.yv, -1, n, x), domain=NOT_NEAR_0)
elementwise(sc.yn,  None, lambda y, n, x: _between(sc.yv, -1, n, x), domain=[(2, (0.5, 2.0))])
elementwise(sc.iv,  None, lambda y, n, x: _between(sc.iv, 1, n, x))
elementwise(sc.kv,  None, lambda y, n, x: -_between(sc.kv, 1, n, x))
elementwise(sc.kn,  None, lambda y, n, x: -_between(sc.kv, 1, n, x), domain=[(3, (0.5, 2.0))])
elementwise(sc.hankel1, None, lambda y, n, x: _between(sc.hankel1, -1, n, x), domain=NOT_NEAR_0)
elementwise(sc.hankel2, None, lambda y, n, x: _between(sc.hankel2, -1, n, x), domain=NOT_NEAR_0)
# Scaled by exp(-|x|), exp(x), exp(-ix), exp(ix); of a real x, jve is jv and yve is yv.
elementwise(sc.i0e, lambda y, x: sc.i1e(x) - np.sign(x) * y)
elementwise(sc.i1e, lambda y, x: (sc.i0e(x) + sc.ive(2, x)) / 2 - np.sign(x) * y)
elementwise(sc.k0e, lambda y, x: y - sc.k1e(x))
elementwise(sc.k1e, lambda y, x: y - (sc.k0e(x) + sc.kve(2, x)) / 2)
elementwise(sc.ive, None, lambda y, n, x: _between(sc.ive, 1, n, x) - y * np.sign(x), domain=NOT_NEAR_0)
elementwise(sc.kve, None, lambda y, n, x: y - _between(sc.kve, 1, n, x))
elementwise(sc.jve, None, lambda y, n, x: _between(sc.jve, -1, n, x), domain=NOT_NEAR_0)
elementwise(sc.yve, None, lambda y, n, x: _between(sc.yve, -1, n, x), domain=NOT_NEAR_0)
elementwise(sc.hankel1e, None, lambda y, n, x: _between(sc.hankel1e, -1, n, x) - 1j * y, domain=NOT_NEAR_0)
elementwise(sc.hankel2e, None, lambda y, n, x: _between(sc.hankel2e, -1, n, x) + 1j * y, domain=NOT_NEAR_0)
# fmt: on

# Spherical Bessel functions (DLMF 10.51): the recurrence without 1 / z, so right at z = 0 ---------------


def _spherical(function: Callable[..., Any], below: int, above: int) -> None:
    """(2n + 1) f_n' = below n f_(n-1) + above (n + 1) f_(n+1)."""

    def partial(y: Any, n: Any, z: Any, derivative: bool = False) -> Any:
        # f_(-1) is not in SciPy, nor wanted for n = 0: its factor there is 0.
        lower = n * function(np.maximum(n - 1, 0), z) * below
        return (lower + above * (n + 1) * function(n + 1, z)) / (2 * n + 1)

    elementwise(function, None, partial, domain=[(n, (0.5, 3.0)) for n in (0, 1, 4)])


_spherical(SPHERICAL_JN, 1, -1)
_spherical(SPHERICAL_YN, 1, -1)
_spherical(SPHERICAL_IN, 1, 1)
_spherical(SPHERICAL_KN, -1, -1)

# Airy and parabolic cylinder functions (DLMF 9.2, 12.2): each comes with its slope, and an equation ------
POSITIVE = (example(Array(3)), example(Array()))


def _airye_slopes(y: Any, x: Any) -> tuple[Any, Any, Any, Any]:
    """Of exp(z) Ai, exp(z) Ai', exp(-z) Bi, exp(-z) Bi' with z = 2/3 x^(3/2); below 0 Bi is not scaled."""
    ai, ai_slope, bi, bi_slope = y
    root = np.sqrt(np.maximum(x, 0.0))
    return ai_slope + root * ai, x * ai + root * ai_slope, bi_slope - root * bi, x * bi - root * bi_slope


# fmt: off
elementwise_several(sc.airy,  lambda y, x: (y[1], x * y[0], y[3], x * y[2]),
                    examples=[*POSITIVE, example(Array(3, made=lambda x: -5 * x))])
elementwise_several(sc.airye, _airye_slopes, examples=POSITIVE)
elementwise_several(sc.pbdv, None, lambda y, v, x: (y[1], (x * x / 4 - v - 0.5) * y[0]),
                    examples=[example(v, Array(3)) for v in (0.0, 1.3, 3.0)])
elementwise_several(sc.pbvv, None, lambda y, v, x: (y[1], (x * x / 4 - v - 0.5) * y[0]),
                    examples=[example(v, Array(3)) for v in (0.0, 1.3, 3.0)])
elementwise_several(sc.pbwa, None, lambda y, a, x: (y[1], (a - x * x / 4) * y[0]),
                    examples=[example(a, Array(3)) for a in (0.5, 1.3)])
# fmt: on

# Kelvin functions (DLMF 10.61): J0(c x) = ber + i bei, K0(d x) = ker + i kei -------------------------------
C, D = cmath.exp(0.75j * math.pi), cmath.exp(0.25j * math.pi)


def _ber_bei_bend(x: Any) -> Any:
    """(J0(c x))'' = c^2 (J2(c x) - J0(c x)) / 2, which has no 1 / x."""
    return C * C * (sc.jv(2.0, C * x) - sc.jv(0.0, C * x)) / 2


def _ker_kei_bend(x: Any) -> Any:
    return D * D * (sc.kv(2.0, D * x) + sc.kv(0.0, D * x)) / 2


# fmt: off
elementwise(sc.ber,  lambda y, x: sc.berp(x))
elementwise(sc.bei,  lambda y, x: sc.beip(x))
elementwise(sc.ker,  lambda y, x: sc.kerp(x))
elementwise(sc.kei,  lambda y, x: sc.keip(x))
elementwise(sc.berp, lambda y, x: np.real(_ber_bei_bend(x)), domain=[((0.2, 2.0),), ((-1e-3, 1e-3),)])
elementwise(sc.beip, lambda y, x: np.imag(_ber_bei_bend(x)), domain=[((0.2, 2.0),), ((-1e-3, 1e-3),)])
elementwise(sc.kerp, lambda y, x: np.real(_ker_kei_bend(x)), domain=[((1.5, 4.0),)])
elementwise(sc.keip, lambda y, x: np.imag(_ker_kei_bend(x)), domain=[((1.5, 4.0),)])
elementwise_several(sc.kelvin, lambda y, x: (y[2], y[3], _ber_bei_bend(x), _ker_kei_bend(x)),
                    examples=POSITIVE)
# fmt: on

# Struve functions (DLMF 11.4.27 to 11.4.30), and integrals of all of these --------------------------------


def _struve_term(v: Any, x: Any) -> Any:
    """(x / 2)^v / (sqrt(pi) Gamma(v + 3/2)), what the recurrence has beyond that of a Bessel function."""
    return power(x / 2, v) * sc.rgamma(v + 1.5) / math.sqrt(math.pi)


def _bessel_quotient(x: Any, sign: int) -> Any:
    """(I0(x) - 1) / x for sign 1, (1 - J0(x)) / x for sign -1; near 0 its series x/4 sum s^k / (k+1)!^2."""
    near = np.absolute(x) < 1
    small, large = np.where(near, x, 0.0), np.where(near, 1.0, x)
    s: Any = sign * small * small / 4
    total: Any = 1.0
    for k in range(9, 1, -1):
        total = 1 + s / (k * k) * total
    direct = sc.i0(large) - 1 if sign == 1 else 1 - sc.j0(large)
    return np.where(near, small / 4 * total, direct / large)


# fmt: off
elementwise(sc.struve,    None, lambda y, v, x: _between(sc.struve, -1, v, x) + _struve_term(v, x) / 2)
elementwise(sc.modstruve, None, lambda y, v, x: _between(sc.modstruve, 1, v, x) + _struve_term(v, x) / 2)
elementwise(sc.itstruve0,    lambda y, x: sc.struve(0.0, x))
elementwise(sc.it2struve0,   lambda y, x: -sc.struve(0.0, x) / x)
elementwise(sc.itmodstruve0, lambda y, x: sc.modstruve(0.0, x))
elementwise_several(sc.itj0y0,  lambda y, x: (sc.j0(x), sc.y0(x)))
elementwise_several(sc.iti0k0,  lambda y, x: (sc.i0(x), sc.k0(x)))
elementwise_several(sc.it2j0y0, lambda y, x: (_bessel_quotient(x, -1), -sc.y0(x) / x))
elementwise_several(sc.it2i0k0, lambda y, x: (_bessel_quotient(x, 1), -sc.k0(x) / x))
# the integral of x^p J_v(2 a x) from 0 to 1
elementwise(sc.besselpoly, lambda y, a, p, v: sc.besselpoly(a, p + 1, v - 1) - sc.besselpoly(a, p + 1, v + 1),
            None, None, domain=[((0.5, 2.0), 1.0, 1.0), ((0.5, 2.0), 0.5, 2.0)])
# fmt: on
