"""Tensor: arrays that record what is done to them, and `backward`, with the meaning they have in PyTorch.

A Tensor is the node of the functional interface with a `grad`. All tensors belong to one trace, which lies
outside every other; a Tensor goes straight into np.sin, np.sum, scipy.special.erf.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from diffkit.autodiff.anomaly import watching
from diffkit.autodiff.history import Hook, Recording, TensorTrace, arrivals, no_grad, recording
from diffkit.autodiff.memory import Overwritable, require_own_history
from diffkit.autodiff.reverse import fit, pull_back
from diffkit.errors import ArgumentsError, GraphError, LostHistoryError, NonScalarError, NoRuleError
from diffkit.tape.active import Active, Trace, plain
from diffkit.tape.place import calling_place
from diffkit.tape.written import holds_foreign

__all__ = ["Tensor", "no_grad", "tensor"]


class Tensor(Overwritable):
    """A number or array with `grad`, made by `diffkit.tensor`; behaves as the NumPy array it holds.

    Attributes
    ----------
    grad
        What `backward` has added up, a Tensor, or None.
    requires_grad
        Whether operations on it are recorded.
    version
        How often its numbers have been overwritten.

    Notes
    -----
    Unlike PyTorch's, it does not become a Python float unseen: float(x) with a history is an error, x.item()
    is not. A backward without retain_graph frees the whole history, sums included. The gradient with respect
    to a complex tensor is the conjugate of PyTorch's.

    Examples
    --------
    >>> import diffkit as dk
    >>> x = dk.tensor([0.0, 1.0, 2.0, 3.0], requires_grad=True)
    >>> (x * x).mean().backward()
    >>> x.grad
    tensor([0. , 0.5, 1. , 1.5])
    """

    __slots__ = ("_grad", "freed", "hooks", "retained")
    called = "a tensor"

    def __init__(
        self,
        trace: Trace,
        value: Any,
        function: Callable[..., Any] | None = None,
        args: tuple[Any, ...] = (),
        keywords: Mapping[str, Any] | None = None,
    ) -> None:
        Overwritable.__init__(self, trace, value, function, args, keywords)
        self._grad: Tensor | None = None
        self.hooks: dict[object, Callable[[Tensor], Any]] | None = None
        self.freed = self.retained = False

    # -- what it holds --------------------------------------------------------------------------

    @property
    def data(self) -> np.ndarray[Any, Any]:
        """Its numbers as an array, in its own memory; assigning to `data` overwrites them, unrecorded."""
        return self.own()

    @data.setter
    def data(self, value: Any) -> None:
        value = np.asarray(plain(require_own_history(value)))
        if value.shape != self.shape:
            raise ArgumentsError(
                f"data of shape {value.shape} cannot overwrite numbers of shape {self.shape}"
            )
        np.copyto(self.own(), value, casting="same_kind")
        self.memory.version += 1

    def numpy(self) -> np.ndarray[Any, Any]:
        """Its numbers as an array in the same memory; read-only where operations are recorded."""
        array = self.own()[...]
        if self.requires_grad:
            array.flags.writeable = False
        return array

    def item(self, *index: Any) -> Any:
        """Its only number as a Python number (at an index, that element)."""
        return np.asarray(self.value).item(*index)

    def tolist(self) -> Any:
        """Its numbers as nested lists."""
        return np.asarray(self.value).tolist()

    def detach(self) -> Tensor:
        """A Tensor with the same numbers, in the same memory, and no history."""
        twin = Tensor(self.owner, self.own())
        twin.shares(self)
        return twin

    def view(self, *shape: Any) -> Tensor:  # type: ignore[override]
        """Its numbers in another shape, in the same memory."""
        return self.reshape(*shape)  # type: ignore[no-any-return]

    def clone(self) -> Tensor:
        """A copy with numbers of its own; the copying is recorded."""
        return self.copy()  # type: ignore[no-any-return]

    # -- its history ----------------------------------------------------------------------------

    @property
    def requires_grad(self) -> bool:
        """Whether operations on it are recorded; may be set on a leaf."""
        return self.fresh().recorded

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
        self.recorded = bool(flag)
        return self

    @property
    def grad(self) -> Tensor | None:
        """What backward has added up."""
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None and not isinstance(value, Tensor):
            raise ArgumentsError(
                f"grad is a tensor or None, not {type(value).__name__}; write dk.tensor(...)"
            )
        if value is not None and (value.shape, value.dtype) != (self.shape, self.dtype):
            raise ArgumentsError(
                f"grad of shape {value.shape} and type {value.dtype} does not belong to a tensor of shape "
                f"{self.shape} and type {self.dtype}"
            )
        self._grad = value

    def retain_grad(self) -> None:
        """Let backward leave a gradient here too, although this is no leaf."""
        if not self.requires_grad:
            raise GraphError(
                "a tensor without requires_grad has no gradient to retain; write x.requires_grad_() first"
            )
        self.retained = True

    def register_hook(self, hook: Callable[[Tensor], Any]) -> Hook:
        """Call hook(gradient) when a gradient arrives here; what it returns, if not None, takes its place.

        Returns a handle whose `remove()` takes the hook off.

        Examples
        --------
        >>> import diffkit as dk
        >>> x = dk.tensor(3.0, requires_grad=True)
        >>> hook = x.register_hook(lambda gradient: 2 * gradient)
        >>> (x * x).backward()
        >>> x.grad
        tensor(12.)
        """
        if not self.requires_grad:
            raise GraphError(
                "a tensor without requires_grad has no gradient to hook; write x.requires_grad_() first"
            )
        self.hooks = {} if self.hooks is None else self.hooks
        return Hook(self.hooks, hook)

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
        if not self.requires_grad:
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
        seed = require_own_history(gradient) if create_graph else plain(require_own_history(gradient))
        retain = create_graph if retain_graph is None else retain_graph
        with Recording(create_graph):
            visited: list[tuple[Tensor, Any]] = []
            outer = arrivals.set(visited)
            try:
                pull_back([(self, seed)], self.owner, live=create_graph)
            except NoRuleError as error:
                hint = "; to be told the line, run it inside `with dk.autodiff.detect_anomaly():`"
                raise NoRuleError(f"{error}{'' if watch else hint}") from None
            finally:
                arrivals.reset(outer)
            for node, bar in visited:
                if (node.is_leaf and node.recorded) or node.retained:
                    node._accumulate(bar, create_graph)
        if not retain:
            for node, _ in visited:
                if not node.is_leaf:
                    node.args, node.saved, node.freed = (), (), True

    def _accumulate(self, bar: Any, create_graph: bool) -> None:
        if self._grad is None:
            # Copied: another leaf may have got the same.
            self._grad = bar.clone() if isinstance(bar, Tensor) else Tensor(self.owner, np.array(bar))
        elif create_graph:
            self._grad = self._grad + bar
        else:
            self._grad.data = self._grad.value + bar

    def through_hooks(self, bar: Any) -> Any:
        """A cotangent, passed through the hooks."""
        for hook in list((self.hooks or {}).values()):
            changed = hook(bar if isinstance(bar, Tensor) else Tensor(self.owner, np.array(bar)))
            if changed is None:
                continue
            if np.shape(changed) != self.shape:
                raise ArgumentsError(
                    f"a hook on a tensor of shape {self.shape} returned shape {np.shape(changed)}; return "
                    f"None or a gradient of the same shape"
                )
            bar = fit(changed if recording.get() else plain(changed), self.value)
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

    def alias(self) -> Tensor:
        """The same row under a handle of its own."""
        twin: Tensor = Overwritable.alias(self)
        twin.freed, twin.hooks = self.freed, self.hooks
        return twin

    def become(self, after: Any, before: Any) -> None:
        """Stand for another row from now on; the hooks stay with `before`."""
        Overwritable.become(self, after, before)
        self.freed, self.hooks = after.freed, None

    # -- as a plain value -----------------------------------------------------------------------

    def _only_number(self, kind: type, how: str) -> Any:
        if self.recorded:
            raise LostHistoryError(
                f"{how} would lose the history of a tensor with requires_grad; write x.item() for a number, "
                f"or np.sin instead of math.sin; at {calling_place()}"
            )
        return kind(self.value)

    def __float__(self) -> float:
        return float(self._only_number(float, "float()"))

    def __int__(self) -> int:
        return int(self._only_number(int, "int()"))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        if self.recorded:
            return Active.__array__(self, dtype, copy)
        return np.array(self.own(), dtype, copy=copy)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *args: Any, **keywords: Any) -> Any:
        plain_out = not any(isinstance(out, Active) for out in keywords.get("out", (self,)))
        if plain_out and not any(isinstance(a, Active) and not _is_constant(a) for a in args):
            return getattr(ufunc, method)(*map(plain, args), **keywords)  # array -= tensor
        return Active.__array_ufunc__(self, ufunc, method, *args, **keywords)

    def __reduce__(self) -> Any:
        if self.recorded and not self.is_leaf:
            raise GraphError("a result with a history cannot be copied or pickled; write y.detach()")
        return _restored, (self.numpy(), self.recorded, self._grad)

    __copy__ = __deepcopy__ = None  # by __reduce__: a leaf is copied to a leaf
    __hash__ = object.__hash__

    def __format__(self, spec: str) -> str:
        return object.__format__(self, spec) if self.shape else format(self.item(), spec)

    def __repr__(self) -> str:
        numbers = np.array2string(np.asarray(self.value), separator=", ", prefix="tensor(")
        kind = "" if self.dtype in _USUAL else f", dtype={self.dtype}"
        history = f", grad_fn={self.grad_fn!r}" if self.function else ", requires_grad=True"
        return f"tensor({numbers}{kind}{history if self.requires_grad else ''})"


def _is_constant(value: Any) -> bool:
    return isinstance(value, Tensor) and not value.requires_grad


_USUAL = tuple(np.dtype(kind) for kind in (float, int, bool, complex))


class _Tensors(TensorTrace):
    __slots__ = ()

    kind = Tensor


_tensors = _Tensors()


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
    data = plain(require_own_history(data))
    try:
        value = np.array(data, dtype=dtype)
    except ValueError as error:
        raise ArgumentsError(f"no tensor can be made of {str(data)[:40]!r}: {error}") from error
    if value.dtype.kind not in "biufc":
        instead = "np.stack([...]) or np.array([...])" if holds_foreign(data) else "numbers"
        raise ArgumentsError(f"a tensor of {str(data)[:40]!r} ({type(data).__name__}); write {instead}")
    made = Tensor(_tensors, value)
    return made.requires_grad_() if requires_grad else made


def _restored(value: Any, requires_grad: bool, grad: Tensor | None) -> Tensor:
    made = tensor(value, requires_grad)
    made.grad = None if grad is None else tensor(grad)
    return made
