"""Error functions, exponential and Fresnel integrals, hypergeometric functions (DLMF 6, 7, 13, 15)."""

from __future__ import annotations

import cmath
import math
from typing import Any

import numpy as np
import scipy.special as sc

from diffkit.rules.declare import elementwise, elementwise_several

SQRT_PI, SQRT_2PI, SQRT2 = math.sqrt(math.pi), math.sqrt(2 * math.pi), math.sqrt(2.0)


def _erfcx_partial(y: Any, x: Any) -> Any:
    """2 x erfcx(x) - 2 / sqrt(pi), which is -U(1, 1/2, x^2) / sqrt(pi): so where the difference cancels."""
    if np.iscomplexobj(x):
        return 2 * x * y - 2 / SQRT_PI
    far = x > 10
    near = np.where(far, 0.0, x)
    square = np.where(far, x, 10.0) ** 2
    return np.where(far, -sc.hyperu(1.0, 0.5, square) / SQRT_PI, 2 * near * y - 2 / SQRT_PI)


def _normal_hazard(x: Any) -> Any:
    """pdf / cdf of the normal distribution, for any x."""
    return 2 / SQRT_2PI / sc.erfcx(-x / SQRT2)


# Error functions (DLMF 7) ------------------------------------------------------------------------
# fmt: off
elementwise(sc.erf,       lambda y, x: 2 / SQRT_PI * np.exp(-x * x))
elementwise(sc.erfc,      lambda y, x: -2 / SQRT_PI * np.exp(-x * x))
elementwise(sc.erfcx,     _erfcx_partial, domain=[((-0.9, 2.0),), ((11.0, 20.0),)])
elementwise(sc.erfi,      lambda y, x: 2 / SQRT_PI * np.exp(x * x))
elementwise(sc.erfinv,    lambda y, x: SQRT_PI / 2 * np.exp(y * y))
elementwise(sc.erfcinv,   lambda y, x: -SQRT_PI / 2 * np.exp(y * y), domain=[((0.3, 1.7),)])
# d/dx [x M(1, 3/2, -x^2)] (DLMF 7.6.2, 13.3.17): 1 - 2 x y would cancel far out
elementwise(sc.dawsn,     lambda y, x: sc.hyp1f1(1.0, 0.5, -x * x), domain=[((-0.9, 2.0),), ((11.0, 20.0),)])
elementwise(sc.wofz,      lambda y, z: 2j / SQRT_PI - 2 * z * y)
elementwise(sc.ndtr,      lambda y, x: np.exp(-x * x / 2) / SQRT_2PI)
elementwise(sc.log_ndtr,  lambda y, x: _normal_hazard(x), domain=[((-0.9, 0.9),), ((-30.0, -20.0),)])
elementwise(sc.ndtri,     lambda y, x: SQRT_2PI * np.exp(y * y / 2))
elementwise(sc.ndtri_exp, lambda x, y: 1 / _normal_hazard(x), domain=[((-0.9, -0.2),), ((-300.0, -200.0),)])
elementwise(sc.owens_t,   lambda y, h, a: -np.exp(-h * h / 2) * sc.erf(a * h / SQRT2) / (2 * SQRT_2PI),
                          lambda y, h, a: np.exp(-h * h * (1 + a * a) / 2) / (2 * math.pi * (1 + a * a)))
# fmt: on


def _voigt_slopes(y: Any, x: Any, sigma: Any, gamma: Any) -> tuple[Any, Any, Any]:
    """The three partials of Re w(z) / (sigma sqrt(2 pi)), z = (x + i gamma) / (sigma sqrt(2)) (DLMF 7.19)."""
    z = (x + 1j * gamma) / (sigma * SQRT2)
    by_z = (2j / SQRT_PI - 2 * z * sc.wofz(z)) / (sigma * SQRT_2PI)
    by_x = by_z / (sigma * SQRT2)
    return np.real(by_x), np.real(-by_z * z / sigma) - y / sigma, np.real(1j * by_x)


elementwise(
    sc.voigt_profile,
    lambda *args: _voigt_slopes(*args)[0],
    lambda *args: _voigt_slopes(*args)[1],
    lambda *args: _voigt_slopes(*args)[2],
)

# Exponential, logarithmic, trigonometric integrals (DLMF 6, 7.2, 8.19, 25.12) --------------------------


def _expn_partial(y: Any, n: Any, x: Any) -> Any:
    """-E_(n-1)(x), which for n = 0 is -(exp(-x) + y) / x: SciPy's E starts at 0 (DLMF 8.19.12, 8.19.13)."""
    return np.where(n > 0, -sc.expn(np.maximum(n - 1, 0), x), -(np.exp(-x) + y) / x)


def _exprel(x: Any) -> Any:
    """(exp(x) - 1) / x, also of complex numbers (DLMF 13.6.2)."""
    return sc.hyp1f1(1.0, 2.0, x) if np.iscomplexobj(x) else sc.exprel(x)


# fmt: off
elementwise(sc.exp1,   lambda y, x: -np.exp(-x) / x)
elementwise(sc.expi,   lambda y, x: np.exp(x) / x)
elementwise(sc.expn,   None, _expn_partial, domain=[(n, (0.5, 2.0)) for n in (0, 1, 2, 3)])
# log(x) / (1 - x), which at x = 1 is -1
elementwise(sc.spence, lambda y, x: -1 / _exprel(np.log(x)),
            domain=[((0.2, 0.9),), ((1.2, 3.0),), ((1 - 1e-9, 1 + 1e-9),)])
# sin(x) / x and sinh(x) / x at x = 0; cos(x) / x is infinite there
elementwise_several(sc.sici,    lambda y, x: (np.sinc(x / math.pi), np.cos(x) / x))
elementwise_several(sc.shichi,  lambda y, x: ((_exprel(x) + _exprel(-x)) / 2, np.cosh(x) / x))
elementwise_several(sc.fresnel, lambda y, x: (np.sin(math.pi / 2 * x * x), np.cos(math.pi / 2 * x * x)))
elementwise_several(sc.modfresnelp, lambda y, x: _modfresnel_slopes(y, x, 1j))
elementwise_several(sc.modfresnelm, lambda y, x: _modfresnel_slopes(y, x, -1j))
# fmt: on


def _modfresnel_slopes(y: Any, x: Any, i: complex) -> tuple[Any, Any]:
    """F = integral of exp(i t^2) from x to infinity, K = exp(-i (x^2 + pi/4)) F / sqrt(pi)."""
    return -np.exp(i * x * x), -2 * i * x * y[1] - cmath.exp(-i * math.pi / 4) / SQRT_PI


# Hypergeometric functions (DLMF 13.3, 15.5, 16.3), and Wright's --------------------------------------
# fmt: off
elementwise(sc.hyp0f1, None, lambda y, b, x: sc.hyp0f1(b + 1, x) / b)
elementwise(sc.hyp1f1, None, None, lambda y, a, b, x: a / b * sc.hyp1f1(a + 1, b + 1, x))
elementwise(sc.hyperu, None, None, lambda y, a, b, x: -a * sc.hyperu(a + 1, b + 1, x),
            domain=[((0.2, 0.9), (0.2, 0.9), (0.2, 0.9))])
elementwise(sc.hyp2f1, None, None, None, lambda y, a, b, c, x: a * b / c * sc.hyp2f1(a + 1, b + 1, c + 1, x))
elementwise(sc.wright_bessel, None, None, lambda y, a, b, x: sc.wright_bessel(a, a + b, x))
if hasattr(sc, "log_wright_bessel"):  # SciPy 1.14
    elementwise(sc.log_wright_bessel, None, None,
                lambda y, a, b, x: np.exp(sc.log_wright_bessel(a, a + b, x) - y))
# fmt: on
