"""The adjoint program: the reverse sweep of a tape, as a tape of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from diffkit.autodiff.transforms import grad, vjp
from diffkit.errors import ArgumentsError, GuardError
from diffkit.tape.record import record
from diffkit.tape.sharing import shared
from diffkit.tape.wengert import Tape

__all__ = ["adjoint", "recorded"]

# Where a tape is run when no point is given: numbers of one size, inside the domains of most functions.
STARTS = (0.5, 1.5, -0.5, -1.5, 3.0, -3.0, 30.0, -30.0)


def adjoint(tape: Tape, *point: Any) -> Tape:
    """The program that computes the gradient of a tape's result: its sweep, with the rows that it reads.

    Repeated rows are there once, rows that nothing reads are not there. Its branches are the tape's own.

    Parameters
    ----------
    tape
        A program. Where its result is no scalar, the adjoint has one argument more, the cotangent of the
        result, shaped as the result.
    point
        Where to run it while the sweep is recorded; only a tape with branches on its inputs may need one.

    Returns
    -------
    Tape
        Of the same arguments, with the gradient as its result: shaped as the argument, a tuple of several.

    Raises
    ------
    ArgumentsError
        If no point is given and the tape's branches go another way at the points that are tried.

    Notes
    -----
    Griewank and Walther, Evaluating Derivatives (2008), chapter 3.2: at most 3 to 4 times the work of f.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> program = adjoint(dk.record(lambda x, y: np.log(x) + x * y - np.sin(y), 2.0, 5.0))
    >>> print(program)
    v-1 = input 1
    v0  = input 2
    v1  = cos(v0)
    v2  = -1.0 * v1
    v3  = v2 + v-1
    v4  = 1 / v-1
    v5  = v0 + v4
    return v5, v3
    >>> program.replay(2.0, 5.0)
    (5.5, 1.7163378145367738)
    """
    return recorded(tape, point, _swept, "adjoint")


def recorded(
    tape: Tape, point: tuple[Any, ...], make: Callable[[Tape, tuple[Any, ...]], Tape], name: str
) -> Tape:
    """What `make`, of this name, records of a tape at a point, or at the first that takes its branches.

    Repeated rows are there once, rows that nothing reads are not there.
    """
    failed: GuardError | None = None
    for at in [point] if point else _points(tape):
        try:
            return shared(make(tape, at))
        except GuardError as error:
            failed = error
    raise ArgumentsError(
        f"the tape branches on its inputs, and no point that was tried takes the same way ({failed}); "
        f"write {name}(tape, *point) with the point where it was recorded"
    )


def _swept(tape: Tape, point: tuple[Any, ...]) -> Tape:
    count = len(tape.point_structure.children)
    every = tuple(range(count)) if count > 1 else 0
    with np.errstate(all="ignore"):  # the program is right wherever it is run
        value = tape.replay(*point)
        if tape.output_structure.kind is None and np.ndim(value) == 0:
            return record(grad(tape.replay, every), *point)

        def pulled(*given: Any) -> Any:
            bars = vjp(tape.replay, *given[:-1])[1](given[-1])
            return bars if count > 1 else bars[0]

        bars = [np.ones_like(leaf, dtype=float)[()] for leaf in tape.output_structure.leaves_of(value)]
        return record(pulled, *point, tape.output_structure.build(bars))


def _points(tape: Tape) -> Iterator[tuple[Any, ...]]:
    """Points of the tape's shapes, the elements a little apart so that none is a tie."""
    for start in STARTS:
        leaves = []
        for i, shape in enumerate(tape.input_shapes):
            size = int(np.prod(shape))
            values = start * (1 + (np.arange(size) + i) / (7 * (size + i + 1)))
            leaves.append(values.reshape(shape) if shape else float(values[0]))
        yield tuple(tape.point_structure.build(leaves))
