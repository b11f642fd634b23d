"""What one gradient of n inputs costs by one method: calls of f, passes and sweeps, beside the theory."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffkit.api import gradient
from diffkit.autodiff import custom_rule
from diffkit.errors import DiffkitError
from diffkit.methods import Method
from diffkit.numerical import ComplexStep, FiniteDifference
from diffkit.result import Estimate
from diffkit.studies.clock import unit_seconds
from diffkit.studies.row import failure, one_line

__all__ = ["CostRow", "Theory", "asked", "counted", "theory"]


@dataclass(frozen=True)
class CostRow:
    """What a gradient of n inputs cost by one method.

    Attributes
    ----------
    method, n
        The method's name, and the number of inputs.
    evaluations
        Calls of f, counted; None where there is no gradient.
    tangents, sweeps
        How many of those calls carried a tangent (forward mode), and how often cotangents went back to the
        inputs (reverse mode), counted; None for a method that is not automatic.
    expected
        The calls that theory says; None where it says no number.
    seconds, ratio
        The least time of one gradient, and how many calls of f, by their least time, take as long.
    status
        "ok", "not applicable", or "left out" because of its time.
    note
        What the method says of its work, or why there is none.
    """

    method: str
    n: int
    evaluations: int | None = None
    tangents: int | None = None
    sweeps: int | None = None
    expected: float | None = None
    seconds: float | None = None
    ratio: float | None = None
    status: str = "ok"
    note: str = ""


@dataclass(frozen=True)
class Theory:
    """What a gradient of n inputs should cost: `slope` n + `level` calls of f, and in words."""

    words: str
    slope: int | None = None
    level: int = 0

    def calls(self, n: float) -> float | None:
        """The calls of f for n inputs; None where theory says no number.

        >>> Theory("n + 1", 1, 1).calls(10)
        11
        """
        return None if self.slope is None else self.slope * n + self.level

    def __str__(self) -> str:
        return self.words


# Griewank and Walther, Evaluating Derivatives, chapter 3: a sweep costs a small constant number of f's.
_FOLLOWING = {
    "dual": Theory("n passes", 1),
    "reverse": Theory("1, and 1 sweep", 0, 1),
    "symbolic": Theory("1, to follow f", 0, 1),
}


def theory(method: Method) -> Theory:
    """What a method's gradient should cost; of a difference this follows from the points of its formula.

    Examples
    --------
    >>> from diffkit.numerical import Central, Forward
    >>> theory(Forward()).words, theory(Central()).words, theory(Central(accuracy=4)).words
    ('n + 1', '2n', '4n')
    """
    if isinstance(method, FiniteDifference) and getattr(method, "sparsity", None) is None:
        offsets = method.stencil(1).offsets
        level = sum(offset == 0 for offset in offsets)
        slope = len(offsets) - level
        if isinstance(method, ComplexStep) and method.check:
            level += 2  # that f is analytic is shown, not believed
        return Theory(f"{slope if slope > 1 else ''}n" + f" + {level}" * bool(level), slope, level)
    return _FOLLOWING.get(method.name, Theory("as it takes" if method.kind == "numerical" else "-"))


def counted(method: Method, f: Callable[..., Any], x: Any) -> CostRow:
    """The row of one gradient with everything counted and the time it took, or why it does not apply."""
    n, expected = int(np.size(x)), theory(method).calls(int(np.size(x)))
    passes = _Passes()
    follows = method.kind == "automatic"
    try:
        start = time.perf_counter()
        found = asked(method, (lambda v: f(passes(v))) if follows else f, x)
        seconds = time.perf_counter() - start
    except DiffkitError as error:
        reason = one_line(str(error).split("\n")[0]).rstrip(".")
        return CostRow(method.name, n, expected=expected, status="not applicable", note=reason)
    except Exception as error:  # f takes plain floats, and not this method's numbers
        return CostRow(method.name, n, expected=expected, status="not applicable", note=failure(error))
    return CostRow(
        method=method.name,
        n=n,
        evaluations=found.evaluations,
        tangents=passes.tangents if follows else None,
        sweeps=passes.sweeps if follows else None,
        expected=expected,
        seconds=seconds,
        ratio=seconds / unit_seconds(lambda: f(x.copy())),
        note=found.note,
    )


def asked(method: Method, f: Callable[..., Any], x: Any) -> Estimate:
    """The Estimate of a gradient."""
    found = gradient(f, x, method=method, full_output=True)
    assert isinstance(found, Estimate)
    return found


class _Passes:
    """The identity, which counts the tangents that pass it and the cotangents that come back to it."""

    def __init__(self) -> None:
        self.tangents = self.sweeps = 0
        self.rule = custom_rule(lambda x: x, vjp=self._pull_back, jvp=self._push_forward)

    def __call__(self, x: Any) -> Any:
        return self.rule(x)

    def _push_forward(self, y: Any, args: Any, tangents: Any) -> Any:
        self.tangents += 1
        return tangents[0]

    def _pull_back(self, y: Any, x: Any) -> Callable[[Any], Any]:
        def pullback(y_bar: Any) -> Any:
            self.sweeps += 1
            return y_bar

        return pullback
