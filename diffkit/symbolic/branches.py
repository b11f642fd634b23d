"""A function that branches on its argument as one formula: SymPy's Piecewise of both sides of each branch.

f runs once for every side: a recorder answers each `if` with the outcome that is wanted, whatever the numbers
say, and keeps the condition as a formula.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from diffkit.arguments import leaf_names
from diffkit.errors import ArgumentsError, DiffkitError, GuardError, NoRuleError, NotClosedFormError
from diffkit.functions import as_function
from diffkit.structure import Structure, as_leaf, flatten, flatten_arguments
from diffkit.symbolic.expression import require_size, symbols_of, within_reach
from diffkit.tape.active import Active, apply
from diffkit.tape.node import Node, reachable
from diffkit.tape.objects import SYMPY
from diffkit.tape.place import Place, calling_place
from diffkit.tape.record import Recorder, run

__all__ = ["both_sides", "piecewise"]

LIMIT = 64  # sides


def piecewise(
    f: Callable[..., Any],
    *point: Any,
    names: Sequence[str] | None = None,
    limit: int = LIMIT,
    max_nodes: int = 20_000,
) -> Any:
    """The SymPy expression of f with both sides of its branches, nested as f's result.

    The conditions are exact relations of the symbols, which are real. A side on which f raises an exception
    is nan. Where sides meet, the value and the slope are those of the side that f takes.

    Parameters
    ----------
    f
        A function whose branches (if, while, and, or, not) compare numbers; text and SymPy expressions, too.
    point
        Arguments as f takes them; which numbers they are makes no difference to the formula.
    names
        A name for each number or array among the arguments; f's own names for them, by default.
    limit
        The most sides to write. A loop that goes on while a condition on its argument holds has no end of
        them.
    max_nodes
        The largest expression of one side, counted as a tree.

    Raises
    ------
    NotClosedFormError
        If there are more sides; if f branches on a whole array or takes an index from its argument; if it
        calls a function that SymPy lacks.

    Examples
    --------
    >>> def relu(x):
    ...     return x if x > 0 else 0 * x
    >>> piecewise(relu, 1.0)
    Piecewise((x, x > 0), (0, True))
    """
    f = as_function(f)
    leaves, structure = flatten_arguments(point)
    leaves = [as_leaf(leaf) for leaf in leaves]
    names = list(names) if names is not None else leaf_names(f, point, structure, len(leaves))
    if len(names) != len(leaves) or len(set(names)) != len(names):
        raise ArgumentsError(f"f has {len(leaves)} inputs; give each a name of its own, not {names}")
    symbols = [symbols_of(name, np.shape(leaf)) for name, leaf in zip(names, leaves, strict=True)]
    with np.errstate(all="ignore"):
        return both_sides(
            lambda *inputs: f(*structure.build(list(inputs))), leaves, symbols, limit, max_nodes
        )


def both_sides(
    f: Callable[..., Any], leaves: list[Any], symbols: list[Any], limit: int = LIMIT, max_nodes: int = 20_000
) -> Any:
    """The expression of a function of leaves, where each leaf is a symbol or an array of symbols."""
    tree = _Tree(f, leaves, symbols, limit, max_nodes)
    with within_reach():
        found = tree.explore([])
    assert tree.structure is not None
    return tree.structure.build(found)


@dataclass(frozen=True)
class Decision:
    """A branch: its condition as a formula, the side it went, its line, and whether it could go both ways."""

    condition: Any
    outcome: bool
    place: Place
    free: bool

    @property
    def held(self) -> Any:
        """What holds on the side it went."""
        return self.condition if self.outcome else ~self.condition


class _Tree:
    """The decisions of f, walked depth first; f runs once for each leaf of the tree."""

    def __init__(
        self, f: Callable[..., Any], leaves: list[Any], symbols: list[Any], limit: int, max_nodes: int
    ) -> None:
        self.f, self.leaves, self.symbols = f, leaves, symbols
        self.limit, self.max_nodes = limit, max_nodes
        self.structure: Structure | None = None
        self.runs = 0

    def explore(self, decisions: list[Decision]) -> list[Any]:
        """The results of f below these decisions."""
        self.runs += 1
        side = _Side(self.symbols, decisions, self.limit, self.max_nodes)
        found = self._followed(side)
        for i in reversed(range(len(decisions), len(side.path))):
            taken = side.path[i]
            if not taken.free:
                continue
            if self.runs >= self.limit:
                raise _too_many(self.limit, taken.place)
            other = self.explore([*side.path[:i], replace(taken, outcome=not taken.outcome)])
            sides = (found, other) if taken.outcome else (other, found)
            found = _joined(*sides, taken.condition)
        return found

    def _followed(self, side: _Side) -> list[Any]:
        """The results of f on one side: expressions, or one nan where f raises."""
        inputs = [Node(side, leaf) for leaf in self.leaves]
        for node, symbol in zip(inputs, self.symbols, strict=True):
            side.known[node.number] = (symbol, 1)
        structure = Structure()

        def laid_open(*x: Any) -> dict[int, Any]:
            nonlocal structure
            # (0, 1) on one side is (x, 2 * x) on the other, and so no array here.
            found, structure = flatten(self.f(*x), lambda y: isinstance(y, Active), lambda y: False)
            return dict(enumerate(found))

        try:
            outputs, _ = run(laid_open, inputs, side)
        except DiffkitError:
            raise
        except Exception:
            if not side.led:
                raise
            return [SYMPY.module.nan]
        if structure != (self.structure or structure):
            raise NotClosedFormError(
                "not closed form: f's result is nested in one way on one side of a branch, "
                "and in another on the other; return the same kind of result on both"
            )
        self.structure = structure
        return [side.formula(output) for output in outputs]


class _Side(Recorder):
    """A recorder on which branches go as it was decided, then as the numbers say.

    Attributes
    ----------
    path
        The decisions so far, the first of them given.
    led
        Whether a branch has gone the other way than the numbers say.
    known
        The formula of each row, and how many nodes it has written out as a tree.
    """

    __slots__ = ("count", "known", "led", "limit", "max_nodes", "path")

    def __init__(self, symbols: list[Any], path: list[Decision], limit: int, max_nodes: int) -> None:
        super().__init__(decisions=[])
        self.path, self.limit, self.max_nodes = list(path), limit, max_nodes
        self.known: dict[int, tuple[Any, int]] = {}
        self.count, self.led = 0, False

    def decide(self, value: Active) -> bool:
        if value.size != 1:
            raise NotClosedFormError(
                f"not closed form: f branches on an array of shape {value.shape} at {calling_place()}; write "
                f"np.where, which selects element by element"
            )
        truth = value if value.dtype == bool else apply(np.not_equal, (value, 0))
        natural = bool(truth.value)
        if self.count == len(self.path):
            self.path.append(self._decision(truth, natural))
        outcome = self.path[self.count].outcome
        self.count += 1
        self.led |= outcome != natural
        return outcome

    def _decision(self, truth: Active, natural: bool) -> Decision:
        """A decision that nothing was said about before."""
        place = calling_place()
        if sum(decision.free for decision in self.path) >= self.limit:
            raise _too_many(self.limit, place)
        condition = self.formula(truth)
        condition = condition.item() if isinstance(condition, np.ndarray) else condition
        if condition in (True, False):
            return Decision(condition, bool(condition), place, free=False)
        for outcome in (True, False):
            if _leaves_nothing([d.held for d in self.path], ~condition if outcome else condition):
                return Decision(condition, outcome, place, free=False)
        return Decision(condition, natural, place, free=True)

    def freeze(self, value: Active) -> Any:
        raise NotClosedFormError(
            f"not closed form: f takes an index or a mask from its argument at {calling_place()}, which no "
            f"formula can stand for; write np.where"
        )

    def formula(self, value: Any) -> Any:
        """A value of this run as an expression of the symbols."""
        if not (isinstance(value, Node) and value.owner is self):
            return SYMPY.leaf(value)
        for node in reachable([value], self):
            if node.number not in self.known:
                self.known[node.number] = self._row(node)
        return self.known[value.number][0]

    def _row(self, node: Node) -> tuple[Any, int]:
        mine = [isinstance(a, Node) and a.owner is self for a in node.args]
        size = 1 + sum(self.known[a.number][1] if m else 1 for a, m in zip(node.args, mine, strict=True))
        require_size(size, self.max_nodes)
        args = [
            self.known[a.number][0] if m else SYMPY.constant(a) for a, m in zip(node.args, mine, strict=True)
        ]
        try:
            assert node.function is not None
            return SYMPY.call(node.function, args, node.keywords or {}), size
        except (NoRuleError, GuardError) as error:
            raise NotClosedFormError(f"not closed form: {error}") from error


def _leaves_nothing(before: list[Any], condition: Any) -> bool:
    """Whether no number fulfils a condition after those before it, as far as is easily seen."""
    if _canonical(~condition) in map(_canonical, before):
        return True
    left: Any = SYMPY.module.Reals
    for c in (*before, condition):
        if c.free_symbols == condition.free_symbols:
            left = _within(left, c)
    return bool(left == SYMPY.module.EmptySet)


# Loops ask the same of the same conditions on every side: each answer is found once.


@lru_cache(maxsize=1024)
def _canonical(condition: Any) -> Any:
    return condition.canonical


@lru_cache(maxsize=1024)
def _within(numbers: Any, condition: Any) -> Any:
    """Those of the numbers that fulfil a relation, if it is linear in one symbol."""
    sympy = SYMPY.module
    if not isinstance(condition, sympy.core.relational.Relational) or len(condition.free_symbols) != 1:
        return numbers
    (symbol,) = condition.free_symbols
    difference = condition.lhs - condition.rhs
    if not difference.is_polynomial(symbol) or sympy.degree(difference, symbol) != 1:
        return numbers
    slope = difference.coeff(symbol)
    edge = -(difference.subs(symbol, 0)) / slope
    interval, end = sympy.Interval, sympy.oo
    among: dict[str, Callable[[], Any]] = {
        "<": lambda: interval.open(-end, edge), "<=": lambda: interval(-end, edge),
        ">": lambda: interval.open(edge, end), ">=": lambda: interval(edge, end),
        "==": lambda: sympy.FiniteSet(edge), "!=": lambda: sympy.Reals - sympy.FiniteSet(edge),
    }  # fmt: skip
    relation = condition if slope > 0 else condition.reversed
    return sympy.Intersection(numbers, among[relation.rel_op]())


def _joined(here: list[Any], there: list[Any], condition: Any) -> list[Any]:
    """The results on the two sides of a condition as one; a single nan stands for every result."""
    count = max(len(here), len(there))
    here, there = (side * count if len(side) == 1 and count > 1 else side for side in (here, there))
    return [_either(a, b, condition) for a, b in zip(here, there, strict=True)]


def _either(a: Any, b: Any, condition: Any) -> Any:
    sympy = SYMPY.module
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        if np.ndim(a) and np.ndim(b) and np.shape(a) != np.shape(b):
            raise NotClosedFormError(
                f"not closed form: f's result has shape {np.shape(a)} on one side of a branch and shape "
                f"{np.shape(b)} on the other"
            )
        return np.frompyfunc(lambda x, y: _either(x, y, condition), 2, 1)(a, b)
    if isinstance(a, sympy.Piecewise) and a.args[1:] == ((b, True),):  # x > 0 and x < 1
        a, condition = a.args[0][0], sympy.And(condition, a.args[0][1])
    others = b.args if isinstance(b, sympy.Piecewise) else [(b, True)]  # elif
    return sympy.Piecewise((a, condition), *others)


def _too_many(limit: int, place: Any) -> NotClosedFormError:
    return NotClosedFormError(
        f"not closed form: f has more than limit={limit} sides, and branches again at {place}; a loop that "
        f"goes on while its argument says so has no formula: use method='reverse'"
    )
