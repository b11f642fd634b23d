"""How long things take, on a machine that does other things as well: the least of runs that take turns."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

__all__ = ["in_turns", "predicted_seconds", "scouts", "seconds_of", "unit_seconds"]

ROUNDS = 5  # of tasks that take turns; what else the machine does only adds, so the least counts
LONG = 0.1  # seconds in all after which a task is run no more
SLOW = 1.0  # seconds of a call that no accident makes of a quick one, so that it is not run again
SHORTEST = 2e-4  # seconds that a clock measures well: a quick call is repeated until it takes as long
FEW = 10  # inputs below which a time is mostly that of Python, and does not tell how it grows


def unit_seconds(unit: Callable[[], Any]) -> float:
    """The time of one call of what all else is measured by: the shortest of three, which no accident is.

    >>> unit_seconds(lambda: None) < 0.1
    True
    """
    return min(seconds_of(unit) for _ in range(3))


def seconds_of(task: Callable[[], Any]) -> float:
    """The time of one call, repeated as often as the clock needs.

    >>> seconds_of(lambda: None) < 0.1
    True
    """
    calls, total, start = 0, 0.0, time.perf_counter()
    while total < SHORTEST:
        task()
        calls += 1
        total = time.perf_counter() - start
    return total / calls


def in_turns(
    unit: Callable[[], Any], tasks: Mapping[str, Callable[[], Any]], spent: Mapping[str, float]
) -> tuple[float, dict[str, float]]:
    """The seconds of one call of the unit, and those of each task, the least of several runs.

    A unit runs before each task, so that a machine that is busy for a while is busy for both. `spent` says
    how long each task took before: a slow one is not run again, and what it took then counts.

    >>> unit, times = in_turns(lambda: None, {"quick": lambda: None, "slow": lambda: None}, {"slow": 3.0})
    >>> times["quick"] < 0.1, times["slow"]
    (True, 3.0)
    """
    least = {name: spent.get(name, math.inf) for name in tasks}
    again = {name: task for name, task in tasks.items() if spent.get(name, 0.0) < SLOW}
    total = dict.fromkeys(again, 0.0)
    once = unit_seconds(unit)
    for _ in range(ROUNDS):
        for name, task in again.items():
            if total[name] < LONG:
                once = min(once, unit_seconds(unit))
                seconds = seconds_of(task)
                total[name] += seconds
                least[name] = min(least[name], seconds)
    return once, least


def predicted_seconds(known: Sequence[tuple[int, float]], n: int) -> float:
    """How long n inputs will take, from the times of fewer: like n, or like a power that the last two show.

    Examples
    --------
    >>> predicted_seconds([(10, 0.1)], 100), round(predicted_seconds([(10, 0.1), (20, 0.4)], 40), 9)
    (1.0, 1.6)
    """
    if not known:
        return 0.0
    (size, seconds), before = known[-1], known[-2:-1]
    power = 1.0
    for smaller, shorter in before:
        if smaller >= FEW:
            power = math.log(seconds / shorter) / math.log(size / smaller)
    return float(seconds * (n / size) ** min(max(power, 1.0), 3.0))


def scouts(known: Iterable[int], n: int) -> list[int]:
    """Smaller sizes to ask for first, so that nothing large is begun without an idea of its time.

    >>> scouts([], 1000), scouts([10, 100], 1000), scouts([], 5)
    ([10, 100], [], [])
    """
    return [] if any(size < n for size in known) else [size for size in (n // 100, n // 10) if size > 1]
