"""What tensors share: whether operations are recorded, what made them, hooks, overwritten numbers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ContextDecorator
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, Any

import numpy as np

from diffkit.errors import GraphError
from diffkit.tape.arithmetic import name_of

if TYPE_CHECKING:
    from diffkit.autodiff.tensor import Tensor

__all__ = ["GradFn", "Hook", "Overwritten", "Recording", "no_grad", "recording"]

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
