"""Functions in, derivative functions out: grad, vjp, jvp, jacobian, hessian. They nest in any mix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffkit.autodiff.forward import Dual, DualTrace
from diffkit.autodiff.reverse import pull_back
from diffkit.errors import ArgumentsError, NonScalarError
from diffkit.structure import Structure, as_leaf, flatten, flatten_arguments
from diffkit.tape.active import Active, Trace
from diffkit.tape.record import Node, Recorder, run

__all__ = ["grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"]

Function = Callable[..., Any]


def vjp(f: Function, *args: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value of f and its pullback: cotangent of the result -> cotangents of the arguments.

    Parameters
    ----------
    f
        A function of NumPy calls; its arguments and its result may be nested dicts, lists and tuples
        of arrays.
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
    recorder = Recorder()
    leaves, structure = flatten_arguments(args)
    inputs = [Node(recorder, as_leaf(leaf)) for leaf in leaves]
    outputs, result_structure = run(f, structure.build(inputs), recorder)

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        bars, given = flatten(cotangent, is_leaf=lambda value: isinstance(value, Active))
        if given != result_structure:
            raise ArgumentsError("the cotangent is not nested as the result of f is")
        found = pull_back(list(zip(outputs, map(as_leaf, bars), strict=True)), recorder)
        return tuple(structure.build([found.get(node.number, _zero(node.value)) for node in inputs]))

    return result_structure.build([_below(output, recorder) for output in outputs]), pullback


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
    trace = DualTrace()
    leaves, structure = flatten_arguments(tuple(args))
    directions, given = flatten_arguments(tuple(tangents))
    if given != structure:
        raise ArgumentsError("the tangents are not nested as the arguments are")
    inputs = [
        Dual(trace, as_leaf(leaf), as_leaf(direction)) for leaf, direction in zip(leaves, directions, strict=True)
    ]
    outputs, result_structure = run(f, structure.build(inputs), trace)
    mine = [isinstance(o, Dual) and o.owner is trace for o in outputs]
    values = [_below(o, trace) for o in outputs]
    dots = [
        o.tangent if seeded and o.tangent is not None else _zero(value)
        for o, value, seeded in zip(outputs, values, mine, strict=True)
    ]
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
        g, chosen = _of(f, argnums, args, keywords)
        value, pullback = vjp(g, *chosen)
        require_scalar(value)
        gradients = pullback(np.ones(np.shape(value)) if np.ndim(value) else 1.0)
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


def jacobian(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The Jacobian function: for an argument of shape S and a result of shape T, of shape T + S.

    Takes one reverse sweep an output or one forward pass an input, whichever are fewer.

    Examples
    --------
    >>> jacobian(lambda x: np.array([x[0] * x[1], x[0] ** 2]))(np.array([3.0, 4.0]))
    array([[4., 3.],
           [6., 0.]])
    """

    def jacobian_at(*args: Any, **keywords: Any) -> Any:
        g, chosen = _of(f, argnums, args, keywords)
        found = tuple(jacobian_structure(g, *chosen))
        return found if isinstance(argnums, Sequence) else found[0]

    return jacobian_at


def jacobian_structure(g: Function, *args: Any) -> list[Any]:
    """The Jacobian of an array-valued g with respect to each argument, nested as the arguments are."""
    leaves, structure = flatten_arguments(args)
    leaves = [as_leaf(leaf) for leaf in leaves]
    value, pullback = vjp(g, *args)
    value = _array_result(value)
    if _size(value) <= sum(map(_size, leaves)):
        rows = [flatten_arguments(pullback(seed))[0] for seed in _units(value)]
        columns = [np.stack([row[i] for row in rows]) if rows else None for i in range(len(leaves))]
        parts = [
            np.zeros(_shape(value) + _shape(leaf)) if c is None else np.reshape(c, _shape(value) + _shape(leaf))
            for c, leaf in zip(columns, leaves, strict=True)
        ]
    else:
        parts = [_columns(g, leaves, structure, i, value) for i in range(len(leaves))]
    return list(structure.build(parts))


def _columns(g: Function, leaves: list[Any], structure: Structure, position: int, value: Any) -> Any:
    """The Jacobian with respect to one leaf, a forward pass for each of its elements."""
    zeros = [_zero(leaf) for leaf in leaves]
    columns = []
    for seed in _units(leaves[position]):
        tangents = [*zeros[:position], seed, *zeros[position + 1 :]]
        y_dot = jvp(g, structure.build(leaves), structure.build(tangents))[1]
        columns.append(_array_result(y_dot))
    if not columns:
        return np.zeros(_shape(value) + _shape(leaves[position]))
    return np.reshape(np.stack(columns, axis=-1), _shape(value) + _shape(leaves[position]))


def hvp(f: Function, args: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, ...]:
    """The Hessian of a scalar f times a vector, forward over reverse: the cost of a few gradients.

    Returns a tuple with one entry an argument.

    Examples
    --------
    >>> hvp(lambda x: np.sum(x**3), (np.array([1.0, 2.0]),), (np.array([1.0, 0.0]),))
    (array([6., 0.]),)
    """
    gradient = grad(f, argnums=tuple(range(len(args))))
    return tuple(jvp(gradient, args, tangents)[1])


def hessian(f: Function, argnums: int = 0) -> Function:
    """The Hessian function of a scalar f: for an argument of shape S, of shape S + S.

    One forward pass over the reverse sweep for each element of the argument.

    Examples
    --------
    >>> hessian(lambda v: v[0] ** 2 * v[1] + v[1] + 2)(np.array([3.0, 4.0]))
    array([[8., 6.],
           [6., 0.]])
    """

    def hessian_at(*args: Any, **keywords: Any) -> Any:
        g, (x,) = _of(f, argnums, args, keywords)
        x = as_leaf(x)
        rows = [hvp(g, (x,), (seed,))[0] for seed in _units(x)]
        return np.reshape(np.stack(rows), _shape(x) + _shape(x)) if rows else np.zeros(_shape(x) + _shape(x))

    return hessian_at


def require_scalar(value: Any) -> None:
    """Raise NonScalarError unless the value is one number."""
    if isinstance(value, dict | list | tuple) or _size(value) != 1:
        shape = f"shape {_shape(value)}" if hasattr(value, "shape") else f"a {type(value).__name__}"
        raise NonScalarError(
            f"a gradient needs a function with a scalar result, and this one returned {shape}; "
            f"sum or average it, or use jacobian"
        )


def _of(
    f: Function, argnums: int | Sequence[int], args: tuple[Any, ...], keywords: dict[str, Any]
) -> tuple[Function, tuple[Any, ...]]:
    """f as a function of the chosen arguments alone, and those arguments."""
    numbers = tuple(argnums) if isinstance(argnums, Sequence) else (argnums,)
    for n in numbers:
        if not -len(args) <= n < len(args):
            raise ArgumentsError(f"argnums names argument {n}, and there are {len(args)}")

    def g(*chosen: Any) -> Any:
        full = list(args)
        for n, argument in zip(numbers, chosen, strict=True):
            full[n] = argument
        return f(*full, **keywords)

    return g, tuple(args[n] for n in numbers)


def _array_result(value: Any) -> Any:
    """A list or tuple of numbers, which f may return for a vector, as one array."""
    return np.stack(list(value)) if isinstance(value, list | tuple) else value


def _below(output: Any, trace: Trace) -> Any:
    return output.value if isinstance(output, Active) and output.owner is trace else output


def _shape(value: Any) -> tuple[int, ...]:
    return tuple(getattr(value, "shape", ()))


def _size(value: Any) -> int:
    return int(np.prod(_shape(value), dtype=int))


def _zero(value: Any) -> Any:
    return np.zeros_like(value) if _shape(value) else 0.0


def _units(value: Any) -> list[Any]:
    """The unit vectors of a value's shape: 1 for each element in turn, 0 elsewhere."""
    if not _shape(value):
        return [1.0]
    identity = np.eye(_size(value))
    return [identity[i].reshape(_shape(value)) for i in range(_size(value))]
