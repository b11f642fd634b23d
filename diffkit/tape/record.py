"""The tracer: run f once on nodes, and lay out what it did as a Tape."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from typing import Any, ClassVar

import numpy as np

from diffkit.errors import LostHistoryError, NoRuleError
from diffkit.primitives import component
from diffkit.structure import Structure, as_leaf, flatten, flatten_arguments
from diffkit.tape.active import Active, Trace, apply, gather, plain
from diffkit.tape.advice import advice, missing
from diffkit.tape.arithmetic import NUMPY
from diffkit.tape.names import naming
from diffkit.tape.node import Node, reachable
from diffkit.tape.place import Place, calling_place, raised_at
from diffkit.tape.wengert import Guard, Instruction, Slot, Tape

__all__ = ["Recorder", "record", "run"]

MUTABLE = frozenset({np.ndarray, list})
SMALL = 256  # elements: below, a copy costs less than a comparison


class Recorder(Trace):
    """A trace that makes nodes.

    With `decisions`, a list, it also notes each branch on an active value; comparisons then are rows,
    so that a replay can compare again. Without, as gradients want it, comparisons are plain. `names` are
    those of its nodes, by number, as far as they are known.
    """

    __slots__ = ("decisions", "names", "seen")

    kind: ClassVar[type[Node]] = Node

    def __init__(self, decisions: list[tuple[Any, Any, Place]] | None = None) -> None:
        super().__init__()
        self.decisions = decisions
        self.seen: dict[int, tuple[Any, Any]] = {}
        self.names: dict[int, str] = {}

    def apply(self, function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Any:
        y = NUMPY.call(function, self.values(args), keywords)
        if not MUTABLE.isdisjoint(map(type, args)):
            args = tuple(map(self.snapshot, args))
        if keywords:
            keywords = {name: self.snapshot(value) for name, value in keywords.items()}
        node = self.kind(self, y, function, args, keywords)
        if y.__class__ is tuple or (isinstance(y, tuple) and hasattr(y, "_fields")):
            parts = [apply(component, (node,), {"index": i}) for i in range(len(y))]
            return type(y)(*parts) if hasattr(y, "_fields") else tuple(parts)
        return node

    def snapshot(self, value: Any) -> Any:
        """A constant as it is now: the row must not change when f writes into an array that it has read."""
        if value.__class__ is tuple:
            return tuple(map(self.snapshot, value))
        if value.__class__ is not np.ndarray:
            return copy.deepcopy(value) if value.__class__ is list else value
        if value.size <= SMALL or value.dtype.kind not in "biufc":
            return value.copy("K")  # as it lies in memory, on which the last bits of a sum depend
        # A loop that reads one large array many times keeps one copy of it: comparing needs no memory.
        known = self.seen.get(id(value))
        if known is None or not _same_bits(known[1], value):
            known = self.seen[id(value)] = (value, value.copy("K"))  # holding `value` keeps its id its own
        return known[1]

    def visited(self, node: Node, bar: Any) -> tuple[tuple[Any, ...], Any, Any]:
        """The operands that a row has read, its value and its cotangent, when the sweep comes to it."""
        again = getattr(node.function, "again", None)
        return again(self, node.operands()) if again else node.operands(), node.value, bar

    def discrete(
        self, function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]
    ) -> Any:
        if self.decisions is None:
            return function(*self.values(args), **keywords)
        return self.apply(function, args, keywords)

    def decide(self, value: Active) -> bool:
        if self.decisions is None:
            return bool(value.value)
        # `if x:` asks whether x is not 0; written out, no arithmetic can mistake a symbol for true.
        truth = value if value.dtype == bool else apply(np.not_equal, (value, 0))
        outcome = bool(truth.value)
        self.decisions.append((truth, outcome, calling_place()))
        return outcome

    def freeze(self, value: Active) -> Any:
        if self.decisions is not None:
            self.decisions.append((value, copy.copy(plain(value)), calling_place()))
        return value.value


def _same_bits(a: Any, b: Any) -> bool:
    """Whether two arrays of one dtype are equal, nan to nan; whole numbers compare fastest."""
    if a.dtype.itemsize > 8:
        return np.array_equal(a, b, equal_nan=True)
    whole = np.dtype(f"i{a.dtype.itemsize}")
    return np.array_equal(a.view(whole), b.view(whole))


def record(f: Callable[..., Any], *point: Any, named: bool = False) -> Tape:
    """The tape of what f does at this point.

    Parameters
    ----------
    f
        A function of NumPy calls and Python operators; loops unroll, branches on an active value are
        kept as guards.
    point
        Its arguments: numbers, arrays, or nested dicts, lists and tuples of them.
    named
        Whether the rows get the names that f gives its values: `naming` says which. It takes time.

    Examples
    --------
    >>> tape = record(lambda x: x * x if x > 0 else -x, 2.0)
    >>> len(tape), tape.guards[0].outcome
    (2, True)
    >>> tape.replay(3.0)
    9.0
    """
    leaves, point_structure = flatten_arguments(point)
    decisions: list[tuple[Any, Any, Place]] = []
    recorder = Recorder(decisions)
    inputs = [Node(recorder, as_leaf(leaf)) for leaf in leaves]
    numbers = [node.number for node in inputs]  # of the inputs as they came: f may assign into them
    input_shapes = tuple(node.shape for node in inputs)
    complex_inputs = frozenset(i for i, node in enumerate(inputs) if np.iscomplexobj(node.value))
    with naming(recorder, recorder.names) if named else nullcontext():
        outputs, output_structure = run(f, point_structure.build(inputs), recorder)

    rows = reachable([*outputs, *(node for node, _, _ in decisions)], recorder)
    rows = [node for node in rows if node.function is not None]
    slot = {number: index for index, number in enumerate([*numbers, *(node.number for node in rows)])}

    def operand(value: Any) -> Any:
        return Slot(slot[value.number]) if isinstance(value, Node) and value.owner is recorder else value

    return Tape(
        instructions=tuple(
            Instruction(
                node.function,
                tuple(map(operand, node.args)),
                dict(node.keywords or {}),
                recorder.names.get(node.number, ""),
            )
            for node in rows
            if node.function is not None
        ),
        point_structure=point_structure,
        input_count=len(inputs),
        outputs=tuple(operand(recorder.snapshot(output)) for output in outputs),
        output_structure=output_structure,
        guards=tuple(Guard(slot[node.number], outcome, place) for node, outcome, place in decisions),
        input_shapes=input_shapes,
        complex_inputs=complex_inputs,
    )


def run(f: Callable[..., Any], arguments: Iterable[Any], trace: Trace) -> tuple[list[Any], Structure]:
    """The leaves of f's result on active arguments, and how the result nests."""
    try:
        result = f(*arguments)
    except (TypeError, ValueError, AttributeError, NotImplementedError, RuntimeError) as error:
        instead = advice(error)
        place = raised_at(error.__traceback__)
        at = f"; at {place}" if place else ""
        if instead is not None:
            raise LostHistoryError(instead + at) from error
        if isinstance(error, NoRuleError) and "; at line " not in str(error):
            raise NoRuleError(f"{error}{at}") from error.__cause__
        if isinstance(error, AttributeError) and isinstance(error.obj, Active):
            raise AttributeError(missing(error.obj, str(error.name))) from None
        # NumPy hides what float() says when an active value is stored into a float array.
        if isinstance(error.__cause__, LostHistoryError):
            raise error.__cause__ from None
        raise
    finally:
        trace.running = False
    leaves, structure = flatten(result, is_leaf=lambda value: isinstance(value, Active))
    return [opened(leaf, trace) for leaf in leaves], structure


def opened(value: Any, trace: Trace) -> Any:
    """An output of f as this trace sees it: object arrays gathered, later traces' wrappings taken off.

    A value can leave the derivative that made it (through a variable that outlives it); for the traces
    around, only what it covers counts.
    """
    if isinstance(value, np.ndarray) and value.dtype == object:
        value = gather(value)
    while isinstance(value, Active) and value.owner.level > trace.level:
        value = value.value
    return value
