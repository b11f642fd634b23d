"""Expression swell, measured: how large a derivative becomes when it is written out."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import partial
from typing import Any

import numpy as np

from diffkit.allowance import require_within
from diffkit.api import Problem
from diffkit.arguments import checked_count
from diffkit.errors import ArgumentsError, OptionError
from diffkit.families import FAMILIES, Family
from diffkit.functions import as_function, text_of
from diffkit.studies.growth import Growth, growth
from diffkit.studies.stages import STAGES, Limits, Subject, SwellRow, measured, whole
from diffkit.studies.study import Study
from diffkit.studies.tell import Tell, part, silent
from diffkit.symbolic.process import Helper
from diffkit.tables import Table, csv_text, seconds_text
from diffkit.tape import Tape

__all__ = ["Swell", "swell"]

MEASURES = ("operations", "tree", "shared", "characters")
SIZES = range(1, 9)
EXPORTED = tuple(field.name for field in fields(SwellRow))


@dataclass(frozen=True)
class Swell(Study):
    """The size of a function and of its derivative at every stage, for one function or for growing ones.

    Attributes
    ----------
    f, formula, wrt, order
        The function's text or name, a family's formula, the variables it is differentiated by, and how often.
    sizes
        The sizes n that were measured; empty for a function that has none.
    rows
        One `SwellRow` for each stage, for each size: what `diffkit.studies.stages.STAGES` lists.
    limits
        What SymPy was allowed: seconds for each stage, and nodes of a tree.
    """

    f: str
    formula: str
    wrt: tuple[str, ...]
    order: int
    sizes: tuple[int, ...]
    rows: tuple[SwellRow, ...]
    limits: Limits

    def __getitem__(self, stage: str | tuple[str, int]) -> SwellRow:
        """The row of a stage, for the largest size; `found["raw", 4]` is that for n = 4."""
        name, n = stage if isinstance(stage, tuple) else (stage, self.sizes[-1] if self.sizes else None)
        for row in self.rows:
            if (row.stage, row.n) == (name, n):
                return row
        if name not in STAGES:
            raise KeyError(f"{name!r} is no stage; the stages are {', '.join(STAGES)}")
        raise KeyError(f"n = {n} was not measured; the sizes are {', '.join(map(str, self.sizes))}")

    def counts(self, stage: str, measure: str = "operations") -> list[int | None]:
        """A stage's operations, tree nodes ("tree"), distinct nodes ("shared") or characters, by size."""
        if measure not in MEASURES:
            raise ArgumentsError(f"{measure!r} is no measure; write one of {', '.join(MEASURES)}")
        return [getattr(self[stage, n], measure) for n in self.sizes]

    def growth(self, stage: str, measure: str = "operations") -> Growth | None:
        """The law by which a stage grows with n, fitted to the last sizes; None of fewer than three."""
        return growth(self.sizes, self.counts(stage, measure))

    def title(self) -> list[str]:
        """The function, what it is differentiated by, and the sizes."""
        by = ", ".join(self.wrt) if len(self.wrt) < 4 else f"{self.wrt[0]}, ..., {self.wrt[-1]}"
        what = "gradient" if len(self.wrt) > 1 else "derivative" if self.order == 1 else f"f^({self.order})"
        sizes = f", n = {_ranged(self.sizes)}" if self.sizes else ""
        name = f"{self.f}: {self.formula}" if self.formula else f"f = {self.f}"
        return [f"Expression swell of {name}", f"{what} with respect to {by}{sizes}"]

    def tables(self) -> list[Table]:
        """The operations at every size with the law of their growth, and everything of the largest."""
        by_size = [self._by_size()] if len(self.sizes) > 1 else []
        laws = [self._laws()] if len(self.sizes) > 2 else []
        return [*by_size, *laws, self._by_stage()]

    def _by_size(self) -> Table:
        rows = tuple((str(n), *(_cell(self[stage, n]) for stage in STAGES)) for n in self.sizes)
        columns = ("n", *(_heading(stage) for stage in STAGES))
        return Table(("operations: n", *columns[1:]), rows, frozenset(columns[1:]))

    def _laws(self) -> Table:
        rows = []
        for stage in STAGES:
            law = self.growth(stage)
            if law is not None:
                rows.append((_heading(stage), str(law), f"n = {_ranged(law.sizes)}"))
        return Table(("growth of", "operations", "fitted to"), tuple(rows))

    def _by_stage(self) -> Table:
        rows = tuple(
            (
                _heading(stage),
                _cell(row),
                *("-" if (v := getattr(row, m)) is None else whole(v) for m in MEASURES[1:]),
                seconds_text(row.seconds),
                STAGES[stage] if row.status == "ok" else row.note,
            )
            for stage in STAGES
            for row in [self[stage]]
        )
        size = f" at n = {self.sizes[-1]}" if self.sizes else ""
        columns = ("operations", "tree nodes", "distinct", "characters", "time")
        return Table((f"stage{size}", *columns, "note"), rows, frozenset(columns))

    def remarks(self) -> list[str]:
        """What the numbers say."""
        raw, shared, adjoint = self["raw"], self["shared"], self["adjoint"]
        if raw.tree is None or raw.operations is None or shared.operations is None:
            return [f"{raw.note}."]
        if raw.tree == raw.shared:
            return ["Nothing swells: the bare rules write no part of the derivative twice."]
        told = (
            f"Why: written out, every rule copies its operands, and the bare rules give {whole(raw.tree)} "
            f"nodes, of which {whole(raw.shared or 0)} are distinct. Keeping each once leaves "
            f"{_counted(shared.operations, 'operation')}"
        )
        if adjoint.operations is not None:
            told += f"; reverse mode's program has {_counted(adjoint.operations, 'row')}"
        return [told + "."]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, of the schema diffkit.swell/1: f, wrt, order, sizes, limits, rows, growth."""
        laws = {stage: self.growth(stage) for stage in STAGES} if self.sizes else {}
        return {
            "schema": "diffkit.swell/1",
            "f": self.f,
            "formula": self.formula,
            "wrt": list(self.wrt),
            "order": self.order,
            "sizes": list(self.sizes),
            "limits": asdict(self.limits),
            "rows": [asdict(row) for row in self.rows],
            "growth": [
                {"stage": stage, "measure": "operations", **asdict(law), "sizes": list(law.sizes),
                 "counts": list(law.counts)}
                for stage, law in laws.items() if law is not None
            ],
        }  # fmt: skip

    def csv(self) -> str:
        """One line a stage and size."""
        return csv_text(EXPORTED, [[getattr(row, key) for key in EXPORTED] for row in self.rows])


def _counted(count: int, what: str) -> str:
    return f"{whole(count)} {what}{'s' * (count != 1)}"


def _heading(stage: str) -> str:
    return f"{stage} rows" if stage == "adjoint" else stage.replace("sympy", "SymPy")


def _cell(row: SwellRow) -> str:
    return row.status if row.operations is None else whole(row.operations)


def _ranged(sizes: tuple[int, ...]) -> str:
    """The sizes, a run of whole numbers by its ends."""
    if len(sizes) > 2 and sizes == tuple(range(sizes[0], sizes[-1] + 1)):
        return f"{sizes[0]} to {sizes[-1]}"
    return ", ".join(map(str, sizes))


def swell(
    f: Any = None,
    x: Any = None,
    *,
    family: str | None = None,
    n: int | Iterable[int] | None = None,
    iterate: int | Iterable[int] | None = None,
    wrt: str | Iterable[str] | None = None,
    order: int = 1,
    time_limit: float | None = 5.0,
    max_nodes: int = 1_000_000,
    simplified: bool = True,
    text: str | None = None,
    tell: Tell = silent,
) -> Swell:
    """How large the derivative of f is at every stage: raw, pruned, SymPy's, shared, as a program.

    Parameters
    ----------
    f
        A callable written with NumPy, a tape, a SymPy expression or text, with a scalar result.
    x
        Where to record f, of which only shapes count, and branches: a number or array, a tuple for several
        arguments, a mapping by name for text. By default each argument is 0.5.
    family
        Instead of f: "logistic", "loop", "nested-sine", "product" or "softplus", from `diffkit.families`.
    n
        One size or several: of the family (1 to 8 by default), or handed to an f(x, n) of your own.
    iterate
        One size or several: f is a step, x to the next x, and is applied so many times.
    wrt
        The variable, or several, to differentiate by; all of them by default.
    order
        Which derivative, by one variable.
    time_limit
        Seconds that SymPy may take for each of its stages; it works in a process that can be stopped. None:
        as long as it takes, in this process.
    max_nodes
        The largest tree that SymPy is given; it counts the nodes of f and of the pruned derivative.
    simplified
        Whether to wait for SymPy's simplify, which is slow.
    text
        What to call f in the result.
    tell
        Is told what comes next, how much is done, and of how much: tell("sympy diff", 5, 9).

    Returns
    -------
    Swell
        With `rows`, `growth(stage)` and `counts(stage)`; it prints as a table, and `plot`, `csv`,
        `markdown` and `to_dict` hand it on.

    Raises
    ------
    ArgumentsError, OptionError, NonScalarError, ExpressionError
        If the arguments do not fit together, or f's result is not one number. An f that is not one formula
        is no error: its rows say so, and reverse mode has its program all the same.

    Examples
    --------
    >>> import diffkit as dk
    >>> found = dk.swell(family="logistic", n=[2, 4, 16], max_nodes=1000)
    >>> found.counts("raw"), found.counts("shared"), found.counts("adjoint")
    ([9, 108, 2211840], [4, 18, 102], [6, 22, 118])
    >>> found["sympy diff", 4].operations
    82
    """
    seconds = None if time_limit is None else _positive("time_limit", time_limit)
    limits = Limits(seconds, int(_positive("max_nodes", max_nodes)))
    checked_count(order, "order")
    title, formula, sizes, make, asked = _what(f, x, family, n, iterate)
    rows: list[SwellRow] = []
    given_up = {} if simplified else {"sympy simplify": "not tried: simplified=False"}
    by: tuple[str, ...] = ()
    with Helper() as helper:
        for k, size in enumerate(sizes or (None,)):
            g, point = make(size)
            problem = Problem(g, point, "reverse", {})
            chosen = _variables(wrt if wrt is not None else asked, problem.names)
            by = tuple(problem.names[i] for i in chosen)
            if order > 1 and sum(np.size(problem.leaves[i]) for i in chosen) > 1:
                raise ArgumentsError(f"order={order} is by one variable; write wrt= one of {', '.join(by)}")
            subject = Subject(problem.g, problem.leaves, problem.names, chosen, int(order))
            at_size = part(tell, k, len(sizes) or 1, "" if size is None else f"n = {size}")
            rows += measured(subject, size, limits, helper, given_up, at_size)
    return Swell(text or title, formula, by, int(order), sizes, tuple(rows), limits)


Make = Callable[[int | None], tuple[Callable[..., Any], tuple[Any, ...]]]


def _what(
    f: Any, x: Any, family: str | None, n: Any, iterate: Any
) -> tuple[str, str, tuple[int, ...], Make, str | None]:
    """The function's name, formula and sizes, what makes it and its point, and what to derive by."""
    if (f is None) == (family is None):
        raise ArgumentsError("give either f or family=, such as dk.swell('x*sin(x)') or family='logistic'")
    if family is not None:
        if iterate is not None or x is not None:
            raise ArgumentsError("a family has its own point and its size n; leave out x and iterate")
        chosen = _family(family)
        return (
            chosen.name,
            chosen.formula,
            _sizes("n", SIZES if n is None else n),
            lambda size: (chosen.make(size or 1), (0.5,) * chosen.arguments(size or 1)),
            chosen.wrt,
        )
    g = as_function(f)
    if n is not None and iterate is not None:
        raise ArgumentsError("n is handed to f(x, n), iterate applies f again and again; give one of them")
    if n is not None:
        parameters = _parameters(g)
        if "n" not in parameters:
            takes = ", ".join(parameters) or "none that is named"
            raise ArgumentsError(
                f"n= needs a function with a parameter n, and f takes {takes}; "
                f"write lambda x, n: ..., or iterate= to apply f again and again"
            )
        at = _point(x, [name for name in parameters if name != "n"])
        return text_of(g), "", _sizes("n", n), lambda size: (partial(g, n=size), at), None
    at = _point(x, _parameters(g), g)
    if iterate is None:
        return text_of(g), "", (), lambda size: (g, at), None
    if len(at) != 1 or isinstance(at[0], Mapping):
        raise ArgumentsError("iterate= needs a step, a function of one x that returns the next x")
    return (
        f"{text_of(g)}, applied n times",
        "",
        _sizes("iterate", iterate),
        lambda size: (_Applied(g, size or 1, _parameters(g)), at),
        None,
    )


class _Applied:
    """A step applied again and again."""

    def __init__(self, step: Callable[..., Any], times: int, names: list[str]) -> None:
        self.step, self.times, self.variables = step, times, (names or ["x"])[:1]

    def __call__(self, x: Any) -> Any:
        for _ in range(self.times):
            x = self.step(x)
        return x


def _family(name: str) -> Family:
    if name not in FAMILIES:
        raise OptionError(f"{name!r} is no family; the families are {', '.join(FAMILIES)}")
    return FAMILIES[name]


def _parameters(g: Callable[..., Any]) -> list[str]:
    """The names of what g takes by position and has no default for."""
    if hasattr(g, "variables"):
        return list(g.variables)
    if isinstance(g, Tape):
        return ["x"] if g.input_count == 1 else [f"x{i + 1}" for i in range(g.input_count)]
    try:
        found = inspect.signature(g).parameters.values()
    except (TypeError, ValueError):  # a built-in that does not tell
        return ["x"]
    positional = [p for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return [p.name for p in positional if p.default is p.empty or p.name == "n"] or ["x"]


def _point(x: Any, names: list[str], g: Any = None) -> tuple[Any, ...]:
    if x is not None:
        return x if isinstance(x, tuple) else (x,)
    if isinstance(g, Tape):
        leaves = [np.full(shape, 0.5)[()] for shape in g.input_shapes]
        point: tuple[Any, ...] = g.point_structure.build(leaves)
        return point
    return (0.5,) * max(len(names), 1)


def _sizes(name: str, given: Any) -> tuple[int, ...]:
    try:
        sizes = tuple(given) if isinstance(given, Iterable) else (given,)
        fine = all(isinstance(k, int | np.integer) and not isinstance(k, bool) and k > 0 for k in sizes)
    except TypeError:
        fine = False
    if not fine or not sizes:
        raise ArgumentsError(f"{name} is {given!r}; write whole numbers from 1 on, such as 8 or (1, 2, 4)")
    require_within("n", max(map(int, sizes)), name)
    return tuple(sorted({int(k) for k in sizes}))


def _variables(wrt: str | Iterable[str] | None, names: tuple[str, ...]) -> list[int]:
    """The places of the variables to differentiate by."""
    asked = list(names) if wrt is None else [wrt] if isinstance(wrt, str) else list(wrt)
    for name in asked:
        if name not in names:
            raise ArgumentsError(f"wrt={name!r} is no variable of f; write one of {', '.join(names)}")
    if not asked:
        raise ArgumentsError(f"wrt names no variable; write one of {', '.join(names)}")
    return [names.index(name) for name in asked]


def _positive(name: str, value: Any) -> float:
    if not isinstance(value, int | float | np.number) or isinstance(value, bool) or not value > 0:
        raise OptionError(f"{name}={value!r}; write a positive number")
    return float(value)
