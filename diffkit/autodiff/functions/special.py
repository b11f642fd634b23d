"""Twins of the functions of scipy.special that are written in Python: logsumexp, softmax, polygamma, ...

Its ufuncs (erf, gamma, jv, ...), and what SciPy writes with ufuncs alone (jvp, kvp, zeta, lambertw, ...),
differentiate as they are.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sc

from diffkit.autodiff.functions.operand import number, operand
from diffkit.rules import rule_of
from diffkit.rules.special import bessel
from diffkit.tape.active import plain

__all__ = [
    "comb",
    "diric",
    "factorial",
    "log_softmax",
    "logsumexp",
    "multigammaln",
    "perm",
    "polygamma",
    "softmax",
    "spherical_in",
    "spherical_jn",
    "spherical_kn",
    "spherical_yn",
]

# Exponentials ----------------------------------------------------------------------------------------


def logsumexp(
    a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False
) -> Any:
    """log(sum(b exp(a))) along an axis, without overflow; as `scipy.special.logsumexp`.

    Its gradient is the softmax of a.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.grad(logsumexp)(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    a, b = operand(a), operand(b)
    seen = plain(a) if b is None else np.where(plain(b) == 0, -np.inf, plain(a))
    # The shift takes no part in the derivative, since it cancels; a row of -inf is not shifted.
    top = np.max(seen, axis=axis, keepdims=True)
    if b is None and not return_sign and np.all(np.isfinite(top)):
        # The largest parts are 1 each; log1p keeps the digits of what is left of the sum without them.
        largest = seen == top
        count = np.sum(largest, axis=axis, keepdims=True)
        rest = np.sum(np.exp(a - top) - largest, axis=axis, keepdims=keepdims)
        top, count = (part if keepdims else np.squeeze(part, axis=axis) for part in (top, count))
        return number(
            np.log1p(rest) + top if np.all(count == 1) else np.log1p(rest / count) + np.log(count) + top
        )
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(all="ignore"):  # log(0) = -inf is an answer
        parts = np.exp(a - top) if b is None else b * np.exp(_finite(a - top, b))
        # The largest parts apart from the rest: log1p keeps the digits of a small rest.
        largest = np.sum(np.where(seen == top, parts, 0.0), axis=axis, keepdims=True)
        rest = np.sum(np.where(seen == top, 0.0, parts), axis=axis, keepdims=True)
        sign = np.sign(plain(largest) + plain(rest))
        apart = plain(largest) * sign > 0
        if return_sign:
            largest, rest = sign * largest, sign * rest
        if np.all(apart):
            y = np.log(largest) + np.log1p(rest / largest)
        else:
            one = np.where(apart, largest, 1.0)
            kept = np.log(one) + np.log1p(np.where(apart, rest, 0.0) / one)
            y = np.where(apart, kept, np.log(np.where(apart, 1.0, largest + rest)))
        y = y + top
    y, sign = (number(part if keepdims else np.squeeze(part, axis=axis)) for part in (y, sign))
    return (y, sign) if return_sign else y


def _finite(shifted: Any, b: Any) -> Any:
    """Exponents without those that overflow although their weight is 0."""
    beyond = (plain(b) == 0) & (plain(shifted) > 700)
    return np.where(beyond, -np.inf, shifted) if np.any(beyond) else shifted


def softmax(x: Any, axis: Any = None) -> Any:
    """exp(x) / sum(exp(x)) along an axis, without overflow; as `scipy.special.softmax`.

    Examples
    --------
    >>> softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    x = operand(x)
    parts = np.exp(x - np.max(plain(x), axis=axis, keepdims=True))
    return parts / np.sum(parts, axis=axis, keepdims=True)


def log_softmax(x: Any, axis: Any = None) -> Any:
    """log(softmax(x)) along an axis; as `scipy.special.log_softmax`.

    Examples
    --------
    >>> log_softmax(np.array([0.0, 1000.0]))
    array([-1000.,     0.])
    """
    x = operand(x)
    shifted = x - np.max(plain(x), axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


# Gamma functions and counting --------------------------------------------------------------------------


def polygamma(n: Any, x: Any) -> Any:
    """The n-th derivative of the digamma function at x; as `scipy.special.polygamma`.

    psi^(n)(x) = (-1)^(n+1) n! zeta(n + 1, x) for n > 0 (DLMF 5.15.1).

    Examples
    --------
    >>> round(float(polygamma(1, 1.0)), 12) == round(np.pi**2 / 6, 12)
    True
    """
    n, x = operand(n), operand(x)
    above = np.where(n == 0, 1, n)
    higher = np.where(above % 2 == 0, -1.0, 1.0) * sc.gamma(above + 1.0) * sc.zeta(above + 1.0, x)
    return number(np.where(n == 0, sc.psi(x), higher))


def multigammaln(a: Any, d: int) -> Any:
    """The log of the multivariate gamma function of dimension d; as `scipy.special.multigammaln`.

    d (d - 1) / 4 log(pi) + sum of gammaln(a - j / 2) for j = 0 .. d - 1.

    Raises
    ------
    ValueError
        Unless every a > (d - 1) / 2.

    Examples
    --------
    >>> import scipy.special
    >>> abs(float(multigammaln(3.5, 3) - scipy.special.multigammaln(3.5, 3))) < 1e-14
    True
    """
    a = operand(a)
    if np.any(plain(a) <= (d - 1) / 2):
        raise ValueError(f"multigammaln needs a > (d - 1) / 2 = {(d - 1) / 2}, and a is {plain(a)}")
    return d * (d - 1) / 4 * math.log(math.pi) + sum(sc.gammaln(a - j / 2) for j in range(d))


def factorial(n: Any, exact: bool = False, extend: str = "zero") -> Any:
    """n! = Gamma(n + 1), and 0 for n < 0; as `scipy.special.factorial`.

    Examples
    --------
    >>> import diffkit as dk
    >>> dk.derivative(factorial, 0.0) == -np.euler_gamma
    True
    """
    n = operand(n)
    if exact or extend != "zero":
        return sc.factorial(n, exact=exact, extend=extend)
    inside = n >= 0
    return number(np.where(inside, sc.gamma(np.where(inside, n, 0.0) + 1), 0.0))


def comb(N: Any, k: Any, *, exact: bool = False, repetition: bool = False) -> Any:
    """The number of ways to choose k of N, and 0 unless 0 <= k <= N; as `scipy.special.comb`.

    Examples
    --------
    >>> float(comb(5, 2))
    10.0
    """
    N, k = operand(N), operand(k)
    if exact:
        return sc.comb(N, k, exact=True, repetition=repetition)
    if repetition:
        none = (k == 0) & (N >= 0)
        return number(np.where(none, 1.0, sc.binom(np.where(none, 2.0, N) + k - 1, k)))
    return _counted(sc.binom, N, k, N, k)


def perm(N: Any, k: Any, exact: bool = False) -> Any:
    """The number of ways to line up k of N, and 0 unless 0 <= k <= N; as `scipy.special.perm`.

    Examples
    --------
    >>> float(perm(5, 2))
    20.0
    """
    N, k = operand(N), operand(k)
    return sc.perm(N, k, exact=True) if exact else _counted(sc.poch, N, k, N - k + 1, k)


def _counted(function: Any, N: Any, k: Any, a: Any, b: Any) -> Any:
    inside = (k <= N) & (N >= 0) & (k >= 0)
    return number(np.where(inside, function(np.where(inside, a, 2.0), np.where(inside, b, 1.0)), 0.0))


def diric(x: Any, n: Any) -> Any:
    """The Dirichlet kernel sin(n x / 2) / (n sin(x / 2)) for whole n > 0; as `scipy.special.diric`.

    Written as U_(n-1)(cos(x / 2)) / n (DLMF 18.5.2), which has no 0/0.

    Examples
    --------
    >>> float(diric(0.0, 5))
    1.0
    """
    n = np.asarray(operand(n))
    good = (n > 0) & (n == np.floor(n))
    whole = np.where(good, n, 1).astype(int)
    return number(np.where(good, sc.eval_chebyu(whole - 1, np.cos(operand(x) / 2)) / whole, np.nan))


# Spherical Bessel functions ------------------------------------------------------------------------------


def _spherical(function: Any, n: Any, z: Any, derivative: bool) -> Any:
    if not derivative:
        return function(operand(n), operand(z))
    slope: Any = rule_of(function).partial(1)
    return slope(None, operand(n), operand(z))


def spherical_jn(n: Any, z: Any, derivative: bool = False) -> Any:
    """The spherical Bessel function j_n(z), or its slope; as `scipy.special.spherical_jn`.

    Examples
    --------
    >>> float(spherical_jn(0, 0.0))
    1.0
    """
    return _spherical(bessel.SPHERICAL_JN, n, z, derivative)


def spherical_yn(n: Any, z: Any, derivative: bool = False) -> Any:
    """The spherical Bessel function y_n(z), or its slope; as `scipy.special.spherical_yn`.

    Examples
    --------
    >>> bool(spherical_yn(0, 1.0) == -np.cos(1.0))
    True
    """
    return _spherical(bessel.SPHERICAL_YN, n, z, derivative)


def spherical_in(n: Any, z: Any, derivative: bool = False) -> Any:
    """The modified spherical Bessel function i_n(z), or its slope; as `scipy.special.spherical_in`.

    Examples
    --------
    >>> float(spherical_in(0, 0.0))
    1.0
    """
    return _spherical(bessel.SPHERICAL_IN, n, z, derivative)


def spherical_kn(n: Any, z: Any, derivative: bool = False) -> Any:
    """The modified spherical Bessel function k_n(z), or its slope; as `scipy.special.spherical_kn`.

    Examples
    --------
    >>> round(float(spherical_kn(0, 1.0) * np.e / np.pi), 12)
    0.5
    """
    return _spherical(bessel.SPHERICAL_KN, n, z, derivative)
