"""Active: a value whose history is followed while plain NumPy code runs on it.

An active value belongs to one trace (one `record`, `grad` or `jvp` in progress). Operators,
`np.sin(x)`, `np.sum(x)` and `x.sum()` all end in `apply(function, args, keywords)`, which hands the
call to the innermost trace among its operands. That trace runs the function on the values below and
wraps the result; the values below may be active themselves, for an outer trace. This is what makes
derivatives nest without one perturbation being taken for another: a value of another trace is a
constant.

Letters: `function` the NumPy callable, `args` its operands in order (active or constant), `keywords`
the rest (axis, key, ...), `y` the result.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from diffkit.errors import LostHistoryError
from diffkit.primitives import WITH_ROW, assemble, getitem
from diffkit.tape.place import calling_place
from diffkit.tape.spelling import DISCRETE, METADATA, WRITTEN_WITH_OTHERS, no_out, operands, ufunc_call

__all__ = ["Active", "Trace", "apply", "gather", "is_active", "living", "plain", "value_of"]

_levels = itertools.count(1)
NO_KEYWORDS: Mapping[str, Any] = {}
_FILLED = "y = np.zeros_like(x) or np.zeros_like(x, shape=(n,)), which is active, not np.zeros(n)"
_LISTS: frozenset[Any] = frozenset({list, tuple})


class Trace:
    """One derivative, or one recording, in progress. A later trace lies inside an earlier one.

    `kind` is the class of its active values. `running` is over when f has returned: an active value that
    got away through a variable of f's own then stands for no more than what it covers. `assigned` tells
    whether f has assigned into one of them.
    """

    __slots__ = ("assigned", "level", "running")

    kind: ClassVar[type[Active]]

    def __init__(self) -> None:
        self.level = next(_levels)
        self.running = True
        self.assigned = False

    def values(self, args: tuple[Any, ...]) -> list[Any]:
        """The operands as this trace's function sees them: its own values opened, all else as it is."""
        return [a.value if isinstance(a, Active) and a.owner is self else a for a in args]

    def apply(self, function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Any:
        """The result of a call with operands of this trace, wrapped."""
        raise NotImplementedError

    def snapshot(self, value: Any) -> Any:
        """A constant as it is now, for a row that may be read when it has changed."""
        return value.copy() if value.__class__ is np.ndarray else value

    def visited(self, node: Any, bar: Any) -> tuple[tuple[Any, ...], Any, Any]:
        """The operands that a row has read, its value and its cotangent, when a sweep comes to it."""
        raise NotImplementedError

    def discrete(
        self, function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]
    ) -> Any:
        """The result of a call that answers with truth values or whole numbers."""
        return function(*self.values(args), **keywords)

    def decide(self, value: Active) -> bool:
        """The truth of an active value, when the program branches on it."""
        return bool(value.value)

    def freeze(self, value: Active) -> Any:
        """The plain whole numbers of an active value, when the program indexes or counts with them."""
        return value.value


def is_active(value: Any) -> bool:
    """Whether a value is being followed: an operand of a derivative or recording in progress.

    Examples
    --------
    >>> import diffkit as dk
    >>> seen = []
    >>> _ = dk.grad(lambda x: seen.append(is_active(x)) or x * x)(3.0)
    >>> seen, is_active(3.0)
    ([True], False)
    """
    return isinstance(living(value), Active)


def value_of(value: Any) -> Any:
    """What one level of activity covers: the value itself when it is not active."""
    return value.value if isinstance(value, Active) else value


def plain(value: Any) -> Any:
    """The number or array below every level of activity."""
    while isinstance(value, Active):
        value = value.value
    return value


def living(value: Any) -> Any:
    """What a value still is when the derivative that made it is over: no more than it covers."""
    while isinstance(value, Active) and not value.owner.running:
        value = value.value
    return value


def whole(value: Any) -> Any:
    """The plain whole numbers or truth values of an active value; each trace it belongs to is told."""
    while isinstance(value, Active):
        value = value.owner.freeze(value)
    return value


def apply(
    function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any] = NO_KEYWORDS
) -> Any:
    """The result of `function(*args, **keywords)` where at least one operand is active."""
    top: Trace | None = None
    for position, a in enumerate(args):
        if not isinstance(a, Active):
            if a.__class__ is np.ndarray:
                if a.dtype != object:
                    continue
            elif a.__class__ not in _LISTS or not isinstance(function, np.ufunc):
                continue
            a = gather(np.asarray(a))
            args = (*args[:position], a, *args[position + 1 :])
        if isinstance(a, Active) and (top is None or a.owner.level > top.level):
            top = a.owner
    if keywords:
        args, keywords, again = _settle(function, args, keywords)
        if again:
            return apply(function, args, keywords)
    if top is None:  # an object array that held no active value after all
        return function(*args, **keywords)
    if function in DISCRETE:
        return top.discrete(function, args, keywords)
    return top.apply(function, args, keywords)


def _settle(
    function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]
) -> tuple[tuple[Any, ...], Mapping[str, Any], bool]:
    """Active keywords moved among the operands, since only operands are differentiated."""
    if keywords.get("out") is not None:
        raise no_out(function)
    moved = [name for name, value in keywords.items() if isinstance(value, Active)]
    if not moved:
        return args, keywords, False
    names = list(_parameters(function))
    last = max((names.index(name) for name in moved if name in names), default=-1)
    wanted = names[len(args) : last + 1]
    if last < 0 or not all(name in keywords for name in wanted) or not set(moved) <= set(names[: last + 1]):
        frozen = {name: _frozen(function, name, value) for name, value in keywords.items()}
        return args, frozen, False
    rest = {name: value for name, value in keywords.items() if name not in wanted}
    return (*args, *(keywords[name] for name in wanted)), rest, True


def _frozen(function: Callable[..., Any], name: str, value: Any) -> Any:
    """A keyword as plain values: a mask is a decision, anything else would lose its history."""
    if not isinstance(value, Active):
        return value
    if value.dtype.kind in "biu":
        return np.asarray(whole(value))
    raise LostHistoryError(
        f"{function.__name__}({name}=...) got an active value that cannot be followed there; "
        f"write it as a positional operand or use np.where"
    )


@lru_cache(maxsize=256)
def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of the positional parameters of a function, empty where Python cannot tell."""
    try:
        kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        return tuple(n for n, p in inspect.signature(function).parameters.items() if p.kind in kinds)
    except (TypeError, ValueError):
        return ()


def gather(array: Any) -> Any:
    """An object array that holds active values, as one active value of its shape.

    This is what `np.array([x * y, x**2])` becomes as soon as NumPy, or the end of f, looks at it.
    """
    if array.dtype != object:
        return array
    if array.ndim == 0:
        return array.item()
    elements = array.ravel().tolist()
    if not any(isinstance(element, Active) for element in elements):
        return array if elements else array.astype(float)
    return apply(assemble, tuple(elements), {"shape": array.shape})


class Active:
    """A value whose history is followed; behaves as the NumPy scalar or array that it stands for."""

    __slots__ = ("owner", "value")
    __array_priority__ = 1000.0
    called: ClassVar[str] = "an active value"

    owner: Trace
    value: Any

    # -- what it looks like -------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        return getattr(self.value, "shape", ())

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=int))

    @property
    def dtype(self) -> np.dtype[Any]:
        return getattr(self.value, "dtype", None) or np.asarray(plain(self.value)).dtype

    @property
    def T(self) -> Any:  # noqa: N802
        return np.transpose(self)

    @property
    def real(self) -> Any:
        return apply(np.real, (self,))

    @property
    def imag(self) -> Any:
        return apply(np.imag, (self,))

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of an active number: it has no dimension")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return f"Active({plain(self.value)!r})"

    def __format__(self, spec: str) -> str:
        return format(plain(self.value), spec)

    # -- decisions and plain numbers ----------------------------------------------------------

    def __bool__(self) -> bool:
        return self.owner.decide(self)

    def __index__(self) -> int:
        if self.dtype.kind not in "biu":
            raise TypeError(f"an active real number ({plain(self)!r}) is not an index")
        return int(whole(self))

    def __hash__(self) -> int:
        raise self._lost("looking it up as a dictionary key or a set member", "compare with if/elif instead")

    def _lost(self, how: str, instead: str) -> LostHistoryError:
        place = calling_place()
        where = f"; at {place}" if place.file else ""
        return LostHistoryError(f"{how} would lose the history of an active value; {instead}{where}")

    def __float__(self) -> float:
        if self.dtype.kind in "biu":  # a count or a truth value has no derivative to lose
            return float(whole(self))
        if not self.owner.running:
            return float(living(self))
        raise self._lost(
            "float(), a math function, or storing into a float array",
            f"use the NumPy function (np.sin, not math.sin); fill {_FILLED}, or build the array with "
            f"np.array([...]) or np.where",
        )

    def __int__(self) -> int:
        if self.dtype.kind in "biu":
            return int(whole(self))
        if not self.owner.running:
            return int(living(self))
        raise self._lost(
            "int()", "use np.floor or np.round, whose derivative is 0, or take int() of a constant"
        )

    def __complex__(self) -> complex:
        if not self.owner.running:
            return complex(living(self))
        raise self._lost("complex()", "use x + 0j")

    def __setitem__(self, key: Any, value: Any) -> None:
        from diffkit.tape.assign import assign

        assign(self, plain_key(key), value)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        if not self.owner.running:
            return np.array(living(self), dtype)
        if self.dtype.kind in "biu":  # whole numbers have no derivative to lose: they index
            return np.asarray(whole(self), dtype)
        # NumPy asks this while it builds np.array([x*y, x**2]): the answer is an object array of
        # active values, which `gather` turns into one active value at the next step.
        if dtype is not None and np.dtype(dtype) != object:
            raise self._lost(
                f"an array of {np.dtype(dtype)}",
                f"fill {_FILLED}; leave the dtype out of np.array; take the mean of np.stack([...])",
            )
        array = np.empty(self.shape, dtype=object)
        for index in np.ndindex(array.shape):
            array[index] = self[index] if index else self
        return array

    # -- NumPy's protocols --------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *args: Any, **keywords: Any) -> Any:
        if method == "__call__" and not keywords:  # nearly always
            return apply(ufunc, args)
        if method == "at":
            from diffkit.tape.assign import update_at

            return update_at(ufunc, *args)
        return apply(*ufunc_call(ufunc, method, args, keywords))

    def __array_function__(
        self, function: Callable[..., Any], types: Any, args: tuple[Any, ...], keywords: dict[str, Any]
    ) -> Any:
        if function in METADATA:
            return function(*(value_of(a) for a in args), **keywords)
        if keywords.get("out") is not None:
            raise no_out(function)
        if function in WRITTEN_WITH_OTHERS and function not in WITH_ROW:
            return WRITTEN_WITH_OTHERS[function](*args, **keywords)
        return apply(*operands(function, args, keywords))

    # -- indexing and the methods of an array ---------------------------------------------------

    def __getitem__(self, key: Any) -> Any:
        return apply(getitem, (self,), {"key": plain_key(key)})

    def reshape(self, *shape: Any, **keywords: Any) -> Any:
        return apply(np.reshape, (self, shape[0] if len(shape) == 1 else shape), keywords)

    def transpose(self, *axes: Any) -> Any:
        order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
        return apply(np.transpose, (self, tuple(order))) if order else apply(np.transpose, (self,))

    def flatten(self, order: Any = "C") -> Any:
        return np.copy(apply(np.ravel, (self, order)))

    def item(self, *index: Any) -> Any:
        index = index[0] if index and isinstance(index[0], tuple) else index
        element = (apply(np.ravel, (self,)) if len(index) == 1 else self)[index] if index else self
        return apply(np.reshape, (element, ()))

    def tolist(self) -> Any:
        return [part.tolist() for part in self] if self.shape else self

    def astype(self, dtype: Any, **keywords: Any) -> Any:
        return apply(np.astype, (self, np.dtype(dtype)))


def plain_key(key: Any) -> Any:
    """An index with its whole numbers and masks made plain; in a recording they become guards."""
    if isinstance(key, Active):
        if key.dtype.kind not in "biu":
            raise IndexError(
                "an active real number is not an index; index with whole numbers, slices or masks"
            )
        return whole(key)
    if isinstance(key, tuple | list):
        return type(key)(plain_key(part) for part in key)
    if isinstance(key, slice):
        return slice(plain_key(key.start), plain_key(key.stop), plain_key(key.step))
    return key
