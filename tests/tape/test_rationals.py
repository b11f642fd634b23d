"""A replay in exact rational numbers rounds nothing, and refuses what has no rational value."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from diffkit.errors import GuardError, NoRuleError
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from diffkit.tape import record

THIRD = Fraction(1, 3)

# f by NumPy's names, and the same in Python's own operators on fractions.
SCALARS = [
    (lambda x: x * x / 3 - x, lambda x: x * x / 3 - x),
    (lambda x: x**-3 + 0.1, lambda x: 1 / (x * x * x) + Fraction(0.1)),
    (lambda x: 2 ** np.floor(10 * x), lambda x: Fraction(8)),
    (lambda x: np.square(x) + np.reciprocal(x), lambda x: x * x + 1 / x),
    (lambda x: np.where(x > 0, 1, 2) / 3, lambda x: THIRD),
    (lambda x: (x > 0) / 3, lambda x: THIRD),
    (lambda x: np.abs(-x) + np.sign(-x), lambda x: x - 1),
    (lambda x: np.maximum(x, 0.25) - np.clip(x, 0.5, 1), lambda x: x - Fraction(1, 2)),
    (lambda x: (7 * x) % 1 + (7 * x) // 1, lambda x: 7 * x),
    (lambda x: np.fmod(-7 * x, 1) - np.trunc(-7 * x), lambda x: -THIRD + 2),
    (lambda x: np.ceil(x) + np.rint(5 * x / 2) + np.round(100 * x, -1), lambda x: Fraction(1 + 1 + 30)),
    (lambda x: np.copysign(x, -2.0) * np.heaviside(x, 0.5), lambda x: -x),
    (lambda x: 1 / (x - np.inf), lambda x: Fraction(0)),
    (lambda x: x if np.isfinite(x) else 0 * x, lambda x: x),
]


@pytest.mark.parametrize(("f", "exact"), SCALARS)
def test_a_number_is_exactly_what_fractions_say(f, exact):
    y = record(f, 0.3).replay(THIRD, arithmetic="rational")
    assert isinstance(y, Fraction)
    assert y == exact(THIRD)


# Steps that are exact in binary, so that NumPy's floats are the truth; the divisions are by 2, 4 and 8.
A = np.array([[1.0, -2.0, 0.5, 4.0], [4.0, 3.0, -1.5, 0.25]])
ARRAYS = [
    lambda a: a @ a.T,
    lambda a: np.einsum("ij,ij->i", a, a),
    lambda a: np.sum(a, axis=0) + np.mean(a, axis=0),
    lambda a: np.mean(a > 0),
    lambda a: np.mean(np.where(a > 0, 1, 0), axis=1),
    lambda a: np.var(a, axis=1),
    lambda a: np.cumsum(a, axis=1) * np.arange(4),
    lambda a: np.diff(np.sort(a)),
    lambda a: a.max(axis=1) + np.argmax(a, axis=1),
    lambda a: np.prod(a),
    lambda a: np.convolve(a[0], a[1]),
    lambda a: np.array([a[0, 0] * a[1, 1], 3.0]) / 2,
    lambda a: np.median(a),
    lambda a: a[:, :0].sum(axis=1),
    lambda a: a[:0] / 3,
    lambda a: a[0][None] + a[..., 1:2].sum(),
]


@pytest.mark.parametrize("f", ARRAYS)
def test_an_array_is_exactly_what_floats_say_where_they_need_not_round(f):
    expected = np.asarray(f(A))
    found = np.asarray(record(f, A).replay(A, arithmetic="rational"), dtype=object)
    assert found.shape == expected.shape
    assert all(isinstance(number, Fraction) for number in found.ravel())
    assert np.all(found == expected)  # a fraction is compared with a float exactly


RATIONAL = ["polynomial", "logistic-map", "runge", "high-power", "pole", "poles-beside", "expanded-power",
            "flat-power", "kink", "relu", "cubed-kink", "parabola-at-0", "branch",
            "recursion", "while"]  # fmt: skip


@pytest.mark.parametrize("name", RATIONAL)
def test_the_rational_problems_are_exactly_what_python_says_of_fractions(name):
    f, x = as_function(PROBLEMS[name].f), PROBLEMS[name].at
    exact = f(Fraction(x)) if callable(PROBLEMS[name].f) else in_fractions(PROBLEMS[name].f, Fraction(x))
    assert record(f, x).replay(x, arithmetic="rational") == exact


def in_fractions(text, x):
    """A polynomial or rational problem of the catalogue at a fraction, written out by hand."""
    small = Fraction(1e-4)
    return {
        "2*x^3 + x^2": 2 * x**3 + x**2,
        "1/(1 + 25*x^2)": 1 / (1 + 25 * x**2),
        "x^20": x**20,
        "x^9": x**9,
        "x^2": x**2,
        "1/(x^2 + 1e-4)": 1 / (x**2 + small),
        "abs(x)": abs(x),
        "abs(x)^3": abs(x) ** 3,
        "max(x, 0)": max(x, Fraction(0)),
        "x^7 - 7*x^6 + 21*x^5 - 35*x^4 + 35*x^3 - 21*x^2 + 7*x - 1": (x - 1) ** 7,
    }.get(text, 1 / x if x else x)


def test_every_other_problem_says_which_function_has_no_rational_value():
    for name, problem in PROBLEMS.items():
        if name not in RATIONAL:
            with np.errstate(all="ignore"):
                tape = record(as_function(problem.f), problem.at)
            with pytest.raises(NoRuleError, match=r"rational .*replay in 'mpmath' or 'sympy'$"):
                tape.replay(problem.at, arithmetic="rational")


@pytest.mark.parametrize(
    ("f", "what"),
    [(np.sin, "sin"), (np.sqrt, "sqrt"), (lambda x: np.linalg.norm(np.array([x, x])), "sqrt"),
     (lambda x: np.linalg.det(x * np.eye(2)), "det")],
)  # fmt: skip
def test_a_function_without_rational_values_is_named(f, what):
    message = f"^{what} has no meaning in rational arithmetic, which is exact; replay in 'mpmath' or 'sympy'$"
    with pytest.raises(NoRuleError, match=message):
        record(f, 2.0).replay(2.0, arithmetic="rational")


def test_a_power_has_a_value_where_its_exponent_is_whole():
    tape = record(lambda x, n: x**n, 2.0, 3.0)
    assert tape.replay(Fraction(2, 3), -2, arithmetic="rational") == Fraction(9, 4)
    with pytest.raises(NoRuleError, match=r"^a power to 1/2 has no exact rational value; replay in 'mpmath'"):
        tape.replay(4, 0.5, arithmetic="rational")


def test_a_division_by_0_is_nan_and_where_may_leave_it_out():
    tape = record(lambda x: np.where(x > 0, 1 / x, 0), np.ones(2))
    assert tape.replay(np.array([0.0, 3.0]), arithmetic="rational").tolist() == [0, THIRD]
    assert math.isnan(record(lambda x: 1 / x, 1.0).replay(0.0, arithmetic="rational"))


def test_a_branch_is_decided_exactly():
    tape = record(lambda x: x if 3 * x > 1 else -x, 0.4)
    with pytest.raises(GuardError, match="goes the other way"):
        tape.replay(THIRD, arithmetic="rational")
    assert tape.replay(THIRD + Fraction(1, 10**30), arithmetic="rational") > THIRD


def test_a_complex_number_is_refused_in_a_sentence():
    with pytest.raises(NoRuleError, match="a complex number has no meaning in rational arithmetic"):
        record(lambda x: x * 1j, 1.0).replay(1.0, arithmetic="rational")
