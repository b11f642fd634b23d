"""Secants that turn into the tangent: the points, legs and slopes of differences as their step shrinks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from diffkit.api import Problem, derivative
from diffkit.errors import ArgumentsError, DomainError, OptionError
from diffkit.functions import as_function, text_of
from diffkit.studies.descent import Array
from diffkit.studies.study import Study
from diffkit.studies.value import value_at
from diffkit.tables import Table, csv_text, error_text, value_text

__all__ = ["KINDS", "Secant", "Secants", "secants"]

# Where the two points of a difference lie, in steps from x.
KINDS = {"forward": (0, 1), "backward": (-1, 0), "central": (-1, 1)}


@dataclass(frozen=True)
class Secant:
    """A line through two points of f: its legs dx and dy, its slope dy/dx, and how far that is off."""

    kind: str
    step: float
    left: tuple[float, float]
    right: tuple[float, float]
    slope: float
    error: float

    @property
    def dx(self) -> float:
        """The leg along x."""
        return self.right[0] - self.left[0]

    @property
    def dy(self) -> float:
        """The leg along f."""
        return self.right[1] - self.left[1]


@dataclass(frozen=True)
class Secants(Study):
    """The secants of one function at one point; `found["central", 0.1]` is one of them.

    Attributes
    ----------
    f, x, value, slope
        The function's text or name, the point, f there, and the slope of the tangent, by reverse mode.
    steps
        The steps h, as they were given.
    rows
        A `Secant` for each step and each of `KINDS`.
    function
        f, which the figures ask for the curve; None of secants that were unpickled without it, since a
        lambda cannot be pickled.
    """

    f: str
    x: float
    value: float
    slope: float
    steps: tuple[float, ...]
    rows: tuple[Secant, ...]
    function: Callable[..., Any] | None = field(repr=False, compare=False)

    def __getitem__(self, place: tuple[str, float]) -> Secant:
        for row in self.rows:
            if (row.kind, row.step) == place:
                return row
        raise KeyError(f"no secant {place!r}; the kinds are {', '.join(KINDS)}, the steps {list(self.steps)}")

    def curve(self, low: float, high: float, count: int = 201) -> tuple[Array, Array]:
        """x and f from low to high, for a figure; nan where f has no value."""
        x = np.linspace(low, high, count)
        y, f = np.full(count, np.nan), self.asked()
        with np.errstate(all="ignore"):
            for i, at in enumerate(x):
                try:
                    y[i] = f(at)
                except Exception:  # outside of its domain f may raise what it likes
                    continue
        return x, np.where(np.isfinite(y), y, np.nan)

    def tangent(self, x: Any) -> Array:
        """The tangent's height at x."""
        return np.asarray(self.value + self.slope * (np.asarray(x, float) - self.x))

    def line(self, secant: Secant, x: Any) -> Array:
        """A secant's height at x, beyond its two points as well."""
        return np.asarray(secant.left[1] + secant.slope * (np.asarray(x, float) - secant.left[0]))

    def title(self) -> list[str]:
        """The function, the point and the slope of the tangent."""
        return [f"Secants of f(x) = {self.f} at x = {self.x!r}", f"f = {self.value!r}    f' = {self.slope!r}"]

    def tables(self) -> list[Table]:
        """A line a step: dx, and slope and error of each kind."""
        rows = []
        for h in self.steps:
            cells = [
                [value_text(self[kind, h].slope), error_text(abs(self[kind, h].error))] for kind in KINDS
            ]
            rows.append((f"{h:g}", *(cell for pair in cells for cell in pair)))
        columns = [name for kind in KINDS for name in (kind, f"error {kind}")]
        errors = frozenset(name for name in columns if name.startswith("error"))
        return [Table(("h", *columns), tuple(rows), frozenset({"h"}) | errors)]

    def remarks(self) -> list[str]:
        """By how much the errors shrink with the step."""
        if len(self.steps) < 2:
            return []
        h, k = self.steps[-2:]
        told = []
        for kind in KINDS:
            before, after = abs(self[kind, h].error), abs(self[kind, k].error)
            rounding = 1e-13 * max(1.0, abs(self.slope))
            told.append(f"{kind} {before / after:.3g} times" if after > rounding else f"{kind} is exact")
        return [f"From h = {h:g} to {k:g} the error shrinks: {', '.join(told)}."]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, of the schema diffkit.secants/1: f, x, value, slope and the secants."""
        rows = [
            {**asdict(r), "left": list(r.left), "right": list(r.right), "dx": r.dx, "dy": r.dy}
            for r in self.rows
        ]
        return {"schema": "diffkit.secants/1", "f": self.f, "x": self.x, "value": self.value,
                "slope": self.slope, "secants": rows}  # fmt: skip

    def csv(self) -> str:
        """One line a secant."""
        columns = ["kind", "step", "x0", "f0", "x1", "f1", "dx", "dy", "slope", "error"]
        return csv_text(columns, [
            [r.kind, r.step, *r.left, *r.right, r.dx, r.dy, r.slope, r.error] for r in self.rows
        ])  # fmt: skip


def secants(
    f: Any, x: float, steps: Iterable[float] = (1.0, 0.3, 0.1, 0.01), text: str | None = None
) -> Secants:
    """The forward, backward and central secants of f at x for each step, beside the tangent.

    Parameters
    ----------
    f
        A callable, SymPy expression or text of one real variable.
    x
        Where: a number.
    steps
        The steps h, each positive.
    text
        What to call f in the result.

    Raises
    ------
    DomainError
        If f has no value at x, or at a step from it.
    OptionError, ArgumentsError
        If a step is not positive, or x is not one number.

    Examples
    --------
    >>> found = secants("x^2", 1.0)
    >>> [round(found["forward", h].slope, 12) for h in found.steps], found.slope
    ([3.0, 2.3, 2.1, 2.01], 2.0)
    """
    g = as_function(f)
    widths = tuple(steps)
    for h in widths:
        if isinstance(h, bool) or not isinstance(h, int | float | np.number) or not 0 < h < np.inf:
            raise OptionError(f"a step is {h!r}; write a positive number such as 0.1")
    if not widths:
        raise OptionError("no steps are given; write some such as (1, 0.1)")
    problem = Problem(g, (x,), "reverse", {})
    if np.ndim(problem.leaves[0]) or np.ndim(x):
        raise ArgumentsError(f"x is {x!r}; write one number, such as 0.7")
    at = float(problem.leaves[0])
    value = value_at(problem.g, problem.leaves, {"x": at})
    exact = float(derivative(g, at))
    if not np.isfinite(exact):
        raise DomainError(f"f has the slope {exact} at x = {at}, so that its tangent is upright")
    rows = [
        _secant(problem.g, kind, at, value, float(h), exact) for h in widths for kind in KINDS
    ]  # fmt: skip
    return Secants(text or text_of(g), at, value, exact, tuple(map(float, widths)), tuple(rows), problem.g)


def _secant(f: Callable[..., Any], kind: str, x: float, value: float, h: float, exact: float) -> Secant:
    ends = []
    for offset in KINDS[kind]:
        place = x + offset * h
        ends.append((place, value if offset == 0 else value_at(f, [np.float64(place)], {"x": place})))
    first, last = KINDS[kind]
    # The step as it was given, as the textbook's formulas have it, and not as x + h rounds it.
    slope = (ends[1][1] - ends[0][1]) / ((last - first) * h)
    return Secant(kind, h, ends[0], ends[1], slope, slope - exact)
