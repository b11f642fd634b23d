"""Everything about one function at one point: each study of it, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from diffkit.api import Problem, record
from diffkit.errors import ArgumentsError, DiffkitError
from diffkit.functions import as_function, text_of
from diffkit.studies.compare import Comparison, compare
from diffkit.studies.curve import Array
from diffkit.studies.error_sweep import ErrorSweep, default_steps, error_sweep
from diffkit.studies.row import failure, one_line
from diffkit.studies.stepped import SteppedSecants, stepped_secants
from diffkit.studies.swell import Swell, swell
from diffkit.studies.tell import Tell, part, silent
from diffkit.symbolic.steps import Steps, steps
from diffkit.views.graph import Graph, graph
from diffkit.views.table import TraceTable, table

__all__ = ["Coming", "Missing", "Portrait", "Sitting", "portrait", "tried"]

MOST_POSITIONS = 100  # of the step: as many as one can tell apart
MOST_STEPS = 100  # of a derivative by the rules: no one reads more
MOST_WRITTEN = 30  # numbers: a longer gradient takes a minute to be written out, and is not read either
# What SymPy is given is so small that no clock has to decide what is in the result.
SYMPY: dict[str, Any] = {"time_limit": None, "max_nodes": 2000, "simplified": False}

STAGES = (
    "comparing the methods",
    "sweeping the step",
    "drawing secants",
    "recording f",
    "differentiating rule by rule",
    "measuring the swell",
)

T = TypeVar("T")


@dataclass(frozen=True)
class Missing:
    """Why a study is not there, in a sentence."""

    reason: str


@dataclass(frozen=True)
class Coming(Missing):
    """A study that is being made."""

    reason: str = "it is being made"


@dataclass(frozen=True)
class Portrait:
    """Every study of f at a point; where one does not apply, a `Missing` that says why.

    Attributes
    ----------
    comparison
        Every method's derivative or gradient.
    wrt
        The variable by which the studies of one variable are made: sweep, secants and steps.
    h
        The step that is shown first; None leaves it to whoever shows it.
    sweep, secants
        The error against the step, and the secants at some of its steps, h among them.
    table, graph
        The evaluation trace and the computational graph.
    steps, swell
        The derivative rule by rule, without SymPy's simplify, and its size.
    """

    comparison: Comparison
    wrt: str
    h: float | None
    sweep: ErrorSweep | Missing
    secants: SteppedSecants | Missing
    table: TraceTable | Missing
    graph: Graph | Missing
    steps: Steps | Missing
    swell: Swell | Missing


def portrait(
    f: Any,
    *point: Any,
    order: int = 1,
    wrt: str | None = None,
    h: float | None = None,
    text: str | None = None,
    tell: Tell = silent,
) -> Portrait:
    """Every study of f at a point. The same arguments give the same portrait, but for the seconds in it.

    Parameters
    ----------
    f, point, order, text
        As for `compare`.
    wrt
        Of several variables: by which one f is swept and differentiated rule by rule; the first by default.
    h
        A step that is to be among those of the sweep and of the secants.
    tell
        Is told what comes next, how much is done, and of how much.

    Raises
    ------
    DomainError, ArgumentsError, ExpressionError
        As `compare` does: if f has no value at the point, or there is no such variable.

    Examples
    --------
    >>> found = portrait("x^2", 3.0)
    >>> found.comparison.reference, found.steps.derivative, len(found.graph.nodes)
    (6.0, 2*x, 2)
    """
    sitting = Sitting(f, *point, order=order, wrt=wrt, h=h, text=text)
    stages = [part(tell, k, len(STAGES), what) for k, what in enumerate(STAGES)]
    comparison = sitting.compared(stages[0])
    name = sitting.wrt
    swept = sitting.swept(tell=stages[1])
    stages[2]("", 0, 1)
    seen = sitting.secants()
    stages[3]("", 0, 1)
    shown, drawn = sitting.traced()
    stages[4]("", 0, 1)
    rules = sitting.steps()
    return Portrait(comparison, name, h, swept, seen, shown, drawn, rules, sitting.swell(stages[5]))


class Sitting:
    """f at a point, for its portrait: each study by itself, made when it is asked for.

    The arguments are those of `portrait`. `compared` is the first to ask: it says what is wrong with them.

    >>> sitting = Sitting("x*y", {"x": 3.0, "y": 4.0}, h=0.25)
    >>> sitting.wrt, sitting.swept(alone=True).curves["central"].total
    ('x', array([0.]))
    """

    def __init__(
        self, f: Any, *point: Any, order: int = 1, wrt: str | None = None, h: float | None = None,
        text: str | None = None,
    ) -> None:  # fmt: skip
        self._g, self._point, self._order, self._wrt, self._h = as_function(f), point, order, wrt, h
        self._text = text or text_of(self._g)

    def compared(self, tell: Tell = silent) -> Comparison:
        """What every method says."""
        return compare(self._g, *self._point, order=self._order, text=self._text, tell=tell)

    @property
    def wrt(self) -> str:
        """The variable that the step changes."""
        return self._along.name

    @property
    def names(self) -> tuple[str, ...]:
        """The variables that the step may change."""
        return tuple(self._along.problem.names)

    @cached_property
    def _along(self) -> _Along:
        return _Along.of(self._g, self._point, self._wrt)

    def _steps(self, x: float, every: int = 1) -> Array:
        """Of all steps that are swept the last of every few, and h."""
        chosen = default_steps(np.float64(x))[::-every][::-1]
        return np.asarray(chosen if self._h is None else np.union1d(chosen, [self._h]))

    def swept(self, alone: bool = False, tell: Tell = silent) -> ErrorSweep | Missing:
        """The error at all steps, or at h alone."""

        def study() -> ErrorSweep:
            x = _number(self._along.x, self.wrt)
            steps = [self._h] if alone and self._h else self._steps(x)
            return error_sweep(self._along, x, steps=steps, order=self._order, text=self._text, tell=tell)

        return tried(study)

    def secants(self, few: bool = False) -> SteppedSecants | Missing:
        """The secants at as many steps as one can tell apart, or at one a decade."""

        def study() -> SteppedSecants:
            x = _number(self._along.x, self.wrt)
            every = 4 * -(-len(default_steps(np.float64(x))) // (4 * MOST_POSITIONS))
            steps = self._steps(x, 5 * every if few else every)
            return stepped_secants(self._along, x, steps=steps, order=self._order, text=self._text)

        return tried(study)

    def traced(self) -> tuple[TraceTable | Missing, Graph | Missing]:
        """The evaluation trace and the graph."""
        tape = tried(lambda: record(self._g, *self._point))
        return (
            _with(tape, lambda t: table(t, *self._point, labels="names")),
            _with(tape, lambda t: graph(t, *self._point, labels="names")),
        )

    def steps(self) -> Steps | Missing:
        """The derivative rule by rule."""
        along, given = self._along, self._point[0] if len(self._point) == 1 else self._point
        wrt = along.name if len(self.names) > 1 and not np.ndim(along.x) else None
        return tried(
            lambda: steps(self._g, wrt, given, order=self._order, time_limit=None, max_steps=MOST_STEPS)
        )

    def swell(self, tell: Tell = silent) -> Swell | Missing:
        """The size of the derivative."""
        return tried(lambda: _swell(self._along.problem, self._order, self._text, tell))


class _Along:
    """f as a function of one of its variables, the others held where they are."""

    def __init__(self, problem: Problem, index: int) -> None:
        self.problem, self.index, self.name = problem, index, problem.names[index]
        self.variables = (self.name,)

    @property
    def x(self) -> Any:
        return self.problem.leaves[self.index]

    def __call__(self, t: Any) -> Any:
        leaves = [t if i == self.index else leaf for i, leaf in enumerate(self.problem.leaves)]
        return self.problem.g(*leaves)

    @classmethod
    def of(cls, g: Callable[..., Any], point: tuple[Any, ...], wrt: str | None) -> _Along:
        problem = Problem(g, point, "reverse", {})
        if wrt is not None and wrt not in problem.names:
            raise ArgumentsError(f"f has no variable {wrt!r}; its variables are {', '.join(problem.names)}")
        return cls(problem, problem.names.index(wrt) if wrt is not None else 0)


def _number(x: Any, name: str) -> float:
    if np.ndim(x):
        raise ArgumentsError(
            f"{name} is an array of shape {np.shape(x)}, and a step is taken from one number"
        )
    return float(x)


def _swell(problem: Problem, order: int, text: str, tell: Tell) -> Swell:
    count = sum(np.size(leaf) for leaf in problem.leaves)
    if count > MOST_WRITTEN:
        raise ArgumentsError(
            f"the gradient has {count} numbers, and {MOST_WRITTEN} at most are written out; take dk.swell"
        )
    point = problem.structure.build(problem.leaves)
    return swell(problem.f, tuple(point), order=order, text=text, tell=tell, **SYMPY)


def tried(study: Callable[[], T]) -> T | Missing:
    """A study, or why there is none.

    >>> tried(lambda: 1 / 0).reason
    'f fails on the numbers of this method: ZeroDivisionError: division by zero'
    """
    try:
        return study()
    except DiffkitError as error:
        return Missing(one_line(str(error).split("\n")[0]))
    except Exception as error:  # f takes plain floats, and not what this study hands it
        return Missing(failure(error))


def _with(tape: Any, view: Callable[[Any], T]) -> T | Missing:
    return tape if isinstance(tape, Missing) else tried(lambda: view(tape))
