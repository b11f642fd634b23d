"""What is computed twice is computed once, and what nobody reads is gone."""

from __future__ import annotations

import numpy as np
import pytest

import diffkit as dk
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from diffkit.tape.sharing import shared

V = np.array([1.0, 2.0, 3.0])


def rows(f, *point):
    return len(shared(dk.record(f, *point)))


def test_a_repeated_row_is_there_once():
    assert rows(lambda x: np.sin(x) + np.sin(x) * np.sin(x), 0.5) == 3


def test_what_follows_from_a_repeated_row_is_repeated_too():
    assert rows(lambda x: np.exp(np.sin(x) * 2) - np.exp(np.sin(x) * 2), 0.5) == 4


def test_a_row_keeps_its_name_and_takes_over_that_of_its_repetition():
    def f(x):
        y = (np.sin(x) + 1) * x
        a, b, c = np.sin(x), np.cos(x), np.cos(x)
        return y * a * b + c

    names = [row.name for row in shared(dk.record(f, 0.5)).instructions]
    assert [name for name in names if name] == ["a", "y", "b"]


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x * 0.0 + x * -0.0,
        lambda x: x * np.float32(2) + x * 2.0,
        lambda x: np.sum(x * V) + np.sum(x * V[:, None]),
        lambda x: x - 2.0 + (2.0 - x),
        lambda x: np.sum(x * V, axis=0) + np.sum(x * V[::-1], axis=0),
    ],
)
def test_what_only_looks_alike_is_kept(f):
    tape = dk.record(f, 0.5)
    assert len(shared(tape)) == len(tape)
    assert shared(tape).replay(0.7) == tape.replay(0.7)


def test_parts_of_an_array_are_told_apart():
    x = np.array([1.0, 2.0, 4.0])
    tape = dk.record(lambda x: x[0] * x[1] + np.sum(x[:2]) + np.sum(x[1:]) + x[0], x)
    assert len(tape) - len(shared(tape)) == 1
    assert shared(tape).replay(x) == tape.replay(x)


def test_constants_that_are_equal_bit_for_bit_are_one():
    assert rows(lambda x: np.sum(x * V.copy()) - np.sum(x * V.copy()), 0.5) == 3
    assert rows(lambda x: x * np.nan + x * np.nan, 0.5) == 2


def test_branches_stay_and_are_checked():
    tape = shared(dk.record(lambda x: x * x if np.sin(x) > 0 else -x, 0.5))
    assert tape.replay(1.0) == 1.0
    with pytest.raises(dk.errors.GuardError):
        tape.replay(-1.0)


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda p: p.name)
@np.errstate(all="ignore")
def test_results_keep_their_bits(problem):
    tape = dk.record(as_function(problem.f), problem.at)
    assert np.array_equal(shared(tape).replay(problem.at), tape.replay(problem.at), equal_nan=True)


def test_nothing_is_left_of_a_program_whose_result_is_its_input():
    tape = shared(dk.record(lambda x, y: y, 1.0, 2.0))
    assert len(tape) == 0
    assert tape.replay(3.0, 4.0) == 4.0
