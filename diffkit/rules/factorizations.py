"""The derivative of the factorizations of a matrix: Cholesky, QR, eigenvalues, singular values.

Letters: `x` the matrix, `x_dot` its tangent, `x_bar` its cotangent; u, s, vt, w, v, q, r, l the factors.
cholesky and eigh read one triangle of x only, so x_bar lies on that triangle: for a symmetric x the
gradient among symmetric matrices is (x_bar + x_bar^T) / 2.

Where eigenvalues or singular values meet, the vectors between them turn at infinite speed: their
derivative is inf or nan, that of the values is not. A cotangent that does not ask for those vectors does
not feel them. Numbers closer than their own rounding errors count as equal. Complex vectors are unique up
to a phase, which is held still (v^H v_dot is real) except by eig, where NumPy fixes it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.errors import NoRuleError
from diffkit.example import Array, example
from diffkit.rules.declare import array_rule
from diffkit.rules.linalg import (
    adjoint,
    complex_array,
    complex_regular,
    folded,
    identity,
    mirrored,
    regular,
    swapped,
)


def positive_definite(a: Any) -> Any:
    """An operand of the examples."""
    return a @ swapped(a) + np.eye(np.shape(a)[-1])


def complex_positive_definite(a: Any) -> Any:
    z = complex_array(a)
    return z @ adjoint(z) + np.eye(np.shape(a)[-1])


# Cholesky: x = l l^H (I. Murray, Differentiation of the Cholesky decomposition, 2016, arXiv:1602.07527) ----


def _half(m: Any) -> Any:
    """The triangular matrix whose sum with its adjoint is the Hermitian m; its own transpose as a map."""
    below = np.tri(np.shape(m)[-1], k=-1, dtype=bool)
    return np.where(below, m, np.where(identity(m), m / 2, 0))


def _push_cholesky(x_dot: Any, y: Any, x: Any, *, upper: bool = False) -> Any:
    lower = adjoint(y) if upper else y
    part = np.linalg.solve(lower, mirrored(x_dot, not upper))
    lower_dot = lower @ _half(adjoint(np.linalg.solve(lower, adjoint(part))))
    return adjoint(lower_dot) if upper else lower_dot


def _pull_cholesky(y_bar: Any, y: Any, x: Any, *, upper: bool = False) -> Any:
    lower, lower_bar = (adjoint(y), adjoint(y_bar)) if upper else (y, y_bar)
    turned = swapped(lower)
    part = np.linalg.solve(turned, _half(turned @ lower_bar))  # l^-T half(l^T l_bar) l^-*
    return folded(adjoint(np.linalg.solve(turned, adjoint(part))), not upper)


array_rule(
    np.linalg.cholesky,
    (_push_cholesky, _pull_cholesky),
    examples=[
        example(Array(2, 3, 3, made=positive_definite)),
        example(Array(3, 3, made=complex_positive_definite)),
        example(Array(3, 3, made=positive_definite), upper=True),
        example(Array(3, 3, made=complex_positive_definite), upper=True),
        example(Array(3, 3, made=lambda a: a + 3 * np.eye(3))),  # the other triangle is not read
        example(Array(3, 3, made=lambda a: a + 3 * np.eye(3)), upper=True),
    ],
)

# QR (S. F. Walter & L. Lehmann, Algorithmic differentiation of linear algebra functions, 2010,
# arXiv:1001.1654): with c = q^H x_dot r^-1 = o + (upper triangular), o = q^H q_dot is skew-Hermitian ------


def _thin(y: Any, x: Any, mode: str) -> tuple[Any, Any, Any, Any]:
    """(q, r, the square part of r, the columns that complete q or None)."""
    if mode not in ("reduced", "complete", "r"):
        raise NoRuleError(
            f"np.linalg.qr(mode={mode!r}) has no derivative rule; write 'reduced', 'complete' or 'r'"
        )
    k = min(np.shape(x)[-2:])
    q, r = np.linalg.qr(x) if mode == "r" else y
    rest = q[..., :, k:] if np.shape(q)[-1] > k else None
    return q[..., :, :k], r[..., :k, :], r[..., :k, :k], rest


def _push_qr(x_dot: Any, y: Any, x: Any, mode: str = "reduced") -> Any:
    q, r, square, rest = _thin(y, x, mode)
    k = np.shape(square)[-1]
    scaled = swapped(np.linalg.solve(swapped(square), swapped(x_dot[..., :, :k])))
    c = adjoint(q) @ scaled
    below = np.where(np.tri(k, k=-1, dtype=bool), c, 0)
    turn = below - adjoint(below)
    if np.iscomplexobj(c):
        turn = turn + np.where(identity(c), 1j * np.imag(c), 0)
    q_dot = q @ turn + _beside(q, scaled)
    r_dot = adjoint(q) @ x_dot - turn @ r
    if mode == "r":
        return r_dot
    if rest is not None:
        r_dot = np.concatenate([r_dot, np.zeros_like(y[1][..., k:, :])], axis=-2)
    return _with_rest(q_dot, q, rest), r_dot


def _pull_qr(y_bar: Any, y: Any, x: Any, mode: str = "reduced") -> Any:
    q, r, square, rest = _thin(y, x, mode)
    k, n = np.shape(r)[-2:]
    q_bar, r_bar = (None, y_bar) if mode == "r" else y_bar
    q_bar = np.zeros_like(q) if q_bar is None else _without_rest(q_bar, q, rest)
    r_bar = np.zeros_like(r) if r_bar is None else r_bar[..., :k, :]
    turn_bar = swapped(q) @ q_bar - r_bar @ swapped(r)
    c_bar = np.where(np.tri(k, k=-1, dtype=bool), turn_bar - adjoint(turn_bar), 0)
    if np.iscomplexobj(turn_bar):
        c_bar = c_bar + np.where(identity(c_bar), 1j * np.imag(turn_bar), 0)
    scaled_bar = np.conjugate(q) @ c_bar + _beside(np.conjugate(q), q_bar)
    left = swapped(np.linalg.solve(square, swapped(scaled_bar)))
    left = np.concatenate([left, np.zeros_like(x[..., :, k:])], axis=-1) if n > k else left
    return np.conjugate(q) @ r_bar + left


def _beside(q: Any, x: Any) -> Any:
    """x without its part in the span of q."""
    return x - q @ (adjoint(q) @ x) if np.shape(q)[-2] > np.shape(q)[-1] else np.zeros_like(x)


def _with_rest(q_dot: Any, q: Any, rest: Any) -> Any:
    """The tangent of [q, rest], where rest completes q and turns no more than it has to."""
    return q_dot if rest is None else np.concatenate([q_dot, -q @ (adjoint(q_dot) @ rest)], axis=-1)


def _without_rest(q_bar: Any, q: Any, rest: Any) -> Any:
    """The transpose of `_with_rest`."""
    if rest is None:
        return q_bar
    k = np.shape(q)[-1]
    return q_bar[..., :, :k] - np.conjugate(rest) @ (adjoint(q_bar[..., :, k:]) @ np.conjugate(q))


array_rule(
    np.linalg.qr,
    (_push_qr, _pull_qr),
    examples=[
        example(Array(2, 4, 3)),
        example(Array(3, 3, made=regular), mode="complete"),
        example(Array(2, 4)),
        example(Array(3, 3, made=regular), mode="r"),
        example(Array(4, 3, made=complex_array)),
        example(Array(2, 4, made=complex_array), "complete"),
        example(Array(3, 2, made=complex_array), "r"),
    ],
)

# Eigenvalues (Giles 3.1): with m = v^-1 x_dot v, w_dot is its diagonal and v^-1 v_dot = m / gaps beside it --


def _reciprocal_gaps(w: Any) -> Any:
    """1 / (w_j - w_i), 0 on the diagonal; inf where the two cannot be told apart."""
    one = np.eye(np.shape(w)[-1], dtype=bool)
    gaps = w[..., None, :] - w[..., :, None]
    near = np.absolute(gaps) <= _rounding(w, np.shape(w)[-1])[..., None]
    return np.where(one, 0, 1 / np.where(one, 1, np.where(near, 0, gaps)))


def _rounding(w: Any, n: int) -> Any:
    """How large the rounding errors of eigenvalues and singular values are."""
    return n * np.finfo(w.dtype).eps * np.max(np.absolute(w), axis=-1, keepdims=True)


def _asked(m: Any, *bars: Any) -> Any:
    """m in the columns of the vectors that have a cotangent, 0 in those that nobody asked for."""
    asked = sum(np.any(bar != 0, axis=-2, keepdims=True) for bar in bars if bar is not None)
    return np.where(asked, m, 0)


def _diagonal(m: Any) -> Any:
    return np.sum(np.where(identity(m), m, 0), axis=-2)


def _on_diagonal(w: Any) -> Any:
    return np.where(np.eye(np.shape(w)[-1], dtype=bool), w[..., None, :], 0)


def _push_eigh(x_dot: Any, y: Any, x: Any, UPLO: str = "L") -> Any:
    w, v = y
    m = adjoint(v) @ mirrored(x_dot, UPLO.upper() == "L") @ v
    return np.real(_diagonal(m)), v @ (_reciprocal_gaps(w) * m)


def _pull_eigh(y_bar: Any, y: Any, x: Any, UPLO: str = "L") -> Any:
    (w_bar, v_bar), (w, v) = y_bar, y
    inner = 0 if w_bar is None else _on_diagonal(w_bar)
    if v_bar is not None:
        inner = inner + _asked(_reciprocal_gaps(w) * (swapped(v) @ v_bar), v_bar)
    return folded(np.conjugate(v) @ inner @ swapped(v), UPLO.upper() == "L")


array_rule(
    np.linalg.eigh,
    (_push_eigh, _pull_eigh),
    examples=[
        example(Array(2, 3, 3, made=mirrored)),
        example(Array(3, 3, made=regular)),  # the other triangle is not read
        example(Array(3, 3, made=regular), "U"),
    ],
)


def _push_eig(x_dot: Any, y: Any, x: Any) -> Any:
    w, v = y
    m = np.linalg.solve(v, x_dot @ v)
    v_dot = v @ (_reciprocal_gaps(w) * m)
    # NumPy's vectors have length 1, and their largest element is real.
    along = np.real(np.sum(np.conjugate(v) * v_dot, axis=-2, keepdims=True))
    if np.iscomplexobj(v):
        along = along + 1j * np.sum(np.where(_held(v), np.imag(v_dot) / _real(v), 0), axis=-2, keepdims=True)
    return _diagonal(m), v_dot - v * along


def _pull_eig(y_bar: Any, y: Any, x: Any) -> Any:
    (w_bar, v_bar), (w, v) = y_bar, y
    inner = 0 if w_bar is None else _on_diagonal(w_bar)
    if v_bar is not None:
        along_bar = np.sum(v_bar * v, axis=-2, keepdims=True)
        free_bar = v_bar - np.real(along_bar) * np.conjugate(v)
        if np.iscomplexobj(v):
            free_bar = free_bar - 1j * np.where(_held(v), np.imag(along_bar) / _real(v), 0)
        inner = inner + _asked(_reciprocal_gaps(w) * (swapped(v) @ free_bar), v_bar)
    return np.linalg.solve(swapped(v), inner @ swapped(v))


def _held(v: Any) -> Any:
    """Where each eigenvector has the element that NumPy made real: the largest, one of them if they tie."""
    size = np.where(np.imag(v) == 0, np.absolute(v), -1.0)
    return np.arange(np.shape(v)[-2])[:, None] == np.argmax(size, axis=-2)[..., None, :]


def _real(v: Any) -> Any:
    return np.where(_held(v), np.real(v), 1)


array_rule(
    np.linalg.eig,
    (_push_eig, _pull_eig),
    examples=[
        example(Array(2, 3, 3, made=lambda a: regular(a) + np.diag([0.0, 2.0, 4.0]))),  # real eigenvalues
        example(Array(3, 3, made=lambda a: a + np.array([[0.0, -2, 0], [2, 0, 0], [0, 0, 1]]))),  # complex
        example(Array(3, 3, made=complex_regular)),
    ],
)

# Singular values (Giles 3.2; for complex numbers Z.-Q. Wan & S.-X. Zhang 2019, arXiv:1909.02659) ----------
# With p = u^H x_dot v: s_dot is its diagonal, and the turns u^H u_dot and v^H v_dot are the sum and the
# difference of its Hermitian part / (s_j - s_i) and its skew part / (s_j + s_i).


def _push_svd(
    x_dot: Any, y: Any, x: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    u, s, v, u_rest, v_rest = _thin_svd(y, x, compute_uv, hermitian)
    x_dot = mirrored(x_dot) if hermitian else x_dot
    inner = adjoint(u) @ x_dot @ v
    s_dot = np.where(_positive(s, x), np.real(_diagonal(inner)), 0)
    if not compute_uv:
        return s_dot
    even = _reciprocal_gaps(s) * (inner + adjoint(inner)) / 2
    odd = _reciprocal_sums(s, x) * (inner - adjoint(inner)) / 2
    u_dot = u @ (even + odd) + _outside(u, x_dot @ v, s)
    v_dot = v @ (even - odd) + _outside(v, adjoint(x_dot) @ u, s)
    return _with_rest(u_dot, u, u_rest), s_dot, adjoint(_with_rest(v_dot, v, v_rest))


def _pull_svd(
    y_bar: Any, y: Any, x: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    u, s, v, u_rest, v_rest = _thin_svd(y, x, compute_uv, hermitian)
    u_bar, s_bar, vt_bar = y_bar if compute_uv else (None, y_bar, None)
    inner = 0 if s_bar is None else _on_diagonal(np.where(_positive(s, x), s_bar, 0))
    outer: Any = 0
    if u_bar is not None or vt_bar is not None:
        u_bar = np.zeros_like(u) if u_bar is None else _without_rest(u_bar, u, u_rest)
        v_bar = np.zeros_like(v) if vt_bar is None else _without_rest(adjoint(vt_bar), v, v_rest)
        u_turn, v_turn = swapped(u) @ u_bar, swapped(v) @ v_bar
        even = _asked(_reciprocal_gaps(s) * (u_turn + v_turn), u_bar, v_bar)
        odd = _asked(_reciprocal_sums(s, x) * (u_turn - v_turn), u_bar, v_bar)
        inner = inner + (even + adjoint(even) + odd - adjoint(odd)) / 2
        outer = _asked(_outside(np.conjugate(u), u_bar, s), u_bar) @ swapped(v)
        outer = outer + np.conjugate(u) @ adjoint(_asked(_outside(np.conjugate(v), v_bar, s), v_bar))
    x_bar = np.conjugate(u) @ inner @ swapped(v) + outer
    return folded(x_bar) if hermitian else x_bar


def _thin_svd(y: Any, x: Any, compute_uv: bool, hermitian: bool) -> tuple[Any, Any, Any, Any, Any]:
    """(u, s, v, the columns that complete u, those that complete v), None where there are none."""
    u, s, vt = y if compute_uv else np.linalg.svd(x, full_matrices=False, hermitian=hermitian)
    k, v = np.shape(s)[-1], adjoint(vt)
    rests = [q[..., :, k:] if np.shape(q)[-1] > k else None for q in (u, v)]
    return u[..., :, :k], s, v[..., :, :k], *rests


def _positive(s: Any, x: Any) -> Any:
    """Where a singular value is not 0. At 0 it has a corner, as the absolute value has: slope 0 (s)."""
    return s > _rounding(s, max(np.shape(x)[-2:]))


def _reciprocal_sums(s: Any, x: Any) -> Any:
    """1 / (s_i + s_j), and 0 on the diagonal, where a real skew matrix has nothing to divide."""
    sums = s[..., None, :] + s[..., :, None]
    return 1 / sums if np.iscomplexobj(x) else np.where(identity(sums), 0, 1 / sums)


def _outside(q: Any, x: Any, s: Any) -> Any:
    """The part of x / s that the columns of q do not span; 0 / 0 where q spans everything is 0."""
    return _beside(q, x) / s[..., None, :] if np.shape(q)[-2] > np.shape(q)[-1] else np.zeros_like(x)


array_rule(
    np.linalg.svd,
    (_push_svd, _pull_svd),
    examples=[
        example(Array(2, 4, 3), full_matrices=False),
        example(Array(2, 3), False),
        example(Array(3, 3)),
        example(Array(4, 3), compute_uv=False),
        example(Array(2, 3, made=complex_array), compute_uv=False),
        example(Array(3, 3, made=regular), hermitian=True),
    ],
)
