"""Parts of a program whose rows are not kept, but made again when the sweep comes back to them.

Griewank & Walther, Evaluating Derivatives, 2008, chapter 12: memory for time.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import numpy as np

from diffkit.autodiff.anomaly import watching
from diffkit.autodiff.history import Recording
from diffkit.errors import GraphError
from diffkit.primitives import component
from diffkit.rules import Rule
from diffkit.structure import Structure, flatten, flatten_arguments
from diffkit.tape.active import Active, Trace, apply, gather, living, plain
from diffkit.tape.node import Node

__all__ = ["checkpoint"]

Function = Callable[..., Any]


def checkpoint(f: Function) -> Function:
    """The function f, with the same values and derivatives, whose inside a reverse sweep does not keep.

    Of each call only the arguments and the result are stored; the sweep runs f again when it needs what is
    between. A program cut into n such parts takes the memory of the n results and of one part, and one more
    forward pass.

    Parameters
    ----------
    f
        A function that does the same whenever it is run, and changes nothing outside. Active values that it
        takes from around it are differentiated too.

    Raises
    ------
    GraphError
        In the sweep, where the second run gives another result than the first.

    Examples
    --------
    >>> from diffkit.autodiff import grad
    >>> def chain(x):
    ...     for k in range(3):
    ...         x = checkpoint(lambda x: x * x + k)(x)
    ...     return np.sum(x)
    >>> grad(chain)(np.ones(2))
    array([16., 16.])
    """

    @wraps(f)
    def called(*args: Any, **keywords: Any) -> Any:
        if watching.get() is not None:  # somebody looks for a line inside
            return f(*args, **keywords)
        again = _as_now(f)
        leaves, arguments = flatten_arguments(args)
        before = [a.alias() if isinstance(a, Node) else a for a in leaves]
        parts, structure = _leaves(f(*args, **keywords))
        owner = max((p.owner for p in parts if _has_history(p)), key=lambda trace: trace.level, default=None)
        if owner is not None:
            pairs = list(zip(leaves, before, strict=True))
            assigns = any(isinstance(a, Node) and a.number != b.number for a, b in pairs)
            # A clone of a tensor has none of its hooks: it serves only where f has changed the tensor.
            read = [owner.snapshot(b if assigns else a) for a, b in pairs]
            mine = tuple(i for i, p in enumerate(parts) if _has_history(p) and p.owner is owner)
            part = _Part(lambda leaves: again(*arguments.build(leaves), **keywords), mine, assigns)
            for i, output in zip(mine, part.outputs(owner, [parts[i] for i in mine], read), strict=True):
                parts[i] = output
        return structure.build(parts)

    return called


class _Part:
    """One call of a checkpointed function: the function of the row that stands for all of its rows.

    Parameters
    ----------
    run
        The call, as a function of the list of the leaves of its arguments.
    mine
        Which leaves of the result belong to the row.
    assigns
        Whether the function assigns into its arguments.
    """

    __name__ = "checkpoint"

    def __init__(self, run: Function, mine: tuple[int, ...], assigns: bool) -> None:
        self.run, self.mine, self.assigns = run, mine, assigns
        self.samples: list[Any] = []
        # The sweep asks the trace for the operands of the row, which are then the results of the second run.
        self.rule = Rule(self.run, pulls=(lambda y_bar, y, *results: list(y_bar),), together=True)

    def outputs(self, owner: Any, results: list[Any], read: list[Any]) -> list[Any]:
        """The results of the first run without the rows that they came from."""
        self.samples = list(map(_sample, results))
        node = owner.kind(owner, tuple(result.value for result in results), self, tuple(read))
        owner.assigned = True  # so that the sweep asks
        return [apply(component, (node,), {"index": i}) for i in range(len(results))]

    def again(self, owner: Trace, operands: Iterable[Any]) -> tuple[Any, ...]:
        """The results of a second run, with the rows that they came from."""
        leaves = [a.alias() if self.assigns and isinstance(a, Node) else a for a in operands]
        over, owner.running = not owner.running, True
        try:
            with Recording(True):
                parts, _ = _leaves(self.run(leaves))
        finally:
            owner.running = not over
        if len(parts) <= max(self.mine) or not all(map(_alike, (parts[i] for i in self.mine), self.samples)):
            raise GraphError(
                "a checkpointed function gave another result when it was run again; it has to do the same "
                "each time: hand over what changes as an argument, and seed its random numbers inside"
            )
        return tuple(parts[i] for i in self.mine)


def _leaves(result: Any) -> tuple[list[Any], Structure]:
    """The leaves of a result, taken out of derivatives that are over, and how it nests."""
    parts, structure = flatten(result, is_leaf=lambda value: isinstance(value, Active))
    parts = [gather(p) if isinstance(p, np.ndarray) and p.dtype == object else p for p in parts]
    return [living(part) for part in parts], structure


def _has_history(value: Any) -> bool:
    """Whether a value keeps rows for a sweep; a recording keeps them to be read."""
    recorded = getattr(value.owner, "decisions", None) is not None if isinstance(value, Node) else True
    return not recorded and value.function is not None


def _as_now(f: Function) -> Function:
    """f with the variables that it takes from around it as they are now: a loop goes on to change them."""
    if not isinstance(f, types.FunctionType) or not f.__closure__:
        return f
    try:
        cells = tuple(types.CellType(cell.cell_contents) for cell in f.__closure__)
    except ValueError:  # one of them is not assigned yet
        return f
    again = types.FunctionType(f.__code__, f.__globals__, f.__name__, f.__defaults__, cells)
    again.__kwdefaults__ = f.__kwdefaults__
    return again


def _sample(value: Any) -> Any:
    """A few elements of a value, by which to know it again."""
    array = np.asarray(plain(value))
    return array.shape, array.flat[:: max(1, array.size // 256)]


def _alike(value: Any, sample: tuple[Any, Any]) -> bool:
    shape, elements = _sample(value)
    # Not to the last bit: a matrix product may depend on where its operands lie in memory.
    scale = np.max(np.abs(sample[1]), initial=0.0, where=np.isfinite(sample[1]))
    return shape == sample[0] and np.allclose(elements, sample[1], 1e-6, 1e-6 * scale, equal_nan=True)
