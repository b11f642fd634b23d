"""A loop is found in the rows it leaves."""

from __future__ import annotations

import numpy as np
import pytest

import diffkit as dk
from diffkit.views.repeats import Repeats, repeats


def iterated(step, n):
    def f(x):
        for i in range(n):
            x = step(x, i)
        return x

    return dk.record(f, 0.2)


@pytest.mark.parametrize(
    ("step", "rows"),
    [
        (lambda x, i: x * 0.5, 1),
        (lambda x, i: 4 * x * (1 - x), 3),
        (lambda x, i: x * np.cos(x + i) + x * np.sin(0.5 - i * x), 8),
    ],
)
def test_the_rows_of_an_iteration_are_counted(step, rows):
    found = repeats(iterated(step, 50))
    assert found.period == rows
    assert found.times in (48, 49)  # without the first, whose operands stand elsewhere
    assert found.end == 50 * rows or found.end == 50 * rows - rows + found.start % rows


def test_what_reads_an_input_each_time_repeats_too():
    def newton(a):
        x = a
        for _ in range(20):
            x = (x + a / x) / 2
        return x

    assert repeats(dk.record(newton, 2.0)).period == 3


def test_a_formula_without_a_loop_has_none():
    assert repeats(dk.record(lambda x: np.sin(x) * np.exp(x) + x, 1.0)) is None


def test_the_longest_loop_is_the_one():
    def f(x):
        for _ in range(5):
            x = np.sin(x)
        for _ in range(30):
            x = np.exp(-x) * 2
        return x

    tape = dk.record(f, 1.0)
    assert repeats(tape) == Repeats(start=8, period=3, times=29)
