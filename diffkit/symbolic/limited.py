"""SymPy's simplify with a limit on its time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diffkit.errors import NotClosedFormError
from diffkit.symbolic.passes import evaluated
from diffkit.symbolic.pool import Term
from diffkit.symbolic.process import TOO_DEEP, Helper

__all__ = ["Simplified", "simplify"]


@dataclass(frozen=True)
class Simplified:
    """What came of simplifying.

    Attributes
    ----------
    expression
        The simplified expression; None when time was up before there was one.
    seconds
        How long it took, without starting the process.
    stopped
        Whether it was stopped at the limit.
    """

    expression: Any
    seconds: float
    stopped: bool


def simplify(expression: Any, time_limit: float = 5.0) -> Simplified:
    """What SymPy's simplify makes of the expression in this many seconds.

    Parameters
    ----------
    expression
        A SymPy expression, or a term.
    time_limit
        In seconds. Starting SymPy in the other process, about a second, does not count.

    Raises
    ------
    NotClosedFormError
        If the expression nests too deeply for SymPy, or SymPy fails on it.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> simplify(sympy.sin(x) ** 2 + sympy.cos(x) ** 2).expression
    1
    """
    try:
        question = evaluated(expression) if isinstance(expression, Term) else expression
    except RecursionError:
        raise NotClosedFormError(TOO_DEEP) from None
    with Helper() as helper:
        answer = helper.answer(_simplified, question, time_limit)
    if answer.status == "failed":
        raise NotClosedFormError(f"SymPy's simplify failed: {answer.note}")
    return Simplified(answer.value, answer.seconds, stopped=answer.status == "stopped")


def _simplified(expression: Any) -> Any:
    import sympy

    return sympy.simplify(expression)
