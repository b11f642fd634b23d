"""Functions with a name of their own: their values and slopes where SymPy's spelling has none."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special as sc
import sympy

import diffkit as dk
from diffkit.symbolic.named import named_functions

x, y = sympy.symbols("x y", real=True)

HARD = [
    (np.expm1, 1e-9), (np.log1p, 1e-9), (np.exp2, 3.5), (np.log2, 0.3), (np.log10, 0.3), (sc.expit, -800.0),
    (sc.expit, 40.0), (sc.log_expit, 800.0), (lambda a: np.hypot(a, 3.0), 1e200),
    (lambda a: np.logaddexp(a, 1.0), 800.0), (lambda a: np.logaddexp(-a, a), 800.0),
    (lambda a: np.expm1(a) ** 2, 1e-9), (lambda a: np.logaddexp(0.0, a), 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("f", "at"), HARD)
@pytest.mark.parametrize("order", [1, 2])
def test_a_slope_is_that_of_reverse_mode_where_the_spelling_has_none(f, at, order):
    expected = dk.derivative(f, at, order=order)
    found = dk.derivative(f, at, order=order, method="symbolic", share=True)
    assert found == pytest.approx(expected, rel=16 * 2**-52, abs=0)


@pytest.mark.parametrize("function", named_functions(), ids=lambda f: f.__name__)
def test_each_value_has_the_bits_of_the_function(function):
    args = [0.3, 0.7][: function.nin]
    tape = dk.symbolic.program(lambda *a: function(*a), *args)
    assert tape.replay(*args)[0] == function(*args)


@pytest.mark.parametrize(("function", "kind"), named_functions().items(), ids=lambda f: f.__name__)
def test_each_derivative_is_that_of_the_spelling(function, kind):
    symbols = [x, y][: function.nin]
    spelled = dk.record(function, *[0.3, 0.7][: function.nin]).replay(*symbols, arithmetic="sympy")
    at = {x: sympy.Rational(3, 10), y: sympy.Rational(7, 10)}
    meanings = {k: lambda *a, f=f: dk.record(f, *[0.5] * f.nin).replay(*a, arithmetic="sympy")
                for f, k in named_functions().items()}  # fmt: skip
    for symbol in symbols:
        slope = kind(*symbols).diff(symbol)
        for other, meaning in meanings.items():
            slope = slope.replace(other, meaning)
        assert float((slope - spelled.diff(symbol)).subs(at).evalf(30)) == pytest.approx(0, abs=1e-25)
