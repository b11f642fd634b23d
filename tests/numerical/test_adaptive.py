"""The adaptive method against exact derivatives: as many digits as there are, and an error that holds."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import diffkit as dk
from diffkit.errors import DomainError, NotElementwiseError, OptionError
from diffkit.numerical import Adaptive, Central

DTYPES = (np.float16, np.float32, np.float64, np.longdouble)

# -- random smooth functions: NumPy's and mpmath's form of each -----------------------------------------

SMOOTH: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "sin": (np.sin, mpmath.sin),
    "cos": (np.cos, mpmath.cos),
    "tanh": (np.tanh, mpmath.tanh),
    "arctan": (np.arctan, mpmath.atan),
    "exp sin": (lambda a: np.exp(np.sin(a)), lambda a: mpmath.exp(mpmath.sin(a))),
    "log1p square": (lambda a: np.log1p(a * a), lambda a: mpmath.log1p(a * a)),
    "root": (lambda a: np.sqrt(1 + a * a), lambda a: mpmath.sqrt(1 + a * a)),
    "runge": (lambda a: 1 / (1 + a * a), lambda a: 1 / (1 + a * a)),
    "square": (lambda a: a * a, lambda a: a * a),
}
PAIRS = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b}
trees = st.recursive(
    st.just(("x",)),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(sorted(SMOOTH)), inner),
        st.tuples(st.sampled_from(sorted(PAIRS)), inner, inner),
    ),
    max_leaves=5,
)


def value_of(tree: Any, x: Any, arithmetic: int) -> Any:
    """The tree's value in NumPy (0) or mpmath (1)."""
    name, *parts = tree
    if name == "x":
        return x
    values = [value_of(part, x, arithmetic) for part in parts]
    return PAIRS[name](*values) if name in PAIRS else SMOOTH[name][arithmetic](*values)


def exact(tree: Any, scale: float, shift: float, x: float, order: int = 1) -> Any:
    with mpmath.workdps(120):
        inner = lambda t: value_of(tree, (t - mpmath.mpf(shift)) * mpmath.mpf(scale), 1)
        return mpmath.diff(inner, mpmath.mpf(x), order, h=mpmath.mpf(10) ** -25 / scale)


def holds(tree: Any, scale: float, shift: float, at: float, order: int) -> None:
    x = shift + at / scale
    f = lambda t: value_of(tree, (t - shift) * scale, 0)
    found = Adaptive().derivative(f, x, order)
    truth = exact(tree, scale, shift, x, order)
    # The truth is itself found with a tiny step; 1e-30 is far below any digit of the answer.
    error = abs(mpmath.mpf(float(found.value)) - truth) - mpmath.mpf(10) ** -30 * scale**order
    assert error <= found.error_estimate, (tree, scale, shift, x, found)


scales = st.sampled_from([10.0 ** (k / 4) for k in range(-48, 49)])
# In units of f's scale; at 0, which tells no scale, see the test below.
points = st.sampled_from([sign * k / 256 for k in range(1, 769) for sign in (-1, 1)])


@settings(max_examples=300, derandomize=True, suppress_health_check=list(HealthCheck))
@given(trees, scales, points, st.integers(1, 2))
def test_the_error_estimate_holds_on_random_functions_of_any_scale(tree, scale, at, order):
    holds(tree, scale, 0.0, at, order)


@settings(max_examples=200, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    trees,
    st.sampled_from([10.0 ** (k / 4) for k in range(-8, 9)]),
    points,
    st.sampled_from([1.0, -7.0, 100.0]),
)
def test_the_error_estimate_holds_where_x_tells_nothing_of_the_scale(tree, scale, at, shift):
    holds(tree, scale, shift, at, 1)


@pytest.mark.slow
@settings(max_examples=2500, derandomize=True, suppress_health_check=list(HealthCheck))
@given(trees, scales, points, st.integers(1, 4))
def test_the_error_estimate_holds_on_very_many_random_functions(tree, scale, at, order):
    holds(tree, scale, 0.0, at, order)


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1.0, 1e3, 1e9])
@pytest.mark.parametrize("name", sorted(SMOOTH))
@pytest.mark.parametrize("order", [1, 2])
def test_the_error_estimate_holds_at_0_which_tells_no_scale(name, scale, order):
    holds((name, ("x",)), scale, 0.0, 0.0, order)
    holds(("+", (name, ("x",)), ("sin", ("x",))), scale, 0.0, 0.0, order)


# -- values that hide something: the formula in NumPy and mpmath, x, the order ---------------------------

HIDDEN: dict[str, tuple[Callable[..., Any], float, int]] = {
    # numbers that cancel to 0, or to a few quanta
    "1 - tanh x, of which quanta are left": (lambda m, x: 1 - m.tanh(x), 20.0, 1),
    "its second derivative": (lambda m, x: 1 - m.tanh(x), 20.0, 2),
    "1 - tanh x, of which nothing is left": (lambda m, x: 1 - m.tanh(x), 30.0, 1),
    "log erf x^2": (lambda m, x: m.log(m.erf(x * x)), 3.0, 1),
    "(1 + x^2)^(3/2) - 1": (lambda m, x: m.sqrt(1 + (2.2174823256115458 * x) ** 2) ** 3 - 1, -1e-5, 1),
    "exp x - 1": (lambda m, x: 171250.85278433902 * (m.exp(9.884952560335918 * x) - 1), 1e-8, 1),
    # an even order, where an odd function cancels
    "erf, odd at 0": (lambda m, x: 1 + 5e-10 * m.erf(0.1 * x), 1e-8, 2),
    "tanh erf, nearly odd": (lambda m, x: 1 + m.tanh((100 + 1e5 * x) * m.erf(1e5 * x)), 1e-300, 2),
    # at 0 something narrow beside something large
    "sin beside a cube": (lambda m, x: m.sin(2e9 * x) + (3e9 * x) ** 3, 0.0, 3),
    "atan beside a cube": (lambda m, x: 1 + m.atan(5.9e7 * x) + (5.9e7 * x) ** 3, 0.0, 1),
    "a square beside a cube": (lambda m, x: -((5.5e7 * x) ** 3) - m.sin(m.log1p((5.5e7 * x) ** 2)), 0.0, 2),
    # arguments that are rounded inside f
    "(exp x - 1) / x, which jumps from float to float of exp x": (
        lambda m, x: (m.exp(2.603 * x) - 1) / (2.603 * x),
        -4.0530229196964644e-10,
        1,
    ),
    "exp of a shifted x": (lambda m, x: m.exp(0.01 * x + 100), -50.0, 1),
    "sinh x - x": (lambda m, x: m.sinh(x) - x, 0.0, 1),
    "sinh of a steep cube, whose noise shows higher up": (
        lambda m, x: m.sinh(((x + 378.5) * 2e5) ** 3 * m.log((x + 378.5) * 2e5)),
        -378.49999105,
        1,
    ),
    # what is found higher up, or on one side, contradicts what is found close by
    "a bump on a parabola": (
        lambda m, x: 4 * (0.4 * (x + 7)) ** 2 + m.sqrt(1 + (1 + (0.4 * (x + 7)) ** 2) ** -2),
        63.36,
        4,
    ),
    "at an edge": (lambda m, x: m.tanh(m.sqrt(1 + x * x) ** 3) - m.sqrt(x) ** 2 + x * x / 0.7, 1.996, 3),
    "at a pole": (lambda m, x: m.cos(6e5 * (x - 1e3)) / (x - 1e3) + 7.2e11 * (x - 1e3), 1e3 + 1.7e-6, 1),
}


class Floats:
    """The functions of NumPy by mpmath's names."""

    sin, cos, exp, log, log1p, sqrt, tanh, sinh, atan = (
        np.sin, np.cos, np.exp, np.log, np.log1p, np.sqrt, np.tanh, np.sinh, np.arctan,
    )  # fmt: skip
    erf = staticmethod(np.vectorize(math.erf, otypes=[float]))


@pytest.mark.parametrize("name", HIDDEN)
def test_the_error_estimate_holds_where_the_values_hide_something(name):
    f, x, order = HIDDEN[name]
    found = Adaptive().derivative(lambda t: f(Floats, t), x, order)
    with mpmath.workdps(400):
        step = mpmath.mpf(10) ** -60 * (abs(x) if abs(x) > 1e-20 else mpmath.mpf(10) ** -12)
        truth = mpmath.diff(lambda t: f(mpmath, t), mpmath.mpf(x), order, h=step)
        error = abs(mpmath.mpf(float(found.value)) - truth)
        assert error <= found.error_estimate + abs(truth) * 1e-30 + mpmath.mpf(10) ** -90, (truth, found)


# What is left of numbers that cancel near 0, with its exact derivative.
CANCELLING: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "(exp x - 1) / x": (lambda x: (np.exp(x) - 1) / x, lambda x: 0.5 + x / 3 + x * x / 8),
    "log(1 + x) / x": (lambda x: np.log(1 + x) / x, lambda x: -0.5 + 2 * x / 3 - 3 * x * x / 4),
    "(sqrt(1 + x) - 1) / x": (lambda x: (np.sqrt(1 + x) - 1) / x, lambda x: -1 / 8 + x / 8),
    "(1 - cos x) / x^2": (lambda x: (1 - np.cos(x)) / x**2, lambda x: -x / 12 + x**3 / 180),
}


@pytest.mark.parametrize("name", CANCELLING)
def test_near_0_what_is_left_of_numbers_that_cancel_is_noise_and_no_slope(name):
    """There f is a saw: its teeth have slopes of 1e3 to 1e11, and are 1e-19 to 1e-9 wide."""
    f, derivative = CANCELLING[name]
    x = np.geomspace(1e-6, 1e-5, 40) if "cos" in name else np.geomspace(1e-11, 1e-6, 100)
    found = Adaptive().derivative(f, x)
    error = abs(found.value - derivative(x))
    assert np.mean(error <= found.error_estimate) >= 0.9
    assert np.median(error) < 1e-5
    assert "noise" in found.note


# -- digits ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", range(1, 8))
def test_higher_orders_of_the_exponential_keep_digits_and_say_how_many(order):
    found = Adaptive().derivative(np.exp, 1.0, order)
    error = abs(found.value - math.e)
    assert error <= found.error_estimate
    assert error < 10.0 ** (-14 + 1.4 * order)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_precision_is_that_of_the_input(dtype):
    x, u = dtype(0.7), np.finfo(dtype).eps / 2
    found = Adaptive().derivative(np.sin, x)
    assert found.value.dtype == dtype
    error = abs(np.longdouble(found.value) - np.cos(np.longdouble(x)))
    assert error <= found.error_estimate
    assert error <= 100 * u


@pytest.mark.parametrize("f", [lambda x: np.float32(np.sin(x)), lambda x: float(np.sin(np.float32(x)))])
def test_a_function_that_computes_in_float32_is_found_out(f):
    found = Adaptive().derivative(f, 1.0)
    assert abs(found.value - math.cos(1)) <= found.error_estimate < 1e-4


# -- arrays ---------------------------------------------------------------------------------------------


def test_every_element_has_its_own_steps_and_all_share_the_calls():
    x = np.array([[1e-6, 1.0, 1e6], [0.0, -3.0, 1e-12]])
    asked = []
    found = Adaptive().derivative(lambda t: asked.append(t.shape) or np.sin(t), x)
    assert np.all(abs(found.value - np.cos(x)) <= found.error_estimate)
    assert found.value.shape == found.error_estimate.shape == found.step.shape == x.shape
    assert found.evaluations == len(asked) < 60
    assert set(asked) == {x.shape}
    assert np.ptp(np.log10(found.step)) > 3


@pytest.mark.parametrize("x", [np.zeros(0), np.zeros((2, 0)), np.array(1.0)])
def test_empty_arrays_and_arrays_of_no_dimension_keep_their_shape(x):
    found = dk.derivative(np.sin, x, method="adaptive", full_output=True)
    assert found.value.shape == np.shape(found.error_estimate) == x.shape


def test_one_bad_element_does_not_spoil_the_others_and_is_named():
    found = Adaptive().derivative(np.abs, np.array([1.0, 0.0, -2.0]))
    assert found.value[::2] == pytest.approx([1, -1], rel=1e-14)
    assert found.error_estimate[1] >= 1
    assert found.note.startswith("element 1: a corner at x is suspected")


def test_an_f_that_mixes_the_elements_is_refused():
    with pytest.raises(NotElementwiseError, match=r"dk\.gradient"):
        Adaptive().derivative(np.cumsum, np.ones(3))
    with pytest.raises(NotElementwiseError):
        Adaptive().derivative(np.sum, np.ones(3))


# -- f as it is -----------------------------------------------------------------------------------------


def test_where_f_raises_on_one_side_it_counts_as_the_edge_of_the_domain():
    found = Adaptive().derivative(lambda x: math.exp(math.sqrt(x - 1) ** 2), 1.0)
    assert abs(found.value - 1) <= found.error_estimate < 1e-9
    assert found.note == "f has values only on the right of x"


def test_no_warning_comes_from_points_that_only_the_search_asked_for():
    assert Adaptive().derivative(np.log, 1e-3, 3).error_estimate < 1e6
    assert Adaptive().jacobian(lambda x: np.sqrt(x), [np.array([1e-9, 2.0])]).note == ""


def test_an_error_of_f_at_x_itself_is_the_callers():
    with pytest.raises(ValueError, match="math domain"):
        Adaptive().derivative(math.log, -1.0)
    with pytest.raises(DomainError, match="complex"):
        Adaptive().derivative(lambda x: x + 1j, 1.0)
    with pytest.raises(DomainError, match="f is nan"):
        dk.derivative(np.log, -1.0, method="adaptive")


@pytest.mark.parametrize("f", [np.exp, lambda x: x**3])
def test_only_real_numbers_are_asked_and_every_call_is_counted(f):
    asked = []
    found = Adaptive().derivative(lambda x: asked.append(x) or f(x), 2.0)
    assert found.evaluations == len(asked)
    assert all(np.isrealobj(x) and np.ndim(x) == 0 for x in asked)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"h": 0}, "h=0 is not a step"),
        ({"noise": -1}, "noise=-1 is no standard deviation"),
        ({"noise": math.nan}, "is no standard deviation"),
        ({"bounds": (2, 3)}, "leave no room at 1.0"),
    ],
)
def test_options_that_make_no_sense_are_refused_in_one_sentence(options, message):
    with pytest.raises(OptionError, match=message):
        Adaptive(**options).derivative(np.exp, 1.0)


def test_bounds_are_kept_for_every_element():
    asked = []
    f = lambda x: asked.append(x) or np.sqrt(x * (1 - x))
    x = np.array([0.5, 0.01, 0.999])
    found = Adaptive(bounds=(0, 1)).derivative(f, x)
    assert np.all(abs(found.value - (1 - 2 * x) / (2 * np.sqrt(x * (1 - x)))) <= found.error_estimate)
    assert all(np.all((point >= 0) & (point <= 1)) for point in asked)


def test_it_beats_the_central_difference_by_digits():
    x = np.linspace(0.1, 3, 30)
    errors = [abs(method.derivative(np.sin, x).value - np.cos(x)) for method in (Adaptive(), Central())]
    assert np.median(errors[0]) < 1e-3 * np.median(errors[1])


@pytest.mark.parametrize("order", [1, 2])
def test_at_the_largest_float_beyond_which_no_step_leads_it_says_that_it_finds_nothing(order):
    with np.errstate(over="ignore"):
        found = Adaptive().derivative(lambda x: x / 4, np.finfo(float).max, order)
    assert np.isnan(found.value)
    assert found.note == "f has no finite value around x"


@pytest.mark.parametrize(
    ("f", "x"), [(np.exp, 708.0), (lambda x: np.sqrt(x * x + 1) - x, np.float32(1e4))], ids=["large", "noisy"]
)
def test_an_error_that_stays_unknown_is_said_in_words(f, x):
    with np.errstate(all="ignore"):
        found = Adaptive().derivative(f, x)
        both = Adaptive().derivative(f, np.array([x, x]))
    assert found.error_estimate == np.inf
    assert found.note
    assert both.note == f"element 0: {found.note} (and 1 more)"
