"""Polynomials as arrays of coefficients, highest power first."""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.example import Array, example
from diffkit.tape.written.declare import as_array, written

P, Q, NUMBER = Array(4), Array(2), Array()


@written(np.polyval, examples=[example(P, NUMBER), example(P, Array(2, 3)), example([1.0, 2.0], NUMBER)])
def polyval(p: Any, x: Any) -> Any:
    """np.polyval, by Horner's rule."""
    x = as_array(x)
    y = np.zeros_like(x)
    for coefficient in as_array(p):
        y = y * x + coefficient
    return y


@written(np.polyadd, examples=[example(P, Q), example(Q, P), example(NUMBER, P), example(P, [1.0])])
def polyadd(a: Any, b: Any) -> Any:
    """np.polyadd: the sum of two polynomials."""
    a, b = np.atleast_1d(a), np.atleast_1d(b)
    short, long = (a, b) if len(a) < len(b) else (b, a)
    count = len(long) - len(short)
    return np.concatenate([long[:count], short + long[count:]]) if count else a + b


@written(np.polysub, examples=[example(P, Q), example(Q, P)])
def polysub(a: Any, b: Any) -> Any:
    """np.polysub: the difference of two polynomials."""
    return polyadd(a, -as_array(b))


@written(np.polymul, examples=[example(P, Q), example(NUMBER, Q), example(np.array([0.0, 1.0]), P)])
def polymul(a: Any, b: Any) -> Any:
    """np.polymul: the product of two polynomials, leading zeros dropped as NumPy does."""
    return np.convolve(_trimmed(a), _trimmed(b))


def _trimmed(p: Any) -> Any:
    p = np.trim_zeros(np.atleast_1d(p), "f")
    return p if len(p) else np.zeros(1)


@written(np.polydiv, examples=[example(P, Q), example(Array(5), Array(3)), example(Q, P), example(P, NUMBER)])
def polydiv(u: Any, v: Any) -> tuple[Any, Any]:
    """np.polydiv: quotient and remainder, by long division."""
    u, v = np.atleast_1d(u) + 0.0, np.atleast_1d(v) + 0.0
    quotient = []
    while len(u) >= len(v):
        quotient.append(u[0] / v[0])
        u = np.concatenate([u[1 : len(v)] - quotient[-1] * v[1:], u[len(v) :]])
    while len(u) > 1 and np.allclose(u[0], 0, rtol=1e-14):
        u = u[1:]
    return (np.stack(quotient) if quotient else 0 * u[:1]), (u if len(u) else 0 * v[:1])


@written(np.polyder, examples=[example(P), example(P, 2), example(Q, m=3), example(P, 0)])
def polyder(p: Any, m: int = 1) -> Any:
    """np.polyder: the m-th derivative of a polynomial."""
    for _ in range(m):
        p = p[:-1] * np.arange(len(p) - 1, 0, -1)
    return p


@written(
    np.polyint, examples=[example(P), example(P, 2, k=Array(2)), example(P, 2, NUMBER), example(P, k=NUMBER)]
)
def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """np.polyint: the m-th integral of a polynomial, k being the constants."""
    p = as_array(p)
    k = np.broadcast_to(0.0 if k is None else k, (m,))
    for i in range(m):
        p = np.concatenate([p / np.arange(len(p), 0, -1), k[i : i + 1]])
    return p


@written(np.poly, examples=[example(Array(3)), example(Array(2, made=lambda x: x + 1j))])
def poly(roots: Any) -> Any:
    """np.poly: the polynomial with these roots, or the characteristic one of a matrix."""
    roots = np.linalg.eigvals(roots) if np.ndim(roots) == 2 else np.atleast_1d(roots)
    one = np.ones(1, roots.dtype)
    p = one
    for root in roots:
        p = np.convolve(p, np.concatenate([one, np.reshape(-root, 1)]))
    return p


@written(
    np.polyfit,
    examples=[
        example(Array(5, made=lambda x: x + np.arange(5)), Array(5), 2),
        example(Array(5, made=lambda x: x + np.arange(5)), Array(5, 2), 1, w=Array(5)),
        example(np.arange(5.0), Array(5), 1, full=True),
        example(np.arange(5.0), Array(5), 1, cov=True),
        example(np.arange(5.0), Array(5), 1, w=Array(5), cov="unscaled"),
        example(np.arange(5.0), Array(5, 2), 1, cov=True),
    ],
)
def polyfit(
    x: Any, y: Any, deg: Any, rcond: Any = None, full: bool = False, w: Any = None, cov: Any = False
) -> Any:
    """np.polyfit for a degree: least squares with columns of length 1."""
    x, y = as_array(x) + 0.0, as_array(y) + 0.0
    rcond = len(x) * np.finfo(x.dtype).eps if rcond is None else rcond
    a, b = np.vander(x, int(deg) + 1), y
    if w is not None:
        w = as_array(w)
        a, b = a * w[:, None], (b.T * w).T
    scale = np.sqrt(np.sum(a * a, axis=0))
    a = a / scale
    p, residuals, rank, s = np.linalg.lstsq(a, b, rcond)
    p = (p.T / scale).T
    if full:
        return p, residuals, rank, s, rcond
    if not cov:
        return p
    covariance = np.linalg.inv(a.T @ a) / np.outer(scale, scale)
    if cov == "unscaled":
        return p, covariance if y.ndim == 1 else covariance[:, :, None]
    if len(x) <= len(scale):
        raise ValueError("the number of data points must exceed order to scale the covariance matrix")
    return p, np.multiply.outer(covariance, residuals[0] if y.ndim == 1 else residuals) / (
        len(x) - len(scale)
    )


@written(np.vander, examples=[example(P), example(P, 2), example(P, N=5, increasing=True), example(P, 0)])
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """np.vander: the powers of x, side by side."""
    powers = np.arange(len(x) if N is None else N)
    return np.power(np.expand_dims(x, 1), powers if increasing else powers[::-1])
