"""Exercises: what is said of an answer."""

from functools import partial

import pytest

from diffkit.lessons import exercise


@exercise
def check(answer):
    assert answer(3.0) == 9.0, f"at 3 it is {answer(3.0)}, and 3^2 is 9"
    return "it squares."


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (..., "Not answered yet."),
        (lambda x: x * x, "✓ it squares."),
        (lambda x: 2 * x, "✗ at 3 it is 6.0, and 3^2 is 9"),
        (9.0, "✗ TypeError: 'float' object is not callable"),
        (lambda x: [][0], "✗ IndexError: list index out of range"),
    ],
)
def test_an_answer_gets_one_line_and_never_a_traceback(answer, told, capsys):
    assert check(answer) is None
    assert capsys.readouterr().out == told + "\n"


def test_the_words_for_no_answer_can_be_of_another_language(capsys):
    partial(exercise, unanswered="尚未作答。")(lambda answer: "对。")(...)
    assert capsys.readouterr().out == "尚未作答。\n"
