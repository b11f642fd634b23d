"""One process for each system, asked in turn: a machine that slows down slows all of them down alike."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import lru_cache
from multiprocessing import get_context
from time import perf_counter
from typing import Any

import numpy as np

from tests.benchmarks.cases import Case
from tests.benchmarks.finding import OURS, Finding, Target, exponent, ratio, spread
from tests.benchmarks.sizes import cases
from tests.benchmarks.systems import COMPILING, PEERS, SYSTEMS, Hand

__all__ = ["helmholtz", "timed"]

AT_LEAST = 5e-3  # seconds in a measurement: shorter ones are repeated, and the clock's own cost disappears
SLOW, FEW = 0.2, 3  # a call of so many seconds is measured in so many rounds, since its clock is fine


@lru_cache
def system(name: str) -> Any:
    return SYSTEMS[name]()


@lru_cache(maxsize=1)  # one case at a time is kept, and what it holds is freed before the next
def prepared(name: str, lane: str, index: int, tiny: bool) -> tuple[Any, int, float]:
    """The call to be timed, its answer compared with that by hand, how often it is repeated, and the seconds
    that it took to make, which is where a compiler compiles."""
    case = cases(lane, tiny)[index]
    chosen, right, start = system(name), Hand().gradient(case)(), perf_counter()
    call = chosen.gradient(case)
    made = perf_counter() - start
    found = call()
    for part, expected in zip(found or (), right, strict=found is not None):
        np.testing.assert_allclose(part, expected, *chosen.close, err_msg=f"{name}: {case.title}")
    start = perf_counter()
    call()
    return call, 1 if tiny else max(1, int(AT_LEAST / (perf_counter() - start))), made


def seconds(name: str, lane: str, index: int, tiny: bool) -> float:
    """The seconds that one call takes now."""
    call, times, _ = prepared(name, lane, index, tiny)
    start = perf_counter()
    for _ in range(times):
        call()
    return (perf_counter() - start) / times


def making(name: str, lane: str, index: int, tiny: bool) -> float:
    """The seconds that it took to make the call."""
    return prepared(name, lane, index, tiny)[2]


def timed(lane: str, rounds: int, tiny: bool) -> Iterator[Finding]:
    """A finding a case, as soon as it is measured."""
    with ExitStack() as stack:
        workers = {}
        for name in SYSTEMS:
            worker = stack.enter_context(ProcessPoolExecutor(1, get_context("spawn")))
            try:
                worker.submit(importable, name).result()
                workers[name] = worker
            except ImportError:
                pass  # the list of versions says which are missing
        for index, case in enumerate(cases(lane, tiny)):
            taken: dict[str, list[float]] = {}
            made: dict[str, float] = {}
            for name, worker in workers.items():  # the first round prepares, and is not counted
                try:
                    worker.submit(seconds, name, lane, index, tiny).result()
                    made[name] = worker.submit(making, name, lane, index, tiny).result()
                    taken[name] = []
                except NotImplementedError:
                    pass
            for k in range(rounds):
                for name, times in taken.items():
                    if k >= FEW and times[-1] > SLOW:
                        continue
                    times.append(workers[name].submit(seconds, name, lane, index, tiny).result())
            yield finding(lane, case, taken, made)


def importable(name: str) -> None:
    """Nothing; ImportError if the system is not installed."""
    system(name)


def finding(lane: str, case: Case, taken: dict[str, list[float]], made: dict[str, float]) -> Finding:
    """The times of one case, over those by hand and over those of the quickest peer of the same kind."""
    rows: dict[str, dict[str, float | None]] = {}
    for name, times in taken.items():
        best = quickest(name, taken)
        rows[name] = {
            **spread(times),
            **({"x by hand": ratio(taken, name, "by hand")} if "by hand" in taken else {}),
            **({"x the function": ratio(taken, name, "the function")} if "the function" in taken else {}),
            "x best peer": best and ratio(taken, name, best),
            "made in s": made[name] if name in COMPILING else None,
            **({"µs/operation": 1e6 * float(np.median(times)) / case.operations} if case.operations else {}),
        }
    return Finding(lane, case.title, rows, tuple(targets(lane, taken)), taken)


def quickest(name: str, taken: dict[str, list[float]]) -> str | None:
    """The quickest peer that does the same: one that compiles beside those that compile."""
    peers = [peer for peer in PEERS if peer in taken and (peer in COMPILING) == (name in COMPILING)]
    return min(peers, key=lambda peer: np.median(taken[peer]), default=None) if name in OURS else None


def targets(lane: str, taken: dict[str, list[float]]) -> Iterator[Target]:
    """The bounds that a gradient of ours is to keep."""
    wanted = {
        "a": (("diffkit", "torch", 1 / 8),),
        "b": (("diffkit", "by hand", 1.15), ("  compiled", "by hand", 0.7), ("  with jit", "by hand", 0.7)),
        "d": (("diffkit", "by hand", 1.2), ("diffkit", "autograd", 1.0), ("diffkit", "torch", 1.0)),
    }
    wanted["c"] = wanted["b"]
    for ours, other, bound in wanted.get(lane, ()):
        if (got := ratio(taken, ours, other)) is not None:
            yield Target(f"{ours.strip()} / {other}", got, bound)


def helmholtz(rounds: int, tiny: bool) -> Iterator[Finding]:
    """Lane e: each size, then by which power of n the cost of a gradient over that of f grows."""
    found = list(timed("e", rounds, tiny))
    yield from found
    sizes = [case.parameters[0].size for case in cases("e", tiny)]
    late = sizes[len(sizes) // 2 :]  # where the fixed cost of a call no longer hides the growth
    rows: dict[str, dict[str, float | None]] = {}
    for name in found[0].rows:
        ratios = {
            n: ratio(f.times, name, "the function")
            for n, f in zip(sizes, found, strict=True)
            if name in f.times
        }
        if set(late) <= set(ratios) and name != "the function":
            rows[name] = {f"n = {n}": value for n, value in ratios.items()}
            rows[name]["exponent"] = exponent(late, [ratios[n] for n in late])
    growth = Target("exponent of reverse mode", rows["diffkit"]["exponent"] or 0.0, 0.1)
    title = (
        f"Helmholtz energy: cost of the gradient over the cost of f (exponent fitted from n = {late[0]} on)"
    )
    yield Finding("e", title, rows, (growth,))
