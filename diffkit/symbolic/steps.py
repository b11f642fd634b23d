"""The derivative rule by rule, as a student writes it, and what becomes of it afterwards, pass by pass."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from diffkit.allowance import require_within
from diffkit.errors import NotClosedFormError, OptionError
from diffkit.symbolic import printed
from diffkit.symbolic.agreement import PROVED, Agreement
from diffkit.symbolic.differentiate import differentiate as by_sympy
from diffkit.symbolic.expression import within_reach
from diffkit.symbolic.kept import Kept
from diffkit.symbolic.limited import simplify
from diffkit.symbolic.passes import Pruning, as_printed, as_written, collect, evaluated, prune, share
from diffkit.symbolic.pool import Pool, Term, in_order
from diffkit.symbolic.reading import read
from diffkit.symbolic.rewrite import Variable, differentiate, finished
from diffkit.symbolic.rules import rule_for
from diffkit.tables import Printed

__all__ = ["Stage", "Step", "Steps", "steps"]

MOST_NODES = 20_000  # of a line when it is written out: no one reads more, and SymPy takes minutes for it


@dataclass(frozen=True)
class Step(Kept):
    """One rule, applied once: at every place where this derivative stands in the line.

    Attributes
    ----------
    rule
        Its name.
    formula
        What it says.
    subexpression
        What it differentiates.
    before, after
        The derivative of that, and what the rule writes for it; derivatives that are still to be found are
        SymPy's `Derivative`.
    expression
        The whole line afterwards.
    order
        Which derivative the line is to become: 1, 2, ...
    """

    rule: str
    formula: str
    subexpression: Any
    before: Any
    after: Any
    expression: Any
    order: int


@dataclass(frozen=True)
class Stage(Kept):
    """The derivative after one pass.

    Attributes
    ----------
    name
        raw, pruned, collected, simplified or shared.
    expression
        The derivative; None where the pass did not come to an end.
    agrees
        Whether it equals sympy.diff: "proved", or "to 50 digits at 5 points".
    note
        Why there is no expression, or how long it took.
    definitions
        What the names in it stand for: (name, expression), in order.
    """

    name: str
    expression: Any
    agrees: str = ""
    note: str = ""
    definitions: tuple[tuple[Any, Any], ...] = ()

    @property
    def form(self) -> Any:
        """The expression in the order in which it is printed; what SymPy has evaluated is in another."""
        evaluated = self.name == "simplified" and self.expression is not None
        return as_printed(self.expression, Pool()).node if evaluated else self.expression


@dataclass(frozen=True)
class Steps(Kept, Printed):
    """A derivative by the rules, and its passes; made by `steps`. It prints itself.

    Attributes
    ----------
    f
        The expression that is differentiated.
    variable
        With respect to which symbol.
    order
        How often.
    steps
        The rules in the order in which they are applied.
    stages
        What becomes of the last line.
    check
        Whether all stages equal sympy.diff, and how that is known.
    """

    f: Any
    variable: Any
    order: int
    steps: tuple[Step, ...]
    stages: tuple[Stage, ...]
    check: str

    def stage(self, name: str) -> Any:
        """The expression after the pass of this name; None where there is none."""
        return next((s.expression for s in self.stages if s.name == name), None)

    @property
    def raw(self) -> Any:
        """What the rules write, with nothing left out."""
        return self.stage("raw")

    @property
    def pruned(self) -> Any:
        """The derivative without zeros and ones."""
        return self.stage("pruned")

    @property
    def collected(self) -> Any:
        """The derivative with like terms and factors gathered."""
        return self.stage("collected")

    @property
    def simplified(self) -> Any:
        """What SymPy's simplify made of it; None when it was left out or stopped."""
        return self.stage("simplified")

    @property
    def best(self) -> Stage:
        """The stage with the fewest operations, of those that write the derivative as one formula."""
        return _best(self.stages)

    @property
    def derivative(self) -> Any:
        """The derivative with the fewest operations that was found."""
        return self.best.expression

    def text(self, width: float = math.inf) -> str:
        """An aligned table; where that is wider than `width`, with the lines below the rules."""
        return printed.text(self, width)

    def __str__(self) -> str:
        return self.text()

    def markdown(self) -> str:
        """The steps as a Markdown table, with formulas between dollar signs."""
        return printed.markdown(self)

    def latex(self) -> str:
        """The lines one below the other, as an aligned environment with the rules beside them."""
        return printed.latex(self)

    def _repr_latex_(self) -> str:
        return f"$${self.latex()}$$"

    def html(self) -> str:
        """The steps as an HTML table; its formulas are MathML, which browsers draw by themselves."""
        return printed.html(self)

    def _repr_html_(self) -> str:
        return self.html()

    def page(self) -> str:
        """The same as an HTML file."""
        return printed.page(self)

    def csv(self) -> str:
        """A line a step: order, step, rule, formula, before, after, line."""
        return printed.csv(self)

    def to_dict(self) -> dict[str, Any]:
        """Steps and stages in JSON's types; formulas as text."""
        return printed.to_dict(self)


@within_reach()
def steps(
    f: Any, wrt: Any = None, at: Any = None, *, order: int = 1, shortcuts: bool = True,
    time_limit: float | None = 5.0, max_steps: int = 200,
) -> Steps:  # fmt: skip
    """The derivative of f rule by rule, outermost and leftmost first, then tidied up pass by pass.

    Parameters
    ----------
    f
        Text, a SymPy expression, or a function in NumPy's functions with one number for its result.
    wrt
        The name of the variable; not needed when there is only one.
    at
        Where a function in NumPy's functions is recorded: a value for its argument, a tuple for several, or
        a mapping by name; 1.0 for each by default.
    order
        Which derivative. The next one continues from the collected one before.
    shortcuts
        Whether to write as a student does: (c u)' is c u', no zeros, no ones. Without, every rule is
        written out and nothing is left out.
    time_limit
        How many seconds SymPy's simplify may take; None leaves it out.
    max_steps
        The largest number of steps.

    Raises
    ------
    NotClosedFormError
        If f is not one formula, holds a function without a rule, or takes too many steps.
    ArgumentsError
        If it is not said which of several variables is meant, or there is no such variable.

    Examples
    --------
    >>> trace = steps("2*x^3 + x^2", time_limit=None)
    >>> print(trace)
    f(x) = 2*x^3 + x^2
    <BLANKLINE>
    step  rule             replaced                                      line
    1     sum              d/dx(2*x^3 + x^2) -> d/dx(2*x^3) + d/dx(x^2)  d/dx(2*x^3) + d/dx(x^2)
    2     constant factor  d/dx(2*x^3)       -> 2*d/dx(x^3)              2*d/dx(x^3) + d/dx(x^2)
    3     power            d/dx(x^3)         -> 3*x^2                    6*x^2 + d/dx(x^2)
    4     power            d/dx(x^2)         -> 2*x                      6*x^2 + 2*x
    <BLANKLINE>
    raw        2*(3*x^2) + 2*x^1
    pruned     6*x^2 + 2*x
    collected  6*x^2 + 2*x
    shared     nothing is computed twice
    <BLANKLINE>
    Every stage is equal to sympy.diff: proved.
    """
    if order < 1 or max_steps < 1:
        raise OptionError(f"order={order} and max_steps={max_steps} are to be 1 or more")
    require_within("order", order)
    u, x = read(f, wrt, at, in_order=shortcuts)
    _check_size(u)
    start = as_written(u) if shortcuts else u
    found: list[Step] = []
    derived = start
    for n in range(1, order + 1):
        v = derived
        found += _trace(v, x, n, shortcuts, max_steps, len(found))
        raw = differentiate(v, x, shortcuts)
        derived = collect(raw)
    stages = _stages(raw, derived, time_limit)
    agreement = _agreement(start, x, order)
    checked = tuple(
        replace(s, agrees=agreement(_whole(s))) if s.expression is not None else s for s in stages
    )
    return Steps(start.node, x.node, order, tuple(found), checked, _verdict(checked))


def _trace(u: Term, x: Term, order: int, shortcuts: bool, max_steps: int, before: int) -> list[Step]:
    """The steps of one derivative."""
    pool, varies = u.pool, Variable(x)
    tidy = Pruning(pool) if shortcuts else lambda t: t
    line, found = _derivative(u, x), list[Step]()
    while (waiting := _first_waiting(line.node)) is not None:
        if before + len(found) >= max_steps:
            raise NotClosedFormError(
                f"the derivative takes more than {max_steps} steps; raise max_steps=, or take its value by "
                f"dk.derivative"
            )
        v = Term(pool, waiting.args[0])
        rule, parts = rule_for(v, varies, shortcuts)
        if shortcuts:
            parts = tuple(as_written(p) for p in parts)
        to_do = tuple(_derivative(p, x) for p in parts)
        after = tidy(finished(rule, v, parts, to_do, x, shortcuts))
        line = tidy(_replaced(line, waiting, after))
        _check_size(line)
        outer = rule.chain and parts[0].node is not x.node
        name = f"chain rule: {rule.name}" if outer else rule.name
        found.append(Step(name, rule.formula, v.node, waiting, after.node, line.node, order))
    return found


def _derivative(u: Term, x: Term) -> Term:
    """d/dx(u), to be found."""
    import sympy

    return u.call(
        sympy.Derivative, u, Term(u.pool, u.pool.node(sympy.Tuple, x.node, u.pool.leaf(sympy.S.One)))
    )


def _first_waiting(top: Any) -> Any:
    """The leftmost derivative that is still to be found, None when there is none."""
    import sympy

    seen, waiting = set[int](), [top]
    while waiting:
        e = waiting.pop()
        if isinstance(e, sympy.Derivative):
            return e
        if id(e) not in seen:
            seen.add(id(e))
            waiting += e.args[::-1]
    return None


def _replaced(line: Term, old: Any, new: Term) -> Term:
    made = {id(old): new.node}
    for e in in_order([a for a in [line.node] if a is not old], made):
        args = [made[id(a)] for a in e.args]
        same = all(a is b for a, b in zip(args, e.args, strict=True))
        made[id(e)] = e if same else line.pool.node(type(e), *args)
    return Term(line.pool, made[id(line.node)])


def _check_size(u: Term) -> None:
    sizes: dict[int, int] = {}
    for e in in_order([u.node]):
        sizes[id(e)] = 1 + sum(sizes[id(a)] for a in e.args)
    if sizes[id(u.node)] > MOST_NODES:
        raise NotClosedFormError(
            f"not closed form: written out, the formula has more than {MOST_NODES} nodes; dk.derivative "
            f"finds the value all the same"
        )


# -- what becomes of it -----------------------------------------------------------------------------


def _stages(raw: Term, collected: Term, time_limit: float | None) -> list[Stage]:
    stages = [Stage("raw", raw.node), Stage("pruned", prune(raw).node), Stage("collected", collected.node)]
    if time_limit is not None:
        stages.append(_simplified(collected, time_limit))
    best = _best(stages)
    named, result = share(collected if best.expression is collected.node else best.expression)
    note = "" if named else "nothing is computed twice"
    return [*stages, Stage("shared", result, note=note, definitions=tuple(named))]


def _simplified(u: Term, time_limit: float) -> Stage:
    try:
        found = simplify(u, time_limit)
    except NotClosedFormError as error:
        return Stage("simplified", None, note=str(error))
    note = f"stopped after {time_limit:g} s" if found.stopped else ""
    return Stage("simplified", found.expression, note=note)


def _best(stages: Sequence[Stage]) -> Stage:
    """The collected or the simplified; SymPy's simplify may well write |x|' by cases."""
    import sympy

    tidy = [s for s in stages if s.name in ("collected", "simplified") and s.expression is not None]
    return min(
        tidy, key=lambda s: (s.expression.has(sympy.Piecewise), sympy.count_ops(evaluated(s.expression)))
    )


def _agreement(u: Term, x: Term, order: int) -> Agreement:
    """Compares with sympy.diff; its symbols are real, as f's arguments are."""
    f = _real(u.node)
    return Agreement(f, by_sympy(f, _real(x.node), order))


def _real(e: Any) -> Any:
    import sympy

    return evaluated(e).xreplace({s: sympy.Symbol(s.name, real=True) for s in e.free_symbols})


def _whole(stage: Stage) -> Any:
    """The stage's expression without names."""
    whole = dict[Any, Any]()
    for name, e in stage.definitions:
        whole[name] = evaluated(e).xreplace(whole)
    return _real(evaluated(stage.expression).xreplace(whole) if whole else stage.expression)


def _verdict(stages: tuple[Stage, ...]) -> str:
    said = [s.agrees for s in stages if s.expression is not None]
    bad = [s for s in stages if s.agrees.startswith(("differs", "not"))]
    if bad:
        return f"the stage {bad[0].name!r} against sympy.diff: {bad[0].agrees}"
    weakest = next((agrees for agrees in said if agrees != PROVED), PROVED)
    return f"equal to sympy.diff: {weakest}" if weakest == PROVED else f"equal to sympy.diff {weakest}"
