"""What one method answers on one problem in one type: a cell of a survey, and how it is found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffkit.errors import DiffkitError
from diffkit.methods import Method, methods_for
from diffkit.numerical.step import unit_roundoff
from diffkit.problems import Problem
from diffkit.studies.chosen import problems_for
from diffkit.studies.compare import compare
from diffkit.studies.row import one_line

__all__ = ["SurveyRow", "Task", "parts_of", "rows_lost", "rows_of"]


@dataclass(frozen=True)
class SurveyRow:
    """What one method answers on one problem.

    Attributes
    ----------
    problem, point, method, dtype
        Which cell of the survey it is.
    value, error
        The derivative, and its absolute error; None where there is none, or it is not finite.
    digits
        Correct decimal digits, at most what the type holds, and no more than the 15.95 of the Python float
        in which the value is handed on; None without a reference.
    evaluations
        Calls of f, counted.
    status
        "ok", "not applicable", or "failed" where f itself fails at the point, or its process died.
    reason
        Why not, in a word: "domain", "complex", "formula", "rule", "value", "error" or "died"; empty where it
        is ok.
    note
        What the method did, or why it does not apply.
    """

    problem: str
    point: float
    method: str
    dtype: str
    value: float | None = None
    error: float | None = None
    digits: float | None = None
    evaluations: int | None = None
    status: str = "ok"
    reason: str = ""
    note: str = ""


# The word for a reason by the class of the error that said it.
WORDS = {
    "DomainError": "domain",
    "NotClosedFormError": "formula",
    "NoRuleError": "rule",
    "ArgumentsError": "value",
}

Task = tuple[str | Problem, str, Sequence[str | Method]]


def rows_of(task: Task) -> list[SurveyRow]:
    """The rows of one problem in one type, a row a method, whatever happens.

    Examples
    --------
    >>> [f"{row.method} {row.digits:.1f}" for row in rows_of(("sine", "float32", ["forward", "reverse"]))]
    ['forward 3.3', 'reverse 7.2']
    """
    given, dtype, names = task
    (problem,), methods = problems_for([given]), methods_for(list(names))
    at = float(problem.at)
    try:
        with np.errstate(all="ignore"):
            point = np.dtype(dtype).type(at)
            found = compare(problem.f, at if dtype == "float64" else point, methods=methods)
    except Exception as error:  # f itself: a row with the reason, and the survey goes on
        said = str(error).split("\n")[0] if isinstance(error, DiffkitError) else f"f fails: {error!r}"
        return _failed(task, _word(type(error).__name__, said), one_line(said))
    most = -math.log10(unit_roundoff(point.dtype))
    return [
        SurveyRow(
            problem=problem.name,
            point=float(point),
            method=method.name,
            dtype=dtype,
            value=_finite(row.value),
            error=_finite(row.error),
            digits=None if row.digits is None else min(row.digits, most),
            evaluations=row.evaluations,
            status=row.status,
            reason="" if row.status == "ok" else _word(row.refused, row.note),
            note=row.note,
        )
        for method, row in zip(methods, found.rows, strict=True)
    ]


def parts_of(task: Task) -> list[Task]:
    """The same rows, each a task of its own.

    >>> parts_of(("sine", "float64", ["forward", "reverse"]))
    [('sine', 'float64', ['forward']), ('sine', 'float64', ['reverse'])]
    """
    given, dtype, names = task
    return [(given, dtype, [name]) for name in names]


def rows_lost(task: Task, said: str) -> list[SurveyRow]:
    """The rows of a task that has no others, for its process died.

    >>> rows_lost(("sine", "float64", ["forward"]), "its process died")[0].note
    'its process died'
    """
    return _failed(task, "died", said)


def _failed(task: Task, reason: str, note: str) -> list[SurveyRow]:
    given, dtype, names = task
    (problem,) = problems_for([given])
    return [
        SurveyRow(problem.name, float(problem.at), m.name, dtype, status="failed", reason=reason, note=note)
        for m in methods_for(list(names))
    ]


def _word(refused: str, note: str) -> str:
    # The complex step refuses an f by a DomainError, too: it has no value at the complex points.
    return "complex" if refused == "DomainError" and "complex" in note else WORDS.get(refused, "error")


def _finite(value: Any) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None
