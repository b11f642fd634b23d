"""How tensors get a history: whether operations are recorded, the trace that records them, hooks."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from contextlib import ContextDecorator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from diffkit.autodiff.anomaly import watching
from diffkit.autodiff.reverse import whole
from diffkit.errors import LostHistoryError
from diffkit.primitives import component
from diffkit.tape.active import Active, Trace, apply
from diffkit.tape.arithmetic import NUMPY, name_of
from diffkit.tape.place import definition

if TYPE_CHECKING:
    from diffkit.autodiff.tensor import Tensor
    from diffkit.tape.node import Node

__all__ = [
    "GradFn",
    "Hook",
    "Recording",
    "TensorTrace",
    "arrivals",
    "no_grad",
    "recording",
    "without_history",
]

# Of a thread, or task, its own.
recording: ContextVar[bool] = ContextVar("recording", default=True)
arrivals: ContextVar[list[tuple[Tensor, Any]]] = ContextVar("arrivals")  # cotangents, in a sweep's order


class Recording(ContextDecorator):
    """Whether operations are recorded inside a `with` block."""

    def __init__(self, on: bool) -> None:
        self._on = on
        self._before: list[bool] = []

    def __enter__(self) -> None:
        self._before.append(recording.get())
        recording.set(self._on)

    def __exit__(self, *_: Any) -> None:
        recording.set(self._before.pop())


class no_grad(Recording):  # noqa: N801
    """A block, or a decorated function, in which operations on tensors are not recorded.

    Examples
    --------
    >>> import diffkit as dk
    >>> x = dk.tensor(2.0, requires_grad=True)
    >>> with dk.no_grad():
    ...     x -= 0.5
    >>> x, (x * x).requires_grad
    (tensor(1.5, requires_grad=True), True)
    """

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        return super().__new__(cls) if function is None else cls()(function)  # @no_grad and @no_grad()

    def __init__(self) -> None:
        super().__init__(False)

    def _recreate_cm(self) -> no_grad:
        return no_grad()  # for each call, since calls may overlap

    def __call__(self, function: Any) -> Any:
        if not inspect.isgeneratorfunction(function):
            return super().__call__(function)

        @functools.wraps(function)
        def generate(*args: Any, **keywords: Any) -> Any:
            generator = function(*args, **keywords)
            resume, given = generator.send, None
            while True:  # between two values the caller's operations are recorded again
                with no_grad():
                    try:
                        value = resume(given)
                    except StopIteration as end:
                        return end.value
                try:
                    resume, given = generator.send, (yield value)
                except BaseException as error:
                    resume, given = generator.throw, error

        return generate


def without_history(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function f for callers who answer with plain numbers; LostHistoryError where it uses a tensor's.

    Examples
    --------
    >>> import diffkit as dk
    >>> w = dk.tensor(2.0, requires_grad=True)
    >>> dk.derivative(lambda x: x**2 * w.detach(), 3.0), dk.grad(lambda x: x**2 * w)(3.0)
    (12.0, tensor(12., grad_fn=<multiply>))
    """
    if hasattr(f, "variables"):  # a text or an expression
        return f

    return _Plain(f)


class _Plain:
    """f, refusing to answer with a tensor that has a history; other processes can be sent it."""

    def __init__(self, f: Callable[..., Any]) -> None:
        functools.update_wrapper(self, f)

    def __call__(self, *args: Any) -> Any:
        f = self.__wrapped__  # type: ignore[attr-defined]
        y = f(*args)
        value = y
        while isinstance(value, Active):
            if isinstance(value.owner, TensorTrace) and getattr(value, "requires_grad", False):
                raise LostHistoryError(
                    f"f uses a tensor with requires_grad, whose history plain numbers would lose; write "
                    f"w.detach() where it is a constant, or dk.grad(f), which keeps it{definition(f)}"
                )
            value = value.value
        return y


class GradFn:
    """The operation that made a tensor.

    Attributes
    ----------
    name
        The operation's name: multiply, power, sum.
    next_functions
        The operations that made its operands, None for a leaf or a constant; empty after backward.
    """

    __slots__ = ("_node",)

    def __init__(self, node: Node) -> None:
        self._node = node

    @property
    def name(self) -> str:
        """The operation's name."""
        return name_of(self._node.function or object)

    @property
    def next_functions(self) -> tuple[GradFn | None, ...]:
        """The operations that made its operands."""
        return tuple(getattr(a, "grad_fn", None) for a in self._node.operands())

    def __repr__(self) -> str:
        return f"<{self.name}>"


class Hook:
    """A hook on a tensor; `remove()` takes it off."""

    __slots__ = ("_hooks", "_key")

    def __init__(self, hooks: dict[object, Callable[[Tensor], Any]], hook: Callable[[Tensor], Any]) -> None:
        self._hooks, self._key = hooks, object()
        hooks[self._key] = hook

    def remove(self) -> None:
        """Take the hook off; a second time does nothing."""
        self._hooks.pop(self._key, None)


class TensorTrace(Trace):
    """The one trace of all tensors: the outermost."""

    __slots__ = ()

    kind: ClassVar[type[Tensor]]

    def __init__(self) -> None:
        super().__init__()
        self.level = 0
        self.assigned = True  # each row says itself which numbers it has read

    def apply(self, function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Any:
        followed = [a.fresh().recorded for a in args if a.__class__ is self.kind]
        y = NUMPY.call(function, self.values(args), keywords)
        if y is None:  # of np.save
            return y
        if not recording.get() or not any(followed[1:] if function in _OF_SHAPE else followed):
            if isinstance(y, tuple):
                return _tuple_like(y, [self.kind(self, part) for part in y])
            return self.kind(self, y).placed(function, args, keywords)
        kept = args if _CHANGEABLE.isdisjoint(map(type, args)) else tuple(map(_as_it_is, args))
        kept_keywords = {name: _as_it_is(value) for name, value in keywords.items()} if keywords else None
        node = self.kind(self, y, function, kept, kept_keywords)
        watch = watching.get()
        if watch is not None:
            watch.note(node)
        if isinstance(y, tuple):
            return _tuple_like(y, [apply(component, (node,), {"index": i}) for i in range(len(y))])
        return node.placed(function, args, keywords)

    def discrete(
        self, function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]
    ) -> Any:
        """A tensor of truth values or whole numbers; of np.nonzero and np.allclose, what NumPy answers."""
        y = super().discrete(function, args, keywords)
        return y if isinstance(y, tuple) or function in _YES_OR_NO else self.kind(self, y)

    def visited(self, node: Any, bar: Any) -> tuple[tuple[Any, ...], Any, Any]:
        """The operands that a row has read, its value and its cotangent, when the sweep comes to it."""
        node.require_history()
        origin = node if node.origin is None else node.origin
        bar = origin.through_hooks(whole(bar, node.value))
        came = arrivals.get()
        if not came or node.number <= came[0][0].number or node.is_leaf or node.retained:
            came.append((origin, bar))  # not the rows that a checkpoint has run again: nobody asks for those
        operands = tuple(node.operands_as_read())
        again = getattr(node.function, "again", None)
        args, y = again(self, operands) if again else operands, node.result_as_made()
        watch = watching.get()
        if watch is not None:
            watch.sweep(node, args, y, bar)
        return args, y, bar


# Of their first operand these read the shape only.
_OF_SHAPE = frozenset({np.zeros_like, np.ones_like, np.empty_like})
_YES_OR_NO = frozenset({np.allclose, np.array_equal, np.array_equiv})
_CHANGEABLE = frozenset({np.ndarray, list, tuple})


def _as_it_is(value: Any) -> Any:
    """A constant as it is now, whatever is written into it later."""
    if value.__class__ is tuple:
        return tuple(map(_as_it_is, value))
    return value.copy() if value.__class__ in (np.ndarray, list) else value


def _tuple_like(y: tuple[Any, ...], parts: Iterable[Any]) -> tuple[Any, ...]:
    return type(y)(*parts) if hasattr(y, "_fields") else tuple(parts)
