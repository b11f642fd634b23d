"""Whether two expressions are equal: proved, or seen to 50 digits at random points."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from diffkit.errors import NotClosedFormError
from diffkit.symbolic.passes import applied, evaluated
from diffkit.symbolic.pool import in_order
from diffkit.tape.digits import one_at_a_time

__all__ = ["PROVED", "Agreement"]

PROVED = "proved"
DIGITS = 50
POINTS = 5
WORKING_DIGITS = 120  # what cancels may take seventy
TRIES = 200
INTERVALS = ((-3, 3), (0, 1), (1, 4))
# Beyond these SymPy's expand may take minutes, and the digits have to do.
MOST_NODES, MOST_TERMS = 400, 5000


@dataclass(frozen=True)
class Agreement:
    """Tells whether expressions equal a reference where f is real.

    Attributes
    ----------
    f
        The expression whose real points are the domain.
    reference
        What the others are to equal, as SymPy evaluates it.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x", real=True)
    >>> Agreement(sympy.sin(x), sympy.cos(x))(sympy.sqrt(1 - sympy.sin(x) ** 2))
    'differs at x=2.99'
    """

    f: Any
    reference: Any

    def __call__(self, expression: Any) -> str:
        """The verdict: "proved", "to 50 digits at 5 points", or where it differs."""
        if self._proved(expression):
            return PROVED
        points = list(self._points())
        for point, expected in points:
            found = value(expression, point)
            if not _close(found, expected):
                return f"differs at {', '.join(f'{x}={float(v)}' for x, v in point.items())}"
        if not points:
            return f"not checked: f is real at none of {TRIES} random points"
        return f"to {DIGITS} digits at {len(points)} point{'s' * (len(points) != 1)}"

    def _proved(self, expression: Any) -> bool:
        import sympy

        tidy = evaluated(expression)
        if tidy == self.reference:
            return True
        difference = tidy - self.reference
        if len(list(sympy.preorder_traversal(difference))) > MOST_NODES:
            return False
        numerator = sympy.fraction(sympy.together(difference))[0]
        return _terms(numerator) <= MOST_TERMS and bool(numerator.expand() == 0)

    def _points(self) -> Iterator[tuple[dict[Any, Any], Any]]:
        """Points, the same ones each time, where f and the reference are real, with the reference there."""
        import sympy

        chance = random.Random(0)
        symbols = sorted(self.f.free_symbols | self.reference.free_symbols, key=str)
        found = 0
        for _ in range(TRIES if symbols else 1):
            low, high = chance.choice(INTERVALS)
            point = {s: sympy.Rational(chance.randint(1000 * low, 1000 * high), 1000) for s in symbols}
            expected = value(self.reference, point)
            if _is_real(value(self.f, point)) and _is_real(expected):
                yield point, expected
                found += 1
                if found == POINTS:
                    return


@one_at_a_time
def value(expression: Any, point: dict[Any, Any]) -> Any:
    """The expression at a point, as a SymPy number of many digits; each node once. nan if it is too large."""
    import sympy

    made: dict[int, Any] = {}
    for e in in_order([expression]):
        if e.is_Symbol:
            made[id(e)] = sympy.Float(point[e], WORKING_DIGITS) if e in point else e
        elif e.is_NumberSymbol:
            made[id(e)] = e.n(WORKING_DIGITS)
        elif not e.args:
            made[id(e)] = e
        else:
            try:
                made[id(e)] = applied(e.func, *(made[id(a)] for a in e.args))
            except NotClosedFormError:
                return sympy.nan
            if made[id(e)].is_Function and all(a.is_Number for a in made[id(e)].args):
                made[id(e)] = made[id(e)].n(WORKING_DIGITS)  # exp(9): else its size is not seen
    return made[id(expression)].n(WORKING_DIGITS)


def _terms(e: Any) -> int:
    """How many terms the expression may have when it is multiplied out."""
    terms: dict[int, int] = {}
    for part in in_order([e]):
        below = [terms[id(a)] for a in part.args]
        if part.is_Add:
            terms[id(part)] = sum(below)
        elif part.is_Mul:
            terms[id(part)] = math.prod(below)
        elif part.is_Pow and part.args[1].is_Integer and below[0] > 1:
            terms[id(part)] = below[0] ** min(abs(int(part.args[1])), 64)
        else:
            terms[id(part)] = 1
    return terms[id(e)]


def _is_real(number: Any) -> bool:
    return bool(number.is_number and number.is_finite and number.is_extended_real)


def _close(a: Any, b: Any) -> bool:
    import sympy

    if not a.is_number or a.is_finite is False or a is sympy.nan:
        return False
    scale = max(abs(b), sympy.Float(10) ** -DIGITS)
    return bool(abs(sympy.re(a) - b) + abs(sympy.im(a)) <= scale * sympy.Float(10) ** -DIGITS)
