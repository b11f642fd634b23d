"""What becomes of histories when numbers in memory, which several tensors may share, are overwritten.

An assignment makes a new row, for which the tensor stands from then on; rows that have read the tensor before
know by their number which row they have read. Its numbers are gone, which a version counts.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from typing import Any

import numpy as np

from diffkit.autodiff.history import GradFn, Recording, recording
from diffkit.errors import ArgumentsError, GraphError, LostHistoryError
from diffkit.primitives import getitem, put, takes_each_once
from diffkit.tape.active import Active, Trace, apply, gather, plain, plain_key
from diffkit.tape.advice import missing
from diffkit.tape.node import Node
from diffkit.tape.operators import BINARY, UNARY
from diffkit.tape.spelling import METADATA
from diffkit.tape.written import holds_foreign

__all__ = ["Memory", "Overwritable", "Overwritten", "View", "require_own_history"]


class Memory:
    """How often the numbers in one piece of memory have been overwritten."""

    __slots__ = ("version",)

    def __init__(self) -> None:
        self.version = 0


class View:
    """How a tensor came to share the memory of another, `base`: by which call, of which row of it."""

    __slots__ = ("_args", "_function", "_keywords", "base", "number")

    def __init__(
        self, function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]
    ) -> None:
        self.base: Overwritable = args[0]
        self.number = self.base.number
        self._function, self._args, self._keywords = function, args[1:], keywords

    def of(self, base: Any) -> Any:
        """The same view of another array or tensor."""
        return self._function(base, *self._args, **self._keywords)

    def key(self) -> Any:
        """Where in the base the elements of the view lie."""
        if self._function is getitem:
            return self._keywords["key"]
        shape = self.base.shape
        return np.unravel_index(self.of(np.arange(self.base.size).reshape(shape)), shape)


class Overwritable(Node):
    """A node whose numbers lie in memory, where they may be shared with others and overwritten."""

    __slots__ = ("made", "memory", "origin", "recorded", "saved", "shared")

    versions: list[tuple[int, Any]]
    shared: View | None

    def __init__(
        self,
        trace: Trace,
        value: Any,
        function: Callable[..., Any] | None = None,
        args: tuple[Any, ...] = (),
        keywords: Mapping[str, Any] | None = None,
    ) -> None:
        Node.__init__(self, trace, value, function, args, keywords)
        self.recorded = function is not None
        self.memory, self.made = Memory(), 0  # and its version when this row was made
        # Of each operand the version that was read, and whether it was followed.
        self.saved = tuple(
            [(a.memory.version, a.recorded) if isinstance(a, Overwritable) else None for a in args]
        )
        self.versions = []
        self.shared = None
        self.origin: Any = None  # of an alias, the tensor that the user has

    @property
    def version(self) -> int:
        """How often its numbers have been overwritten, also through a view or detach()."""
        return self.memory.version

    @property
    def requires_grad(self) -> bool:
        """Whether operations on it are recorded."""
        return self.fresh().recorded

    @property
    def is_leaf(self) -> bool:
        """Whether it was made by the user, and not by a recorded operation."""
        return self.fresh().function is None

    @property
    def grad_fn(self) -> GradFn | None:
        """The operation that made it; None for a leaf."""
        return None if self.is_leaf else GradFn(self)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(missing(self, name))

    def shares(self, other: Any) -> None:
        """Lie in the memory of the other."""
        self.memory, self.made = other.memory, other.memory.version

    def placed(
        self, function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]
    ) -> Overwritable:
        """The result of this call; where it lies in the memory of the first operand, a view of it."""
        x, y = args[0], self.value
        if x.__class__ is not self.__class__ or x.value.__class__ is not np.ndarray:
            return self
        if function is getitem and y.__class__ is not np.ndarray and takes_each_once(keywords["key"]):
            key = keywords["key"]  # with ... in it NumPy answers with an array, not with a number
            y = self.value = x.value[(*key, ...) if isinstance(key, tuple) else (key, ...)]
        made_by_view = y.__class__ is np.ndarray and (y is x.value or y.base is not None)
        if made_by_view and np.may_share_memory(y, x.value):
            self.shares(x)
            self.shared = View(function, args, keywords)
        return self

    def own(self) -> np.ndarray[Any, Any]:
        """Its numbers in memory that can be shared and overwritten, which a scalar's are not."""
        if self.value.__class__ is not np.ndarray:
            self.value = np.array(self.value)
        array: np.ndarray[Any, Any] = self.value
        return array

    # -- overwriting ----------------------------------------------------------------------------

    def __setitem__(self, key: Any, value: Any) -> None:
        key = plain_key(key)
        if holds_foreign(value):
            value = gather(np.array(value, dtype=object))
        require_own_history(value)
        if recording.get() and (self.requires_grad or getattr(value, "requires_grad", False)):
            before = self.alias()
            self._rewrite(put(before, value, key=key), before)
        else:
            self.own()[key] = plain(value)
            self.memory.version += 1

    def in_place(self, function: Callable[..., Any], other: Any) -> Overwritable:
        """This tensor, its numbers overwritten with function(self, other)."""
        before = self.fresh().alias()
        read = before.alias()  # keeps the numbers that are overwritten here, for this call alone
        read.value, read.memory, read.made = np.array(before.value), Memory(), -1
        y = require_own_history(apply(function, (read, read if other is self else other)))
        if y.shape != self.shape or not np.can_cast(y.dtype, self.dtype, "same_kind"):
            raise ArgumentsError(
                f"{y.dtype} numbers of shape {y.shape} do not fit into a tensor of {self.dtype} of shape "
                f"{self.shape}; write y = y + x instead of y += x"
            )
        if y.recorded:
            self._rewrite(y if y.dtype == self.dtype else np.astype(y, self.dtype), before)
        else:
            self[...] = y
        return self

    def _rewrite(self, after: Any, before: Any) -> None:
        """Overwrite the numbers, and stand for the row `after` from now on; so do the bases of a view."""
        chain = [self, *self._bases()]
        if any(part.recorded and part.function is None for part in chain):
            raise GraphError(
                "a leaf with requires_grad is overwritten where operations are recorded; write "
                "`with no_grad():` around an update, or overwrite x.clone()"
            )
        np.copyto(self.own(), after.value)
        self.memory.version += 1
        self.become(after, before)
        for part, base in itertools.pairwise(chain):
            before = base.alias()
            base.become(put(before, part.alias(), key=part.shared.key()), before)
            part.made = -1  # to be taken again when it is read

    # -- views and versions ---------------------------------------------------------------------

    def _bases(self) -> Iterator[Any]:
        """The tensor that this is a view of, the one that that one is a view of, ..."""
        view = self.shared
        while view is not None:
            yield view.base
            view = view.base.shared

    def fresh(self) -> Overwritable:
        """This tensor; a view is taken again where an assignment has given its base another history."""
        if self.shared is not None and self.memory.version != self.made:
            for part in reversed([self, *self._bases()]):
                view = part.shared
                if view is not None and view.number != view.base.number:
                    with Recording(True):
                        part.become(view.of(view.base), part.alias())
                    view.number = view.base.number
        return self

    def alias(self) -> Any:
        """The same row under a handle of its own."""
        twin = self.__class__(self.owner, self.value, self.function, self.args, self.keywords)
        twin.number, twin.memory, twin.made = self.number, self.memory, self.made
        twin.saved, twin.recorded = self.saved, self.recorded
        return twin

    def become(self, after: Any, before: Any) -> None:
        """Stand for another row from now on; rows with smaller numbers have read `before`."""
        self.versions.append((after.number, before))
        self.number, self.function, self.args = after.number, after.function, after.args
        self.keywords, self.saved, self.recorded = after.keywords, after.saved, after.recorded
        self.made = self.memory.version

    def read_by(self, number: int) -> Any:
        """The row that this handle stood for when the row of this number read it."""
        if self.number < number:
            return self
        return self.versions[bisect_left(self.versions, number, key=itemgetter(0))][1]

    def operands_as_read(self) -> Iterator[Any]:
        """What this row has read: nodes where it was followed, else numbers; gone where overwritten since."""
        for a, saved in zip(self.operands(), self.saved, strict=True):
            if saved is None:
                yield a
                continue
            version, followed = saved
            if a.memory.version != version:
                origin, a = a, a.alias()
                a.value, a.origin = Overwritten(a, self), origin
            yield a if followed else a.value

    def result_as_made(self) -> Any:
        """The numbers of this row; gone where overwritten since."""
        overwritten = self.memory.version != self.made and self.function is not None
        return Overwritten(self, self) if overwritten else self.value


# The quick operators of a node make nodes; a tensor takes the long way, which makes tensors.
for _name, _function in BINARY.items():
    for _side in ("", "r"):
        setattr(Overwritable, f"__{_side}{_name}__", getattr(Active, f"__{_side}{_name}__"))
    setattr(Overwritable, f"__i{_name}__", lambda self, other, f=_function: self.in_place(f, other))
for _name in UNARY:
    setattr(Overwritable, f"__{_name}__", getattr(Active, f"__{_name}__"))


def require_own_history(value: Any) -> Any:
    """The value; LostHistoryError if it is active in a derivative, whose history no tensor keeps."""
    if isinstance(value, Active) and not isinstance(value, Overwritable):
        raise LostHistoryError(
            "an active value of a derivative would lose its history in a tensor; use it as it is: write "
            "y = y + x instead of y += x, and np.array([...]) instead of y[i] = x"
        )
    return value


class Overwritten:
    """The numbers of a tensor before they were overwritten: their shape is known, and reading them fails."""

    overwritten = True

    def __init__(self, tensor: Overwritable, reader: Overwritable) -> None:
        self.shape, self.dtype, self.ndim, self.size = tensor.shape, tensor.dtype, tensor.ndim, tensor.size
        self._reader = repr(GradFn(reader))

    def _fail(self, *_: Any, **__: Any) -> Any:
        raise GraphError(
            f"backward through {self._reader} needs numbers of shape {self.shape} that have been overwritten "
            f"since; call backward before the update, or overwrite a copy"
        )

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        if function not in METADATA:
            self._fail()
        return function(*(a._form() if a.__class__ is Overwritten else a for a in args), **keywords)

    def _form(self) -> np.ndarray[Any, Any]:
        return np.broadcast_to(np.zeros((), self.dtype), self.shape)

    def __getattr__(self, name: str) -> Any:
        return self._fail() if hasattr(np.ndarray, name) else object.__getattribute__(self, name)

    __array_ufunc__ = __array__ = __getitem__ = __iter__ = __float__ = __bool__ = __hash__ = _fail


for _name in (*BINARY, "lt", "le", "gt", "ge", "eq", "ne", "neg", "abs", "invert"):
    setattr(Overwritten, f"__{_name}__", Overwritten._fail)
    setattr(Overwritten, f"__r{_name}__", Overwritten._fail)
