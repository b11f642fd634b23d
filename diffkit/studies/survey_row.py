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

__all__ = ["SurveyRow", "Task", "rows_of"]


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
        "ok", "not applicable", or "failed" where f itself fails at the point.
    reason
        Why not, in a word: "domain", "complex", "formula", "rule", "value" or "error"; empty where it is ok.
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

    def failed(error: Exception) -> list[SurveyRow]:
        said = str(error).split("\n")[0] if isinstance(error, DiffkitError) else f"f fails: {error!r}"
        word = _word(type(error).__name__, said)
        return [
            SurveyRow(problem.name, at, m.name, dtype, status="failed", reason=word, note=one_line(said))
            for m in methods
        ]

    try:
        with np.errstate(all="ignore"):
            point = np.dtype(dtype).type(at)
            found = compare(problem.f, at if dtype == "float64" else point, methods=methods)
    except Exception as error:  # f itself: a row with the reason, and the survey goes on
        return failed(error)
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


def _word(refused: str, note: str) -> str:
    # The complex step refuses an f by a DomainError, too: it has no value at the complex points.
    return "complex" if refused == "DomainError" and "complex" in note else WORDS.get(refused, "error")


def _finite(value: Any) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None
