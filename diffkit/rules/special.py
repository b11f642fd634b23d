"""The derivative of the elementwise functions of scipy.special, a row each.

Letters as in `diffkit.rules.ufuncs`. Formulas: NIST Digital Library of Mathematical Functions, at the
section that each group names. None stands where an operand (an order, a shape) has no closed derivative.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sc
from scipy.special import _ufuncs

from diffkit.rules.declare import elementwise

# sc.zeta is a Python function; what it calls, and what active values therefore meet, is this ufunc.
ZETA: np.ufunc = getattr(_ufuncs, "_zeta", sc.zeta)
SQRT_PI, SQRT_2PI = math.sqrt(math.pi), math.sqrt(2 * math.pi)

# Error functions (DLMF 7) ------------------------------------------------------------------------
# fmt: off
elementwise(sc.erf,      lambda y, x: 2 / SQRT_PI * np.exp(-x * x))
elementwise(sc.erfc,     lambda y, x: -2 / SQRT_PI * np.exp(-x * x))
elementwise(sc.erfcx,    lambda y, x: 2 * x * y - 2 / SQRT_PI)
elementwise(sc.erfi,     lambda y, x: 2 / SQRT_PI * np.exp(x * x))
elementwise(sc.erfinv,   lambda y, x: SQRT_PI / 2 * np.exp(y * y))
elementwise(sc.erfcinv,  lambda y, x: -SQRT_PI / 2 * np.exp(y * y), domain=[((0.3, 1.7),)])
elementwise(sc.dawsn,    lambda y, x: 1 - 2 * x * y)
elementwise(sc.ndtr,     lambda y, x: np.exp(-x * x / 2) / SQRT_2PI)
elementwise(sc.log_ndtr, lambda y, x: np.exp(-x * x / 2 - y) / SQRT_2PI)
elementwise(sc.ndtri,    lambda y, x: SQRT_2PI * np.exp(y * y / 2))
# fmt: on

# Gamma and beta (DLMF 5, 8) ------------------------------------------------------------------------
# fmt: off
elementwise(sc.gamma,     lambda y, x: y * sc.psi(x))
elementwise(sc.gammaln,   lambda y, x: sc.psi(x))
elementwise(sc.loggamma,  lambda y, x: sc.psi(x))
elementwise(sc.rgamma,    lambda y, x: -sc.psi(x) * y)
elementwise(sc.gammasgn,  0)
elementwise(sc.psi,       lambda y, x: _trigamma(x), domain=[((0.5, 3.0),), ((-0.8, -0.2),), ((-3.8, -3.2),)])
elementwise(ZETA,         None, lambda y, s, q: -s * sc.zeta(s + 1, q), domain=[((2.2, 3.0), (0.5, 2.0))])
elementwise(sc.poch,      lambda y, a, m: y * (sc.psi(a + m) - sc.psi(a)), lambda y, a, m: y * sc.psi(a + m))
elementwise(sc.beta,      lambda y, a, b: y * (sc.psi(a) - sc.psi(a + b)),
                          lambda y, a, b: y * (sc.psi(b) - sc.psi(a + b)))
elementwise(sc.betaln,    lambda y, a, b: sc.psi(a) - sc.psi(a + b),
                          lambda y, a, b: sc.psi(b) - sc.psi(a + b))
elementwise(sc.gammainc,  None, lambda y, a, x: np.exp(sc.xlogy(a - 1, x) - x - sc.gammaln(a)))
elementwise(sc.gammaincc, None, lambda y, a, x: -np.exp(sc.xlogy(a - 1, x) - x - sc.gammaln(a)))
elementwise(sc.betainc,   None, None,
            lambda y, a, b, x: np.exp(sc.xlogy(a - 1, x) + sc.xlog1py(b - 1, -x) - sc.betaln(a, b)))
# fmt: on


def _trigamma(x: Any) -> Any:
    """psi'(x) = zeta(2, x) for x > 0; by reflection pi^2 / sin(pi x)^2 - psi'(1 - x) below (DLMF 5.15.6)."""
    positive = np.where(x > 0, x, 1 - x)
    above = sc.zeta(2.0, positive)
    sine = np.where(x > 0, 1.0, np.sin(np.pi * x))
    return np.where(x > 0, above, (np.pi / sine) ** 2 - above)


# Logistic and information --------------------------------------------------------------------------
# fmt: off
elementwise(sc.expit,     lambda y, x: y * sc.expit(-x))
elementwise(sc.log_expit, lambda y, x: sc.expit(-x))
elementwise(sc.logit,     lambda y, x: 1 / (x * (1 - x)))
elementwise(sc.entr,      lambda y, x: -np.log(x) - 1)
elementwise(sc.rel_entr,  lambda y, a, b: np.log(a / b) + 1, lambda y, a, b: -a / b)
elementwise(sc.kl_div,    lambda y, a, b: np.log(a / b),     lambda y, a, b: 1 - a / b)
elementwise(sc.xlogy,     lambda y, a, b: np.log(b),         lambda y, a, b: a / b)
elementwise(sc.xlog1py,   lambda y, a, b: np.log1p(b),       lambda y, a, b: a / (1 + b))
elementwise(sc.boxcox,    lambda y, x, p: np.power(x, p - 1), None)
elementwise(sc.huber,     None, lambda y, d, x: np.clip(x, -d, d),
            domain=[((0.8, 0.9), (0.2, 0.5)), ((0.2, 0.3), (0.6, 0.9)), ((0.2, 0.3), (-0.9, -0.6))])
elementwise(sc.pseudo_huber, None, lambda y, d, x: x / np.sqrt(1 + (x / d) * (x / d)))
elementwise(sc.exp10,     lambda y, x: y * math.log(10.0))
elementwise(sc.exprel,    lambda y, x: _exprel_partial(y, x), domain=[((-0.0005, 0.0005),), ((0.01, 2.0),)])
elementwise(sc.cosm1,     lambda y, x: -np.sin(x))
# fmt: on


def _exprel_partial(y: Any, x: Any) -> Any:
    """(exp(x) - y) / x, by its series 1/2 + x/3 + x^2/8 + x^3/30 + x^4/144 where that cancels."""
    small = np.absolute(x) < 1e-3
    safe = np.where(small, 1.0, x)
    series = 0.5 + x * (1 / 3 + x * (1 / 8 + x * (1 / 30 + x / 144)))
    return np.where(small, series, (np.exp(safe) - y) / safe)


# Bessel functions (DLMF 10.6, 10.29) -----------------------------------------------------------------
# fmt: off
elementwise(sc.j0,  lambda y, x: -sc.j1(x))
elementwise(sc.j1,  lambda y, x: (sc.j0(x) - sc.jv(2, x)) / 2)
elementwise(sc.y0,  lambda y, x: -sc.y1(x))
elementwise(sc.y1,  lambda y, x: (sc.y0(x) - sc.yv(2, x)) / 2)
elementwise(sc.i0,  lambda y, x: sc.i1(x))
elementwise(sc.i1,  lambda y, x: (sc.i0(x) + sc.iv(2, x)) / 2)
elementwise(sc.k0,  lambda y, x: -sc.k1(x))
elementwise(sc.k1,  lambda y, x: -(sc.k0(x) + sc.kv(2, x)) / 2)
elementwise(sc.jv,  None, lambda y, n, x: (sc.jv(n - 1, x) - sc.jv(n + 1, x)) / 2, domain=[(1.3, (0.5, 9.0))])
elementwise(sc.yv,  None, lambda y, n, x: (sc.yv(n - 1, x) - sc.yv(n + 1, x)) / 2, domain=[(1.3, (0.5, 9.0))])
elementwise(sc.yn,  None, lambda y, n, x: (sc.yv(n - 1, x) - sc.yv(n + 1, x)) / 2, domain=[(2, (0.5, 2.0))])
elementwise(sc.iv,  None, lambda y, n, x: (sc.iv(n - 1, x) + sc.iv(n + 1, x)) / 2)
elementwise(sc.kv,  None, lambda y, n, x: -(sc.kv(n - 1, x) + sc.kv(n + 1, x)) / 2)
elementwise(sc.kn,  None, lambda y, n, x: -(sc.kv(n - 1, x) + sc.kv(n + 1, x)) / 2, domain=[(3, (0.5, 2.0))])
elementwise(sc.ive, None, lambda y, n, x: (sc.ive(n - 1, x) + sc.ive(n + 1, x)) / 2 - y * np.sign(x),
            domain=[(1.3, (0.5, 5.0))])
elementwise(sc.kve, None, lambda y, n, x: -(sc.kve(n - 1, x) + sc.kve(n + 1, x)) / 2 + y)
# fmt: on

# Integrals (DLMF 6, 7.2) -----------------------------------------------------------------------------
# fmt: off
elementwise(sc.exp1,  lambda y, x: -np.exp(-x) / x)
elementwise(sc.expi,  lambda y, x: np.exp(x) / x)
elementwise(sc.expn,  None, lambda y, n, x: _expn_partial(y, n, x),
            domain=[(n, (0.5, 2.0)) for n in (0, 1, 2, 3)])
elementwise(sc.spence, lambda y, x: np.log(x) / (1 - x), domain=[((0.2, 0.9),), ((1.2, 3.0),)])
# K = pi/2 2F1(1/2, 1/2; 1; m), E = pi/2 2F1(-1/2, 1/2; 1; m) (DLMF 19.5): no cancellation near m = 0
elementwise(sc.ellipk, lambda y, m: np.pi / 8 * sc.hyp2f1(1.5, 1.5, 2.0, m),
            domain=[((-2.0, 0.9),), ((-1e-9, 1e-9),)])
elementwise(sc.ellipe, lambda y, m: -np.pi / 8 * sc.hyp2f1(0.5, 1.5, 2.0, m),
            domain=[((-2.0, 0.9),), ((-1e-9, 1e-9),)])
elementwise(sc.hyp2f1, None, None, None, lambda y, a, b, c, x: a * b / c * sc.hyp2f1(a + 1, b + 1, c + 1, x))
# fmt: on


def _expn_partial(y: Any, n: Any, x: Any) -> Any:
    """-E_(n-1)(x), which for n = 0 is -(exp(-x) + y) / x: SciPy's E starts at 0 (DLMF 8.19.12, 8.19.13)."""
    return np.where(n > 0, -sc.expn(np.maximum(n - 1, 0), x), -(np.exp(-x) + y) / x)
