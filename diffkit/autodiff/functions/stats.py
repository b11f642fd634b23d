"""Twins of the distributions of scipy.stats: norm, t, gamma, beta, ..., with loc and scale; poisson, binom.

A distribution is a row: its standard log density, distribution function and quantile, and where it lives.
Location, scale and the ends of the support are seen to once, for all rows. The derivatives are with respect
to x (the probability, for a quantile) and every parameter; where no closed form is known (`gamma.cdf` by a),
a NoRuleError names the function of scipy.special that has none.

Letters: `z` is (x - loc) / scale, `p` a probability, `k` a count.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.special as sc

from diffkit.autodiff.functions.multivariate import dirichlet, multivariate_normal
from diffkit.autodiff.functions.operand import number, operand

__all__ = [
    "Continuous",
    "Discrete",
    "bernoulli",
    "beta",
    "binom",
    "cauchy",
    "chi2",
    "dirichlet",
    "expon",
    "gamma",
    "laplace",
    "logistic",
    "lognorm",
    "multivariate_normal",
    "norm",
    "poisson",
    "t",
    "uniform",
]

Function = Callable[..., Any]
LOG_2, LOG_PI, LOG_2PI = math.log(2.0), math.log(math.pi), math.log(2 * math.pi)


def _positive(*shapes: Any) -> Any:
    """Whether every parameter is above 0, as most of them have to be."""
    good: Any = True
    for shape in shapes:
        good = good & (shape > 0)
    return good


def _bound(names: tuple[str, ...], defaults: dict[str, float], args: Any, keywords: Any) -> list[Any]:
    """The parameters in the order of their names, from a call in SciPy's way."""
    given = {**defaults, **dict(zip(names, args, strict=False)), **keywords}
    unknown = [name for name in given if name not in names]
    missing = [name for name in names if name not in given]
    if unknown or missing or len(args) > len(names):
        raise TypeError(f"the parameters are {', '.join(names)}; {len(args)} given, and {sorted(keywords)}")
    return [operand(given[name]) for name in names]


def _log_of(probability: Function, other: Function) -> Function:
    """log p, by the probability of the other side where p is nearly 1."""

    def log(z: Any, *shapes: Any) -> Any:
        p, rest = probability(z, *shapes), other(z, *shapes)
        low = p < 0.5
        return np.where(low, np.log(np.where(low, p, 0.5)), np.log1p(-np.where(low, 0.5, rest)))

    return log


@dataclass(frozen=True)
class Continuous:
    """A continuous distribution with SciPy's methods, each called as method(x, *shapes, loc=0, scale=1).

    Attributes
    ----------
    logpdf_at, cdf_at, sf_at, ppf_at, isf_at
        The standard functions of z (of p), then the shape parameters.
    logcdf_at, logsf_at
        Where log(cdf) would lose digits, a better form.
    shapes
        The names of the shape parameters.
    support
        The ends of the interval on which the standard density lives.
    valid
        Whether the shape parameters are possible; nan is the answer where they are not.
    """

    logpdf_at: Function
    cdf_at: Function
    sf_at: Function
    ppf_at: Function
    isf_at: Function
    logcdf_at: Function | None = None
    logsf_at: Function | None = None
    shapes: tuple[str, ...] = ()
    support: tuple[float, float] = (-math.inf, math.inf)
    valid: Function = _positive

    def logpdf(self, x: Any, *args: Any, **keywords: Any) -> Any:
        """The logarithm of the density at x."""
        return self._at(x, args, keywords, self.logpdf_at, -math.inf, -math.inf, lambda y, s: y - np.log(s))

    def pdf(self, x: Any, *args: Any, **keywords: Any) -> Any:
        """The density at x."""
        density = lambda z, *shapes: np.exp(self.logpdf_at(z, *shapes))
        return self._at(x, args, keywords, density, 0.0, 0.0, lambda y, s: y / s)

    def cdf(self, x: Any, *args: Any, **keywords: Any) -> Any:
        """The probability of a value up to x."""
        return self._at(x, args, keywords, self.cdf_at, 0.0, 1.0)

    def sf(self, x: Any, *args: Any, **keywords: Any) -> Any:
        """The probability of a value above x."""
        return self._at(x, args, keywords, self.sf_at, 1.0, 0.0)

    def logcdf(self, x: Any, *args: Any, **keywords: Any) -> Any:
        """The logarithm of the probability of a value up to x."""
        log = self.logcdf_at or _log_of(self.cdf_at, self.sf_at)
        return self._at(x, args, keywords, log, -math.inf, 0.0)

    def logsf(self, x: Any, *args: Any, **keywords: Any) -> Any:
        """The logarithm of the probability of a value above x."""
        log = self.logsf_at or _log_of(self.sf_at, self.cdf_at)
        return self._at(x, args, keywords, log, 0.0, -math.inf)

    def ppf(self, q: Any, *args: Any, **keywords: Any) -> Any:
        """The value up to which the probability is q."""
        return self._quantile(self.ppf_at, q, self.support, args, keywords)

    def isf(self, q: Any, *args: Any, **keywords: Any) -> Any:
        """The value above which the probability is q."""
        return self._quantile(self.isf_at, q, self.support[::-1], args, keywords)

    def _parameters(self, args: Any, keywords: Any) -> tuple[list[Any], Any, Any, Any]:
        names = (*self.shapes, "loc", "scale")
        *shapes, loc, scale = _bound(names, {"loc": 0.0, "scale": 1.0}, args, keywords)
        good = (scale > 0) & self.valid(*shapes)
        return [np.where(good, shape, 0.5) for shape in shapes], loc, np.where(good, scale, 1.0), good

    def _at(
        self, x: Any, args: Any, keywords: Any, function: Function, below: float, above: float,
        scaled: Function = lambda y, s: y,
    ) -> Any:  # fmt: skip
        """function(z, *shapes) inside the support; `below` and `above` it; nan where a parameter is wrong."""
        shapes, loc, scale, good = self._parameters(args, keywords)
        low, high = self.support
        z = (operand(x) - loc) / scale
        inside = (z >= low) & (z <= high)
        # Outside, the function is taken at a point where it is finite, so that nothing warns.
        middle = 0.5 if math.isfinite(low) else 0.0
        with np.errstate(all="ignore"):
            y = scaled(function(np.where(inside, z, middle), *shapes), scale)
        y = np.where(inside, y, np.where(z > high, above, np.where(z < low, below, np.nan)))
        return number(np.where(good, y, np.nan))

    def _quantile(
        self, function: Function, q: Any, ends: tuple[float, float], args: Any, keywords: Any
    ) -> Any:
        shapes, loc, scale, good = self._parameters(args, keywords)
        q = operand(q)
        inside = (q > 0) & (q < 1)
        z = np.where(q == 0, ends[0], np.where(q == 1, ends[1], np.nan))
        z = np.where(inside, function(np.where(inside, q, 0.5), *shapes), z)
        return number(np.where(good, z * scale + loc, np.nan))


@dataclass(frozen=True)
class Discrete:
    """A distribution of counts with SciPy's methods, each called as method(k, *shapes, loc=0)."""

    logpmf_at: Function
    cdf_at: Function
    sf_at: Function
    shapes: tuple[str, ...]
    valid: Function
    high: Function = lambda *shapes: math.inf

    def logpmf(self, k: Any, *args: Any, **keywords: Any) -> Any:
        """The logarithm of the probability of k."""
        return self._at(k, args, keywords, self.logpmf_at, -math.inf, -math.inf, mass=True)

    def pmf(self, k: Any, *args: Any, **keywords: Any) -> Any:
        """The probability of k."""
        mass = lambda k, *shapes: np.exp(self.logpmf_at(k, *shapes))
        return self._at(k, args, keywords, mass, 0.0, 0.0, mass=True)

    def cdf(self, k: Any, *args: Any, **keywords: Any) -> Any:
        """The probability of a count up to k."""
        return self._at(k, args, keywords, self.cdf_at, 0.0, 1.0)

    def sf(self, k: Any, *args: Any, **keywords: Any) -> Any:
        """The probability of a count above k."""
        return self._at(k, args, keywords, self.sf_at, 1.0, 0.0)

    def logcdf(self, k: Any, *args: Any, **keywords: Any) -> Any:
        """The logarithm of the probability of a count up to k."""
        return self._at(k, args, keywords, _log_of(self.cdf_at, self.sf_at), -math.inf, 0.0)

    def logsf(self, k: Any, *args: Any, **keywords: Any) -> Any:
        """The logarithm of the probability of a count above k."""
        return self._at(k, args, keywords, _log_of(self.sf_at, self.cdf_at), 0.0, -math.inf)

    def _at(
        self, k: Any, args: Any, keywords: Any, function: Function, below: float, above: float,
        mass: bool = False,
    ) -> Any:  # fmt: skip
        *shapes, loc = _bound((*self.shapes, "loc"), {"loc": 0.0}, args, keywords)
        good = self.valid(*shapes)
        high = self.high(*shapes)
        k = operand(k) - loc
        whole = np.floor(k)
        # At the last count, cdf is 1 and sf is 0, whatever the formula makes of a parameter 0 there.
        inside = (k >= 0) & (k <= high) & (k == whole) if mass else (k >= 0) & (k < high)
        shapes = [np.where(good, shape, 0.5) for shape in shapes]
        with np.errstate(all="ignore"):
            y = function(np.where(inside, whole, 0.0), *shapes)
        ends = np.where(k < 0, below, np.where(np.isnan(k), np.nan, above))
        return number(np.where(good, np.where(inside, y, ends), np.nan))


def _laplace_log_tail(z: Any) -> Any:
    """log of exp(z) / 2 for z < 0, of 1 - exp(-z) / 2 above."""
    return np.where(z < 0, np.minimum(z, 0.0) - LOG_2, np.log1p(-0.5 * np.exp(-np.maximum(z, 0.0))))


def _laplace_cdf(z: Any) -> Any:
    half = 0.5 * np.exp(-np.absolute(z))
    return np.where(z > 0, 1 - half, half)


def _laplace_ppf(p: Any) -> Any:
    upper = p > 0.5
    return np.where(upper, -np.log(2 * (1 - np.where(upper, p, 0.75))), np.log(2 * np.where(upper, 0.25, p)))


def _cauchy_isf(p: Any) -> Any:
    """1 / tan(pi p), from the nearer end."""
    upper = p > 0.5
    low, high = np.where(upper, 0.25, p), np.where(upper, p, 0.75)
    return np.where(upper, -1 / np.tan(math.pi * (1 - high)), 1 / np.tan(math.pi * low))


def _binom_logpmf(k: Any, n: Any, p: Any) -> Any:
    ways = sc.gammaln(n + 1) - sc.gammaln(k + 1) - sc.gammaln(n - k + 1)
    return ways + sc.xlogy(k, p) + sc.xlog1py(n - k, -p)


def _lognorm_logpdf(z: Any, s: Any) -> Any:
    log = np.log(z) / s
    return np.where(z == 0, -math.inf, -log * log / 2 - np.log(s * np.where(z == 0, 1.0, z)) - LOG_2PI / 2)


POSITIVE = (0.0, math.inf)

norm = Continuous(
    logpdf_at=lambda z: -z * z / 2 - LOG_2PI / 2,
    cdf_at=lambda z: sc.ndtr(z),
    sf_at=lambda z: sc.ndtr(-z),
    ppf_at=lambda p: sc.ndtri(p),
    isf_at=lambda p: -sc.ndtri(p),
    logcdf_at=lambda z: sc.log_ndtr(z),
    logsf_at=lambda z: sc.log_ndtr(-z),
)
t = Continuous(
    logpdf_at=lambda z, df: -(df + 1) / 2 * np.log1p(z * z / df) - sc.betaln(df / 2, 0.5) - np.log(df) / 2,
    cdf_at=lambda z, df: sc.stdtr(df, z),
    sf_at=lambda z, df: sc.stdtr(df, -z),
    ppf_at=lambda p, df: sc.stdtrit(df, p),
    isf_at=lambda p, df: -sc.stdtrit(df, p),
    shapes=("df",),
)
gamma = Continuous(
    logpdf_at=lambda z, a: sc.xlogy(a - 1, z) - z - sc.gammaln(a),
    cdf_at=lambda z, a: sc.gammainc(a, z),
    sf_at=lambda z, a: sc.gammaincc(a, z),
    ppf_at=lambda p, a: sc.gammaincinv(a, p),
    isf_at=lambda p, a: sc.gammainccinv(a, p),
    shapes=("a",),
    support=POSITIVE,
)
chi2 = Continuous(
    logpdf_at=lambda z, df: sc.xlogy(df / 2 - 1, z) - z / 2 - sc.gammaln(df / 2) - df / 2 * LOG_2,
    cdf_at=lambda z, df: sc.chdtr(df, z),
    sf_at=lambda z, df: sc.chdtrc(df, z),
    ppf_at=lambda p, df: 2 * sc.gammaincinv(df / 2, p),
    isf_at=lambda p, df: sc.chdtri(df, p),
    shapes=("df",),
    support=POSITIVE,
)
beta = Continuous(
    logpdf_at=lambda z, a, b: sc.xlogy(a - 1, z) + sc.xlog1py(b - 1, -z) - sc.betaln(a, b),
    cdf_at=lambda z, a, b: sc.betainc(a, b, z),
    sf_at=lambda z, a, b: sc.betaincc(a, b, z),
    ppf_at=lambda p, a, b: sc.betaincinv(a, b, p),
    isf_at=lambda p, a, b: sc.betainccinv(a, b, p),
    shapes=("a", "b"),
    support=(0.0, 1.0),
)
expon = Continuous(
    logpdf_at=lambda z: -z,
    cdf_at=lambda z: -np.expm1(-z),
    sf_at=lambda z: np.exp(-z),
    ppf_at=lambda p: -np.log1p(-p),
    isf_at=lambda p: -np.log(p),
    logsf_at=lambda z: -z,
    support=POSITIVE,
)
uniform = Continuous(
    logpdf_at=lambda z: 0.0 * z,
    cdf_at=lambda z: z,
    sf_at=lambda z: 1 - z,
    ppf_at=lambda p: p,
    isf_at=lambda p: 1 - p,
    support=(0.0, 1.0),
)
lognorm = Continuous(
    logpdf_at=_lognorm_logpdf,
    cdf_at=lambda z, s: sc.ndtr(np.log(z) / s),
    sf_at=lambda z, s: sc.ndtr(-np.log(z) / s),
    ppf_at=lambda p, s: np.exp(s * sc.ndtri(p)),
    isf_at=lambda p, s: np.exp(-s * sc.ndtri(p)),
    logcdf_at=lambda z, s: sc.log_ndtr(np.log(z) / s),
    logsf_at=lambda z, s: sc.log_ndtr(-np.log(z) / s),
    shapes=("s",),
    support=POSITIVE,
)
laplace = Continuous(
    logpdf_at=lambda z: -np.absolute(z) - LOG_2,
    cdf_at=_laplace_cdf,
    sf_at=lambda z: _laplace_cdf(-z),
    ppf_at=_laplace_ppf,
    isf_at=lambda p: -_laplace_ppf(p),
    logcdf_at=_laplace_log_tail,
    logsf_at=lambda z: _laplace_log_tail(-z),
)
logistic = Continuous(
    logpdf_at=lambda z: sc.log_expit(z) + sc.log_expit(-z),
    cdf_at=lambda z: sc.expit(z),
    sf_at=lambda z: sc.expit(-z),
    ppf_at=lambda p: sc.logit(p),
    isf_at=lambda p: -sc.logit(p),
    logcdf_at=lambda z: sc.log_expit(z),
    logsf_at=lambda z: sc.log_expit(-z),
)
cauchy = Continuous(
    logpdf_at=lambda z: -LOG_PI - np.log1p(z * z),
    cdf_at=lambda z: np.arctan2(1.0, -z) / math.pi,
    sf_at=lambda z: np.arctan2(1.0, z) / math.pi,
    ppf_at=lambda p: -_cauchy_isf(p),
    isf_at=_cauchy_isf,
)

# A tail of counts is a gamma or beta distribution of its parameter (DLMF 8.4.10, 8.17.5).
poisson = Discrete(
    logpmf_at=lambda k, mu: sc.xlogy(k, mu) - sc.gammaln(k + 1) - mu,
    cdf_at=lambda k, mu: sc.gammaincc(k + 1, mu),
    sf_at=lambda k, mu: sc.gammainc(k + 1, mu),
    shapes=("mu",),
    valid=lambda mu: mu >= 0,
)
binom = Discrete(
    logpmf_at=_binom_logpmf,
    cdf_at=lambda k, n, p: sc.betaincc(k + 1, n - k, p),
    sf_at=lambda k, n, p: sc.betainc(k + 1, n - k, p),
    shapes=("n", "p"),
    valid=lambda n, p: (n >= 0) & (p >= 0) & (p <= 1),
    high=lambda n, p: n,
)
bernoulli = Discrete(
    logpmf_at=lambda k, p: sc.xlogy(k, p) + sc.xlog1py(1 - k, -p),
    cdf_at=lambda k, p: 1 - p,
    sf_at=lambda k, p: p,
    shapes=("p",),
    valid=lambda p: (p >= 0) & (p <= 1),
    high=lambda p: 1,
)
