"""Dual numbers one can write down: eps^2 = 0, and a replay in them is forward mode to the bit."""

from __future__ import annotations

import numpy as np
import pytest

import diffkit as dk
from diffkit.autodiff import dual, jvp
from diffkit.errors import ArgumentsError, GuardError, NoRuleError
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from diffkit.tape import record


def parts(x):
    return x.value, x.tangent


def test_the_arithmetic_of_the_textbook():
    a, b = dual(42.0, 24.0), dual(3.0, 2.0)
    assert parts(a + b) == (45.0, 26.0)
    assert parts(a * b) == (126.0, 156.0)
    assert parts(a - 2) == (40.0, 24.0)
    assert parts(1 / dual(2.0)) == (0.5, -0.25)
    assert parts(dual(0.0) * dual(0.0)) == (0.0, 0.0)  # eps^2 = 0
    assert parts(np.exp(dual(0.0, 3.0))) == (1.0, 3.0)
    assert repr(a) == "42.0 + 24.0 eps"


@pytest.mark.parametrize(("x", "y", "right"), [(dual(3.0), 4.0, 24.0), (3.0, dual(4.0), 10.0)])
def test_a_function_extends_to_dual_numbers_and_so_does_its_tape(x, y, right):
    f = lambda x, y: x**2 * y + y + 2
    assert parts(f(x, y)) == (42.0, right)
    assert parts(record(f, 1.0, 1.0).replay(x, y, arithmetic="dual")) == (42.0, right)


@pytest.mark.parametrize("name", list(PROBLEMS))
def test_a_replay_is_forward_mode_to_the_bit(name):
    f, x = as_function(PROBLEMS[name].f), PROBLEMS[name].at
    with np.errstate(all="ignore"):
        found = record(f, x).replay(dual(x, 2.5), arithmetic="dual")
        assert parts(found) == jvp(f, (x,), (2.5,))


X = np.array([0.5, 0.75, 1.25])
X_DOT = np.array([1.0, 0.0, -2.0])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x @ np.arange(9.0).reshape(3, 3), lambda x: np.sqrt(abs(x - 0.75)) * x[0],
        np.sort, np.linalg.norm,
        lambda x: np.where(x > 0.6, np.log(x), 0.0), lambda x: np.modf(x)[0], lambda x: x[:0] * 2,
        lambda x: np.array([x[0] * x[1], 3.0]), lambda x: np.linalg.solve(np.diag(x), x * x), np.floor,
        lambda x: np.max(x) + np.var(x),
    ],
)  # fmt: skip
def test_a_replay_of_arrays_is_forward_mode_to_the_bit(f):
    with np.errstate(all="ignore"):
        y, y_dot = jvp(f, (X,), (X_DOT,))
        found = record(f, X).replay(dual(X, X_DOT), arithmetic="dual")
    assert np.array_equal(found.value, y)
    assert np.array_equal(found.tangent, y_dot, equal_nan=True)


def test_several_results_keep_their_nesting_and_a_constant_has_no_tangent():
    tape = record(lambda p: {"y": p[0] * p[1], "parts": (p[1], 1.5, np.argmax(p[0]))}, [X, 2.0])
    found = tape.replay([X, dual(2.0)], arithmetic="dual")
    assert np.array_equal(found["y"].tangent, X)
    assert [parts(y) for y in found["parts"][:2]] == [(2.0, 1.0), (1.5, 0.0)]
    assert found["parts"][2] == 2


def test_results_are_numbers_that_go_on():
    tape = record(np.sin, 1.0)
    once = tape.replay(dual(0.5), arithmetic="dual")
    twice = tape.replay(once + dual(1.0, 0.0), arithmetic="dual")
    assert parts(twice) == jvp(lambda x: np.sin(np.sin(x) + 1.0), (0.5,), (1.0,))


def test_eps_is_a_constant_of_every_derivative_around_it():
    slope = dk.grad(lambda x: x**2 * dual(3.0, 5.0))(2.0)
    assert parts(slope) == (12.0, 20.0)


def test_a_branch_is_decided_by_the_value():
    tape = record(lambda x: x if x > 1 else -x, 2.0)
    assert parts(tape.replay(dual(3.0, 7.0), arithmetic="dual")) == (3.0, 7.0)
    with pytest.raises(GuardError, match="goes the other way"):
        tape.replay(dual(0.0, 7.0), arithmetic="dual")


def test_a_tangent_has_the_shape_of_its_value():
    assert np.array_equal(dual(X).tangent, np.ones(3))
    with pytest.raises(
        ArgumentsError, match=r"^a value and its tangent have one shape, not \(3,\) and \(2,\)$"
    ):
        dual(X, np.ones(2))
    with pytest.raises(ArgumentsError, match="cannot differentiate by 'x'"):
        dual("x")


def test_inside_a_derivative_it_says_what_to_write():
    with pytest.raises(ArgumentsError, match=r"inside a derivative write dk\.autodiff\.jvp"):
        dk.grad(lambda x: dual(x).tangent * x)(2.0)


def test_a_function_without_a_rule_is_named():
    tape = record(lambda x: np.spacing(x) * x, 1.0)
    with pytest.raises(NoRuleError, match="spacing"):
        tape.replay(dual(1.0), arithmetic="dual")
