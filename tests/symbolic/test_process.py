"""Work in another process: its answers, its time limit, its failures."""

from __future__ import annotations

import json
import math
import os
import time

import pytest
import sympy

from diffkit.errors import NotClosedFormError, OptionError
from diffkit.symbolic.pool import Pool
from diffkit.symbolic.process import Helper


@pytest.fixture(scope="module")
def helper():
    """One process for all tests, which leave it fit for the next question."""
    with Helper() as helper:
        yield helper


def test_answers_come_one_by_one_and_the_process_serves_several_questions(helper):
    first, second = helper.answer(os.getppid, None).status, helper.answer(math.factorial, 5)
    assert first == "failed"  # it takes no argument
    assert (second.value, second.status) == (120, "ok")
    assert [a.value for a in helper.answers(range, 3)] == [0, 1, 2]


def test_a_failure_is_told_with_its_name(helper):
    answer = helper.answer(math.sqrt, -1.0)
    assert (answer.status, answer.note) == ("failed", "ValueError: math domain error")


def test_what_takes_too_long_is_stopped_and_the_next_question_is_answered(helper):
    assert helper.answer(time.sleep, 60.0, time_limit=0.2).status == "stopped"
    assert helper.answer(math.factorial, 4).value == 24


def test_questions_left_half_answered_do_not_answer_the_next(helper):
    answers = helper.answers(range, 1000)
    assert next(answers).value == 0
    answers.close()
    assert [a.value for a in helper.answers(range, 2)] == [0, 1]


def test_a_process_that_dies_is_a_failure(helper):
    answer = helper.answer(os._exit, 1)
    assert (answer.status, answer.note) == ("failed", "its process ended without an answer")
    assert helper.answer(math.factorial, 3).value == 6


def test_ctrl_c_while_the_process_starts_is_ctrl_c_and_the_next_question_is_answered(helper, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    helper.stop()
    with monkeypatch.context() as pressed:
        pressed.setattr("diffkit.symbolic.process.threading.Thread", interrupted)
        with pytest.raises(KeyboardInterrupt):
            helper.answer(math.factorial, 3)
    helper.stop()
    assert helper.answer(math.factorial, 3).value == 6


def test_what_sympy_finds_there_comes_back(helper):
    x = sympy.Symbol("x", real=True)
    assert helper.answer(sympy.simplify, sympy.sin(x) ** 2 + sympy.cos(x) ** 2).value == 1


def test_what_cannot_be_handed_over_says_so(helper):
    u = Pool().term(sympy.Symbol("x"))
    for _ in range(3000):
        u = u.call(sympy.sin, u)
    with pytest.raises(NotClosedFormError, match="nests too deeply"):
        helper.answer(sympy.simplify, u.node)


class ReadByRecursion:
    """What pickle writes at once, and reads by recursion, deeper than Python's stack."""

    def __reduce__(self):
        return json.loads, ("[" * 100_000,)


def test_what_is_handed_over_but_too_deep_to_be_read_there_says_so_and_the_next_is_answered(helper):
    with pytest.raises(NotClosedFormError, match="nests too deeply"):
        helper.answer(abs, ReadByRecursion())
    assert helper.answer(math.factorial, 3).value == 6


@pytest.mark.parametrize("time_limit", [5.0, None])
def test_what_sympy_recurses_too_deeply_on_says_so_and_the_next_is_answered(helper, time_limit):
    with pytest.raises(NotClosedFormError, match="nests too deeply"):
        list(helper.answers(_bottomless, None, time_limit))
    assert helper.answer(math.factorial, 3).value == 6


def test_a_time_limit_is_positive(helper):
    with pytest.raises(OptionError, match="time_limit=0"):
        helper.answer(abs, 1, time_limit=0)


def test_without_a_limit_the_answers_come_from_this_process(helper):
    (answer,) = helper.answers(_here, None, time_limit=None)
    assert answer.value == os.getpid()
    (failed,) = helper.answers(_failing, None, time_limit=None)
    assert (failed.status, failed.note) == ("failed", "ValueError: math domain error")


def _bottomless(_):
    yield from json.loads("[" * 100_000)


def _here(_):
    yield os.getpid()


def _failing(_):
    yield math.sqrt(-1.0)
