"""Tensor: arrays that record what is done to them, and `backward`, with the meaning they have in PyTorch.

A Tensor is the node of the functional interface with a `grad`. All tensors belong to one trace, which lies
outside every other; a Tensor goes straight into np.sin, np.sum, scipy.special.erf.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from diffkit.autodiff.anomaly import watching
from diffkit.autodiff.history import GradFn, Hook, Recording, TensorTrace, no_grad, recording
from diffkit.autodiff.reverse import fit, pull_back
from diffkit.errors import ArgumentsError, GraphError, NonScalarError
from diffkit.tape.active import Active, Trace, apply, plain
from diffkit.tape.node import Node
from diffkit.tape.operators import BINARY, UNARY

__all__ = ["Tensor", "no_grad", "tensor"]


class Tensor(Node):
    """A number or array with `grad`, made by `diffkit.tensor`; behaves as the NumPy array it holds.

    Attributes
    ----------
    grad
        What `backward` has added up, a Tensor, or None.
    requires_grad
        Whether operations on it are recorded.
    version
        How often its numbers have been overwritten.

    Examples
    --------
    >>> import diffkit as dk
    >>> x = dk.tensor([0.0, 1.0, 2.0, 3.0], requires_grad=True)
    >>> (x * x).mean().backward()
    >>> x.grad
    tensor([0. , 0.5, 1. , 1.5])
    """

    __slots__ = ("_grad", "_requires_grad", "freed", "hooks", "origin", "retained", "saved", "version")

    def __init__(
        self,
        trace: Trace,
        value: Any,
        function: Callable[..., Any] | None = None,
        args: tuple[Any, ...] = (),
        keywords: Mapping[str, Any] | None = None,
    ) -> None:
        Node.__init__(self, trace, value, function, args, keywords)
        self._grad: Tensor | None = None
        self._requires_grad = function is not None
        self.version = 0
        self.saved = tuple(a.version if isinstance(a, Tensor) else 0 for a in args)
        self.freed = self.retained = False
        self.origin: Tensor | None = None  # the tensor that this is a clone of
        self.hooks: dict[int, Callable[[Tensor], Any]] = {}

    # -- what it holds --------------------------------------------------------------------------

    @property
    def data(self) -> np.ndarray[Any, Any]:
        """Its numbers as an array, in its own memory; assigning to `data` overwrites them, unrecorded."""
        return np.asarray(self.value)

    @data.setter
    def data(self, value: Any) -> None:
        self._overwrite(plain(value))

    def numpy(self) -> np.ndarray[Any, Any]:
        """Its numbers as an array; read-only where operations are recorded."""
        array = np.asarray(self.value)[...]
        array.flags.writeable = not self._requires_grad
        return array

    def item(self, *index: Any) -> Any:
        """Its only number as a Python number (at an index, that element)."""
        return np.asarray(self.value).item(*index)

    def tolist(self) -> Any:
        """Its numbers as nested lists."""
        return np.asarray(self.value).tolist()

    def detach(self) -> Tensor:
        """A Tensor with the same numbers, in the same memory, and no history."""
        return Tensor(_tensors, self.value)

    # -- its history ----------------------------------------------------------------------------

    @property
    def requires_grad(self) -> bool:
        """Whether operations on it are recorded."""
        return self._requires_grad

    @requires_grad.setter
    def requires_grad(self, flag: bool) -> None:
        self.requires_grad_(flag)

    def requires_grad_(self, flag: bool = True) -> Tensor:
        """This Tensor, its operations recorded from now on, or not."""
        if flag and self.dtype.kind not in "fc":
            raise ArgumentsError(
                f"a tensor of {self.dtype} cannot have a gradient; write real numbers, such as "
                f"tensor([1.0, 2.0], requires_grad=True)"
            )
        if not flag and not self.is_leaf:
            raise GraphError("the history of a result cannot be switched off; write y = y.detach()")
        self._requires_grad = bool(flag)
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether it was made by the user, and not by a recorded operation."""
        return self.function is None

    @property
    def grad_fn(self) -> GradFn | None:
        """The operation that made it; None for a leaf."""
        return None if self.function is None else GradFn(self)

    @property
    def grad(self) -> Tensor | None:
        """What backward has added up."""
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None and (not isinstance(value, Tensor) or value.shape != self.shape):
            raise ArgumentsError(f"grad has to be None or a tensor of shape {self.shape}")
        self._grad = value

    def retain_grad(self) -> None:
        """Let backward leave a gradient here too, although this is no leaf."""
        if not self._requires_grad:
            raise GraphError("a tensor without requires_grad has no gradient to retain")
        self.retained = True

    def register_hook(self, hook: Callable[[Tensor], Any]) -> Hook:
        """Call hook(gradient) when a gradient arrives here; what it returns, if not None, takes its place.

        Returns a handle whose `remove()` takes the hook off.
        """
        if not self._requires_grad:
            raise GraphError("a tensor without requires_grad has no gradient to hook; set it first")
        return Hook(self, hook)

    # -- derivatives ----------------------------------------------------------------------------

    def backward(
        self, gradient: Any = None, retain_graph: bool | None = None, create_graph: bool = False
    ) -> None:
        """Add the derivatives of this scalar to the `grad` of the leaves that it came from.

        Parameters
        ----------
        gradient
            The cotangent of this tensor, of its shape; may be left out where it has one element.
        retain_graph
            Keep the history for another backward. By default as `create_graph`; otherwise it is freed.
        create_graph
            Record the sweep, so that the gradients can be differentiated again.

        Raises
        ------
        NonScalarError
            Without a `gradient`, where there is more than one element.
        GraphError
            Where there is no history, where it has been freed, or where a number that it needs has been
            overwritten.
        """
        if not self._requires_grad:
            raise GraphError(
                "this tensor has no history; make it from a tensor with requires_grad=True, outside no_grad"
            )
        if gradient is None:
            if self.size != 1:
                raise NonScalarError(
                    f"backward needs a scalar, and this tensor has shape {self.shape}; sum or average it, "
                    f"or write backward(gradient) with an array of its shape"
                )
            gradient = np.ones(self.shape, self.dtype)[()]
        if np.shape(gradient) != self.shape:
            raise ArgumentsError(
                f"the gradient has shape {np.shape(gradient)}, and the tensor has shape {self.shape}"
            )
        watch = watching.get()
        if watch is not None:
            watch.require_finite([self])
        seed = gradient if create_graph else plain(gradient)
        retain = create_graph if retain_graph is None else retain_graph
        with Recording(create_graph):
            outer = _tensors.arrivals
            visited: list[tuple[Tensor, Any]] = []
            _tensors.arrivals = visited
            try:
                pull_back([(self, seed)], _tensors, live=create_graph)
            finally:
                _tensors.arrivals = outer
            for node, bar in visited:
                if node.is_leaf and node.origin is not None:
                    node.origin._accumulate(bar, create_graph)
                elif node.is_leaf or node.retained:
                    node._accumulate(bar, create_graph)
        if not retain:
            for node, _ in visited:
                if not node.is_leaf:
                    node.args, node.freed = (), True

    def _accumulate(self, bar: Any, create_graph: bool) -> None:
        if self._grad is None:
            self._grad = bar if isinstance(bar, Tensor) else Tensor(_tensors, np.array(bar)[()])
        elif create_graph:
            self._grad = self._grad + bar
        else:
            self._grad._overwrite(self._grad.value + plain(bar))

    def through_hooks(self, bar: Any) -> Any:
        """A cotangent, passed through the hooks."""
        for hook in list(self.hooks.values()):
            changed = hook(bar if isinstance(bar, Tensor) else Tensor(_tensors, bar))
            if changed is not None:
                bar = fit(changed if isinstance(bar, Tensor) else plain(changed), self.value)
        return bar

    def zero_grad(self) -> None:
        """Forget the gradient: `grad` is None."""
        self._grad = None

    def require_history(self) -> None:
        """Raise GraphError where a backward has freed what this one needs."""
        if self.freed:
            raise GraphError(
                f"backward a second time through {self.grad_fn!r}, whose history the first one has freed; "
                f"write backward(retain_graph=True) the first time"
            )

    # -- overwriting ----------------------------------------------------------------------------

    def zero_(self) -> Tensor:
        """This tensor, its numbers overwritten with 0."""
        self[...] = 0
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        if self._requires_grad and recording.get():
            if self.is_leaf:
                raise GraphError(
                    "a leaf with requires_grad is overwritten where operations are recorded; write "
                    "`with no_grad():` around an update, or take a copy"
                )
            Active.__setitem__(self, key, value)
        elif isinstance(value, Tensor) and value._requires_grad and recording.get():
            Active.__setitem__(self, key, value)
        else:
            array = np.array(self.value)
            array[key] = plain(value)
            self._overwrite(array)

    def _overwrite(self, value: Any) -> None:
        if np.shape(value) != self.shape:
            raise ArgumentsError(f"numbers of shape {np.shape(value)} cannot overwrite shape {self.shape}")
        if isinstance(self.value, np.ndarray):
            np.copyto(self.value, value, casting="same_kind")
        else:
            self.value = np.asarray(value)[()].astype(self.dtype)
        self.version += 1

    def clone(self) -> Tensor:
        """The same row under a handle of its own."""
        twin = Tensor(self.owner, self.value, self.function, self.args, self.keywords)
        twin.number, twin.version, twin.saved = self.number, self.version, self.saved
        twin._requires_grad, twin.origin = self._requires_grad, self.origin or self
        return twin

    def become(self, after: Any, before: Any) -> None:
        """Stand for another row from now on; rows with smaller numbers have read `before`."""
        Node.become(self, after, before)
        self._requires_grad, self.version, self.saved = after._requires_grad, after.version, after.saved

    # -- as a plain value -----------------------------------------------------------------------

    def __float__(self) -> float:
        return Active.__float__(self) if self._requires_grad else float(self.value)

    def __int__(self) -> int:
        return Active.__int__(self) if self._requires_grad else int(self.value)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        return Active.__array__(self, dtype, copy) if self._requires_grad else np.array(self.value, dtype)

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        numbers = np.array2string(np.asarray(self.value), separator=", ", prefix="tensor(")
        history = f", grad_fn={self.grad_fn!r}" if self.function else ", requires_grad=True"
        return f"tensor({numbers}{history if self._requires_grad else ''})"


def _in_place(function: Callable[..., Any]) -> Callable[..., Any]:
    def operate(self: Tensor, other: Any) -> Any:
        y = apply(function, (self, other))
        if np.shape(y) != self.shape:
            raise ValueError(f"cannot write shape {np.shape(y)} into a tensor of shape {self.shape}")
        if y._requires_grad and not self.shape and not self.is_leaf:
            return y  # a number with a history is not overwritten but replaced
        self[...] = y
        return self

    return operate


# The quick operators of a node make nodes; a tensor takes the long way, which makes tensors.
Tensor.__array_ufunc__ = Active.__array_ufunc__  # type: ignore[method-assign]
for _name, _function in BINARY.items():
    for _side in ("", "r"):
        setattr(Tensor, f"__{_side}{_name}__", getattr(Active, f"__{_side}{_name}__"))
    setattr(Tensor, f"__i{_name}__", _in_place(_function))
for _name in UNARY:
    setattr(Tensor, f"__{_name}__", getattr(Active, f"__{_name}__"))


TensorTrace.kind = Tensor
_tensors = TensorTrace()


def tensor(data: Any, requires_grad: bool = False, dtype: Any = None) -> Tensor:
    """A Tensor with a copy of these numbers.

    Parameters
    ----------
    data
        A number or an array_like; of another Tensor the numbers, without the history.
    requires_grad
        Whether operations on it are recorded. Whole numbers cannot have a gradient.
    dtype
        Of the copy; that of `data` by default.

    Examples
    --------
    >>> import diffkit as dk
    >>> x = dk.tensor(5.0, requires_grad=True)
    >>> y = x**3
    >>> y.backward()
    >>> y, x.grad
    (tensor(125., grad_fn=<power>), tensor(75.))
    """
    value = np.array(plain(data), dtype=dtype)
    if value.dtype.kind not in "biufc":
        raise ArgumentsError(f"a tensor of {str(data)[:40]!r} ({type(data).__name__}); write numbers")
    made = Tensor(_tensors, value)
    return made.requires_grad_() if requires_grad else made
