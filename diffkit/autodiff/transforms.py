"""Functions in, derivative functions out: grad, vjp, jvp. They nest in any mix and to any order.

Complex numbers follow one convention: the cotangent of z = x + iy is du/dx - i du/dy for the real result u.
So the gradient of abs(z)**2 at 1+2j is 2-4j, that of an analytic function is its derivative, and
Re sum(y_bar y_dot) = Re sum(z_bar z_dot).

What is not selected, by a branch, np.where, an index or a zero in a seed, meets no infinite partial. A zero
that was computed does: of np.cbrt(x**3) at 0 both modes answer nan, where 0 * inf stands for 1. After a
selection in the same pass, zeros of both kinds look alike, and count as not selected.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import index
from typing import Any

import numpy as np

from diffkit.autodiff.anomaly import watching
from diffkit.autodiff.forward import Dual, DualTrace
from diffkit.autodiff.leaf import as_number, copied, dtype_of, real_leaf, shape_of, size_of, zero_of
from diffkit.autodiff.located import located
from diffkit.autodiff.reverse import fit, pull_back
from diffkit.errors import ArgumentsError, NonScalarError, NoRuleError
from diffkit.result import an_answer
from diffkit.structure import Structure, as_leaf, flatten, flatten_arguments, is_container
from diffkit.tape.active import Active, Trace, living
from diffkit.tape.place import definition
from diffkit.tape.record import Recorder, run

__all__ = ["Followed", "grad", "jvp", "of_chosen", "require_scalar", "value_and_grad", "vjp"]

Function = Callable[..., Any]


def vjp(f: Function, *args: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value of f and its pullback: cotangent of the result -> cotangents of the arguments.

    Parameters
    ----------
    f
        A function of NumPy calls; its arguments and its result may be nested dicts, lists, tuples and
        dataclasses of arrays.
    args
        Where to linearise.

    Returns
    -------
    value, pullback
        `pullback(cotangent)`, with a cotangent shaped as the value, is a tuple with one entry an
        argument, each shaped as its argument. It may be called any number of times.

    Examples
    --------
    >>> value, pullback = vjp(lambda x, y: x * y, 3.0, 4.0)
    >>> value, pullback(1.0)
    (12.0, (4.0, 3.0))
    """
    followed = Followed(f, args)
    outputs, values = followed.outputs, followed.values

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        bars = _nested(cotangent, followed.result_structure, "cotangent is not nested as the result of f is")
        bars = [
            _direction(bar, value, "cotangent", "result") for bar, value in zip(bars, values, strict=True)
        ]
        return followed.pull_back(list(zip(outputs, bars, strict=True)))

    return followed.result(), pullback


class Followed:
    """One run of f on nodes: its outputs, still active, and the way back to its arguments."""

    __slots__ = ("args", "f", "inputs", "outputs", "recorder", "result_structure", "structure", "values")

    def __init__(self, f: Function, args: tuple[Any, ...], at_once: bool = False) -> None:
        self.f, self.args = f, args
        watch = watching.get()
        self.recorder = Recorder() if watch is None else watch.recorder()
        leaves, self.structure = flatten_arguments(args)
        if not leaves:
            raise ArgumentsError("there is nothing to differentiate by; write at least one number or array")
        # Until the way back is taken, the caller may overwrite the arrays; a gradient takes it at once.
        kept = real_leaf if at_once else lambda leaf: copied(real_leaf(leaf))
        nodes = [self.recorder.kind(self.recorder, kept(leaf)) for leaf in leaves]
        # Numbers and values, not nodes: f may assign into its arguments, and what is unused is freed.
        self.inputs = [(node.number, node.value) for node in nodes]
        arguments = self.structure.build(nodes)
        del nodes
        self.outputs, self.result_structure = run(f, arguments, self.recorder)
        if watch is not None:
            watch.require_finite(self.outputs)
        self.values = [_below(output, self.recorder) for output in self.outputs]

    def result(self) -> Any:
        """What f returned."""
        return self.result_structure.build([as_number(copied(value)) for value in self.values])

    def pull_back(self, seeds: list[tuple[Any, Any]]) -> tuple[Any, ...]:
        """The cotangents of the arguments, nested as they are."""
        return tuple(self.structure.build(self.leaf_bars(seeds)))

    def leaf_bars(self, seeds: list[tuple[Any, Any]]) -> list[Any]:
        """The cotangents of the leaves of the arguments."""
        try:
            found = pull_back(seeds, self.recorder)
        except NoRuleError as error:
            raise located(error, self.f, self.args) from error.__cause__
        return [
            as_number(_in_kind(living(found[number]), value)) if number in found else zero_of(value)
            for number, value in self.inputs
        ]


def jvp(f: Function, args: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """The value of f and its derivative along `tangents`: one pass of dual numbers.

    Parameters
    ----------
    f
        A function of NumPy calls.
    args, tangents
        Tuples of the same nesting: the point and the direction.

    Examples
    --------
    >>> jvp(lambda x, y: x**2 * y + y + 2, (3.0, 4.0), (1.0, 0.0))
    (42.0, 24.0)
    """
    require_tuples(args, tangents)
    watch = watching.get()
    trace = DualTrace() if watch is None else watch.duals()
    leaves, structure = flatten_arguments(tuple(args))
    directions = _nested(tuple(tangents), structure, "tangents are not nested as the arguments are")
    leaves = [real_leaf(leaf) for leaf in leaves]
    inputs = [
        trace.seeded(leaf, _direction(direction, leaf, "tangent", "argument"))
        for leaf, direction in zip(leaves, directions, strict=True)
    ]
    outputs, result_structure = run(f, structure.build(inputs), trace)
    if watch is not None:
        watch.require_finite(outputs)
    mine = [isinstance(o, Dual) and o.owner is trace for o in outputs]
    values = [_below(o, trace) for o in outputs]
    dots = [
        _in_kind(o.tangent, value) if seeded and o.tangent is not None else zero_of(value)
        for o, value, seeded in zip(outputs, values, mine, strict=True)
    ]
    values, dots = ([as_number(copied(v)) for v in part] for part in (values, dots))
    return result_structure.build(values), result_structure.build(dots)


def value_and_grad(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The function that returns f's value and its gradient, from one forward and one backward pass.

    Parameters
    ----------
    f
        A function with a scalar result.
    argnums
        Which arguments to differentiate; a sequence gives a tuple of gradients.

    Raises
    ------
    NonScalarError
        When the function is called and f's result is not a scalar.

    Examples
    --------
    >>> value_and_grad(lambda x: np.mean(x * x))(np.arange(4.0))
    (3.5, array([0. , 0.5, 1. , 1.5]))
    """

    def value_and_gradient(*args: Any, **keywords: Any) -> tuple[Any, Any]:
        g, chosen = of_chosen(f, argnums, args, keywords)
        followed = Followed(g, chosen, at_once=True)
        value = followed.result()
        require_scalar(value, f)
        seeds = [(output, 1.0) for output in followed.outputs]
        followed.outputs.clear()
        gradients = followed.pull_back(seeds)
        return value, gradients if isinstance(argnums, Sequence) else gradients[0]

    return value_and_gradient


def grad(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The gradient function of a scalar function, by reverse mode.

    Parameters and errors as for `value_and_grad`.

    Examples
    --------
    >>> grad(np.sin)(0.0), grad(grad(np.sin))(0.0)
    (1.0, -0.0)
    """
    both = value_and_grad(f, argnums)
    return lambda *args, **keywords: both(*args, **keywords)[1]


def require_scalar(value: Any, f: Function) -> None:
    """Raise NonScalarError unless the value, which f returned, is one number; ArgumentsError for none."""
    if value.__class__ is float:
        return
    if value is None or isinstance(value, str):
        an_answer(value)  # raises
    if is_container(value) or size_of(value) != 1:
        shape = f"shape {shape_of(value)}" if hasattr(value, "shape") else f"a {type(value).__name__}"
        raise NonScalarError(
            f"a gradient needs a function with a scalar result, and this one returned {shape}; "
            f"sum or average it, or use jacobian{definition(f)}"
        )


def of_chosen(
    f: Function, argnums: int | Sequence[int], args: tuple[Any, ...], keywords: dict[str, Any]
) -> tuple[Function, tuple[Any, ...]]:
    """f as a function of the chosen arguments alone, and those arguments."""
    try:
        numbers = tuple(map(index, argnums if isinstance(argnums, Sequence) else (argnums,)))
    except TypeError:
        raise ArgumentsError(
            f"argnums is the number of an argument or several, 0 or (0, 1), not {argnums!r}"
        ) from None
    if numbers == tuple(range(len(args))) and not keywords:
        return f, args
    for n in numbers:
        if not -len(args) <= n < len(args):
            raise ArgumentsError(f"argnums names argument {n}, and there are {len(args)}")
    numbers = tuple(n % len(args) for n in numbers)
    if len(set(numbers)) < len(numbers):
        raise ArgumentsError(f"argnums {argnums} names an argument twice")

    def g(*chosen: Any) -> Any:
        full = list(args)
        for n, argument in zip(numbers, chosen, strict=True):
            full[n] = argument
        return f(*full, **keywords)

    g.__wrapped__ = f  # type: ignore[attr-defined]
    return g, tuple(args[n] for n in numbers)


def _below(output: Any, trace: Trace) -> Any:
    return output.value if isinstance(output, Active) and output.owner is trace else output


def _in_kind(bar: Any, value: Any) -> Any:
    """A tangent or cotangent of a complex value, complex too where it came out real."""
    kind = dtype_of(value)
    return bar * kind.type(1) if kind.kind == "c" and dtype_of(bar).kind != "c" else bar


def _nested(bars: Any, structure: Structure, complaint: str) -> list[Any]:
    """The leaves of tangents or cotangents, which are nested as what they belong to."""
    try:
        found = structure.leaves_of(bars)
    except ValueError as error:
        raise ArgumentsError(f"the {complaint}: {error}") from None
    for bar in filter(is_container, found):
        if any(isinstance(part, np.ndarray) for part in flatten(bar)[0]):
            raise ArgumentsError(f"the {complaint}: a {type(bar).__name__} of arrays stands for one of them")
    return found


def require_tuples(args: Any, tangents: Any) -> None:
    """Raise ArgumentsError unless point and direction come as tuples, with one entry an argument of f."""
    if not (isinstance(args, list | tuple) and isinstance(tangents, list | tuple)):
        raise ArgumentsError(
            "the point and the direction are tuples with one entry an argument; write (x,), (x_dot,)"
        )


def _direction(bar: Any, value: Any, kind: str, of: str) -> Any:
    """A tangent or cotangent of a value, checked for its shape and in its dtype."""
    bar = real_leaf(bar)
    if np.shape(bar) != np.shape(value):
        raise ArgumentsError(
            f"the {kind} has shape {np.shape(bar)}, and its {of} has shape {np.shape(value)}"
        )
    return fit(bar, as_leaf(value))
