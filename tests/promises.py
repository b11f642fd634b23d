"""The truth about a row of the catalogue, and how far from it each method may be.

What a row needs a method to know is on the row (`scale`, `digits_lost`); what a method can do is read off
f's tape. There are no tolerances for single cases.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np

from diffkit.functions import as_function
from diffkit.methods import METHODS
from diffkit.problems import PROBLEMS, Problem
from diffkit.studies.reference import Exact, exact_derivative
from diffkit.symbolic import tree_size
from diffkit.tape import Slot, Tape, record
from diffkit.tape.digits import working_digits

DIFFERENCES = ["forward", "backward", "central", "richardson"]
EXACT = ["complex-step", "symbolic", "dual", "reverse"]
NAMES = [*DIFFERENCES, "adaptive", *EXACT]

ULPS = 4  # a handful of operations, each rounded to half an ulp

# The complex step asks whether f(x + ih) strays from f(x), and where f is nothing but noise it cannot tell.
UNDECIDED = {("expanded-power", "complex-step")}
# Beside numbers as small as these the imaginary step is lost, and the answer is silently wrong.
UNDERFLOWING = {("subnormal-sine", "complex-step")}


@cache
def truth(name: str, order: int, x: float | None = None) -> Any:
    """f^(order) at x, or else at the problem's point, in mpmath; order 0 is f."""
    problem = PROBLEMS[name]
    x = problem.at if x is None else x
    if order == 0:
        with working_digits(50):
            return Exact(as_function(problem.f))(x)
    return exact_derivative(as_function(problem.f), x, order)


def error_of(value: float, name: str, order: int = 1, x: float | None = None) -> float:
    with working_digits(50) as mp:
        return float(abs(mp.mpf(value) - truth(name, order, x)))


def rounding_tolerance(problem: Problem, order: int = 1, x: Any = None) -> float:
    """ULPS times what one rounding of x and one of the result may do: (|x f''/f'| + 1) |f'| eps.

    The two are multiplied out, since f' may be 0. A row that says so loses digits on top of it. The
    roundings are those of x's type, below whose smallest number everything is 0.
    """
    x = np.float64(problem.at) if x is None else x
    type_of_x = np.finfo(x.dtype)
    slope, bend = (truth(problem.name, k, float(x)) for k in (order, order + 1))
    condition = abs(slope) + abs(float(x) * bend)
    rounding = ULPS * float(type_of_x.eps) * float(condition) * 10**problem.digits_lost
    return rounding + float(type_of_x.smallest_subnormal)


@cache
def tape_of(name: str) -> Tape:
    with np.errstate(all="ignore"):
        return record(as_function(PROBLEMS[name].f), PROBLEMS[name].at)


def one_formula(name: str) -> bool:
    """Whether f is a formula of reasonable size: no branch, and not more than the symbolic method's limit."""
    return not tape_of(name).guards and tree_size(tape_of(name)) <= METHODS["symbolic"].max_nodes  # type: ignore[attr-defined]


def analytic(name: str) -> bool:
    """Whether every function between x and the result answers complex numbers with complex numbers.

    A comparison selects, as np.where does; it takes no part in the value.
    """
    tape = tape_of(name)
    needed = {o.index for o in tape.outputs if isinstance(o, Slot)}
    for slot, row in reversed(list(enumerate(tape.instructions, start=tape.input_count))):
        if slot in needed:
            loops = getattr(row.function, "types", ["D->D"])  # np.where takes anything
            if "dd->?" in loops:
                continue
            if not any(kinds.startswith("D") and kinds.endswith("->D") for kinds in loops):
                return False
            needed.update(row.slots)
    return True


def applies(method: str, name: str) -> bool:
    return {"symbolic": one_formula, "complex-step": analytic}.get(method, lambda name: True)(name)


def reach_of(problem: Problem, method: str, x: Any = None) -> float:
    """How far from x a difference samples f, with its default step."""
    x = problem.at if x is None else x
    stencil, h = METHODS[method].stencil(), METHODS[method].step(x)  # type: ignore[attr-defined]
    return float(h) * max(map(abs, stencil.offsets))


@lru_cache(None, typed=True)  # a float32 is not the float64 it equals
def predicted_error(problem: Problem, method: str, x: Any = None) -> float:
    """|C f^(1+p)| h^p + S u / h at the step taken, with u the error of f's own values, met around x."""
    x = np.float64(problem.at) if x is None else x
    type_of_x = np.finfo(x.dtype)
    stencil, h = METHODS[method].stencil(), float(METHODS[method].step(x))  # type: ignore[attr-defined]
    # The noise of a noisy row is an error of its values, as seen from the smooth function behind it.
    f, exact = as_function(problem.f), Exact(as_function(problem.smooth or problem.f))
    u = float(type_of_x.smallest_subnormal)
    around = float(x) + reach_of(problem, method, x) * np.random.default_rng(0).uniform(-1, 1, 20)
    with working_digits(50) as mp, np.errstate(all="ignore"):
        for t in around.astype(x.dtype):
            y = float(f(t))
            if np.isfinite(y):
                u = max(u, float(abs(mp.mpf(y) - exact(float(t)))), float(type_of_x.eps) / 2 * abs(y))
    higher = float(truth(problem.name, 1 + stencil.order, float(x)))
    return abs(float(stencil.error_constant) * higher) * h**stencil.order + float(stencil.noise_gain) * u / h
