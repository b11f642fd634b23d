"""Lane f: what numerical methods answer on the catalogue: digits, whether the bar holds, calls, time."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from statistics import fmean, median
from time import perf_counter
from typing import Any

import numpy as np

from diffkit.api import derivative
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from diffkit.studies.reference import DIGITS, Exact
from diffkit.tape.digits import working_digits
from tests.benchmarks.finding import Finding, Target

__all__ = ["digits_and_calls"]

Answer = tuple[float, float | None]  # the value, and the method's own estimate of its error
Ask = Callable[[Callable[[Any], Any], float], Answer]


def ours(method: str) -> Ask:
    def ask(f, x):
        found = derivative(f, x, method=method, full_output=True)
        return found.value, found.error_estimate

    return ask


def by_scipy() -> Ask:
    differentiate = importlib.import_module("scipy.differentiate").derivative

    def ask(f, x):
        found = differentiate(f, x)
        return float(found.df), float(found.error)

    return ask


def by_numdifftools() -> Ask:
    ask_for = importlib.import_module("numdifftools").Derivative

    def ask(f, x):
        found = ask_for(f, full_output=True)(x)
        return float(found.estimate), float(found.error_estimate)

    return ask


def by_jacobi() -> Ask:
    jacobi = importlib.import_module("jacobi").jacobi

    def ask(f, x):
        value, error = jacobi(f, x)
        return float(value), float(error)

    return ask


OURS = ("forward", "central", "richardson", "adaptive", "complex-step", "dual", "reverse")
PEERS = {"scipy.differentiate": by_scipy, "numdifftools": by_numdifftools, "jacobi": by_jacobi}


class Counter:
    """f, and at how many points it was asked, wherever they stood: alone or in an array."""

    def __init__(self, f: Callable[[Any], Any]) -> None:
        self.f, self.points = f, 0

    def __call__(self, x: Any) -> Any:
        self.points += np.size(x)
        return self.f(x)


def digits_and_calls(rounds: int, tiny: bool) -> Iterator[Finding]:
    """A line a method: the mean of its correct digits, and what they cost."""
    methods: dict[str, Ask] = {name: ours(name) for name in OURS}
    for name, make in PEERS.items():
        with suppress(ImportError):
            methods[name] = make()
    problems = [p for p in PROBLEMS.values() if p.derivatives][: 3 if tiny else None]
    seen: dict[str, list[dict[str, Any]]] = {name: [] for name in methods}
    with np.errstate(all="ignore"):
        for problem in problems:
            f, x = as_function(problem.f), float(problem.at)
            with working_digits(DIGITS):
                exact = Exact(as_function(problem.derivatives[0]))(x)
            for name, ask in methods.items():
                seen[name].append(asked(ask, f, x, exact))
            for _ in range(min(rounds, 7)):
                for name, ask in methods.items():
                    if "seconds" in seen[name][-1]:
                        seen[name][-1]["seconds"].append(seconds(ask, f, x))
    rows = {name: summary(answers) for name, answers in seen.items()}
    times = [rows[name]["µs"] for name in PEERS if name in rows]
    for row in rows.values():
        row["x best peer"] = row["µs"] / min(times) if times else None
    best = max((rows[name]["digits"] for name in PEERS if name in rows), default=None)
    targets = [
        Target("share of adaptive's error bars that hold", rows["adaptive"]["bars hold"] or 0, 1, True)
    ]
    if best is not None:
        targets.append(Target("adaptive's digits", rows["adaptive"]["digits"] or 0, best, True))
    notes = (
        "A method that answers nothing has 0 digits there; those that do not apply count in `answers` alone. "
        "`points` are the values of f that were asked for, in the middle of the catalogue.",
    )
    yield Finding(
        "f", f"numerical: first derivatives on {len(problems)} problems", rows, tuple(targets), notes=notes
    )


def asked(ask: Ask, f: Callable[[Any], Any], x: float, exact: Any) -> dict[str, Any]:
    """Digits, points and whether the bar holds of one answer; nothing where the method refuses."""
    counted = Counter(f)
    try:
        value, bar = ask(counted, x)
    except Exception:  # it says why it does not apply; which sentence is not what is measured here
        return {}
    error = abs(float(value) - exact) if np.isfinite(value) else np.inf
    relative = float(error / abs(exact)) if exact else float(error)
    digits = min(15.95, max(0.0, -np.log10(relative))) if relative else 15.95
    holds = None if bar is None else bool(float(error) <= bar)
    return {"digits": digits, "points": counted.points, "holds": holds, "seconds": []}


def seconds(ask: Ask, f: Callable[[Any], Any], x: float) -> float:
    start = perf_counter()
    ask(f, x)
    return perf_counter() - start


def summary(answers: list[dict[str, Any]]) -> dict[str, float | None]:
    """One line of the table."""
    known = [answer for answer in answers if answer]
    bars = [answer["holds"] for answer in known if answer["holds"] is not None]
    return {
        "answers": len(known),
        "digits": fmean(answer.get("digits", 0.0) for answer in answers),
        "worst": min((answer["digits"] for answer in known), default=None),
        "bars hold": fmean(bars) if bars else None,
        "points": median(answer["points"] for answer in known),
        "most": max(answer["points"] for answer in known),
        "µs": 1e6 * median(median(answer["seconds"]) for answer in known),
    }
