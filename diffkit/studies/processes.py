"""Items computed by processes of their own: one that dies costs no more than the item it died of."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any, cast

from diffkit.errors import OptionError, WorkersError

__all__ = ["by_processes"]


def by_processes(
    task: Callable[[Any], Any],
    items: Sequence[Any],
    count: int,
    *,
    parts: Callable[[Any], Sequence[Any]],
    lost: Callable[[Any, str], Any],
) -> Iterator[Any]:
    """The results of so many processes, each as soon as it is there and so in any order.

    A process has one item at a time, so that it is known of which one it died. That item is tried once more
    at the end, in its `parts`, and another process takes the place of the one that died. A part whose process
    dies, too, has for its result what `lost(part, said)` answers.

    Raises
    ------
    OptionError
        For items that cannot be sent to another process, or computed there.
    WorkersError
        If processes end before they begin.

    Examples
    --------
    >>> sorted(by_processes(abs, [-2, 1], 2, parts=lambda item: [item], lost=lambda item, said: said))
    [1, 2]
    """

    def job(item: Any, again: bool = False) -> _Job:
        return _Job(item, _pickled(task, item, count), again)

    left = deque([job(item) for item in items])
    workers: dict[Any, _Worker] = {}  # by the pipe to each
    ended: list[_Worker] = []
    stillborn = 0  # one after another
    try:
        while left or workers:
            begin = sum(worker.job is None for worker in workers.values())
            for _ in range(min(count - len(workers), len(left) - begin)):
                worker = _Worker()
                workers[worker.pipe] = worker
            for pipe in wait(list(workers)):
                worker = workers[pipe]
                done, answer = worker.job, worker.answer()
                if answer is None:
                    ended.append(workers.pop(pipe))
                    if done is None:
                        stillborn += 1
                        if stillborn == 2:
                            raise WorkersError(_STILLBORN.format(worker.end()))
                    elif done.again:
                        yield lost(done.item, f"its process died twice ({worker.end()})")
                    else:
                        left.extend([job(part, again=True) for part in parts(done.item)])
                    continue
                stillborn = 0
                result, failed = answer
                if failed:
                    raise OptionError(_FAILED.format(count, failed))
                if left:  # before the result is handed on, so that the process need not wait
                    worker.take(left.popleft())
                else:
                    worker.pipe.close()  # which ends the process
                    ended.append(workers.pop(pipe))
                if done is not None:
                    yield result
    finally:
        for worker in workers.values():
            worker.process.kill()  # in the middle of an item that nobody asks for any more
        for worker in [*ended, *workers.values()]:
            worker.end()


_STILLBORN = (
    "new processes end before they begin ({}): a script that asks for workers keeps its own work under "
    'if __name__ == "__main__"; with file= what is finished is kept'
)
_UNSENT = (
    "workers={} sends each problem to another process, and one cannot be pickled ({}): define its function "
    "by def at the top of a module, or leave workers out"
)
_FAILED = (
    "workers={} sends each problem to another process, and there one fails ({}): define its function by def "
    "at the top of a module that can be imported, or leave workers out"
)


@dataclass(frozen=True)
class _Job:
    """An item, it and its task pickled, and whether a process has died of it already."""

    item: Any
    content: bytes
    again: bool


class _Worker:
    """A process, the pipe to it, and the job that it has; None until it has begun."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")  # the same on every system, and no lock is inherited
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,))
        self.process.start()
        theirs.close()  # so that the pipe ends when the process does
        self.job: _Job | None = None

    def take(self, job: _Job) -> None:
        self.job = job
        with suppress(OSError):  # it has died, which its answer says
            self.pipe.send_bytes(job.content)

    def answer(self) -> tuple[Any, str] | None:
        """The result, or in words what failed; None if the process has died."""
        try:
            return cast(tuple[Any, str], self.pipe.recv())
        except (EOFError, OSError):
            return None

    def end(self) -> str:
        """How the process ended."""
        self.pipe.close()
        self.process.join()
        code = self.process.exitcode or 0
        return f"signal {-code}" if code < 0 else f"exit code {code}"


def _pickled(task: Callable[[Any], Any], item: Any, count: int) -> bytes:
    try:
        return pickle.dumps((task, item))
    except Exception as error:  # __reduce__ and __getstate__ may raise anything
        raise OptionError(_UNSENT.format(count, error)) from error


# -- in the other process ---------------------------------------------------------------------------------


def _serve(pipe: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the parent's to answer
    answer: tuple[Any, str] = None, ""  # the first one says that the process has begun
    with suppress(EOFError, OSError):  # the parent has no more, or has died
        while True:
            pipe.send(answer)
            answer = _answer(pipe.recv_bytes())


def _answer(content: bytes) -> tuple[Any, str]:
    """The result, or in words what failed."""
    try:
        task, item = pickle.loads(content)
        return task(item), ""
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"
