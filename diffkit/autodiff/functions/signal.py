"""Twins of scipy.signal: convolve, correlate, fftconvolve, lfilter, savgol_filter, detrend."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import signal

from diffkit.autodiff.functions.operand import operand
from diffkit.rules.signal import filtered_along, full_convolution
from diffkit.rules.signal import lfilter as filtered

__all__ = ["convolve", "correlate", "detrend", "fftconvolve", "lfilter", "savgol_filter"]


def convolve(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """The convolution of two arrays of as many dimensions; as `scipy.signal.convolve`.

    Parameters
    ----------
    in1, in2
        Arrays of the same number of dimensions.
    mode
        "full" gives every overlap, "valid" those without zeros put in, "same" the middle, of in1's shape.
    method
        "auto", "direct" or "fft": how it is computed, not what.

    Examples
    --------
    >>> convolve([1.0, 2.0, 3.0], [0.5, 0.5], mode="valid")
    array([1.5, 2.5])
    """
    return _convolved(operand(in1), operand(in2), mode, None, method)


def correlate(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """The cross-correlation of two arrays of as many dimensions; as `scipy.signal.correlate`.

    Examples
    --------
    >>> correlate([1.0, 2.0, 3.0], [0.0, 1.0], mode="same")
    array([1., 2., 3.])
    """
    return _convolved(operand(in1), np.conjugate(np.flip(operand(in2))), mode, None, method)


def fftconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
    """The convolution of two arrays, by FFT and along chosen axes; as `scipy.signal.fftconvolve`.

    Examples
    --------
    >>> fftconvolve(np.eye(2), np.ones((1, 2)), axes=1).round(12) + 0.0
    array([[1., 1., 0.],
           [0., 1., 1.]])
    """
    return _convolved(operand(in1), operand(in2), mode, axes, "fft")


def _convolved(a: Any, b: Any, mode: str, axes: Any, method: str) -> Any:
    """The part that `mode` names of all overlaps."""
    if np.ndim(a) != np.ndim(b):
        raise ValueError(f"in1 has {np.ndim(a)} dimensions and in2 has {np.ndim(b)}: they must have as many")
    if mode not in ("full", "valid", "same"):
        raise ValueError(f"mode is {mode!r}; it may be 'full', 'valid' or 'same'")
    if np.ndim(a) == 0:
        return a * b
    chosen = range(np.ndim(a)) if axes is None else np.atleast_1d(axes).tolist()
    chosen = tuple(sorted(axis % np.ndim(a) for axis in chosen))
    pairs = [(np.shape(a)[axis], np.shape(b)[axis]) for axis in chosen]
    if mode == "valid" and min(n - m for n, m in pairs) < 0 < max(n - m for n, m in pairs):
        raise ValueError("for mode 'valid', one of in1 and in2 must be the longer along every axis")
    kept = [slice(None)] * np.ndim(a)
    for axis, (n, m) in zip(chosen, pairs, strict=True):
        if mode == "valid":
            kept[axis] = slice(min(n, m) - 1, max(n, m))
        elif mode == "same":
            kept[axis] = slice((m - 1) // 2, (m - 1) // 2 + n)
    return full_convolution(a, b, axes=chosen, method=method)[tuple(kept)]


def lfilter(b: Any, a: Any, x: Any, axis: int = -1, zi: Any = None) -> Any:
    """A signal through the filter b / a, along an axis; as `scipy.signal.lfilter`.

    Parameters
    ----------
    b, a
        The coefficients of a[0] y[n] + a[1] y[n-1] + ... = b[0] x[n] + b[1] x[n-1] + ...
    x
        The signal.
    zi
        The state to begin with, of length max(len(a), len(b)) - 1 along the axis; the answer then is the
        pair (y, the state at the end).

    Examples
    --------
    >>> lfilter([1.0], [1.0, -0.5], [1.0, 0.0, 0.0])
    array([1.  , 0.5 , 0.25])
    """
    b, a, x = np.atleast_1d(operand(b)), np.atleast_1d(operand(a)), operand(x)
    if zi is None:
        return filtered(b, a, x, axis=axis)
    x, count = np.moveaxis(x, axis, -1), max(np.size(a), np.size(b)) - 1
    n, lines = np.shape(x)[-1], np.shape(x)[:-1]
    state = np.broadcast_to(np.moveaxis(operand(zi), axis, -1), (*lines, count))
    # The state is what would still come out if nothing more went in, run through a / a[0].
    longer = np.concatenate([x, np.zeros((*lines, count))], axis=-1)
    kick = np.concatenate([a[0] * state, np.zeros((*lines, n))], axis=-1)
    y = filtered(b, a, longer) + filtered(np.ones(1), a, kick)
    end = filtered(a / a[0], np.ones(1), y[..., n:])
    return np.moveaxis(y[..., :n], -1, axis), np.moveaxis(end, -1, axis)


def savgol_filter(
    x: Any, window_length: int, polyorder: int, deriv: int = 0, delta: float = 1.0, axis: int = -1,
    mode: str = "interp", cval: float = 0.0,
) -> Any:  # fmt: skip
    """A signal smoothed by the polynomials that fit its windows best; as `scipy.signal.savgol_filter`.

    Examples
    --------
    >>> savgol_filter([0.0, 1.0, 4.0, 9.0, 16.0], 5, 2).round(12) + 0.0
    array([ 0.,  1.,  4.,  9., 16.])
    """
    x = operand(x)

    def smoothed(x: Any, axis: int, cval: float = 0.0) -> Any:
        return signal.savgol_filter(x, window_length, polyorder, deriv, delta, axis, mode, cval)

    y = filtered_along(x, function=smoothed, axis=axis)
    return y + smoothed(np.zeros(np.shape(x)), axis, cval) if cval else y


def detrend(
    data: Any,
    axis: int = -1,
    type: str = "linear",  # noqa: A002
    bp: Any = 0,
    overwrite_data: bool = False,
) -> Any:
    """A signal less its mean or the line that fits it best; as `scipy.signal.detrend`.

    Examples
    --------
    >>> detrend([1.0, 2.0, 3.0]).round(12) + 0.0
    array([0., 0., 0.])
    """
    return filtered_along(
        operand(data), function=lambda x, axis: signal.detrend(x, axis, type, bp), axis=axis
    )
