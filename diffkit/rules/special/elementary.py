"""Logistic functions, entropies, losses, power transforms, degrees: what is made of exp, log and powers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sc
from scipy.special import _ufuncs

from diffkit.floats import power
from diffkit.rules.declare import elementwise, overwritten, rule_of

POWER = rule_of(np.power)
DEGREE = math.pi / 180
# sc.lambertw is a Python function; active values meet the ufunc that it calls.
LAMBERTW: np.ufunc = getattr(_ufuncs, "_lambertw", sc.lambertw)

# Logistic and information --------------------------------------------------------------------------
# fmt: off
elementwise(sc.expit,     lambda y, x: y * (1 - y if overwritten(x) else sc.expit(-x)))
elementwise(sc.log_expit, lambda y, x: sc.expit(-x))
elementwise(sc.logit,     lambda y, x: 1 / (x * (1 - x)))
elementwise(sc.entr,      lambda y, x: -np.log(x) - 1)
elementwise(sc.rel_entr,  lambda y, a, b: np.log(a / b) + 1, lambda y, a, b: -a / b)
elementwise(sc.kl_div,    lambda y, a, b: np.log(a / b),     lambda y, a, b: 1 - a / b)
elementwise(sc.xlogy,     lambda y, a, b: np.log(b),         lambda y, a, b: a / _unless_both_zero(a, b))
elementwise(sc.xlog1py,   lambda y, a, b: np.log1p(b),       lambda y, a, b: a / _unless_both_zero(a, 1 + b))
elementwise(sc.huber,     lambda y, d, x: np.maximum(np.absolute(x) - d, 0.0),
                          lambda y, d, x: np.clip(x, -d, d),
            domain=[((0.8, 0.9), (0.2, 0.5)), ((0.2, 0.3), (0.6, 0.9)), ((0.2, 0.3), (-0.9, -0.6))])
elementwise(sc.pseudo_huber, lambda y, d, x: _pseudo_huber_width(d, x),
                             lambda y, d, x: x / np.hypot(1.0, x / d))
# fmt: on


def _unless_both_zero(a: Any, b: Any) -> Any:
    """b, and 1 where a = b = 0: there x log y is 0 for all y."""
    return np.where((a == 0) & (b == 0), 1.0, b)


def _pseudo_huber_width(d: Any, x: Any) -> Any:
    """2 d (w - 1) - x^2 / (d w) with w = sqrt(1 + (x/d)^2): it is d (w - 1)^2 / w, w - 1 = s / (w + 1)."""
    s = (x / d) * (x / d)
    w = np.sqrt(1 + s)
    return d * (s / (w + 1)) * (s / (w + 1)) / w


# Exponentials, logarithms, roots, powers -------------------------------------------------------------
# fmt: off
elementwise(sc.exp2,   lambda y, x: y * math.log(2.0))
elementwise(sc.exp10,  lambda y, x: y * math.log(10.0))
elementwise(sc.expm1,  lambda y, x: np.exp(x))
elementwise(sc.log1p,  lambda y, x: 1 / (1 + x))
elementwise(sc.cbrt,   lambda y, x: 1 / (3 * y * y))
elementwise(sc.cosm1,  lambda y, x: -np.sin(x))
elementwise(sc.powm1,  lambda y, x, p: POWER.partial(0)(y + 1, x, p),  # type: ignore[operator]
                       lambda y, x, p: POWER.partial(1)(y + 1, x, p))  # type: ignore[operator]
# exprel(x) = M(1, 2, x) (DLMF 13.3.15): its slope does not cancel near x = 0
elementwise(sc.exprel, lambda y, x: sc.hyp1f1(2.0, 3.0, x) / 2,
            domain=[((-0.0005, 0.0005),), ((0.01, 2.0),), ((-30.0, -20.0),)])
# W exp(W) = z (DLMF 4.13.4); w + log(w) = z
elementwise(LAMBERTW,  lambda w, z, k, tol: np.exp(-w) / (1 + w), None, None,
            domain=[((-0.3, 3.0), 0, 1e-8), ((-0.2, -0.1), -1, 1e-8), ((-1e-9, 1e-9), 0, 1e-8)])
elementwise(sc.wrightomega, lambda w, z: w / (1 + w))
# fmt: on

# Box-Cox: (x^p - 1) / p = log(x) exprel(p log x), right also at p = 0 ---------------------------------


def _boxcox_power(log_x: Any, p: Any) -> Any:
    """The derivative by p of (x^p - 1) / p: log(x)^2 exprel'(p log x)."""
    return log_x * log_x * sc.hyp1f1(2.0, 3.0, p * log_x) / 2


def _inverse_power(log_x: Any, p: Any) -> Any:
    """The derivative by p of the x with (x^p - 1) / p = y: the two partials divided, -y_p / y_x."""
    return -_boxcox_power(log_x, p) * np.exp((1 - p) * log_x)


def _tukey_slope(c: Any, p: Any) -> Any:
    """The derivative of the Tukey-lambda quantile (c^p - (1-c)^p) / p by c."""
    return power(c, p - 1) + power(1 - c, p - 1)


def _tukey_power(c: Any, x: Any, p: Any) -> Any:
    change = _boxcox_power(np.log(c), p) - _boxcox_power(np.log1p(-c), p)
    return -change / _tukey_slope(c, p)


# fmt: off
BOTH_POWERS = [((0.2, 0.9), (0.2, 0.9)), ((1.2, 2.0), (-0.9, -0.2)), ((0.5, 2.0), (-1e-9, 1e-9))]
elementwise(sc.boxcox,       lambda y, x, p: power(x, p - 1), lambda y, x, p: _boxcox_power(np.log(x), p),
            domain=BOTH_POWERS)
elementwise(sc.boxcox1p,     lambda y, x, p: np.exp((p - 1) * np.log1p(x)),
                             lambda y, x, p: _boxcox_power(np.log1p(x), p), domain=BOTH_POWERS)
elementwise(sc.inv_boxcox,   lambda x, y, p: np.exp((1 - p) * np.log(x)),
                             lambda x, y, p: _inverse_power(np.log(x), p), domain=BOTH_POWERS)
elementwise(sc.inv_boxcox1p, lambda x, y, p: np.exp((1 - p) * np.log1p(x)),
                             lambda x, y, p: _inverse_power(np.log1p(x), p), domain=BOTH_POWERS)
elementwise(sc.tklmbda,      lambda c, x, p: 1 / _tukey_slope(c, p), _tukey_power,
            domain=[((-0.6, -0.2), (0.2, 0.9)), ((0.2, 0.6), (-0.9, -0.2))])

# Degrees, and rounding -------------------------------------------------------------------------------
elementwise(sc.sindg,  lambda y, x: DEGREE * sc.cosdg(x))
elementwise(sc.cosdg,  lambda y, x: -DEGREE * sc.sindg(x))
elementwise(sc.tandg,  lambda y, x: DEGREE * (1 + y * y))
elementwise(sc.cotdg,  lambda y, x: -DEGREE * (1 + y * y), domain=[((20.0, 70.0),), ((-70.0, -20.0),)])
elementwise(sc.radian, DEGREE, DEGREE / 60, DEGREE / 3600)
elementwise(sc.round,  0, domain=[((0.6, 0.9),), ((1.1, 1.4),)])
# fmt: on
