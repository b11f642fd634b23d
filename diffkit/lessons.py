"""Exercises that check themselves: what the notebooks ask, and what they say of an answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

__all__ = ["exercise"]


def exercise(check: Callable[[Any], str], unanswered: str = "Not answered yet.") -> Callable[[Any], None]:
    """A function of an answer that prints one line: right, wrong and why, or not answered yet.

    Parameters
    ----------
    check
        Takes the answer, asserts what is right, each time with the sentence for who is wrong, and returns
        the sentence for who is right. Whatever else it raises is a wrong answer, too.
    unanswered
        What to say of `...`.

    Examples
    --------
    >>> @exercise
    ... def check_1(h):
    ...     assert h > 0, f"{h} is no step: a step is positive"
    ...     return "any positive number will do."
    >>> check_1(...)
    Not answered yet.
    >>> check_1(-1)
    ✗ -1 is no step: a step is positive
    >>> check_1("small")
    ✗ TypeError: '>' not supported between instances of 'str' and 'int'
    >>> check_1(0.1)
    ✓ any positive number will do.
    """

    @wraps(check)
    def checked(answer: Any) -> None:
        print(unanswered if answer is ... else _verdict(check, answer))

    return checked


def _verdict(check: Callable[[Any], str], answer: Any) -> str:
    try:
        return f"✓ {check(answer)}"
    except AssertionError as wrong:
        return f"✗ {_line(wrong)}"
    except Exception as error:  # an answer of another kind, or a function that fails
        return f"✗ {type(error).__name__}: {_line(error)}"


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0]
