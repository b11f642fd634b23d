"""What one method answered in a comparison: asked, timed, counted, and measured against the truth."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffkit.errors import DiffkitError
from diffkit.methods import Method
from diffkit.numerical import FiniteDifference
from diffkit.peers.method import PeerMethod
from diffkit.result import Estimate
from diffkit.structure import flatten_arguments
from diffkit.studies.reference import DIGITS, Exact, digits_for, split_error
from diffkit.tables import error_text
from diffkit.tape.digits import working_digits
from diffkit.tape.objects import MPMATH

__all__ = [
    "EXPORTED", "MOST_DIGITS", "ComparisonRow", "failure", "measured", "one_line", "said", "split",
    "warm_up",
]  # fmt: skip

# A double holds no more: its relative spacing is 2^-53.
MOST_DIGITS = -math.log10(2.0**-53)

# What of a row goes into JSON and CSV, in this order.
EXPORTED = (
    "method", "value", "error", "relative_error", "digits", "step", "evaluations", "seconds", "status",
    "note",
)  # fmt: skip


@dataclass(frozen=True)
class ComparisonRow:
    """What one method answered.

    Attributes
    ----------
    method
        Its name.
    value
        The derivative, or the gradient nested as the point; None where the method does not apply.
    error, relative_error
        Absolute and relative error against the reference; the largest over the components.
    digits
        Correct decimal digits, -log10 of the relative error (of the absolute where the truth is 0), at
        most 15.95, which is all that a double holds.
    step
        The step h in units of x; None for a method without a step, or with one for each component.
    evaluations
        Calls of f, counted.
    seconds
        The shortest of three runs; the only one of a symbolic or slow method.
    status
        "ok" or "not applicable".
    note
        What the method did, or why it does not apply.
    subtracts
        Whether it is a difference of values of f, which cancel as h shrinks.
    stepped
        Whether it takes a step, be it one for each component.
    truncation, rounding
        The two parts of a difference's error, signed, for one number: measured as in `error_sweep`.
    refused
        The class of the error with which a method says that it does not apply.
    """

    method: str
    value: Any = None
    error: float | None = None
    relative_error: float | None = None
    digits: float | None = None
    step: float | None = None
    evaluations: int | None = None
    seconds: float | None = None
    status: str = "ok"
    note: str = ""
    subtracts: bool = False
    stepped: bool = False
    truncation: float | None = None
    rounding: float | None = None
    refused: str = ""


def measured(
    method: Method, ask: Callable[[Method], Estimate], reference: list[Any] | None, order: int
) -> ComparisonRow:
    """The row of one method: asked, timed, and measured against the truth, or why it does not apply."""
    # The complex step subtracts nothing for a first derivative; a higher one is a difference of those.
    subtracts = method.kind == "numerical" and (method.name != "complex-step" or order > 1)
    try:
        warm_up(method)
        # SymPy remembers what it has differentiated: its second run would be no measure.
        found, seconds = _timed(lambda: ask(method), runs=1 if method.kind == "symbolic" else 3)
    except Exception as error:  # ours, or f takes plain floats, and not this method's numbers
        own = isinstance(error, DiffkitError)
        note = one_line(str(error).split("\n")[0]).rstrip(".") if own else failure(error)
        return ComparisonRow(
            method.name, status="not applicable", note=note, subtracts=subtracts, refused=type(error).__name__
        )
    absolute, relative, digits = _errors(found.value, reference)
    step = found.step
    if isinstance(step, list):
        step = step[0] if len(step) == 1 else None
    return ComparisonRow(
        method=method.name,
        value=found.value,
        error=absolute,
        relative_error=relative,
        digits=digits,
        step=float(step) if step is not None and np.ndim(step) == 0 else None,
        evaluations=found.evaluations,
        seconds=seconds,
        note=_note(found),
        subtracts=subtracts,
        stepped=found.step is not None,
    )


def _note(found: Estimate) -> str:
    """What a method says of its answer, its own error estimate among it."""
    if found.error_estimate is None:
        return found.note
    estimates = [e for leaf in flatten_arguments((found.error_estimate,))[0] for e in np.ravel(leaf)]
    says = f"error estimate {error_text(float(max(estimates, default=0)))}"
    return f"{says}; {found.note}" if found.note else says


def failure(error: Exception) -> str:
    """What f raised for numbers that are no plain floats."""
    return f"f fails on the numbers of this method: {said(error)}"


def said(error: Exception) -> str:
    """What was raised, in a line.

    >>> said(ValueError("no\\n  number"))
    'ValueError: no number'
    """
    words = one_line(str(error))
    return words if isinstance(error, DiffkitError) else f"{type(error).__name__}: {words}"


def one_line(text: str) -> str:
    return " ".join(text.split())


def split(
    row: ComparisonRow, method: Method, g: Callable[..., Any], x: Any, order: int, truth: Any
) -> ComparisonRow:
    """The row with a difference's error split into truncation and rounding; other rows as they are."""
    if not isinstance(method, FiniteDifference) or not row.subtracts or row.step is None:
        return row
    with working_digits(digits_for(abs(row.step), order)) as mp:
        try:
            formula = method.apply(Exact(g), MPMATH.leaf(x), mp.mpf(row.step), order)
        except DiffkitError:  # it leaves f's domain or branch, or f has no meaning at its complex points
            return row
        truncation, rounding, _ = split_error(formula, row.value, truth)
    parts = [error_text(_seen(part, row)) for part in (truncation, rounding)]
    note = f"truncation {parts[0]}, rounding {parts[1]}"
    return dataclasses.replace(row, truncation=truncation, rounding=rounding, note=row.note or note)


def _seen(part: float, row: ComparisonRow) -> float:
    """The size of a part of the error; 0 where it shows in no bit of the value and no digit of the error.

    What the long arithmetic of the reference leaves is no part: nothing is below half a last bit, of a value
    of 0 the last bit of one's own last bit, unless the error is as small.
    """
    last = float(np.spacing(abs(row.value) or np.finfo(float).eps)) / 2
    least = min(last, row.error / 1000) if row.error else last
    return 0.0 if abs(part) < least else abs(part)


def warm_up(method: Method) -> None:
    """Make what a method makes once, imports or weights: that is not part of its time."""
    if method.kind != "automatic" or isinstance(method, PeerMethod):
        method.derivative(lambda x: np.sin(x) * np.exp(x), 1.0)


def _timed(ask: Callable[[], Any], runs: int) -> tuple[Any, float]:
    """What a call returns and the shortest time it took; quick calls are repeated, slow ones are not."""
    best = math.inf
    for _ in range(runs):
        start = time.perf_counter()
        found = ask()
        best = min(best, time.perf_counter() - start)
        if best > 0.05:
            break
    return found, best


def _errors(value: Any, reference: list[Any] | None) -> tuple[float | None, float | None, float | None]:
    """The largest absolute error, the largest relative one, and the fewest correct digits."""
    if reference is None:
        return None, None, None
    given = [v for leaf in flatten_arguments((value,))[0] for v in np.ravel(leaf)]
    truth = [t for part in reference for t in np.ravel(np.asarray(part, dtype=object))]
    with working_digits(DIGITS) as mp:
        errors = [abs(mp.mpf(float(v)) - t) for v, t in zip(given, truth, strict=True)]
        relative = [e / abs(t) if t else e for e, t in zip(errors, truth, strict=True)]
        worst = float(max(relative))
        digits = (
            MOST_DIGITS
            if worst == 0
            else max(0.0, min(MOST_DIGITS, -math.log10(worst)))
            if worst < math.inf
            else 0.0
        )
        any_zero = any(t == 0 for t in truth)
        return float(max(errors)), None if any_zero else worst, digits
