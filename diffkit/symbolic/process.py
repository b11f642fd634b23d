"""Work in a process of its own, which is stopped when its time is up.

Nothing less stops SymPy. A thread cannot be ended from outside, and an alarm signal exists on one system
only and in the main thread only.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from diffkit.errors import NotClosedFormError, OptionError

__all__ = ["TOO_DEEP", "Answer", "Helper"]

DIED = "its process ended without an answer"
TOO_DEEP = "the expression nests too deeply for SymPy, which walks it by recursion"


@dataclass(frozen=True)
class Answer:
    """What the other process said.

    Attributes
    ----------
    value
        The answer; None where there is none.
    seconds
        How long it took, without starting the process and handing things over.
    status
        "ok", "stopped" at the limit, or "failed".
    note
        Why it failed.
    """

    value: Any
    seconds: float
    status: str = "ok"
    note: str = ""


class Helper:
    """A process that answers questions, started when the first is asked and again after it was stopped.

    Examples
    --------
    >>> from math import factorial
    >>> with Helper() as helper:
    ...     [answer.value for answer in helper.answers(range, 3)], helper.answer(factorial, 5).value
    ([0, 1, 2], 120)
    """

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._said: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._listener: threading.Thread | None = None

    def __enter__(self) -> Helper:
        return self

    def __exit__(self, *error: Any) -> None:
        self.stop()

    def answer(self, function: Callable[..., Any], argument: Any, time_limit: float = 5.0) -> Answer:
        """What the function makes of the argument there; both are handed over by pickle."""
        answer, *_ = self.answers(_alone, (function, argument), time_limit)
        return answer

    def answers(
        self, task: Callable[..., Any], argument: Any, time_limit: float | None = 5.0
    ) -> Iterator[Answer]:
        """What a generator function yields there, each within the time limit; the last may be a failure.

        Without a limit (None) it is asked in this process.

        Raises
        ------
        NotClosedFormError
            If the argument cannot be handed over, or it nests too deeply for SymPy.
        """
        if time_limit is None:
            yield from map(_within_reach, _answers(task, argument))
            return
        if not time_limit > 0:
            raise OptionError(f"time_limit={time_limit!r} is no time; write a positive number of seconds")
        try:
            question = pickle.dumps(pickle.dumps((task, argument)))
        except RecursionError:
            raise NotClosedFormError(TOO_DEEP) from None
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            why = f"the expression cannot be handed to another process: {error}"
            raise NotClosedFormError(why) from error
        child = self._child or self._start()
        assert child.stdin is not None
        with suppress(OSError):  # it has died, and what it said last tells
            child.stdin.write(question)
            child.stdin.flush()
        said = _within_reach(self._said.get())  # that it has read the question
        begun, ended = time.perf_counter(), False
        try:
            while said is not None and said.note != DIED:
                if said.status != "read":
                    yield _within_reach(said)
                    begun = time.perf_counter()
                said = self._said.get(timeout=time_limit)
            ended = said is None
            if said is not None:
                yield said
        except queue.Empty:
            yield Answer(None, time.perf_counter() - begun, "stopped")
        finally:  # what is left unsaid must not answer the next question
            if not ended:
                self.stop()

    def stop(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.kill()
            if self._listener is not None:
                self._listener.join()
            for stream in (self._child.stdin, self._child.stdout):
                if stream is not None:
                    stream.close()
            self._child.wait()
            self._child = None

    def _start(self) -> subprocess.Popen[bytes]:
        # Not multiprocessing, which wants to import the main module: a notebook and a script from standard
        # input have none.
        path = os.pathsep.join(folder for folder in sys.path if folder)
        self._listener = None  # until SymPy is there; Ctrl-C may come before
        child = self._child = subprocess.Popen(
            [sys.executable, "-m", __name__], env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        said = self._said = queue.SimpleQueue()
        assert child.stdout is not None
        child.stdout.readline()  # SymPy is there
        self._listener = threading.Thread(target=_listen, args=(child.stdout, said), daemon=True)
        self._listener.start()
        return child


def _within_reach(answer: Answer) -> Answer:
    """The answer; the same error wherever the recursion ends: how far it goes depends on Python's version."""
    if answer.note == TOO_DEEP:
        raise NotClosedFormError(TOO_DEEP)
    return answer


def _listen(stream: Any, said: queue.SimpleQueue[Any]) -> None:
    try:
        while True:
            said.put(pickle.load(stream))
    except (EOFError, OSError, ValueError, pickle.UnpicklingError):  # it ended, or was stopped
        said.put(Answer(None, 0.0, "failed", DIED))


def _serve() -> None:
    """The other process: read a task and its argument, say what it yields, one by one."""
    from sympy.core.cache import clear_cache

    out, sys.stdout = sys.stdout.buffer, sys.stderr  # what SymPy may print is no answer

    def say(answer: Answer | None) -> None:
        pickle.dump(answer, out)
        out.flush()

    out.write(b"ready\n")
    out.flush()
    while True:
        try:
            question = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:  # from Python 3.13 on, pickle writes deeper than SymPy's objects are read
            task, argument = pickle.loads(question)
        except RecursionError:
            say(Answer(None, 0.0, "failed", TOO_DEEP))
            continue
        say(Answer(None, 0.0, "read"))
        clear_cache()  # what was found for an earlier question must not make this one look quick
        for answer in _answers(task, argument):
            say(answer)
        say(None)


def _answers(task: Callable[..., Any], argument: Any) -> Iterator[Answer]:
    begun = time.perf_counter()
    try:
        for value in task(argument):
            yield Answer(value, time.perf_counter() - begun)
            begun = time.perf_counter()
    except RecursionError:
        yield Answer(None, time.perf_counter() - begun, "failed", TOO_DEEP)
    except Exception as error:  # a failure of SymPy's is told, not shown
        words = " ".join(str(error).split())
        yield Answer(None, time.perf_counter() - begun, "failed", f"{type(error).__name__}: {words}")


def _alone(question: tuple[Callable[..., Any], Any]) -> Iterator[Any]:
    function, argument = question
    yield function(argument)


if __name__ == "__main__":  # what is pickled has to know its class by the module's own name
    from diffkit.symbolic import process

    process._serve()
