"""Which problems a study is asked about: of the catalogue, or of the user's own."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from diffkit.errors import ArgumentsError
from diffkit.problems import PROBLEMS, Problem

__all__ = ["Problems", "problems_for", "require_names_apart"]

Problems = str | Problem | Iterable[Any] | Mapping[str, tuple[Any, Any]] | None


def problems_for(problems: Problems) -> list[Problem]:
    """The problems that are meant: names with commas between them, or a list; None means the catalogue.

    In a list stand names, `Problem` objects and triples (name, f, point); a mapping is {name: (f, point)}.

    Raises
    ------
    ArgumentsError
        For a name that is not in the catalogue, or is there twice, and for what is no problem.

    Examples
    --------
    >>> [problem.at for problem in problems_for("sine, pole")]
    [1.0, 0.001]
    >>> problems_for({"mine": ("x^3", 2.0)})[0].f
    'x^3'
    """
    if problems is None:
        problems = PROBLEMS.values()
    elif isinstance(problems, str):
        problems = [name.strip() for name in problems.split(",") if name.strip()]
    elif isinstance(problems, Mapping):
        problems = [(name, *given) for name, given in problems.items()]
    found = [_problem(one) for one in ([problems] if isinstance(problems, Problem) else problems)]
    if not found:
        raise ArgumentsError("no problems are given; write some of diffkit.problems.PROBLEMS")
    require_names_apart([problem.name for problem in found], "problems", "give each a name of its own")
    return found


def require_names_apart(names: Sequence[str], what: str, instead: str) -> None:
    """Raise ArgumentsError where a name is there twice, which could not be told apart in a result.

    >>> require_names_apart(["central", "central"], "methods", "sweep each by itself")
    Traceback (most recent call last):
    ...
    diffkit.errors.ArgumentsError: several methods are named 'central'; sweep each by itself
    """
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ArgumentsError(f"several {what} are named {twice!r}; {instead}")


def _problem(given: Any) -> Problem:
    if isinstance(given, Problem):
        return given
    if isinstance(given, str):
        if given not in PROBLEMS:
            near = difflib.get_close_matches(given, PROBLEMS, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}" if near else "diffkit.problems.PROBLEMS lists them"
            raise ArgumentsError(f"no problem {given!r} in the catalogue; {hint}")
        return PROBLEMS[given]
    if isinstance(given, tuple) and len(given) == 3 and isinstance(given[0], str):
        name, f, at = given
        number: Any = at  # kept as it is: a float32 stays one
        if np.ndim(at) or not isinstance(at, int | float | np.integer | np.floating):
            raise ArgumentsError(f"the point of {name!r} is {at!r}; write one number")
        return Problem(name, f, number, (), "")
    raise ArgumentsError(f"{given!r} is no problem; write a name such as 'sine', or (name, f, point)")
