"""The contract of derivative, gradient, jacobian and hessian: what goes in, comes out, and is refused."""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.errors import (
    ArgumentsError,
    DiffkitError,
    DomainError,
    ExpressionError,
    LostHistoryError,
    NonScalarError,
    NotElementwiseError,
    OptionError,
)
from diffkit.methods import METHODS
from diffkit.numerical.step import optimal_step, unit_roundoff

DIFFERENCES = ["forward", "backward", "central", "richardson"]
SYMBOLIC_AND_AUTOMATIC = ["symbolic", "dual", "reverse"]
NAMES = [*DIFFERENCES, "complex-step", *SYMBOLIC_AND_AUTOMATIC]

every_method = pytest.mark.parametrize("method", NAMES)
A = np.array


def within(method: str, order: int = 1, dtype: str = "float64") -> float:
    """The relative error to allow where f and its derivatives are all about as large, on a scale of 1.

    A difference: ten times the best that theory gives its stencil. Everything else: ten ulps.
    """
    differenced = method in DIFFERENCES or (method == "complex-step" and order > 1)
    roundoff = unit_roundoff(dtype)
    if not differenced:
        return 20 * roundoff
    return 10 * optimal_step(METHODS[method].stencil(order), roundoff=roundoff)[1]  # type: ignore[attr-defined]


def assert_nested_close(given: Any, expected: Any, rtol: float) -> None:
    """The same containers with the same keys, and leaves of the same shape and nearly the same values."""
    if isinstance(expected, dict):
        assert isinstance(given, dict)
        assert list(given) == list(expected)
        for key in expected:
            assert_nested_close(given[key], expected[key], rtol)
    elif isinstance(expected, list | tuple):
        assert type(given) is type(expected)
        assert len(given) == len(expected)
        for mine, other in zip(given, expected, strict=True):
            assert_nested_close(mine, other, rtol)
    else:
        assert type(given) is type(expected)
        assert np.shape(given) == np.shape(expected)
        np.testing.assert_allclose(given, expected, rtol=rtol, atol=20 * rtol)


def assert_one_clear_line(error: DiffkitError) -> None:
    text = str(error)
    assert text
    assert "\n" not in text
    assert "diffkit/" not in text
    assert len(text) < 400


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
def test_the_derivative_at_a_number_is_a_float(x: Any, method: str) -> None:
    found = dk.derivative(f, x, method)
    assert type(found) is float
    dtype = "float32" if isinstance(x, np.float32) else "float64"
    assert found == pytest.approx(slope(float(x)), rel=3 * within(method, dtype=dtype))


@every_method
@pytest.mark.parametrize(("x", "dtype"), ARRAYS.values(), ids=ARRAYS)
def test_the_derivative_at_an_array_has_its_shape_and_precision(x: Any, dtype: str, method: str) -> None:
    found = dk.derivative(f, x, method)
    assert type(found) is np.ndarray
    assert found.shape == np.shape(x)
    assert found.dtype == np.dtype(dtype)
    # A longdouble is asked for a float's digits only: the constants of a formula have no more.
    rtol = 5 * within(method, dtype="float64" if dtype == "longdouble" else dtype)
    np.testing.assert_allclose(found, slope(np.asarray(x, dtype)), rtol=rtol, atol=rtol)


@every_method
@pytest.mark.parametrize(("x", "dtype"), ARRAYS.values(), ids=ARRAYS)
def test_the_gradient_at_an_array_has_its_shape_and_precision(x: Any, dtype: str, method: str) -> None:
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
def test_every_method_takes_derivatives_of_every_order(order: int, method: str) -> None:
    found = dk.derivative(np.exp, [0.0, 1.0], method, order=order)
    np.testing.assert_allclose(found, np.exp([0.0, 1.0]), rtol=within(method, order))


@pytest.mark.parametrize("order", [0, -1, 1.5, True, "2", None])
def test_an_order_that_is_not_a_whole_number_from_1_on_is_refused(order: Any) -> None:
    with pytest.raises(ArgumentsError, match=r"order is .*; write a whole number from 1 on") as caught:
        dk.derivative(np.sin, 1.0, order=order)
    assert_one_clear_line(caught.value)


@every_method
def test_a_constant_has_derivative_0(method: str) -> None:
    assert dk.derivative(lambda x: 3.0, 1.0, method) == 0.0
    assert dk.gradient(lambda x, y: 3.0, 1.0, [2.0, 3.0], method=method)[0] == 0.0
    assert dk.gradient(lambda x, y: x * x, 3.0, 4.0, method=method)[1] == 0.0


# -- nesting ------------------------------------------------------------------------------------------------

Pair = namedtuple("Pair", "w b")
W, TWO_W, FOUR_W = A([1.0, 2.0]), A([2.0, 4.0]), A([6.0, 12.0])
D = A([[6.0, 0.0], [0.0, 6.0]])
product = lambda w, b: np.sum(w**2) * b

# fmt: off
NESTED = {  # f, its arguments, its gradient, its Hessian
    "one array":  (lambda w: np.sum(w**2) * 3, (W,), FOUR_W, D),
    "a matrix":   (lambda w: np.sum(w**2), (A([[1.0, 2.0]]),), A([[2.0, 4.0]]),
                   2 * np.eye(2).reshape(1, 2, 1, 2)),
    "a number":   (lambda x: x**2, (3.0,), 6.0, 2.0),
    "two":        (product, (W, 3.0), (FOUR_W, 5.0), ((D, TWO_W), (TWO_W, 0.0))),
    "a dict":     (lambda p: product(p["w"], p["b"]), ({"w": W, "b": 3.0},),
                   {"w": FOUR_W, "b": 5.0}, {"w": {"w": D, "b": TWO_W}, "b": {"w": TWO_W, "b": 0.0}}),
    "its order":  (lambda p: product(p["w"], p["b"]), ({"b": 3.0, "w": W},),
                   {"b": 5.0, "w": FOUR_W}, {"b": {"b": 0.0, "w": TWO_W}, "w": {"b": TWO_W, "w": D}}),
    "a list":     (lambda p: product(*p), ([W, A(3.0)],), [FOUR_W, A(5.0)], [[D, TWO_W], [TWO_W, 0.0]]),
    "a tuple":    (lambda p: product(*p), ((W, 3.0),), (FOUR_W, 5.0), ((D, TWO_W), (TWO_W, 0.0))),
    "named":      (lambda p: product(p.w, p.b), (Pair(W, 3.0),),
                   Pair(FOUR_W, 5.0), Pair(Pair(D, TWO_W), Pair(TWO_W, 0.0))),
    "deep":       (lambda p, b: product(p["layers"][0]["w"], b), ({"layers": [{"w": W}]}, 3.0),
                   ({"layers": [{"w": FOUR_W}]}, 5.0),
                   ({"layers": [{"w": ({"layers": [{"w": D}]}, TWO_W)}]}, ({"layers": [{"w": TWO_W}]}, 0.0))),
    "any number": (lambda *v: v[0] * v[1], (3.0, 4.0), (4.0, 3.0), ((0.0, 1.0), (1.0, 0.0))),
    "a default":  (lambda x, y=2.0: x**2 * y, (3.0,), 12.0, 4.0),
    "empty":      (lambda x: np.sum(x**2), (np.zeros(0),), np.zeros(0), np.zeros((0, 0))),
    "empty one":  (lambda x, y: np.sum(x**2) + y**2, (np.zeros((0, 2)), 3.0),
                   (np.zeros((0, 2)), 6.0),
                   ((np.zeros((0, 2, 0, 2)), np.zeros((0, 2))), (np.zeros((0, 2)), 2.0))),
}
# fmt: on
nested = pytest.mark.parametrize(("g", "point", "gradient", "hessian"), NESTED.values(), ids=NESTED)


@every_method
@nested
def test_a_gradient_is_nested_as_its_point(
    g: Any, point: Any, gradient: Any, hessian: Any, method: str
) -> None:
    found = dk.gradient(g, *point, method=method)
    assert_nested_close(found, gradient, 20 * within(method))  # values of about 20


@every_method
@nested
def test_a_hessian_is_nested_twice(g: Any, point: Any, gradient: Any, hessian: Any, method: str) -> None:
    found = dk.hessian(g, *point, method=method)
    assert_nested_close(found, hessian, 20 * within(method, 2))


V = A([3.0, 4.0])
# fmt: off
JACOBIANS = {  # f, its arguments, the Jacobian
    "vector":           (lambda x: np.array([x[0] * x[1], x[0]**2, x[1]]), (V,),
                         A([[4.0, 3.0], [6.0, 0.0], [0.0, 1.0]])),
    "scalar":           (lambda x: np.sum(x), (V,), A([1.0, 1.0])),
    "matrix":           (lambda x: np.outer(x, x), (V,),
                         A([[[6.0, 0.0], [4.0, 3.0]], [[4.0, 3.0], [0.0, 8.0]]])),
    "of a matrix":      (lambda m: m @ A([1.0, 2.0]), (np.ones((2, 2)),),
                         A([[[1.0, 2.0], [0.0, 0.0]], [[0.0, 0.0], [1.0, 2.0]]])),
    "of a number":      (lambda x: np.array([x, x * x]), (3.0,), A([1.0, 6.0])),
    "of two":           (lambda x, y: x * y, (V, 2.0), (2 * np.eye(2), V)),
    "of a dict":        (lambda p: p["x"] * p["y"], ({"x": V, "y": 2.0},), {"x": 2 * np.eye(2), "y": V}),
    "of a list":        (lambda x: [x[0] * x[1], x[0]**2], (V,), A([[4.0, 3.0], [6.0, 0.0]])),
    "of nothing":       (lambda x: x * 2, (np.zeros(0),), np.zeros((0, 0))),
    "constant":         (lambda x: np.ones(2), (3.0,), A([0.0, 0.0])),
    "empty result":     (lambda x: x[:0], (V,), np.zeros((0, 2))),
    "number to number": (lambda x: x * x, (3.0,), 6.0),
}
# fmt: on


@every_method
@pytest.mark.parametrize(("g", "point", "expected"), JACOBIANS.values(), ids=JACOBIANS)
def test_a_jacobian_has_the_result_s_shape_before_the_point_s(
    g: Any, point: Any, expected: Any, method: str
) -> None:
    assert_nested_close(dk.jacobian(g, *point, method=method), expected, 20 * within(method))


# -- forms of f -------------------------------------------------------------------------------------------

X, Y = sympy.symbols("x y")
FORMS = {"text": "x^2*y + y + 2", "text **": "x**2*y + y + 2", "SymPy": X**2 * Y + Y + 2}


@every_method
@pytest.mark.parametrize("g", FORMS.values(), ids=FORMS)
def test_text_and_sympy_take_values_by_name_or_in_order(g: Any, method: str) -> None:
    rtol = 50 * within(method)  # f is 42
    by_name = dk.gradient(g, {"x": 3, "y": 4}, method=method)
    assert by_name == pytest.approx({"x": 24.0, "y": 10.0}, rel=rtol)
    assert dk.gradient(g, {"y": 4, "x": 3}, method=method) == by_name
    assert list(dk.gradient(g, {"y": 4, "x": 3}, method=method)) == ["y", "x"]
    assert dk.gradient(g, 3, 4, method=method) == (by_name["x"], by_name["y"])
    assert dk.jacobian(g, {"x": 3, "y": 4}, method=method) == by_name


@every_method
@pytest.mark.parametrize("g", ["x*sin(x)", X * sympy.sin(X), f], ids=["text", "SymPy", "callable"])
def test_every_form_of_one_variable_has_a_derivative_and_a_gradient(g: Any, method: str) -> None:
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
def test_what_is_not_a_function_is_refused(g: Any) -> None:
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


# -- where there is no answer -----------------------------------------------------------------------------

# fmt: off
BAD_POINTS = {
    "nan":             (np.nan,                          DomainError,    "x is nan; write a finite point"),
    "inf":             (-np.inf,                         DomainError,    "x is -inf; write a finite point"),
    "nan inside":      ([1.0, np.nan],                   DomainError,    r"x\[1\] is nan"),
    "inf inside":      (A([[1.0, 2.0], [np.inf, 0.0]]),  DomainError,    r"x\[1, 0\] is inf"),
    "complex":         (1j,                              DomainError,    "x is complex .*; write a real"),
    "complex array":   (A([1 + 1j]),                     DomainError,    "x is complex"),
    "text":            ("0.5",                           ArgumentsError, "x is '0.5'; write a number"),
    "bytes":           (b"1",                            ArgumentsError, "write a number"),
    "None":            (None,                            ArgumentsError, "x is None; write a number"),
    "objects":         (A([1, None]),                    ArgumentsError, "write real numbers"),
    "ragged":          ([[1.0, 2.0], [3.0]],             ArgumentsError, "x is not an array of numbers"),
    "a set":           ({1.0, 2.0},                      ArgumentsError, "write real numbers"),
    "a function":      (np.sin,                          ArgumentsError, "write real numbers"),
    "a date":          (np.datetime64("2020-01-01"),     ArgumentsError, "write real numbers"),
}
# fmt: on


@every_method
@pytest.mark.parametrize("ask", [dk.derivative, dk.gradient, dk.jacobian, dk.hessian])
@pytest.mark.parametrize(("x", "error", "says"), BAD_POINTS.values(), ids=BAD_POINTS)
def test_a_bad_point_is_named_in_one_line(
    x: Any, error: type[DiffkitError], says: str, ask: Any, method: str
) -> None:
    with pytest.raises(error, match=says) as caught:
        ask(lambda x: np.sum(np.sin(x)), x, method=method)
    assert_one_clear_line(caught.value)


@pytest.mark.parametrize("x", [{"x": 1.0}, ["a", "b"]])
def test_a_derivative_is_of_one_array_of_numbers(x: Any) -> None:
    with pytest.raises(ArgumentsError, match=r"x is .*; write real numbers"):
        dk.derivative(np.sin, x)


def test_the_argument_or_key_that_is_bad_is_named() -> None:
    with pytest.raises(DomainError, match=r"^b is nan"):
        dk.gradient(lambda a, b: a * b, 1.0, np.nan)
    with pytest.raises(DomainError, match=r"^w\[1\] is inf"):
        dk.gradient(lambda p: np.sum(p["w"]), {"w": [0.0, np.inf], "b": 1.0})
    with pytest.raises(ArgumentsError, match=r"^y is None"):
        dk.gradient("x*y", {"x": 1.0, "y": None})


# fmt: off
OUTSIDE = {
    "log(-1)":   (np.log,            -1.0),
    "sqrt(-1)":  (np.sqrt,           -1.0),
    "asin(2)":   ("asin(x)",          2.0),
    "acosh(0)":  (np.arccosh,         0.0),
    "(-1)^0.5":  (lambda x: x**0.5,  -1.0),
    "log(0)":    (np.log,             0.0),
}
# fmt: on


@every_method
@pytest.mark.parametrize("ask", [dk.derivative, dk.gradient, dk.jacobian])
@pytest.mark.parametrize(("g", "x"), OUTSIDE.values(), ids=OUTSIDE)
def test_outside_the_domain_of_f_there_is_no_derivative(g: Any, x: float, ask: Any, method: str) -> None:
    with pytest.raises(DomainError, match=f"f is (nan|-inf) at {x}, so it has no derivative there") as caught:
        ask(g, x, method=method)
    assert_one_clear_line(caught.value)


@every_method
def test_in_an_array_only_the_elements_outside_are_nan(method: str) -> None:
    found = dk.derivative(np.log, [1.0, -1.0, 2.0], method)
    assert np.isnan(found).tolist() == [False, True, False]
    np.testing.assert_allclose(found[[0, 2]], [1.0, 0.5], rtol=10 * within(method))


@pytest.mark.parametrize("method", SYMBOLIC_AND_AUTOMATIC)
def test_a_slope_may_be_infinite_where_f_is_not(method: str) -> None:
    assert dk.derivative(np.sqrt, 0.0, method) == np.inf


@pytest.mark.parametrize("method", ["backward", "central", "richardson"])
def test_a_difference_that_leaves_the_domain_says_where_and_what_to_write(method: str) -> None:
    with pytest.raises(
        DomainError, match=f"{method} leaves the domain of f near 0.0 .*; write a smaller h"
    ) as caught:
        dk.derivative(np.sqrt, 0.0, method)
    assert_one_clear_line(caught.value)


@every_method
@pytest.mark.parametrize("ask", [dk.gradient, dk.jacobian, dk.hessian])
def test_a_point_is_needed(ask: Any, method: str) -> None:
    with pytest.raises(ArgumentsError, match="no point is given"):
        ask(np.sin, method=method)


# fmt: off
WRONG_ARGUMENTS = {
    "two for one":     (lambda x: x,    (1.0, 2.0),      r"\(x\) cannot be called with 2 arguments"),
    "one for two":     (lambda x, y: x, (1.0,),          r"\(x, y\) cannot be called with 1 argument: .*'y'"),
    "text, too few":   ("x*y",          (1.0,),          r"\(x, y\) and 1 was given; write .*\"y\": \.\.\."),
    "text, too many":  ("x*y",          (1.0, 2.0, 3.0), r"2 variables \(x, y\) and 3 were given"),
    "text of one":     ("sin(x)",       (1.0, 2.0),      r"1 variable \(x\) and 2 were given"),
    "a name missing":  ("x*y",          ({"x": 1.0},),   r"2 variables \(x, y\) and x was given"),
    "a name too many": ("x",            ({"x": 1.0, "z": 3.0},), r"\(x\) and x, z were given"),
    "another name":    ("sin(x)",       ({"t": 1.0},),   r"1 variable \(x\) and t was given"),
    "SymPy, too few":  (X * Y,          (1.0,),          r"2 variables \(x, y\) and 1 was given"),
    "a constant":      ("3",            (1.0,),          r"f is the constant 3; write 0\*x \+ 3"),
}
# fmt: on


@every_method
@pytest.mark.parametrize("ask", [dk.gradient, dk.jacobian, dk.hessian])
@pytest.mark.parametrize(("g", "point", "says"), WRONG_ARGUMENTS.values(), ids=WRONG_ARGUMENTS)
def test_a_wrong_number_of_arguments_is_told_in_one_line(
    g: Any, point: Any, says: str, ask: Any, method: str
) -> None:
    with pytest.raises(ArgumentsError, match=says) as caught:
        ask(g, *point, method=method)
    assert_one_clear_line(caught.value)


@every_method
@pytest.mark.parametrize("g", [lambda x, y: x, lambda: 1.0, "x*y", X * Y, "3"])
def test_a_derivative_is_of_a_function_of_one_variable(g: Any, method: str) -> None:
    with pytest.raises(ArgumentsError) as caught:
        dk.derivative(g, 1.0, method)
    assert_one_clear_line(caught.value)


@every_method
@pytest.mark.parametrize("g", [np.sum, lambda x: np.outer(x, x), lambda x: x[:1], lambda x: (x, x)])
def test_a_function_that_changes_the_shape_is_not_elementwise(g: Any, method: str) -> None:
    with pytest.raises(NotElementwiseError, match=r"dk\.gradient.*dk\.jacobian") as caught:
        dk.derivative(g, [1.0, 2.0], method)
    assert_one_clear_line(caught.value)


@pytest.mark.parametrize("method", SYMBOLIC_AND_AUTOMATIC)
@pytest.mark.parametrize(
    "g", [np.cumsum, lambda x: x[::-1] * x, lambda x: x - np.mean(x), lambda x: x / np.sum(x)]
)
def test_so_is_one_that_mixes_elements_where_the_method_sees_inside_f(g: Any, method: str) -> None:
    with pytest.raises(NotElementwiseError, match=r"element \(\d,\) .*dk\.gradient.*dk\.jacobian") as caught:
        dk.derivative(g, [1.0, 2.0, 3.5], method)
    assert_one_clear_line(caught.value)


@every_method
@pytest.mark.parametrize("ask", [dk.gradient, dk.hessian])
def test_a_gradient_is_of_a_scalar(ask: Any, method: str) -> None:
    with pytest.raises(NonScalarError) as caught:
        ask(lambda x: x * 2, [1.0, 2.0], method=method)
    assert_one_clear_line(caught.value)


@pytest.mark.parametrize("method", SYMBOLIC_AND_AUTOMATIC)
def test_a_math_function_would_lose_the_history(method: str) -> None:
    with pytest.raises(LostHistoryError, match=r"np\.sin, not math\.sin") as caught:
        dk.derivative(math.sin, 1.0, method)
    assert_one_clear_line(caught.value)


def test_and_does_not_take_complex_numbers() -> None:
    with pytest.raises(DomainError, match="does not take complex numbers") as caught:
        dk.derivative(math.sin, 1.0, "complex-step")
    assert_one_clear_line(caught.value)


@pytest.mark.parametrize("method", DIFFERENCES)
def test_but_a_difference_only_asks_for_values(method: str) -> None:
    assert dk.derivative(math.sin, 1.0, method) == pytest.approx(math.cos(1.0), rel=within(method))


@every_method
@pytest.mark.parametrize("error", [ZeroDivisionError, KeyError, ValueError])
def test_an_error_of_f_itself_comes_through_as_it_is(error: type[Exception], method: str) -> None:
    def broken(x: Any) -> Any:
        raise error("mine")

    for ask in (dk.derivative, dk.gradient, dk.hessian):
        with pytest.raises(error, match="mine"):
            ask(broken, 1.0, method=method)


def test_numpy_s_error_settings_are_left_as_they_were() -> None:
    with np.errstate(all="raise"):
        before = np.geterr()
        with pytest.raises(DomainError):
            dk.derivative(np.log, -1.0)
        dk.gradient(np.sum, [1.0, 2.0])
        assert np.geterr() == before


@pytest.mark.parametrize("method", list(dk.METHODS))
@pytest.mark.parametrize(
    ("f", "error", "words"),
    [
        (lambda x: None, ArgumentsError, "returned nothing"),
        (lambda x: "text", ArgumentsError, "returned a str"),
        (lambda x: {"y": x}, ArgumentsError, "returned a dict"),
        (lambda x: x * 1j, DomainError, "complex"),
    ],
)
def test_an_answer_that_is_no_real_number_is_one_clear_line(f, error, words, method):
    with pytest.raises(error, match=words):
        dk.derivative(f, 1.0, method)


@pytest.mark.parametrize("method", list(dk.METHODS))
def test_a_hessian_outside_the_domain_is_refused(method):
    with pytest.raises(DomainError):
        dk.hessian(lambda x, y: np.log(x) + y, -1.0, 2.0, method=method)


@pytest.mark.parametrize("method", list(dk.METHODS))
def test_a_function_that_mixes_elements_is_refused_by_every_method(method):
    for f in (np.cumsum, lambda x: x[::-1] * 2, lambda x: x - np.mean(x)):
        with pytest.raises(NotElementwiseError, match=r"dk\.gradient"):
            dk.derivative(f, np.arange(1.0, 6.0), method)


def test_bad_options_are_errors_of_the_family():
    for options in ({"h": 0.0}, {"h": "a"}, {"accuracy": 3}, {"h": float("nan")}):
        with pytest.raises(OptionError):
            dk.derivative(np.sin, 1.0, "central", **options)


def test_a_number_beyond_all_floats_is_named():
    with pytest.raises(DomainError, match="401 digits"):
        dk.derivative(np.sin, 10**400)
