"""Rows in the order of the textbooks, constants as inputs."""

from __future__ import annotations

import numpy as np
import pytest

import diffkit as dk
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from diffkit.views.order import by_level, lifted


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda p: p.name)
@np.errstate(all="ignore")
def test_another_order_and_lifted_constants_change_no_bit(problem):
    tape = dk.record(as_function(problem.f), problem.at)
    assert np.array_equal(by_level(tape).replay(problem.at), tape.replay(problem.at), equal_nan=True)
    program, constants = lifted(tape)
    assert np.array_equal(program.replay(problem.at, *constants), tape.replay(problem.at), equal_nan=True)


def test_what_needs_inputs_alone_comes_first():
    tape = by_level(dk.record(lambda x, y: np.log(x) + x * y - np.sin(y), 2.0, 5.0))
    assert [row.op for row in tape.instructions] == ["log", "multiply", "sin", "add", "subtract"]


def test_guards_follow_their_rows():
    tape = by_level(dk.record(lambda x: np.exp(x) + (1 if np.sin(x) > 0 else 2) + np.cos(x), 1.0))
    with pytest.raises(dk.errors.GuardError):
        tape.replay(-1.0)


def test_an_equal_constant_is_one_input_and_an_exponent_is_none():
    f = lambda x: np.sum(2 * x + (x + 2.0) ** 2) + np.ones(3) @ x
    program, constants = lifted(dk.record(f, np.ones(3)))
    assert constants == (2.0,)
    assert program.input_count == 2
