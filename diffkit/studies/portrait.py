"""Everything about one function at one point: each study of it, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from diffkit.api import Problem, record
from diffkit.errors import ArgumentsError, DiffkitError
from diffkit.functions import as_function, text_of
from diffkit.studies.compare import Comparison, compare
from diffkit.studies.error_sweep import ErrorSweep, error_sweep
from diffkit.studies.row import failure, one_line
from diffkit.studies.stepped import SteppedSecants, stepped_secants
from diffkit.studies.swell import Swell, swell
from diffkit.symbolic.steps import Steps, steps
from diffkit.views.graph import Graph, graph
from diffkit.views.table import TraceTable, table

__all__ = ["Missing", "Portrait", "portrait", "tried"]

MOST_POSITIONS = 100  # of the step: as many as one can tell apart
MOST_STEPS = 100  # of a derivative by the rules: no one reads more
MOST_WRITTEN = 30  # numbers: a longer gradient takes a minute to be written out, and is not read either
# What SymPy is given takes it far less than a minute, so that a clock never decides what is in the result.
SYMPY: dict[str, Any] = {"time_limit": 60.0, "max_nodes": 2000, "simplified": False}

T = TypeVar("T")


@dataclass(frozen=True)
class Missing:
    """Why a study is not there, in a sentence."""

    reason: str


@dataclass(frozen=True)
class Portrait:
    """Every study of f at a point; where one does not apply, a `Missing` that says why.

    Attributes
    ----------
    comparison
        Every method's derivative or gradient.
    wrt
        The variable by which the studies of one variable are made: sweep, secants and steps.
    sweep, secants
        The error against the step, and the secants at some of its steps.
    table, graph
        The evaluation trace and the computational graph.
    steps, swell
        The derivative rule by rule, without SymPy's simplify, and its size.
    """

    comparison: Comparison
    wrt: str
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
    text: str | None = None,
    tell: Callable[[str], None] = lambda what: None,
) -> Portrait:
    """Every study of f at a point. The same arguments give the same portrait, but for the seconds in it.

    Parameters
    ----------
    f, point, order, text
        As for `compare`.
    wrt
        Of several variables: by which one f is swept and differentiated rule by rule; the first by default.
    tell
        Is told what comes next, before each study.

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
    g = as_function(f)
    tell("compare")
    called = text or text_of(g)
    comparison = compare(g, *point, order=order, text=called)
    along = _Along.of(g, point, wrt)
    x = along.x
    tell("sweep")
    swept = tried(lambda: error_sweep(along, _number(x, along.name), order=order, text=called))
    taken = None
    if isinstance(swept, ErrorSweep):
        every = 4 * -(-len(swept.steps) // (4 * MOST_POSITIONS))
        taken = swept.steps[::-every][::-1]
    tell("secants")
    seen = tried(
        lambda: stepped_secants(along, _number(x, along.name), steps=taken, order=order, text=called)
    )
    tell("trace")
    tape = tried(lambda: record(g, *point))
    shown = _with(tape, lambda t: table(t, *point, labels="names"))
    drawn = _with(tape, lambda t: graph(t, *point, labels="names"))
    tell("steps")
    given = point[0] if len(point) == 1 else point
    by = along.name if len(comparison.at) > 1 and not np.ndim(x) else None
    rules = tried(lambda: steps(g, by, given, order=order, time_limit=None, max_steps=MOST_STEPS))
    tell("swell")
    size = tried(lambda: _swell(along.problem, order, called))
    return Portrait(comparison, along.name, swept, seen, shown, drawn, rules, size)


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


def _swell(problem: Problem, order: int, text: str) -> Swell:
    count = sum(np.size(leaf) for leaf in problem.leaves)
    if count > MOST_WRITTEN:
        raise ArgumentsError(
            f"the gradient has {count} numbers, and {MOST_WRITTEN} at most are written out; take dk.swell"
        )
    point = problem.structure.build(problem.leaves)
    return swell(problem.f, tuple(point), order=order, text=text, **SYMPY)


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
