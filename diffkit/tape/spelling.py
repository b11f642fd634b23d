"""What kind of call it is: one spelling for each that NumPy lets one write in several.

A row of a tape has a flat line of operands, and rules are few. What arrives here with active values inside
a list, or as a mixture of simpler calls, leaves in the spelling that has a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from diffkit.errors import NoRuleError
from diffkit.primitives import Joined
from diffkit.structure import is_foreign
from diffkit.tape.linear_algebra import WRITTEN_IN_LINEAR_ALGEBRA

__all__ = ["DISCRETE", "METADATA", "WRITTEN_WITH_OTHERS", "operands", "ufunc_call"]

Call = tuple[Callable[..., Any], tuple[Any, ...], Mapping[str, Any]]

# These ask about shape and type only: the answer has no derivative and needs no row.
METADATA = frozenset(
    {
        np.shape, np.ndim, np.size, np.result_type, np.iscomplexobj, np.isrealobj, np.can_cast,
        np.min_scalar_type, np.zeros_like, np.ones_like, np.empty_like,
    }
)  # fmt: skip

# These answer with whole numbers or truth values: constant wherever they are differentiable.
DISCRETE = frozenset(
    {
        np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal,
        np.logical_and, np.logical_or, np.logical_not, np.logical_xor,
        np.isnan, np.isinf, np.isfinite, np.signbit, np.isclose, np.allclose, np.array_equal,
        np.argmax, np.argmin, np.argsort, np.searchsorted, np.nonzero, np.flatnonzero, np.count_nonzero,
        np.any, np.all, np.digitize, np.nanargmax, np.nanargmin, np.isreal, np.iscomplex, np.array_equiv,
        np.linalg.matrix_rank, np.isposinf, np.isneginf, np.isin, np.argwhere, np.argpartition, np.lexsort,
    }
)  # fmt: skip

REDUCTIONS: dict[Any, Callable[..., Any]] = {
    np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min,
    np.logical_and: np.all, np.logical_or: np.any,
}  # fmt: skip

# Their first argument is a list of arrays. Elsewhere a list of active values is an array of them.
JOINING = frozenset({np.concatenate, np.stack, np.vstack, np.hstack, np.dstack, np.column_stack})


def operands(function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Call:
    """The same call with no active value inside a list."""
    if function is np.clip:
        args, keywords = _clip_operands(*args, **keywords)
    if function is np.where and len(args) == 1:
        function = np.nonzero
    if args and isinstance(args[0], list | tuple) and (function in JOINING or _is_ragged(args[0])):
        items = tuple(args[0])
        return Joined(function, len(items)), (*items, *args[1:]), keywords
    return function, tuple(_as_array(a) if _holds_foreign(a) else a for a in args), keywords


def ufunc_call(ufunc: np.ufunc, method: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> Call:
    """np.add(a, b), np.add.reduce(x) and np.add.outer(a, b) as calls of plain functions."""
    for name in ("out", "where"):
        if keywords.get(name) is not None and keywords[name] is not True:
            raise NoRuleError(
                f"np.{ufunc.__name__}(..., {name}=...) of an active value has no rule; "
                + ("write a = a + b, not a += b or out=a" if name == "out" else "select with np.where")
            )
    keywords.pop("out", None)
    if method == "__call__":
        return ufunc, args, keywords
    if method == "reduce" and ufunc in REDUCTIONS:
        given = dict(zip(("axis", "dtype", "out", "keepdims"), args[1:], strict=False)) | keywords
        # Here None is a choice for the axis only (all of them); the function's own default is None too.
        given = {"axis": 0} | {name: v for name, v in given.items() if name == "axis" or v is not None}
        return REDUCTIONS[ufunc], args[:1], given
    if method == "outer":
        a, b = args
        return ufunc, (np.reshape(a, np.shape(a) + (1,) * np.ndim(b)), b), keywords
    raise NoRuleError(
        f"np.{ufunc.__name__}.{method} of an active value has no rule; write it with np.{ufunc.__name__} "
        f"and the functions np.sum, np.prod, np.cumsum"
    )


def _holds_foreign(value: Any) -> bool:
    return isinstance(value, list | tuple) and any(is_foreign(v) or _holds_foreign(v) for v in value)


def _is_ragged(items: Any) -> bool:
    return _holds_foreign(items) and len({np.shape(item) for item in items}) > 1


def _as_array(items: Any) -> Any:
    if isinstance(items, tuple) and all(i.dtype.kind in "biu" for i in items if is_foreign(i)):
        return tuple(int(i) if is_foreign(i) else i for i in items)  # a shape or axes
    return np.array(items, dtype=object)


def _clip_operands(x: Any, *bounds: Any, **keywords: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """np.clip(x, low, high), also from np.clip(x, a_min=..., a_max=...) and np.clip(x, min=..., max=...)."""
    low, high = (*bounds, None, None)[:2]
    for name in ("a_min", "min"):
        low = keywords.pop(name, low)
    for name in ("a_max", "max"):
        high = keywords.pop(name, high)
    return (x, low, high), keywords


def _select(conditions: Any, choices: Any, default: Any = 0) -> Any:
    """np.select: the first condition that holds chooses."""
    y = default
    for condition, choice in reversed(list(zip(conditions, choices, strict=True))):
        y = np.where(condition, choice, y)
    return y


def _piecewise(x: Any, conditions: Any, functions: Any, *args: Any, **keywords: Any) -> Any:
    """np.piecewise, each function called on all of x: the last condition that holds chooses."""
    if not isinstance(conditions, list | tuple):
        conditions = [conditions] if np.ndim(conditions) <= np.ndim(x) else list(conditions)
    y = np.zeros_like(x)
    pieces = [*zip(conditions, functions, strict=False)]
    if len(functions) == len(conditions) + 1:
        pieces.insert(0, (np.ones(np.shape(x), dtype=bool), functions[-1]))
    for condition, piece in pieces:
        y = np.where(condition, piece(x, *args, **keywords) if callable(piece) else piece, y)
    return y


def _block(arrays: Any) -> Any:
    """np.block: the innermost lists joined along the last axis, those around them along the one before."""
    depth = _depth(arrays)
    ndim = max(depth, *(np.ndim(leaf) for leaf in _leaves(arrays)))

    def joined(part: Any, level: int) -> Any:
        if isinstance(part, list):
            return np.concatenate([joined(p, level - 1) for p in part], axis=-level)
        return np.reshape(part, (1,) * (ndim - np.ndim(part)) + np.shape(part))

    return joined(arrays, depth)


def _append(array: Any, values: Any, axis: int | None = None) -> Any:
    return np.concatenate([np.ravel(array), np.ravel(values)] if axis is None else [array, values], axis or 0)


def _depth(arrays: Any) -> int:
    return 1 + max(map(_depth, arrays)) if isinstance(arrays, list) else 0


def _leaves(arrays: Any) -> list[Any]:
    return [leaf for part in arrays for leaf in _leaves(part)] if isinstance(arrays, list) else [arrays]


WRITTEN_WITH_OTHERS: dict[Any, Callable[..., Any]] = {
    np.select: _select,
    np.piecewise: _piecewise,
    np.block: _block,
    np.append: _append,
    **WRITTEN_IN_LINEAR_ALGEBRA,
}
