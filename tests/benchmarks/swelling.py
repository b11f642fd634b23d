"""Lane g: derivatives as formulas, how long they take to make and how large they are."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from statistics import median
from time import perf_counter
from typing import Any

import sympy
from sympy.core.cache import clear_cache

import diffkit as dk
from diffkit import autodiff, record
from diffkit.families import FAMILIES
from diffkit.symbolic.graph import Graph
from diffkit.symbolic.written import written
from tests.benchmarks.finding import Finding, Target, exponent, ratio, spread

__all__ = ["swell"]

POINT = 0.2
PEERS = {"sympy.diff", "symengine", "casadi"}
SIZES = {"logistic": (4, 8, 12), "softplus": (2, 4, 8), "nested-sine": (8, 16, 32)}
LONG = 16, 32, 64, 128  # where a shared derivative still is, and a written one no longer


def makers(tape: dk.Tape) -> dict[str, Callable[[], Any]]:
    """Each system's derivative of the same program, from its own formula of it on."""

    def on_graph():
        graph = Graph()
        return graph.gradient(written(tape, [x], graph.pool), [graph.pool.term(x)])

    x = sympy.Symbol("x", real=True)
    of_sympy = tape.replay(x, arithmetic="sympy")
    calls: dict[str, Callable[[], Any]] = {"diffkit": on_graph, "sympy.diff": lambda: sympy.diff(of_sympy, x)}
    calls["reverse mode"] = lambda: autodiff.grad(lambda t: tape.replay(t))(POINT)
    for name, make in {"symengine": by_symengine, "casadi": by_casadi}.items():
        with suppress(ImportError):
            calls[name] = make(tape)
    return calls


def by_symengine(tape: dk.Tape) -> Callable[[], Any]:
    x = importlib.import_module("symengine").Symbol("x")
    formula = tape.replay(x, arithmetic="symengine")
    return lambda: formula.diff(x)


def by_casadi(tape: dk.Tape) -> Callable[[], Any]:
    casadi = importlib.import_module("casadi")
    x = casadi.SX.sym("x")
    formula = tape.replay(x, arithmetic="casadi")
    return lambda: casadi.gradient(formula, x)


def seconds(call: Callable[[], Any], least: float = 1e-3) -> float:
    """The time of a call, with SymPy's caches empty; a short one is repeated."""
    gc.collect()
    times, taken = 0, 0.0
    while taken < least:
        clear_cache()
        start = perf_counter()
        call()
        taken += perf_counter() - start
        times += 1
    return taken / times


def swell(rounds: int, tiny: bool) -> Iterator[Finding]:
    """Times by family and size, then the sizes themselves, and the growth of what is shared."""
    for family, sizes in SIZES.items():
        for n in sizes[:1] if tiny else sizes:
            calls = makers(record(FAMILIES[family].make(n), POINT))
            taken: dict[str, list[float]] = {name: [] for name in calls}
            for _ in range(min(rounds, 9)):
                for name, call in calls.items():
                    taken[name].append(seconds(call))
            stages = dk.swell(family=family, n=n, simplified=False, max_nodes=10**7)
            sizes_of = {"diffkit": "shared", "sympy.diff": "sympy diff", "reverse mode": "adjoint"}
            best = min(PEERS & taken.keys(), key=lambda name: median(taken[name]))
            rows = {
                name: {
                    **spread(times),
                    "x sympy.diff": ratio(taken, name, "sympy.diff"),
                    "x best peer": ratio(taken, name, best) if name == "diffkit" else None,
                    "operations": stages.counts(sizes_of[name])[0] if name in sizes_of else None,
                }
                for name, times in taken.items()
            }
            yield Finding("g", f"symbolic: {family}, n = {n}", rows, times=taken)
    yield growth(rounds, tiny)


def growth(rounds: int, tiny: bool) -> Finding:
    """The shared derivative of the logistic map: operations a step, and the power of n of its time."""
    sizes, family = LONG[:2] if tiny else LONG, FAMILIES["logistic"]
    calls = {n: makers(record(family.make(n), POINT))["diffkit"] for n in sizes}
    taken: dict[int, list[float]] = {n: [] for n in sizes}
    for _ in range(min(rounds, 9)):
        for n, call in calls.items():
            taken[n].append(seconds(call))
    counts = dk.swell(family="logistic", n=sizes, max_nodes=1, simplified=False).counts("shared")
    steps = [(b - a) / (m - n) for a, b, n, m in zip(counts, counts[1:], sizes, sizes[1:], strict=False)]
    rows = {
        f"n = {n}": {"operations": count, **spread(taken[n]), "µs/step": 1e6 * min(taken[n]) / n}
        for n, count in zip(sizes, counts, strict=True)
    }
    bounds = (
        Target("most operations a step over least", max(steps) / min(steps), 1.0),
        Target("exponent of the time", exponent(sizes, [min(taken[n]) for n in sizes]), 1.1),
    )
    return Finding("g", "symbolic: the shared derivative of the logistic map as n grows", rows, bounds)
