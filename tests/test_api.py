"""The contract of derivative, gradient, jacobian and hessian: what goes in and what comes out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.errors import ArgumentsError, DiffkitError, ExpressionError

DIFFERENCES = ["forward", "backward", "central", "richardson"]
SYMBOLIC_AND_AUTOMATIC = ["symbolic", "dual", "reverse"]
NAMES = [*DIFFERENCES, "complex-step", *SYMBOLIC_AND_AUTOMATIC]

every_method = pytest.mark.parametrize("method", NAMES)
A = np.array


class Counted:
    """f with its calls counted."""

    def __init__(self, f: Callable[..., Any]) -> None:
        self.f, self.calls = f, 0

    def __call__(self, *point: Any) -> Any:
        self.calls += 1
        return self.f(*point)


# -- what goes in and what comes out ----------------------------------------------------------------------

f = lambda x: np.sin(x) * x
slope = lambda x: np.cos(x) * x + np.sin(x)

# fmt: off
NUMBERS = {
    "float": 0.5, "int": 1, "bool": True,
    "float64": np.float64(0.5), "float32": np.float32(0.5), "int32": np.int32(1),
}
ARRAYS = {
    "list":            ([0.5, 1.0],                                 "float64"),
    "list of ints":    ([1, 2, 3],                                  "float64"),
    "tuple":           ((0.5, 1.0),                                 "float64"),
    "range":           (range(3),                                   "float64"),
    "nested list":     ([[0.5, 1.0], [2.0, 3.0]],                   "float64"),
    "3-d":             (np.linspace(0, 1, 24).reshape(2, 3, 4),     "float64"),
    "no dimension":    (A(0.5),                                     "float64"),
    "one element":     (A([0.5]),                                   "float64"),
    "empty":           (np.zeros(0),                                "float64"),
    "empty 3-d":       (np.zeros((2, 0, 3)),                        "float64"),
    "integers":        (np.arange(1, 4),                            "float64"),
    "unsigned":        (A([1, 2], np.uint8),                        "float64"),
    "booleans":        (A([True, False]),                           "float64"),
    "float32":         (A([0.5, 1.0], np.float32),                  "float32"),
    "float32, no dim": (A(0.5, np.float32),                         "float32"),
    "longdouble":      (A([0.5, 1.0], np.longdouble),               "longdouble"),
    "non-contiguous":  (np.linspace(0, 1, 12).reshape(3, 4)[:, ::2], "float64"),
    "backwards":       (np.linspace(0, 1, 4)[::-1],                 "float64"),
    "column-major":    (np.asfortranarray(np.ones((2, 3))),         "float64"),
    "read-only":       (np.broadcast_to(np.arange(3.0), (2, 3)),    "float64"),
    "big-endian":      (np.arange(3.0).astype(">f8"),               "float64"),
    "big-endian f32":  (np.arange(3.0).astype(">f4"),               "float32"),
}
# fmt: on


@every_method
@pytest.mark.parametrize("x", NUMBERS.values(), ids=NUMBERS)
def test_the_derivative_at_a_number_is_a_float(x: Any, method: str, within: Callable[..., float]) -> None:
    found = dk.derivative(f, x, method)
    assert type(found) is float
    dtype = "float32" if isinstance(x, np.float32) else "float64"
    assert found == pytest.approx(slope(float(x)), rel=3 * within(method, dtype=dtype))


@every_method
@pytest.mark.parametrize(("x", "dtype"), ARRAYS.values(), ids=ARRAYS)
def test_the_derivative_at_an_array_has_its_shape_and_precision(
    x: Any, dtype: str, method: str, within: Callable[..., float]
) -> None:
    found = dk.derivative(f, x, method)
    assert type(found) is np.ndarray
    assert found.shape == np.shape(x)
    assert found.dtype == np.dtype(dtype)
    # A longdouble is asked for a float's digits only: the constants of a formula have no more.
    rtol = 5 * within(method, dtype="float64" if dtype == "longdouble" else dtype)
    np.testing.assert_allclose(found, slope(np.asarray(x, dtype)), rtol=rtol, atol=rtol)


@every_method
@pytest.mark.parametrize(("x", "dtype"), ARRAYS.values(), ids=ARRAYS)
def test_the_gradient_at_an_array_has_its_shape_and_precision(
    x: Any, dtype: str, method: str, within: Callable[..., float]
) -> None:
    found = dk.gradient(lambda x: np.sum(f(x)), x, method=method)
    assert np.shape(found) == np.shape(x)
    if np.shape(x):
        assert found.dtype == np.dtype(dtype)
    # The rounding errors of a sum of up to 24 terms.
    rtol = 25 * within(method, dtype="float64" if dtype == "longdouble" else dtype)
    np.testing.assert_allclose(found, slope(np.asarray(x, dtype)), rtol=rtol, atol=rtol)


@every_method
def test_the_caller_s_array_is_neither_changed_nor_handed_back(method: str) -> None:
    x = A([0.5, 1.0])
    for found in (dk.derivative(lambda x: x, x, method), dk.gradient(np.sum, x, method=method)):
        assert not np.shares_memory(found, x)
    assert x.tolist() == [0.5, 1.0]


@every_method
def test_each_element_has_its_own_derivative(method: str) -> None:
    x = A([-2.0, 0.3, 0.0, 5.0, 1e3])
    alone = [dk.derivative(f, v, method) for v in x]
    # NumPy's sin of an array may be an ulp off its sin of a number, and a difference divides it by h.
    rtol = 1e-3 if method in DIFFERENCES else 1e-13
    np.testing.assert_allclose(dk.derivative(f, x, method), alone, rtol=rtol)


@every_method
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_every_method_takes_derivatives_of_every_order(
    order: int, method: str, within: Callable[..., float]
) -> None:
    found = dk.derivative(np.exp, [0.0, 1.0], method, order=order)
    np.testing.assert_allclose(found, np.exp([0.0, 1.0]), rtol=within(method, order))


@pytest.mark.parametrize("order", [0, -1, 1.5, True, "2", None])
def test_an_order_that_is_not_a_whole_number_from_1_on_is_refused(
    order: Any, assert_one_clear_line: Callable[[DiffkitError], None]
) -> None:
    with pytest.raises(ArgumentsError, match=r"order is .*; write a whole number from 1 on") as caught:
        dk.derivative(np.sin, 1.0, order=order)
    assert_one_clear_line(caught.value)


@every_method
def test_a_constant_has_derivative_0(method: str) -> None:
    assert dk.derivative(lambda x: 3.0, 1.0, method) == 0.0
    assert dk.gradient(lambda x, y: 3.0, 1.0, [2.0, 3.0], method=method)[0] == 0.0
    assert dk.gradient(lambda x, y: x * x, 3.0, 4.0, method=method)[1] == 0.0
    for constant in ("5", sympy.Integer(5)):
        assert dk.derivative(constant, 1.0, method, order=2) == 0.0
        assert dk.gradient(constant, {"x": 1.0, "y": 2.0}, method=method) == {"x": 0.0, "y": 0.0}


# -- forms of f -------------------------------------------------------------------------------------------

X, Y = sympy.symbols("x y")
FORMS = {"text": "x^2*y + y + 2", "text **": "x**2*y + y + 2", "SymPy": X**2 * Y + Y + 2}


@every_method
@pytest.mark.parametrize("g", FORMS.values(), ids=FORMS)
def test_text_and_sympy_take_values_by_name_or_in_order(
    g: Any, method: str, within: Callable[..., float]
) -> None:
    rtol = 50 * within(method)  # f is 42
    by_name = dk.gradient(g, {"x": 3, "y": 4}, method=method)
    assert by_name == pytest.approx({"x": 24.0, "y": 10.0}, rel=rtol)
    assert dk.gradient(g, {"y": 4, "x": 3}, method=method) == by_name
    assert list(dk.gradient(g, {"y": 4, "x": 3}, method=method)) == ["y", "x"]
    assert dk.gradient(g, 3, 4, method=method) == (by_name["x"], by_name["y"])
    assert dk.jacobian(g, {"x": 3, "y": 4}, method=method) == by_name


@every_method
@pytest.mark.parametrize("g", ["x*sin(x)", X * sympy.sin(X), f], ids=["text", "SymPy", "callable"])
def test_every_form_of_one_variable_has_a_derivative_and_a_gradient(
    g: Any, method: str, within: Callable[..., float]
) -> None:
    rel = 5 * within(method)
    assert dk.derivative(g, 0.5, method) == pytest.approx(slope(0.5), rel=rel)
    assert dk.gradient(g, 0.5, method=method) == pytest.approx(slope(0.5), rel=rel)
    np.testing.assert_allclose(dk.derivative(g, [0.5, 1.0], method), slope(A([0.5, 1.0])), rtol=rel)


def test_a_callable_object_and_a_partial_are_functions_too() -> None:
    from functools import partial

    assert dk.derivative(partial(np.power, 2.0), 1.0) == pytest.approx(2 * math.log(2))
    assert dk.derivative(Counted(np.sin), 0.0) == 1.0
    assert dk.derivative(np.polynomial.Polynomial([0, 0, 3]), 2.0) == 12.0


@pytest.mark.parametrize("g", [None, 3.0, [np.sin], {}])
def test_what_is_not_a_function_is_refused(
    g: Any, assert_one_clear_line: Callable[[DiffkitError], None]
) -> None:
    with pytest.raises(ArgumentsError, match="give a callable, a SymPy expression or text") as caught:
        dk.derivative(g, 1.0)
    assert_one_clear_line(caught.value)


def test_text_that_cannot_be_read_points_at_the_column() -> None:
    with pytest.raises(ExpressionError) as caught:
        dk.derivative("sin(x", 1.0)
    assert str(caught.value).splitlines()[1:] == ["  sin(x", "     ^"]


# -- full_output ------------------------------------------------------------------------------------------


@every_method
@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("x", [0.5, A([0.5, 1.0])], ids=["number", "array"])
def test_the_calls_of_a_derivative_are_counted(x: Any, order: int, method: str) -> None:
    counted = Counted(f)
    found = dk.derivative(counted, x, method, order=order, full_output=True)
    assert found.evaluations == counted.calls > 0


@every_method
@pytest.mark.parametrize("ask", [dk.gradient, dk.jacobian, dk.hessian])
@pytest.mark.parametrize("point", [(A([0.5, 1.0, 2.0]),), (0.5, A([[1.0], [2.0]]))], ids=["one", "two"])
def test_the_calls_of_a_gradient_are_counted(ask: Any, point: Any, method: str) -> None:
    counted = Counted(lambda *v: sum(np.sum(f(part)) for part in v))
    found = ask(counted, *point, method=method, full_output=True)
    assert found.evaluations == counted.calls > 0


@every_method
@pytest.mark.parametrize("ask", [dk.derivative, dk.gradient, dk.jacobian, dk.hessian])
def test_an_estimate_holds_the_value_that_is_returned_without_it(ask: Any, method: str) -> None:
    found = ask(f, 0.5, method=method, full_output=True)
    assert isinstance(found, dk.Estimate)
    assert type(found.value) is float
    assert found.value == ask(f, 0.5, method=method)
    assert found.method == method
    assert isinstance(found.note, str)
    assert "\n" not in found.note
    assert found.error_estimate is None or found.error_estimate >= 0


@every_method
def test_an_estimate_tells_the_step_where_there_is_one(method: str) -> None:
    step = dk.derivative(f, 0.5, method, full_output=True).step
    steps = dk.derivative(f, [0.5, 1e3], method, full_output=True).step
    if method in SYMBOLIC_AND_AUTOMATIC:
        assert step is None
        assert steps is None
    else:
        assert type(step) is float
        assert 0 < step < 0.01
        assert steps.shape == (2,)
        assert steps[1] > 100 * steps[0]  # absolute: longer where x is large


@pytest.mark.parametrize("method", [*DIFFERENCES, "complex-step"])
def test_a_step_is_taken_as_it_is_given(method: str) -> None:
    assert dk.derivative(f, 0.5, method, h=1e-3, full_output=True).step == 1e-3
    assert dk.gradient(f, 0.5, method=method, h=1e-3, full_output=True).step == 1e-3
