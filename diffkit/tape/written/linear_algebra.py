"""Functions of numpy.linalg that are written with others, which have rules, as NumPy defines them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from diffkit.example import Array, example
from diffkit.tape.written.declare import written

A = Array(3, 3, made=lambda a: a + 2 * np.eye(3))
STACK = Array(2, 3, 3, made=lambda a: a + 2 * np.eye(3))
SMALL = Array(3, 3, made=lambda a: a / 3 + np.eye(3) / 3)
S = Array(3, 3, made=lambda a: a + a.T)
X, V = Array(2, 3), Array(3)


@written(np.linalg.svdvals, examples=[example(X), example(STACK)])
def _singular_values(x: Any) -> Any:
    return np.linalg.svd(x, compute_uv=False)


@written(
    np.linalg.vector_norm, examples=[example(X), example(X, axis=0, ord=3), example(X, keepdims=True, ord=1)]
)
def _vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:  # noqa: A002
    """The norm of all elements along the axes, taken as one vector."""
    ndim = np.ndim(x)
    axes = range(ndim) if axis is None else [int(a) % ndim for a in np.atleast_1d(axis)]
    kept = [n for a, n in enumerate(np.shape(x)) if a not in axes]
    flat = x if len(axes) == 1 else np.reshape(np.moveaxis(x, axes, range(-len(axes), 0)), (*kept, -1))
    y = np.linalg.norm(flat, ord, axis=axes[0] if len(axes) == 1 else -1)
    return np.expand_dims(y, tuple(axes)) if keepdims else y


@written(
    np.linalg.matrix_norm, examples=[example(X), example(STACK, ord=2, keepdims=True), example(A, ord="nuc")]
)
def _matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:  # noqa: A002
    return np.linalg.norm(x, ord, axis=(-2, -1), keepdims=keepdims)


@written(np.linalg.cond, examples=[example(A), example(X, -2), example(A, 1), example(STACK, "fro")])
def _cond(x: Any, p: Any = None) -> Any:
    if p is None or p in (2, -2):
        s = _singular_values(x)
        return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    return np.linalg.norm(x, p, axis=(-2, -1)) * np.linalg.norm(np.linalg.inv(x), p, axis=(-2, -1))


@written(np.linalg.matrix_power, examples=[example(A, -1), *[example(SMALL, n) for n in (0, 1, 2, 5)]])
def _matrix_power(a: Any, n: int) -> Any:
    """By squaring: as many products as n has binary digits, and another for each digit 1."""
    if n < 0:
        return _matrix_power(np.linalg.inv(a), -n)
    if n == 0:
        return np.zeros(np.shape(a), dtype=a.dtype) + np.eye(np.shape(a)[-1], dtype=a.dtype)
    half = _matrix_power(a, n // 2) if n > 1 else None
    square = a if half is None else np.matmul(half, half)
    return square if n % 2 == 0 or half is None else np.matmul(square, a)


@written(
    np.linalg.multi_dot, examples=[example([X, Array(3, 4), Array(4, 2)]), example([V, A, V])], lists=True
)
def _multi_dot(arrays: Sequence[Any], *, out: Any = None) -> Any:
    """The product in the order that costs least (Cormen et al., Introduction to Algorithms, 15.2)."""
    row, column = np.ndim(arrays[0]) == 1, np.ndim(arrays[-1]) == 1
    first = np.reshape(arrays[0], (1, -1)) if row else arrays[0]
    last = np.reshape(arrays[-1], (-1, 1)) if column else arrays[-1]
    factors = [first, *arrays[1:-1], last]
    sizes = (np.shape(factors[0])[0], *(np.shape(factor)[1] for factor in factors))
    y = _multiplied(factors, _cheapest(sizes)[1])
    shape = np.shape(y)[int(row) : 2 - int(column)]
    return np.reshape(y, shape) if row or column else y


@lru_cache(maxsize=64)
def _cheapest(sizes: tuple[int, ...]) -> tuple[int, Any]:
    """(multiplications, tree) for a product of matrices sizes[0] x sizes[1], sizes[1] x sizes[2], ...

    A tree is the number of a factor, or a pair of trees.
    """
    best: dict[tuple[int, int], tuple[int, Any]] = {(i, i + 1): (0, i) for i in range(len(sizes) - 1)}
    for length in range(2, len(sizes)):
        for i in range(len(sizes) - length):
            j = i + length
            cost = {
                k: best[i, k][0] + best[k, j][0] + sizes[i] * sizes[k] * sizes[j] for k in range(i + 1, j)
            }
            k = min(cost, key=cost.__getitem__)
            best[i, j] = cost[k], (best[i, k][1], best[k, j][1])
    return best[0, len(sizes) - 1]


def _multiplied(factors: list[Any], tree: Any) -> Any:
    if isinstance(tree, int):
        return factors[tree]
    return np.matmul(_multiplied(factors, tree[0]), _multiplied(factors, tree[1]))


@written(
    np.linalg.tensorinv,
    examples=[example(Array(4, 2, 2, made=lambda a: a + np.reshape(2 * np.eye(4), (4, 2, 2))), ind=1)],
)
def _tensorinv(a: Any, ind: int = 2) -> Any:
    shape = np.shape(a)
    square = np.reshape(a, (int(np.prod(shape[:ind])), -1))
    return np.reshape(np.linalg.inv(square), shape[ind:] + shape[:ind])


@written(
    np.linalg.tensorsolve,
    examples=[example(Array(2, 2, 4, made=lambda a: a + np.reshape(2 * np.eye(4), (2, 2, 4))), Array(2, 2))],
)
def _tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    ndim = np.ndim(a)
    if axes is not None:
        a = np.moveaxis(a, axes, range(ndim - len(axes), ndim))
    shape = np.shape(a)[np.ndim(b) - ndim :]
    return np.reshape(np.linalg.solve(np.reshape(a, (np.size(b), -1)), np.ravel(b)), shape)


@written(np.linalg.vecdot, examples=[example(X, V), example(X, X, axis=0)])
def _vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    left = np.conjugate(x1) if np.iscomplexobj(x1) else x1
    row = np.moveaxis(left, axis, -1)[..., None, :]
    return np.matmul(row, np.moveaxis(x2, axis, -1)[..., :, None])[..., 0, 0]


@written(np.linalg.trace, examples=[example(STACK), example(X, offset=1)])
def _trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    y = np.trace(x, offset, -2, -1)
    return y if dtype is None else np.astype(y, dtype)


@written(np.linalg.eigvalsh, examples=[example(S), example(S, "U")])
def _eigvalsh(a: Any, UPLO: Any = "L") -> Any:
    return np.linalg.eigh(a, UPLO)[0]


@written(np.linalg.eigvals, examples=[example(A), example(STACK)])
def _eigvals(a: Any) -> Any:
    return np.linalg.eig(a)[0]


@written(np.linalg.matmul, examples=[example(X, A)])
def _matmul(x1: Any, x2: Any, /) -> Any:
    return np.matmul(x1, x2)


@written(np.linalg.outer, examples=[example(V, Array(2))])
def _outer(x1: Any, x2: Any, /) -> Any:
    return np.outer(x1, x2)


@written(np.linalg.tensordot, examples=[example(X, A, axes=1)])
def _tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    return np.tensordot(x1, x2, axes)


@written(np.linalg.diagonal, examples=[example(STACK), example(X, offset=1)])
def _diagonal(x: Any, /, *, offset: int = 0) -> Any:
    return np.diagonal(x, offset, -2, -1)


@written(np.linalg.matrix_transpose, examples=[example(STACK)])
def _matrix_transpose(x: Any, /) -> Any:
    return np.matrix_transpose(x)
