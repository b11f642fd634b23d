"""What a slider of the step shows beside a study that is printed in a notebook."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from diffkit.studies.compare import Comparison
from diffkit.studies.curve import Array
from diffkit.studies.error_sweep import THREE, ErrorSweep, default_steps, error_sweep
from diffkit.studies.portrait import Missing, tried
from diffkit.studies.secants import KINDS, Secants
from diffkit.studies.stepped import SteppedSecants, stepped_secants

__all__ = ["Stepped", "Stepping", "positions", "stepping"]

SLOW = 1e-3  # seconds a call of f: some thousand calls are more than one waits for beneath a cell
MOST = 41  # positions: what slides is carried along with every output


class Stepped(Protocol):
    """The studies that have a step: a `Portrait`, or a `Stepping`."""

    @property
    def comparison(self) -> Comparison | None: ...
    @property
    def wrt(self) -> str: ...
    @property
    def h(self) -> float | None: ...
    @property
    def sweep(self) -> ErrorSweep | Missing: ...
    @property
    def secants(self) -> SteppedSecants | Missing | None: ...


@dataclass(frozen=True)
class Stepping:
    """The error against the step and the secants of one variable, as a `Portrait` has them.

    `comparison` is None of a study that has none, and `secants` None of one that knows no f.
    """

    comparison: Comparison | None
    wrt: str
    sweep: ErrorSweep | Missing
    secants: SteppedSecants | Missing | None
    h: float | None = None  # where the slider stands first, if anywhere


def stepping(study: Any) -> Stepping | None:
    """What slides with the step in a study; None where nothing does, or f is so slow that one would wait.

    A sweep slides by itself. For a comparison of one variable, and for secants, f is swept anew, by ten
    steps a decade.

    >>> from diffkit.studies.swell import swell
    >>> list(stepping(error_sweep("exp(x)", 1.0, "central")).sweep.curves), stepping(swell("x*x"))
    (['central'], None)
    """
    if isinstance(study, ErrorSweep):
        return Stepping(None, "x", study, None)
    if isinstance(study, Secants) and study.function is not None:
        return _swept(study.function, study.x, tuple(KINDS), 1, study.f, None, "x")
    if isinstance(study, Comparison) and not study.several and study.function is not None:
        ((name, x),) = study.at.items()
        return _swept(study.function, float(x), THREE, study.order, study.f, study, name)
    return None


def _swept(
    f: Callable[..., Any], x: float, methods: tuple[str, ...], order: int, text: str,
    comparison: Comparison | None, name: str,
) -> Stepping | None:  # fmt: skip
    if (
        min(_seconds(f, x) for _ in range(3)) > SLOW
    ):  # in one of them the machine may have done something else
        return None
    steps = default_steps(np.float64(x), 10)
    swept = tried(lambda: error_sweep(f, x, methods, steps, order=order, text=text))
    seen = tried(lambda: stepped_secants(f, x, methods, _some(steps), order=order, text=text))
    return Stepping(comparison, name, swept, seen)


def _seconds(f: Callable[..., Any], x: float) -> float:
    start = time.perf_counter()
    f(np.float64(x))
    return time.perf_counter() - start


def positions(found: Stepped) -> Array:
    """The steps that a slider stops at: those of the secants, or some of the sweep."""
    if isinstance(found.secants, SteppedSecants):
        return found.secants.steps
    return np.empty(0) if isinstance(found.sweep, Missing) else _some(found.sweep.steps)


def _some(steps: Array) -> Array:
    every = -(-len(steps) // MOST)
    return steps[::-every][::-1]
