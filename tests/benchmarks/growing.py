"""Lane j: what grows, and by which power: the cost of a gradient over that of f, memory, rows."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from functools import reduce
from time import perf_counter
from typing import Any

import numpy as np

from diffkit import autodiff, record
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from tests.benchmarks.finding import Finding, Target, exponent

__all__ = ["growth", "peak"]


def peak(call: Callable[[], Any]) -> int:
    """The most bytes that a call holds at a time."""
    call()  # what is made once and kept
    tracemalloc.start()
    call()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def scalars(n: int) -> Callable[[Any], Any]:
    """n steps on one number: f's time is n times that of a step."""
    return lambda x: reduce(lambda y, _: np.sin(y) * x + y, range(n), x)


def inputs(x: Any) -> Any:
    """n inputs, each used twice, with its neighbour."""
    return np.sum(np.sin(x[1:]) * x[:-1] + np.exp(-x[1:] * x[1:]))


def growth(rounds: int, tiny: bool) -> Iterator[Finding]:
    """Gradients of longer and longer programs, and of more and more inputs; then the largest tape."""
    few = min(rounds, 9)
    steps = (10, 100) if tiny else (100, 1000, 10_000, 100_000)
    yield cost("steps of one number", {n: (scalars(n), 0.3) for n in steps}, few)
    rng, sizes = np.random.default_rng(0), (10, 100) if tiny else (10_000, 100_000, 1_000_000, 4_000_000)
    yield cost("inputs of one array", {n: (inputs, rng.normal(size=n)) for n in sizes}, few)
    yield memory(tiny)
    yield rows_of_gradients(tiny)
    yield long_tape(1000 if tiny else 1_000_000)


def cost(what: str, asked: dict[int, tuple[Callable[[Any], Any], Any]], rounds: int) -> Finding:
    """Time and memory of a gradient over those of f at each size, and their powers."""
    taken: dict[int, list[tuple[float, float]]] = {n: [] for n in asked}
    for _ in range(rounds + 1):
        for n, (f, x) in asked.items():
            taken[n].append((seconds(f, x), seconds(autodiff.grad(f), x)))
    rows = {}
    for n, (f, x) in asked.items():
        once, gradient = (float(np.median(column)) for column in zip(*taken[n][1:], strict=True))
        held = peak(lambda f=f, x=x: autodiff.grad(f)(x))
        rows[f"n = {n}"] = {
            "f in ms": 1e3 * once,
            "gradient in ms": 1e3 * gradient,
            "ratio": float(np.median([g / f for f, g in taken[n][1:]])),
            "peak in MB": held / 1e6,
            "bytes/n": held / n,
        }
    ratios, held = ([row[name] for row in rows.values()] for name in ("ratio", "peak in MB"))
    targets = (
        Target("exponent of the cost over f", exponent(asked, ratios), 0.1),
        Target("exponent of the memory", exponent(asked, held), 1.05),
    )
    return Finding("j", f"growth: {what}", rows, targets)


def seconds(call: Callable[[Any], Any], x: Any, least: float = 2e-3) -> float:
    times, start = 0, perf_counter()
    while perf_counter() - start < least:
        call(x)
        times += 1
    return (perf_counter() - start) / times


def elementwise(x: Any) -> Any:
    return np.sum(np.sin(np.tanh(np.exp(np.sin(np.tanh(x))))))


def elementwise_by_hand(x: Any) -> Any:
    a = np.tanh(x)
    b = np.sin(a)
    c = np.exp(b)
    d = np.tanh(c)
    np.sum(np.sin(d))  # the value is asked for as well
    x_bar = np.cos(d)
    x_bar *= 1 - d * d
    x_bar *= c
    x_bar *= np.cos(a)
    x_bar *= 1 - a * a
    return x_bar


def segment(x: Any) -> Any:
    return reduce(lambda y, _: np.sin(y), range(10), x)


def segments(count: int, part: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: np.sum(reduce(lambda y, _: part(y), range(count), x))


def memory(tiny: bool) -> Finding:
    """The peak of a gradient beside that by hand, and of a long chain with and without checkpoints."""
    n, count, length = (10_000, 10, 1000) if tiny else (1_000_000, 100, 10_000)
    x, y = np.linspace(0.1, 1, n), np.linspace(0.1, 1, length)
    short, long = autodiff.grad(elementwise), autodiff.grad(segments(count, segment))
    kept = autodiff.grad(segments(count, autodiff.checkpoint(segment)))
    five, many = f"five functions of {n} numbers", f"{count} segments of ten functions of {length} numbers"
    measured = {
        f"{five}, by hand": peak(lambda: elementwise_by_hand(x)) / x.nbytes,
        f"{five}, diffkit": peak(lambda: short(x)) / x.nbytes,
        many: peak(lambda: long(y)) / y.nbytes,
        f"{many}, each under checkpoint": peak(lambda: kept(y)) / y.nbytes,
    }
    rows = {name: {"arrays": most} for name, most in measured.items()}
    return Finding("j", "memory: the peak of a gradient, in arrays of the input's size", rows)


def rows_of_gradients(tiny: bool) -> Finding:
    """The rows of a gradient's program for each row of f's, the dearest first."""
    counted = {}
    for problem in list(PROBLEMS.values())[: 3 if tiny else None]:
        f = as_function(problem.f)
        with np.errstate(all="ignore"):  # f itself may compute a side that np.where leaves out
            rows, gradient = len(record(f, problem.at)), len(record(autodiff.grad(f), problem.at))
        counted[problem.name] = {"f": rows, "gradient": gradient, "ratio": gradient / rows}
    dearest = dict(sorted(counted.items(), key=lambda item: -item[1]["ratio"]))
    return Finding("j", "rows of a gradient's program per row of f's", dearest)


def long_tape(n: int) -> Finding:
    """A tape of n rows: recorded, swept, printed in head and tail."""
    f, found = scalars(n // 3), {}
    for name, call in {
        "recorded": lambda: record(f, 0.3),
        "swept": lambda: autodiff.grad(f)(0.3),
    }.items():
        start = perf_counter()
        result = call()
        found[name] = {"s": perf_counter() - start, "µs/row": 1e6 * (perf_counter() - start) / n}
        if name == "recorded":
            tape = result
    start = perf_counter()
    lines = str(tape).splitlines()
    found["printed"] = {"s": perf_counter() - start, "lines": len(lines)}
    title = f"growth: a tape of {len(tape)} rows"
    return Finding("j", title, found, (Target("lines printed", len(lines), 100),))
