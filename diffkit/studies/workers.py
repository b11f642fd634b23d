"""Work shared out: one after another, among processes, or by what the user gives as a map."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from diffkit.errors import OptionError, WorkersError
from diffkit.studies.processes import by_processes

__all__ = ["finished"]


def finished(
    task: Callable[[Any], Any],
    items: Sequence[Any],
    workers: Any = None,
    *,
    parts: Callable[[Any], Sequence[Any]] = lambda item: [item],
    lost: Callable[[Any, str], Any] = lambda item, said: None,
) -> Iterator[Any]:
    """The results, each as soon as it is there and so in any order.

    `workers` is None or 1 for this process, a number of processes, -1 for one each core, or what takes the
    place of `map`. New processes import what they need and nothing else: task and items are pickled; what
    `parts` and `lost` are to them, `by_processes` says.

    Raises
    ------
    OptionError
        For workers that are none of these, or items that cannot be sent to another process.
    WorkersError
        If what takes the place of `map` fails or stops early, or new processes end before they begin.

    Examples
    --------
    >>> sorted(finished(abs, [-2, 1], workers=map))
    [1, 2]
    """
    if callable(workers):
        yield from _by_map(workers, task, items)
    elif workers is None or _whole(workers) == 1:
        yield from map(task, items)
    else:
        count = _whole(workers)
        if count != -1 and count < 1:
            raise OptionError(_SAY.format(workers))
        yield from by_processes(
            task, items, (os.cpu_count() or 1) if count == -1 else count, parts=parts, lost=lost
        )


_SAY = (
    "workers={!r}: write a number of processes, -1 for one each core, or what takes the place of map, such "
    "as executor.map"
)


def _whole(workers: Any) -> int:
    if not isinstance(workers, int | np.integer) or isinstance(workers, bool):
        raise OptionError(_SAY.format(workers))
    return int(workers)


def _by_map(workers: Callable[..., Any], task: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Any]:
    count = 0
    cause: Exception | None = None
    try:
        for result in workers(task, items):
            count += 1
            yield result
    except Exception as error:  # of a broken pool or cluster: each has its own
        cause = error
    if cause or count < len(items):
        why = f" ({type(cause).__name__})" if cause else ""
        raise WorkersError(
            f"workers stopped after {count} of {len(items)} tasks{why}: with file= a survey keeps the rows "
            f"that are finished, and goes on from there when it is asked for again"
        ) from cause
