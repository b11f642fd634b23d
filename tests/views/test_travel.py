"""The formulas of a derivative's way compute the derivative."""

from __future__ import annotations

import numpy as np
import pytest

import diffkit as dk
from diffkit.autodiff.local import adjoints, tangents
from diffkit.primitives import tanh_slope
from diffkit.views.travel import pulled_back, pushed_forward, steps_back, steps_forward

NAMES = {
    name: getattr(np, name) for name in ["sin", "cos", "exp", "log", "sqrt", "where", "logical_and", "sign"]
} | {"tanh_slope": tanh_slope}
FUNCTIONS = [
    lambda x, y: np.log(x) + x * y - np.sin(y),
    lambda x, y: (x - y) / (x + y) ** 3,
    lambda x, y: np.tanh(x * y) ** x,
    lambda x, y: np.sqrt(x) * abs(y - 4) - x,
    lambda x, y: np.maximum(x, y) * np.exp(-x),
]


@pytest.mark.parametrize("f", FUNCTIONS)
def test_each_formula_gives_its_number(f):
    tape = dk.record(f, 2.0, 5.0)
    pulled = adjoints(tape, 2.0, 5.0)
    pushed = tangents(tape, (2.0, 5.0), (1.0, 0.5))
    values = {f"s{i}": v for i, v in enumerate(pulled.values)}
    for texts, numbers in [
        (pulled_back(tape, steps_back(tape, pulled.values)), pulled.adjoints),
        (pushed_forward(tape, steps_forward(tape, pulled.values)), pushed.tangents),
    ]:
        travelling = {f"t{i}": number for i, number in enumerate(numbers)}
        for text, number in zip(texts, numbers, strict=True):
            if text:
                assert eval(text, {**NAMES, **values, **travelling}) == pytest.approx(number, rel=1e-14)


def test_a_map_is_named_by_its_function():
    tape = dk.record(lambda x: np.sum(x), np.ones(3))
    assert pulled_back(tape, steps_back(tape, (np.ones(3), 3.0))) == ["sum_bar(t1)", "1"]
    assert pushed_forward(tape, steps_forward(tape, (np.ones(3), 3.0))) == ["", "sum_dot(t0)"]
