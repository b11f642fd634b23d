"""Twins of the functions of scipy.special that are written in Python: logsumexp, softmax, polygamma, ..."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["log_softmax", "logsumexp", "multigammaln", "polygamma", "softmax"]


def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False) -> Any:
    """log(sum(b exp(a))) along an axis, without overflow; as `scipy.special.logsumexp`.

    Its gradient is the softmax of a.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.grad(logsumexp)(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    a = np.stack(list(a)) if isinstance(a, list | tuple) else a
    # The shift takes no part in the derivative, since it cancels; a row of -inf is not shifted.
    top = _plain_max(a, axis)
    weighed = np.exp(a - top) if b is None else b * np.exp(a - top)
    total = np.log(np.sum(weighed, axis=axis, keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axis=axis)


def softmax(x: Any, axis: Any = None) -> Any:
    """exp(x) / sum(exp(x)) along an axis, without overflow; as `scipy.special.softmax`.

    Examples
    --------
    >>> softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    return np.exp(log_softmax(x, axis))


def log_softmax(x: Any, axis: Any = None) -> Any:
    """log(softmax(x)) along an axis; as `scipy.special.log_softmax`.

    Examples
    --------
    >>> log_softmax(np.array([0.0, 1000.0]))
    array([-1000.,     0.])
    """
    return x - logsumexp(x, axis=axis, keepdims=True)


def polygamma(n: int, x: Any) -> Any:
    """The n-th derivative of the digamma function at x; as `scipy.special.polygamma`, for one whole n.

    psi^(n)(x) = (-1)^(n+1) n! zeta(n + 1, x) for n > 0 (DLMF 5.15.1).

    Examples
    --------
    >>> round(float(polygamma(1, 1.0)), 12) == round(np.pi**2 / 6, 12)
    True
    """
    import scipy.special as sc

    if n == 0:
        return sc.psi(x)
    return (-1.0) ** (n + 1) * math.factorial(n) * sc.zeta(n + 1.0, x)


def multigammaln(a: Any, d: int) -> Any:
    """The log of the multivariate gamma function of dimension d; as `scipy.special.multigammaln`.

    d (d - 1) / 4 log(pi) + sum of gammaln(a - j / 2) for j = 0 .. d - 1.

    Examples
    --------
    >>> import scipy.special
    >>> abs(float(multigammaln(3.5, 3) - scipy.special.multigammaln(3.5, 3))) < 1e-14
    True
    """
    import scipy.special as sc

    constant = d * (d - 1) / 4 * math.log(math.pi)
    return constant + sum(sc.gammaln(a - j / 2) for j in range(d))


def _plain_max(a: Any, axis: Any) -> Any:
    """The largest elements along an axis as plain numbers, 0 where they are infinite."""
    from diffkit.tape.active import plain

    top = np.max(plain(a), axis=axis, keepdims=True)
    return np.where(np.isfinite(top), top, 0.0)
