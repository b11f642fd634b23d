"""How large a step h is best: where the truncation error and the rounding error balance.

The letters: p order, q derivative, C error constant, S noise gain of a stencil; u unit roundoff, half
the distance from 1 to the next number (eps / 2).

    error(h) <= A h^p + B h^-q,   A = |C f^(q+p)(x)|,   B = S u |f(x)|
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from diffkit.errors import OptionError
from diffkit.numerical.stencil import Stencil

__all__ = ["checked_step", "default_step", "floating", "optimal_step", "representable", "unit_roundoff"]


def optimal_step(
    stencil: Stencil, value: Any = 1.0, higher: Any = 1.0, roundoff: Any = 2.0**-53, *, noise: Any = None
) -> tuple[Any, Any]:
    """The step with the smallest error bound, and that bound: h* = (q B / (p A))^(1/(p+q)).

    `value` is f(x), `higher` is f^(q+p)(x), `roundoff` the unit roundoff of f's arithmetic; `noise`, the
    error of f's values, takes the place of roundoff times |value| where it is known. `explain` measures
    all of them. Each is a number or an array, and so are the two answers, of their common shape.

    Without truncation error (`higher` is 0) the answer is (inf, 0): the larger the better; without rounding
    error (`noise`, or `value`, is 0) it is (0, 0): the smaller the better.

    The bound takes x + h to be exact.

    >>> from diffkit.numerical.stencil import central, forward
    >>> [f"{number:.1e}" for number in (*optimal_step(forward()), *optimal_step(central()))]
    ['2.1e-08', '2.1e-08', '6.9e-06', '2.4e-11']
    >>> optimal_step(forward(), noise=[1e-12, 1e-6])[0]  # a noisy f wants larger steps
    array([2.e-06, 2.e-03])

    Formula: Nocedal and Wright, Numerical Optimization, 2nd edition, section 8.1.
    """
    p, q = stencil.order, stencil.derivative
    with np.errstate(all="ignore"):  # 0 and inf are answers
        size = np.multiply(roundoff, np.abs(_float64(value))) if noise is None else np.abs(_float64(noise))
        A = float(abs(stencil.error_constant)) * np.abs(_float64(higher))
        B = float(stencil.noise_gain) * size
        # Powers apart: A h^p + B / h^q = (1 + q/p) (pA/q)^(q/(p+q)) B^(p/(p+q)), where A / B may overflow.
        h = np.where(A == 0, np.inf, (q * B / p) ** (1 / (p + q)) * A ** (-1 / (p + q)))
        error = (1 + q / p) * (p * A / q) ** (q / (p + q)) * B ** (p / (p + q))
    return (h[()], error) if np.ndim(error) else (float(h), float(error))


def _float64(number: Any) -> Any:
    return np.asarray(number, np.float64)


def unit_roundoff(dtype: npt.DTypeLike) -> float:
    """The unit roundoff u of a real or complex floating dtype: half the distance from 1 to the next number.

    >>> unit_roundoff("float64") == 2.0**-53
    True
    """
    return float(np.finfo(np.dtype(dtype)).eps) / 2


def representable(x: Any, h: Any) -> Any:
    """The step (x + h) - x that x really takes, in x's dtype, elementwise; never 0.

    Where x + h rounds to x the answer is the spacing of x, with the sign of h.

    >>> float(representable(1.0, 1e-12))
    1.000088900582341e-12

    Source: Press et al., Numerical Recipes, 3rd edition, section 5.7.
    """
    x = floating(x)
    h = np.asarray(h).astype(x.dtype)
    with np.errstate(invalid="ignore", over="ignore"):  # x may be inf or nan; then so is the answer
        taken = (x + h) - x
        return np.where(taken == 0, np.copysign(np.spacing(np.abs(x)), h), taken)[()]


def default_step(stencil: Stencil, x: Any) -> Any:
    """The step for f with |f(x)| ~ |f^(q+p)(x)| ~ 1 on the length scale max(1, |x|), in x's shape and dtype.

    The roundoff is that of x's dtype, and x + h is representable.

    >>> from diffkit.numerical.stencil import central
    >>> default_step(central(), np.array([0.0, 1000.0])).round(8)
    array([6.93000e-06, 6.93176e-03])
    """
    x = floating(x)
    h, _ = optimal_step(stencil, roundoff=unit_roundoff(x.dtype))
    return representable(x, h * np.maximum(1, np.abs(x)))


def checked_step(h: Any, x: Any, dtype: npt.DTypeLike | None = None) -> Any:
    """The step h that the user gave: a number unchanged, anything else in `dtype` (default x's).

    An array is broadcast to x's shape. OptionError for a step that is not a finite, nonzero real
    number in that dtype.

    >>> checked_step(1e-5, np.zeros(3))
    1e-05
    """
    given = np.asarray(h)
    dtype = x.dtype if dtype is None else np.dtype(dtype)
    if given.dtype.kind in "fiu":
        with np.errstate(over="ignore", under="ignore"):
            rounded = given.astype(dtype)
        if np.all(np.isfinite(rounded) & (rounded != 0)):
            if given.ndim == 0:
                # A Python float keeps its bits and takes on x's dtype only where it meets x.
                return float(h) if isinstance(h, int | float) else rounded[()]
            tails = zip(reversed(given.shape), reversed(x.shape), strict=False)
            if given.ndim <= x.ndim and all(mine in (1, other) for mine, other in tails):
                return np.broadcast_to(rounded, x.shape)
    raise OptionError(
        f"h={h!r} is not a step for x of shape {x.shape} and dtype {x.dtype}: "
        "write a finite, nonzero real number such as h=1e-5, or an array of them that broadcasts to x."
    )


def floating(x: Any) -> Any:
    """x as a NumPy floating scalar or floating array; anything that is not floating becomes float64.

    >>> floating(3)
    np.float64(3.0)
    """
    x = np.asarray(x)
    return (x if x.dtype.kind == "f" else x.astype(np.float64))[()]
