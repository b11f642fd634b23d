"""Twins of the functions of a matrix in scipy.linalg, which are reached as `linalg.expm` and so on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import scipy.linalg as sl

from diffkit.autodiff.functions.twins import twin
from diffkit.errors import NoRuleError
from diffkit.rules.matrix_functions import matrix_function, square_root
from diffkit.tape.active import is_active

__all__ = [
    "coshm", "cosm", "expm", "fractional_matrix_power", "logm", "sinhm", "sinm", "sqrtm", "tanhm", "tanm"
]  # fmt: skip


@twin(sl.expm)
def expm(A: Any) -> Any:
    """exp(A) of square matrices, by scaling and squaring; as `scipy.linalg.expm`.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.grad(lambda A: np.trace(expm(A)))(np.zeros((2, 2)))
    array([[1., 0.],
           [0., 1.]])
    """
    return matrix_function(A, name="expm")


@twin(sl.logm)
def logm(A: Any) -> Any:
    """The principal logarithm of a square matrix; as `scipy.linalg.logm`.

    DomainError at a real matrix with a negative eigenvalue, where it jumps.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.grad(lambda A: np.trace(logm(A)))(2 * np.eye(2))  # the inverse, transposed
    array([[0.5, 0. ],
           [0. , 0.5]])
    """
    return matrix_function(A, name="logm")


@twin(sl.sqrtm)
def sqrtm(A: Any) -> Any:
    """The principal square root of a square matrix; as `scipy.linalg.sqrtm`.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.grad(lambda A: np.trace(sqrtm(A)))(np.diag([1.0, 4.0]))
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    return square_root(A)


@twin(sl.fractional_matrix_power)
def fractional_matrix_power(A: Any, t: float) -> Any:
    """A^t of a square matrix for a real constant t; as `scipy.linalg.fractional_matrix_power`.

    DomainError at a real matrix with a negative eigenvalue, where it jumps unless t is whole.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.grad(lambda A: np.trace(fractional_matrix_power(A, 1.5)))(np.diag([1.0, 4.0])).round(12)
    array([[1.5, 0. ],
           [0. , 3. ]])
    """
    if is_active(t):
        raise NoRuleError(
            "fractional_matrix_power has no derivative by its exponent; write expm(t * logm(A)) instead"
        )
    return matrix_function(A, name="fractional_matrix_power", rest=(t,))


def _entire(name: str, formula: str) -> Callable[..., Any]:
    def function(A: Any) -> Any:
        return matrix_function(A, name=name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{formula} of a square matrix; as `scipy.linalg.{name}`."
    return twin(getattr(sl, name))(function)


cosm = _entire("cosm", "cos(A)")
sinm = _entire("sinm", "sin(A)")
tanm = _entire("tanm", "tan(A)")
coshm = _entire("coshm", "cosh(A)")
sinhm = _entire("sinhm", "sinh(A)")
tanhm = _entire("tanhm", "tanh(A)")
