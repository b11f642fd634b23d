"""Both sides of every branch, as the Piecewise that one would write."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.errors import ArgumentsError, NotClosedFormError
from diffkit.symbolic import Symbolic, piecewise

x, y = sympy.symbols("x y", real=True)


def absolute(x):
    if x < 0:
        return -x
    return x


def nested(x):
    if x > 0:
        if x > 1:
            return x**2
        return x
    return -(x**2) if x < -1 else np.sin(x)


def graded(x):
    if x > 2:
        y = x**3
    elif x > 0:
        y = x
    elif x >= -1:
        y = np.sin(x)
    else:
        y = 2 * x
    return y


def in_a_row(x):
    y = 0.5 * x
    if x > 0:
        y = y + x
    if x > 1:
        y = y * x
    if x <= 0:
        y = y - x
    return y


def cardinal_sine(x):
    return 1.0 if x == 0 else np.sin(x) / x


def root(x):
    if x < 0:
        raise ValueError("negative")
    return np.sqrt(x)


ONE = [
    (absolute, sympy.Piecewise((-x, x < 0), (x, True))),
    (lambda x: x if x > 0 else 0 * x, sympy.Piecewise((x, x > 0), (0, True))),
    (nested, sympy.Piecewise(
        (sympy.Piecewise((x**2, x > 1), (x, True)), x > 0), (-(x**2), x < -1), (sympy.sin(x), True))),
    (graded, sympy.Piecewise((x**3, x > 2), (x, x > 0), (sympy.sin(x), x >= -1), (2 * x, True))),
    (in_a_row, sympy.Piecewise(
        (sympy.Piecewise((3 * x**2 / 2, x > 1), (3 * x / 2, True)), x > 0), (-x / 2, True))),
    (lambda x: x if x > 0 and x < 1 else 2 * x, sympy.Piecewise((x, (x > 0) & (x < 1)), (2 * x, True))),
    (lambda x: x**3 if 0 < x < 1 else 2 * x, sympy.Piecewise((x**3, (x > 0) & (x < 1)), (2 * x, True))),
    (lambda x: x if x > 1 or x < -1 else x**3, sympy.Piecewise((x, (x > 1) | (x < -1)), (x**3, True))),
    (cardinal_sine, sympy.Piecewise((1, sympy.Eq(x, 0)), (sympy.sin(x) / x, True))),
    (lambda x: x**2 if x else 2.0, sympy.Piecewise((x**2, sympy.Ne(x, 0)), (2, True))),
    (lambda x: x if np.sin(x) > 0.5 else -x,
     sympy.Piecewise((x, sympy.sin(x) > sympy.Rational(1, 2)), (-x, True))),
    (lambda x: x if x * x >= 0 else -x, x),  # which is always so
    (lambda x: np.exp(x), sympy.exp(x)),
]  # fmt: skip


def test_text_and_arguments_by_name_keep_their_names():
    assert piecewise("max(x, y)*x", {"y": 1.0, "x": 2.0}) == x * sympy.Max(x, y)
    larger = lambda p: p["x"] if p["x"] > p["y"] else p["y"]
    assert piecewise(larger, {"y": 1.0, "x": 2.0}) == sympy.Piecewise((x, x > y), (y, True))


@pytest.mark.parametrize(("f", "formula"), ONE)
@pytest.mark.parametrize("at", [-2.5, -0.5, 0.0, 0.3, 4.0])
def test_the_formula_is_the_same_wherever_f_is_looked_at(f, formula, at):
    assert piecewise(f, at, names=["x"]) == formula


POINTS = [-2.5, -1.0, -0.25, 0.0, 0.3, 1.0, 1.75, 4.0]


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("f", [f for f, _ in ONE])
def test_the_derivative_is_that_of_automatic_differentiation_on_every_side_and_where_they_meet(f, order):
    for at in POINTS:
        found = dk.derivative(f, at, method="symbolic", branches=True, order=order)
        exact = dk.derivative(f, at, order=order)
        if f is cardinal_sine and at == 0:  # the slope of its 1 is that of 1, to automatic differentiation
            exact = -1 / 3 if order == 2 else 0
        assert found == pytest.approx(exact, rel=1e-13, abs=1e-13)


def larger(x, y):
    return x * y if x > y else y**2


def three(x, y):
    if x == y:
        return x * y
    return np.sin(x) * y if x + y > 1 else x**2 * y**3


@pytest.mark.parametrize("f", [larger, three])
def test_gradients_and_hessians_of_two_inputs_are_those_of_automatic_differentiation(f):
    for a in (0.25, 2.0):
        for b in (-0.5, 0.25, 0.75):
            first = dk.gradient(f, a, b, method="symbolic", branches=True)
            assert first == pytest.approx(dk.gradient(f, a, b), rel=1e-13)
            second = dk.hessian(f, a, b, method="symbolic", branches=True)
            assert np.array(second) == pytest.approx(np.array(dk.hessian(f, a, b)), rel=1e-13)


def test_elements_of_an_array_are_compared_one_by_one():
    f = lambda v: v * v[0] if v[0] > v[1] else v[::-1] ** 2
    for v in (np.array([1.0, 2.0]), np.array([2.0, 1.0]), np.array([1.0, 1.0])):
        found = dk.jacobian(f, v, method="symbolic", branches=True)
        assert np.array_equal(found, dk.jacobian(f, v))


def test_several_results_are_nested_as_those_of_f():
    found = piecewise(lambda x, y: {"a": (x, 1.0) if x > y else (0, y), "b": y}, 1.0, 2.0)
    assert found == {
        "a": (sympy.Piecewise((x, x > y), (0, True)), sympy.Piecewise((1, x > y), (y, True))),
        "b": y,
    }


@pytest.mark.parametrize("at", [4.0, 0.25])
def test_a_side_on_which_f_raises_is_nan(at):
    assert piecewise(root, at) == sympy.Piecewise((sympy.nan, x < 0), (sympy.sqrt(x), True))
    assert Symbolic(branches=True).derivative(root, at).value == 0.5 / np.sqrt(at)


def test_what_f_raises_on_the_side_of_the_point_is_raised():
    with pytest.raises(ValueError, match="negative"):
        piecewise(root, -1.0)


def test_a_loop_of_fixed_length_with_branches_is_one_formula():
    def clipped_sum(x):
        return sum((x - k if x > k else 0 * x) for k in range(4))

    for at in (-1.0, 0.5, 2.0, 7.5):
        assert dk.derivative(clipped_sum, at, method="symbolic", branches=True) == dk.derivative(
            clipped_sum, at
        )


# -- no formula -------------------------------------------------------------------------------------------


def halving(x):
    while x > 1:
        x = x / 2
    return x


def factorial(x):
    return 1.0 if x < 1 else x * factorial(x - 1)


@pytest.mark.parametrize(("f", "text"), [(halving, "while x > 1:"), (factorial, "return 1.0 if x < 1")])
@pytest.mark.parametrize("at", [0.5, 5.5, 1e30])
def test_a_loop_on_the_argument_stops_at_the_limit_and_names_its_line(f, text, at, assert_one_clear_line):
    with pytest.raises(
        NotClosedFormError, match=r"more than limit=8 sides, and branches again at line"
    ) as caught:
        piecewise(f, at, limit=8)
    assert text in str(caught.value)
    assert_one_clear_line(caught.value)


@pytest.mark.parametrize(
    ("f", "point", "match"),
    [
        (
            lambda v: v if v > 0 else -v,
            np.ones(2),
            r"branches on an array of shape \(2,\) at line .*np\.where",
        ),
        (lambda v: v[v > 0], np.ones(2), "takes an index or a mask from its argument at line"),
        (lambda v: [1.0, v][int(v > 0)], 1.0, "takes an index or a mask from its argument at line"),
        (lambda v: np.rint(v) if v > 0 else v, 1.0, "rint has no meaning in sympy arithmetic"),
        (lambda v: (v, v) if v > 0 else v, 1.0, "return the same kind of result on both"),
        (lambda v: np.stack([v, v]) if v > 0 else np.stack([v]), 1.0, r"shape \(2,\) on one side .*\(1,\)"),
    ],
)
def test_what_has_no_formula_is_refused_in_a_sentence(f, point, match, assert_one_clear_line):
    with pytest.raises(NotClosedFormError, match=match) as caught:
        piecewise(f, point)
    assert_one_clear_line(caught.value)


def test_an_array_of_points_is_refused_where_f_takes_one_number():
    with pytest.raises(NotClosedFormError, match="branches on an array"):
        dk.derivative(absolute, np.array([1.0, -2.0]), method="symbolic", branches=True)


def test_the_size_of_one_side_is_limited():
    def f(x):
        for _ in range(20):
            x = x * x
        return x if x > 0 else -x

    with pytest.raises(NotClosedFormError, match="nodes, the limit is max_nodes=20000"):
        piecewise(f, 0.5)


def test_each_input_needs_a_name_of_its_own():
    with pytest.raises(ArgumentsError, match="f has 2 inputs; give each a name of its own"):
        piecewise(larger, 1.0, 2.0, names=["x"])


def test_the_refusal_without_the_option_tells_of_it():
    with pytest.raises(NotClosedFormError, match=r"branches=True, or dk\.symbolic\.piecewise"):
        dk.derivative(absolute, 1.0, method="symbolic")
