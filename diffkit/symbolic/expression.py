"""What f equals: its tape as a SymPy expression, and the size of that before it is built."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from diffkit.errors import ArgumentsError, GuardError, NoRuleError, NotClosedFormError
from diffkit.symbolic.process import TOO_DEEP
from diffkit.tape.objects import SYMPY
from diffkit.tape.wengert import Slot, Tape

__all__ = [
    "count_text",
    "expression",
    "formula_of",
    "names_of",
    "numbered",
    "require_no_branches",
    "require_size",
    "symbols_of",
    "tree_size",
    "within_reach",
]


@contextmanager
def within_reach() -> Iterator[None]:
    """SymPy walks its trees by recursion: what is too deep for Python's stack is no formula for us."""
    try:
        yield
    except RecursionError:
        raise NotClosedFormError(
            f"not closed form: {TOO_DEEP}; method='symbolic', share=True does without"
        ) from None


def expression(tape: Tape, names: Sequence[str] | None = None, max_nodes: int = 20_000) -> Any:
    """The SymPy expression of a tape's result, an object array of expressions for an array.

    Symbols are real. Floats become the simplest exact numbers that round to them.

    Parameters
    ----------
    tape
        A program without branches on its inputs.
    names
        A name for each input; x for one input, x1, x2, ... for several, by default. The elements of an
        array x are x[0], x[1], ...
    max_nodes
        The largest expression to build, counted as a tree.

    Raises
    ------
    NotClosedFormError
        If the program branches on its inputs, calls a function that SymPy lacks, or unrolls to an
        expression of more than `max_nodes` nodes.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.symbolic.expression(dk.record(lambda x: x * np.sin(x) / 2, 1.0))
    x*sin(x)/2
    """
    names = list(names) if names else numbered(tape.input_count)
    if len(names) != tape.input_count or len(set(names)) != len(names):
        raise ArgumentsError(
            f"the tape has {tape.input_count} inputs; give each a name of its own, not {names}"
        )
    symbols = [symbols_of(name, shape) for name, shape in zip(names, tape.input_shapes, strict=True)]
    return formula_of(tape, symbols, max_nodes)


def numbered(count: int) -> list[str]:
    """Names for so many inputs: x, or x1, x2, ..."""
    return ["x"] if count == 1 else [f"x{i + 1}" for i in range(count)]


def tree_size(tape: Tape) -> int:
    """How many nodes the tape's result has when every use of a value is written out again.

    Exact, and found without writing anything out.

    Examples
    --------
    >>> import diffkit as dk
    >>> def square_often(x):
    ...     for _ in range(100):
    ...         x = x * x
    ...     return x
    >>> tree_size(dk.record(square_often, 1.0))
    2535301200456458802993406410751
    """
    sizes = [1] * tape.input_count
    for row in tape.instructions:
        sizes.append(1 + sum(sizes[a.index] if isinstance(a, Slot) else 1 for a in row.args))
    return sum(sizes[o.index] for o in tape.outputs if isinstance(o, Slot))


@within_reach()
def formula_of(tape: Tape, leaves: list[Any], max_nodes: int) -> Any:
    """The expression of a tape's result, where its inputs are these symbols or arrays of symbols."""
    require_no_branches(tape)
    require_size(tree_size(tape), max_nodes)
    try:
        return tape.result(tape.run(leaves, SYMPY), SYMPY)
    except (NoRuleError, GuardError) as error:
        raise NotClosedFormError(f"not closed form: {error}") from error


def require_no_branches(tape: Tape) -> None:
    """Raise NotClosedFormError for a tape of one side of a branch."""
    if tape.guards:
        raise NotClosedFormError(
            f"not closed form: f branches on its argument at {tape.guards[0].place}, so no single formula "
            f"stands for it; branches=True, or dk.symbolic.piecewise(f, x), writes both sides"
        )


def require_size(size: int, max_nodes: int) -> None:
    """Raise NotClosedFormError where a formula of so many nodes is more than the limit."""
    if size > max_nodes:
        raise NotClosedFormError(
            f"not closed form: the unrolled expression has {count_text(size)} nodes, the limit is "
            f'max_nodes={max_nodes}; with method="symbolic", share=True every value is written only once'
        )


def count_text(count: int) -> str:
    """A whole number as a message has it, however large.

    >>> count_text(20_001), count_text(2**80), count_text(10**9999)
    ('20001', '1.2e+24', 'about 10^9999')
    """
    # Beyond 10^300 it is no float, and beyond 4300 digits Python refuses to print it.
    power = int(count.bit_length() * 0.30103)
    return str(count) if count < 10**6 else f"{float(count):.1e}" if power < 300 else f"about 10^{power}"


def symbols_of(name: str, shape: tuple[int, ...]) -> Any:
    """A symbol for a number; for an array the symbols name[0], name[1], ..., which no argument is called."""
    import sympy

    if not shape:
        return sympy.Symbol(name, real=True)
    out = np.empty(shape, dtype=object)
    for index in np.ndindex(shape):
        out[index] = sympy.Symbol(f"{name}[{', '.join(map(str, index))}]", real=True)
    return out


def names_of(f: Callable[..., Any], leaves: list[Any]) -> list[str]:
    """A name for each leaf: the function's own parameter names where they are to be had."""
    names = list(getattr(f, "variables", ()))
    if not names:
        try:
            names = list(inspect.signature(f).parameters)
        except (TypeError, ValueError):
            names = []
    if len(names) == len(leaves) and all(n.isidentifier() for n in names):
        return names
    return numbered(len(leaves))
