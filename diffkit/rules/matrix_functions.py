"""The derivative of what scipy.linalg does beyond NumPy: functions of a matrix, and structured solvers.

Each primitive here is a SciPy call as one operation that active values may be given to; the twins in
`diffkit.autodiff.functions.linalg` have SciPy's names. SciPy is imported when one is first called.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.errors import DomainError
from diffkit.example import Array, example
from diffkit.primitives import primitive
from diffkit.rules.declare import array_rule
from diffkit.rules.linalg import complex_array, complex_regular, regular, swapped

# Functions of a matrix: f([[x, e], [0, x]]) = [[f(x), d], [0, f(x)]], where d is the derivative along e
# (R. Mathias 1996, SIAM J. Matrix Anal. Appl. 17, 610-620; N. J. Higham, Functions of Matrices, 2008, 3.16)


@primitive
def matrix_function(x: Any, *, name: str, rest: tuple[Any, ...] = ()) -> Any:
    """`scipy.linalg.<name>(x, *rest)`, for expm, logm, sqrtm and their kind."""
    import scipy.linalg

    return getattr(scipy.linalg, name)(x, *rest)


def _along(e: Any, y: Any, x: Any, *, name: str, rest: tuple[Any, ...] = ()) -> Any:
    if np.iscomplexobj(y) and not np.iscomplexobj(x) and not np.allclose(np.imag(y), 0):
        raise DomainError(
            f"{name} jumps at a matrix that has a negative eigenvalue, and has no derivative there; "
            f"give it a matrix without"
        )
    n = np.shape(x)[-1]
    above = np.concatenate([x, e], axis=-1)
    below = np.concatenate([np.zeros_like(x), x], axis=-1)
    return matrix_function(np.concatenate([above, below], axis=-2), name=name, rest=rest)[..., :n, n:]


def _pull_function(y_bar: Any, y: Any, x: Any, *, name: str, rest: tuple[Any, ...] = ()) -> Any:
    # f(x^T) = f(x)^T, and so the transpose of the derivative at x is the derivative at x^T.
    return _along(y_bar, y, swapped(x), name=name, rest=rest)


NAMES = ("expm", "logm", "sinm", "cosm", "tanm", "sinhm", "coshm", "tanhm")

array_rule(
    matrix_function,
    (_along, _pull_function),
    examples=[
        *[example(Array(3, 3, made=lambda a: regular(a) / 4), name=name) for name in NAMES],
        *[example(Array(2, 2, made=lambda a: complex_regular(a) / 3), name=name) for name in NAMES],
        example(Array(2, 3, 3), name="expm"),
        example(Array(3, 3, made=regular), name="fractional_matrix_power", rest=(0.3,)),
    ],
)


@primitive
def square_root(x: Any) -> Any:
    """`scipy.linalg.sqrtm`."""
    import scipy.linalg

    return scipy.linalg.sqrtm(x)


array_rule(  # y y = x, and so y_dot y + y y_dot = x_dot, also where x has negative eigenvalues
    square_root,
    (
        lambda x_dot, y, x: sylvester(y, y, x_dot),
        lambda y_bar, y, x: sylvester(swapped(y), swapped(y), y_bar),
    ),
    examples=[
        example(Array(3, 3, made=regular)),
        example(Array(2, 2, made=complex_regular)),
        example(Array(2, 2, made=lambda a: a - 3 * np.eye(2))),  # the complex root of a real matrix
    ],
)

# Triangular systems: only one triangle is read, and only it has a slope -------------------------------------


@primitive
def triangular(
    a: Any, b: Any, *, lower: bool = False, transposed: bool = False, unit: bool = False, check: bool = False
) -> Any:
    """`scipy.linalg.solve_triangular` of a or of its transpose."""
    import scipy.linalg

    return scipy.linalg.solve_triangular(
        a, b, trans=int(transposed), lower=lower, unit_diagonal=unit, check_finite=check
    )


def _read(m: Any, lower: bool, unit: bool) -> Any:
    """The part of a matrix that `triangular` reads."""
    n = np.shape(m)[-1]
    below = np.tri(n, k=-1 if unit else 0, dtype=bool)
    return np.where(below if lower else below.T, m, 0)


def _push_triangular(a_dot: Any, y: Any, a: Any, b: Any, *, check: bool = False, **how: Any) -> Any:
    a_dot = _read(a_dot, how["lower"], how["unit"])
    return -triangular(a, (swapped(a_dot) if how["transposed"] else a_dot) @ y, **how)


def _pull_triangular_a(y_bar: Any, y: Any, a: Any, b: Any, *, check: bool = False, **how: Any) -> Any:
    b_bar = _pull_triangular_b(y_bar, y, a, b, **how)
    left, right = (y, b_bar) if how["transposed"] else (b_bar, y)
    outer = left[:, None] * right if np.ndim(b) == 1 else left @ swapped(right)
    return _read(-outer, how["lower"], how["unit"])


def _push_triangular_b(b_dot: Any, y: Any, a: Any, b: Any, *, check: bool = False, **how: Any) -> Any:
    return triangular(a, b_dot, **how)


def _pull_triangular_b(y_bar: Any, y: Any, a: Any, b: Any, *, check: bool = False, **how: Any) -> Any:
    return triangular(a, y_bar, **{**how, "transposed": not how["transposed"]})


array_rule(
    triangular,
    (_push_triangular, _pull_triangular_a),
    (_push_triangular_b, _pull_triangular_b),
    examples=[
        example(Array(3, 3, made=made), Array(*b), lower=lower, transposed=transposed, unit=unit)
        for made, b, lower, transposed, unit in (
            (regular, (3,), False, False, False),
            (regular, (3, 2), True, False, False),
            (complex_regular, (3,), True, True, False),
            (regular, (3, 2), False, True, True),
        )
    ],
)

# Banded systems: ab[u + i - j, j] = a[i, j], a row of ab for each diagonal ----------------------------------


@primitive
def banded(ab: Any, b: Any, *, lower_and_upper: tuple[int, int], check: bool = False) -> Any:
    """`scipy.linalg.solve_banded`."""
    import scipy.linalg

    return scipy.linalg.solve_banded(lower_and_upper, ab, b, check_finite=check)


def _shifted(x: Any, k: int) -> Any:
    """x moved k places down its first axis, zeros coming in."""
    n, zeros = np.shape(x)[0], np.zeros_like(x[: min(abs(k), np.shape(x)[0])])
    return np.concatenate([zeros, x[: max(0, n - k)]] if k > 0 else [x[min(n, -k) :], zeros])


def _beside(x: Any, b: Any) -> Any:
    """A diagonal, ready to multiply the rows of b."""
    return x if np.ndim(b) == 1 else x[:, None]


def _push_banded_ab(
    ab_dot: Any, y: Any, ab: Any, b: Any, *, lower_and_upper: Any, check: bool = False
) -> Any:
    lower, upper = lower_and_upper
    product = sum(_shifted(_beside(ab_dot[upper + k], b) * y, k) for k in range(-upper, lower + 1))
    return -banded(ab, product, lower_and_upper=lower_and_upper)


def _pull_banded_ab(y_bar: Any, y: Any, ab: Any, b: Any, *, lower_and_upper: Any, check: bool = False) -> Any:
    lower, upper = lower_and_upper
    b_bar = _pull_banded_b(y_bar, y, ab, b, lower_and_upper=lower_and_upper)
    diagonals = [_shifted(b_bar, -k) * y for k in range(-upper, lower + 1)]
    return -np.stack([d if np.ndim(b) == 1 else np.sum(d, axis=-1) for d in diagonals])


def _push_banded_b(b_dot: Any, y: Any, ab: Any, b: Any, *, lower_and_upper: Any, check: bool = False) -> Any:
    return banded(ab, b_dot, lower_and_upper=lower_and_upper)


def _pull_banded_b(y_bar: Any, y: Any, ab: Any, b: Any, *, lower_and_upper: Any, check: bool = False) -> Any:
    lower, upper = lower_and_upper
    transposed = np.stack([_shifted(ab[upper + k], k) for k in range(lower, -upper - 1, -1)])
    return banded(transposed, y_bar, lower_and_upper=(upper, lower))


def _dominant(ab: Any) -> Any:
    """Three or four diagonals, the second of them the main one, and large."""
    return ab + np.array([0.0, 4.0, 0.0, 0.0])[: np.shape(ab)[0], None]


array_rule(
    banded,
    (_push_banded_ab, _pull_banded_ab),
    (_push_banded_b, _pull_banded_b),
    examples=[
        example(Array(3, 5, made=_dominant), Array(5), lower_and_upper=(1, 1)),
        example(Array(4, 5, made=_dominant), Array(5, 2), lower_and_upper=(2, 1)),
        example(Array(2, 4, made=_dominant), Array(4), lower_and_upper=(0, 1)),
        example(Array(4, 3, made=lambda a: complex_array(_dominant(a))), Array(3), lower_and_upper=(2, 1)),
    ],
)

# The equation a y + y b = q, which y_dot solves for q_dot - a_dot y - y b_dot ------------------------------


@primitive
def sylvester(a: Any, b: Any, q: Any) -> Any:
    """`scipy.linalg.solve_sylvester`."""
    import scipy.linalg

    return scipy.linalg.solve_sylvester(a, b, q)


def _q_bar(y_bar: Any, a: Any, b: Any) -> Any:
    return sylvester(swapped(a), swapped(b), y_bar)


array_rule(
    sylvester,
    (
        lambda a_dot, y, a, b, q: -sylvester(a, b, a_dot @ y),
        lambda y_bar, y, a, b, q: -_q_bar(y_bar, a, b) @ swapped(y),
    ),
    (
        lambda b_dot, y, a, b, q: -sylvester(a, b, y @ b_dot),
        lambda y_bar, y, a, b, q: -swapped(y) @ _q_bar(y_bar, a, b),
    ),
    (
        lambda q_dot, y, a, b, q: sylvester(a, b, q_dot),
        lambda y_bar, y, a, b, q: _q_bar(y_bar, a, b),
    ),
    examples=[
        example(Array(3, 3, made=regular), Array(2, 2, made=regular), Array(3, 2)),
        example(Array(2, 2, made=complex_regular), Array(3, 3, made=regular), Array(2, 3)),
    ],
)
