"""Distribution functions and their inverses: a cdf has the slope of a density, a quantile its reciprocal.

Letters: `c` a probability, `x` a quantile. A count is rounded down by the function, so its partial is 0.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sc

from diffkit.rules.declare import elementwise


def _gamma(a: Any, b: Any, x: Any) -> Any:
    """(a x)^(b-1) exp(-a x) / Gamma(b): the density of P(b, .) at a x."""
    return np.exp(sc.xlogy(b - 1, a * x) - a * x - sc.gammaln(b))


def _chi2(v: Any, x: Any) -> Any:
    return _gamma(0.5, v / 2, x) / 2


def _poisson(k: Any, m: Any) -> Any:
    """The probability of floor(k) events where m are expected."""
    whole = np.floor(k)
    return np.exp(sc.xlogy(whole, m) - m - sc.gammaln(whole + 1))


def _binomial(k: Any, n: Any, p: Any) -> Any:
    """(n - k) C(n, k) p^k (1-p)^(n-k-1), the slope of the binomial tail above k."""
    whole = np.floor(k)
    return np.exp(sc.xlogy(whole, p) + sc.xlog1py(n - whole - 1, -p) - sc.betaln(n - whole, whole + 1))


def _negative_binomial(k: Any, n: Any, p: Any) -> Any:
    whole = np.floor(k)
    return np.exp(sc.xlogy(n - 1, p) + sc.xlog1py(whole, -p) - sc.betaln(n, whole + 1))


def _student(df: Any, x: Any) -> Any:
    return np.exp(-(df + 1) / 2 * np.log1p(x * x / df) - sc.betaln(df / 2, 0.5) - np.log(df) / 2)


def _fisher(m: Any, n: Any, x: Any) -> Any:
    r = m / n
    return np.exp(
        m / 2 * np.log(r) + sc.xlogy(m / 2 - 1, x) - (m + n) / 2 * np.log1p(r * x) - sc.betaln(m / 2, n / 2)
    )


# fmt: off
COUNT = (2.2, 2.8)
elementwise(sc.bdtr,   0, None, lambda c, k, n, p: -_binomial(k, n, p), domain=[(COUNT, 5, (0.2, 0.9))])
elementwise(sc.bdtrc,  0, None, lambda c, k, n, p: _binomial(k, n, p), domain=[(COUNT, 5, (0.2, 0.9))])
elementwise(sc.bdtri,  0, None, lambda p, k, n, c: -1 / _binomial(k, n, p), domain=[(COUNT, 5, (0.2, 0.9))])
elementwise(sc.nbdtr,  None, None, lambda c, k, n, p: _negative_binomial(k, n, p),
            domain=[(2, 5, (0.2, 0.9))])
elementwise(sc.nbdtrc, None, None, lambda c, k, n, p: -_negative_binomial(k, n, p),
            domain=[(2, 5, (0.2, 0.9))])
elementwise(sc.nbdtri, None, None, lambda p, k, n, c: 1 / _negative_binomial(k, n, p),
            domain=[(2, 5, (0.2, 0.9))])
elementwise(sc.pdtr,   0, lambda c, k, m: -_poisson(k, m), domain=[(COUNT, (0.2, 5.0))])
elementwise(sc.pdtrc,  0, lambda c, k, m: _poisson(k, m), domain=[(COUNT, (0.2, 5.0))])
elementwise(sc.pdtri,  None, lambda m, k, c: -1 / _poisson(k, m), domain=[(2, (0.2, 0.9))])

elementwise(sc.chdtr,  None, lambda c, v, x: _chi2(v, x), domain=[((1.5, 5.0), (0.2, 5.0))])
elementwise(sc.chdtrc, None, lambda c, v, x: -_chi2(v, x), domain=[((1.5, 5.0), (0.2, 5.0))])
elementwise(sc.chdtri, None, lambda x, v, c: -1 / _chi2(v, x), domain=[((1.5, 5.0), (0.2, 0.9))])
elementwise(sc.gdtr,   lambda c, a, b, x: x * _gamma(a, b, x), None, lambda c, a, b, x: a * _gamma(a, b, x))
elementwise(sc.gdtrc,  lambda c, a, b, x: -x * _gamma(a, b, x), None, lambda c, a, b, x: -a * _gamma(a, b, x))
elementwise(sc.gdtrix, lambda x, a, b, c: -x / a, None, lambda x, a, b, c: 1 / (a * _gamma(a, b, x)))
elementwise(sc.gdtria, lambda a, c, b, x: 1 / (x * _gamma(a, b, x)), None, lambda a, c, b, x: -a / x)
elementwise(sc.stdtr,  None, lambda c, df, x: _student(df, x), domain=[((1.5, 9.0), (-3.0, 3.0))])
elementwise(sc.stdtrit, None, lambda x, df, c: 1 / _student(df, x), domain=[((1.5, 9.0), (0.1, 0.9))])
elementwise(sc.fdtr,   None, None, lambda c, m, n, x: _fisher(m, n, x),
            domain=[((1.5, 9.0), (1.5, 9.0), (0.2, 3.0))])
elementwise(sc.fdtrc,  None, None, lambda c, m, n, x: -_fisher(m, n, x),
            domain=[((1.5, 9.0), (1.5, 9.0), (0.2, 3.0))])
elementwise(sc.fdtri,  None, None, lambda x, m, n, c: 1 / _fisher(m, n, x),
            domain=[((1.5, 9.0), (1.5, 9.0), (0.2, 0.9))])
# c = ndtr((x - mean) / std), solved for the mean and for std
elementwise(sc.nrdtrimn, lambda mean, c, std, x: -std * _ndtri_slope(c),
                         lambda mean, c, std, x: -sc.ndtri(c), 1)
elementwise(sc.nrdtrisd, lambda std, mean, c, x: -1 / sc.ndtri(c),
                         lambda std, mean, c, x: -std * _ndtri_slope(c) / sc.ndtri(c),
                         lambda std, mean, c, x: 1 / sc.ndtri(c),
            domain=[((0.2, 0.4), (0.6, 0.9), (0.5, 0.9))])
# fmt: on


def _ndtri_slope(c: Any) -> Any:
    z = sc.ndtri(c)
    return math.sqrt(2 * math.pi) * np.exp(z * z / 2)
