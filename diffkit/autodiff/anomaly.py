"""Which line of the user's program first made a nan or an inf, for those who ask.

While somebody watches, derivatives run on nodes and dual numbers that go the long way and note where each row
was written; nobody else pays for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ContextDecorator
from contextvars import ContextVar, Token
from dataclasses import dataclass
from inspect import unwrap
from typing import Any

import numpy as np

from diffkit.autodiff.forward import Dual, DualTrace
from diffkit.autodiff.reverse import product, pull_back, whole
from diffkit.errors import AnomalyError, NoRuleError
from diffkit.primitives import component
from diffkit.rules import rule_of
from diffkit.tape.active import Active, plain
from diffkit.tape.arithmetic import name_of
from diffkit.tape.node import Node
from diffkit.tape.operators import BINARY, UNARY
from diffkit.tape.place import Place, is_inside, place_of
from diffkit.tape.record import Recorder

__all__ = ["SlowNode", "Watch", "detect_anomaly", "watching"]


class detect_anomaly(ContextDecorator):  # noqa: N801
    """A block, or a decorated function, in which a derivative that becomes nan or inf is an error.

    It tells which operation did it first, in which line, and whether its value or its derivative. What is not
    selected, as by np.where, may be anything. Everything takes longer; nothing does outside the block.

    Raises
    ------
    AnomalyError
        By grad, vjp, jvp, backward and all that is made of them.

    Examples
    --------
    >>> from diffkit.autodiff import grad
    >>> with detect_anomaly():
    ...     grad(lambda x: 3 * np.sqrt(x))(0.0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    diffkit.errors.AnomalyError: the derivative of sqrt became inf at line 2 of <doctest ...
    """

    def __init__(self) -> None:
        self._tokens: list[Token[Watch | None]] = []

    def __enter__(self) -> None:
        self._tokens.append(watching.set(Watch()))

    def __exit__(self, *_: Any) -> None:
        watching.reset(self._tokens.pop())


@dataclass(frozen=True)
class _Origin:
    """What wrote a row: the value of a function, or the derivative of one, and the line."""

    what: str
    name: str
    place: Place | None

    def became(self, value: Any, what: str = "") -> str:
        """The sentence that says so."""
        where = f"at {self.place}" if self.place else "in a line outside detect_anomaly"
        return f"the {what or self.what} of {self.name} became {_kind(value)} {where}"


class Watch:
    """What is known while somebody watches.

    Attributes
    ----------
    origins
        Where each row was written, by its number.
    known
        The sentence about each dual number that is not finite, by its identity, with the number itself.
    suspects
        The sentence about each row whose cotangent is not finite, by its number.
    """

    def __init__(self) -> None:
        self.origins: dict[int, _Origin] = {}
        self.known: dict[int, tuple[Any, str]] = {}
        self.suspects: dict[int, str] = {}

    def recorder(self) -> Recorder:
        """A trace whose rows are noted."""
        return _WatchedRecorder(self)

    def duals(self) -> DualTrace:
        """A trace whose dual numbers are noted."""
        return _WatchedDuals(self)

    # -- where it was written -------------------------------------------------------------------

    def note(self, row: Any) -> None:
        """Remember where a new row was written."""
        if isinstance(row, Node) and row.function is not None:
            several = row.args[0] if row.function is component else row  # whose results come one by one
            if several.number not in self.origins:
                self.origins[several.number] = self._origin(several.function)

    def _origin(self, function: Any) -> _Origin:
        """The line outside diffkit; of a row that a derivative made, the one of what it differentiates."""
        what, name = "value", name_of(function)
        frame = sys._getframe(1)
        while frame.f_back is not None and is_inside(frame.f_code.co_filename):
            if frame.f_code is unwrap(pull_back).__code__ and "node" in frame.f_locals:
                swept = self._of(frame.f_locals["node"])
                return _Origin("derivative", swept.name, swept.place)
            if frame.f_code is DualTrace.apply.__code__ and "y" in frame.f_locals:
                what, name = "derivative", name_of(frame.f_locals["function"])
            frame = frame.f_back
        return _Origin(what, name, place_of(frame))

    def place_of(self, row: Node) -> Place | None:
        """The line where a row was written."""
        return self._of(row).place

    def _of(self, node: Node) -> _Origin:
        return self.origins.get(node.number) or _Origin("value", name_of(node.function or object), None)

    # -- values -----------------------------------------------------------------------------------

    def require_finite(self, outputs: Iterable[Any]) -> None:
        """Raise AnomalyError where a result is not finite, for the first row that was not."""
        for output in outputs:
            sentence = self._first(output) if isinstance(output, Node) else None
            if isinstance(output, Dual):
                sentence = self.known.get(id(output), (None, None))[1]
            if sentence:
                raise AnomalyError(sentence)

    def _first(self, output: Node) -> str | None:
        """The sentence about the first row that was not finite though its operands were."""
        if _is_finite(output.value):
            return None
        waiting, seen, first = [output], set(), None
        while waiting:
            node = waiting.pop()
            seen.add(node.number)
            wrong = [a for a in node.operands() if not _is_finite(a.value if isinstance(a, Node) else a)]
            waiting += [a for a in wrong if isinstance(a, Node) and a.number not in seen]
            if not wrong and node.function and (first is None or node.number < first.number):
                first = node
        return None if first is None else self._of(first).became(first.value)

    # -- cotangents -------------------------------------------------------------------------------

    def sweep(self, node: Node, args: tuple[Any, ...], y: Any, y_bar: Any) -> None:
        """Look at what a row gives its operands when the sweep comes to it; AnomalyError where it ends."""
        mine = {i: a for i, a in enumerate(args) if isinstance(a, Node) and a.owner is node.owner}
        said = self.suspects.pop(node.number, None)
        if not _is_finite(y_bar):
            if node.function is None and said:
                raise AnomalyError(said)
            if said:
                for a in mine.values():
                    self.suspects.setdefault(a.number, said)
            return
        if node.function is None:
            return
        values = [a.value if i in mine else a for i, a in enumerate(args)]
        for i, a in mine.items():
            # What is not selected meets no infinite partial, but only the sweep knows what is.
            try:
                certain, possible = (
                    self._given(node, i, y, values, y_bar, selected) for selected in (True, False)
                )
            except NoRuleError as error:
                place = self.place_of(node)
                raise NoRuleError(f"{error}; at {place}") if place else error from None
            if not _is_finite(possible):
                of_values = filter(None, map(self._first, (*mine.values(), node)))
                sentence = next(of_values, None) or self._of(node).became(possible, "derivative")
                if not _is_finite(certain):
                    self.suspects[a.number] = sentence
                self.suspects.setdefault(a.number, sentence)

    def _given(self, node: Node, i: int, y: Any, values: list[Any], y_bar: Any, selected: bool) -> Any:
        """What an operand gets from a row."""
        assert node.function is not None
        rule, keywords, y_bar = rule_of(node.function), node.keywords or {}, whole(y_bar, y)
        if rule.partials is not None:
            return product(y_bar, rule, i, y, values, keywords, selected)
        pull = rule.pull(0 if rule.together else i)
        x_bar = pull(y_bar, y, *values, **keywords) if pull else None
        return x_bar[i] if rule.together and x_bar is not None else x_bar


class SlowNode(Node):
    """A node that goes the long way: its trace is asked for each row."""

    __slots__ = ()


SlowNode.__array_ufunc__ = Active.__array_ufunc__  # type: ignore[method-assign]
for _name in BINARY:
    for _side in ("", "r"):
        setattr(SlowNode, f"__{_side}{_name}__", getattr(Active, f"__{_side}{_name}__"))
for _name in UNARY:
    setattr(SlowNode, f"__{_name}__", getattr(Active, f"__{_name}__"))


class _WatchedRecorder(Recorder):
    __slots__ = ("watch",)

    kind = SlowNode

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch
        self.assigned = True  # so that the sweep asks for each row

    def apply(self, function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Any:
        row = super().apply(function, args, keywords)
        self.watch.note(row)
        return row

    def visited(self, node: Node, bar: Any) -> tuple[tuple[Any, ...], Any, Any]:
        args, y, bar = super().visited(node, bar)
        self.watch.sweep(node, args, y, bar)
        return args, y, bar


class _WatchedDuals(DualTrace):
    __slots__ = ("watch",)

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch

    def apply(self, function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Any:
        y = super().apply(function, args, keywords)
        known = self.watch.known
        for part in y if isinstance(y, tuple) else (y,):
            right = _is_finite(part.value), _is_finite(part.tangent)
            if all(right):
                continue
            sentence = next((known[id(a)][1] for a in args if id(a) in known), None)
            if sentence is None and all(_is_finite(n) for a in args for n in _numbers(a)):
                origin = self.watch._origin(function)
                sentence = (
                    origin.became(part.tangent, "derivative") if right[0] else origin.became(part.value)
                )
            if sentence:
                known[id(part)] = part, sentence
        return y


def _numbers(a: Any) -> Iterator[Any]:
    yield from (a.value, a.tangent) if isinstance(a, Dual) else (a,)


def _is_finite(value: Any) -> bool:
    """Whether there is no nan and no inf in a number, an array, or several; what is no number has none."""
    if isinstance(value, tuple):
        return all(map(_is_finite, value))
    value = plain(value)
    if (
        not isinstance(value, float | complex | np.inexact | np.ndarray)
        or np.asarray(value).dtype.kind not in "fc"
    ):
        return True
    return bool(np.all(np.isfinite(value)))


def _kind(value: Any) -> str:
    parts = value if isinstance(value, tuple) else (value,)
    return "nan" if any(np.any(np.isnan(plain(part))) for part in parts if part is not None) else "inf"


watching: ContextVar[Watch | None] = ContextVar("watching", default=None)
