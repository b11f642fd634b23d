"""The tangent program: a tape and its pass of forward mode, as a tape of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from diffkit.autodiff.adjoint import ones_like, recorded
from diffkit.autodiff.transforms import jvp
from diffkit.structure import flatten
from diffkit.tape.record import record
from diffkit.tape.wengert import Tape

__all__ = ["tangent"]


def tangent(tape: Tape, *point: Any) -> Tape:
    """The program that computes a tape's result and its derivative along a direction, row beside row.

    The sibling of `adjoint`: repeated rows are there once, and its branches are the tape's own.

    Parameters
    ----------
    tape
        A program of arguments x, y, ...
    point
        Where to run it while its tangents are recorded; only a tape with branches on its inputs may need one.

    Returns
    -------
    Tape
        Of twice the arguments, x, y, ..., x_dot, y_dot, ..., a tangent shaped as its argument; its result is
        the pair (value, tangent), as that of `jvp`. A tangent of 0 is a number here, and times an infinite
        slope it is nan: `jvp`, which has the tangents before it begins, leaves such an argument out.

    Raises
    ------
    ArgumentsError
        If no point is given and the tape's branches go another way at the points that are tried.

    Notes
    -----
    Griewank and Walther, Evaluating Derivatives (2008), chapter 3.1.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> program = tangent(dk.record(lambda x: x * np.sin(x), 2.0))
    >>> print(dk.views.source(program, "f_dot"))
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def f_dot(x, x_dot):
        \"\"\"The program that diffkit recorded, a line a row: 7 rows.\"\"\"
        x = np.asarray(x) - 0.0  # one of NumPy's own numbers: 1 / 0 is inf there, and no error
        x_dot = np.asarray(x_dot) - 0.0
        v1 = np.sin(x)
        v2 = np.cos(x)
        v3 = x_dot * v2
        v4 = x * v1
        v5 = x_dot * v1
        v6 = v3 * x
        v7 = v5 + v6
        return (v4, v7)
    <BLANKLINE>
    >>> program.replay(0.5, 1.0) == dk.autodiff.jvp(lambda x: x * np.sin(x), (0.5,), (1.0,))
    True
    """
    return recorded(tape, point, _pushed, "tangent")


def _pushed(tape: Tape, point: tuple[Any, ...]) -> Tape:
    count = len(tape.point_structure.children)
    leaves, structure = flatten(point)
    dots = structure.build([ones_like(leaf) for leaf in leaves])
    with np.errstate(all="ignore"):  # the program is right wherever it is run
        found = record(lambda *given: jvp(tape.replay, given[:count], given[count:]), *point, *dots)
    names = (*tape.arguments, *[""] * count)[:count]
    return replace(found, arguments=(*names, *(name and f"{name}_dot" for name in names)))
