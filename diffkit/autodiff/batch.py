"""Many cotangents or tangents at once: values with a leading axis that the program does not see.

A sweep whose seed is a batch runs once for all rows of a Jacobian. Each NumPy function that a rule calls is
run on the whole batch, where a row of the table below says how, and for each member by itself otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from diffkit.primitives import (
    Joined,
    component,
    getitem,
    kept,
    mutual_product,
    put,
    scatter,
    selected_product,
    takes_each_once,
)
from diffkit.tape.active import Active, Trace
from diffkit.tape.spelling import METADATA

__all__ = ["Batch", "BatchError", "BatchTrace", "batch"]


class BatchError(Exception):
    """A program has decided something by the value of a batch, whose members may differ."""


class Batch(Active):
    """An active value of many members; it has the shape of one, and `value` holds all, along axis 0."""

    __slots__ = ()

    def __init__(self, owner: Trace, value: Any) -> None:
        self.owner = owner
        self.value = value

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.value.shape[1:])

    def __array_function__(
        self, function: Callable[..., Any], types: Any, args: tuple[Any, ...], keywords: dict[str, Any]
    ) -> Any:
        if function in METADATA:
            return function(*(a.value[0] if isinstance(a, Batch) else a for a in args), **keywords)
        return Active.__array_function__(self, function, types, args, keywords)


class BatchTrace(Trace):
    """A trace that makes batches of `size` members."""

    __slots__ = ("size",)

    kind = Batch

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def apply(self, function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Any:
        if function is component:
            return args[0][keywords["index"]]
        mine = [a.__class__ is Batch and a.owner is self for a in args]
        values = self.values(args)
        how = _HOW.get(function.__class__ if function.__class__ is Joined else function)
        if how is None and isinstance(function, np.ufunc) and function.signature is None:
            how = _elementwise
        y = how(function, values, mine, keywords, self.size) if how else None
        if y is None:
            y = self._one_by_one(function, values, mine, keywords)
        return tuple(Batch(self, part) for part in y) if isinstance(y, tuple) else Batch(self, y)

    def _one_by_one(
        self, function: Callable[..., Any], values: list[Any], mine: list[bool], keywords: Mapping[str, Any]
    ) -> Any:
        parts = [
            function(*(v[i] if m else v for v, m in zip(values, mine, strict=True)), **keywords)
            for i in range(self.size)
        ]
        if isinstance(parts[0], tuple):
            return tuple(np.stack(part) for part in zip(*parts, strict=True))
        return np.stack(parts)

    def discrete(
        self, function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]
    ) -> Any:
        return self.apply(function, args, keywords)

    def decide(self, value: Active) -> bool:
        if np.all(value.value) or not np.any(value.value):
            return bool(np.any(value.value))
        raise BatchError

    def freeze(self, value: Active) -> Any:
        raise BatchError


def batch(members: Any) -> Batch:
    """A batch of these members, an array with one along axis 0."""
    return Batch(BatchTrace(len(members)), members)


# How a function is run on whole batches: how(function, values, mine, keywords, size), where `mine` marks
# the values that have the batch's axis in front. None says that it cannot be done this way.


def _elementwise(function: Any, values: list[Any], mine: list[bool], keywords: Any, size: int) -> Any:
    """Members that have fewer axes than the widest operand get axes in front, behind that of the batch."""
    ndims = [_ndim(v) - m for v, m in zip(values, mine, strict=True)]
    widest = max(ndims)
    for i, v in enumerate(values):
        if mine[i] and ndims[i] < widest:
            values[i] = np.reshape(v, (size, *(1,) * (widest - ndims[i]), *v.shape[1:]))
    return function(*values, **keywords)


def _ndim(value: Any) -> int:
    return len(getattr(value, "shape", ())) if hasattr(value, "shape") else np.ndim(value)


def _only_first(how: Callable[..., Any]) -> Callable[..., Any]:
    """For functions of one array: how(function, x, rest, keywords, size)."""

    def run(function: Any, values: list[Any], mine: list[bool], keywords: Any, size: int) -> Any:
        if any(mine[1:]):
            return None
        return how(function, values[0], values[1:], dict(keywords), size)

    return run


def _moved(axis: Any) -> Any:
    """An axis, or several, of a member as that of the batch."""
    if not isinstance(axis, int | np.integer):
        return tuple(map(_moved, axis))
    return axis if axis < 0 else axis + 1


@_only_first
def _reduced(function: Any, x: Any, rest: list[Any], keywords: dict[str, Any], size: int) -> Any:
    """np.sum and its kind, of all axes but that of the batch where none is given."""
    if set(keywords) - {"axis", "keepdims", "dtype"} or len(rest) > 1:
        return None
    axis = rest[0] if rest else keywords.pop("axis", None)
    axes = tuple(range(1, x.ndim)) if axis is None else _moved(axis)
    return function(x, axis=axes, **keywords)


def _along(position: int, default: Any) -> Callable[..., Any]:
    """Functions of one array that take an axis, at this position after the array."""

    @_only_first
    def run(function: Any, x: Any, rest: list[Any], keywords: dict[str, Any], size: int) -> Any:
        given = len(rest) > position
        axis = rest[position] if given else keywords.get("axis", default)
        if axis is None or x.ndim == 1:  # a number has axis 0 for NumPy, and is an array of one then
            return None
        if given:
            rest[position] = _moved(axis)
        else:
            keywords["axis"] = _moved(axis)
        return function(x, *rest, **keywords)

    return run


@_only_first
def _shaped(function: Any, x: Any, rest: list[Any], keywords: dict[str, Any], size: int) -> Any:
    shape = rest[0] if rest else keywords.pop("shape")
    if keywords.pop("order", "C") != "C" or len(rest) > 1:
        return None
    shape = (shape,) if isinstance(shape, int | np.integer) else tuple(shape)
    if -1 in shape and 0 not in x.shape:
        known = math.prod(n for n in shape if n != -1)
        shape = tuple(math.prod(x.shape[1:]) // known if n == -1 else n for n in shape)
    return np.reshape(x, (size, *shape), **keywords)


@_only_first
def _spread(function: Any, x: Any, rest: list[Any], keywords: dict[str, Any], size: int) -> Any:
    shape = rest[0] if rest else keywords["shape"]
    shape = (shape,) if isinstance(shape, int | np.integer) else tuple(shape)
    x = np.reshape(x, (size, *(1,) * (len(shape) + 1 - x.ndim), *x.shape[1:]))
    return np.broadcast_to(x, (size, *shape))


@_only_first
def _transposed(function: Any, x: Any, rest: list[Any], keywords: dict[str, Any], size: int) -> Any:
    axes = rest[0] if rest else keywords.get("axes")
    ndim = x.ndim - 1
    order = reversed(range(ndim)) if axes is None else (a % ndim for a in axes)
    return np.transpose(x, (0, *(a + 1 for a in order)))


@_only_first
def _axes_moved(function: Any, x: Any, rest: list[Any], keywords: dict[str, Any], size: int) -> Any:
    """np.swapaxes and np.moveaxis: all further arguments are axes."""
    return function(x, *map(_moved, rest), **{name: _moved(value) for name, value in keywords.items()})


@_only_first
def _whole(function: Any, x: Any, rest: list[Any], keywords: dict[str, Any], size: int) -> Any:
    """Functions of elements, or of the last axes: the batch's axis in front does no harm."""
    return function(x, *rest, **keywords)


def _key(key: Any) -> Any:
    """A key of a member as that of the batch; None where NumPy would put the batch's axis elsewhere."""
    if takes_each_once(key):
        return (slice(None), *key) if isinstance(key, tuple) else (slice(None), key)
    single = key[0] if isinstance(key, tuple) and len(key) == 1 else key
    return None if isinstance(single, tuple) else (slice(None), single)


def _indexed(function: Any, values: list[Any], mine: list[bool], keywords: Any, size: int) -> Any:
    """x[key], and its transpose `scatter`."""
    key = _key(keywords["key"])
    if key is None:
        return None
    if function is getitem:
        return values[0][key]
    return scatter(values[0], key=key, shape=(size, *keywords["shape"]))


def _put(function: Any, values: list[Any], mine: list[bool], keywords: Any, size: int) -> Any:
    key = _key(keywords["key"])
    x, value = values
    if key is None or (mine[1] and value.ndim > 1):
        return None  # how an assigned array broadcasts is left to NumPy, for each member
    if not mine[0]:
        x = np.broadcast_to(x, (size, *np.shape(x)))
    if mine[1]:
        value = np.reshape(value, (size, *(1,) * (x[key].ndim - 1)))
    return put(x, value, key=key)


def _multiplied(function: Any, values: list[Any], mine: list[bool], keywords: Any, size: int) -> Any:
    """Matrix products: vectors become matrices, stacks of matrices broadcast."""
    (a, b), (a_mine, b_mine) = values, mine
    a_ndim, b_ndim = _ndim(a) - a_mine, _ndim(b) - b_mine
    if not (0 < a_ndim < 3 and 0 < b_ndim < 3):
        return None
    if a_mine and not b_mine and a_ndim == b_ndim == 2:  # one tall matrix: one product
        return np.matmul(a.reshape(-1, a.shape[-1]), b).reshape(*a.shape[:2], b.shape[-1])
    a = a[..., None, :] if a_ndim == 1 else a
    b = b[..., :, None] if b_ndim == 1 else b
    y = np.matmul(a, b)
    y = y[..., 0] if b_ndim == 1 else y
    return y[..., 0, :] if a_ndim == 1 and b_ndim == 2 else y[..., 0] if a_ndim == 1 else y


def _summed(function: Any, values: list[Any], mine: list[bool], keywords: Any, size: int) -> Any:
    """np.einsum, with a letter of its own for the batch."""
    text, *arrays = values
    terms, arrow, out = text.partition("->")
    letter = next((c for c in "ZYXWVUTSRQPONMLKJIHGFEDCBA" if c not in text), None)
    if not arrow or letter is None:
        return None
    terms = [letter + t if m else t for t, m in zip(terms.split(","), mine[1:], strict=True)]
    return np.einsum(",".join(terms) + "->" + letter + out, *arrays, **keywords)


def _joined(function: Any, values: list[Any], mine: list[bool], keywords: Any, size: int) -> Any:
    if function.function not in (np.concatenate, np.stack) or len(values) > function.count + 1:
        return None
    axis = values[function.count] if len(values) > function.count else keywords.get("axis", 0)
    if axis is None:
        return None
    items = [
        v if m else np.broadcast_to(v, (size, *np.shape(v)))
        for v, m in zip(values[: function.count], mine, strict=False)
    ]
    return function.function(items, axis=_moved(axis))


_HOW: dict[Any, Callable[..., Any]] = {
    **dict.fromkeys([np.where, np.clip, kept, mutual_product, selected_product], _elementwise),
    **dict.fromkeys([np.sum, np.mean, np.prod, np.max, np.min, np.all, np.any], _reduced),
    **dict.fromkeys(
        [np.real, np.imag, np.astype, np.copy, np.zeros_like, np.ones_like, np.tril, np.triu], _whole
    ),
    **dict.fromkeys([np.linalg.inv, np.matrix_transpose], _whole),
    **dict.fromkeys([np.cumsum, np.cumprod], _along(0, None)),
    **dict.fromkeys([np.expand_dims], _along(0, None)),
    **dict.fromkeys([np.flip, np.squeeze], _along(0, None)),
    np.roll: _along(1, None),
    np.reshape: _shaped,
    np.broadcast_to: _spread,
    np.transpose: _transposed,
    **dict.fromkeys([np.swapaxes, np.moveaxis], _axes_moved),
    getitem: _indexed,
    scatter: _indexed,
    put: _put,
    np.matmul: _multiplied,
    np.einsum: _summed,
    Joined: _joined,
}
