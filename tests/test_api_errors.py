"""The contract of derivative, gradient, jacobian and hessian: what is refused, and in which words."""

from __future__ import annotations

import math
import re
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
    LostHistoryError,
    NonScalarError,
    NotElementwiseError,
    OptionError,
)

DIFFERENCES = ["forward", "backward", "central", "richardson"]
SYMBOLIC_AND_AUTOMATIC = ["symbolic", "dual", "reverse"]
NAMES = [*DIFFERENCES, "complex-step", *SYMBOLIC_AND_AUTOMATIC]

every_method = pytest.mark.parametrize("method", NAMES)
A = np.array
X, Y = sympy.symbols("x y")

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


@pytest.mark.sampled(3)
@every_method
@pytest.mark.parametrize("ask", [dk.derivative, dk.gradient, dk.jacobian, dk.hessian])
@pytest.mark.parametrize(("x", "error", "says"), BAD_POINTS.values(), ids=BAD_POINTS)
def test_a_bad_point_is_named_in_one_line(
    x: Any,
    error: type[DiffkitError],
    says: str,
    ask: Any,
    method: str,
    assert_one_clear_line: Callable[[DiffkitError], None],
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
    "x/0":       ("x/0",             -1.0),
}
# fmt: on


@every_method
@pytest.mark.parametrize("ask", [dk.derivative, dk.gradient, dk.jacobian])
@pytest.mark.parametrize(("g", "x"), OUTSIDE.values(), ids=OUTSIDE)
def test_outside_the_domain_of_f_there_is_no_derivative(
    g: Any, x: float, ask: Any, method: str, assert_one_clear_line: Callable[[DiffkitError], None]
) -> None:
    with pytest.raises(DomainError, match=f"f is (nan|-inf) at {x}, so it has no derivative there") as caught:
        ask(g, x, method=method)
    assert_one_clear_line(caught.value)


@every_method
def test_nor_is_there_a_second_one(method: str) -> None:
    with pytest.raises(DomainError, match=r"f is inf at 2\.0, so it has no derivative there"):
        dk.derivative("exp(x)/0*x", 2.0, method, order=2)


@every_method
def test_in_an_array_only_the_elements_outside_are_nan(method: str, within: Callable[..., float]) -> None:
    found = dk.derivative(np.log, [1.0, -1.0, 2.0], method)
    assert np.isnan(found).tolist() == [False, True, False]
    np.testing.assert_allclose(found[[0, 2]], [1.0, 0.5], rtol=10 * within(method))


@pytest.mark.parametrize("method", SYMBOLIC_AND_AUTOMATIC)
def test_a_slope_may_be_infinite_where_f_is_not(method: str) -> None:
    assert dk.derivative(np.sqrt, 0.0, method) == np.inf


def test_a_method_that_meets_zero_times_infinity_does_not_blame_f_alone(
    assert_one_clear_line: Callable[[DiffkitError], None],
) -> None:
    assert dk.derivative("x*sqrt(x)", 0.0, "symbolic") == 0.0
    with pytest.raises(DomainError, match=r"reverse gives nan at 0.0, .* or 0/0 or 0\*inf") as caught:
        dk.derivative("x*sqrt(x)", 0.0, "reverse")
    assert_one_clear_line(caught.value)


@pytest.mark.parametrize("method", ["backward", "central", "richardson"])
def test_a_difference_that_leaves_the_domain_says_where_and_what_to_write(
    method: str, assert_one_clear_line: Callable[[DiffkitError], None]
) -> None:
    with pytest.raises(
        DomainError, match=f"{method} leaves the domain of f near 1e-09 .*; write a smaller h"
    ) as caught:
        dk.derivative(np.sqrt, 1e-9, method)
    assert_one_clear_line(caught.value)


# fmt: off
EDGES = {
    "x^1.5 at 0":     (lambda x: x**1.5,         0.0, "right", "forward",  0.0),
    "(1 - x)^1.5":    (lambda x: (1 - x) ** 1.5, 1.0, "left",  "backward", 0.0),
    "1e-9 and more":  (lambda x: x + np.sqrt(x - 1e-9) ** 3, 1e-9, "right", "forward", 1.0),
}
# fmt: on


@pytest.mark.parametrize("method", DIFFERENCES)
@pytest.mark.parametrize(("f", "x", "side", "write", "truth"), EDGES.values(), ids=EDGES)
def test_at_the_edge_of_the_domain_the_methods_that_stay_inside_are_named(
    f: Any, x: float, side: str, write: str, truth: float, method: str,
    assert_one_clear_line: Callable[[DiffkitError], None],
) -> None:  # fmt: skip
    if method != write:
        says = f"^{method} leaves .*; f has values only on the {side} of x; write method='{write}' or"
        with pytest.raises(DomainError, match=f"{says} method='adaptive'$") as caught:
            dk.derivative(f, x, method)
        assert_one_clear_line(caught.value)
    assert dk.derivative(f, x, write) == pytest.approx(truth, abs=1e-3)
    assert dk.derivative(f, x, "adaptive") == pytest.approx(truth, abs=1e-6)


@pytest.mark.parametrize("method", [*NAMES, "adaptive"])
def test_a_value_that_is_missing_at_x_alone_is_seen_by_all_that_ask_f_there(method: str) -> None:
    beside = {"central": 4.0, "richardson": 5.0}  # 1/h^2, and (4/h^2 - 1/(2h)^2) / 3
    if method in beside:
        assert dk.derivative("1/x", 0.0, method, h=0.5) == beside[method]
    else:
        with pytest.raises(DomainError, match=r"f is inf at 0\.0, so it has no derivative there"):
            dk.derivative("1/x", 0.0, method)


@every_method
@pytest.mark.parametrize("ask", [dk.gradient, dk.jacobian])
@pytest.mark.parametrize(("f", "x"), [(np.log, 1e-9), ("x*sqrt(x)", 0.0), (np.exp, 709.782)])
def test_the_gradient_of_one_number_is_its_derivative_and_refused_in_the_same_words(
    f: Any, x: float, ask: Any, method: str
) -> None:
    try:
        expected = dk.derivative(f, x, method)
    except DomainError as error:
        with pytest.raises(DomainError, match=f"^{re.escape(str(error).partition('(')[0])}"):
            ask(f, x, method=method)
    else:
        assert ask(f, x, method=method) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("method", ["forward", "central", "richardson"])
def test_a_difference_that_meets_an_overflow_is_no_infinite_slope(
    method: str, assert_one_clear_line: Callable[[DiffkitError], None]
) -> None:
    x = 709.782712893384  # exp has 1.8e308 here, and inf a little further on
    with pytest.raises(DomainError, match=f"^{method} leaves .*f is inf at 7.* only on the left") as caught:
        dk.derivative(np.exp, x, method)
    assert_one_clear_line(caught.value)
    found = dk.derivative(np.exp, [x, 1.0], method)
    assert np.isnan(found).tolist() == [True, False]


def test_so_does_the_complex_step_where_the_edge_is_a_branch_point() -> None:
    with pytest.raises(DomainError, match=r"complex-step .* only on the right of x; write method='forward'"):
        dk.derivative(np.sqrt, 0.0, "complex-step")


@every_method
@pytest.mark.parametrize("ask", [dk.gradient, dk.jacobian, dk.hessian])
def test_a_point_is_needed(ask: Any, method: str) -> None:
    with pytest.raises(ArgumentsError, match="no point is given"):
        ask(np.sin, method=method)


@every_method
@pytest.mark.parametrize("ask", [dk.gradient, dk.jacobian, dk.hessian])
@pytest.mark.parametrize(
    ("g", "write"),
    [("x*y", r'\{"x": 1, "y": 2\}'), (X * Y, r'\{"x": 1, "y": 2\}'), (lambda x, y: x * y, "1, 2")],
)
def test_a_point_by_keywords_is_told_how_it_is_written(
    g: Any, write: str, ask: Any, method: str, assert_one_clear_line: Callable[[DiffkitError], None]
) -> None:
    with pytest.raises(ArgumentsError, match=rf"by keywords \(x, y\); write {write} after f") as caught:
        ask(g, x=1, y=2, method=method)
    assert_one_clear_line(caught.value)


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
}
# fmt: on


@every_method
@pytest.mark.parametrize("ask", [dk.gradient, dk.jacobian, dk.hessian])
@pytest.mark.parametrize(("g", "point", "says"), WRONG_ARGUMENTS.values(), ids=WRONG_ARGUMENTS)
def test_a_wrong_number_of_arguments_is_told_in_one_line(
    g: Any,
    point: Any,
    says: str,
    ask: Any,
    method: str,
    assert_one_clear_line: Callable[[DiffkitError], None],
) -> None:
    with pytest.raises(ArgumentsError, match=says) as caught:
        ask(g, *point, method=method)
    assert_one_clear_line(caught.value)


@every_method
@pytest.mark.parametrize("g", [lambda x, y: x, lambda: 1.0, "x*y", X * Y])
def test_a_derivative_is_of_a_function_of_one_variable(
    g: Any, method: str, assert_one_clear_line: Callable[[DiffkitError], None]
) -> None:
    with pytest.raises(ArgumentsError) as caught:
        dk.derivative(g, 1.0, method)
    assert_one_clear_line(caught.value)


@every_method
@pytest.mark.parametrize("g", [np.sum, lambda x: np.outer(x, x), lambda x: x[:1], lambda x: (x, x)])
def test_a_function_that_changes_the_shape_is_not_elementwise(
    g: Any, method: str, assert_one_clear_line: Callable[[DiffkitError], None]
) -> None:
    with pytest.raises(NotElementwiseError, match=r"dk\.gradient.*dk\.jacobian") as caught:
        dk.derivative(g, [1.0, 2.0], method)
    assert_one_clear_line(caught.value)


@pytest.mark.parametrize("method", SYMBOLIC_AND_AUTOMATIC)
@pytest.mark.parametrize(
    "g", [np.cumsum, lambda x: x[::-1] * x, lambda x: x - np.mean(x), lambda x: x / np.sum(x)]
)
def test_so_is_one_that_mixes_elements_where_the_method_sees_inside_f(
    g: Any, method: str, assert_one_clear_line: Callable[[DiffkitError], None]
) -> None:
    with pytest.raises(NotElementwiseError, match=r"element \(\d,\) .*dk\.gradient.*dk\.jacobian") as caught:
        dk.derivative(g, [1.0, 2.0, 3.5], method)
    assert_one_clear_line(caught.value)


def branching(x: Any) -> Any:
    return x * x if x > 0 else -x


@pytest.mark.parametrize("method", [*NAMES, "adaptive"])
@pytest.mark.parametrize("x", [[1.0, -2.0], [[1.0], [2.0]], np.zeros(0)])
def test_a_function_that_branches_takes_one_number_at_a_time(
    x: Any, method: str, assert_one_clear_line: Callable[[DiffkitError], None]
) -> None:
    says = r"branches on its argument at line \d+ of test_api_errors.py .*takes one number.*np\.where"
    with pytest.raises(NotElementwiseError, match=says) as caught:
        dk.derivative(branching, x, method)
    assert_one_clear_line(caught.value)


@every_method
@pytest.mark.parametrize("ask", [dk.gradient, dk.hessian])
def test_a_gradient_is_of_a_scalar(
    ask: Any, method: str, assert_one_clear_line: Callable[[DiffkitError], None]
) -> None:
    with pytest.raises(NonScalarError) as caught:
        ask(lambda x: x * 2, [1.0, 2.0], method=method)
    assert_one_clear_line(caught.value)


@pytest.mark.parametrize("method", SYMBOLIC_AND_AUTOMATIC)
def test_a_math_function_would_lose_the_history(
    method: str, assert_one_clear_line: Callable[[DiffkitError], None]
) -> None:
    with pytest.raises(LostHistoryError, match=r"np\.sin, not math\.sin") as caught:
        dk.derivative(math.sin, 1.0, method)
    assert_one_clear_line(caught.value)


def test_and_does_not_take_complex_numbers(assert_one_clear_line: Callable[[DiffkitError], None]) -> None:
    with pytest.raises(DomainError, match="does not take complex numbers") as caught:
        dk.derivative(math.sin, 1.0, "complex-step")
    assert_one_clear_line(caught.value)


@pytest.mark.parametrize("method", DIFFERENCES)
def test_but_a_difference_only_asks_for_values(method: str, within: Callable[..., float]) -> None:
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


@pytest.mark.parametrize("method", [name for name in dk.METHODS if name != "jacobi"])  # it has none
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
