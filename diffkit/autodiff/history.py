"""What tensors share: their trace, whether it records, what made them, hooks, overwritten numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ContextDecorator
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from diffkit.autodiff.anomaly import watching
from diffkit.autodiff.reverse import whole
from diffkit.errors import GraphError
from diffkit.primitives import component
from diffkit.tape.active import Trace, apply
from diffkit.tape.arithmetic import NUMPY, name_of

if TYPE_CHECKING:
    from diffkit.autodiff.tensor import Tensor

__all__ = ["GradFn", "Hook", "Overwritten", "Recording", "TensorTrace", "no_grad", "recording"]

recording: ContextVar[bool] = ContextVar("recording", default=True)


class Overwritten:
    """The numbers of a tensor before they were overwritten: their shape is known, and reading them fails."""

    def __init__(self, tensor: Tensor, reader: Tensor) -> None:
        self.shape, self.dtype, self.ndim, self.size = tensor.shape, tensor.dtype, tensor.ndim, tensor.size
        self._reader = reader

    def _fail(self, *_: Any, **__: Any) -> Any:
        raise GraphError(
            f"backward through {self._reader.grad_fn!r} needs numbers of shape {self.shape} that have been "
            f"overwritten since; call backward before the update, or overwrite a copy"
        )

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        known = {np.shape: self.shape, np.ndim: self.ndim, np.size: self.size}
        return known[function] if function in known else self._fail()

    __array_ufunc__ = __array__ = __getitem__ = __iter__ = __float__ = __bool__ = __hash__ = _fail


for _name in (
    "add",
    "sub",
    "mul",
    "truediv",
    "pow",
    "matmul",
    "lt",
    "le",
    "gt",
    "ge",
    "eq",
    "ne",
    "neg",
    "abs",
):
    setattr(Overwritten, f"__{_name}__", Overwritten._fail)
    setattr(Overwritten, f"__r{_name}__", Overwritten._fail)


class GradFn:
    """The operation that made a tensor.

    Attributes
    ----------
    name
        The operation's name: multiply, power, sum.
    next_functions
        The operations that made its operands, None for a leaf or a constant.
    """

    __slots__ = ("_node",)

    def __init__(self, node: Tensor) -> None:
        self._node = node

    @property
    def name(self) -> str:
        """The operation's name."""
        return name_of(self._node.function or object)

    @property
    def next_functions(self) -> tuple[GradFn | None, ...]:
        """The operations that made its operands."""
        return tuple(a.grad_fn if isinstance(a, Tensor) else None for a in self._node.args)

    def __repr__(self) -> str:
        return f"<{self.name}>"


class Hook:
    """A hook on a tensor; `remove()` takes it off."""

    __slots__ = ("_hooks",)

    def __init__(self, tensor: Tensor, hook: Callable[[Tensor], Any]) -> None:
        self._hooks = tensor.hooks
        self._hooks[id(self)] = hook

    def remove(self) -> None:
        """Take the hook off; a second time does nothing."""
        self._hooks.pop(id(self), None)


class Recording(ContextDecorator):
    """Whether operations are recorded inside a `with` block."""

    def __init__(self, on: bool) -> None:
        self._on = on
        self._tokens: list[Token[bool]] = []

    def __enter__(self) -> None:
        self._tokens.append(recording.set(self._on))

    def __exit__(self, *_: Any) -> None:
        recording.reset(self._tokens.pop())


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

    def __init__(self) -> None:
        super().__init__(False)


class TensorTrace(Trace):
    """The one trace of all tensors: the outermost."""

    __slots__ = ("arrivals",)

    kind: ClassVar[Any]  # Tensor

    def __init__(self) -> None:
        super().__init__()
        self.level = 0
        self.assigned = True  # each row says itself which numbers it has read
        self.arrivals: list[tuple[Tensor, Any]] = []

    def apply(self, function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Any:
        y = NUMPY.call(function, self.values(args), keywords)
        args = tuple(map(self.snapshot, args))
        recorded = recording.get() and any(isinstance(a, self.kind) and a._requires_grad for a in args)
        node = self.kind(self, y, function, args, keywords or None) if recorded else self.kind(self, y)
        watch = watching.get()
        if watch is not None:
            watch.note(node)
        if isinstance(y, tuple):
            return _components(self, node, y, recorded)
        return node

    def visited(self, node: Any, bar: Any) -> tuple[tuple[Any, ...], Any, Any]:
        """The operands that a row has read, its value and its cotangent, when the sweep comes to it.

        Operands without requires_grad are constants; what has been overwritten since cannot be read.
        """
        node.require_history()
        bar = node.through_hooks(whole(bar, node.value))
        first = self.arrivals[0][0] if self.arrivals else node
        if node.number <= first.number or node.is_leaf or node.retained:  # all but rows that were run again
            self.arrivals.append((node, bar if node.is_leaf or node.retained else None))
        args: Any = []
        for a, version in zip(node.operands(), node.saved, strict=True):
            if isinstance(a, self.kind):
                if a.version != version:
                    a, changed = a.clone(), Overwritten(a, node)
                    a.value = changed
                args.append(a if a._requires_grad else a.value)
            else:
                args.append(a)
        again = getattr(node.function, "again", None)
        args = tuple(again(self, args) if again else args)
        y = Overwritten(node, node) if node.version and not node.is_leaf else node.value
        watch = watching.get()
        if watch is not None:
            watch.sweep(node, args, y, bar)
        return args, y, bar


def _components(trace: TensorTrace, node: Tensor, y: tuple[Any, ...], recorded: bool) -> tuple[Any, ...]:
    parts = [
        apply(component, (node,), {"index": i}) if recorded else trace.kind(trace, p) for i, p in enumerate(y)
    ]
    return type(y)(*parts) if hasattr(y, "_fields") else tuple(parts)
