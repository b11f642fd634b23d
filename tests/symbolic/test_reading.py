"""f in every form becomes the same expression, and the variable is clear or asked for."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from diffkit.errors import ArgumentsError, NonScalarError, NotClosedFormError
from diffkit.symbolic.layout import as_text
from diffkit.symbolic.reading import read

X, Y = sympy.symbols("x y", real=True)


@pytest.mark.parametrize(
    "f", ["x*sin(x) + 1", lambda x: x * np.sin(x) + 1, X * sympy.sin(X) + 1], ids=["text", "numpy", "sympy"]
)
def test_text_functions_and_expressions_are_read_alike(f):
    u, x = read(f, None, None, True)
    assert (as_text(u.node), as_text(x.node)) == ("x*sin(x) + 1", "x")


def test_the_symbols_of_an_expression_stay_its_own():
    t = sympy.Symbol("t", positive=True)
    assert read(t**2, None, None, True)[1].node is t or read(t**2, None, None, True)[1].node == t


def test_the_point_of_a_function_may_be_a_number_a_tuple_a_mapping_or_an_array():
    def f(a, b):
        return np.sum(a) * b

    assert as_text(read(f, "b", (np.ones(2), 2.0), True)[0].node) == "(a[0] + a[1])*b"
    assert as_text(read(f, "a[1]", {"b": 2.0, "a": np.ones(2)}, True)[1].node) == "a[1]"
    assert as_text(read(np.log, None, 2.0, True)[0].node) == "log(x)"


def test_no_warning_is_given_for_the_point_that_nobody_asked_for():
    assert as_text(read("log(x - 1)/(x - 1)", None, None, True)[0].node) == "log(x - 1)/(x - 1)"


def test_a_constant_has_the_variable_that_one_wants():
    assert as_text(read("5", None, None, True)[1].node) == "x"
    assert as_text(read("5", "t", None, True)[1].node) == "t"


@pytest.mark.parametrize(
    ("f", "wrt", "at", "error", "said"),
    [
        ("x*y", None, None, ArgumentsError, r"f has 2 variables \(x, y\); say .*, wrt='x'"),
        ("x*y", "z", None, ArgumentsError, "f has no variable 'z'; it has x, y"),
        (lambda x: [x, x], None, None, NonScalarError, "returns several; pick one"),
        (sympy.Matrix([[sympy.Symbol("x"), 1]]), None, None, NonScalarError, "returns several; pick one"),
        (lambda a, b: a * b, "a", {"a": 1.0, "c": 2.0}, ArgumentsError, "f takes a, b and .* a, c"),
        (lambda x: x if x > 0 else -x, None, None, NotClosedFormError, "f branches on its argument at line"),
        (3.5, None, None, ArgumentsError, "give a callable, a SymPy expression or text"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_in_one_sentence(f, wrt, at, error, said):
    with pytest.raises(error, match=said):
        read(f, wrt, at, True)
