"""Every method on the same function at the same point: value, error, digits, step, calls and time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Never

import numpy as np

from diffkit.api import Problem, derivative, gradient
from diffkit.arguments import checked_count, require_by_position
from diffkit.errors import ArgumentsError, DiffkitError, DomainError, UnknownOptionError
from diffkit.functions import as_function, text_of
from diffkit.methods import Method, methods_for, versions_of
from diffkit.result import Estimate
from diffkit.structure import flatten_arguments, is_container
from diffkit.studies.reference import DIGITS, exact_derivative, exact_gradient
from diffkit.studies.row import EXPORTED, ComparisonRow, failure, measured, one_line, split
from diffkit.studies.study import Study
from diffkit.studies.tell import Tell, silent, told
from diffkit.studies.value import named_point, value_at
from diffkit.studies.why import listed, why
from diffkit.tables import (
    BELOW,
    Table,
    csv_text,
    digits_text,
    error_text,
    json_ready,
    seconds_text,
    value_text,
)

__all__ = ["NO_REFERENCE", "Comparison", "ComparisonRow", "compare"]


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
    versions
        The version of each package whose method was asked.
    function
        f, of which a notebook's slider shows more steps; None of a comparison that was unpickled without
        it, since a lambda cannot be pickled.
    """

    f: str
    at: Mapping[str, Any]
    order: int
    value: float
    reference: Any
    reference_source: str
    reference_text: str
    rows: tuple[ComparisonRow, ...]
    versions: Mapping[str, str] = field(default_factory=dict)
    function: Callable[..., Any] | None = field(default=None, repr=False, compare=False)

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
        what = "exact " + ("gradient" if self.several else f"f{_primes(self.order)}({names})")
        source = BELOW if self.reference is None else self.reference_source
        return [
            f"f({names}) = {self.f}    {at}    f = {value_text(self.value)}",
            f"{what} = {self.reference_text}  ({source})",
        ]

    @property
    def several(self) -> bool:
        """Whether the derivative is a gradient: of several numbers."""
        return len(self.at) > 1 or any(
            is_container(part) or np.ndim(part) for part in (self.reference, *self.at.values())
        )

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
                row.note if row.status == "ok" else BELOW,
            )
            for row in self.rows
        )
        columns = ("method", "value", "error", "digits", "step h", "calls", "time", "note")
        return [Table(columns, rows, frozenset({"error", "digits", "step h", "calls", "time"}))]

    def remarks(self) -> list[str]:
        """Why there is no reference, why methods do not apply, and why the digits are what they are."""
        reasons: dict[str, list[str]] = {}
        if self.reference is None:
            reasons[self.reference_source.removeprefix(NO_REFERENCE).rstrip(".")] = ["the reference"]
        for row in self.rows:
            if row.status != "ok":
                reasons.setdefault(row.note, []).append(row.method)
        return [f"{listed(names)}: {reason}." for reason, names in reasons.items()] + [why(self.rows)]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, of the schema diffkit.compare/1: f, at, order, value, reference, versions, results."""
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
            "versions": dict(self.versions),
            "results": [{key: json_ready(getattr(row, key)) for key in EXPORTED} for row in self.rows],
        }

    def csv(self) -> str:
        """One line a method, all digits."""
        rows = [[_cell(getattr(row, key)) for key in EXPORTED] for row in self.rows]
        return csv_text(EXPORTED, rows)


def compare(
    f: Any,
    *point: Any,
    methods: str | Method | Iterable[str | Method] | None = None,
    order: int = 1,
    text: str | None = None,
    tell: Tell = silent,
    **unknown: Never,
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
        Names ("central,reverse" or a list) or method objects; all of ours by default, and
        with "all" the peers that are installed, too.
    order
        Which derivative, for one number.
    text
        What to call f in the result; its own text or name by default.
    tell
        Is told what comes next, how much is done, and of how much: tell("central", 2, 9).

    Returns
    -------
    Comparison
        With `rows`, `reference`, `value` and `at`; it prints as a table, and `plot`, `csv`, `markdown` and
        `to_dict` hand it on. A method that does not apply is a row that says why, never an error.

    Raises
    ------
    DomainError
        If the point is empty, not finite or not real, or f has no value there.
    UnknownMethodError, UnknownOptionError, ExpressionError, ArgumentsError
        As their names say. What f itself raises at the point is passed on.

    Examples
    --------
    >>> import diffkit as dk
    >>> found = dk.compare("x^2", 3.0, methods=["forward", "reverse"])
    >>> found.reference, found["reverse"].value, found["forward"].evaluations
    (6.0, 6.0, 2)
    >>> [f"{row.method}: {row.digits:.1f} digits, {row.status}" for row in found.rows]
    ['forward: 8.0 digits, ok', 'reverse: 16.0 digits, ok']

    The picture is drawn on Matplotlib axes, whose figure saves itself:

    >>> import io
    >>> file = io.BytesIO()  # or a name such as "digits.svg"
    >>> found.plot().figure.savefig(file, format="svg")
    """
    g = as_function(f)
    options: Mapping[str, Any] = unknown
    require_by_position(g, point, options)
    for name, given in options.items():  # without this Python's own error would name no way out
        objects = f"method objects such as methods=[diffkit.numerical.Central({name}=...)]"
        instead = f"methods={given!r}" if name == "method" else objects
        raise UnknownOptionError(f"compare has no {name}=, since it asks several methods; write {instead}")
    chosen = methods_for(methods)
    leaves, structure = flatten_arguments(point)
    if not leaves or any(np.size(leaf) == 0 for leaf in leaves):
        raise DomainError("the point is empty; write at least one number")
    scalar = len(point) == 1 and np.ndim(leaves[0]) == 0 and not isinstance(point[0], Mapping)
    checked_count(order, "order")
    if order != 1 and not scalar:
        raise ArgumentsError(
            f"order={order} needs a point that is one number; the gradient is of first order"
        )
    problem = _Point(g, point)
    value = value_at(problem.problem.g, problem.problem.leaves, problem.at)

    reference, source = problem.reference(order, scalar)

    def ask(method: Method) -> Estimate:
        if scalar:
            found = derivative(g, point[0], method, order=order, full_output=True)
        else:
            found = gradient(g, *point, method=method, full_output=True)
        assert isinstance(found, Estimate)
        return found

    rows = []
    for method in told(tell, chosen, lambda method: method.name):
        row = measured(method, ask, reference, order)
        rows.append(split(row, method, g, leaves[0], order, reference[0]) if scalar and reference else row)
    rounded = None if reference is None else [_rounded(part) for part in reference]
    nested = None if rounded is None else structure.build(rounded)
    return Comparison(
        f=text or text_of(g),
        at=problem.at,
        order=order,
        value=value,
        reference=None if nested is None else nested[0] if len(nested) == 1 else nested,
        reference_source=source,
        reference_text=_reference_text(reference, structure),
        rows=tuple(rows),
        versions=versions_of(chosen),
        function=g,
    )


class _Point:
    """A function and its point: what to call the arguments, and the truth there."""

    def __init__(self, g: Callable[..., Any], point: tuple[Any, ...]) -> None:
        self.problem = Problem(g, point, "reverse", {})
        self.g, self.point = g, point
        self.at = named_point(self.problem.names, point)

    def reference(self, order: int, scalar: bool) -> tuple[list[Any] | None, str]:
        """The truth for each leaf in mpmath, or None, and how it was found."""
        try:
            if scalar:
                truth = [exact_derivative(self.g, self.problem.leaves[0], order)]
            else:
                truth = exact_gradient(self.problem.g, self.problem.leaves)
            return truth, f"{DIGITS} digits, mpmath through the tape"
        except DiffkitError as error:
            return None, NO_REFERENCE + one_line(str(error))
        except Exception as error:  # f takes plain floats and no others
            return None, NO_REFERENCE + failure(error)


NO_REFERENCE = "no reference: "


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
    nested = structure.build(shown)
    return value_text(nested[0] if len(nested) == 1 else nested, number=str)


def _primes(order: int) -> str:
    return "'" * order if order < 4 else f"^({order})"


def _cell(value: Any) -> Any:
    if is_container(value) or np.ndim(value):
        return json.dumps(json_ready(value))
    return repr(value) if isinstance(value, float) else value
