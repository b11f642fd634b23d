"""Whole Jacobians and Hessians, from one sweep or one pass that carries all their rows or columns at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffkit.autodiff.batch import Batch, BatchError, batch
from diffkit.autodiff.leaf import as_number, dtype_of, real_leaf, shape_of, size_of, zero_of
from diffkit.autodiff.transforms import Followed, grad, jvp, of_chosen, require_tuples
from diffkit.errors import NoRuleError
from diffkit.result import an_answer
from diffkit.structure import flatten, flatten_arguments, is_container
from diffkit.tape.active import Active

__all__ = ["array_valued", "columns", "hessian", "hvp", "jacobian", "rows"]

Function = Callable[..., Any]


def jacobian(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The Jacobian function: for an argument of shape S and a result of shape T, of shape T + S.

    For a nested argument nested as it is; for a result that is a dict, a dataclass, a named tuple, or a list
    or tuple of arrays of several shapes, nested as that, and inside as the argument. A list or tuple of
    numbers is a vector, and one of arrays of one shape an array. Takes one reverse sweep an output or one
    forward pass an input, whichever are fewer, unless a rule is there for the other mode alone.

    Examples
    --------
    >>> jacobian(lambda x: np.array([x[0] * x[1], x[0] ** 2]))(np.array([3.0, 4.0]))
    array([[4., 3.],
           [6., 0.]])
    """

    def jacobian_at(*args: Any, **keywords: Any) -> Any:
        g, chosen = of_chosen(f, argnums, args, keywords)
        g = array_valued(g)
        leaves, structure = flatten_arguments(chosen)
        leaves = [real_leaf(leaf) for leaf in leaves]
        followed = Followed(g, chosen)
        values = followed.values
        for value in values:
            if value is None or isinstance(value, str):
                an_answer(value)  # raises

        def by_rows() -> list[list[Any]]:
            return [rows(followed, k) for k in range(len(values))]

        def by_columns() -> list[list[Any]]:
            flat = lambda *given: g(*structure.build(given))
            by_leaf = [columns(flat, leaves, i) for i in range(len(leaves))]
            return [[parts[k] for parts in by_leaf] for k in range(len(values))]

        few = sum(map(size_of, values)) <= sum(map(size_of, leaves))
        cheaper, other = (by_rows, by_columns) if few else (by_columns, by_rows)
        try:
            found = cheaper()
        except NoRuleError as error:  # a row may have a rule for one mode alone
            try:
                found = other()
            except NoRuleError:
                raise error from None

        def block(value: Any, parts: list[Any]) -> Any:
            shapes = [shape_of(value) + shape_of(leaf) for leaf in leaves]
            built = structure.build(
                [as_number(np.reshape(part, shape)) for part, shape in zip(parts, shapes, strict=True)]
            )
            return built if isinstance(argnums, Sequence) else built[0]

        return followed.result_structure.build(list(map(block, values, found)))

    return jacobian_at


def rows(followed: Followed, result: int = 0) -> list[Any]:
    """For each leaf the derivatives of each element of one of f's results, along axis 0: one sweep for all.

    Where a rule decides by the value of a cotangent, and where there are few, a sweep for each.
    """
    output, value = followed.outputs[result], followed.values[result]

    def swept(seeds: Any) -> list[Any]:
        return [_members(bar, seeds) for bar in followed.leaf_bars([(output, batch(seeds))])]

    def each(seed: Any) -> list[Any]:
        return followed.leaf_bars([(output, seed)])

    return _at_once(swept, each, value, [x for _, x in followed.inputs], few=3)


def columns(g: Function, leaves: list[Any], position: int) -> list[Any]:
    """For each result of g its derivatives by each element of one leaf, along the last axis: one pass."""
    zeros = [zero_of(leaf) for leaf in leaves]

    def each(seed: Any) -> list[Any]:
        y_dot = jvp(g, leaves, [*zeros[:position], seed, *zeros[position + 1 :]])[1]
        return flatten(y_dot, is_leaf=lambda value: isinstance(value, Active))[0]

    def passed(seeds: Any) -> list[Any]:
        return [_members(y_dot, seeds) for y_dot in each(batch(seeds))]

    # A leaf without elements still asks for one pass, which tells the shapes of the results.
    shapes = [] if size_of(leaves[position]) else each(zeros[position])
    parts = _at_once(passed, each, leaves[position], shapes)
    return [np.moveaxis(part, 0, -1) for part in parts]


def _at_once(
    together: Callable[[Any], list[Any]],
    each: Callable[[Any], list[Any]],
    of: Any,
    answers: list[Any],
    few: int = 0,
) -> list[Any]:
    """The answers to the unit vectors of `of`, along axis 0; in batches that do not outgrow the memory.

    Up to `few` of them one by one, which then is faster than what a batch costs.
    """
    size = size_of(of)
    seeds = np.eye(size, dtype=dtype_of(of)).reshape(size, *shape_of(of))
    count = max(1, _MOST // max(1, size, *map(size_of, answers)))
    parts = []
    for chunk in (seeds[start : start + count] for start in range(0, size, count)):
        try:
            if size <= few:
                raise BatchError
            parts.append(together(chunk))
        except BatchError:
            parts.append([np.stack(part) for part in zip(*map(each, chunk), strict=True)])
    if not parts:
        return [np.zeros((0, *shape_of(answer)), dtype_of(answer)) for answer in answers]
    return [part[0] if len(parts) == 1 else np.concatenate(part) for part in zip(*parts, strict=True)]


_MOST = 2**22  # elements


def _members(value: Any, seeds: Any) -> Any:
    """All members of a batch; of what the seeds did not reach, as many copies."""
    return value.value if isinstance(value, Batch) else np.stack([value] * len(seeds))


def hvp(f: Function, args: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, ...]:
    """The Hessian of a scalar f times a vector, forward over reverse: the cost of a few gradients.

    Returns a tuple with one entry an argument.

    Examples
    --------
    >>> hvp(lambda x: np.sum(x**3), (np.array([1.0, 2.0]),), (np.array([1.0, 0.0]),))
    (array([6., 0.]),)
    """
    require_tuples(args, tangents)
    gradient = grad(f, argnums=tuple(range(len(args))))
    return tuple(jvp(gradient, args, tangents)[1])


def hessian(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The Hessian function of a scalar f: for an argument of shape S, of shape S + S.

    For nested arguments, and for several, nested twice as they are: `result[i][j]` belongs to i and j.
    One forward pass over the reverse sweep for each element.

    Examples
    --------
    >>> hessian(lambda v: v[0] ** 2 * v[1] + v[1] + 2)(np.array([3.0, 4.0]))
    array([[8., 6.],
           [6., 0.]])
    """

    def hessian_at(*args: Any, **keywords: Any) -> Any:
        g, chosen = of_chosen(f, argnums, args, keywords)
        leaves, structure = flatten_arguments(chosen)
        leaves = [real_leaf(leaf) for leaf in leaves]
        scalar = lambda *flat: g(*structure.build(flat))
        scalar.__wrapped__ = g  # type: ignore[attr-defined]
        gradient = grad(scalar, argnums=range(len(leaves)))
        # By name: a tuple of numbers, which a linear f has for its gradient, would be taken for one vector.
        named = lambda *flat: dict(enumerate(gradient(*flat)))

        def nested(parts: list[Any]) -> Any:
            built = structure.build(parts)
            return built if isinstance(argnums, Sequence) else built[0]

        blocks = [columns(named, leaves, i) for i in range(len(leaves))]  # blocks[j][i]: S_i + S_j

        def block(i: int, j: int) -> Any:
            return as_number(np.reshape(blocks[j][i], shape_of(leaves[i]) + shape_of(leaves[j])))

        count = range(len(leaves))
        return nested([nested([block(i, j) for j in count]) for i in count])

    return hessian_at


def array_valued(f: Function) -> Function:
    """f with a list of numbers, which it may return for a vector, as one array; so of arrays of one shape."""
    return lambda *args: _stack(f(*args))


def _stack(value: Any) -> Any:
    if not isinstance(value, list | tuple) or not value or hasattr(value, "_fields"):
        return value
    parts = [_stack(item) for item in value]
    alike = not any(map(is_container, parts)) and len(set(map(np.shape, parts))) == 1
    return np.stack(parts) if alike else type(value)(parts)
