"""Work within time: one task at a time, in a thread of its own that is stopped when nobody waits any more.

A thread is stopped by an exception that is raised in it from outside, between two steps of Python. Code that
catches everything may go on all the same; then its thread is left behind, and there may be few of those. One
call into C is a single step, however long it takes: what is given to such calls has to be bounded before.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from diffkit.errors import DiffkitError

__all__ = ["BusyError", "GoneError", "LateError", "Worker"]

T = TypeVar("T")
GLANCE = 0.02  # seconds between two looks at whether the answer is still wanted


class LateError(DiffkitError):
    """The task took longer than it may, and was stopped."""


class GoneError(DiffkitError):
    """Nobody waits for the answer any more, and the task was stopped."""


class BusyError(DiffkitError):
    """Too many wait already, or too many tasks did not let go."""


class _Stopped(SystemExit):
    """Raised in the thread that is to let go: no `except Exception` keeps it, no thread complains of it."""


class Worker:
    """Runs tasks one after the other, each within a time limit.

    Attributes
    ----------
    seconds
        How long a task may take.
    most_waiting
        How many may wait for their turn.
    most_left
        How many threads that do not let go may be left behind; one more task is refused then.
    grace
        Seconds in which a thread is asked to let go, again and again.

    Examples
    --------
    >>> worker = Worker(seconds=0.1)
    >>> worker.run(lambda: 6 * 7)
    42
    >>> def for_ever():
    ...     while True:
    ...         pass
    >>> worker.run(for_ever)
    Traceback (most recent call last):
    ...
    diffkit.report.web.live.bounded.LateError: it took longer than 0.1 s and was stopped
    """

    def __init__(
        self, seconds: float = 10.0, most_waiting: int = 8, most_left: int = 2, grace: float = 1.0
    ) -> None:
        self.seconds, self.most_waiting, self.most_left, self.grace = seconds, most_waiting, most_left, grace
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        self._left: list[threading.Thread] = []

    def run(
        self, task: Callable[[], T], wanted: Callable[[], bool] = lambda: True, seconds: float | None = None
    ) -> T:
        """What the task returns; what it raises is passed on. `seconds` is for this task alone.

        Raises
        ------
        LateError, GoneError, BusyError
            When time is up, when `wanted` says no, and when there is no room.
        """
        with self._counting:
            if self._waiting >= self.most_waiting:
                raise BusyError(f"{self.most_waiting} others wait for their answers; ask again in a moment")
            self._waiting += 1
        try:
            while not self._turn.acquire(timeout=GLANCE):
                if not wanted():
                    raise GoneError("nobody waits for the answer")
        finally:
            with self._counting:
                self._waiting -= 1
        try:
            while True:
                left = self._alive()
                if len(left) > self.most_left:
                    raise BusyError(f"{len(left)} computations do not stop; end diffkit explore with Ctrl-C")
                answer = self._run(task, wanted, seconds or self.seconds)
                # A thread that ends late puts mpmath's precision back to what it was for itself: once more.
                if not set(left) - set(self._alive()):
                    return answer
        finally:
            self._turn.release()

    def _alive(self) -> list[threading.Thread]:
        self._left = [thread for thread in self._left if thread.is_alive()]
        return self._left

    def _run(self, task: Callable[[], T], wanted: Callable[[], bool], seconds: float) -> T:
        import mpmath

        said: list[tuple[Any, BaseException | None]] = []

        def work() -> None:
            try:
                # Whatever a thread that was stopped has left; and what overflows is seen in the answer.
                with mpmath.workprec(53), np.errstate(all="ignore"):
                    said.append((task(), None))
            except BaseException as error:
                said.append((None, error))

        thread = threading.Thread(target=work, name="diffkit explore: computing", daemon=True)
        thread.start()
        ends = time.monotonic() + seconds
        while thread.is_alive() and time.monotonic() < ends and wanted():
            thread.join(GLANCE)
        if thread.is_alive():
            late = time.monotonic() >= ends
            self._stop(thread)
            if late:
                raise LateError(f"it took longer than {seconds:g} s and was stopped")
            raise GoneError("nobody waits for the answer")
        (answer, error) = said[0]
        if error is not None:
            raise error
        found: T = answer
        return found

    def _stop(self, thread: threading.Thread) -> None:
        """Ask it to let go, again and again; and leave it behind if it does not."""
        ends, complain = time.monotonic() + self.grace, sys.unraisablehook

        def hook(lost: Any) -> None:
            if not issubclass(lost.exc_type, _Stopped):  # where no exception can be passed on: ask again
                complain(lost)

        sys.unraisablehook = hook
        try:
            while thread.is_alive() and time.monotonic() < ends:
                if not _is_importing(thread):
                    raising = ctypes.pythonapi.PyThreadState_SetAsyncExc
                    raising(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_Stopped))
                thread.join(GLANCE)
        finally:
            sys.unraisablehook = complain
        if thread.is_alive():
            self._left.append(thread)


def _is_importing(thread: threading.Thread) -> bool:
    """Whether it holds a lock of Python's import, which it would keep for ever."""
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
