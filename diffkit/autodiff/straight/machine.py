"""Rows as machine code, through numba: a whole program of numbers, or the rows of a stretch for one element.

The rows become LLVM's instructions one for one, a table row each, and numba makes a function of them.
(numba's own way from Python text takes five times as long for a program of a thousand steps: it infers the
type of every name.) No row is reordered or fused, so the bits are those of Python and NumPy wherever the C
library is what they call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from diffkit.autodiff.straight.kinds import Kind
from diffkit.optional import imported
from diffkit.primitives import share, tanh_slope
from diffkit.tape.wengert import Guard, Instruction, Slot

__all__ = ["is_double", "kernel", "of_numbers", "required", "understands"]

Build = Callable[..., Any]


def required() -> Any:
    """numba; MissingPackageError says how to install it."""
    return imported("numba", 'machine code needs numba, which {trouble}; write pip install "diffkit[jit]"')


def _call(name: str) -> Build:
    """A function of the C library."""

    def build(b: Any, *args: Any) -> Any:
        from llvmlite import ir

        double = ir.DoubleType()
        known = b.module.globals.get(name)
        function = known or ir.Function(b.module, ir.FunctionType(double, [double] * len(args)), name)
        if known is None:
            function.attributes.add("nounwind")
            function.attributes.add("readnone")
        return b.call(function, args)

    return build


def _intrinsic(name: str) -> Build:
    """A function that LLVM knows: it may ask the C library for sine and cosine at once."""

    def build(b: Any, *args: Any) -> Any:
        return b.call(b.module.declare_intrinsic(f"llvm.{name}", [args[0].type]), args)

    return build


def _compare(sign: str) -> Build:
    return lambda b, x, y: (b.fcmp_unordered if sign == "!=" else b.fcmp_ordered)(sign, x, y)


def _one(b: Any, value: float) -> Any:
    from llvmlite import ir

    return ir.Constant(ir.DoubleType(), value)


def _extreme(sign: str) -> Build:
    """maximum and minimum: the first operand where it wins, ties or is nan."""
    return lambda b, x, y: b.select(b.or_(b.fcmp_ordered(sign, x, y), b.fcmp_unordered("uno", x, x)), x, y)


def _sign(b: Any, x: Any) -> Any:
    one, zero = _one(b, 1.0), _one(b, 0.0)
    below = b.select(b.fcmp_ordered("<", x, zero), b.fneg(one), zero)
    signed = b.select(b.fcmp_ordered(">", x, zero), one, below)
    return b.select(b.fcmp_unordered("uno", x, x), x, signed)


def _share(b: Any, x: Any, y: Any) -> Any:
    one = _one(b, 1.0)
    part = b.fdiv(one, b.fadd(one, _intrinsic("exp")(b, b.fsub(y, x))))
    return b.select(b.fcmp_ordered("==", x, _one(b, -np.inf)), _one(b, 0.0), part)


def _tanh_slope(b: Any, y: Any, x: Any) -> Any:
    one = _one(b, 1.0)
    slope = b.fsub(one, b.fmul(y, y))
    e = _intrinsic("exp")(b, b.fmul(_one(b, -2.0), _intrinsic("fabs")(b, x)))
    rest = b.fadd(one, e)
    far = b.fdiv(b.fmul(_one(b, 4.0), e), b.fmul(rest, rest))
    return b.select(b.fcmp_ordered(">", slope, _one(b, 0.1)), slope, far)


def _logaddexp(b: Any, x: Any, y: Any) -> Any:
    apart = b.fsub(x, y)
    smaller = _intrinsic("exp")(b, b.fneg(_intrinsic("fabs")(b, apart)))
    larger = b.select(b.fcmp_ordered(">", apart, _one(b, 0.0)), x, y)
    return b.fadd(larger, _call("log1p")(b, smaller))


# A row a function: the LLVM instructions of its value.
ROWS: dict[Any, Build] = {
    np.add: lambda b, x, y: b.fadd(x, y),
    np.subtract: lambda b, x, y: b.fsub(x, y),
    np.multiply: lambda b, x, y: b.fmul(x, y),
    np.true_divide: lambda b, x, y: b.fdiv(x, y),
    np.negative: lambda b, x: b.fneg(x),
    np.positive: lambda b, x: x,
    np.square: lambda b, x: b.fmul(x, x),
    np.reciprocal: lambda b, x: b.fdiv(_one(b, 1.0), x),
    np.power: _call("pow"),
    np.sqrt: _intrinsic("sqrt"),
    np.absolute: _intrinsic("fabs"),
    np.fabs: _intrinsic("fabs"),
    np.sin: _intrinsic("sin"),
    np.cos: _intrinsic("cos"),
    np.exp: _intrinsic("exp"),
    np.log: _intrinsic("log"),
    np.tan: _call("tan"),
    np.arcsin: _call("asin"),
    np.arccos: _call("acos"),
    np.arctan: _call("atan"),
    np.arctan2: _call("atan2"),
    np.sinh: _call("sinh"),
    np.cosh: _call("cosh"),
    np.tanh: _call("tanh"),
    np.arcsinh: _call("asinh"),
    np.arccosh: _call("acosh"),
    np.arctanh: _call("atanh"),
    np.exp2: _call("exp2"),
    np.expm1: _call("expm1"),
    np.log2: _call("log2"),
    np.log10: _call("log10"),
    np.log1p: _call("log1p"),
    np.cbrt: _call("cbrt"),
    np.logaddexp: _logaddexp,
    np.maximum: _extreme(">="),
    np.minimum: _extreme("<="),
    np.sign: _sign,
    share: _share,
    tanh_slope: _tanh_slope,
    np.less: _compare("<"),
    np.less_equal: _compare("<="),
    np.greater: _compare(">"),
    np.greater_equal: _compare(">="),
    np.equal: _compare("=="),
    np.not_equal: _compare("!="),
    np.logical_and: lambda b, x, y: b.and_(x, y),
    np.logical_or: lambda b, x, y: b.or_(x, y),
    np.logical_not: lambda b, x: b.not_(x),
    np.where: lambda b, c, x, y: b.select(c, x, y),
}
OF_TRUTHS = (np.logical_and, np.logical_or, np.logical_not)
# On arrays NumPy's own are quicker than the C library's.
SLOW = (np.tanh, tanh_slope)


def understands(row: Instruction, kinds: Sequence[Kind], on_arrays: bool = False) -> bool:
    """Whether a row of doubles and truth values is in the table."""
    if row.function not in ROWS or row.keywords or (on_arrays and row.function in SLOW):
        return False
    for i, a in enumerate(row.args):
        truth = _is_truth(a, kinds)
        wanted = row.function in OF_TRUTHS or (row.function is np.where and i == 0)
        if truth is None or truth != wanted:
            return False
    return len(row.args) == 3 or row.function is not np.where


def is_double(kind: Kind) -> bool:
    """Whether it is a number or an array of double precision."""
    return kind.type is float or kind.dtype == np.float64


def _is_truth(a: Any, kinds: Sequence[Kind]) -> bool | None:
    """Whether an operand is a truth value; None if it is neither that nor a double."""
    if isinstance(a, Slot):
        kind = kinds[a.index]
        if kind.is_truth:
            return True
        return False if is_double(kind) else None
    if isinstance(a, bool | np.bool):
        return True
    if isinstance(a, np.ndarray):
        return False if a.dtype == np.float64 else None
    return False if isinstance(a, int | float) else None


def _built(
    b: Any, rows: Mapping[int, Instruction], values: dict[int, Any], constant: Callable[[Any], Any]
) -> None:
    """Append the rows' instructions; `values` gets the value of every slot."""
    for slot, row in rows.items():
        args = [values[a.index] if isinstance(a, Slot) else constant(a) for a in row.args]
        values[slot] = ROWS[row.function](b, *args)


def _constant(a: Any) -> Any:
    from llvmlite import ir

    if isinstance(a, bool | np.bool):
        return ir.Constant(ir.IntType(1), int(a))
    return ir.Constant(ir.DoubleType(), float(a))


def of_numbers(
    rows: Mapping[int, Instruction], inputs: int, outputs: Sequence[Any], guards: Sequence[Guard]
) -> Callable[..., bool]:
    """A program of numbers: `run(inputs, outputs)` on two arrays; False if a branch goes another way."""
    numba = required()
    from numba.core import cgutils, types
    from numba.extending import intrinsic

    @intrinsic  # type: ignore[untyped-decorator]
    def program(typing: Any, given: Any, found: Any) -> Any:
        def generate(context: Any, b: Any, signature: Any, args: Any) -> Any:
            def place(number: int, i: int) -> Any:
                array = context.make_array(signature.args[number])(context, b, args[number])
                return cgutils.gep(b, array.data, i)

            values = {i: b.load(place(0, i)) for i in range(inputs)}
            _built(b, rows, values, _constant)
            for i, o in enumerate(outputs):
                b.store(values[o.index] if isinstance(o, Slot) else _constant(o), place(1, i))
            holds = cgutils.true_bit
            for guard in guards:
                taken = values[guard.slot]
                holds = b.and_(holds, taken if guard.outcome else b.not_(taken))
            return holds

        return types.boolean(given, found), generate

    array = numba.float64[::1]
    compiled = numba.njit(numba.boolean(array, array))
    return compiled(lambda given, found: program(given, found))  # type: ignore[no-any-return]


def kernel(
    rows: Mapping[int, Instruction],
    given: Sequence[int],
    numbers: Sequence[int],
    found: Sequence[int],
    constants: Sequence[Any],
) -> Callable[..., None]:
    """The rows of a stretch, one element after the other: `run(size, arrays, numbers, results)`.

    `given` and `numbers` are the slots of the arrays and numbers that it reads, followed by the constant
    arrays; `found` those that it writes.
    """  # fmt: skip
    numba = required()
    from numba.core import cgutils, types
    from numba.extending import intrinsic

    at = {id(c): len(given) + i for i, c in enumerate(constants)}

    @intrinsic  # type: ignore[untyped-decorator]
    def element(typing: Any, i: Any, arrays: Any, plain: Any, results: Any) -> Any:
        def generate(context: Any, b: Any, signature: Any, args: Any) -> Any:
            def places(number: int) -> list[Any]:
                parts = cgutils.unpack_tuple(b, args[number]) if len(signature.args[number]) else []
                made = [context.make_array(array)(context, b, part).data for array, part in
                        zip(signature.args[number], parts, strict=True)]  # fmt: skip
                return [b.gep(data, [args[0]]) for data in made]

            loaded = [b.load(place) for place in places(1)]
            alone = cgutils.unpack_tuple(b, args[2]) if len(signature.args[2]) else []
            values = {**dict(zip(given, loaded, strict=False)), **dict(zip(numbers, alone, strict=True))}
            _built(
                b, rows, values, lambda a: loaded[at[id(a)]] if isinstance(a, np.ndarray) else _constant(a)
            )
            for slot, place in zip(found, places(3), strict=True):
                b.store(values[slot], place)
            return context.get_dummy_value()

        return types.none(i, arrays, plain, results), generate

    def run(size: Any, arrays: Any, plain: Any, results: Any) -> None:
        for i in range(size):
            element(i, arrays, plain, results)

    array = types.float64[::1]

    def several(kind: Any, count: int) -> Any:
        return types.UniTuple(kind, count) if count else types.Tuple(())

    signature = types.void(
        types.intp, several(array, len(given) + len(constants)), several(types.float64, len(numbers)),
        several(array, len(found)),
    )  # fmt: skip
    return numba.njit(signature)(run)  # type: ignore[no-any-return]
