"""The tangent program computes what the pass of dual numbers computes."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

import diffkit as dk
from diffkit.autodiff import adjoint, jvp, tangent
from diffkit.errors import ArgumentsError, GuardError


def test_the_textbooks_example():
    program = tangent(dk.record(lambda x, y: np.log(x) + x * y - np.sin(y), 2.0, 5.0))
    assert program.replay(2.0, 5.0, 1.0, 0.0) == (11.652071455223084, 5.5)
    assert program.replay(2.0, 5.0, 0.0, 1.0) == (11.652071455223084, 1.7163378145367738)


def test_value_and_tangent_share_the_rows_of_f():
    program = tangent(dk.record(lambda x: np.exp(np.sin(x)), 0.3))
    assert [row.op for row in program.instructions] == ["sin", "cos", "multiply", "exp", "multiply"]


def test_tangents_nest_as_the_arguments_do_and_the_result_is_nested_twice():
    f = lambda p, x: {"y": p["w"] @ x + p["b"], "n": np.sum(x)}
    point = {"w": np.ones((2, 3)), "b": 0.5}, np.array([1.0, 2.0, 3.0])
    along = {"w": np.full((2, 3), 2.0), "b": -1.0}, np.array([0.5, 0.25, -1.0])
    value, slope = tangent(dk.record(f, *point)).replay(*point, *along)
    expected = jvp(f, point, along)
    assert [value["y"].tolist(), value["n"]] == [expected[0]["y"].tolist(), 6.0]
    assert [slope["y"].tolist(), slope["n"]] == [expected[1]["y"].tolist(), -0.25]


def test_tangent_and_adjoint_are_transposes():
    tape = dk.record(lambda x: np.cumsum(np.sin(x)) * x[0], np.array([0.5, 1.5, -1.0]))
    x, x_dot, y_bar = np.array([0.4, 1.0, 2.0]), np.array([1.0, -2.0, 0.5]), np.array([0.3, 0.7, -0.2])
    y_dot, x_bar = tangent(tape).replay(x, x_dot)[1], adjoint(tape).replay(x, y_bar)
    assert y_bar @ y_dot == pytest.approx(x_bar @ x_dot, rel=1e-14)


def test_the_tangent_of_the_tangent_has_the_second_derivative():
    program = tangent(tangent(dk.record(lambda x: np.exp(np.sin(x)), 0.3)))
    (value, slope), (again, bend) = program.replay(0.7, 1.0, 1.0, 0.0)
    with mpmath.workdps(30):
        right = [float(mpmath.diff(lambda x: mpmath.exp(mpmath.sin(x)), 0.7, n)) for n in (0, 1, 1, 2)]
    assert [value, slope, again, bend] == pytest.approx(right, rel=1e-15)


def test_a_tangent_of_0_is_a_number_of_the_program():
    program = tangent(dk.record(lambda x, y: np.sqrt(x) * y, 1.0, 1.0))
    with np.errstate(all="ignore"):
        assert math.isnan(program.replay(0.0, 2.0, 0.0, 1.0)[1])
    assert jvp(lambda x, y: np.sqrt(x) * y, (0.0, 2.0), (0.0, 1.0))[1] == 0.0


def test_branches_are_kept():
    program = tangent(dk.record(lambda x: x * x if x > 0 else -x, -2.0))
    assert program.replay(-5.0, 2.0) == (5.0, -2.0)
    with pytest.raises(GuardError):
        program.replay(5.0, 2.0)


def test_a_tape_whose_branch_needs_a_point_of_its_own_asks_for_it():
    tape = dk.record(lambda x: x * x if x > 1000 else -x, 2000.0)
    with pytest.raises(ArgumentsError, match=r"write tangent\(tape, \*point\)"):
        tangent(tape)
    assert tangent(tape, 2000.0).replay(3000.0, 1.0) == (9e6, 6000.0)


def test_a_tape_of_complex_numbers_has_the_tangent_of_complex_numbers():
    f = lambda z: np.abs(z) ** 2 * np.real(z)
    z, z_dot = 1 + 2j, 0.5 - 3j
    assert tangent(dk.record(f, z)).replay(z, z_dot) == jvp(f, (z,), (z_dot,))
