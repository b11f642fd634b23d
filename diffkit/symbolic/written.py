"""A tape's expression as it was written: no step of the program is tidied up, none is written twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np

from diffkit.errors import GuardError, NoRuleError, NotClosedFormError
from diffkit.result import an_answer
from diffkit.symbolic.expression import require_no_branches
from diffkit.symbolic.named import named_functions
from diffkit.symbolic.pool import Pool, Term
from diffkit.tape.objects import SympyArithmetic
from diffkit.tape.wengert import Slot, Tape

__all__ = ["written"]


def written(tape: Tape, symbols: Sequence[Any], pool: Pool, named: bool = False) -> Any:
    """The expression of a tape's result, nested as f nests it, as terms of this pool.

    It has about a node for each row of the tape, whatever its size as a tree.

    Parameters
    ----------
    tape
        A program without branches on its inputs.
    symbols
        A SymPy symbol for each input, an object array of symbols for an array.
    named
        Whether expm1, logaddexp, ... stay functions of their own, with the digits that exp(x) - 1 loses.

    Raises
    ------
    NotClosedFormError
        If the program branches on its inputs, or calls a function that SymPy lacks.

    Examples
    --------
    >>> import sympy, diffkit as dk
    >>> tape = dk.record(lambda x: 4 * x * (1 - x), 0.2)
    >>> print(written(tape, [sympy.Symbol("x")], Pool()))
    (4*x)*(1 - x)
    """
    require_no_branches(tape)
    arithmetic = WrittenArithmetic(pool, named)
    try:
        values = tape.run([_terms(s, pool) for s in symbols], arithmetic)
        return tape.output_structure.build([_terms(leaf, pool) for leaf in _outputs(tape, values)])
    except (NoRuleError, GuardError) as error:
        raise NotClosedFormError(f"not closed form: {error}") from error


def _outputs(tape: Tape, values: list[Any]) -> list[Any]:
    return [values[o.index] if isinstance(o, Slot) else an_answer(o) for o in tape.outputs]


def _terms(value: Any, pool: Pool) -> Any:
    """A number, an expression or an array of them as terms."""
    if isinstance(value, np.ndarray) and value.ndim:
        out = np.empty(value.shape, dtype=object)
        out.ravel()[:] = [pool.term(v) for v in value.ravel().tolist()]
        return out
    return pool.term(value.item() if isinstance(value, np.ndarray) else value)


@dataclass(frozen=True)
class WrittenArithmetic(SympyArithmetic):
    """SymPy arithmetic whose every operation is kept as it is written."""

    pool: Pool = field(default_factory=Pool)
    named: bool = False

    @cached_property
    def module(self) -> Any:
        """What a row of the table of meanings sees instead of SymPy."""
        return _Written(self.pool)

    def row(self, function: Callable[..., Any]) -> Callable[..., Any] | None:
        kind = named_functions().get(function) if self.named else None
        return super().row(function) if kind is None else partial(self.module.call, kind)

    def number(self, value: Any) -> Term:
        """One plain number, exactly."""
        return value if isinstance(value, Term) else self.pool.term(value)

    def _counted(self, value: Any) -> Any:
        import sympy

        if isinstance(value, Term):
            condition = isinstance(value.node, sympy.logic.boolalg.Boolean) and not value.node.is_Symbol
            return self.module.Piecewise((1, value), (0, True)) if condition else value
        return super()._counted(value) if isinstance(value, np.ndarray) else value


class _Written:
    """SymPy's names, as functions that build in a pool what they would otherwise work out."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def __getattr__(self, name: str) -> Any:
        import sympy

        found = getattr(sympy, name)
        if not isinstance(found, type):
            return found if callable(found) else self._pool.term(found)  # pi, nan
        return partial(self.call, found)

    def call(self, kind: Any, *args: Any) -> Term:
        """The function of this SymPy class."""
        return self._pool.term(args[0]).call(kind, *args)

    def sqrt(self, x: Any) -> Term:
        import sympy

        root: Term = self._pool.term(x) ** sympy.Rational(1, 2)
        return root

    def log(self, x: Any, base: Any = None) -> Term:
        import sympy

        top = self._pool.term(x).call(sympy.log, x)
        return top if base is None else top / top.call(sympy.log, base)

    def Rational(self, p: int, q: int) -> Term:  # noqa: N802, as SymPy calls it
        import sympy

        return self._pool.term(sympy.Rational(p, q))

    def Piecewise(self, *pieces: tuple[Any, Any]) -> Term:  # noqa: N802, as SymPy calls it
        import sympy

        pool = self._pool
        pairs = [pool.term(value).call(sympy.functions.elementary.piecewise.ExprCondPair, value, _truth(c))
                 for value, c in pieces]  # fmt: skip
        return pairs[0].call(sympy.Piecewise, *pairs)


def _truth(condition: Any) -> Any:
    import sympy

    return sympy.S(condition) if isinstance(condition, bool) else condition
