"""Random programs on arrays: of any shapes that broadcast, empty and without dimensions too.

A program is its steps; a step is a row of `ROWS`, the values it takes, and keywords that were drawn to fit
their shapes. What NumPy refuses, or lets grow beyond what floats tell apart, is drawn anew.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

MOST, LARGEST = 150, 1e3  # elements of a value, and how large they become

Draw = Callable[..., Any]


class Row(NamedTuple):
    """A step: what it does with so many values, the keywords for their shapes, whether it orders numbers."""

    call: Callable[..., Any]
    count: int = 1
    keywords: Callable[..., Mapping[str, Any]] = lambda draw, *shapes: {}
    orders: bool = False


@dataclass(frozen=True)
class Step:
    """A row by name, the places of its operands among the values so far, its keywords."""

    name: str
    operands: tuple[int, ...]
    keywords: Mapping[str, Any]

    def __call__(self, values: Sequence[Any]) -> Any:
        return ROWS[self.name].call(*(values[i] for i in self.operands), **self.keywords)


@dataclass(frozen=True)
class Program:
    """Steps one after another; called with its arrays it returns the tuple of all that they compute."""

    steps: tuple[Step, ...]

    def __call__(self, *point: Any) -> tuple[Any, ...]:
        values = list(point)
        for step in self.steps:
            values.append(step(values))
        return tuple(values[len(point) :])

    def probed(self, point: Sequence[Any], probes: Sequence[Any]) -> tuple[Any, ...]:
        """The same where something is added to each value as soon as it is there."""
        values = list(point)
        for step, probe in zip(self.steps, probes, strict=True):
            values.append(step(values) + probe)
        return tuple(values[len(point) :])


def leaves(value: Any) -> list[Any]:
    """The numbers and arrays of nested tuples."""
    return [leaf for part in value for leaf in leaves(part)] if isinstance(value, tuple) else [value]


def bits(value: Any) -> list[Any]:
    """What two results that are the same have in common: shapes, types and bits; nan is like nan."""
    found = []
    for leaf in map(np.asarray, leaves(value)):
        parts = (leaf.real, leaf.imag) if leaf.dtype.kind == "c" else (leaf,)
        plain = [np.where(part != part, np.nan, part).astype(part.dtype).tobytes() for part in parts]
        found.append((leaf.shape, leaf.dtype, plain))
    return found


def alike(values: Sequence[Any], seed: int) -> tuple[Any, ...]:
    """Random numbers of the shapes and types of these: tangents, cotangents, another point."""
    rng = np.random.default_rng(seed)
    return tuple(_filled(rng, np.shape(value), np.asarray(value).dtype) for value in values)


def _filled(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any) -> Any:
    x = rng.uniform(-1, 1, shape)
    turned = x + 1j * rng.uniform(-1, 1, shape) if np.dtype(dtype).kind == "c" else x
    return np.asarray(turned, dtype)[()]


# -- keywords ----------------------------------------------------------------------------------------------


def numbers(draw: Draw, shape: Sequence[int]) -> Any:
    """An array that is drawn by its seed."""
    return np.random.default_rng(draw(st.integers(0, 9))).uniform(-1, 1, tuple(shape))


def axis_of(draw: Draw, shape: tuple[int, ...]) -> int:
    return draw(st.integers(-len(shape), len(shape) - 1)) if shape else 0


def one_axis(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    return {"axis": axis_of(draw, shape)}


def maybe_axis(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    return one_axis(draw, shape) if draw(st.booleans()) else {}


def reduced(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    """axis: none, one, several, or not a word of it; keepdims."""
    several = hnp.valid_tuple_axes(len(shape))
    axis = draw(st.sampled_from([None, axis_of(draw, shape)]) | several) if shape else None
    keywords: dict[str, Any] = {"axis": axis} if axis is not None or draw(st.booleans()) else {}
    return keywords | ({"keepdims": True} if draw(st.booleans()) else {})


def masked(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    """The same, of some elements only."""
    return reduced(draw, shape) | {"where": numbers(draw, shape) > -0.5}


def spread(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    return reduced(draw, shape) | draw(st.sampled_from([{}, {"ddof": 1}]))


def key_of(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    """Any key of NumPy's: numbers, slices, None, an ellipsis, masks, arrays and lists of whole numbers."""
    mask = numbers(draw, shape[: draw(st.integers(0, len(shape)))]) > 0
    kinds = [st.just(mask), hnp.basic_indices(shape, allow_newaxis=True, allow_ellipsis=True, max_dims=4)]
    if shape and 0 not in shape:
        result = hnp.array_shapes(min_dims=0, max_dims=2, max_side=3)
        kinds.append(hnp.integer_array_indices(shape, result_shape=result))
        few = st.lists(st.integers(-shape[0], shape[0] - 1), min_size=1, max_size=4)
        kinds.append(few | few.map(np.array))
        kinds.append(st.tuples(st.just(...), st.lists(st.integers(0, shape[-1] - 1), min_size=1, max_size=3)))
    return {"key": draw(st.one_of(kinds))}


def put(draw: Draw, shape: tuple[int, ...], other: tuple[int, ...]) -> dict[str, Any]:
    return key_of(draw, shape)


def assigned(x: Any, y: Any, key: Any) -> Any:
    x = x.copy()
    x[key] = np.sum(y) if np.ndim(y) else y
    x[key] *= 0.5
    return x


def reshaped(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    size = int(np.prod(shape))
    whole = [(size,), (-1,), (1, -1), (-1, 1, 1)] if size else [(0,), (0, 2), (3, 0)]
    parts = [(n, size // n) for n in range(2, size) if size % n == 0]
    keywords = {"shape": draw(st.sampled_from(whole + parts))}
    return keywords | draw(st.sampled_from([{}, {"order": "F"}]))


def permuted(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    return {"axes": tuple(draw(st.permutations(range(len(shape)))))} if draw(st.booleans()) else {}


def two_axes(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    return {"axis1": axis_of(draw, shape), "axis2": axis_of(draw, shape)}


def moved(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    return {"source": axis_of(draw, shape), "destination": axis_of(draw, shape)}


def stretched(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    wider = tuple(draw(st.integers(0, 3)) if n == 1 else n for n in shape)
    return {"shape": (*draw(hnp.array_shapes(min_dims=0, max_dims=2, max_side=2)), *wider)}


def rolled(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    shifts = st.integers(-5, 5)
    if not shape or draw(st.booleans()):
        return {"shift": draw(shifts)}
    axes = draw(hnp.valid_tuple_axes(len(shape), min_size=1))
    return {"shift": tuple(draw(shifts) for _ in axes), "axis": axes}


def padded(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    sides = st.tuples(st.integers(0, 2), st.integers(0, 2))
    modes = ["constant", "edge", "reflect", "symmetric", "wrap", "mean", "maximum", "linear_ramp"]
    return {
        "pad_width": tuple(draw(sides) for _ in shape) if draw(st.booleans()) else draw(st.integers(0, 2)),
        "mode": draw(st.sampled_from(modes)),
    }


def repeated(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    return {"repeats": draw(st.integers(0, 3))} | maybe_axis(draw, shape)


def tiled(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    return {"reps": draw(st.integers(1, 2) | st.tuples(st.integers(1, 2), st.integers(0, 2)))}


def taken(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    keywords = maybe_axis(draw, shape)
    count = shape[keywords["axis"]] if keywords and shape else int(np.prod(shape))
    found = hnp.arrays(int, hnp.array_shapes(min_dims=0, max_dims=2, max_side=3),
                       elements=st.integers(-count, max(count - 1, -count)))  # fmt: skip
    return {"indices": draw(found)} | keywords


def diagonal(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    return {"k": draw(st.integers(-2, 2))}


def turned(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    return {"k": draw(st.integers(-2, 3)), "axes": (axis_of(draw, shape), axis_of(draw, shape))}


def differenced(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    return {"n": draw(st.integers(0, 2))} | maybe_axis(draw, shape)


def quantile(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    return {"q": draw(st.sampled_from([0.0, 0.3, 0.5, 1.0, [0.25, 0.75]]))} | reduced(draw, shape)


def bounded(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    low, high = draw(st.sampled_from([(-0.5, 0.5), (None, 0.3), (-0.3, None)]))
    return {"a_min": low, "a_max": high}


def factor(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    """Something to multiply with from the right, so that dimensions match."""
    inner = shape[-1:] or (1,)
    shapes = [inner, (*inner, 2), (2, *inner, 3), (1, *inner, 1), (*inner, 0)]
    return {"other": numbers(draw, draw(st.sampled_from(shapes)))}


def contracted(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    if draw(st.booleans()):
        count = draw(st.integers(0, len(shape)))
        return {"other": numbers(draw, (*shape[len(shape) - count :], 2)), "axes": count}
    axes = draw(hnp.valid_tuple_axes(len(shape)))
    other = numbers(draw, (3, *(shape[a] for a in axes)))
    return {"other": other, "axes": (axes, tuple(range(1, len(axes) + 1)))}


def letters(draw: Draw, shape: tuple[int, ...]) -> dict[str, Any]:
    """Subscripts of einsum: letters may repeat where the dimensions are equal."""
    sizes: dict[str, int] = {}
    own = ""
    for n in shape:
        known = [name for name, size in sizes.items() if size == n]
        own += draw(st.sampled_from([*known, "abcdefgh"[len(sizes)]]))
        sizes[own[-1]] = n
    used = draw(st.lists(st.sampled_from(sorted(sizes)), unique=True)) if sizes else []
    sizes["z"] = 2
    out = draw(st.lists(st.sampled_from(sorted({*own, "z"})), unique=True))
    arrow = draw(st.sampled_from(["->" + "".join(out), ""]))
    return {
        "subscripts": f"{own},{''.join(used)}z{arrow}",
        "other": numbers(draw, [sizes[name] for name in (*used, "z")]),
        "optimize": draw(st.booleans()),
    }


def joined(draw: Draw, shape: tuple[int, ...], other: tuple[int, ...]) -> dict[str, Any]:
    return {"axis": draw(st.sampled_from([None, axis_of(draw, shape)]))}


def stacked(draw: Draw, shape: tuple[int, ...], other: tuple[int, ...]) -> dict[str, Any]:
    return {"axis": draw(st.integers(-len(shape) - 1, len(shape)))}


# -- rows ---------------------------------------------------------------------------------------------------

# Smooth and tame everywhere, so that what differs is no loss of digits.
SMOOTH: dict[str, Callable[..., Any]] = {
    "sin": np.sin, "cos": np.cos, "tanh": np.tanh, "negative": np.negative, "square": np.square,
    "exp": lambda x: np.exp(-x * x), "root": lambda x: np.sqrt(4 + np.sin(x)), "half": lambda x: x / 2,
    "rational": lambda x: x / (3 + np.cos(x)), "cube": lambda x: x**3, "turn": lambda x: 2 ** np.sin(x),
    "log": lambda x: np.log(3 + np.sin(x)), "copy": lambda x: x.copy(), "T": lambda x: x.T,
    "complex": lambda x: np.exp(1j * x) * x, "conj": np.conj, "real": np.real, "imag": lambda x: x.imag,
    "abs": np.abs, "flatten": lambda x: x.flatten(), "plus": lambda x: 1 + x,
}  # fmt: skip
ORDERING: dict[str, Callable[..., Any]] = {
    "relu": lambda x: np.maximum(x, 0), "where": lambda x: np.where(x > 0, x, 0.5 * x), "arctan": np.arctan,
    "sign": lambda x: np.sign(x) * x, "floor": lambda x: np.floor(3 * x) * x, "sinc": np.sinc,
    "mod": lambda x: np.remainder(x, 0.7), "cbrt": lambda x: np.cbrt(2 + np.sin(x)),
    "log1p": lambda x: np.log1p(x * x),
    "select": lambda x: np.select([x > 0.5, x < -0.5], [x, 2 * x], 0.1), "nan_to_num": np.nan_to_num,
    "branch": lambda x: x * 2 if np.sum(x) > 0 else x / 2,
}  # fmt: skip
BINARY: dict[str, Callable[..., Any]] = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "over": lambda a, b: a / (3 + np.cos(b)),
    "matmul": np.matmul, "dot": np.dot, "inner": np.inner, "outer": np.outer, "kron": np.kron,
    "vdot": np.vdot, "broadcast": lambda a, b: np.broadcast_arrays(a, b)[0] * 2,
}  # fmt: skip
CHOOSING: dict[str, Callable[..., Any]] = {
    "maximum": np.maximum, "minimum": np.minimum, "arctan2": np.arctan2, "hypot": np.hypot,
    "logaddexp": np.logaddexp, "larger": lambda a, b: np.where(a > b, a, 2 * b), "fmax": np.fmax,
    "power": lambda a, b: (2 + np.sin(a)) ** b, "copysign": np.copysign,
}  # fmt: skip


def _std(x: Any, **keywords: Any) -> Any:
    """Away from all equal, where the slope is infinite."""
    return np.sqrt(0.1 + np.var(x, **keywords))


ROWS: dict[str, Row] = {
    **{name: Row(f) for name, f in SMOOTH.items()},
    **{name: Row(f, orders=True) for name, f in ORDERING.items()},
    **{name: Row(f, 2) for name, f in BINARY.items()},
    **{name: Row(f, 2, orders=True) for name, f in CHOOSING.items()},
    "sum": Row(np.sum, 1, reduced), "mean": Row(np.mean, 1, reduced), "prod": Row(np.prod, 1, reduced),
    "sum where": Row(np.sum, 1, masked), "mean where": Row(np.mean, 1, masked), "var": Row(np.var, 1, spread),
    "std": Row(_std, 1, spread), "max": Row(np.max, 1, reduced, True), "min": Row(np.min, 1, reduced, True),
    "ptp": Row(np.ptp, 1, reduced, True), "median": Row(np.median, 1, reduced, True),
    "quantile": Row(np.quantile, 1, quantile, True), "nansum": Row(np.nansum, 1, reduced),
    "norm": Row(lambda x, **k: np.linalg.norm(2 + np.sin(x), **k), 1, one_axis),
    "cumsum": Row(np.cumsum, 1, maybe_axis), "cumprod": Row(np.cumprod, 1, maybe_axis),
    "diff": Row(np.diff, 1, differenced), "gradient": Row(np.gradient, 1, one_axis),
    "sort": Row(np.sort, 1, one_axis, True), "trapezoid": Row(np.trapezoid, 1, one_axis),
    "key": Row(lambda x, key: x[key], 1, key_of), "put": Row(assigned, 2, put),
    "take": Row(np.take, 1, taken), "reshape": Row(np.reshape, 1, reshaped), "ravel": Row(np.ravel),
    "transpose": Row(np.transpose, 1, permuted), "swapaxes": Row(np.swapaxes, 1, two_axes),
    "moveaxis": Row(np.moveaxis, 1, moved), "expand_dims": Row(np.expand_dims, 1, one_axis),
    "squeeze": Row(np.squeeze), "broadcast_to": Row(np.broadcast_to, 1, stretched),
    "flip": Row(np.flip, 1, maybe_axis), "roll": Row(np.roll, 1, rolled), "rot90": Row(np.rot90, 1, turned),
    "pad": Row(np.pad, 1, padded, True), "repeat": Row(np.repeat, 1, repeated),
    "tile": Row(np.tile, 1, tiled),
    "diag": Row(np.diag, 1, diagonal), "tril": Row(np.tril, 1, diagonal), "triu": Row(np.triu, 1, diagonal),
    "trace": Row(np.trace, 1, two_axes), "diagonal": Row(np.diagonal, 1, two_axes),
    "clip": Row(np.clip, 1, bounded, True),
    "fft": Row(lambda x, **k: np.fft.fft(x, **k), 1, one_axis),
    "rfft": Row(lambda x, **k: np.fft.rfft(x, **k), 1, one_axis, True),
    "split": Row(lambda x, **k: np.array_split(x, 2, **k)[1], 1, one_axis),
    "by": Row(lambda x, other: x @ other, 1, factor),
    "dot by": Row(lambda x, other: np.dot(x, other), 1, factor),
    "gram": Row(lambda x: x @ np.swapaxes(x, -1, -2)),
    "tensordot": Row(lambda x, other, axes: np.tensordot(x, other, axes), 1, contracted),
    "einsum": Row(lambda x, subscripts, other, **k: np.einsum(subscripts, x, other, **k), 1, letters),
    "concatenate": Row(lambda a, b, axis: np.concatenate([a, b], axis=axis), 2, joined),
    "stack": Row(lambda a, b, axis: np.stack([a, b], axis=axis), 2, stacked),
    "append": Row(lambda a, b, axis: np.append(a, b, axis=axis), 2, joined),
}  # fmt: skip


# -- strategies -------------------------------------------------------------------------------------------

SHAPES = st.one_of(
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=4),
    hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3),
)


@st.composite
def points(draw: Draw, dtypes: Sequence[str] = ("float64",)) -> tuple[Any, ...]:
    """One to three arrays of one type, whose shapes broadcast or do not; a number where there is none."""
    dtype = draw(st.sampled_from(dtypes))
    if draw(st.booleans()):
        shapes = draw(hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=1, max_side=4, max_dims=3))[0]
    else:
        shapes = draw(st.lists(SHAPES, min_size=1, max_size=3))
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    return tuple(2 * _filled(rng, shape, dtype) for shape in shapes)


@st.composite
def programs(
    draw: Draw, dtypes: Sequence[str] = ("float64",), rows: Sequence[str] = tuple(ROWS), most: int = 8
) -> tuple[Program, tuple[Any, ...]]:
    """A program and a point for it."""
    point = draw(points(dtypes))
    values, steps = list(point), list[Step]()
    for _ in range(draw(st.integers(1, most))):
        name = draw(st.sampled_from(rows))
        row = ROWS[name]
        # The newest values are taken more often, so that programs are deep.
        last = len(values) - 1
        operands = tuple(max(last - draw(st.integers(0, 3)), 0) for _ in range(row.count))
        taken_values = [values[i] for i in operands]
        if row.orders and any(np.iscomplexobj(value) for value in taken_values):
            continue
        try:
            step = Step(name, operands, row.keywords(draw, *(np.shape(value) for value in taken_values)))
            with np.errstate(all="raise"), warnings.catch_warnings(action="error"):
                y = step(values)
        except (ValueError, IndexError, TypeError, FloatingPointError, Warning):
            continue
        if np.size(y) > MOST or (np.size(y) and not np.max(np.abs(y)) < LARGEST):
            continue
        steps.append(step)
        values.append(y)
    return Program(tuple(steps)), point
