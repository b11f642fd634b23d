"""The derivative of numpy.fft: each transform is linear, so its tangent is the transform of the tangent.

The matrix of fft is symmetric, so that fft is its own pull. A real transform has one half of a Hermitian
row: what lies inside stands for two elements, what lies at its ends (frequency 0, and n / 2 for even n)
for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from diffkit.example import Array, example
from diffkit.rules.declare import linear
from diffkit.rules.linalg import complex_array

fft = np.fft

# The normalization that the opposite direction has: the same factor, where it would have had its own.
_SAME_FACTOR: dict[Any, Any] = {
    None: "forward",
    "backward": "forward",
    "ortho": "ortho",
    "forward": "backward",
}

# Along one axis: line(y_bar, m, n, axis, norm) -> x_bar, for m elements transformed as if there were n.


def _line_of(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda y_bar, m, n, axis, norm: _cut(function(y_bar, None, axis, norm), m, axis)


def _line_rfft(y_bar: Any, m: int, n: int, axis: int, norm: Any) -> Any:
    halved = np.conjugate(y_bar) * _weights(y_bar, n, axis, 0.5)
    return _cut(fft.irfft(halved, n, axis, _SAME_FACTOR[norm]), m, axis)


def _line_irfft(y_bar: Any, m: int, n: int, axis: int, norm: Any) -> Any:
    half = fft.rfft(y_bar, n, axis, _SAME_FACTOR[norm])
    return _cut(np.conjugate(half) * _weights(half, n, axis, 2.0), m, axis)


def _line_hfft(y_bar: Any, m: int, n: int, axis: int, norm: Any) -> Any:
    half = fft.rfft(y_bar, n, axis, norm)  # hfft(x) is irfft(conjugate(x)), the other way round
    return _cut(half * _weights(half, n, axis, 2.0), m, axis)


def _line_ihfft(y_bar: Any, m: int, n: int, axis: int, norm: Any) -> Any:
    return _cut(fft.irfft(y_bar * _weights(y_bar, n, axis, 0.5), n, axis, norm), m, axis)


def _weights(half: Any, n: int, axis: int, inside: float) -> Any:
    """1 at the ends of half a row for n real elements, another number inside."""
    weights = np.full(n // 2 + 1, inside, dtype=np.finfo(half.dtype).dtype)
    weights[0] = 1
    if n % 2 == 0:
        weights[-1] = 1
    return np.reshape(weights, [-1 if a == axis % np.ndim(half) else 1 for a in range(np.ndim(half))])


def _cut(x: Any, m: int, axis: int) -> Any:
    """x cut to m elements along an axis, or filled up with zeros: the transpose of filling up and cutting."""
    axis %= np.ndim(x)
    n = np.shape(x)[axis]
    kept = x[(slice(None),) * axis + (slice(m),)] if n > m else x
    if n >= m:
        return kept
    missing = [m - n if a == axis else length for a, length in enumerate(np.shape(x))]
    return np.concatenate([kept, np.zeros(missing, dtype=x.dtype)], axis=axis)


LINES: dict[Callable[..., Any], Callable[..., Any]] = {
    fft.fft: _line_of(fft.fft),
    fft.ifft: _line_of(fft.ifft),
    fft.rfft: _line_rfft,
    fft.irfft: _line_irfft,
    fft.hfft: _line_hfft,
    fft.ihfft: _line_ihfft,
}
TO_REAL = (fft.irfft, fft.hfft)


def _length(function: Callable[..., Any], m: int) -> int:
    """How many elements m elements stand for, where the caller does not say."""
    return 2 * (m - 1) if function in TO_REAL else m


def _pull_along(function: Callable[..., Any]) -> Callable[..., Any]:
    def pull(y_bar: Any, y: Any, x: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
        m = np.shape(x)[axis]
        return LINES[function](y_bar, m, _length(function, m) if n is None else n, axis, norm)

    return pull


# Even and odd lengths, cut and filled up, for each normalization.
REAL = [Array(2, 5), Array(3, 4)]
COMPLEX = [Array(*x.shape, made=complex_array) for x in REAL]
LENGTHS = [(), (None, 0), (5, 1), (4, -1, "ortho"), (8, 0, "forward"), (1, 0, "forward"), (2, 1, "backward")]

for transform in LINES:
    row = REAL if transform in (fft.rfft, fft.ihfft) else REAL + COMPLEX
    linear(transform, _pull_along(transform), [example(x, *how) for x in row for how in LENGTHS])


# Along several axes: numpy.fft transforms one after the other, in this order -------------------------------

Steps = Iterable[tuple[Callable[..., Any], int]]


def _pull_in_turn(steps: Callable[[int], Steps], default: Any) -> Callable[..., Any]:
    """The pull of a transform along several axes; `steps(count)` says which axis gets what."""

    def pull(y_bar: Any, y: Any, x: Any, s: Any = None, axes: Any = default, norm: Any = None) -> Any:
        if axes is None:
            axes = range(np.ndim(x)) if s is None else range(-len(s), 0)
        axes = [axis % np.ndim(x) for axis in axes]
        now, done = list(np.shape(x)), []
        for function, i in steps(len(axes)):
            m = now[axes[i]]
            n = _length(function, m) if s is None else m if s[i] in (None, -1) else s[i]
            done.append((function, m, n, axes[i]))
            now[axes[i]] = n // 2 + 1 if function is fft.rfft else n
        for function, m, n, axis in reversed(done):
            y_bar = LINES[function](y_bar, m, n, axis, norm)
        return y_bar

    return pull


def _all(function: Callable[..., Any]) -> Callable[[int], Steps]:
    return lambda count: [(function, i) for i in reversed(range(count))]


def _real_first(count: int) -> Steps:
    return [(fft.rfft, count - 1), *((fft.fft, i) for i in reversed(range(count - 1)))]


def _real_last(count: int) -> Steps:
    return [*((fft.ifft, i) for i in range(count - 1)), (fft.irfft, count - 1)]


TURNS: dict[Callable[..., Any], Callable[[int], Steps]] = {
    fft.fftn: _all(fft.fft),
    fft.ifftn: _all(fft.ifft),
    fft.rfftn: _real_first,
    fft.irfftn: _real_last,
}
FLAT = [(), ((3, 5),), ((4, 2), (1, 0), "ortho"), (None, (0, 1), "forward")]
DEEP = [
    (),
    (None, (0,)),
    ((2, 4, 5), (0, 1, 2)),
    ((3, 4), (0, 2), "ortho"),
    ((-1, 4), (2, 1)),
    ((3, 2), (0, 0)),
    (None, (1, 1)),
]
SOLID = [Array(2, 3, 4), Array(2, 3, 4, made=complex_array)]

for transform, steps in TURNS.items():
    solids = SOLID[:1] if transform is fft.rfftn else SOLID
    linear(transform, _pull_in_turn(steps, None), [example(x, *how) for x in solids for how in DEEP])

for transform, general in (
    (fft.fft2, fft.fftn),
    (fft.ifft2, fft.ifftn),
    (fft.rfft2, fft.rfftn),
    (fft.irfft2, fft.irfftn),
):
    planes = REAL if transform is fft.rfft2 else REAL + COMPLEX
    linear(
        transform, _pull_in_turn(TURNS[general], (-2, -1)), [example(x, *how) for x in planes for how in FLAT]
    )

# Shifts only move elements: the way back undoes them -------------------------------------------------------

SHIFTS = [(), (0,), ((1, 0),)]
linear(
    fft.fftshift,
    lambda y_bar, y, x, axes=None: fft.ifftshift(y_bar, axes),
    [example(Array(2, 5), *how) for how in SHIFTS],
)
linear(
    fft.ifftshift,
    lambda y_bar, y, x, axes=None: fft.fftshift(y_bar, axes),
    [example(Array(2, 5), *how) for how in SHIFTS],
)
