"""Is this gradient right? Every component against the adaptive method, with a tolerance that is measured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from diffkit.api import Problem
from diffkit.arguments import argument_names
from diffkit.errors import ArgumentsError
from diffkit.functions import text_of
from diffkit.studies.check_row import Component, Leaf, component, findings, places
from diffkit.studies.expected import (
    SAFE,
    Counted,
    followed,
    last_place,
    rounding_of,
    slope,
    slope_along,
)
from diffkit.studies.given import Answer, given_gradient
from diffkit.studies.study import Study
from diffkit.studies.tell import Tell, silent, told
from diffkit.studies.value import named_point, value_at
from diffkit.studies.why import listed
from diffkit.tables import Table, csv_text, error_text, json_ready, value_text

__all__ = ["Component", "GradientCheck", "check_gradient"]

SHOWN = 20  # components in the table; of more the wrong ones come first
DIRECTIONS = 3  # random ones, where not every component is checked
LOOSE = 2.0**-26  # half the digits: an estimate of less says little, where reverse mode says more
EXPORTED = tuple(field.name for field in fields(Component))


@dataclass(frozen=True)
class GradientCheck(Study):
    """Whether a gradient is right, component by component; true when none is wrong.

    Attributes
    ----------
    f, gradient, at
        The function and its gradient as text, and the point by name.
    value
        f at the point.
    inputs
        How many components the gradient has.
    components
        One `Component` for each that was checked.
    directions
        The slopes along random directions, where not every component was checked.
    findings
        What is wrong with whole arrays: transposed, swapped, off by a factor.
    evaluations
        Calls of f, counted.
    seed
        What the sample and the directions follow from.
    """

    f: str
    gradient: str
    at: Mapping[str, Any]
    value: float
    inputs: int
    components: tuple[Component, ...]
    directions: tuple[Component, ...]
    findings: tuple[str, ...]
    evaluations: int
    seed: int

    @property
    def passed(self) -> bool:
        """Whether no component, and no direction, is wrong."""
        return not self.wrong

    @property
    def wrong(self) -> tuple[Component, ...]:
        """The components and directions that are wrong."""
        return tuple(part for part in (*self.components, *self.directions) if part.ok is False)

    def __bool__(self) -> bool:
        return self.passed

    def title(self) -> list[str]:
        """What was checked, and the verdict."""
        at = ", ".join(f"{name} = {value_text(value)}" for name, value in self.at.items())
        return [
            f"Check of {self.gradient} as the gradient of f = {self.f}",
            f"{at}    f = {value_text(self.value)}",
            self._verdict(),
        ]

    def _verdict(self) -> str:
        count, names = len(self.components), [part.name for part in self.wrong]
        if not names:
            right = sum(part.ok is True for part in self.components)
            return f"passed: {right} of {count} component{'s agree' if count > 1 else ' agrees'}"
        more = f" and {len(names) - SHOWN} more"
        shown = listed(names) if len(names) <= SHOWN else ", ".join(names[:SHOWN]) + more
        wrong = sum(part.ok is False for part in self.components)
        return f"failed: {wrong} of {count} component{'s' * (count > 1)} wrong: {shown}"

    def tables(self) -> list[Table]:
        """A row a component; of many, those that are not ok, and as many more as there is room for."""
        parts = [*self.components, *self.directions]
        if len(parts) > SHOWN:
            parts = sorted(parts, key=lambda part: (part.ok is True, part.ok is None))[:SHOWN]
        columns = ("component", "given", "expected", "error", "tolerance", "factor", "status", "note")
        return [Table(columns, tuple(map(_row, parts)), frozenset({"error", "tolerance", "factor"}))]

    def remarks(self) -> list[str]:
        """What is wrong as a whole, what was not checked, and where the numbers come from."""
        told = [f"{finding[0].upper()}{finding[1:]}." for finding in self.findings]
        count, rows = len(self.components), len(self.components) + len(self.directions)
        if rows > SHOWN:
            told.append(f"The table shows {SHOWN} of {rows} rows, those that are not ok first.")
        if count < self.inputs:
            told.append(
                f"{count} of {self.inputs} components were checked, a random sample (seed {self.seed}), "
                f"and the slopes along {len(self.directions)} random directions, to which all contribute."
            )
        for status, why in _NOT_JUDGED.items():
            if names := [part.name for part in self.components if part.status == status]:
                told.append(f"Not judged: {', '.join(names[:SHOWN])}: {why}.")
        return [
            *told,
            f"Expected: the adaptive method, {self.evaluations} calls of f. Tolerance: its error estimate, "
            f"and the rounding of the gradient as neighbouring points show it.",
        ]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, of the schema diffkit.check/1: f, gradient, at, passed, components and the rest."""
        return {
            "schema": "diffkit.check/1",
            "f": self.f,
            "gradient": self.gradient,
            "at": json_ready(self.at),
            "value": json_ready(self.value),
            "passed": self.passed,
            "inputs": self.inputs,
            "components": [json_ready(asdict(part)) for part in self.components],
            "directions": [json_ready(asdict(part)) for part in self.directions],
            "findings": list(self.findings),
            "evaluations": self.evaluations,
            "seed": self.seed,
        }

    def csv(self) -> str:
        """One line a component, all digits."""
        columns = [name for name in EXPORTED if name != "index"]
        parts = (*self.components, *self.directions)
        return csv_text(columns, [[getattr(part, name) for name in columns] for part in parts])


_NOT_JUDGED = {
    "not differentiable": "f has no derivative there",
    "undecided": "f is too noisy or too rough there to say what is expected",
}


def _row(part: Component) -> tuple[str, ...]:
    numbers = value_text(part.given), value_text(part.expected)
    errors = error_text(part.error), error_text(part.tolerance)
    factor = "-" if part.factor is None else f"{part.factor:.6g}"
    return part.name, *numbers, *errors, factor, part.status, part.note


def check_gradient(
    f: Any,
    *point: Any,
    gradient: Any = None,
    samples: int = 100,
    seed: int = 0,
    text: str | None = None,
    tell: Tell = silent,
) -> GradientCheck:
    """Whether a hand-written gradient of f is right at a point; if not, which components are wrong and how.

    Parameters
    ----------
    f
        A callable, SymPy expression or text with a scalar result; it need not be one that can be followed.
    point
        Its arguments, as for `dk.gradient`.
    gradient
        A callable of the same arguments that returns the gradient nested and shaped as they are (a tuple for
        several), or what it returns; a formula, or for a text of several variables a mapping of formulas. By
        default diffkit's own reverse mode is checked.
    samples
        As many components are checked, each by itself. Of a larger gradient they are a random sample, and
        the slopes along three random directions are checked as well.
    seed
        What the sample and the directions follow from.
    text
        What to call f in the result.
    tell
        Is told what comes next, how much is done, and of how much: tell("x", 2, 9).

    Returns
    -------
    GradientCheck
        True if no component is wrong; `components` say given, expected, error, tolerance and ok. What is
        expected comes from the adaptive method. The tolerance is its error estimate and the rounding of the
        gradient itself, measured at neighbouring points. Where f has a corner or a jump, ok is None.

    Raises
    ------
    ArgumentsError
        If the gradient is nested or shaped in another way than the point; other errors as for `dk.gradient`.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> found = dk.check_gradient(lambda x: np.sum(x**3), np.arange(3.0), gradient=lambda x: 3 * x)
    >>> found.passed, [part.name for part in found.components if not part.ok], found.components[2].note
    (False, ['x[2]'], 'a factor 2 is missing')
    >>> bool(dk.check_gradient("x^2*y", {"x": 3, "y": 4}, gradient={"x": "2*x*y", "y": "x^2"}))
    True
    """
    if not isinstance(samples, int | np.integer) or isinstance(samples, bool) or samples < 1:
        raise ArgumentsError(f"samples={samples!r}; write how many components to check, such as 100")
    problem = Problem(f, point, "reverse", {})
    named = named_point(problem.names, point)
    value = value_at(problem.g, problem.leaves, named)
    answer, by = given_gradient(problem, gradient)
    with np.errstate(all="ignore"):  # where f is not finite the adaptive method learns something
        checked = _Checked(problem, answer, point, gradient, seed)
        entries, random = checked.entries, np.random.default_rng(seed)
        if sampled := len(entries) > samples:
            entries = [entries[k] for k in np.sort(random.choice(len(entries), samples, replace=False))]
        components = [
            checked.component(*entry)
            for entry in told(tell, entries, lambda entry: checked.places[entry[0]][1])
        ]
        directions = [checked.direction(checked.moves(random), k) for k in range(DIRECTIONS * sampled)]
        if all(part.ok is not False for part in components) and any(part.ok is False for part in directions):
            components += checked.searched(checked.moves(random))
    names = [name for _, name in checked.places]
    return GradientCheck(
        f=text or text_of(problem.f),
        gradient=by,
        at=named,
        value=value,
        inputs=len(checked.entries),
        components=tuple(components),
        directions=tuple(directions),
        findings=tuple(findings([] if sampled else _leaves(names, problem.leaves, components))),
        evaluations=checked.f.calls,
        seed=int(seed),
    )


class _Checked:
    """A given gradient at a point, and what is needed to judge any part of it."""

    def __init__(
        self, problem: Problem, answer: Answer, point: tuple[Any, ...], gradient: Any, seed: int
    ) -> None:
        self.leaves, self.f = problem.leaves, Counted(problem.g)
        self.given = answer(problem.leaves)
        self.rounding = rounding_of(answer, self.leaves, self.given, seed)
        self.exact = None if gradient is None else followed(problem)
        self.places = _places(problem, point)
        self.entries = [(i, at) for i, leaf in enumerate(self.leaves) for at in np.ndindex(np.shape(leaf))]

    def component(self, i: int, index: tuple[int, ...]) -> Component:
        """The verdict on one number of leaf i."""
        expected, error, trouble = slope(self.f, self.leaves, i, index)
        last = last_place(self.leaves[i], self.given[i])
        slack = float(self.rounding[i][index]) + SAFE * last * abs(expected)
        if self.exact is not None and not trouble and LOOSE * abs(expected) < error < math.inf:
            better = float(self.exact[i][index])
            if abs(better - expected) <= error + slack:  # two methods agree, and this one has the digits
                expected, error = better, 0.0
        path, name = self.places[i]
        name += f"[{', '.join(map(str, index))}]" * bool(index)
        number, count = float(self.given[i][index]), len(self.entries)
        return component((*path, *index), name, number, expected, error + slack, trouble, count)

    def moves(self, random: Any) -> list[Any]:
        """A random direction that moves each number by about its own size."""
        moves = []
        for leaf in self.leaves:
            size = np.abs(np.asarray(leaf, float))
            typical = float(np.sqrt(np.mean(size**2))) or 1.0
            moves.append(np.where(size > 0, size, typical) * random.choice([-1.0, 1.0], size=size.shape))
        return moves

    def direction(self, moves: Sequence[Any], k: int) -> Component:
        """The verdict on the slope along a direction."""
        found, error, trouble = slope_along(self.f, self.leaves, moves)
        says = sum(float(np.sum(part * move)) for part, move in zip(self.given, moves, strict=True))
        slack = sum(float(np.sum(r * np.abs(move))) for r, move in zip(self.rounding, moves, strict=True))
        name = f"direction {k + 1}"
        return component((name,), name, says, found, error + slack, trouble, 0)

    def searched(self, moves: Sequence[Any]) -> list[Component]:
        """A wrong component that the sample missed: the direction is halved until one number is left."""
        active = np.arange(len(self.entries))
        while len(active) > 1:
            half = active[: len(active) // 2]
            active = half if self.direction(self._only(moves, half), 0).ok is False else active[len(half) :]
        found = self.component(*self.entries[int(active[0])])
        return [found] if found.ok is False else []

    def _only(self, moves: Sequence[Any], active: Any) -> list[Any]:
        """The direction with all else held still."""
        kept = np.zeros(len(self.entries))
        kept[active] = 1
        cuts = np.cumsum([np.size(leaf) for leaf in self.leaves])[:-1]
        masks = np.split(kept, cuts)
        return [move * np.reshape(mask, np.shape(move)) for move, mask in zip(moves, masks, strict=True)]


def _places(problem: Problem, point: tuple[Any, ...]) -> list[tuple[tuple[Any, ...], str]]:
    """Path and name of each leaf; the keys of one flat mapping are names by themselves."""
    given = argument_names(problem.f, point)
    found = places(problem.structure, [name or f"x{i + 1}" for i, name in enumerate(given)])
    keys = [str(path[-1]) for path, _ in found if path]
    if len(point) == 1 and isinstance(point[0], Mapping) and keys == list(problem.names):
        return [(path, name) for (path, _), name in zip(found, problem.names, strict=True)]
    return found


def _leaves(names: Sequence[str], leaves: Sequence[Any], components: Sequence[Component]) -> list[Leaf]:
    """The components, all of them, as arrays again."""
    found, rest = [], list(components)
    for name, leaf in zip(names, leaves, strict=True):
        mine, rest = rest[: np.size(leaf)], rest[np.size(leaf) :]

        def array(field: str, mine: list[Component] = mine, leaf: Any = leaf) -> Any:
            return np.reshape([getattr(part, field) for part in mine], np.shape(leaf))

        wrong = np.reshape([part.ok is False for part in mine], np.shape(leaf))
        found.append(Leaf(name, array("given"), array("expected"), array("tolerance"), wrong))
    return found
