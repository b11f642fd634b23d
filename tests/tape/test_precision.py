"""A replay in another floating-point type: of that type all through, and as near the truth as it can be."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.special as sc

import diffkit as dk
from diffkit.errors import GuardError, NoRuleError
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from diffkit.tape import record
from diffkit.tape.objects import MPMATH

TYPES = [np.float16, np.float32, np.longdouble]
named = pytest.mark.parametrize("dtype", TYPES, ids=lambda dtype: dtype.__name__)

X = np.array([0.5, 0.75, 1.25])
# What f does, at X or at a number; none of it may come out in another type.
RESULTS = [
    (lambda x: x * 0.1 + np.float64(0.1), X),
    (lambda x: np.float64(2.5) / x, 0.75),
    (lambda x: x * np.arange(3), X),
    (lambda x: x @ np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), X),
    (lambda x: x.astype(float) * 2, X),
    (lambda x: x.astype(int) * 1.5, X),
    (lambda x: x.sum(dtype=float), X),
    (lambda x: np.where(x > 0.6, x, -np.inf), X),
    (lambda x: np.outer(x, [1.0, 2.0]), X),
    (lambda x: np.concatenate([x, np.ones(2)]), X),
    (lambda x: np.mean(x), np.float64(0.75)),
    (lambda x: x**2 + x ** np.arange(3), X),
    (lambda x: x * x, np.array(0.75)),
    (lambda x: np.exp(x[:0]), X),
    (lambda x: np.sum(x[:0]), X),
    (lambda x: np.modf(x)[0], X),
    (lambda x: np.array([x[0], 1.0, x[1] * x[2]]), X),
    (lambda x: np.max(x, initial=0.6), X),
]


@named
@pytest.mark.parametrize(("f", "x"), RESULTS)
def test_every_result_is_of_the_type(f, x, dtype):
    y = record(f, x).replay(x, arithmetic=dtype.__name__)
    assert y.dtype == dtype
    assert y.shape == np.shape(f(x))
    assert np.allclose(y, np.asarray(f(x)), rtol=4 * np.finfo(dtype).eps)


@named
def test_it_is_f_on_an_input_of_the_type_bit_for_bit(dtype):
    def f(x):
        y = 0.1 * x
        for i in range(5):
            y = np.sin(y + i) * x**2 / (1 + y * y) + np.sqrt(np.abs(x - 0.3))
        return np.where(y > 0.5, y, np.exp(-y))

    tape = record(f, X)
    assert np.array_equal(tape.replay(X, arithmetic=dtype.__name__), f(X.astype(dtype)))


# Without a longdouble version in SciPy; with an end of the loop that the type may not reach.
SPECIAL = ("erf", "gamma", "bessel", "log-gamma", "tail")


def of_the_catalogue(types, left_out):
    cases = [(n, t) for n in PROBLEMS for t in types if n not in left_out]
    return pytest.mark.parametrize(
        ("name", "dtype"),
        [
            pytest.param(n, t, id=f"{n}-{t.__name__}")
            for n, t in cases
            if t is not np.longdouble or n not in SPECIAL
        ],
    )


@of_the_catalogue(TYPES, ["while"])
def test_the_catalogue_is_f_on_an_input_of_the_type(name, dtype):
    f, x = as_function(PROBLEMS[name].f), PROBLEMS[name].at
    with np.errstate(all="ignore"):
        found = record(f, x).replay(x, arithmetic=dtype.__name__)
        native = f(dtype(x))
    assert found.dtype == dtype
    if np.asarray(native).dtype == dtype:
        assert np.array_equal(found, native, equal_nan=True)
    else:  # f leaves the type: a constant row of it, or a text, is computed in float64
        info = np.finfo(dtype)
        assert float(found) == pytest.approx(float(native), rel=64 * float(info.eps), abs=float(info.tiny))


# Out of float32's range, or with a value, not a slope, that cancels.
HARD = ("tiny-sine", "subnormal-sine", "subnormal-point", "huge-exponential", "tail", "expanded-power",
        "one-minus-cosine", "noisy-sine", "while")  # fmt: skip


@of_the_catalogue([np.float32, np.longdouble], HARD)
def test_the_catalogue_is_right_to_the_digits_of_the_type(name, dtype):
    problem, eps = PROBLEMS[name], float(np.finfo(dtype).eps)
    f, x = as_function(problem.f), problem.at
    with mpmath.workdps(60), np.errstate(all="ignore"):
        tape = record(f, x)
        truth = tape.replay(x, arithmetic="mpmath")
        error = abs(MPMATH.leaf(tape.replay(x, arithmetic=dtype.__name__)) - truth)
        moved = abs(x * dk.derivative(f, x))  # by how much f answers to the rounding of x, per eps
        assert error <= eps * 10**problem.digits_lost * (20 * abs(truth) + 2 * moved)


@named
def test_a_constant_is_rounded_to_the_type_and_a_whole_number_is_not(dtype):
    tenth = record(lambda x: x * 0.1, 1.0).replay(1.0, arithmetic=dtype.__name__)
    assert tenth == dtype(0.1)
    row = record(lambda x: np.take(x, [2, 0]) ** 2, X)
    assert row.replay(X, arithmetic=dtype.__name__).tolist() == [1.5625, 0.25]


def test_the_error_is_that_of_the_type():
    f = lambda x: (np.exp(x) - 1) / x  # loses about as many digits as 1/x has
    tape = record(f, 2.0**-7)
    with mpmath.workdps(40):
        truth = tape.replay(2.0**-7, arithmetic="mpmath")
        errors = [abs(MPMATH.leaf(tape.replay(2.0**-7, arithmetic=t.__name__)) - truth) for t in TYPES]
    for error, dtype in zip(errors, TYPES, strict=True):
        assert error < 2**7 * float(np.finfo(dtype).eps)
    assert errors == sorted(errors, reverse=True)


def test_several_results_keep_their_nesting():
    tape = record(lambda p: {"y": p[0] * p[1], "parts": (p[1], 1.5)}, [0.1, X])
    y = tape.replay([0.1, X], arithmetic="float32")
    assert y["y"].dtype == y["parts"][0].dtype == y["parts"][1].dtype == np.float32


def test_complex_numbers_have_the_width_of_the_type():
    spectrum = record(np.fft.fft, X)
    assert spectrum.replay(X, arithmetic="float32").dtype == np.complex64
    assert spectrum.replay(X, arithmetic="longdouble").dtype == np.clongdouble
    assert record(lambda x: x * 1j, 2.0).replay(2.0, arithmetic="float16") == 2j


def test_a_branch_that_the_type_takes_the_other_way_is_said():
    tape = record(lambda x: x if 1 + x > 1 else -x, 1e-5)
    assert tape.replay(1e-5, arithmetic="float32") == np.float32(1e-5)
    with pytest.raises(GuardError, match=r"the branch at line .* was True"):
        tape.replay(1e-5, arithmetic="float16")


def test_a_function_without_the_type_is_refused_in_a_sentence():
    solve = record(lambda b: np.linalg.solve(2 * np.eye(3), b), X)
    with pytest.raises(NoRuleError, match=r"^solve does not take float16 numbers; replay in 'float32'$"):
        solve.replay(X, arithmetic="float16")
    assert solve.replay(X, arithmetic="float32").dtype == np.float32
    if np.finfo(np.longdouble).eps < 2.0**-52:
        with pytest.raises(NoRuleError, match="gamma does not take longdouble numbers; replay in 'numpy' or"):
            record(sc.gamma, 0.5).replay(0.5, arithmetic="longdouble")


def test_it_goes_under_a_derivative():
    tape = record(lambda x: x**3 / 3, 0.5)
    assert dk.grad(lambda x: tape.replay(x, arithmetic="float32"))(3.0) == 9.0
