"""The catalogue x our own methods x the kinds of input: the promised type, shape, precision and accuracy.

What cannot be answered is refused in one clear sentence. No input is changed, and none handed back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import ArgumentsError, DiffkitError, DomainError, NotElementwiseError
from diffkit.functions import as_function
from diffkit.methods import METHODS, own_methods
from diffkit.problems import PROBLEMS, Problem
from tests.promises import (
    DIFFERENCES,
    NAMES,
    UNDECIDED,
    UNDERFLOWING,
    applies,
    error_of,
    predicted_error,
    reach_of,
    rounding_tolerance,
    tape_of,
)

every_problem = pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda problem: problem.name)
every_method = pytest.mark.parametrize("method", NAMES)
Clear = Callable[[DiffkitError], None]


def test_the_methods_of_the_grid_are_our_own() -> None:
    assert set(NAMES) <= set(own_methods())


# -- the kinds of input -------------------------------------------------------------------------------


def read_only(x: Any) -> Any:
    x.flags.writeable = False
    return x


def strided(x: Any) -> Any:
    """x as every third number of a longer array."""
    long = np.zeros(3 * x.size)
    long[::3] = x
    return long[::3]


# A number in, a float out: made of a value of the type that decides about the precision.
NUMBERS: dict[str, Callable[[Any], Any]] = {
    "float": float,
    "float64": np.float64,
    "float32": np.float32,
    "longdouble": np.longdouble,
}
# An array_like of shape S in, an array of shape S out: made of two values.
ARRAYS: dict[str, Callable[[Any, Any], Any]] = {
    "list":            lambda a, b: [float(a), float(b), float(a)],
    "nested list":     lambda a, b: [[float(a)], [float(b)]],
    "one element":     lambda a, b: np.array([a]),
    "1-d":             lambda a, b: np.array([a, b, a]),
    "2-d":             lambda a, b: np.array([[a, b], [b, a]]),
    "column-major":    lambda a, b: np.asfortranarray([[a, b, b], [b, a, b]]),
    "no dimension":    lambda a, b: np.array(a),
    "strided":         lambda a, b: strided(np.array([a, b, a, b])),
    "backwards":       lambda a, b: np.array([a, b, b])[::-1],
    "read-only":       lambda a, b: read_only(np.array([a, b])),
    "one for all":     lambda a, b: np.broadcast_to(a, (2, 2)),
    "big-endian":      lambda a, b: np.array([a, b]).astype(">f8"),
    "empty":           lambda a, b: np.zeros(0),
    "empty 2-d":       lambda a, b: np.zeros((2, 0)),
    "float32":         lambda a, b: np.array([a, b]).astype(np.float32),
    "float32, no dim": lambda a, b: np.array(a).astype(np.float32),
    "big-endian f32":  lambda a, b: np.array([a, b]).astype(">f4"),
    "longdouble":      lambda a, b: np.array([a, b]).astype(np.longdouble),
    "float16":         lambda a, b: np.array([a, b]).astype(np.float16),
}  # fmt: skip
# What is refused, by an error of which class, in words that hold this.
REFUSED: dict[str, tuple[Any, type[DiffkitError], str]] = {
    "complex":        (1j,                                    DomainError,    "x is complex"),
    "complex array":  (np.array([1 + 0j]),                    DomainError,    "x is complex"),
    "nan":            (np.nan,                                DomainError,    "write a finite point"),
    "inf inside":     ([1.0, -np.inf],                        DomainError,    "x[1] is -inf"),
    "text":           ("0.5",                                 ArgumentsError, "write a number"),
    "None":           (None,                                  ArgumentsError, "x is None"),
    "Fraction":       (Fraction(1, 3),                        ArgumentsError, "write float(x)"),
    "Decimal":        (Decimal("0.5"),                        ArgumentsError, "write float(x)"),
    "objects":        (np.array([0.5, Fraction(1, 2)], object), ArgumentsError, "write real numbers"),
    "ragged":         ([[1.0], [1.0, 2.0]],                   ArgumentsError, "not an array of numbers"),
    "a mapping":      ({"x": 1.0},                            ArgumentsError, "write real numbers"),
    "masked":         (np.ma.array([1.0, 2.0], mask=[0, 1]),  ArgumentsError, "masked"),
    "too large":      (10**400,                               DomainError,    "401 digits"),
}  # fmt: skip


@np.errstate(all="ignore")  # 1e-310 is 0 in single precision
def numbers(problem: Problem) -> dict[str, Any]:
    return {kind: of_type(problem.at) for kind, of_type in NUMBERS.items()}


@np.errstate(all="ignore")
def arrays(problem: Problem) -> dict[str, Any]:
    near = problem.at + problem.scale / 16
    return {kind: made(problem.at, near) for kind, made in ARRAYS.items()}


def native(x: Any) -> Any:
    """x as an array of the floats that it stands for, in the byte order of this machine."""
    x = np.asarray(x)
    return x.astype(x.dtype.newbyteorder("=")) if x.dtype.kind == "f" else x.astype(np.float64)


# -- what is promised ---------------------------------------------------------------------------------


def branches(problem: Problem) -> bool:
    return bool(tape_of(problem.name).guards)


def has_value(problem: Problem, x: Any) -> bool:
    """Whether f is finite at x, in the arithmetic of x."""
    with np.errstate(all="ignore"):
        return bool(np.isfinite(as_function(problem.f)(x)))


def takes(problem: Problem, x: Any) -> bool:
    """Whether f takes numbers of this type at all: scipy.special has no long doubles."""
    try:
        with np.errstate(all="ignore"):
            as_function(problem.f)(np.array([problem.at]).astype(native(x).dtype))
    except TypeError:
        return False
    return True


def allowed(problem: Problem, method: str, x: Any) -> float:
    """How far from the truth the method may be at x, a number of NumPy's; inf where nothing is promised."""
    lost = problem.digits_lost >= -np.log10(np.finfo(x.dtype).eps)
    if lost or (problem.name, method) in UNDECIDED | UNDERFLOWING:
        return np.inf
    if x.dtype == np.longdouble:  # the constants of a text, and noise, are those of floats
        if problem.smooth and method in DIFFERENCES:
            return np.inf
        x = np.float64(x)
    if method in DIFFERENCES:
        short = reach_of(problem, method, x) <= problem.scale / 10
        return 2 * predicted_error(problem, method, x) if short else np.inf
    tiny = 100 * np.finfo(x.dtype).smallest_normal if method == "complex-step" else 0  # the step is lost
    return rounding_tolerance(problem, x=x) + float(tiny)


def assert_right(problem: Problem, method: str, x: Any, value: Any, error: Any) -> None:
    """The value at one number x, a number of NumPy's, is as near the truth as the method promises."""
    if x.dtype == np.float16:  # three digits, of which no method promises any
        return
    if not has_value(problem, x):
        assert np.isnan(value)
    elif method == "adaptive":
        lost = problem.digits_lost >= -np.log10(np.finfo(x.dtype).eps)
        nearest = np.spacing(abs(float(value))) / 2 if x.dtype == np.longdouble else 0  # to what was found
        off = error_of(float(value), problem.name, x=float(x))
        assert lost or off <= error + nearest
    elif np.isfinite(value):
        assert error_of(float(value), problem.name, x=float(x)) <= allowed(problem, method, x)
    else:  # outside the domain
        assert method in DIFFERENCES
        assert reach_of(problem, method, x) > problem.scale / 10


def refused_by_f(problem: Problem, method: str, x: Any) -> bool:
    """Whether f has no such precision; then the method says so."""
    if takes(problem, x):
        return False
    with pytest.raises((TypeError, DomainError), match=r"not supported|does not take complex"):
        dk.derivative(problem.f, x, method)
    return True


# -- the grid -----------------------------------------------------------------------------------------


@pytest.mark.sampled(20)
@every_method
@every_problem
def test_a_number_of_any_type_gives_a_float(
    problem: Problem, method: str, assert_one_clear_line: Clear
) -> None:
    for kind, x in numbers(problem).items():
        if refused_by_f(problem, method, x):
            continue
        try:
            found = dk.derivative(problem.f, x, method, full_output=True)
        except DiffkitError as error:
            assert_one_clear_line(error)
            long = method in DIFFERENCES and reach_of(problem, method, native(x)[()]) > problem.scale / 10
            assert not applies(method, problem.name) or not has_value(problem, x) or long, kind
        else:
            assert type(found.value) is float, kind
            assert_right(problem, method, native(x)[()], found.value, found.error_estimate)


@pytest.mark.sampled(20)
@every_method
@every_problem
def test_an_array_of_any_kind_gives_an_array_of_its_shape_and_precision(
    problem: Problem, method: str, assert_one_clear_line: Clear
) -> None:
    for kind, x in arrays(problem).items():
        before = bytes(np.asarray(x).tobytes())
        if refused_by_f(problem, method, x):
            continue
        if not np.all(np.isfinite(native(x))):
            with pytest.raises(DomainError, match="write a finite point"):
                dk.derivative(problem.f, x, method)
            continue
        try:
            found = dk.derivative(problem.f, x, method, full_output=True)
        except DiffkitError as error:
            assert_one_clear_line(error)
            one_by_one = isinstance(error, NotElementwiseError)
            assert one_by_one == (branches(problem) and np.size(x) != 1), kind
            assert one_by_one or not applies(method, problem.name), kind
            continue
        value, points = found.value, native(x)
        assert type(value) is np.ndarray, kind
        assert (value.shape, value.dtype) == (np.shape(x), points.dtype), kind
        assert value.flags.writeable, kind
        assert not np.shares_memory(value, x) if isinstance(x, np.ndarray) else True, kind
        assert np.asarray(x).tobytes() == before, kind
        errors = np.broadcast_to(
            np.nan if found.error_estimate is None else found.error_estimate, np.shape(x)
        )
        for index in np.ndindex(points.shape):
            assert_right(problem, method, points[index], value[index], errors[index])


@pytest.mark.sampled(5)
@every_method
@pytest.mark.parametrize("kind", ["int", "bool", "whole array", "bytes", "range", "booleans"])
def test_whole_numbers_and_truth_values_are_the_floats_they_equal(kind: str, method: str) -> None:
    x = {
        "int": 1, "bool": True, "whole array": np.arange(1, 4), "bytes": np.array([1, 2], np.uint8),
        "range": range(1, 4), "booleans": np.array([[True], [False]]),
    }[kind]  # fmt: skip

    def answer(problem: Problem, x: Any) -> Any:
        try:
            return dk.derivative(problem.f, x, method)
        except DiffkitError as error:
            return str(error)

    for problem in list(PROBLEMS.values())[::3]:
        found = answer(problem, x)
        floats = native(x)
        expected = answer(problem, floats if np.ndim(x) else float(x))
        assert type(found) is type(expected), problem.name
        np.testing.assert_array_equal(found, expected, err_msg=problem.name)


@every_method
@pytest.mark.parametrize(("x", "error", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_real_number_is_refused_by_every_method_in_one_sentence(
    x: Any, error: type[DiffkitError], words: str, method: str, assert_one_clear_line: Clear
) -> None:
    for problem in list(PROBLEMS.values())[::8]:
        with pytest.raises(error, match=re.escape(words)) as caught:
            dk.derivative(problem.f, x, method)
        assert_one_clear_line(caught.value)


# -- the peers ----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.peers
@pytest.mark.parametrize("method", [name for name in METHODS if name not in own_methods()])
def test_a_peer_keeps_shape_and_type_too(method: str) -> None:
    f, slope = lambda x: np.sin(x) * x, lambda x: np.cos(x) * x + np.sin(x)
    for kind in ("float", "float32"):
        x = NUMBERS[kind](0.5)
        found = dk.derivative(f, x, method)
        assert type(found) is float, kind
        assert found == pytest.approx(slope(0.5), rel=1e-4)
    for kind, made in ARRAYS.items():
        x = made(0.5, 1.25)
        before = np.asarray(x).tobytes()
        found = dk.derivative(f, x, method)
        assert (type(found), found.shape) == (np.ndarray, np.shape(x)), kind
        assert np.asarray(x).tobytes() == before, kind
        np.testing.assert_allclose(found, slope(native(x)), rtol=1e-2 if kind == "float16" else 1e-4)
