"""What is counted and not timed: the memory of a gradient, in arrays, and the rows of its program."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from diffkit import autodiff, record
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS

__all__ = ["memory_table", "rows_table"]


def peak(call: Callable[[], Any], size: int) -> float:
    """The most memory that a call holds at a time, in arrays of `size` floats."""
    call()  # what is made once and kept
    tracemalloc.start()
    call()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / (8 * size)


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
    for _ in range(10):
        x = np.sin(x)
    return x


def segments(count: int, part: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: np.sum(reduce(lambda y, _: part(y), range(count), x))


def memory_table(tiny: bool) -> str:
    """The peak of a gradient beside that by hand, and of a long chain with and without checkpoints."""
    n, count, length = (10_000, 10, 1000) if tiny else (1_000_000, 100, 10_000)
    x, y = np.linspace(0.1, 1, n), np.linspace(0.1, 1, length)
    short, long = autodiff.grad(elementwise), autodiff.grad(segments(count, segment))
    rows = [
        (f"five elementwise functions of {n} numbers, by hand", peak(lambda: elementwise_by_hand(x), n)),
        ("  diffkit", peak(lambda: short(x), n)),
        (f"{count} segments of ten functions of {length} numbers", peak(lambda: long(y), length)),
    ]
    if hasattr(autodiff, "checkpoint"):
        kept = autodiff.grad(segments(count, autodiff.checkpoint(segment)))
        rows.append(("  each under checkpoint", peak(lambda: kept(y), length)))
    return "\n".join(
        ["memory: the peak of a gradient, in arrays", *(f"{name:60}{most:8.2f}" for name, most in rows)]
    )


def rows_table() -> str:
    """The rows of f and of its gradient for the problems of the catalogue, the dearest first."""
    counted = []
    for problem in PROBLEMS.values():
        f = as_function(problem.f)
        with np.errstate(all="ignore"):  # f itself may compute a side that np.where leaves out
            rows, gradient = len(record(f, problem.at)), len(record(autodiff.grad(f), problem.at))
        counted.append((gradient / rows, rows, gradient, problem.name))
    lines = [f"rows of a gradient per row of f\n{'':24}{'f':>8}{'gradient':>10}{'ratio':>8}"]
    lines += [f"{name:24}{rows:8}{gradient:10}{r:8.2f}" for r, rows, gradient, name in sorted(counted)[::-1]]
    return "\n".join(lines)
