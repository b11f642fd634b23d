"""A function's value and gradient as code that is written once and run often."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

import numpy as np

from diffkit.autodiff.anomaly import watching
from diffkit.autodiff.leaf import as_number, real_leaf
from diffkit.autodiff.straight import machine, numbers
from diffkit.autodiff.straight.program import Program
from diffkit.autodiff.transforms import value_and_grad
from diffkit.errors import ArgumentsError
from diffkit.structure import Structure, flatten_arguments
from diffkit.tape.arithmetic import name_of
from diffkit.tape.record import record
from diffkit.tape.sharing import shared

__all__ = ["Compiled", "compile"]

MOST_ROWS = 300_000
MOST_PROGRAMS = 64  # ways through the branches of f that are kept for arguments of one kind


def compile(f: Callable[..., Any], *example: Any, jit: bool = False) -> Compiled:
    """The function that returns f's value and gradient, from straight-line code written once and run often.

    f is recorded together with its sweep, and the rows become the text of a program: Python's own
    arithmetic for numbers; for arrays NumPy calls that write into waiting buffers, long arrays block by
    block. What f takes from elsewhere, a global number or a random one, is fixed at the recording.

    Parameters
    ----------
    f
        A function with a scalar result, written as for `value_and_grad`.
    example
        A point; with it the program is there before the first call.
    jit
        Machine code by numba (`pip install "diffkit[jit]"`) for programs of numbers and for stretches of
        elementwise rows in double precision. It takes seconds to make; what it cannot do stays as it is.

    Returns
    -------
    Compiled
        `function(*point) -> (value, gradient)`; the gradient is shaped as the argument, a tuple of several. A
        branch that goes another way, other shapes and other types are recorded by themselves, once each.

    Raises
    ------
    NonScalarError
        If f's result is not a scalar.
    ArgumentsError
        If the program has more than 300 000 rows.
    MissingPackageError
        If `jit` is asked for and numba is not installed.

    Notes
    -----
    The results are those of `value_and_grad`, bit for bit, but that a zero may have the other sign and that
    machine code has its functions from the C library, where NumPy has its own for some: for tanh, and on
    processors with AVX-512 for most. There NumPy itself may also round otherwise in an array that lies
    otherwise in memory, such as x[::-1]. Where a result is not finite, `value_and_grad` is asked itself,
    warnings included.

    Examples
    --------
    >>> import diffkit as dk
    >>> both = dk.autodiff.compile(lambda x, y: x * y if x > 0 else y, 2.0, 3.0)
    >>> both(2.0, 5.0), both(-1.0, 5.0), both.programs
    ((10.0, (5.0, 2.0)), (5.0, (0.0, 1.0)), 2)
    """
    return Compiled(f, *example, jit=jit)


class Compiled:
    """The value and gradient of f, as `compile` returns it: `function(*point) -> (value, gradient)`.

    Several threads may call it at once. A call with values that somebody differentiates is not compiled, so
    that it has derivatives as f has.
    """

    def __init__(self, f: Callable[..., Any], *example: Any, jit: bool = False) -> None:
        self.f, self.jit = f, jit
        self._programs: dict[Any, tuple[Program, ...]] = {}
        self._newest: Program | None = None
        if jit:
            machine.required()
        if example:
            self(*example)

    @property
    def programs(self) -> int:
        """How many programs have been written: one a way through the branches, a shape and a type."""
        return sum(map(len, self._programs.values()))

    @property
    def source(self) -> str:
        """The Python text of the newest program, "" before the first call; f0, ... are functions."""
        return self._newest.text if self._newest else ""

    def __repr__(self) -> str:
        count = f"{self.programs} program{'' if self.programs == 1 else 's'}"
        return f"<value and gradient of {name_of(self.f)}, {count}{' in machine code' if self.jit else ''}>"

    def __call__(self, *point: Any) -> tuple[Any, Any]:
        given, structure = flatten_arguments(point)
        leaves = [leaf if leaf.__class__ is float else _in_order(leaf) for leaf in given]
        if watching.get() is not None or not _PLAIN.issuperset(map(type, leaves)):
            return self._uncompiled(*point)  # somebody looks on, or differentiates what we do
        key = (structure, *map(_sort, leaves))
        try:
            program, outputs = self._run(key, structure, leaves)
        except (numbers.BranchError, *numbers.NO_NUMBER):
            return self._uncompiled(*point)
        if not _are_finite(outputs):
            return self._uncompiled(*point)
        value, gradient = program.tape.output_structure.build(list(outputs))
        return value, gradient

    def _run(self, key: Any, structure: Structure, leaves: list[Any]) -> tuple[Program, Sequence[Any]]:
        """The program that fits these leaves, written if there is none, and its outputs."""
        known = self._programs.get(key, ())
        for program in known:
            try:
                outputs = program(leaves)
            except (numbers.BranchError, np.linalg.LinAlgError):
                continue
            except numbers.NO_NUMBER:
                raise
            except Exception:  # of f's own: a row may run before the branch that it stands in is asked
                continue
            if program is not known[0]:  # what fitted last is tried first
                self._programs[key] = (program, *(other for other in known if other is not program))
            return program, outputs
        program = self._newest = self._written(structure, leaves)
        self._programs[key] = (program, *known[: MOST_PROGRAMS - 1])
        return program, program(leaves)

    def _uncompiled(self, *point: Any) -> tuple[Any, Any]:
        found: tuple[Any, Any] = value_and_grad(self.f, _all(len(point)))(*point)
        return found

    def _written(self, structure: Structure, leaves: list[Any]) -> Program:
        point = structure.build(leaves)
        with np.errstate(all="ignore"):
            tape = record(value_and_grad(self.f, _all(len(point))), *point)
        if len(tape) > MOST_ROWS:
            raise ArgumentsError(
                f"the program has {len(tape)} rows, and compile takes at most {MOST_ROWS}; write its loops "
                f"as operations on arrays, or use value_and_grad, which has no limit"
            )
        return Program(shared(tape), leaves, self.jit)

    def __reduce__(self) -> Any:  # the code is written anew where it is needed
        return _unpickled, (self.f, self.jit)


_PLAIN = frozenset({float, np.ndarray, *np.sctypeDict.values()})


def _unpickled(f: Callable[..., Any], jit: bool) -> Compiled:
    return Compiled(f, jit=jit)


def _all(count: int) -> int | tuple[int, ...]:
    return tuple(range(count)) if count > 1 else 0


def _in_order(leaf: Any) -> Any:
    """A leaf to differentiate by; an array in reading order is writable, as those of programs are."""
    leaf = as_number(real_leaf(leaf))
    if leaf.__class__ is not np.ndarray or leaf.flags.carray or not leaf.flags.c_contiguous:
        return leaf
    return np.require(leaf, requirements=["A", "W"])


def _sort(leaf: Any) -> Any:
    """What decides which programs fit a leaf."""
    if leaf.__class__ is float:
        return float
    # NumPy adds in the order in which elements lie.
    order = leaf.strides if leaf.__class__ is np.ndarray and not leaf.flags.c_contiguous else None
    return leaf.__class__, leaf.dtype, leaf.shape, order


def _are_finite(outputs: Sequence[Any]) -> bool:
    """Whether all results are finite; those whose squares overflow count as not. A tuple is constant."""
    sizes = [o if o.__class__ is float else np.vdot(o, o).real for o in outputs if o.__class__ is not tuple]
    return all(map(isfinite, sizes))
