"""f asked at many points at once: in several processes, or side by side in one call."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffkit.errors import ArgumentsError, OptionError
from diffkit.numerical.sampling import Counted, Function

__all__ = ["Batch"]


class Batch(Counted):
    """f, which can also be asked ahead, at all the points that a formula wants: at once.

    `workers` is the number of processes to ask it in, -1 for one each core, or what takes the place of
    `map`, such as `executor.map`. With `vectorized` f gets k points side by side, along one more, last axis
    of each argument, and answers with the same last axis; that is one call. With `check` it is then asked
    once more, for the first point alone, to show that the points do not mix.

    >>> f = Batch(np.sin, workers=map)
    >>> f.ahead(lambda f: f(1.0) + f(2.0))
    >>> f.calls, f(2.0) == np.sin(2.0), f.calls
    (2, np.True_, 2)
    """

    def __init__(
        self, f: Function, workers: Any = None, vectorized: bool = False, check: bool = True
    ) -> None:
        super().__init__(f)
        self.workers, self.vectorized, self.check = _checked_workers(workers), vectorized, check
        self.known: dict[Any, Any] = {}

    def __call__(self, *point: Any) -> Any:
        if self.known and (key := _key(point)) in self.known:
            return self.known[key]
        return self._side_by_side([point])[0] if self.vectorized else super().__call__(*point)

    def ahead(self, formula: Callable[[Function], Any], blank: Any = 0.0) -> None:
        """Ask f at the points at which `formula(f)` will ask it; there it then answers from memory.

        To learn which they are the formula is run once with an f that answers `blank` to everything.
        """
        if self.workers is None and not self.vectorized:
            return
        points: dict[Any, Any] = {}

        def remember(*point: Any) -> Any:
            points.setdefault(_key(point), [np.array(part) for part in point])
            return np.array(blank)[()]

        formula(remember)
        if points:
            answers = self._side_by_side if self.vectorized else self._by_workers
            self.known = dict(zip(points, answers(list(points.values())), strict=True))

    def _by_workers(self, points: list[Any]) -> list[Any]:
        self.calls += len(points)
        f = _AtPoint(self.f)
        if callable(self.workers):
            try:
                return list(self.workers(f, points))
            except (pickle.PicklingError, AttributeError, TypeError) as error:
                if "pickle" in str(error):
                    _require_pickle(self.f, self.workers)
                raise
        if self.workers == 1:
            return list(map(f, points))
        _require_pickle(self.f, self.workers)
        with _pool(self.workers) as pool:
            return list(pool.map(f, points))

    def _side_by_side(self, points: list[Any]) -> list[Any]:
        y = self._asked(points)
        if len(points) > 1 and self.check:
            _require_apart_columns(y, self._asked(points[:1]))
        return [y[..., i] for i in range(len(points))]

    def _asked(self, points: list[Any]) -> Any:
        """The answer to all the points in one call, which has to have them along its last axis."""
        self.calls += 1
        if len(points) == 1:  # also one of arrays that are told what is done to them
            stacked = [np.asanyarray(part)[..., np.newaxis] for part in points[0]]
        else:
            stacked = [np.stack(parts, axis=-1) for parts in zip(*points, strict=True)]
        shapes = ", ".join(str(part.shape) for part in stacked)
        y = np.asarray(self.f(*stacked))
        if y.ndim == 0 or y.shape[-1] != len(points):
            raise ArgumentsError(
                f"with vectorized=True f gets {len(points)} points side by side, along the last axis of "
                f"{shapes}, and has to answer with the same last axis; it answered with shape {y.shape}: "
                "act on axis 0 (np.sum(x, axis=0) for np.sum(x)), or leave vectorized out"
            )
        return y


class _AtPoint:
    """f of one tuple of arguments, as `map` wants it, with NumPy's warnings as they are set here."""

    def __init__(self, f: Function) -> None:
        self.f, self.warnings = f, np.geterr()

    def __call__(self, point: Sequence[Any]) -> Any:
        with np.errstate(**self.warnings):  # neither threads nor processes inherit it
            return self.f(*(part[()] for part in point))


def _key(point: Sequence[Any]) -> tuple[bytes, ...]:
    return tuple(np.asarray(part).tobytes() for part in point)


def _checked_workers(workers: Any) -> Any:
    whole = isinstance(workers, int | np.integer) and not isinstance(workers, bool)
    if workers is None or callable(workers) or (whole and (workers == -1 or workers > 0)):
        return workers
    raise OptionError(
        f"workers={workers!r}: write a number of processes, -1 for one each core, or what takes the place of "
        "map, such as executor.map"
    )


def _pool(workers: int) -> Any:
    """A pool of that many processes, started as SciPy starts its own."""
    method = multiprocessing.get_start_method(allow_none=True)
    if not method and os.name == "posix" and sys.version_info < (3, 14):
        method = "forkserver"  # a fork of a process with threads, the old default, may stand still
    return multiprocessing.get_context(method).Pool(None if workers == -1 else int(workers))


def _require_pickle(f: Function, workers: Any) -> None:
    try:
        pickle.dumps(f)
    except Exception as error:  # __reduce__ and __getstate__ may raise anything
        given = f"workers={workers}" if isinstance(workers, int | np.integer) else "workers"
        raise OptionError(
            f"{given} sends f to other processes, and this f cannot be pickled ({error}): define it by def "
            "at the top of a module, or write workers=ThreadPoolExecutor().map"
        ) from error


def _require_apart_columns(together: Any, alone: Any) -> None:
    """Raise ArgumentsError where f answers to the first of several points otherwise than to it alone."""
    if np.iscomplexobj(together):  # the derivative is in the imaginary part
        together, alone = together.imag, alone.imag
    first, alone = together[..., 0], alone[..., 0]
    with np.errstate(invalid="ignore", over="ignore"):
        # The points are a step apart. A mixture moves f by a good part of what the step does, and sums that
        # are taken in another order by far less.
        moved = np.nanmax(np.abs(together - together[..., :1]), initial=0)
        slack = moved / 1000 + 64 * np.finfo(np.result_type(first, np.float16)).eps * np.abs(alone)
        felt = np.isfinite(first) & np.isfinite(alone) & (np.abs(first - alone) > slack)
    if np.any(felt):
        raise ArgumentsError(
            "with vectorized=True f gets many points side by side, along the last axis, and what it answers "
            "for one of them depends on the others: act on axis 0 (np.sum(x, axis=0) for np.sum(x)), or "
            "leave vectorized out"
        )
