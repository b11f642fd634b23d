"""The examples of symbolic differentiation: 9 to 14."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import diffkit as dk
from diffkit.examples.row import Example, exactly, ulps, within
from diffkit.problems import babylonian, huber, logistic, recursive_sine

__all__ = ["ROWS"]

XXY = "x^2*y + y + 2"


def rule_by_rule() -> Mapping[str, Any]:
    found = dk.symbolic.steps("2*x^3 + x^2", time_limit=None)
    return {
        "rules": [step.rule for step in found.steps],
        "first line": dk.symbolic.as_text(found.steps[0].expression),
        "last line": dk.symbolic.as_text(found.steps[-1].expression),
        "collected": dk.symbolic.as_text(found.collected),
    }


def raw_and_pruned() -> Mapping[str, Any]:
    found = dk.symbolic.steps("5 + x*y", "x", shortcuts=False, time_limit=None)
    at = {"x": 1.0, "y": 1.0}
    picture = dk.views.graph(dk.record(found.raw, at), at, show="structure", labels="v")
    return {
        "last line": dk.symbolic.as_text(found.steps[-1].expression),
        "raw": dk.symbolic.as_text(found.raw),
        "raw, as a graph": [line.split("  ")[-1].strip() for line in picture.text().split("\n")],
        "pruned": dk.symbolic.as_text(dk.symbolic.prune(found.raw)),
    }


def five_rules() -> Mapping[str, Any]:
    by_x, by_y = (dk.symbolic.steps(XXY, x, time_limit=None) for x in "xy")
    return {
        "df/dx": dk.symbolic.as_text(by_x.collected),
        "df/dy": dk.symbolic.as_text(by_y.collected),
        "rules": sorted({step.rule for trace in (by_x, by_y) for step in trace.steps}),
        "at (3, 4)": dk.gradient(XXY, {"x": 3.0, "y": 4.0}, method="symbolic"),
    }


def logistic_map() -> Mapping[str, Any]:
    found = dk.swell(family="logistic", n=range(1, 8), time_limit=600, simplified=False)
    return {
        "operations of l1 ... l4": found.counts("sympy f")[:4],
        "operations of l1' ... l7'": found.counts("sympy diff"),
        "l4'(0.2)": dk.derivative(logistic, 0.2, "symbolic"),
    }


def unrolled_loop() -> Mapping[str, Any]:
    sizes = (10, 12, 14)
    found = dk.swell(family="loop", n=sizes, time_limit=600, max_nodes=2_000_000, simplified=False)
    return {
        "operations by our rules": found.counts("pruned"),
        "operations by SymPy": found.counts("sympy diff"),
        "shared": found.counts("sympy cse"),
    }


PROGRAMS = {"if": (huber, 0.5), "else": (huber, -3.0), "while": (babylonian, 2.0),
            "recursion": (recursive_sine, 2.0)}  # fmt: skip


def programs() -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for name, (f, x) in PROGRAMS.items():
        table = dk.compare(f, x, methods="dual,reverse,symbolic")
        found[f"{name}: dual, reverse"] = [table["dual"].value, table["reverse"].value]
        found[f"{name}: symbolic"] = f"{table['symbolic'].status}: {table['symbolic'].note.split(':')[0]}"
    return found


REFUSED = "not applicable: not closed form"

# fmt: off
ROWS = (
    Example(9, "a derivative rule by rule", "2*x^3 + x^2",
            rule_by_rule,
            {"rules": ["sum", "constant factor", "power", "power"],
             "first line": "d/dx(2*x^3) + d/dx(x^2)", "last line": "6*x^2 + 2*x",
             "collected": "6*x^2 + 2*x"}),
    Example(10, "the raw rewrite, and pruned", "5 + x*y, d/dx",
            raw_and_pruned,
            {"last line": "0 + (0*x + y*1)", "raw": "0 + (0*x + y*1)",
             "raw, as a graph": ["x", "y", "0 × v-1", "v0 × 1", "v1 + v2", "0 + v3"], "pruned": "y"}),
    Example(11, "the five rules", "x^2*y + y + 2",
            five_rules,
            {"df/dx": "2*x*y", "df/dy": "x^2 + 1",
             "rules": ["constant", "constant factor", "power", "sum", "variable"],
             "at (3, 4)": {"x": 24, "y": 10}}),
    Example(12, "expression swell of the logistic map", "l1 = x, l(n+1) = 4 l(n) (1 - l(n))",
            logistic_map,
            {"operations of l1 ... l4": exactly([0, 3, 8, 18]),
             "operations of l1' ... l7'": exactly([0, 2, 21, 82, 264, 768, 2096]),
             "l4'(0.2)": ulps(9.0660864, 16)}),  # each of the factors 1 - 2 l loses up to two bits
    Example(13, "expression swell of the loop", "unrolled to 10, 12 and 14 iterations, d/da",
            unrolled_loop,
            {"operations by our rules": exactly([30_211, 149_507, 712_707]),
             "operations by SymPy": exactly([30_211, 149_507, 712_707]), "shared": exactly([112, 138, 164])},
            aside=True),  # SymPy takes half a minute, in a process of its own
    Example(14, "programs that branch, loop and recur", "huber, babylonian, recursive_sine",
            programs,  # recursive_sine itself is 1e-7 off
            {"if: dual, reverse": [0.5, 0.5], "if: symbolic": REFUSED,
             "else: dual, reverse": [-1, -1], "else: symbolic": REFUSED,
             "while: dual, reverse": within([0.3535533905932738] * 2, 1e-9), "while: symbolic": REFUSED,
             "recursion: dual, reverse": within([-0.4161468365471424] * 2, 1e-6),
             "recursion: symbolic": REFUSED}),
)
# fmt: on
