"""Where a descent has come to: a minimum, a saddle, or an inflection at which it stalls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from diffkit.studies.descent import Array

__all__ = ["Ending", "ending"]

AHEAD = (1.0, 2.0, 4.0, 8.0)  # how many of Newton's steps to look ahead: x^p has its minimum p - 1 ahead
NOISE = 1e-10  # of x: so near a minimum the slope is mostly rounding errors, whose sign tells nothing
STILL = 1e-3  # of the way that was travelled: a critical point that is nearer is where the descent stands


@dataclass(frozen=True)
class Ending:
    """What lies around the end of a descent.

    Attributes
    ----------
    kind
        "minimum": ahead, or reached; "inflection": the slope fades ahead and grows again without a change of
        sign; "saddle" or "maximum": a critical point from which a way leads down; "downhill": none of these
        is near; "unknown" without second derivatives.
    slope
        The length of the gradient.
    place, distance
        (n,) the minimum that Newton's method finds from here, or where the slope of an inflection is least;
        and how far that is.
    curvatures
        The eigenvalues of the Hessian, ascending.
    """

    kind: str
    slope: float
    place: tuple[float, ...] | None = None
    distance: float | None = None
    curvatures: tuple[float, ...] = ()


@np.errstate(all="ignore")  # what has no value ahead is no minimum
def ending(
    gradient_at: Callable[[Array], Array],
    hessian_at: Callable[[Array], Array | None],
    x: Array,
    travelled: float,
) -> Ending:
    """What the gradient and the Hessian at x, and the gradient a little ahead, tell of x.

    Newton's step d = H^-1 g points at the nearest critical point. A minimum is one that the slope along d
    crosses with a change of sign; at an inflection it touches 0 and comes back.

    Parameters
    ----------
    gradient_at, hessian_at
        The gradient of f, (n,) -> (n,), and its Hessian, (n, n), or None where nobody knows it.
    x
        The end of the descent, (n,).
    travelled
        How far the descent has come, as a scale.

    Examples
    --------
    >>> ending(lambda x: 2 * x, lambda x: np.eye(1) * 2, np.array([0.5]), 1.0)
    Ending(kind='minimum', slope=1.0, place=(0.0,), distance=0.5, curvatures=(2.0,))
    >>> ending(lambda x: 3 * x**2, lambda x: np.diag(6 * x), np.array([0.1]), 1.0).kind
    'inflection'
    """
    g = gradient_at(x)
    slope, hessian = float(np.linalg.norm(g)), hessian_at(x)
    if hessian is None or not np.all(np.isfinite(hessian)) or not np.isfinite(slope):
        return Ending("unknown", slope)
    curvatures = np.linalg.eigvalsh(hessian)
    lowest, highest = curvatures[0], curvatures[-1]
    tiny = 1e-12 * np.abs(curvatures).max()
    step = _newton(hessian, g)
    size = float(np.linalg.norm(step))

    def found(kind: str, place: Array | None = None) -> Ending:
        told = tuple(curvatures.tolist())
        if place is None:
            return Ending(kind, slope, curvatures=told)
        return Ending(kind, slope, tuple(place.tolist()), float(np.linalg.norm(x - place)), told)

    if lowest < -tiny:
        near = size <= STILL * travelled or slope == 0
        return found(("saddle" if highest > tiny else "maximum") if near else "downhill")
    if lowest <= tiny:
        return found("downhill")
    if size <= NOISE * max(travelled, float(np.abs(x).max())):
        return found("minimum", x - step)
    slopes = [float(gradient_at(x - t * step) @ step) for t in AHEAD]
    if any(s < 0 for s in slopes):
        return found("minimum", _minimum(gradient_at, hessian_at, x - step, float(np.linalg.norm(g))))
    least = int(np.argmin(slopes))
    if np.isfinite(slopes[-1]) and slopes[-1] > slopes[least]:
        return found("inflection", x - AHEAD[least] * step)
    return found("downhill")


def _newton(hessian: Array, gradient: Array) -> Array:
    return np.asarray(np.linalg.lstsq(hessian, gradient, rcond=1e-12)[0])


def _minimum(
    gradient_at: Callable[[Array], Array], hessian_at: Callable[[Array], Array | None], x: Array, slope: float
) -> Array:
    """Where Newton's method goes from x in 20 steps; x where the slope is not below `slope` there."""
    found = x
    for _ in range(20):
        hessian = hessian_at(found)
        if hessian is None or not np.all(np.isfinite(hessian)):
            return x
        found = found - _newton(hessian, gradient_at(found))
    return found if np.linalg.norm(gradient_at(found)) < slope else x
