"""A gradient in every form that it may be given in, as one array a leaf."""

from __future__ import annotations

import numpy as np
import pytest

from diffkit.api import Problem
from diffkit.errors import ArgumentsError
from diffkit.studies.given import given_gradient

X, Y = np.float64(3.0), np.float64(4.0)


def answer(f, point, gradient):
    problem = Problem(f, point, "reverse", {})
    found, name = given_gradient(problem, gradient)
    return [np.asarray(part).tolist() for part in found(problem.leaves)], name


def product(x, y):
    return x**2 * y


@pytest.mark.parametrize(
    ("f", "point", "gradient", "parts", "name"),
    [
        (product, (X, Y), lambda x, y: (2 * x * y, x * x), [24.0, 9.0], "<lambda>"),
        (product, (X, Y), lambda x, y: np.array([2 * x * y, x * x]), [24.0, 9.0], "<lambda>"),
        (product, (X, Y), ("2*x*y", "x^2"), [24.0, 9.0], "(2*x*y, x^2)"),
        (product, (X, Y), (24, 9), [24.0, 9.0], "(24, 9)"),
        ("x^2*y", ({"x": X, "y": Y},), {"x": "2*x*y", "y": "x^2"}, [24.0, 9.0], "x=2*x*y, y=x^2"),
        ("x^2*y", ({"x": X, "y": Y},), {"y": 9, "x": "24"}, [24.0, 9.0], "y=9, x=24"),
        ("x^2", (X,), "2*x", [6.0], "2*x"),
        (np.sum, (np.ones(2),), "1", [[1.0, 1.0]], "1"),
        (np.sum, (np.ones(2),), [1, 1], [[1.0, 1.0]], "[1.0, 1.0]"),
        (product, (X, Y), None, [24.0, 9.0], "reverse mode"),
    ],
)
def test_each_form_is_one_array_a_leaf(f, point, gradient, parts, name):
    found, by = answer(f, point, gradient)
    assert found == parts
    assert by.replace(" ", "") in (name.replace(" ", ""), "[1,1]", "(1,1)")


def test_a_gradient_may_write_into_its_argument():
    problem = Problem(np.sum, (np.ones(2),), "reverse", {})

    def careless(x):
        x[:] = 1
        return x

    given_gradient(problem, careless)[0](problem.leaves)
    assert problem.leaves[0].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("point", "gradient", "message"),
    [
        ((X, Y), lambda x, y: 2 * x, "return it nested as the point is"),
        ((X, Y), lambda x, y: (1, 2, 3), "not a tuple of 2; return it nested as the point is"),
        ((X, Y), ("2*z", "x"), "the formula 2\\*z has z, which is no variable of f; write it in x, y"),
        ((X, Y), lambda x, y: ("no", "x"), "has no, which is no variable"),
        ((X, Y), lambda x, y: (1j, 2), "the gradient of x is '1j'; return real numbers"),
        ((X, Y), lambda x, y: (None, 2), "the gradient of x is 'None'; return real numbers"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(point, gradient, message):
    with pytest.raises(ArgumentsError, match=message):
        answer(product, point, gradient)
