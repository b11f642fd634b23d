"""Node: an active value that remembers the function and the operands it came from.

Nearly all rows of a program are an operator or a NumPy function of nodes of one trace, or of a node and a
plain number: these are made here, in one step. All else takes the long way, `apply`.
"""

from __future__ import annotations

import gc
import itertools
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from diffkit.allowance import beyond, most
from diffkit.errors import DomainError
from diffkit.floats import on_float
from diffkit.primitives import getitem, takes_each_once
from diffkit.tape.active import Active, Trace, apply
from diffkit.tape.arithmetic import PLAIN
from diffkit.tape.assign import View
from diffkit.tape.operators import BINARY, UNARY
from diffkit.tape.place import calling_place
from diffkit.tape.spelling import DISCRETE

__all__ = ["Node", "reachable"]


class _Gate:
    """Between two blocks of numbers: raises, once, where so many nodes are kept that memory may not last."""

    def __init__(self) -> None:
        self.passed = False

    def __iter__(self) -> _Gate:
        return self

    def __next__(self) -> int:
        if not self.passed:
            self.passed = True
            if _kept() > most("rows"):
                gc.collect()  # of what went wrong before, rows may lie about in circles
                if (kept := _kept()) > most("rows"):
                    what = f"{kept} rows of f are kept, and it goes on at {calling_place()}"
                    raise DomainError(beyond("rows", what, "end the loop, or checkpoint a part of it"))
        raise StopIteration


def _kept() -> int:
    return sum(issubclass(kind, Node) for kind in map(type, gc.get_objects()))


def _numbers(block: int) -> Iterator[int]:
    """0, 1, 2, ...: a row has time for no comparison of its own, so what numbers it looks, now and then.

    Written without a generator, which two threads may not enter at once.
    """
    parts = map(range, itertools.count(0, block), itertools.count(block, block))
    return itertools.chain.from_iterable(
        itertools.chain.from_iterable(zip(parts, iter(_Gate, None), strict=False))
    )


_next_number = _numbers(2**20).__next__
_new = object.__new__
_float64 = np.float64


class Node(Active):
    """An active value with its history: function, operands, and a number that grows with time."""

    __slots__ = ("args", "function", "keywords", "number", "seen_through", "versions")

    function: Callable[..., Any] | None
    args: tuple[Any, ...]
    keywords: Mapping[str, Any] | None
    number: int
    versions: list[tuple[int, Node]]
    seen_through: View

    def __init__(
        self,
        trace: Trace,
        value: Any,
        function: Callable[..., Any] | None = None,
        args: tuple[Any, ...] = (),
        keywords: Mapping[str, Any] | None = None,
    ) -> None:
        self.owner = trace
        self.value = value
        self.function = function
        self.args = args
        self.keywords = keywords
        self.number = _next_number()

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *args: Any, **keywords: Any) -> Any:
        make = _MADE_BY.get(ufunc)
        if make is None or keywords or method != "__call__":
            return Active.__array_ufunc__(self, ufunc, method, *args, **keywords)
        return make(*args)

    def __array_function__(
        self, function: Callable[..., Any], types: Any, args: tuple[Any, ...], keywords: dict[str, Any]
    ) -> Any:
        make = _MADE_BY.get(function)
        if make is not None and len(args) == 1 and args[0].__class__ is Node:
            if not keywords:
                return make(*args)
            if len(keywords) == 1 and keywords.get("axis").__class__ is int:
                (x,) = args
                node = _made(x.owner, PLAIN.get(function, function)(x.value, **keywords), function, args)
                node.keywords = keywords
                return node
        return Active.__array_function__(self, function, types, args, keywords)

    def __getitem__(self, key: Any) -> Any:
        if self.__class__ is not Node or self.value.__class__ is not np.ndarray or not _is_written_out(key):
            return Active.__getitem__(self, key)
        node = _made(self.owner, self.value[key], getitem, (self,))
        node.keywords = {"key": key}
        return node

    # -- assignment -----------------------------------------------------------------------------

    @property
    def stamp(self) -> int:
        """Which version of an array that is assigned to this is."""
        return self.number

    @property
    def view(self) -> View | None:
        """The array that shares its memory with this one, and where."""
        found: View | None = getattr(self, "seen_through", None)
        if found is None and self.function is getitem and self.shape:
            key = (self.keywords or {})["key"]
            found = View(self.args[0], key) if takes_each_once(key) else None
            if found is not None:
                # The version that was read: a later one has a larger number than this row.
                found.stamp = self.args[0].read_by(self.number).number
        return found

    @view.setter
    def view(self, view: View) -> None:
        self.seen_through = view

    def alias(self) -> Node:
        """This row under a handle of its own."""
        twin = self.__class__(self.owner, self.value, self.function, self.args, self.keywords)
        twin.number = self.number
        return twin

    def become(self, after: Node, before: Node) -> None:
        """Stand for another row from now on; rows with smaller numbers have read `before`."""
        versions = getattr(self, "versions", None) or []
        self.versions = [*versions, (after.number, before)]
        self.owner, self.value, self.number = after.owner, after.value, after.number
        self.function, self.args, self.keywords = after.function, after.args, after.keywords

    def operands(self) -> tuple[Any, ...]:
        """The operands in the version that this row has read: they may have been assigned to since."""
        return tuple([a.read_by(self.number) if isinstance(a, Node) else a for a in self.args])

    def read_by(self, number: int) -> Node:
        """The row that this handle stood for when the row of this number read it."""
        if self.number < number:
            view = self.view
            if view is not None and view.base.read_by(number).number != view.stamp:
                view.require_fresh(self)
            return self
        return next(before for changed, before in self.versions if changed >= number)


def _is_written_out(key: Any) -> bool:
    """Whether a key is made of slices and whole numbers, none of them active or in an array."""
    if key.__class__ is tuple:
        return all(map(_is_written_out, key)) and tuple not in map(type, key)
    if key.__class__ is slice:
        return _ENDS.issuperset((key.start.__class__, key.stop.__class__, key.step.__class__))
    return key.__class__ in _PLACES


_ENDS = frozenset({int, type(None)})
_PLACES = frozenset({int, type(None), type(Ellipsis)})


def _made(owner: Trace, y: Any, function: Callable[..., Any], args: tuple[Any, ...]) -> Node:
    node: Node = _new(Node)
    node.owner = owner
    node.value = float(y) if y.__class__ is _float64 else y
    node.function = function
    node.args = args
    node.keywords = None
    node.number = _next_number()
    return node


def _binary(function: Callable[..., Any], compute: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def operate(self: Node, other: Any) -> Any:
        kind = other.__class__
        if kind is Node:
            owner = self.owner
            if other.owner is not owner:
                return apply(function, (self, other))
            y = compute(self.value, other.value)
        elif kind is float or kind is int:
            owner = self.owner
            y = compute(self.value, other)
        else:
            return apply(function, (self, other))
        # `_made`, written out: a call would cost as much as all the rest.
        node: Node = _new(Node)
        node.owner = owner
        node.value = float(y) if y.__class__ is _float64 else y
        node.function = function
        node.args = (self, other)
        node.keywords = None
        node.number = _next_number()
        return node

    return operate


def _reflected(function: Callable[..., Any], compute: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def operate(self: Node, other: Any) -> Any:
        if other.__class__ is float or other.__class__ is int:
            return _made(self.owner, compute(other, self.value), function, (other, self))
        return apply(function, (other, self))

    return operate


def _unary(function: Any, compute: Callable[[Any], Any]) -> Callable[[Node], Node]:
    return lambda self: _made(self.owner, compute(self.value), function, (self,))


def _elementary(function: Any) -> Callable[[Node], Node]:
    compute = on_float(function)

    def operate(self: Node) -> Node:
        x = self.value
        try:
            y = compute(x) if x.__class__ is float else function(x)
        except (ValueError, OverflowError):  # where Python has no answer, NumPy has one
            y = function(x)
        return _made(self.owner, y, function, (self,))

    return operate


def _elementary_at_first(function: Any) -> Callable[[Node], Node]:
    """The same, made at its first call: to know what Python has for a function takes milliseconds."""

    def operate(self: Node) -> Node:
        made = _MADE_BY[function] = _elementary(function)
        return made(self)

    return operate


def _of_two(function: Any) -> Callable[[Any, Any], Any]:
    compute = PLAIN.get(function, function)
    left, right = _binary(function, compute), _reflected(function, compute)
    return lambda a, b: left(a, b) if a.__class__ is Node else right(b, a)


for _name, _compute in {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "matmul": operator.matmul,
    "truediv": PLAIN[np.true_divide], "pow": PLAIN[np.power],
}.items():  # fmt: skip
    setattr(Node, f"__{_name}__", _binary(BINARY[_name], _compute))
    setattr(Node, f"__r{_name}__", _reflected(BINARY[_name], _compute))
for _name in ("neg", "pos", "abs"):
    setattr(Node, f"__{_name}__", _unary(UNARY[_name], getattr(operator, _name)))

# How NumPy's functions make a node of their operands, where these are all that they are given.
_MADE_BY: dict[Any, Callable[..., Any]] = {
    f: _elementary_at_first(f) if f.nin == 1 else _of_two(f)
    for f in map(np.__dict__.get, dir(np))
    if isinstance(f, np.ufunc) and f.nin < 3 and f.nout == 1 and f not in DISCRETE
}
for _function in (np.sum, np.mean, np.prod, np.max, np.min, np.transpose):
    _MADE_BY[_function] = _unary(_function, PLAIN.get(_function, _function))


def reachable(outputs: Iterable[Any], trace: Trace) -> list[Node]:
    """The nodes of this trace that the outputs came from, themselves included, oldest first."""
    waiting = [o for o in outputs if isinstance(o, Node) and o.owner is trace]
    found: dict[int, Node] = {}
    while waiting:
        node = waiting.pop()
        if node.number in found:
            continue
        if trace.assigned:
            node = _as_read(node)
        found[node.number] = node
        for a in node.args:
            if isinstance(a, Node) and a.owner is trace and a.number not in found:
                waiting.append(a)
    return [found[number] for number in sorted(found)]


def _as_read(node: Node) -> Node:
    """A row with each operand that was assigned to later in the version that it read."""
    twin = Node(node.owner, node.value, node.function, node.operands(), node.keywords)
    twin.number = node.number
    return twin
