"""The twins of scipy.signal: SciPy's values in every mode, and the derivatives of both operands."""

import inspect

import numpy as np
import pytest
import scipy.signal

import diffkit as dk
from diffkit.autodiff import grad
from diffkit.autodiff.functions import signal
from diffkit.example import Array, example

PAIRS = [
    ((5,), (3,)),
    ((3,), (5,)),
    ((4,), (4,)),
    ((1,), (3,)),
    ((3, 4), (2, 3)),
    ((2, 2, 3), (2, 1, 2)),
    ((), ()),
]
STABLE = Array(3, made=lambda a: a / 2 + np.array([1.5, 0.0, 0.0]))
TWINS = [
    *[
        (name, example(Array(*a), Array(*b), mode=mode))
        for name in ("convolve", "correlate", "fftconvolve")
        for a, b in PAIRS
        for mode in ("full", "valid", "same")
        if a or name != "correlate"
    ],
    *[("convolve", example(Array(5), Array(3), method=method)) for method in ("direct", "fft")],
    *[
        ("fftconvolve", example(Array(3, 4), Array(*shape), mode=mode, axes=axes))
        for shape, axes in (((1, 2), 1), ((3, 2), (1,)), ((3, 2), -1), ((2, 1), 0), ((2, 2), (1, 0)))
        for mode in ("full", "same", "valid")
    ],
    ("lfilter", example(Array(2), STABLE, Array(6))),
    ("lfilter", example(Array(4), STABLE, Array(5, 2), 0)),
    ("lfilter", example([1.0], STABLE, Array(2, 6))),
    ("lfilter", example(Array(2), [2.0], Array(2, 6))),
    ("lfilter", example(Array(2), STABLE, Array(6), -1, Array(2))),
    ("lfilter", example(Array(4), STABLE, Array(2, 5), 1, Array(2, 3))),
    ("lfilter", example(Array(4), STABLE, Array(2, 2), 1, Array(2, 3))),
    ("lfilter", example(Array(2), [2.0, 1.0], Array(5, 3), 0, Array(1, 3))),
    *[
        ("savgol_filter", example(Array(7), 5, 2, mode=mode, cval=2.0))
        for mode in ("interp", "nearest", "mirror", "wrap", "constant")
    ],
    ("savgol_filter", example(Array(7, 2), 3, 1, deriv=1, delta=0.5, axis=0)),
    ("detrend", example(Array(2, 6))),
    ("detrend", example(Array(6, 2), axis=0, type="constant")),
    ("detrend", example(Array(8), bp=[4])),
]


@pytest.mark.parametrize(("name", "shown"), TWINS)
def test_a_twin_has_scipys_values_and_the_right_derivatives(name, shown, check_twin):
    check_twin(getattr(signal, name), getattr(scipy.signal, name), shown, accuracy=1e-12)


@pytest.mark.parametrize("name", signal.__all__)
def test_every_twin_stands_in_the_table_with_scipys_signature(name):
    assert name in {row[0] for row in TWINS}
    ours, theirs = (inspect.signature(getattr(m, name)).parameters.values() for m in (signal, scipy.signal))
    assert [(p.name, p.kind, p.default) for p in ours] == [(p.name, p.kind, p.default) for p in theirs]


def test_a_correlation_with_complex_numbers_conjugates_the_second():
    a, b = np.array([1 + 2j, 3j]), np.array([2 - 1j, 1.0])
    for mode in ("full", "same", "valid"):
        expected = scipy.signal.correlate(a, b, mode)
        np.testing.assert_allclose(signal.correlate(a, b, mode), expected, rtol=1e-14)


def test_the_gradient_reaches_a_kernel_that_is_learnt():
    x, kernel = np.sin(np.arange(20.0)), np.array([0.25, 0.5, 0.25])
    wanted = scipy.signal.convolve(x, kernel, "valid")
    loss = lambda k: np.mean((signal.convolve(x, k, "valid") - wanted) ** 2)
    assert grad(loss)(kernel) == pytest.approx(np.zeros(3), abs=1e-15)
    np.testing.assert_allclose(
        dk.gradient(loss, np.ones(3)), dk.gradient(loss, np.ones(3), method="central"), rtol=1e-7
    )


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda: signal.convolve([1.0], [[1.0]]), "1 dimensions and in2 has 2"),
        (lambda: signal.convolve([1.0], [1.0], "whole"), "'full', 'valid' or 'same'"),
        (lambda: signal.convolve(np.ones((2, 3)), np.ones((3, 2)), "valid"), "the longer along every axis"),
    ],
)
def test_a_wrong_argument_is_told_what_to_give(call, what):
    with pytest.raises(ValueError, match=what):
        call()
