"""The derivative of a formula of real symbols, also where SymPy itself has none or a wrong one.

Letters: `x` the symbol, `c` a point, `u` an inner formula.

Functions with kinks are written in their pieces, and steps are constant between their jumps:

    |u| = sign(u) u     max(a, b) = a, b, or (a + b)/2     frac u = u - floor u     a mod b = a - b floor(a/b)

so that no DiracDelta and no unevaluated derivative of a floor comes up. A piece that holds at single points
only, as the 1 of sin(x)/x at 0, says nothing about the slope there: that is the limit of the slopes around.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from diffkit.errors import NotClosedFormError
from diffkit.symbolic.expression import count_text, within_reach
from diffkit.symbolic.sizes import size_of_derivative
from diffkit.tape.objects import SYMPY

__all__ = ["as_expression", "differentiate", "gradient"]

SWELL = 5  # times the nodes of a formula is what its derivative may have, before anything cancels
LARGE = 200  # operations: limits of larger formulas take SymPy too long


@within_reach()
def gradient(
    formula: Any, symbols: list[Any], sides: bool = False, max_nodes: int | None = None
) -> list[Any]:
    """The derivative with respect to each symbol; a term of a sum is asked only for those it holds."""
    import sympy

    terms: dict[Any, list[Any]] = {}
    for term in sympy.Add.make_args(as_expression(formula)):
        for symbol in term.free_symbols:
            terms.setdefault(symbol, []).append(term)
    sums = [sympy.Add(*terms.get(symbol, ())) for symbol in symbols]
    return [differentiate(e, s, 1, sides, max_nodes) for e, s in zip(sums, symbols, strict=True)]


@within_reach()
def differentiate(
    formula: Any, x: Any, order: int = 1, sides: bool = False, max_nodes: int | None = None
) -> Any:
    """The order-th derivative of a SymPy expression in the real symbol x.

    At a single point at which f jumps it is nan; with `sides`, the slope of the piece that holds there.

    Raises
    ------
    NotClosedFormError
        If SymPy leaves a derivative unevaluated, the expression nests too deeply, or a derivative on the way
        would be written with more than `SWELL` times `max_nodes` nodes.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x", real=True)
    >>> differentiate(sympy.Abs(x) ** 3, x), differentiate(sympy.floor(x) * x, x)
    (3*x**2*sign(x), floor(x))
    """
    import sympy

    formula = as_expression(formula)
    kinks = _Kinks()
    if formula.has(*_awkward()):
        formula = kinks.without(formula)
    points = _single_points(formula, x)
    derived = formula.xreplace({point: _off(point) for point in points}) if points else formula
    values = [_Value(point, formula, derived, x) for point in points]
    for _ in range(order):
        _require_writable(derived, x, max_nodes)
        derived = sympy.diff(derived, x)
        if derived.has(sympy.Derivative, sympy.Subs):
            raise NotClosedFormError("not closed form: SymPy leaves a derivative in the result unevaluated")
    instead = sympy.diff(formula, x, order) if sides and points else sympy.nan
    pieces = [(value.limit(derived, instead), value.there) for value in values]
    return kinks.back(sympy.Piecewise(*pieces, (derived, True)) if pieces else derived)


def _require_writable(formula: Any, x: Any, max_nodes: int | None) -> None:
    """Refuse a derivative that SymPy would write for minutes; until it has, nothing stops it."""
    if max_nodes is None:
        return
    size = size_of_derivative(formula, x)
    if size > SWELL * max_nodes:
        raise NotClosedFormError(
            f"not closed form: written out, the derivative has {count_text(size)} nodes before anything "
            f"cancels, the limit is {SWELL} * max_nodes={SWELL * max_nodes}; with "
            f'method="symbolic", share=True every value is written only once'
        )


def as_expression(formula: Any) -> Any:
    """A result that does not depend on the inputs is a plain number: as a SymPy number."""
    return formula if hasattr(formula, "args") else SYMPY.leaf(formula)  # free_symbols walks the whole tree


# -- kinks and steps ------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _steps() -> tuple[Any, ...]:
    """What is constant between its jumps."""
    import sympy

    return (sympy.sign, sympy.floor, sympy.ceiling, sympy.Heaviside, sympy.DiracDelta)


@lru_cache(maxsize=1)
def _awkward() -> tuple[Any, ...]:
    import sympy

    return (*_steps(), sympy.Abs, sympy.Max, sympy.Min, sympy.frac, sympy.Mod, sympy.sinc)


class _Kinks:
    """Formulas with constants for the steps in them, and back."""

    def __init__(self) -> None:
        self.constants: dict[Any, Any] = {}
        self.done: dict[Any, Any] = {}

    def without(self, e: Any) -> Any:
        """A formula in its pieces, with a constant for each step; conditions and steps stay as they are."""
        if not e.args or e.is_Boolean:
            return e
        if e not in self.done:
            self.done[e] = self._step(e) if isinstance(e, _steps()) else self._in_pieces(e)
        return self.done[e]

    def _in_pieces(self, e: Any) -> Any:
        import sympy

        args = [self.without(a) for a in e.args]
        if isinstance(e, sympy.Abs):
            return self._step(sympy.sign(*e.args)) * args[0]
        if isinstance(e, sympy.frac):
            return args[0] - self._step(sympy.floor(*e.args))
        if isinstance(e, sympy.Mod):
            return args[0] - args[1] * self._step(sympy.floor(e.args[0] / e.args[1]))
        if isinstance(e, sympy.sinc):
            return sympy.Piecewise((sympy.sin(args[0]) / args[0], sympy.Ne(e.args[0], 0)), (1, True))
        if isinstance(e, sympy.Max | sympy.Min):
            return self._largest(e, args)
        return e if list(e.args) == args else e.func(*args)

    def _step(self, e: Any) -> Any:
        """The constant for a step, also where SymPy has rewritten it, as -sign(u) for sign(-u)."""
        import sympy

        if not isinstance(e, _steps()):
            return e.func(*map(self._step, e.args)) if e.args else e
        if isinstance(e, sympy.sign) and e.args[0].is_Pow and e.args[0].exp.is_Integer:
            return self._step(sympy.sign(e.args[0].base)) ** e.args[0].exp
        return self.constants.setdefault(e, sympy.Dummy("step", real=True))

    def _largest(self, e: Any, pieces: list[Any]) -> Any:
        """A maximum or minimum in pieces; where several are equal, their mean."""
        import sympy

        sign = 1 if isinstance(e, sympy.Max) else -1
        if len(pieces) == 2:
            (a, b), (u, v) = pieces, e.args
            where = (u > v, u < v) if sign > 0 else (u < v, u > v)
            return sympy.Piecewise((a, where[0]), (b, where[1]), ((a + b) / 2, True))
        # Of many, conditions would take SymPy minutes.
        chosen = [sympy.Heaviside(sign * (u - e), 1, evaluate=False) for u in e.args]
        shares = [
            self.constants.setdefault(c / sympy.Add(*chosen), sympy.Dummy("share", real=True)) for c in chosen
        ]
        return sympy.Add(*(share * a for share, a in zip(shares, pieces, strict=True)))

    def back(self, e: Any) -> Any:
        """The formula with the steps themselves again."""
        import sympy

        signs = [
            constant
            for step, constant in self.constants.items()
            if isinstance(step, sympy.sign) and not step.args[0].has(sympy.Piecewise, *_awkward())
        ]
        # Where u is 0 at single points only, sign(u)^2 = 1 around them: x^(1/3) to the third is x again.
        e = e.replace(
            lambda part: part.is_Pow and part.base in signs and part.exp.is_Integer,
            lambda part: part.base ** (part.exp % 2),
        )
        return e.xreplace({constant: step for step, constant in self.constants.items()})


# -- pieces that hold at single points -------------------------------------------------------------------


def _single_points(formula: Any, x: Any) -> list[Any]:
    """The equations and inequations of x among the conditions of a formula, in order."""
    import sympy

    found = formula.atoms(sympy.Eq, sympy.Ne) if formula.has(sympy.Piecewise) else ()
    return sorted((e for e in found if x in e.free_symbols), key=sympy.default_sort_key)


def _off(point: Any) -> Any:
    """What an equation or inequation says everywhere else."""
    import sympy

    return sympy.true if isinstance(point, sympy.Ne) else sympy.false


# What SymPy raises where it does not find an answer; it also asks itself without end.
UNFOUND = (NotImplementedError, ValueError, TypeError, AttributeError, RecursionError)


def _nothing(e: Any) -> bool:
    """Whether a formula is known to be 0."""
    try:
        return bool(e.equals(0))
    except UNFOUND:
        return False


class _Value:
    """What the derivatives are at the points where an equation holds: limits, if f is continuous there.

    Attributes
    ----------
    there
        The equation, solved for x where it is linear.
    """

    def __init__(self, point: Any, formula: Any, around: Any, x: Any) -> None:
        import sympy

        self.x, self.c = x, None
        self.there = sympy.Eq(*point.args)
        difference = point.lhs - point.rhs
        if difference.is_polynomial(x) and sympy.degree(difference, x) == 1:
            c = sympy.solve(difference, x)[0]
            self.there = sympy.Eq(x, c)
            others = {p: _off(p) for p in _single_points(formula, x) if p != point}
            value = formula.xreplace({point: sympy.Not(_off(point)), **others}).subs(x, c)
            limit = self._limit(around, c)
            self.c = c if limit is not None and _nothing(limit - value) else None

    def limit(self, derived: Any, instead: Any) -> Any:
        """The limit of a derivative; something else where there is none."""
        found = None if self.c is None else self._limit(derived, self.c)
        return instead if found is None else found

    def _limit(self, e: Any, c: Any) -> Any:
        import sympy

        if e.count_ops() > LARGE or any(isinstance(s, sympy.Dummy) for s in e.free_symbols):
            return None
        try:
            sides = [sympy.limit(e, self.x, c, side) for side in "+-"]
        except UNFOUND:
            return None
        known = sides[0] == sides[1] and sides[0].is_finite is not False and not sides[0].has(sympy.Limit)
        return sides[0] if known and self.x not in sides[0].free_symbols else None
