"""How a rule is written down: one row per function, from which both modes are driven.

Letters: `y` the result, `x`, `a`, `b` operands, `x_dot` the tangent of x, `y_bar` the cotangent of y.

A row says, operand by operand, one of two things:

    elementwise(np.sin, lambda y, x: np.cos(x))       the partial dy/dx, elementwise
    array_rule(np.sum, (push, pull))                  x_dot -> y_dot and y_bar -> x_bar

A partial may be a plain number (1, -1, 0) where it is constant; 0 also stands for the pair of an
operand that is not felt (a mask). None in its place says that no derivative is known with respect to
that operand (the order of a Bessel function). A partial, push or pull is asked for only when its operand
is active. Pulls need not undo broadcasting: the sweep does that, in one place.

A row also says where it holds: an elementwise one by its `domain`, the intervals of its operands; another
by `examples`, calls that it must get right. The tests of the rules take every row at its word.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from types import FunctionType
from typing import Any, Literal

import numpy as np

from diffkit.errors import NoRuleError
from diffkit.example import USUAL, Array, Box, Example, example
from diffkit.floats import for_floats
from diffkit.primitives import WITH_ROW

__all__ = [
    "QUICK",
    "Rule",
    "array_rule",
    "elementwise",
    "elementwise_several",
    "expand",
    "linear",
    "made_by",
    "overwritten",
    "quick_partials",
    "rule_of",
    "rules",
    "selecting",
]

Map = Callable[..., Any]
Partial = Map | int | float
Zero = Literal[0]


@dataclass(frozen=True, slots=True)
class Rule:
    """What is known about one function's derivative.

    Attributes
    ----------
    function
        The NumPy or SciPy function.
    partials
        For an elementwise function: dy/dx for each operand, `partial(y, *operands, **keywords)`.
    pushes, pulls
        Otherwise, for each operand: `push(x_dot, y, *operands, **keywords)` and
        `pull(y_bar, y, *operands, **keywords)`; their answer None means zero.
    variadic
        Whether one push and one pull serve all operands; they are then called with the operand's
        position first.
    together
        Whether they serve all operands in one call: the push takes the list of their tangents, None for
        zero, and the pull answers with the list of their cotangents.
    selects
        Whether the function passes some elements on and drops others. Below it, an exact zero means
        "not selected", and must not meet an infinite partial.
    domain
        For an elementwise function, boxes in which the row holds: an interval for each operand, or the
        number that it has to be.
    examples
        For another, calls for which it holds (`diffkit.example`).
    fresh
        Whether what partials and pulls return is either a new array, or a cotangent or operand that they
        were given, or a view of one: they keep none.
    """

    function: Callable[..., Any]
    partials: tuple[Partial | None, ...] | None = None
    pushes: tuple[Map | Zero | None, ...] = ()
    pulls: tuple[Map | Zero | None, ...] = ()
    variadic: bool = False
    together: bool = False
    selects: bool = False
    domain: tuple[Box, ...] = ()
    examples: tuple[Example, ...] = ()
    fresh: bool = False

    def partial(self, position: int) -> Partial:
        """dy/dx of the operand at this position."""
        entry: Partial = self._at(self.partials or (), position)
        return entry

    def push(self, position: int) -> Map | Zero:
        """The map from the tangent of the operand at this position to the tangent of the result."""
        return self._map(self.pushes, position)

    def pull(self, position: int) -> Map | Zero:
        """The map from the cotangent of the result to that of the operand at this position."""
        return self._map(self.pulls, position)

    def _map(self, maps: tuple[Map | Zero | None, ...], position: int) -> Map | Zero:
        entry: Map | Zero = self._at(maps, 0 if self.variadic else position)
        if not callable(entry) or not self.variadic:
            return entry
        return lambda bar, y, *args, **keywords: entry(position, bar, y, *args, **keywords)

    def _at(self, entries: tuple[Any, ...], position: int) -> Any:
        entry = entries[position] if position < len(entries) else None
        if entry is None:
            name = spelled(self.function)
            raise NoRuleError(
                f"{name} has no derivative rule with respect to its operand {position + 1}; keep that "
                f"operand constant, declare the row again with diffkit.rules.elementwise({name}, ...), or "
                f'use method="central"'
            )
        return entry


_RULES: dict[Any, Rule] = {}
# Of functions of one or two floats, or arrays, the partials; None for a 1. False for other functions.
QUICK: dict[type, dict[Any, Any]] = {float: {}, np.ndarray: {}}


def quick_partials(function: Callable[..., Any], kind: type) -> Any:
    """The partials of an elementwise function of one or two floats, or arrays; None in the place of a 1.

    False for a function that has no partials, or more than two, or a zero among them, or that selects: what
    is not felt or not selected must be told from the rest. Of arrays, also where a partial may keep what it
    returns.
    """
    rule = rule_of(function)
    if function not in _RULES:  # it lives for one call, and is not kept
        return False
    partials = rule.partials or ()
    quick = not rule.selects and 0 < len(partials) < 3 and 0 not in partials and (rule.fresh or kind is float)
    found = quick and tuple(_quick(rule, position, kind) for position in range(len(partials)))
    QUICK[kind][function] = found
    return found


def _quick(rule: Rule, position: int, kind: type) -> Any:
    partial = (rule.partials or ())[position]
    if partial is None:
        return lambda *_: rule.partial(position)  # raises the error that says so
    if not callable(partial):
        return None if partial == 1 else lambda *_: partial
    if (
        kind is float
        and isinstance(partial, FunctionType)
        and partial.__module__.startswith("diffkit.rules.")
    ):
        return for_floats(partial)
    return partial


def elementwise(
    function: Map, *partials: Partial | None, domain: Iterable[Box] = (), selects: bool = False
) -> None:
    """Declare an elementwise function by its partials, one an operand, and the boxes in which they hold."""
    boxes = tuple(domain) or tuple((side,) * len(partials) for side in USUAL)
    _declare(Rule(function, partials=partials, selects=selects, domain=boxes, fresh=_ours(partials)))


def elementwise_several(
    function: Callable[..., Any], *partials: Map | None, examples: Iterable[Example] = ()
) -> None:
    """Declare an elementwise function of several results by its partials, each the tuple of them all."""

    def maps(partial: Map) -> tuple[Map, Map]:
        def push(x_dot: Any, y: Any, *operands: Any) -> Any:
            return tuple(slope * x_dot for slope in partial(y, *operands))

        def pull(y_bars: Any, y: Any, *operands: Any) -> Any:
            slopes = zip(y_bars, partial(y, *operands), strict=True)
            return sum(y_bar * slope for y_bar, slope in slopes if y_bar is not None)

        return push, pull

    shown = tuple(examples) or (example(*(Array(3) for _ in partials)), example(*(Array() for _ in partials)))
    array_rule(function, *(partial and maps(partial) for partial in partials), examples=shown)


def array_rule(
    function: Callable[..., Any],
    *maps: tuple[Map, Map] | Zero | None,
    examples: Iterable[Example] = (),
    variadic: bool = False,
    selects: bool = False,
) -> None:
    """Declare a function of whole arrays by a (push, pull) pair an operand, and calls that it gets right."""
    pushes = tuple(pair and pair[0] for pair in maps)
    pulls = tuple(pair and pair[1] for pair in maps)
    shown, fresh = tuple(examples), _ours(pulls)
    _declare(Rule(function, None, pushes, pulls, variadic, selects=selects, examples=shown, fresh=fresh))


def _declare(rule: Rule) -> None:
    _RULES[rule.function] = rule
    for known in QUICK.values():
        known.pop(rule.function, None)
    WITH_ROW.add(rule.function)


def _ours(maps: tuple[Any, ...]) -> bool:
    return all(m.__module__.startswith("diffkit.rules.") for m in maps if callable(m))


def linear(
    function: Callable[..., Any],
    pull: Map,
    examples: Iterable[Example] = (),
    selects: bool = False,
    others: tuple[Zero, ...] = (),
) -> None:
    """Declare a function linear in its first operand: its tangent is the function of the tangent.

    `others` is (0,) where the second operand is whole numbers, such as indices, which are not felt.
    """

    def push(x_dot: Any, y: Any, x: Any, *rest: Any, **keywords: Any) -> Any:
        return function(x_dot, *rest, **keywords)

    array_rule(function, (push, pull), *others, examples=examples, selects=selects)


def selecting(
    function: Callable[..., Any],
    pull: Map,
    examples: Iterable[Example] = (),
    others: tuple[Zero, ...] = (),
) -> None:
    """Declare a linear function that passes some elements on and drops the others."""
    linear(function, pull, examples, selects=True, others=others)


def expand(reduced: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """A reduced array with its lost axes put back, ready to broadcast against x."""
    if axis is None or keepdims or not np.ndim(x):
        return reduced if keepdims or axis is not None else np.reshape(reduced, (1,) * np.ndim(x))
    return np.expand_dims(reduced, axis)


def overwritten(x: Any) -> bool:
    """Whether the numbers of an operand, a tensor, are gone: a partial may do with y, and lose digits."""
    return getattr(getattr(x, "value", x).__class__, "overwritten", False)


# Functions of these packages have their rows in a module that is imported when one is first met,
# so that a program without them does not wait for SciPy.
_LATER = tuple(
    f"diffkit.rules.{name}"
    for name in ("special", "linalg", "factorizations", "norms", "matrix_functions", "fft")
)

# A function that was put together, such as the joining of three arrays, has its rule made to measure.
_MAKERS: dict[type, Callable[[Any], Rule | None]] = {}


def made_by(kind: type) -> Callable[[Callable[[Any], Rule | None]], Callable[[Any], Rule | None]]:
    """Declare how the rule of a function object of this type is made."""

    def register(maker: Callable[[Any], Rule | None]) -> Callable[[Any], Rule | None]:
        _MAKERS[kind] = maker
        return maker

    return register


def rule_of(function: Callable[..., Any]) -> Rule:
    """The rule of a function.

    Raises
    ------
    NoRuleError
        If there is none; the message gives the line that would declare it.

    Examples
    --------
    >>> import numpy as np
    >>> float(rule_of(np.sin).partial(0)(0.0, np.pi))
    -1.0
    """
    rule = _RULES.get(function) or _find(function)
    if rule is None:
        name = spelled(function)
        raise NoRuleError(
            f"{name} has no derivative rule; declare it with {_row_to_write(function)}, write it with "
            f'functions that have one, or use method="central"'
        )
    return rule


def spelled(function: Callable[..., Any]) -> str:
    """A function as the user wrote it: np.sin, np.linalg.norm, scipy.special.erf."""
    name = str(getattr(function, "__name__", repr(function)))
    module = getattr(function, "__module__", None)
    if module is None or not isinstance(module, str):  # a ufunc does not know where it lives
        homes = [m for m in ("numpy", "scipy.special") if getattr(sys.modules.get(m), name, None) is function]
        module = homes[0] if homes else ""
    module = "np" + module[5:] if module.split(".")[0] == "numpy" else module
    return name if module in ("", "__main__", "diffkit.primitives") else f"{module}.{name}"


def _row_to_write(function: Callable[..., Any]) -> str:
    if not isinstance(function, np.ufunc):
        return f"diffkit.rules.array_rule({spelled(function)}, (push, pull))"
    operands = "x" if function.nin == 1 else ", ".join("abcdefgh"[: function.nin])
    return (
        f"diffkit.rules.elementwise({spelled(function)}" + f", lambda y, {operands}: ..." * function.nin + ")"
    )


def _find(function: Callable[..., Any]) -> Rule | None:
    """The rule that a function carries; of others met for the first time, kept for the next."""
    own = getattr(function, "rule", None)
    if isinstance(own, Rule):
        return own
    maker = _MAKERS.get(type(function))
    rule = maker(function) if maker else _load_later().get(function)
    if rule is not None:
        _RULES[function] = rule
    return rule


@lru_cache(maxsize=1)
def _load_later() -> dict[Any, Rule]:
    for module in _LATER:
        import_module(module)
    return _RULES


def rules() -> Iterator[Rule]:
    """Every row of the tables, scipy.special included; not those made to measure."""
    yield from [rule for function, rule in _load_later().items() if type(function) not in _MAKERS]
