"""Functions of numpy.linalg that are written with others, which have rules, as NumPy defines them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

__all__ = ["WRITTEN_IN_LINEAR_ALGEBRA"]


def _singular_values(x: Any) -> Any:
    return np.linalg.svd(x, compute_uv=False)


def _vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:  # noqa: A002
    """The norm of all elements along the axes, taken as one vector."""
    ndim = np.ndim(x)
    axes = range(ndim) if axis is None else [int(a) % ndim for a in np.atleast_1d(axis)]
    kept = [n for a, n in enumerate(np.shape(x)) if a not in axes]
    flat = x if len(axes) == 1 else np.reshape(np.moveaxis(x, axes, range(-len(axes), 0)), (*kept, -1))
    y = np.linalg.norm(flat, ord, axis=axes[0] if len(axes) == 1 else -1)
    return np.expand_dims(y, tuple(axes)) if keepdims else y


def _matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:  # noqa: A002
    return np.linalg.norm(x, ord, axis=(-2, -1), keepdims=keepdims)


def _cond(x: Any, p: Any = None) -> Any:
    if p is None or p in (2, -2):
        s = _singular_values(x)
        return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    return np.linalg.norm(x, p, axis=(-2, -1)) * np.linalg.norm(np.linalg.inv(x), p, axis=(-2, -1))


def _matrix_power(a: Any, n: int) -> Any:
    """By squaring: as many products as n has binary digits, and another for each digit 1."""
    if n < 0:
        return _matrix_power(np.linalg.inv(a), -n)
    if n == 0:
        return np.zeros(np.shape(a), dtype=a.dtype) + np.eye(np.shape(a)[-1], dtype=a.dtype)
    half = _matrix_power(a, n // 2) if n > 1 else None
    square = a if half is None else np.matmul(half, half)
    return square if n % 2 == 0 or half is None else np.matmul(square, a)


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


def _tensorinv(a: Any, ind: int = 2) -> Any:
    shape = np.shape(a)
    square = np.reshape(a, (int(np.prod(shape[:ind])), -1))
    return np.reshape(np.linalg.inv(square), shape[ind:] + shape[:ind])


def _tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    ndim = np.ndim(a)
    if axes is not None:
        a = np.moveaxis(a, axes, range(ndim - len(axes), ndim))
    shape = np.shape(a)[np.ndim(b) - ndim :]
    return np.reshape(np.linalg.solve(np.reshape(a, (np.size(b), -1)), np.ravel(b)), shape)


def _vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    left = np.conjugate(x1) if np.iscomplexobj(x1) else x1
    row = np.moveaxis(left, axis, -1)[..., None, :]
    return np.matmul(row, np.moveaxis(x2, axis, -1)[..., :, None])[..., 0, 0]


def _trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    y = np.trace(x, offset, -2, -1)
    return y if dtype is None else np.astype(y, dtype)


WRITTEN_IN_LINEAR_ALGEBRA: dict[Any, Callable[..., Any]] = {
    np.linalg.eigvalsh: lambda a, UPLO="L": np.linalg.eigh(a, UPLO)[0],
    np.linalg.eigvals: lambda a: np.linalg.eig(a)[0],
    np.linalg.svdvals: _singular_values,
    np.linalg.vector_norm: _vector_norm,
    np.linalg.matrix_norm: _matrix_norm,
    np.linalg.cond: _cond,
    np.linalg.matrix_power: _matrix_power,
    np.linalg.multi_dot: _multi_dot,
    np.linalg.tensorinv: _tensorinv,
    np.linalg.tensorsolve: _tensorsolve,
    np.linalg.vecdot: _vecdot,
    np.linalg.matmul: lambda x1, x2, /: np.matmul(x1, x2),
    np.linalg.outer: lambda x1, x2, /: np.outer(x1, x2),
    np.linalg.tensordot: lambda x1, x2, /, *, axes=2: np.tensordot(x1, x2, axes),
    np.linalg.trace: _trace,
    np.linalg.diagonal: lambda x, /, *, offset=0: np.diagonal(x, offset, -2, -1),
    np.linalg.matrix_transpose: lambda x, /: np.matrix_transpose(x),
}
