"""The stages of a derivative, measured: as the rules write it, pruned, SymPy's, shared, and as a program."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from diffkit.autodiff import grad, value_and_grad
from diffkit.errors import DiffkitError, NonScalarError, NotClosedFormError
from diffkit.studies.row import one_line
from diffkit.studies.tell import Tell, silent
from diffkit.symbolic.expression import symbols_of
from diffkit.symbolic.graph import Graph
from diffkit.symbolic.passes import evaluated, prune, share
from diffkit.symbolic.pool import Pool, Term
from diffkit.symbolic.process import TOO_DEEP, Answer, Helper
from diffkit.symbolic.rewrite import differentiate
from diffkit.symbolic.sizes import Size, size_as_sympy_counts, size_as_written
from diffkit.symbolic.written import written
from diffkit.tape import Tape, record

__all__ = ["STAGES", "Limits", "Subject", "SwellRow", "measured", "sympy_stages", "whole"]

# Stage -> what it is, for the table's note and the figure's label.
STAGES = {
    "f": "the function as it is written",
    "raw": "the bare rules, nothing left out",
    "pruned": "without 0*u, 1*u, u + 0, u^1",
    "sympy f": "the function as SymPy tidies it up",
    "sympy diff": "SymPy's diff of that",
    "sympy cse": "SymPy's cse of that: common subexpressions named",
    "sympy simplify": "SymPy's simplify of its diff",
    "shared": "the rules on the graph, each subexpression once",
    "adjoint": "reverse mode: rows of f and of the sweep back",
}
OF_SYMPY = tuple(stage for stage in STAGES if stage.startswith("sympy"))


@dataclass(frozen=True)
class SwellRow:
    """One stage of the derivative of one function.

    Attributes
    ----------
    n
        The function's size, None where it has none.
    stage
        One of `STAGES`.
    operations
        Additions, multiplications, powers, calls; of the adjoint program its rows. None where not measured.
    tree, shared
        Nodes, as often as they are written and each once.
    characters
        Of its text; None where it is too long to be written out.
    seconds
        How long it took to make.
    status
        "ok", "not tried", "stopped", "failed" or "not applicable"; and why, in `note`.
    """

    n: int | None
    stage: str
    operations: int | None = None
    tree: int | None = None
    shared: int | None = None
    characters: int | None = None
    seconds: float | None = None
    status: str = "ok"
    note: str = ""


@dataclass(frozen=True)
class Limits:
    """What SymPy may take: seconds for each of its stages, and nodes of the largest tree that it is given."""

    time_limit: float | None
    max_nodes: int


@dataclass(frozen=True)
class Subject:
    """A function to be differentiated: of these leaves, by those of these names, so often."""

    g: Callable[..., Any]
    leaves: Sequence[Any]
    names: Sequence[str]
    wrt: Sequence[int]
    order: int


def measured(
    subject: Subject, n: int | None, limits: Limits, helper: Helper, given_up: dict[str, str],
    tell: Tell = silent,
) -> list[SwellRow]:  # fmt: skip
    """A row for each stage. A stage that SymPy was stopped in joins `given_up`, and is not tried again."""
    try:
        _told(tell, "f")
        rows = _by_rules(subject)
        found = {row.stage: row for row, _ in rows}
        found |= {r.stage: r for r in _by_sympy(rows, subject.order, limits, helper, given_up, tell)}
    except NotClosedFormError as error:
        stages = [stage for stage in STAGES if stage != "adjoint"]
        found = {s: SwellRow(None, s, status="not applicable", note=one_line(str(error))) for s in stages}
    _told(tell, "adjoint")
    found["adjoint"] = _by_reverse_mode(subject)
    rows_in_order = [replace(found[stage], n=n) for stage in STAGES]
    if n is not None:
        for row in rows_in_order:
            if row.status in ("stopped", "failed"):
                given_up.setdefault(row.stage, f"not tried: it was {row.status} at n = {n}")
    return rows_in_order


def _told(tell: Tell, *coming: str) -> None:
    for stage in coming:
        tell(stage, list(STAGES).index(stage), len(STAGES))


# -- by the rules, on the graph ---------------------------------------------------------------------------

Measured = list[tuple[SwellRow, list[Any]]]  # a row, and the expressions that it is of


def _by_rules(subject: Subject) -> Measured:
    graph = Graph()
    pool = graph.pool
    shapes = map(np.shape, subject.leaves)
    symbols = [symbols_of(name, shape) for name, shape in zip(subject.names, shapes, strict=True)]
    begun = time.perf_counter()
    u = written(_tape(subject), symbols, pool)
    if not isinstance(u, Term):
        raise NonScalarError("swell needs a function with a scalar result; write the part that is meant")
    wrt = [pool.term(s) for i in subject.wrt for s in np.ravel(np.asarray(symbols[i], dtype=object))]
    rows: Measured = []

    def note(stage: str, terms: list[Term], also: Sequence[Term] = ()) -> None:
        nodes = [term.node for term in terms]
        seconds = time.perf_counter() - begun
        rows.append((_row(stage, size_as_written(nodes), seconds), [*nodes, *(x.node for x in also)]))

    note("f", [u], wrt)
    for stage, tidied in {"raw": lambda d: d, "pruned": prune}.items():
        begun = time.perf_counter()
        derived = [u] * len(wrt)
        for _ in range(subject.order):
            derived = [tidied(differentiate(d, x)) for d, x in zip(derived, wrt, strict=True)]
        note(stage, derived)
    begun = time.perf_counter()
    if subject.order == 1:
        derived = graph.gradient(u, wrt)
    else:
        derived = graph.derivatives(u, wrt[0], subject.order)[-1:]
    lines = _lines(pool, derived)
    distinct = size_as_written([d.node for d in derived]).shared  # without the names that are given
    note("shared", [Term(pool, line) for line in lines])
    rows[-1] = (replace(rows[-1][0], shared=distinct), lines)
    return rows


def _lines(pool: Pool, derived: list[Term]) -> list[Any]:
    """The right-hand sides of the program that computes these, each common subexpression once."""
    import sympy

    together = Term(pool, pool.node(sympy.Tuple, *(d.node for d in derived)))
    named, results = share(together)
    return [*(line for _, line in named), *results.args]


def _tape(subject: Subject) -> Tape:
    with np.errstate(all="ignore"):  # the values do not matter
        return subject.g if isinstance(subject.g, Tape) else record(subject.g, *subject.leaves)


def _row(stage: str, size: Size, seconds: float) -> SwellRow:
    return SwellRow(None, stage, size.operations, size.tree, size.shared, size.characters, seconds)


# -- by SymPy, in a process that can be stopped -----------------------------------------------------------


def _by_sympy(
    rows: Measured, order: int, limits: Limits, helper: Helper, given_up: dict[str, str], tell: Tell
) -> list[SwellRow]:
    sizes = {row.stage: row for row, _ in rows}
    tree = max(sizes["f"].tree or 0, sizes["pruned"].tree or 0)
    if tree > limits.max_nodes:
        why = f"not tried: {whole(tree)} nodes as a tree, the limit is max_nodes={limits.max_nodes}"
        return [SwellRow(None, stage, status="not tried", note=why) for stage in OF_SYMPY]
    found = {s: SwellRow(None, s, status="not tried", note=given_up[s]) for s in OF_SYMPY if s in given_up}
    asked = [stage for stage in OF_SYMPY if stage not in given_up]
    u, *wrt = rows[0][1]
    try:
        begun = time.perf_counter()
        question = (evaluated(u), wrt, order, asked)
        seconds = time.perf_counter() - begun
        answers = helper.answers(sympy_stages, question, limits.time_limit)
        _told(tell, *asked[:1])
        for k, (answer, stage) in enumerate(zip(answers, asked, strict=False), 1):
            found[stage] = _answered(stage, answer, limits)
            _told(tell, *asked[k : k + 1])
        if "sympy f" in found:
            found["sympy f"] = replace(found["sympy f"], seconds=seconds)
    except (NotClosedFormError, RecursionError) as error:
        why = f"not tried: {TOO_DEEP if isinstance(error, RecursionError) else one_line(str(error))}"
        return [SwellRow(None, stage, status="not tried", note=why) for stage in OF_SYMPY]
    last = next((row.stage for row in found.values() if row.status in ("stopped", "failed")), "")
    for stage in OF_SYMPY:
        why = f"not tried: {last} did not come to an end" if last else "not tried: it needs sympy diff"
        found.setdefault(stage, SwellRow(None, stage, status="not tried", note=why))
    return list(found.values())


def _answered(stage: str, answer: Answer, limits: Limits) -> SwellRow:
    if answer.status == "ok":
        return _row(stage, *answer.value)
    said = f"stopped after {limits.time_limit:g} s" if answer.status == "stopped" else answer.note
    return SwellRow(None, stage, seconds=answer.seconds, status=answer.status, note=said)


def sympy_stages(question: tuple[Any, list[Any], int, list[str]]) -> Iterator[tuple[Size, float]]:
    """The size of each stage that SymPy is asked for, and the seconds it took; runs in the other process."""
    import sympy

    f, wrt, order, asked = question
    stages: dict[str, Callable[[list[Any]], list[Any]]] = {
        "sympy f": lambda derived: [f],
        "sympy diff": lambda derived: [sympy.diff(f, x, order) for x in wrt],
        "sympy cse": _named_by_sympy,
        "sympy simplify": lambda derived: [sympy.simplify(d) for d in derived],
    }
    derived: list[Any] = []
    for stage, make in stages.items():
        if stage not in asked or (stage in ("sympy cse", "sympy simplify") and not derived):
            continue
        begun = time.perf_counter()
        made = make(derived)
        seconds = time.perf_counter() - begun
        if stage == "sympy diff":
            derived = made
        yield size_as_sympy_counts(made), seconds


def _named_by_sympy(derived: list[Any]) -> list[Any]:
    import sympy

    named, results = sympy.cse(derived)
    return [*(line for _, line in named), *results]


# -- by reverse mode --------------------------------------------------------------------------------------


def _by_reverse_mode(subject: Subject) -> SwellRow:
    """The rows of the program that computes f and its derivative: the tape of the sweep."""
    g, wrt = subject.g, tuple(subject.wrt)
    for _ in range(subject.order - 1):
        g = grad(g, argnums=wrt[0])
    begun = time.perf_counter()
    try:
        with np.errstate(all="ignore"):
            program = record(value_and_grad(g, argnums=wrt if len(wrt) > 1 else wrt[0]), *subject.leaves)
    except DiffkitError as error:
        return SwellRow(None, "adjoint", status="not applicable", note=one_line(str(error)))
    return SwellRow(None, "adjoint", operations=len(program), seconds=time.perf_counter() - begun)


def whole(count: int) -> str:
    """A whole number in groups of three, the larger ones as a power of ten.

    >>> whole(712707), whole(10**30)
    ('712 707', '1.0e30')
    """
    if count < 10**12:
        return f"{count:,}".replace(",", " ")
    digits = str(count) if count.bit_length() < 10_000 else "1" + "0" * int(count.bit_length() * 0.30103)
    return f"{digits[0]}.{digits[1]}e{len(digits) - 1}"
