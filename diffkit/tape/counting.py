"""Operation counting: what a program costs in additions, multiplications, divisions, functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from diffkit.structure import Structure
from diffkit.tape.arithmetic import NUMPY, name_of
from diffkit.tape.meaning import TABLE
from diffkit.tape.objects import ObjectArithmetic

__all__ = ["Counting", "Counts"]

KINDS: Mapping[str, tuple[str, ...]] = {
    "additions": ("add", "subtract"),
    "multiplications": ("multiply", "square", "selected_product"),
    "divisions": ("divide", "reciprocal", "floor_divide", "remainder", "fmod"),
    "others": (
        "negative", "positive", "absolute", "fabs", "conjugate", "sign", "copysign", "floor", "ceil", "trunc",
        "rint", "round", "astype", "maximum", "minimum", "fmax", "fmin", "clip", "heaviside", "where", "less",
        "less_equal", "greater", "greater_equal", "equal", "not_equal", "logical_and", "logical_or",
        "logical_xor", "logical_not", "isnan", "isinf", "isfinite",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Counts:
    """How often each operation ran on one number, by its NumPy name; prints by kinds.

    Attributes
    ----------
    calls
        Name -> count.

    Examples
    --------
    >>> counts = Counts({"add": 3, "multiply": 4, "sin": 1})
    >>> counts.additions, counts.multiplications, counts.divisions, counts.functions, counts.total
    (3, 4, 0, 1, 8)
    """

    calls: Mapping[str, int]

    @property
    def additions(self) -> int:
        """Additions and subtractions."""
        return self._of("additions")

    @property
    def multiplications(self) -> int:
        """Multiplications; x**2 is a power, and so a function."""
        return self._of("multiplications")

    @property
    def divisions(self) -> int:
        """Divisions, with or without remainder."""
        return self._of("divisions")

    @property
    def functions(self) -> int:
        """Calls of exp, sin, sqrt, power, erf, ...: all that takes more than a few operations."""
        return self.total - sum(map(self._of, KINDS))

    @property
    def others(self) -> int:
        """Comparisons, choices, signs and roundings."""
        return self._of("others")

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.calls.values())

    def _of(self, kind: str) -> int:
        return sum(self.calls.get(name, 0) for name in KINDS[kind])

    def __str__(self) -> str:
        known = [name for names in KINDS.values() for name in names]
        names = {**KINDS, "functions": tuple(sorted(self.calls.keys() - set(known)))}
        kinds = ("additions", "multiplications", "divisions", "functions", "others", "total")
        width = len(f"{self.total}")
        lines = []
        for kind in kinds:
            shown = [f"{name} {self.calls[name]}" for name in names.get(kind, ()) if name in self.calls]
            text = f"  ({', '.join(shown)})" if kind in ("functions", "others") and shown else ""
            lines.append(f"{kind:15}  {getattr(self, kind):{width}}{text}")
        return "\n".join(lines)


class Counting(ObjectArithmetic):
    """NumPy's arithmetic, one number at a time, that answers with the operations it took.

    A sum of n numbers is n - 1 additions, a product of matrices n multiplications and n - 1 additions for
    each element. Moving elements costs nothing. Replays with one `Counting` object add up.

    Examples
    --------
    >>> import diffkit as dk
    >>> tape = dk.record(lambda x1, x2: np.log(x1) + x1 * x2 - np.sin(x2), 2.0, 5.0)
    >>> print(tape.replay(2.0, 5.0, arithmetic="counting"))
    additions        2
    multiplications  1
    divisions        0
    functions        2  (log 1, sin 1)
    others           0
    total            5
    >>> A = np.ones((3, 3))
    >>> dk.record(lambda x: A @ x, np.ones(3)).replay(np.ones(3), arithmetic="counting").calls["multiply"]
    9
    """

    name = "counting"
    instead = ": its operations are inside a library"

    def __init__(self) -> None:
        self.tally: Counter[str] = Counter()

    def number(self, value: Any) -> Any:
        return _Number(value, self)

    def constant(self, value: Any) -> Any:
        return value

    def row(self, function: Callable[..., Any]) -> Callable[..., Any] | None:
        simple = isinstance(function, np.ufunc) and function.signature is None and function.nout == 1
        return partial(self.once, function) if simple or function in TABLE else None

    def once(self, function: Callable[..., Any], *args: Any) -> Any:
        """The result of one operation on numbers, which is counted."""
        self.tally[name_of(function)] += 1
        y = NUMPY.call(function, [a.value if a.__class__ is _Number else a for a in args], {})
        if isinstance(y, np.ndarray):  # np.where makes an array of no dimension
            y = y.item()
        return bool(y) if isinstance(y, bool | np.bool_) else _Number(y, self)

    def result(self, outputs: list[Any], structure: Structure) -> Counts:
        return Counts(MappingProxyType(dict(self.tally)))


class _Number:
    """A number whose operations are counted, also those that NumPy does while it adds an array up."""

    __slots__ = ("counting", "value")

    def __init__(self, value: Any, counting: Counting) -> None:
        self.value, self.counting = value, counting

    def __bool__(self) -> bool:
        return bool(self.value)

    def __float__(self) -> float:
        return float(self.value)

    def __neg__(self) -> Any:
        return self.counting.once(np.negative, self)

    def __abs__(self) -> Any:
        return self.counting.once(np.absolute, self)

    def conjugate(self) -> _Number:  # of a real number, in np.var: costs nothing
        return _Number(np.conjugate(self.value), self.counting)


def _equip() -> None:
    arithmetic: dict[str, Callable[..., Any]] = {
        "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.true_divide, "pow": np.power,
        "mod": np.remainder, "floordiv": np.floor_divide,
    }  # fmt: skip
    comparisons: dict[str, Callable[..., Any]] = {
        "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "eq": np.equal,
        "ne": np.not_equal,
    }  # fmt: skip
    for name, function in {**arithmetic, **comparisons}.items():
        setattr(_Number, f"__{name}__", lambda a, b, f=function: a.counting.once(f, a, b))
    for name, function in arithmetic.items():
        setattr(_Number, f"__r{name}__", lambda a, b, f=function: a.counting.once(f, b, a))


_equip()
