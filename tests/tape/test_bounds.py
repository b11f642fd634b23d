"""Numbers without end are refused at once, in a sentence, and large ones that are worked out stay right."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.errors import DomainError, NotClosedFormError
from diffkit.symbolic import steps
from diffkit.symbolic.agreement import Agreement, value
from diffkit.tape.bounds import require_finite_work, require_writable


@pytest.mark.parametrize("function", [np.exp, np.exp2, np.sin, np.cosh, np.tanh, np.power])
def test_a_function_of_a_number_beyond_all_measure_is_refused_and_below_it_is_not(function):
    huge = mpmath.mpf(2) ** 2**40
    operands = (mpmath.mpf(2),) if function is np.power else ()
    with pytest.raises(DomainError, match=rf"{function.__name__} is not worked out beyond 10\^\d+"):
        require_finite_work(function, (*operands, huge))
    require_finite_work(function, (*operands, 1 / huge))
    require_finite_work(function, (*operands, mpmath.mpf(1e300)))


@pytest.mark.parametrize("function", [np.add, np.multiply, np.true_divide, np.log, np.maximum])
def test_what_does_not_grow_with_its_operands_takes_any(function):
    require_finite_work(function, (mpmath.mpf(2) ** 2**40, mpmath.mpf(3)))


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("Pow", (10, 10**8)),
        ("Pow", (sympy.Rational(1, 3), 10**5)),
        ("power", (sympy.Integer(7), -(10**7))),
        ("exp2", (10**9,)),
        ("gamma", (10**8,)),
        ("digamma", (10**8,)),
        ("exp", (sympy.Float(10) ** 10**5,)),
        ("Pow", (sympy.Float(1.5), sympy.Float(10) ** 400)),
    ],
)
def test_a_number_that_nobody_could_write_down_is_no_closed_form(name, args):
    with pytest.raises(NotClosedFormError, match="not closed form: "):
        require_writable(name, tuple(map(sympy.sympify, args)))


@pytest.mark.parametrize(
    ("name", "args"),
    [("Pow", (10, 1000)), ("Pow", (1, 10**9)), ("Pow", ("x", 10**9)), ("Pow", (10**9, "x")), ("gamma", (50,)),
     ("Add", (10**9, 10**9)), ("exp", (10**9,)), ("exp", ("x",))],
)  # fmt: skip
def test_what_can_be_written_down_is_let_through(name, args):
    require_writable(name, tuple(map(sympy.sympify, args)))


# Each of these took for ever in a single call into C, and has a float's value all the same.
FOR_EVER = [
    "1/exp(exp(7e8*x))", "1/exp(exp(exp(exp(x + 9))))", "exp(-2^(x - x + 100000000))",
    "tanh(gamma(exp(30*x)))",
    "1/10^(x - x + 100000000)", "1/gamma(x - x + 100000000)", "1/digamma(x - x + 100000000)",
    "1/exp2(x - x + 1000000000)", "1/2^(2^(2^(2^(2^(x + 1)))))",
]  # fmt: skip


@pytest.mark.parametrize("text", FOR_EVER)
def test_a_hostile_formula_is_answered_by_the_methods_that_can(text):
    with np.errstate(all="ignore"):
        found = dk.compare(text, 1.0)
        assert found["central"].status == "ok"
        assert found.value == dk.functions.parse(text)(np.float64(1.0))


@pytest.mark.parametrize("text", FOR_EVER[4:8])
def test_its_symbolic_steps_say_why_there_are_none(text):
    with pytest.raises(NotClosedFormError, match=r"digits|beyond"):
        steps(text, "x", 1.0, time_limit=None)


def test_nested_exponentials_are_checked_where_they_are_within_reach():
    """Of the random points most are too far: at 3 it would be a number of 10^(10^(10^8)) digits."""
    x = sympy.Symbol("x")
    f = sympy.exp(sympy.exp(sympy.exp(sympy.exp(x))))
    assert Agreement(f, f.diff(x))(f.diff(x) + f - f) == "proved"
    assert value(f, {x: sympy.Integer(3)}) is sympy.nan
    assert value(f, {x: sympy.Integer(-3)}) == pytest.approx(math.exp(math.exp(math.exp(math.exp(-3)))))


def test_large_numbers_keep_all_their_digits():
    with mpmath.workdps(50):
        found = dk.record("log(exp(x))", 1.0).replay(mpmath.mpf(1000), arithmetic="mpmath")
        assert abs(found - 1000) < mpmath.mpf(10) ** -40
