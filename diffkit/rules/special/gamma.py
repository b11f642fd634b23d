"""Gamma, beta and their kin (DLMF 5, 8, 25)."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sc
from scipy.special import _ufuncs

from diffkit.errors import NoRuleError
from diffkit.rules.declare import elementwise

# sc.zeta is a Python function; what it calls, and what active values therefore meet, is this ufunc.
ZETA: np.ufunc = getattr(_ufuncs, "_zeta", sc.zeta)


def psi_step(x: Any, h: Any) -> Any:
    """psi(x + h) - psi(x), also where the two agree in nearly all digits.

    For large x the difference of the asymptotic series psi(x) ~ log x - 1/(2x) - sum B_2k / (2k x^2k)
    (DLMF 5.11.2), subtracted term by term by hand.
    """
    far = (x > 50) & (x + h > 50)
    a = np.where(far, x, 50.0)
    b = np.where(far, x + h, 50.0)
    r, s = 1 / (a * a), 1 / (b * b)
    step = np.where(far, h, 0.0)
    apart = step * (a + b) * r * s  # r - s
    tails = 1 / 12 - (r + s) / 120 + (r * r + r * s + s * s) / 252 - (r + s) * (r * r + s * s) / 240
    series = np.log1p(step / a) + step / (2 * a * b) + apart * tails
    near_x, near_b = np.where(far, 1.0, x), np.where(far, 1.0, x + h)
    return np.where(far, series, sc.psi(near_b) - sc.psi(near_x))


def _trigamma(x: Any) -> Any:
    """psi'(x) = zeta(2, x) for x > 0; by reflection pi^2 / sin(pi x)^2 - psi'(1 - x) below (DLMF 5.15.6)."""
    if np.iscomplexobj(x):
        raise NoRuleError("SciPy has no zeta(2, z), the derivative of psi, at complex numbers; keep z real")
    positive = np.where(x > 0, x, 1 - x)
    above = sc.zeta(2.0, positive)
    sine = np.where(x > 0, 1.0, np.sin(np.pi * x))
    return np.where(x > 0, above, (np.pi / sine) ** 2 - above)


def _rgamma_partial(y: Any, x: Any) -> Any:
    """-psi(x) / Gamma(x); below 1/2 by reflection, where it has no poles (DLMF 5.5.3, 5.5.4)."""
    low = x < 0.5
    left, right = np.where(low, x, 0.25), np.where(low, 1.0, x)
    return np.where(low, np.cos(np.pi * left) * sc.gamma(1 - left) - sc.psi(1 - left) * y, -sc.psi(right) * y)


def _gamma_density(a: Any, x: Any) -> Any:
    """x^(a-1) exp(-x) / Gamma(a), the derivative of P(a, x) (DLMF 8.8.13)."""
    return np.exp(sc.xlogy(a - 1, x) - x - sc.gammaln(a))


def _beta_density(a: Any, b: Any, x: Any) -> Any:
    """x^(a-1) (1-x)^(b-1) / B(a, b), the derivative of I_x(a, b) (DLMF 8.17.20)."""
    return np.exp(sc.xlogy(a - 1, x) + sc.xlog1py(b - 1, -x) - sc.betaln(a, b))


# fmt: off
elementwise(sc.gamma,     lambda y, x: y * sc.psi(x))
elementwise(sc.gammaln,   lambda y, x: sc.psi(x))
elementwise(sc.loggamma,  lambda y, x: sc.psi(x))
elementwise(sc.rgamma,    _rgamma_partial, domain=[((-2.5, 3.0),), ((-1e-9, 1e-9),), ((-2.001, -1.999),)])
elementwise(sc.gammasgn,  0)
elementwise(sc.psi,       lambda y, x: _trigamma(x), domain=[((0.5, 3.0),), ((-0.8, -0.2),), ((-3.8, -3.2),)])
elementwise(ZETA,         None, lambda y, s, q: -s * sc.zeta(s + 1, q), domain=[((2.2, 3.0), (0.5, 2.0))])
elementwise(sc.poch,      lambda y, a, m: y * psi_step(a, m), lambda y, a, m: y * sc.psi(a + m),
            domain=[((0.2, 0.9), (0.2, 3.0)), ((60.0, 90.0), (0.01, 0.5))])
elementwise(sc.beta,      lambda y, a, b: -y * psi_step(a, b), lambda y, a, b: -y * psi_step(b, a))
elementwise(sc.betaln,    lambda y, a, b: -psi_step(a, b), lambda y, a, b: -psi_step(b, a),
            domain=[((0.2, 0.9), (0.2, 0.9)), ((60.0, 90.0), (0.01, 0.5)), ((100.0, 200.0), (70.0, 80.0))])
elementwise(sc.binom,     lambda y, n, k: y * psi_step(n - k + 1, k),
                          lambda y, n, k: y * psi_step(k + 1, n - 2 * k), domain=[((4.2, 6.0), (0.5, 3.0))])

elementwise(sc.gammainc,     None, lambda y, a, x: _gamma_density(a, x))
elementwise(sc.gammaincc,    None, lambda y, a, x: -_gamma_density(a, x))
elementwise(sc.gammaincinv,  None, lambda x, a, p: 1 / _gamma_density(a, x))
elementwise(sc.gammainccinv, None, lambda x, a, p: -1 / _gamma_density(a, x))
elementwise(sc.betainc,      None, None, lambda y, a, b, x: _beta_density(a, b, x))
elementwise(sc.betaincc,     None, None, lambda y, a, b, x: -_beta_density(a, b, x))
elementwise(sc.betaincinv,   None, None, lambda x, a, b, p: 1 / _beta_density(a, b, x))
elementwise(sc.betainccinv,  None, None, lambda x, a, b, p: -1 / _beta_density(a, b, x))
# fmt: on
