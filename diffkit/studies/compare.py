"""Every method on the same function at the same point: value, error, digits, step, calls and time."""

from __future__ import annotations

import dataclasses
import json
import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffkit.api import Problem, derivative, gradient
from diffkit.errors import ArgumentsError, DiffkitError, DomainError, GuardError
from diffkit.functions import as_function
from diffkit.methods import METHODS, Method, method_for
from diffkit.numerical import FiniteDifference
from diffkit.structure import flatten_arguments
from diffkit.studies.reference import (
    DIGITS,
    Exact,
    digits_for,
    exact_derivative,
    exact_gradient,
    split_error,
    working_digits,
)
from diffkit.studies.study import Study
from diffkit.studies.table import (
    Table,
    csv_text,
    digits_text,
    error_text,
    json_ready,
    seconds_text,
    value_text,
)
from diffkit.studies.why import listed, why
from diffkit.tape.arithmetic import MPMATH

__all__ = ["Comparison", "ComparisonRow", "compare"]

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
    truncation, rounding
        The two parts of a difference's error, signed, for one number: measured as in `error_sweep`.
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
    truncation: float | None = None
    rounding: float | None = None


@dataclass(frozen=True)
class Comparison(Study):
    """The answers of every method, beside the reference.

    Attributes
    ----------
    f, at, order
        The function as text, the point by name, and which derivative.
    value
        f at the point.
    reference
        The derivative to 50 digits, rounded to float, nested as the point; None where there is none.
    reference_source
        How the reference was found.
    rows
        One `ComparisonRow` a method.
    """

    f: str
    at: Mapping[str, Any]
    order: int
    value: float
    reference: Any
    reference_source: str
    reference_text: str
    rows: tuple[ComparisonRow, ...]

    def __getitem__(self, method: str) -> ComparisonRow:
        """The row of a method."""
        for row in self.rows:
            if row.method == method:
                return row
        raise KeyError(
            f"{method!r} is not in this comparison; it has {', '.join(r.method for r in self.rows)}"
        )

    def title(self) -> list[str]:
        """The function, the point, the value and the truth."""
        names = ", ".join(self.at)
        at = ", ".join(f"{name} = {value_text(value)}" for name, value in self.at.items())
        what = "exact " + ("gradient" if self._several else f"f{_primes(self.order)}({names})")
        return [
            f"f({names}) = {self.f}    {at}    f = {value_text(self.value)}",
            f"{what} = {self.reference_text}  ({self.reference_source})",
        ]

    @property
    def _several(self) -> bool:
        return isinstance(self.reference, dict | list | tuple | np.ndarray) or len(self.at) > 1

    def tables(self) -> list[Table]:
        """One row a method."""
        rows = tuple(
            (
                row.method,
                value_text(row.value) if row.status == "ok" else row.status,
                error_text(row.error),
                digits_text(row.digits),
                error_text(row.step),
                "-" if row.evaluations is None else str(row.evaluations),
                seconds_text(row.seconds),
                row.note if row.status == "ok" else "see below",
            )
            for row in self.rows
        )
        columns = ("method", "value", "error", "digits", "step h", "calls", "time", "note")
        return [Table(columns, rows, frozenset({"error", "digits", "step h", "calls", "time"}))]

    def remarks(self) -> list[str]:
        """The reasons of the methods that do not apply, and why the digits are what they are."""
        reasons: dict[str, list[str]] = {}
        for row in self.rows:
            if row.status != "ok":
                reasons.setdefault(row.note, []).append(row.method)
        return [f"{listed(names)}: {reason}." for reason, names in reasons.items()] + [why(self.rows)]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, of the schema diffkit.compare/1: f, at, order, value, reference, results."""
        return {
            "schema": "diffkit.compare/1",
            "f": self.f,
            "at": json_ready(self.at),
            "order": self.order,
            "value": json_ready(self.value),
            "reference": {
                "value": json_ready(self.reference),
                "source": self.reference_source,
                "text": self.reference_text,
            },
            "results": [{key: json_ready(getattr(row, key)) for key in EXPORTED} for row in self.rows],
        }

    def csv(self) -> str:
        """One line a method, all digits."""
        rows = [[_cell(getattr(row, key)) for key in EXPORTED] for row in self.rows]
        return csv_text(EXPORTED, rows)


def compare(
    f: Any,
    *point: Any,
    methods: Iterable[str | Method] | None = None,
    order: int = 1,
    text: str | None = None,
) -> Comparison:
    """Every method's derivative of f at a point, with error, correct digits, step, calls of f and time.

    Parameters
    ----------
    f
        A callable, SymPy expression or text. With one number as its point the derivative is compared,
        otherwise the gradient.
    point
        Where: as for `derivative` and `gradient`.
    methods
        Names or method objects; all of `diffkit.METHODS` by default.
    order
        Which derivative, for one number.
    text
        What to call f in the result; its own text or name by default.

    Returns
    -------
    Comparison
        A method that does not apply is a row that says why, never an error.

    Raises
    ------
    DomainError
        If the point is empty, not finite or not real, or f has no value there.
    UnknownMethodError, ExpressionError, ArgumentsError
        As their names say. What f itself raises at the point is passed on.

    Examples
    --------
    >>> import diffkit as dk
    >>> found = dk.compare("x^2", 3.0, methods=["forward", "reverse"])
    >>> found.reference, found["reverse"].value, found["forward"].evaluations
    (6.0, 6.0, 2)
    """
    g = as_function(f)
    chosen = [method_for(m) for m in (METHODS.values() if methods is None else methods)]
    leaves, structure = flatten_arguments(point)
    if not leaves or any(np.size(leaf) == 0 for leaf in leaves):
        raise DomainError("the point is empty; write at least one number")
    scalar = len(point) == 1 and np.ndim(leaves[0]) == 0 and not isinstance(point[0], Mapping)
    if order != 1 and not scalar:
        raise ArgumentsError(
            f"order={order} needs a point that is one number; the gradient is of first order"
        )
    problem = _Point(g, point)
    value = problem.value()

    reference, source = problem.reference(order, scalar)
    rows = []
    for method in chosen:
        ask = (lambda m: derivative(g, point[0], m, order=order, full_output=True)) if scalar else (
            lambda m: gradient(g, *point, method=m, full_output=True)
        )  # fmt: skip
        # The complex step subtracts nothing for a first derivative; a higher one is a difference of those.
        subtracts = method.kind == "numerical" and (method.name != "complex-step" or order > 1)
        row = _row(method, ask, reference, subtracts)
        if scalar and subtracts and reference and row.status == "ok" and isinstance(method, FiniteDifference):
            row = _split(row, method, g, leaves[0], order, reference[0])
        rows.append(row)
    rounded = None if reference is None else [_rounded(part) for part in reference]
    nested = None if rounded is None else structure.build(rounded)
    return Comparison(
        f=text or _text_of(g),
        at=problem.at,
        order=order,
        value=value,
        reference=None if nested is None else nested[0] if len(nested) == 1 else nested,
        reference_source=source,
        reference_text=_reference_text(reference, structure),
        rows=tuple(rows),
    )


class _Point:
    """A function and its point: what to call the arguments, the value there, the truth there."""

    def __init__(self, g: Callable[..., Any], point: tuple[Any, ...]) -> None:
        self.problem = Problem(g, point, "reverse", {})
        self.g, self.point = g, point
        names = self.problem.names
        if len(point) == 1 and isinstance(point[0], Mapping):
            self.at: dict[str, Any] = dict(point[0])
        elif len(point) == 1:
            self.at = {names[0] if names else "x": point[0]}
        else:
            self.at = dict(zip(names, point, strict=False))

    def value(self) -> float:
        """f at the point; DomainError where it is not one finite number."""
        with np.errstate(all="ignore"):
            y = np.asarray(self.problem.g(*self.problem.leaves))
        at = ", ".join(f"{name} = {value_text(v)}" for name, v in self.at.items())
        if y.dtype.kind == "c":
            raise DomainError(f"f is complex at {at}; compare works on real functions")
        if y.size != 1:
            raise ArgumentsError(f"f returns shape {y.shape} at {at}; compare needs a scalar result")
        if not np.all(np.isfinite(y.astype(float))):
            raise DomainError(f"f is {y.ravel()[0]} at {at}; choose a point inside the domain of f")
        return float(y.ravel()[0])

    def reference(self, order: int, scalar: bool) -> tuple[list[Any] | None, str]:
        """The truth for each leaf in mpmath, or None, and how it was found."""
        try:
            if scalar:
                return [
                    exact_derivative(self.g, self.problem.leaves[0], order)
                ], f"{DIGITS} digits, mpmath through the tape"
            return exact_gradient(
                self.problem.g, self.problem.leaves
            ), f"{DIGITS} digits, mpmath through the tape"
        except DiffkitError as error:
            return None, f"no reference: {error}"
        except Exception as error:  # f takes plain floats and no others
            return None, f"no reference: f cannot be recorded, {type(error).__name__}: {error}"


def _row(
    method: Method, ask: Callable[[Method], Any], reference: list[Any] | None, subtracts: bool
) -> ComparisonRow:
    """One method asked, timed and measured against the truth."""
    try:
        _warm_up(method)
        # SymPy remembers what it has differentiated: its second run would be no measure.
        found, seconds = _timed(lambda: ask(method), runs=1 if method.kind == "symbolic" else 3)
    except DiffkitError as error:
        reason = " ".join(str(error).split("\n")[0].split()).rstrip(".")
        return ComparisonRow(method.name, status="not applicable", note=reason, subtracts=subtracts)
    except Exception as error:  # f takes plain floats, and not this method's numbers
        reason = (
            f"f fails on the numbers of this method: {type(error).__name__}: {' '.join(str(error).split())}"
        )
        return ComparisonRow(method.name, status="not applicable", note=reason, subtracts=subtracts)
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
        note=found.note,
        subtracts=subtracts,
    )


def _split(
    row: ComparisonRow, method: FiniteDifference, g: Callable[..., Any], x: Any, order: int, truth: Any
) -> ComparisonRow:
    """The row of a difference with its error split into truncation and rounding."""
    if row.step is None:
        return row
    with working_digits(digits_for(abs(row.step), order)) as mp:
        try:
            formula = method.apply(Exact(g), MPMATH.leaf(x), mp.mpf(row.step), order)
        except (DomainError, GuardError):
            return row
        truncation, rounding, _ = split_error(formula, row.value, truth)
    note = f"truncation {error_text(abs(truncation))}, rounding {error_text(abs(rounding))}"
    return dataclasses.replace(row, truncation=truncation, rounding=rounding, note=row.note or note)


def _warm_up(method: Method) -> None:
    """Import what a method needs when it is first used: that is not part of its time."""
    if method.kind == "symbolic":
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


def _rounded(part: Any) -> Any:
    return np.vectorize(float, otypes=[float])(part) if isinstance(part, np.ndarray) else float(part)


def _reference_text(reference: list[Any] | None, structure: Any) -> str:
    import mpmath

    if reference is None:
        return "unknown"
    shown = [
        np.vectorize(lambda v: mpmath.nstr(v, 20), otypes=[object])(part)
        if isinstance(part, np.ndarray)
        else mpmath.nstr(part, 25)
        for part in reference
    ]

    def words(value: Any) -> str:
        if isinstance(value, Mapping):
            return ", ".join(f"{name}={words(v)}" for name, v in value.items())
        if isinstance(value, tuple | list):
            return "(" + ", ".join(map(words, value)) + ")"
        if isinstance(value, np.ndarray):
            flat = [str(v) for v in value.ravel()]
            return "[" + ", ".join(flat[:3]) + (f", ... {len(flat)} values]" if len(flat) > 3 else "]")
        return str(value)

    nested = structure.build(shown)
    return words(nested[0] if len(nested) == 1 else nested)


def _text_of(g: Any) -> str:
    return repr(g) if hasattr(g, "variables") else str(getattr(g, "__name__", repr(g)))


def _primes(order: int) -> str:
    return "'" * order if order < 4 else f"^({order})"


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list | tuple | np.ndarray):
        return json.dumps(json_ready(value))
    return repr(value) if isinstance(value, float) else value
