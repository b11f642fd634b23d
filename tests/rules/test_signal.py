"""The rows of the signal rules: their examples are tried with all the others' once they are loaded."""

import numpy as np
import pytest

from diffkit.autodiff import grad, vjp
from diffkit.rules import rule_of
from diffkit.rules.signal import filtered_along, full_convolution, lfilter


@pytest.mark.parametrize("function", [full_convolution, lfilter, filtered_along], ids=lambda f: f.__name__)
def test_a_row_holds_for_the_calls_beside_it(function, check_maps, program):
    examples = rule_of(function).examples
    assert examples
    for shown in examples:
        f, shapes = program(function, shown)
        check_maps(f, *shapes)


def test_the_transpose_of_a_convolution_is_a_correlation():
    b, y_bar = np.array([1.0, 2.0, 4.0]), np.arange(7.0)
    _, pullback = vjp(lambda a: full_convolution(a, b, axes=(0,)), np.ones(5))
    assert pullback(y_bar)[0] == pytest.approx(np.correlate(y_bar, b, "valid"))


def test_the_transpose_of_a_filter_runs_back_in_time():
    a = np.array([1.0, -0.5])
    slope = grad(lambda x: lfilter(np.ones(1), a, x)[-1])(np.zeros(4))
    assert slope.tolist() == [0.125, 0.25, 0.5, 1.0]


def test_a_convolution_with_complex_numbers_keeps_them():
    kernel = np.array([1j, 2.0])
    f = lambda a: np.sum(np.absolute(full_convolution(a, kernel, axes=(0,))) ** 2)
    # |i a0|^2 + |2 a0 + i a1|^2 + |2 a1|^2
    assert grad(f)(np.array([1.0, 3.0])) == pytest.approx(np.array([10.0, 30.0]))
