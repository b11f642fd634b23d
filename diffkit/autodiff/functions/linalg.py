"""Twins of scipy.linalg: expm, solve_triangular, cho_solve, toeplitz, ...

Plain arrays give SciPy's own result; arrays that are being differentiated go through NumPy functions and
the rows of `diffkit.rules.matrix_functions`. Arguments that only steer the computation (overwrite_a,
check_finite) are taken and passed over there. Of svd, qr and lstsq, use NumPy's.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from diffkit.autodiff.functions import made_matrices, matrix_functions
from diffkit.autodiff.functions.made_matrices import *  # noqa: F403
from diffkit.autodiff.functions.matrix_functions import *  # noqa: F403
from diffkit.autodiff.functions.twins import twin
from diffkit.errors import NoRuleError
from diffkit.rules.linalg import adjoint, mirrored, swapped
from diffkit.rules.matrix_functions import banded, sylvester, triangular
from diffkit.tape.active import plain

__all__ = [
    *made_matrices.__all__, *matrix_functions.__all__,
    "cho_factor", "cho_solve", "cholesky", "det", "eigh", "eigvalsh", "inv", "norm", "pinv", "solve",
    "solve_banded", "solve_continuous_lyapunov", "solve_discrete_lyapunov", "solve_sylvester",
    "solve_triangular", "svdvals",
]  # fmt: skip

# Solving -----------------------------------------------------------------------------------------------


@twin(sl.solve)
def solve(
    a: Any,
    b: Any,
    lower: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    assume_a: str | None = None,
    transposed: bool = False,
) -> Any:
    """The x with a x = b; as `scipy.linalg.solve`.

    Of a matrix assumed symmetric, Hermitian, positive definite, triangular, tridiagonal or diagonal, only
    what SciPy reads has a slope.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.grad(lambda b: np.sum(solve(np.diag([2.0, 4.0]), b)))(np.ones(2))
    array([0.5 , 0.25])
    """
    a = _assumed(a, assume_a, lower)
    return np.linalg.solve(swapped(a) if transposed else a, b)


def _assumed(a: Any, kind: str | None, lower: bool) -> Any:
    """The matrix that `scipy.linalg.solve` takes a to be."""
    n = np.shape(a)[-1]
    if kind in ("her", "hermitian", "pos", "positive definite"):
        return mirrored(a, lower)
    if kind in ("sym", "symmetric"):
        below = np.tri(n, k=-1, dtype=bool)
        strict = np.where(below if lower else below.T, a, 0)
        return strict + swapped(strict) + np.where(np.eye(n, dtype=bool), a, 0)
    distance = np.subtract.outer(np.arange(n), np.arange(n))  # how far below the diagonal
    reads = {
        "diagonal": distance == 0,
        "tridiagonal": abs(distance) <= 1,
        "lower triangular": distance >= 0,
        "upper triangular": distance <= 0,
    }
    return np.where(reads[kind], a, 0) if kind in reads else a


@twin(sl.solve_triangular)
def solve_triangular(
    a: Any,
    b: Any,
    trans: int | str = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """The x with a x = b for a triangular matrix, of which nothing else is read; as
    `scipy.linalg.solve_triangular`.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.grad(lambda a: solve_triangular(a, np.ones(2), lower=True)[1])(np.array([[1.0, 9.0], [2.0, 4.0]]))
    array([[ 0.5   ,  0.    ],
           [-0.25  ,  0.0625]])
    """
    how = {"N": 0, "T": 1, "C": 2}.get(str(trans), trans)
    a = np.conjugate(a) if how == 2 and np.iscomplexobj(a) else a
    return triangular(a, b, lower=lower, transposed=bool(how), unit=unit_diagonal, check=check_finite)


@twin(sl.solve_banded)
def solve_banded(
    l_and_u: tuple[int, int],
    ab: Any,
    b: Any,
    overwrite_ab: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """The x with a x = b for a matrix given by its diagonals; as `scipy.linalg.solve_banded`.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.grad(lambda ab: np.sum(solve_banded((0, 0), ab, np.ones(2))))(np.array([[2.0, 4.0]]))
    array([[-0.25  , -0.0625]])
    """
    lower, upper = (int(k) for k in l_and_u)
    return banded(ab, b, lower_and_upper=(lower, upper), check=check_finite)


@twin(sl.solve_sylvester)
def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """The x with a x + x b = q; as `scipy.linalg.solve_sylvester`.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.grad(lambda q: np.sum(solve_sylvester(np.eye(2), np.eye(2), q)))(np.ones((2, 2)))
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    return sylvester(a, b, q)


@twin(sl.solve_continuous_lyapunov)
def solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    """The x with a x + x a^H = q; as `scipy.linalg.solve_continuous_lyapunov`."""
    return sylvester(a, adjoint(a), q)


@twin(sl.solve_discrete_lyapunov)
def solve_discrete_lyapunov(a: Any, q: Any, method: str | None = None) -> Any:
    """The x with a x a^H - x + q = 0; as `scipy.linalg.solve_discrete_lyapunov`.

    Always by its method "bilinear" (Popov 1964), whose cost is that of a Sylvester equation.
    """
    one, turned = np.eye(np.shape(a)[-1]), adjoint(a)
    inverse = np.linalg.inv(turned + one)
    b = (turned - one) @ inverse
    return sylvester(adjoint(b), b, -2 * np.linalg.inv(a + one) @ q @ inverse)


# Factors and other functions that NumPy has too ------------------------------------------------------------


@twin(sl.cholesky)
def cholesky(a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The Cholesky factor, upper unless `lower`; as `scipy.linalg.cholesky`.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.grad(lambda a: np.trace(cholesky(a)))(np.diag([4.0, 1.0]))
    array([[0.25, 0.  ],
           [0.  , 0.5 ]])
    """
    return np.linalg.cholesky(a, upper=not lower)


@twin(sl.cho_factor)
def cho_factor(a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """(c, lower) for `cho_solve`; as `scipy.linalg.cho_factor`, with zeros in the other triangle."""
    return np.linalg.cholesky(a, upper=not lower), lower


@twin(sl.cho_solve)
def cho_solve(c_and_lower: Any, b: Any, overwrite_b: bool = False, check_finite: bool = True) -> Any:
    """The x with a x = b, from the Cholesky factor of a; as `scipy.linalg.cho_solve`.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.grad(lambda a: np.sum(cho_solve(cho_factor(a), np.ones(2))))(np.diag([2.0, 4.0]))
    array([[-0.25  , -0.25  ],
           [ 0.    , -0.0625]])
    """
    c, lower = c_and_lower
    first, second = ("N", "C") if lower else ("C", "N")
    inner = solve_triangular(c, b, first, lower, check_finite=check_finite)
    return solve_triangular(c, inner, second, lower, check_finite=check_finite)


@twin(sl.inv)
def inv(
    a: Any,
    overwrite_a: bool = False,
    check_finite: bool = True,
    *,
    assume_a: str | None = None,
    lower: bool = False,
) -> Any:
    """The inverse; as `scipy.linalg.inv`."""
    return np.linalg.inv(_assumed(a, assume_a, lower))


@twin(sl.det)
def det(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The determinant; as `scipy.linalg.det`."""
    return np.linalg.det(a)


@twin(sl.pinv)
def pinv(
    a: Any, *, atol: Any = None, rtol: Any = None, return_rank: bool = False, check_finite: bool = True
) -> Any:
    """The pseudoinverse, and the rank if asked for; as `scipy.linalg.pinv`."""
    x = plain(a)
    relative = max(x.shape) * np.finfo(x.dtype).eps if rtol is None else rtol
    relative = relative + (atol or 0.0) / max(float(np.linalg.norm(x, 2)), np.finfo(x.dtype).tiny)
    inverse = np.linalg.pinv(a, relative)
    return (inverse, np.linalg.matrix_rank(x, rtol=relative)) if return_rank else inverse


@twin(sl.norm)
def norm(
    a: Any,
    ord: Any = None,  # noqa: A002
    axis: Any = None,
    keepdims: bool = False,
    check_finite: bool = True,
) -> Any:
    """The norm of a vector or matrix; as `scipy.linalg.norm`."""
    return np.linalg.norm(a, ord, axis, keepdims)


@twin(sl.svdvals)
def svdvals(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The singular values; as `scipy.linalg.svdvals`."""
    return np.linalg.svdvals(a)


@twin(sl.eigh)
def eigh(
    a: Any,
    b: Any = None,
    *,
    lower: bool = True,
    eigvals_only: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    type: int = 1,  # noqa: A002
    check_finite: bool = True,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
    driver: str | None = None,
) -> Any:
    """Eigenvalues and vectors of a Hermitian matrix, a v = w b v; as `scipy.linalg.eigh`.

    NoRuleError for type 2 and 3 and for subset_by_value. With b, the vectors have v^H b v = 1, and a sign of
    their own.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.grad(lambda b: np.sum(eigh(np.eye(2), b, eigvals_only=True)))(np.diag([1.0, 2.0])).round(12)
    array([[-1.  ,  0.  ],
           [ 0.  , -0.25]])
    """
    if type != 1 or subset_by_value is not None:
        raise NoRuleError(
            "eigh with type=2, type=3 or subset_by_value has no derivative rule; write it with type=1, and "
            "choose among the eigenvalues that it gives"
        )
    if b is None:
        w, v = np.linalg.eigh(a, "L" if lower else "U")
    else:
        factor = np.linalg.cholesky(b, upper=not lower)
        factor = factor if lower else adjoint(factor)
        half = np.linalg.solve(factor, mirrored(a, lower))
        w, v = np.linalg.eigh(np.linalg.solve(factor, adjoint(half)))
        v = np.linalg.solve(adjoint(factor), v)
    if subset_by_index is not None:
        chosen = slice(subset_by_index[0], subset_by_index[1] + 1)
        w, v = w[chosen], v[:, chosen]
    return w if eigvals_only else (w, v)


@twin(sl.eigvalsh)
def eigvalsh(a: Any, b: Any = None, *, lower: bool = True, **options: Any) -> Any:
    """The eigenvalues of a Hermitian matrix; as `scipy.linalg.eigvalsh`, and see `eigh`."""
    return eigh(a, b, lower=lower, eigvals_only=True, **options)
