"""Twins of the functions of scipy.linalg that lay out vectors and blocks as a matrix: toeplitz, ..."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from diffkit.autodiff.functions.twins import twin

__all__ = ["block_diag", "circulant", "hankel", "toeplitz"]


@twin(sl.block_diag)
def block_diag(*arrs: Any) -> Any:
    """The matrix with these blocks along its diagonal and zeros elsewhere; as `scipy.linalg.block_diag`.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.grad(lambda x: np.linalg.det(block_diag(x, [[3.0]])))(np.eye(2))
    array([[3., 0.],
           [0., 3.]])
    """
    blocks = [np.atleast_2d(block) for block in arrs]
    width, start, rows = sum(np.shape(block)[1] for block in blocks), 0, []
    for block in blocks:
        height, n = np.shape(block)
        rows.append(
            np.concatenate([np.zeros((height, start)), block, np.zeros((height, width - start - n))], axis=1)
        )
        start += n
    return np.concatenate(rows)


@twin(sl.toeplitz)
def toeplitz(c: Any, r: Any = None) -> Any:
    """The matrix of constant diagonals with first column c and first row r; as `scipy.linalg.toeplitz`.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.grad(lambda c: np.sum(toeplitz(c)))(np.ones(3))
    array([3., 4., 2.])
    """
    r = np.conjugate(c) if r is None else r
    rows, columns = np.shape(c)[-1], np.shape(r)[-1]
    distance = np.subtract.outer(np.arange(rows), np.arange(columns))
    return np.concatenate([np.flip(c, -1), r[1:]])[rows - 1 - distance]


@twin(sl.hankel)
def hankel(c: Any, r: Any = None) -> Any:
    """The matrix of constant antidiagonals with first column c, last row r; as `scipy.linalg.hankel`.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.grad(lambda c: np.sum(hankel(c)))(np.ones(3))
    array([1., 2., 3.])
    """
    r = np.zeros_like(c) if r is None else r
    places = np.add.outer(np.arange(np.shape(c)[-1]), np.arange(np.shape(r)[-1]))
    return np.concatenate([c, r[1:]])[places]


@twin(sl.circulant)
def circulant(c: Any) -> Any:
    """The matrix whose columns are c, rolled one place further each; as `scipy.linalg.circulant`.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.grad(lambda c: np.sum(circulant(c)))(np.ones(3))
    array([3., 3., 3.])
    """
    n = np.shape(c)[-1]
    return c[..., np.subtract.outer(np.arange(n), np.arange(n)) % n]
