"""The methods and keywords of a ufunc: np.add.reduce(x), np.maximum.accumulate(x), np.add(a, b, dtype=...).

Each leaves as a call of a plain function that has a rule, the last of however many it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from diffkit.errors import NoRuleError
from diffkit.tape.written.declare import as_array, as_type

__all__ = ["no_out", "ufunc_call"]

Call = tuple[Callable[..., Any], tuple[Any, ...], Mapping[str, Any]]

REDUCTIONS: dict[Any, Callable[..., Any]] = {
    np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min,
    np.logical_and: np.all, np.logical_or: np.any,
}  # fmt: skip
RUNNING: dict[Any, Callable[..., Any]] = {np.add: np.cumsum, np.multiply: np.cumprod}
# (a . b) . c = a . (b . c): halves can be taken together, in log2(n) steps over whole arrays.
ASSOCIATIVE = frozenset({np.maximum, np.minimum, np.fmax, np.fmin, np.logaddexp, np.logaddexp2, np.hypot})


def ufunc_call(ufunc: np.ufunc, method: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> Call:
    """A call of a ufunc or of one of its methods, as a call of a plain function."""
    name = _spelled(ufunc)
    if any(out is not None for out in keywords.pop("out", None) or ()):
        raise no_out(ufunc)
    if method == "reduce":
        given = dict(zip(("axis", "dtype", "out", "keepdims", "initial", "where"), args[1:], strict=False))
        # Here None is a choice for the axis only (all of them); the function's own default is None too.
        given = {k: v for k, v in (given | keywords).items() if k == "axis" or v is not None}
        return _reduce(ufunc, as_array(args[0]), **given)
    if keywords.get("where", True) is not True:
        raise NoRuleError(f"{name}(..., where=...) of an active value has no rule; select with np.where")
    dtype = keywords.pop("dtype", None)
    if method == "outer":
        a, b = args
        args = (np.reshape(a, np.shape(a) + (1,) * np.ndim(b)), b)
    if method in ("__call__", "outer"):
        rest = {k: v for k, v in keywords.items() if k not in ("where", "casting", "order", "subok")}
        return ufunc, args if dtype is None else tuple(as_type(a, dtype) for a in args), rest
    walk = _accumulate if method == "accumulate" else _reduceat
    return walk(ufunc, as_type(args[0], dtype), *args[1:], **keywords)


def _spelled(function: Callable[..., Any]) -> str:
    home = "scipy.special" if isinstance(function, np.ufunc) and not hasattr(np, function.__name__) else "np"
    return f"{home}.{function.__name__}"


def no_out(function: Callable[..., Any]) -> NoRuleError:
    """The error where a result is to be written into an array that is there already."""
    name = _spelled(function)
    instead = "a = a + b, not a += b or out=a" if isinstance(function, np.ufunc) else f"y = {name}(...)"
    return NoRuleError(f"{name}(..., out=...) of an active value has no rule; write {instead}")


def _reduce(
    ufunc: np.ufunc, x: Any, axis: Any = 0, dtype: Any = None, keepdims: bool = False, **options: Any
) -> Call:
    if ufunc in REDUCTIONS:
        options = options if dtype is None else {"dtype": dtype, **options}
        return REDUCTIONS[ufunc], (x,), {"axis": axis, "keepdims": keepdims, **options}
    if options.pop("where", True) is not True:
        raise NoRuleError(f"np.{ufunc.__name__}.reduce(..., where=...) of an active value has no rule")
    axes = [a % np.ndim(x) for a in (range(np.ndim(x)) if axis is None else np.atleast_1d(axis).tolist())]
    kept = [a for a in range(np.ndim(x)) if a not in axes]
    rows = np.transpose(as_type(x, dtype), axes + kept)
    rows = np.reshape(rows, (-1, *(np.shape(x)[a] for a in kept)))
    if not len(rows):
        rows = np.full((1, *np.shape(rows)[1:]), ufunc.reduce(np.empty(0)))
    if "initial" in options:
        rows = np.concatenate([np.broadcast_to(options["initial"], (1, *np.shape(rows)[1:])), rows])
    shape = [1 if a in axes else size for a, size in enumerate(np.shape(x)) if keepdims or a not in axes]
    return np.reshape, (_folded(ufunc, rows), tuple(shape)), {}


def _folded(ufunc: np.ufunc, rows: Any) -> Any:
    """The rows taken together, from the first on."""
    if ufunc in ASSOCIATIVE:
        while len(rows) > 1:
            half = len(rows) // 2
            pairs = ufunc(rows[: 2 * half : 2], rows[1 : 2 * half : 2])
            rows = np.concatenate([pairs, rows[2 * half :]]) if len(rows) % 2 else pairs
        return rows[0]
    y = rows[0]
    for row in rows[1:]:
        y = ufunc(y, row)
    return y


def _accumulate(ufunc: np.ufunc, x: Any, axis: int = 0, **_: Any) -> Call:
    if ufunc in RUNNING:
        return RUNNING[ufunc], (x, axis), {}
    rows = np.moveaxis(x, axis, 0)
    if ufunc in ASSOCIATIVE:
        k = 1
        while k < len(rows):  # each row now holds the last k taken together
            rows = np.concatenate([rows[:k], ufunc(rows[:-k], rows[k:])])
            k *= 2
    elif len(rows):
        found = [rows[0]]
        for row in rows[1:]:
            found.append(ufunc(found[-1], row))
        rows = np.stack(found)
    return np.moveaxis, (rows, 0, axis), {}


def _reduceat(ufunc: np.ufunc, x: Any, indices: Any, axis: int = 0, **_: Any) -> Call:
    rows = np.moveaxis(x, axis, 0)
    starts = np.asarray(indices).tolist()
    stops = [*starts[1:], len(rows)]
    parts = [
        ufunc.reduce(rows[i:j], axis=0) if i < j else rows[i] for i, j in zip(starts, stops, strict=True)
    ]
    return np.moveaxis, (np.stack(parts), 0, axis), {}
