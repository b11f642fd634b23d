"""Assignment into an active array: y[key] = value, y += value, also through a view of y.

Rows never change, so an assignment makes a new row, `put`, and from then on the array's handle stands for
that row. Rows that read the array before remember by their number which version they read.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from diffkit.errors import LostHistoryError, NoRuleError
from diffkit.primitives import put, scatter
from diffkit.tape.active import Active, apply, plain_key

__all__ = ["assign", "in_place", "update_at"]

# In NumPy these share memory with their operand. Of them only x[key] is followed.
VIEWS = frozenset(
    {
        np.reshape, np.ravel, np.transpose, np.matrix_transpose, np.swapaxes, np.moveaxis, np.squeeze,
        np.expand_dims, np.atleast_1d, np.atleast_2d, np.atleast_3d, np.flip, np.real, np.imag, np.diagonal,
        np.broadcast_to, np.rot90, np.fliplr, np.flipud,
    }
)  # fmt: skip


def assign(handle: Any, key: Any, value: Any, new: bool = False) -> None:
    """Let an active array stand for what it is after handle[key] = value.

    `new` says that value is a row made for this: then handle can stand for that row itself. An older one
    has a smaller number than rows that have read handle since.
    """
    if not handle.shape:
        raise TypeError("an active number does not support item assignment")
    function = getattr(handle, "function", None)
    if function in VIEWS:
        raise LostHistoryError(
            f"assigning into what np.{function.__name__} returned, which in NumPy shares memory with its "
            f"operand, is not followed; take a copy first, or assign into the operand itself"
        )
    view = handle.view
    if view is not None:
        view.require_fresh(handle)
    if new and _alike(handle, value):
        _become(handle, value)
    else:
        before = handle.alias()
        _become(handle, apply(put, (before, value), {"key": key}), before)
    if view is not None:
        assign(view.base, view.key, handle.alias())
        handle.view = View(view.base, view.key)


def in_place(function: Callable[..., Any]) -> Callable[..., Any]:
    """The operator that NumPy runs in the array's own memory, such as +=; of a number it makes a new one."""

    def operate(self: Any, other: Any) -> Any:
        y = apply(function, (self, other))
        if not self.shape:
            return y
        if np.shape(y) != self.shape:
            raise ValueError(
                f"cannot write a result of shape {np.shape(y)} into an array of shape {self.shape}"
            )
        assign(self, Ellipsis, y if y.dtype == self.dtype else np.astype(y, self.dtype), new=True)
        return self

    return operate


# np.add.at and its kind, where the elements of repeated indices can be added up first.
_ADDED_UP: dict[np.ufunc, Callable[[Any, Any], Any]] = {np.add: operator.iadd, np.subtract: operator.isub}


def update_at(ufunc: np.ufunc, array: Any, index: Any, *values: Any) -> None:
    """np.add.at(array, index, values): in place, repeated indices adding up; also np.subtract.at.

    Raises
    ------
    NoRuleError
        For other functions, and where a plain array would have to hold an active value.

    Examples
    --------
    >>> from diffkit.autodiff import grad
    >>> def f(x):
    ...     y = x * x
    ...     np.add.at(y, [0, 0, 1], 5 * x[1])
    ...     return y[0]
    >>> grad(f)(np.array([1.0, 2.0]))
    array([ 2., 10.])
    """
    key = plain_key(index)
    if not any(isinstance(value, Active) for value in (array, *values)):  # the index was active
        ufunc.at(array, key, *values)
        return
    update = _ADDED_UP.get(ufunc)
    if update is None or not isinstance(array, Active) or not array.shape:
        raise NoRuleError(
            f"np.{ufunc.__name__}.at writes into an array in place and has no rule; write np.add.at or "
            f"np.subtract.at into an active array, such as np.zeros_like(x), add up with np.bincount(index, "
            f"weights), or build the array with np.where"
        )
    wanted = np.broadcast_to(0, array.shape)[key].shape
    (value,) = values
    update(array, scatter(np.broadcast_to(value, wanted), key=key, shape=array.shape))


class View:
    """x[key] with slices and whole numbers, which shares x's memory as long as x itself is not assigned to.

    Attributes
    ----------
    base, key
        x and the key.
    stamp
        Which version of x was read.
    """

    __slots__ = ("base", "key", "stamp")

    def __init__(self, base: Any, key: Any) -> None:
        self.base, self.key, self.stamp = base, key, base.stamp

    def require_fresh(self, view: Any) -> None:
        """Raise LostHistoryError where NumPy would see through the view what has been assigned to x since."""
        if self.base.stamp != self.stamp:
            raise LostHistoryError(
                "a view x[...] is used after x itself was assigned to; take the view again, or a copy of it "
                "before the assignment"
            )


def _alike(a: Any, b: Any) -> bool:
    return bool(a.shape == b.shape and a.dtype == b.dtype)


def _become(handle: Any, after: Any, before: Any = None) -> None:
    if after.__class__ is not handle.__class__:
        raise LostHistoryError(
            "assigning the active value of an inner derivative into an array of an outer one of another mode "
            "is not followed; take a copy inside"
        )
    before = handle.alias() if before is None else before
    before.owner.assigned = after.owner.assigned = True
    handle.become(after, before)
