"""Functions that build arrays out of others: joining, splitting, padding, grids, and loops over an axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from diffkit.errors import NoRuleError
from diffkit.example import Array, example
from diffkit.tape.written.declare import as_array, as_type, written

X, V, NUMBER = Array(2, 3, 4), Array(3), Array()

# Joining -------------------------------------------------------------------------------------------


@written(
    np.block,
    examples=[
        example([V, Array(2)]),
        example([[Array(2, 2), Array(2, 1)], [Array(1, 2), NUMBER]]),
        example([[[Array(2, 2)]], [[np.ones((2, 2))]]]),
        example(V),
    ],
    lists=True,
)
def block(arrays: Any) -> Any:
    """np.block: the innermost lists joined along the last axis, those around them along the one before."""
    depth = _depth(arrays)
    ndim = max(depth, *(np.ndim(leaf) for leaf in _leaves(arrays)))

    def joined(part: Any, level: int) -> Any:
        if isinstance(part, list):
            return np.concatenate([joined(p, level - 1) for p in part], axis=-level)
        return np.reshape(part, (1,) * (ndim - np.ndim(part)) + np.shape(part))

    return joined(arrays, depth)


def _depth(arrays: Any) -> int:
    return 1 + max(map(_depth, arrays)) if isinstance(arrays, list) else 0


def _leaves(arrays: Any) -> list[Any]:
    return [leaf for part in arrays for leaf in _leaves(part)] if isinstance(arrays, list) else [arrays]


@written(
    np.append,
    examples=[example(Array(2, 3), V), example(V, NUMBER), example(Array(2, 3), Array(1, 3), axis=0)],
)
def append(array: Any, values: Any, axis: int | None = None) -> Any:
    """np.append: two arrays joined, flattened without an axis."""
    return np.concatenate([np.ravel(array), np.ravel(values)] if axis is None else [array, values], axis or 0)


def gathered(function: Callable[..., Any], *arrays: Any) -> Any:
    """What a function makes of arrays whose elements it only moves: it is asked where each one goes."""
    flat = [np.ravel(array) for array in arrays]
    starts = np.cumsum([0, *map(np.size, flat)])
    places = [
        start + np.arange(np.size(array)).reshape(np.shape(array))
        for start, array in zip(starts[:-1], arrays, strict=True)
    ]
    return (np.concatenate(flat) if len(flat) > 1 else flat[0])[function(*places)]


@written(
    np.insert,
    examples=[
        example(Array(4), 2, NUMBER),
        example(Array(2, 3), [0, 2], Array(2, 2), axis=1),
        example(Array(2, 3), 1, NUMBER, 0),
        example(Array(2, 3), slice(0, 2), [5.0, 6.0]),
    ],
)
def insert(array: Any, where: Any, values: Any, axis: int | None = None) -> Any:
    """np.insert: an array with others put in before the given places."""
    values = as_type(values, as_array(array).dtype)
    return gathered(lambda a, v: np.insert(a, where, v, axis), array, values)


# Padding -------------------------------------------------------------------------------------------

WIDTH = ((1, 2), (0, 3))
PAD_EXAMPLES = [
    *[
        example(Array(2, 3), WIDTH, mode)
        for mode in (
            "edge", "wrap", "symmetric", "reflect", "linear_ramp", "mean", "maximum", "minimum", "median",
        )
    ],
    *[example(Array(4), 2), example(NUMBER, 2), example(Array(2, 3), WIDTH, constant_values=0.5)],
    *[example(Array(2, 3), 1, constant_values=Array(2, 2)), example(V, 1, constant_values=(NUMBER, 0.0))],
    *[example(Array(4), 7, "reflect", reflect_type="odd"), example(V, 5, "symmetric", reflect_type="odd")],
    *[example(Array(2, 3), WIDTH, "linear_ramp", end_values=NUMBER), example(V, 2, "mean", stat_length=2)],
    *[example(Array(2, 3), 2, "maximum", stat_length=((1, 2), (2, 3)))],
]  # fmt: skip


@written(np.pad, examples=PAD_EXAMPLES)
def pad(array: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    """np.pad in every named mode."""
    array = as_array(array)
    if callable(mode):
        raise NoRuleError("np.pad with a function writes in place; join the parts with np.concatenate")
    if not np.ndim(array):
        return array
    if isinstance(pad_width, dict):
        pad_width = [pad_width.get(a, pad_width.get(a - np.ndim(array), 0)) for a in range(np.ndim(array))]
        pad_width = [np.broadcast_to(pair, 2) for pair in pad_width]
    widths = np.broadcast_to(pad_width, (np.ndim(array), 2)).tolist()
    if mode in ("constant", "empty"):
        ends = np.broadcast_to(options.get("constant_values", 0), (np.ndim(array), 2))
        return gathered(lambda a, c: np.pad(a, widths, constant_values=c), array, as_type(ends, array.dtype))
    if options.get("reflect_type", "even") == "even" and mode in ("edge", "wrap", "symmetric", "reflect"):
        return gathered(lambda a: np.pad(a, widths, mode), array)
    for axis, (before, after) in enumerate(widths):
        lengths = np.broadcast_to(options.get("stat_length") or np.shape(array)[axis], (len(widths), 2))[axis]
        ends = np.broadcast_to(options.get("end_values", 0), (len(widths), 2))
        x = np.moveaxis(array, axis, -1)
        back = np.flip(x, -1)
        if "reflect_type" in options:
            x = _odd(_odd(x, before, mode == "symmetric"), after, mode == "symmetric", flipped=True)
        elif mode == "linear_ramp":
            x = np.concatenate(
                [_ramp(x, ends[axis, 0], before), x, np.flip(_ramp(back, ends[axis, 1], after), -1)], -1
            )
        else:
            sides = [
                _statistic(mode, part, n, k)
                for part, n, k in zip((x, back), (before, after), lengths, strict=True)
            ]
            x = np.concatenate([sides[0], x, sides[1]], -1)
        array = as_type(np.moveaxis(x, -1, axis), array.dtype)
    return array


def _ramp(x: Any, end: Any, width: int) -> Any:
    """From `end`, outermost, to before the first element of x."""
    return np.linspace(np.broadcast_to(end, np.shape(x)[:-1]), x[..., 0], width, endpoint=False, axis=-1)


def _statistic(mode: str, x: Any, width: int, length: Any) -> Any:
    """The mean (maximum, ...) of the first elements of x, `width` times."""
    function: Any = {"mean": np.mean, "maximum": np.max, "minimum": np.min, "median": np.median}[mode]
    value = function(x[..., : int(length)], axis=-1, keepdims=True)
    return np.broadcast_to(value, (*np.shape(x)[:-1], width))


def _odd(x: Any, width: int, symmetric: bool, flipped: bool = False) -> Any:
    """x continued in front (behind, if flipped) by turning it about its end, as often as it takes."""
    x = np.flip(x, -1) if flipped else x
    while width > 0:
        start = 0 if symmetric or np.shape(x)[-1] == 1 else 1
        part = np.flip(x[..., start : start + width], -1)
        x = np.concatenate([2 * x[..., :1] - part, x], -1)
        width -= np.shape(part)[-1]
    return np.flip(x, -1) if flipped else x


# Splitting -----------------------------------------------------------------------------------------


def _split(function: Any, fixed_axis: int | None = None) -> Callable[..., Any]:
    def split(x: Any, parts: Any, axis: int = 0) -> list[Any]:
        if fixed_axis is not None:
            axis = min(fixed_axis, np.ndim(x) - 1)
        places = function(np.arange(np.shape(x)[axis]), parts)
        key: list[Any] = [slice(None)] * np.ndim(x)
        pieces = []
        for place in places:
            key[axis] = slice(int(place[0]), int(place[-1]) + 1) if place.size else slice(0, 0)
            pieces.append(x[tuple(key)])
        return pieces

    split.__doc__ = f"np.{function.__name__} by slices."
    return split


written(np.split, examples=[example(X, 2), example(X, [1, 3], axis=-1), example(X, [0, 9], 1)])(
    _split(np.split)
)
written(np.array_split, examples=[example(Array(5), 3), example(X, 3, axis=2)])(_split(np.array_split))
written(np.hsplit, examples=[example(X, 3), example(Array(4), 2)])(_split(np.split, 1))
written(np.vsplit, examples=[example(X, 2)])(_split(np.split, 0))
written(np.dsplit, examples=[example(X, [1])])(_split(np.split, 2))


@written(np.unstack, examples=[example(X), example(X, axis=-1)])
def unstack(x: Any, *, axis: int = 0) -> tuple[Any, ...]:
    """np.unstack: the slices along an axis."""
    return tuple(np.moveaxis(x, axis, 0))


# Shapes --------------------------------------------------------------------------------------------


def _at_least(function: Callable[..., Any]) -> Callable[..., Any]:
    def shaped(x: Any) -> Any:
        shape = function(np.broadcast_to(0.0, np.shape(x))).shape
        return x if shape == np.shape(x) else np.reshape(x, shape)

    def at_least(*arrays: Any) -> Any:
        return shaped(arrays[0]) if len(arrays) == 1 else tuple(map(shaped, arrays))

    at_least.__doc__ = f"np.{function.__name__} of one array or several."
    return at_least


for function in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
    written(
        function,
        examples=[*[example(Array(*s)) for s in ((), (3,), (2, 3))], example(NUMBER, V, np.ones((2, 2)))],
    )(_at_least(function))


@written(np.rollaxis, examples=[example(X, 2), example(X, 0, 2), example(X, axis=-1, start=1)])
def rollaxis(x: Any, axis: int, start: int = 0) -> Any:
    """np.rollaxis: an axis moved before another."""
    axis, start = axis % np.ndim(x), start + np.ndim(x) if start < 0 else start
    return np.moveaxis(x, axis, start - (axis < start))


@written(np.broadcast_arrays, examples=[example(V, Array(2, 1)), example(NUMBER, np.ones(2), Array(1))])
def broadcast_arrays(*arrays: Any, subok: bool = False) -> tuple[Any, ...]:
    """np.broadcast_arrays."""
    shape = np.broadcast_shapes(*map(np.shape, arrays))
    return tuple(np.broadcast_to(array, shape) for array in arrays)


@written(
    np.meshgrid,
    examples=[
        *[example(V, Array(2)), example(V, Array(2), indexing="ij"), example(V, Array(2), sparse=True)],
        *[example(V, np.ones(2), Array(1)), example(V), example(NUMBER, V)],
    ],
)
def meshgrid(*axes: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    """np.meshgrid."""
    grids = []
    for i, x in enumerate(axes):
        place = 1 - i if indexing == "xy" and len(axes) > 1 and i < 2 else i
        grids.append(np.reshape(x, [-1 if j == place else 1 for j in range(len(axes))]))
    return tuple(grids) if sparse else broadcast_arrays(*grids)


@written(np.ix_, examples=[example(V, Array(2))])
def ix_(*axes: Any) -> tuple[Any, ...]:
    """np.ix_: an open grid."""
    return meshgrid(*axes, sparse=True, indexing="ij")


@written(np.full_like, examples=[example(V, NUMBER), example(V, Array(2, 1), shape=(2, 3)), example(V, 2.0)])
def full_like(
    x: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None
) -> Any:
    """np.full_like: the fill value in the shape and type of x."""
    full = np.broadcast_to(fill_value, np.shape(x) if shape is None else shape)
    return as_type(full, as_array(x).dtype if dtype is None else dtype)


# Grids of numbers ----------------------------------------------------------------------------------


@written(
    np.linspace,
    examples=[
        example(NUMBER, 3.0, 5),
        example(NUMBER, NUMBER, 4, endpoint=False),
        example(V, Array(2, 1), num=3, axis=-1),
        example(NUMBER, V, 3, retstep=True),
        *[example(NUMBER, NUMBER, n) for n in (0, 1)],
    ],
)
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    **_: Any,
) -> Any:
    """np.linspace, whose last number is `stop` itself."""
    kind = np.result_type(start, stop, 1.0)
    start, stop = broadcast_arrays(as_type(start, kind), as_type(stop, kind))
    steps = num - 1 if endpoint else num
    step = (stop - start) / steps if steps > 0 else (stop - start) * np.nan
    count = np.arange(num, dtype=_real(kind)).reshape(-1, *[1] * np.ndim(start))
    y = count * step + start if steps > 0 else count + start
    if endpoint and num > 1:
        y = np.concatenate([y[:-1], np.expand_dims(stop, 0)])
    y = y if axis == 0 else np.moveaxis(y, 0, axis)
    y = as_type(y, dtype)
    return (y, step) if retstep else y


def _real(kind: Any) -> Any:
    return np.empty(0, kind).real.dtype


@written(
    np.logspace,
    examples=[example(NUMBER, NUMBER, 4), example(0.0, NUMBER, 3, base=NUMBER), example(V, 1.0, 3)],
)
def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """np.logspace: powers of the base."""
    return as_type(np.power(base, linspace(start, stop, num, endpoint, axis=axis)), dtype)


@written(
    np.geomspace,
    examples=[example(NUMBER, 30.0, 4), example(V, Array(2, 1), 3), example(1.0, NUMBER, 4, endpoint=False)],
)
def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    """np.geomspace: between its ends, start (stop / start)^t."""
    kind = np.result_type(start, stop, np.float64)
    start, stop = broadcast_arrays(as_type(start, kind), as_type(stop, kind))
    t = np.arange(num, dtype=_real(kind)) / max(1, num - 1 if endpoint else num)
    y = start * np.power(stop / start, t.reshape(-1, *[1] * np.ndim(start)))
    if endpoint and num > 1:
        y = np.concatenate([y[:-1], np.expand_dims(stop, 0)])
    y = y if axis == 0 else np.moveaxis(y, 0, axis)
    return as_type(y, dtype)


# Loops over an axis --------------------------------------------------------------------------------


@written(
    np.apply_along_axis,
    examples=[
        example(np.prod, 1, X),
        example(np.outer, 0, Array(2, 3), [1.0, 2.0]),
        example(np.cumsum, axis=-1, arr=Array(2, 3)),
    ],
)
def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **keywords: Any) -> Any:
    """np.apply_along_axis: a function of each line of an array along an axis."""
    axis %= np.ndim(arr)
    lines = np.moveaxis(arr, axis, -1)
    around = np.shape(lines)[:-1]
    results = [func1d(lines[index], *args, **keywords) for index in np.ndindex(around)]
    y = np.stack(results)
    inner = np.ndim(y) - 1
    y = np.reshape(y, (*around, *np.shape(y)[1:]))
    return np.moveaxis(y, range(-inner, 0), range(axis, axis + inner))


@written(np.apply_over_axes, examples=[example(np.sum, X, [0, 2]), example(np.cumsum, X, 1)])
def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    """np.apply_over_axes: a function of an array and an axis, for one axis after the other."""
    for axis in np.atleast_1d(axes).tolist():
        y = func(a, axis)
        a = y if np.ndim(y) == np.ndim(a) else np.expand_dims(y, axis)
    return a
