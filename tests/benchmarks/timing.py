"""One process for each system, asked in turn: a machine that slows down slows all of them down alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import lru_cache
from multiprocessing import get_context
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from tests.benchmarks.sizes import cases
from tests.benchmarks.systems import SYSTEMS, Hand

__all__ = ["time_tables"]

AT_LEAST = 5e-3  # seconds in a measurement: shorter ones are repeated, and the clock's own cost disappears


@lru_cache
def system(name: str) -> Any:
    return SYSTEMS[name]()


@lru_cache(maxsize=1)  # one case at a time is kept, and what it holds is freed before the next
def prepared(name: str, index: int, tiny: bool) -> tuple[Any, int, float]:
    """The call to be timed, its answer compared with that by hand, how often it is repeated, and the seconds
    that it took to make, which is where a compiler compiles."""
    case = cases(tiny)[index]
    chosen, right, start = system(name), Hand().gradient(case)(), perf_counter()
    call = chosen.gradient(case)
    made = perf_counter() - start
    found = call()
    for part, expected in zip(found or (), right, strict=found is not None):
        np.testing.assert_allclose(part, expected, rtol=1e-6, atol=1e-9, err_msg=f"{name}: {case.title}")
    start = perf_counter()
    call()
    return call, 1 if tiny else max(1, int(AT_LEAST / (perf_counter() - start))), made


def seconds(name: str, index: int, tiny: bool) -> float:
    """The seconds that one call takes now."""
    call, times, _ = prepared(name, index, tiny)
    start = perf_counter()
    for _ in range(times):
        call()
    return (perf_counter() - start) / times


def making(name: str, index: int, tiny: bool) -> float:
    """The seconds that it took to make the call."""
    return prepared(name, index, tiny)[2]


def time_tables(rounds: int, tiny: bool, only: Sequence[str] = ()) -> Iterator[str]:
    """A table a case, as text, as soon as it is measured; first the systems that are missing.

    `only` are words: of the cases, those are taken whose title has one of them.
    """
    with ExitStack() as stack:
        workers = {
            name: stack.enter_context(ProcessPoolExecutor(1, get_context("spawn"))) for name in SYSTEMS
        }
        for name in SYSTEMS:
            try:
                workers[name].submit(importable, name).result()
            except ImportError as error:
                yield f"{name} is missing: {error}"
                del workers[name]
        for index, case in enumerate(cases(tiny)):
            if only and not any(word in case.title for word in only):
                continue
            taken: dict[str, list[float]] = {}
            made: dict[str, float] = {}
            for name, worker in workers.items():  # the first round prepares, and is not counted
                try:
                    worker.submit(seconds, name, index, tiny).result()
                    made[name], taken[name] = worker.submit(making, name, index, tiny).result(), []
                except NotImplementedError:
                    pass
            for _ in range(rounds):
                for name, times in taken.items():
                    times.append(workers[name].submit(seconds, name, index, tiny).result())
            yield table(case.title, case.operations, taken, made)


def importable(name: str) -> None:
    """Nothing; ImportError if the system is not installed."""
    system(name)


def table(title: str, operations: int | None, taken: dict[str, list[float]], made: dict[str, float]) -> str:
    """Medians over the rounds; the ratios are medians of those within a round. Making is done once."""
    ratio = lambda times, other: median(a / b for a, b in zip(times, taken[other], strict=True))
    lines = [
        title,
        f"{'':12}{'median us':>14}{'least us':>14}{'x by hand':>12}{'x diffkit':>12}{'made in s':>12}"
        f"{'us/op' if operations else '':>10}",
    ]
    for name, times in taken.items():
        each = f"{1e6 * median(times) / operations:10.3f}" if operations else ""
        lines.append(
            f"{name:12}{1e6 * median(times):14.1f}{1e6 * min(times):14.1f}"
            f"{ratio(times, 'by hand'):12.2f}{ratio(times, 'diffkit'):12.2f}{made[name]:12.2f}{each}"
        )
    return "\n".join(lines)
