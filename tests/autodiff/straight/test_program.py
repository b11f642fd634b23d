"""A tape as a program."""

from __future__ import annotations

import cProfile
import pstats

import numpy as np
import pytest

import diffkit as dk
from diffkit.autodiff.straight.numbers import NO_NUMBER, BranchError
from diffkit.autodiff.straight.program import Program
from diffkit.tape.record import record
from diffkit.tape.sharing import shared


def test_any_tape_is_a_program_not_only_a_gradient():
    f = lambda x, A: (np.sin(x) * 2, A.T @ A, {"n": np.sum(A)}, 3.0, np.arange(3))
    x, A = 0.5, np.random.default_rng(0).normal(size=(40, 30))
    tape = dk.record(f, x, A)
    found = tape.output_structure.build(list(Program(tape, [x, A])([x, A])))
    right = f(x, A)
    assert found[0] == right[0]
    assert np.array_equal(found[1], right[1])
    assert found[2] == {"n": right[2]["n"]}
    assert found[3] == 3.0
    assert np.array_equal(found[4], right[4])


def test_constants_that_go_out_are_copies():
    program = Program(dk.record(lambda x: (x * np.ones(100), np.arange(3)), np.ones(100)), [np.ones(100)])
    program([np.ones(100)])[1][0] = 7
    assert program([np.ones(100)])[1][0] == 0


def test_outputs_that_share_memory_are_the_callers_own():
    program = Program(dk.record(lambda x: (x, x[::2], x + 1, x), np.ones(100)), [np.ones(100)])
    x = np.arange(100.0)
    outputs = program([x])
    for i, one in enumerate(outputs):
        assert not np.shares_memory(one, x)
        assert not any(np.shares_memory(one, other) for other in outputs[i + 1 :])


def test_branches_and_numbers_that_are_none_raise():
    program = Program(dk.record(lambda x: 1 / x if x < 1 else x, 0.5), [0.5])
    with pytest.raises(BranchError):
        program([2.0])
    with pytest.raises(NO_NUMBER):
        program([0.0])
    program = Program(dk.record(lambda x: x[np.argmax(x)] * x, np.arange(100.0)), [np.arange(100.0)])
    with pytest.raises(BranchError):
        program([-np.arange(100.0)])


@pytest.mark.slow
def test_a_program_twice_as_long_is_twice_the_work_to_write():
    def loop(rounds):
        def f(x):
            s = 0.5
            for _ in range(rounds):
                x = np.sort(x) * s + x[::-1] * 0.01
                s = np.sin(s + 0.1 * np.mean(x))
            return np.sum(x) * s

        return f

    x = np.linspace(0, 1, 100)
    calls = []
    for rounds in (20, 40, 80):
        tape = shared(record(dk.value_and_grad(loop(rounds)), x))
        profile = cProfile.Profile()
        profile.runcall(Program, tape, [x])
        calls.append(pstats.Stats(profile).total_calls)
    first, second = np.diff(calls)
    assert second < 2.1 * first
