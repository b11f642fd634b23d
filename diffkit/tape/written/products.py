"""Products that are sums of simpler ones, and complex numbers seen as angles."""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.example import Array, example
from diffkit.tape.written.declare import as_array, written

M, V = Array(2, 3), Array(3)
Z = Array(2, 3, made=lambda x: np.exp(1j * x) * (x + 2j))


@written(np.kron, examples=[example(M, V), example(V, M), example(M, Array(3, 2)), example(Array(), M)])
def kron(a: Any, b: Any) -> Any:
    """np.kron: every element of a times the whole of b."""
    ndim = max(np.ndim(a), np.ndim(b))
    left, right = ((1,) * (ndim - np.ndim(x)) + np.shape(x) for x in (a, b))
    spread = np.reshape(a, [n for size in left for n in (size, 1)]) * np.reshape(
        b, [n for size in right for n in (1, size)]
    )
    return np.reshape(spread, [m * n for m, n in zip(left, right, strict=True)])


@written(
    np.cross,
    examples=[
        *[example(V, V), example(M, V), example(Array(3, 2), Array(3, 4, 1), axis=0)],
        *[example(Array(3, 2), M, axisa=0, axisc=0), example(Z, V)],
    ],
)
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """np.cross of vectors of three components, or of two."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = np.moveaxis(as_array(a), axisa, -1), np.moveaxis(as_array(b), axisb, -1)
    if np.shape(a)[-1] == np.shape(b)[-1] == 2:
        return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    a, b = (x if np.shape(x)[-1] == 3 else np.concatenate([x, 0 * x[..., :1]], axis=-1) for x in (a, b))
    one, two = [1, 2, 0], [2, 0, 1]
    return np.moveaxis(a[..., one] * b[..., two] - a[..., two] * b[..., one], -1, axisc)


@written(np.vdot, examples=[example(V, V), example(M, M), example(Z, Z), example(Array(), Array())])
def vdot(a: Any, b: Any) -> Any:
    """np.vdot: the inner product of the flattened arrays, the first one conjugated."""
    return np.dot(_conjugate(np.ravel(a)), np.ravel(b))


@written(
    np.correlate,
    examples=[
        *[
            example(Array(n), Array(m), mode)
            for mode in ("full", "same", "valid")
            for n, m in ((5, 2), (2, 5))
        ],
        *[example(Array(4), Array(5), "same"), example(Array(4), Array(3), mode=2), example(V, Array(2))],
        example(V, Array(2, made=lambda x: x * (1 + 2j)), "full"),
    ],
)
def correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    """np.correlate: a convolved with v, turned around and conjugated."""
    v = np.flip(_conjugate(v), 0)
    n, m = np.size(a), np.size(v)
    if mode in ("same", 1) and n < m:  # here NumPy's middle is that of the other order
        return np.convolve(a, v, "full")[n // 2 : n // 2 + m]
    return np.convolve(a, v, mode)


def _conjugate(x: Any) -> Any:
    return np.conjugate(x) if np.iscomplexobj(x) else as_array(x)


@written(np.angle, examples=[example(Z), example(Z, deg=True), example(V)])
def angle(z: Any, deg: bool = False) -> Any:
    """np.angle: the argument of a complex number."""
    argument = np.arctan2(np.imag(z), np.real(z))
    return argument * (180 / np.pi) if deg else argument


@written(np.i0, examples=[example(V), example(Array())])
def i0(x: Any) -> Any:
    """np.i0: the Bessel function that scipy.special has too."""
    from scipy import special

    return special.i0(x)
