"""SymPy's simplify with a limit on its time: in a process of its own, which is stopped when time is up.

Nothing less stops it. A thread cannot be ended from outside, and an alarm signal exists on one system only
and in the main thread only.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from diffkit.errors import NotClosedFormError, OptionError
from diffkit.symbolic.passes import evaluated
from diffkit.symbolic.pool import Term

__all__ = ["Simplified", "simplify"]


@dataclass(frozen=True)
class Simplified:
    """What came of simplifying.

    Attributes
    ----------
    expression
        The simplified expression; None when time was up before there was one.
    seconds
        How long it took, without starting the process.
    stopped
        Whether it was stopped at the limit.
    """

    expression: Any
    seconds: float
    stopped: bool


def simplify(expression: Any, time_limit: float = 5.0) -> Simplified:
    """What SymPy's simplify makes of the expression in this many seconds.

    Parameters
    ----------
    expression
        A SymPy expression, or a term.
    time_limit
        In seconds. Starting SymPy in the other process, about a second, does not count.

    Raises
    ------
    NotClosedFormError
        If the expression nests too deeply to be handed over, or SymPy fails on it.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> simplify(sympy.sin(x) ** 2 + sympy.cos(x) ** 2).expression
    1
    """
    if not time_limit > 0:
        raise OptionError(f"time_limit={time_limit!r} is no time; write a positive number of seconds")
    try:
        question = pickle.dumps(evaluated(expression) if isinstance(expression, Term) else expression)
    except RecursionError:
        raise NotClosedFormError(
            "the expression nests too deeply for SymPy's simplify, which walks it by recursion"
        ) from None
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise NotClosedFormError(f"the expression cannot be handed to another process: {error}") from error
    # Not multiprocessing, which wants to import the main module: a notebook and a script from standard
    # input have none.
    path = os.pathsep.join(folder for folder in sys.path if folder)
    child = subprocess.Popen(
        [sys.executable, "-m", "diffkit.symbolic.limited"], env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
    )  # fmt: skip
    try:
        return _asked(child, question, time_limit)
    finally:  # also after an interrupt
        child.kill()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                stream.close()
        child.wait()


def _asked(child: subprocess.Popen[bytes], question: bytes, time_limit: float) -> Simplified:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdout.readline()  # SymPy is there
    begun = time.perf_counter()
    try:
        answer, _ = child.communicate(question, timeout=time_limit)
    except subprocess.TimeoutExpired:
        return Simplified(None, time.perf_counter() - begun, stopped=True)
    seconds = time.perf_counter() - begun
    if not answer:
        raise NotClosedFormError("SymPy's simplify ended without an answer")
    found, seconds = pickle.loads(answer)
    if isinstance(found, str):
        raise NotClosedFormError(f"SymPy's simplify failed: {found}")
    return Simplified(found, seconds, stopped=False)


def _answer() -> None:
    """The other process: say when SymPy is there, read an expression, write it simplified."""
    import sympy

    out, sys.stdout = sys.stdout.buffer, sys.stderr  # what SymPy may print is no answer
    out.write(b"ready\n")
    out.flush()
    expression = pickle.load(sys.stdin.buffer)
    begun = time.perf_counter()
    try:
        found: Any = sympy.simplify(expression)
    except Exception as error:  # a failure of SymPy's is told, not shown
        found = f"{type(error).__name__}: {error}"
    out.write(pickle.dumps((found, time.perf_counter() - begun)))
    out.flush()


if __name__ == "__main__":
    _answer()
