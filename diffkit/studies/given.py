"""A gradient that somebody wrote, in whatever form: a function, formulas or numbers; as one array a leaf."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffkit.api import Problem
from diffkit.errors import ArgumentsError
from diffkit.functions import as_function, text_of
from diffkit.tables import value_text

__all__ = ["Answer", "given_gradient"]

Answer = Callable[[Sequence[Any]], list[Any]]


def given_gradient(problem: Problem, gradient: Any) -> tuple[Answer, str]:
    """The gradient as a function from leaves to leaves, and what to call it.

    >>> problem = Problem("x^2", (3.0,), "reverse", {})
    >>> answer, name = given_gradient(problem, "2*x")
    >>> answer([np.float64(3.0)]), name
    ([array(6.)], '2*x')
    """
    if gradient is None:

        def by_reverse(leaves: Sequence[Any]) -> list[Any]:
            found = problem.method.jacobian(problem.g, [leaf.copy() for leaf in leaves]).value
            return [np.reshape(part, np.shape(leaf)) for part, leaf in zip(found, leaves, strict=True)]

        return by_reverse, "reverse mode"
    if _is_formula(gradient):
        gradient = as_function(gradient)
    name = text_of(gradient) if callable(gradient) else value_text(gradient, number=str)

    def by_hand(leaves: Sequence[Any]) -> list[Any]:
        point = problem.structure.build([leaf.copy() for leaf in leaves])
        if hasattr(gradient, "variables"):
            answer = np.broadcast_to(_formula(gradient, problem, leaves), np.shape(leaves[0]))
        else:
            answer = gradient(*point) if callable(gradient) else gradient
        return _as_leaves(problem, answer, leaves)

    return by_hand, name


def _is_formula(part: Any) -> bool:
    return isinstance(part, str) or hasattr(part, "free_symbols")


def _formula(formula: Any, problem: Problem, leaves: Sequence[Any]) -> Any:
    """A formula's value, by those of f's variables that it has."""
    known = dict(zip(problem.names, leaves, strict=True))
    for name in formula.variables:
        if name not in known:
            raise ArgumentsError(
                f"the formula {text_of(formula)} has {name}, which is no variable of f; "
                f"write it in {', '.join(known)}"
            )
    return formula({name: known[name] for name in formula.variables})


def _as_leaves(problem: Problem, answer: Any, leaves: Sequence[Any]) -> list[Any]:
    """What the gradient returned as one array for each leaf of the point."""
    arguments = len(problem.structure.children)
    if arguments > 1 and isinstance(answer, np.ndarray) and len(answer) == arguments:
        answer = list(answer)  # one number for each argument, in an array
    try:
        parts = problem.structure.leaves_of(answer if arguments > 1 else (answer,))
    except ValueError as error:
        raise ArgumentsError(
            f"the gradient returned {value_text(answer)[:60]}, {error}; return it nested as the point is"
        ) from error
    found = []
    for part, leaf, name in zip(parts, leaves, problem.names, strict=True):
        is_formula = _is_formula(part)
        if is_formula:
            part = _formula(as_function(part), problem, leaves)
        try:
            if part is None:
                raise TypeError("there is no number in it")
            array = np.asarray(part, dtype=getattr(part, "dtype", float))
            array = array if array.dtype.kind == "f" else array.astype(float)
        except (TypeError, ValueError) as error:
            shown = str(part)[:40]
            raise ArgumentsError(f"the gradient of {name} is {shown!r}; return real numbers") from error
        if is_formula and array.ndim == 0:  # a constant
            array = np.broadcast_to(array, np.shape(leaf))
        if array.shape != np.shape(leaf) and not array.size == np.size(leaf) == 1:
            hint = "; is it transposed?" if array.shape == np.shape(leaf)[::-1] else ""
            raise ArgumentsError(
                f"the gradient of {name} has shape {array.shape}, and {name} has shape {np.shape(leaf)}{hint}"
            )
        found.append(array.reshape(np.shape(leaf)))
    return found
