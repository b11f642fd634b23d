"""The derivative of solving, inverting, determinants and the cross product.

Letters: `y` the result, `a`, `b`, `x` operands, `x_dot` a tangent, `y_bar` and `x_bar` cotangents. For a
product a x b of matrices that depends on x, x_bar = a^T y_bar b^T: no conjugate, as everywhere here.

References
----------
M. B. Giles, Collected matrix derivative results for forward and reverse mode algorithmic differentiation,
Advances in Automatic Differentiation, 2008, 35-44.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.example import Array, example
from diffkit.primitives import primitive
from diffkit.rules.declare import array_rule


def swapped(x: Any) -> Any:
    """The transposed matrices of a stack."""
    return np.swapaxes(x, -1, -2)


def adjoint(x: Any) -> Any:
    """The conjugate-transposed matrices of a stack."""
    return np.conjugate(swapped(x)) if np.iscomplexobj(x) else swapped(x)


def identity(m: Any) -> Any:
    """Where a square matrix has its diagonal."""
    return np.eye(np.shape(m)[-1], dtype=bool)


def mirrored(x: Any, lower: bool = True) -> Any:
    """The Hermitian matrix of which LAPACK reads one triangle only, and the real part of the diagonal."""
    strict = np.where(_strict(x, lower), x, 0)
    return strict + adjoint(strict) + np.where(identity(x), np.real(x), 0)


def folded(x_bar: Any, lower: bool = True) -> Any:
    """The transpose of `mirrored`: a cotangent on the triangle that was read, 0 on the other."""
    diagonal = np.where(identity(x_bar), np.real(x_bar), 0)
    return np.where(_strict(x_bar, lower), x_bar + adjoint(x_bar), diagonal)


def _strict(m: Any, lower: bool = True) -> Any:
    """Where a square matrix has its triangle below, or above, the diagonal."""
    below = np.tri(np.shape(m)[-1], k=-1, dtype=bool)
    return below if lower else below.T


def regular(a: Any) -> Any:
    """Operands of the examples: matrices far from singular."""
    return a + 2 * np.eye(np.shape(a)[-1])


def complex_regular(a: Any) -> Any:
    return regular(a) + 1j * np.sin(3 * a)


def complex_array(a: Any) -> Any:
    return a + 1j * np.cos(2 * a)


# Solving and inverting (Giles 2.2.2, 2.3.1) -----------------------------------------------------------


def _columns(a: Any, b: Any) -> Any:
    """A vector on the right of np.linalg.solve, or its result, as a matrix of one column."""
    return b[..., None] if np.ndim(b) == 1 else b


def _solved(a: Any, y_bar: Any, vector: bool) -> Any:
    return np.linalg.solve(a, y_bar[..., None])[..., 0] if vector else np.linalg.solve(a, y_bar)


def _product(left: Any, right: Any, vector: bool) -> Any:
    """left right^T, where a vector is a column."""
    return left[..., :, None] * right[..., None, :] if vector else left @ swapped(right)


def _applied(a: Any, y: Any, vector: bool) -> Any:
    return (a @ y[..., None])[..., 0] if vector else a @ y


def _push_solve_a(a_dot: Any, y: Any, a: Any, b: Any) -> Any:
    vector = np.ndim(b) == 1
    return -_solved(a, _applied(a_dot, y, vector), vector)


def _push_solve_b(b_dot: Any, y: Any, a: Any, b: Any) -> Any:
    return np.linalg.solve(a, b_dot)


def _pull_solve_a(y_bar: Any, y: Any, a: Any, b: Any) -> Any:
    vector = np.ndim(b) == 1
    return -_product(_solved(swapped(a), y_bar, vector), y, vector)


def _pull_solve_b(y_bar: Any, y: Any, a: Any, b: Any) -> Any:
    return _solved(swapped(a), y_bar, np.ndim(b) == 1)


array_rule(
    np.linalg.solve,
    (_push_solve_a, _pull_solve_a),
    (_push_solve_b, _pull_solve_b),
    examples=[
        example(Array(3, 3, made=regular), Array(3)),
        example(Array(3, 3, made=regular), Array(3, 2)),
        example(Array(2, 3, 3, made=regular), Array(3)),
        example(Array(2, 1, 3, 3, made=regular), Array(4, 3, 2)),
        example(Array(3, 3, made=complex_regular), Array(2, 3, 1)),
        example(Array(3, 3, made=regular), Array(3, made=complex_array)),
    ],
)
array_rule(
    np.linalg.inv,
    (
        lambda x_dot, y, x: -y @ x_dot @ y,
        lambda y_bar, y, x: -swapped(y) @ y_bar @ swapped(y),
    ),
    examples=[example(Array(2, 3, 3, made=regular)), example(Array(3, 3, made=complex_regular))],
)


def _push_pinv(x_dot: Any, y: Any, x: Any, *_: Any, hermitian: bool = False, **__: Any) -> Any:
    # Golub & Pereyra 1973, SIAM J. Numer. Anal. 10, 413-432, (4.12): right where the rank stays the same.
    x, x_dot = (mirrored(x), mirrored(x_dot)) if hermitian else (x, x_dot)
    turned = adjoint(x_dot)
    beside = turned - turned @ x @ y
    before = turned - y @ (x @ turned)
    return y @ adjoint(y) @ beside + before @ adjoint(y) @ y - y @ x_dot @ y


def _pull_pinv(y_bar: Any, y: Any, x: Any, *_: Any, hermitian: bool = False, **__: Any) -> Any:
    x = mirrored(x) if hermitian else x
    turned = swapped(y_bar)
    beside = (turned - x @ (y @ turned)) @ y @ adjoint(y)
    before = adjoint(y) @ y @ (turned - turned @ y @ x)
    x_bar = np.conjugate(beside + before) - swapped(y) @ y_bar @ swapped(y)
    return folded(x_bar) if hermitian else x_bar


array_rule(
    np.linalg.pinv,
    (_push_pinv, _pull_pinv),
    examples=[
        example(Array(3, 2)),
        example(Array(2, 2, 3)),
        example(Array(3, 2, made=complex_array)),
        example(Array(3, 3, made=regular), hermitian=True),
        example(Array(3, 3, made=complex_regular), hermitian=True),
    ],
)


# Least squares: x = pinv(a) b, and the residual |b - a x|^2, whose derivative by x is 0 -------------------


def _pseudoinverse(a: Any, rcond: Any) -> Any:
    """The pseudoinverse of the rank that np.linalg.lstsq takes a to have."""
    if rcond is None or rcond == -1:
        rcond = np.finfo(a.dtype).eps * (max(np.shape(a)) if rcond is None else 1)
    return np.linalg.pinv(a, rcond)


def _push_lstsq_a(a_dot: Any, y: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    x_dot = _push_pinv(a_dot, _pseudoinverse(a, rcond), a) @ b
    u, _, vt = np.linalg.svd(a, full_matrices=False)
    s_dot = np.real(np.sum(np.conjugate(u) * (a_dot @ adjoint(vt)), axis=-2))
    return x_dot, _push_residuals(-a_dot @ y[0], y, a, b), None, s_dot


def _push_lstsq_b(b_dot: Any, y: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    return _pseudoinverse(a, rcond) @ b_dot, _push_residuals(b_dot, y, a, b), None, None


def _push_residuals(rest_dot: Any, y: Any, a: Any, b: Any) -> Any:
    """NumPy answers an empty array of residuals where there is none, or the rank is not full."""
    if not np.size(y[1]):
        return None
    rest = b - a @ y[0]
    return np.reshape(2 * np.sum(np.real(np.conjugate(rest) * rest_dot), axis=0), np.shape(y[1]))


def _pull_residuals(residual_bar: Any, y: Any, a: Any, b: Any) -> Any:
    """The cotangent of b - a x."""
    if residual_bar is None or not np.size(y[1]):
        return np.zeros_like(b)
    return 2 * np.conjugate(b - a @ y[0]) * residual_bar


def _pull_lstsq_a(y_bar: Any, y: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    x_bar, residual_bar, _, s_bar = y_bar
    vector = np.ndim(b) == 1
    a_bar = -_product(_pull_residuals(residual_bar, y, a, b), y[0], vector)
    if x_bar is not None:
        a_bar = a_bar + _pull_pinv(_product(x_bar, b, vector), _pseudoinverse(a, rcond), a)
    if s_bar is not None:
        u, _, vt = np.linalg.svd(a, full_matrices=False)
        a_bar = a_bar + np.conjugate((u * s_bar) @ vt)
    return a_bar


def _pull_lstsq_b(y_bar: Any, y: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    b_bar = _pull_residuals(y_bar[1], y, a, b)
    return b_bar if y_bar[0] is None else b_bar + swapped(_pseudoinverse(a, rcond)) @ y_bar[0]


array_rule(
    np.linalg.lstsq,
    (_push_lstsq_a, _pull_lstsq_a),
    (_push_lstsq_b, _pull_lstsq_b),
    examples=[
        example(Array(4, 2), Array(4)),
        example(Array(4, 2), Array(4, 3)),
        example(Array(2, 4), Array(2)),
        example(Array(4, 2, made=complex_array), Array(4, 3, made=complex_array)),
    ],
)


# Determinants (Giles 2.2.4) ---------------------------------------------------------------------------


@primitive
def cofactor(a: Any) -> Any:
    """The matrices of cofactors of a stack, right also at singular ones: the gradient of np.linalg.det."""
    inverse = _good_inverse(a)
    if inverse is not None:
        return np.expand_dims(np.linalg.det(a), (-2, -1)) * swapped(inverse)
    u, s, vt = np.linalg.svd(a)
    others = np.prod(np.where(np.eye(s.shape[-1], dtype=bool), 1, s[..., None, :]), axis=-1)
    return _turn(u, vt) * np.conjugate((u * others[..., None, :]) @ vt)


def _good_inverse(a: Any) -> Any:
    """The inverse, None where a matrix is so nearly singular that it would lose a quarter of its digits."""
    try:
        inverse = np.linalg.inv(a)
    except np.linalg.LinAlgError:
        return None
    condition = np.linalg.norm(a, axis=(-2, -1)) * np.linalg.norm(inverse, axis=(-2, -1))
    return inverse if np.all(condition <= 1e4 * np.shape(a)[-1]) else None


def _turn(u: Any, vt: Any) -> Any:
    """det(u) det(vt), of size 1."""
    return np.expand_dims(np.linalg.det(u) * np.linalg.det(vt), (-2, -1))


def _cofactor_derivative(h: Any, y: Any, a: Any) -> Any:
    """How the cofactors change along h: symmetric in h and y_bar, since it is the Hessian of det."""
    inverse = _good_inverse(a)
    if inverse is not None:
        turned = swapped(inverse)
        return y * np.sum(turned * h, axis=(-2, -1), keepdims=True) - turned @ swapped(h) @ y
    # Between the singular vectors a is diagonal: each second-order minor is a product of the others.
    u, s, vt = np.linalg.svd(a)
    n = np.shape(s)[-1]
    one = np.eye(n, dtype=bool)
    others = np.prod(np.where(one[:, None] | one, 1, s[..., None, None, :]), axis=-1)
    others = np.where(one, 0, others)
    inner = adjoint(u) @ h @ adjoint(vt)
    diagonal = np.sum(others * np.sum(np.where(one, inner, 0), axis=-2, keepdims=True), axis=-1)
    turned = np.where(one, diagonal[..., None, :], -others * swapped(inner))
    return _turn(u, vt) * np.conjugate(u) @ turned @ np.conjugate(vt)


def singular(a: Any) -> Any:
    """A singular matrix of rank n - 1 (for n = 3)."""
    return a[:, :2] @ a[1:]


array_rule(
    cofactor,
    (_cofactor_derivative, _cofactor_derivative),
    examples=[example(Array(2, 3, 3, made=regular)), example(Array(3, 3, made=complex_regular))],
)
array_rule(
    np.linalg.det,
    (
        lambda x_dot, y, x: np.sum(cofactor(x) * x_dot, axis=(-2, -1)),
        lambda y_bar, y, x: np.expand_dims(y_bar, (-2, -1)) * cofactor(x),
    ),
    examples=[
        example(Array(2, 3, 3)),
        example(Array(3, 3, made=complex_regular)),
        example(Array(3, 3, made=lambda a: a * 0 + np.arange(9.0).reshape(3, 3))),
    ],
)


def _push_slogdet(x_dot: Any, y: Any, x: Any) -> Any:
    trace = np.sum(swapped(np.linalg.inv(x)) * x_dot, axis=(-2, -1))
    return (1j * np.imag(trace) * y[0] if np.iscomplexobj(x) else None), np.real(trace)


def _pull_slogdet(y_bar: Any, y: Any, x: Any) -> Any:
    sign_bar, log_bar = y_bar
    t_bar = 0.0 if log_bar is None else log_bar
    if np.iscomplexobj(x) and sign_bar is not None:
        t_bar = t_bar + 1j * np.imag(sign_bar * y[0])
    return np.expand_dims(t_bar, (-2, -1)) * swapped(np.linalg.inv(x))


array_rule(
    np.linalg.slogdet,
    (_push_slogdet, _pull_slogdet),
    examples=[example(Array(2, 3, 3, made=regular)), example(Array(3, 3, made=complex_regular))],
)

# The cross product ------------------------------------------------------------------------------------

array_rule(
    np.linalg.cross,
    (
        lambda a_dot, y, a, b, **axis: np.linalg.cross(a_dot, b, **axis),
        lambda y_bar, y, a, b, **axis: np.linalg.cross(b, y_bar, **axis),
    ),
    (
        lambda b_dot, y, a, b, **axis: np.linalg.cross(a, b_dot, **axis),
        lambda y_bar, y, a, b, **axis: np.linalg.cross(y_bar, a, **axis),
    ),
    examples=[example(Array(3), Array(2, 3)), example(Array(3, 2), Array(3, 1), axis=0)],
)
