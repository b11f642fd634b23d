"""Work shared out: one after another, among processes of a pool, or by what the user gives as a map."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

import numpy as np

from diffkit.errors import OptionError

__all__ = ["finished"]


def finished(task: Callable[[Any], Any], items: Sequence[Any], workers: Any = None) -> Iterator[Any]:
    """The results, each as soon as it is there and so in any order.

    `workers` is None or 1 for this process, a number of processes, -1 for one each core, or what takes the
    place of `map`. New processes import what they need and nothing else: task and items are pickled.

    Raises
    ------
    OptionError
        For workers that are none of these, or items that cannot be sent to another process.

    Examples
    --------
    >>> sorted(finished(abs, [-2, 1], workers=map))
    [1, 2]
    """
    if callable(workers):
        yield from workers(task, items)
    elif workers is None or _whole(workers) == 1:
        yield from map(task, items)
    else:
        count = _whole(workers)
        if count != -1 and count < 1:
            raise OptionError(_SAY.format(workers))
        yield from _pooled(task, items, min((os.cpu_count() or 1) if count == -1 else count, len(items)))


_SAY = (
    "workers={!r}: write a number of processes, -1 for one each core, or what takes the place of map, such "
    "as executor.map"
)


def _whole(workers: Any) -> int:
    if not isinstance(workers, int | np.integer) or isinstance(workers, bool):
        raise OptionError(_SAY.format(workers))
    return int(workers)


def _pooled(task: Callable[[Any], Any], items: Iterable[Any], count: int) -> Iterator[Any]:
    for item in items:
        try:
            pickle.dumps((task, item))
        except Exception as error:  # __reduce__ and __getstate__ may raise anything
            raise OptionError(
                f"workers={count} sends each problem to another process, and one cannot be pickled "
                f"({error}): define its function by def at the top of a module, or leave workers out"
            ) from error
    if not count:
        return
    context = multiprocessing.get_context("spawn")  # the same on every system, and no lock is inherited
    pool = ProcessPoolExecutor(count, context, initializer=_leave_interrupts_to_the_parent)
    try:
        for future in as_completed([pool.submit(task, item) for item in items]):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
