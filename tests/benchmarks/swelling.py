"""The derivative of the logistic map: SymPy's diff beside the shared graph and reverse mode, in time."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import sympy
from sympy.core.cache import clear_cache

from diffkit import autodiff, record
from diffkit.families import FAMILIES
from diffkit.symbolic.graph import Graph
from diffkit.symbolic.written import written

__all__ = ["swell_table"]


def seconds(call: Callable[[], Any], times: int) -> float:
    """The least time of some calls, each with SymPy's caches empty."""
    taken = []
    for _ in range(times):
        clear_cache()
        start = perf_counter()
        call()
        taken.append(perf_counter() - start)
    return min(taken)


def swell_table(tiny: bool) -> str:
    """Seconds for the derivative of l_n, each from the tape of l_n on."""
    x = sympy.Symbol("x", real=True)
    lines = [
        f"swell of the logistic map\n{'n':>4}{'sympy.diff':>14}{'graph':>14}{'reverse':>14}{'diff/graph':>12}"
    ]
    for n in (2, 3) if tiny else (4, 8, 11, 12):
        f = FAMILIES["logistic"].make(n)
        tape = record(f, 0.2)

        def on_graph(tape=tape):
            graph = Graph()
            return graph.gradient(written(tape, [x], graph.pool), [graph.pool.term(x)])

        by_sympy = seconds(lambda tape=tape: sympy.diff(tape.replay(x, arithmetic="sympy"), x), 3)
        graph = seconds(on_graph, 5)
        reverse = seconds(lambda f=f: autodiff.grad(f)(0.2), 5)
        lines.append(f"{n:4}{by_sympy:14.6f}{graph:14.6f}{reverse:14.6f}{by_sympy / graph:12.0f}")
    return "\n".join(lines)
