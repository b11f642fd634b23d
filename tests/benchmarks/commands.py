"""Lanes h and i: how long a person waits at a shell, and for a sweep of steps at 60 digits."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from time import perf_counter

import mpmath
import numpy as np

import diffkit as dk
from tests.benchmarks.finding import Finding, Target, ratio, spread

__all__ = ["commands", "sweep_of_steps"]

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import numpy": ["-c", "import numpy"],
    "import diffkit": ["-c", "import diffkit"],
    "diffkit --help": ["-m", "diffkit", "--help"],
    "diffkit compare": ["-m", "diffkit", "compare", "sin(x)*exp(-x**2)", "--at", "0.7"],
    "diffkit trace": ["-m", "diffkit", "trace", "sin(x)*exp(-x**2)", "--at", "0.7"],
    "diffkit steps": ["-m", "diffkit", "steps", "x^2*sin(x)"],
}


def commands(rounds: int, tiny: bool) -> Iterator[Finding]:
    """Whole commands, each a process of its own, in turn; the first round only warms the disk."""
    # Modules that were compiled once are read, as they are where diffkit is installed.
    caching = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds + 1):
        for name, arguments in COMMANDS.items():
            start = perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=caching)
            taken[name].append(perf_counter() - start)
    taken = {name: times[1:] for name, times in taken.items()}
    rows = {
        name: {**spread(times, 1e-3), "x import numpy": ratio(taken, name, "import numpy")}
        for name, times in taken.items()
    }
    yield Finding(
        "h",
        "start-up: whole commands",
        rows,
        (
            Target("diffkit --help / import numpy", rows["diffkit --help"]["x import numpy"] or 0.0, 2.5),
            Target("seconds of diffkit compare", float(np.median(taken["diffkit compare"])), 1.5),
        ),
        taken,
    )


def sweep_of_steps(rounds: int, tiny: bool) -> Iterator[Finding]:
    """300 steps by four differences, truncation and rounding apart, beside mpmath's bare calls of f."""
    steps, x = np.logspace(-16, 0, 5 if tiny else 300), 0.7
    f = lambda x: np.sin(x) * np.exp(-(x**2))
    methods = ("forward", "backward", "central", "richardson")

    def bare():
        with mpmath.workdps(60):
            at = mpmath.mpf(x)
            for h in map(mpmath.mpf, steps.tolist()):
                for k in (0, 1, -1, -0.5, 0.5):  # the places of all four formulas, each once
                    y = at + k * h
                    mpmath.sin(y) * mpmath.exp(-(y**2))

    calls = {"diffkit": lambda: dk.error_sweep(f, x, methods, steps), "f in mpmath": bare}
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds + 1):
        for name, call in calls.items():
            start = perf_counter()
            call()
            taken[name].append(perf_counter() - start)
    taken = {name: times[1:] for name, times in taken.items()}
    rows = {
        name: {**spread(times, 1e-3), "x f in mpmath": ratio(taken, name, "f in mpmath")}
        for name, times in taken.items()
    }
    title = f"error sweep: {len(steps)} steps x {len(methods)} methods at 60 digits"
    bound = Target("seconds of the sweep", float(np.median(taken["diffkit"])), 2.0)
    yield Finding("i", title, rows, (bound,), taken, (f"mpmath computes with {mpmath.libmp.BACKEND} here",))
