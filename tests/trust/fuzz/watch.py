"""What is tried, and what came of it: counted, timed, and held within time and memory."""

from __future__ import annotations

import faulthandler
import gc
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from diffkit.errors import DiffkitError

__all__ = ["GROWTH", "Offence", "Tally", "Target", "documented", "fuzz"]

BATCH = 100  # inputs between two looks at the clock and the memory
WARM = 3  # batches after which what is imported and remembered is there
GROWTH = 150.0  # MB that a run may keep once it is warm: SymPy remembers what it has worked out
LEAP = 400.0  # MB that a single input may take for itself


class Offence(Exception):  # noqa: N818 - it is the finding, no error of the fuzzer's
    """Something that is written down nowhere; `kind` says what it is, whichever input showed it."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind}\n{detail}".strip())
        self.kind = kind


class HangError(BaseException):
    """Raised in the middle of what takes too long; nothing but the fuzzer may catch it."""


class Target(Protocol):
    """What is fuzzed.

    Attributes
    ----------
    name, inputs
        What it is called, and what is thrown at it.
    limit
        Seconds of the processor that one input may take.
    """

    name: str
    inputs: st.SearchStrategy[Any]
    limit: float

    def ready(self) -> AbstractContextManager[Callable[[Any], str]]:
        """A context in which inputs are tried; trying one says what came of it, or raises `Offence`."""


@dataclass
class Tally:
    """What came of the inputs of one target."""

    name: str
    seconds: float = 0.0
    tried: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")
    growth: float = 0.0
    offences: dict[str, tuple[str, str]] = field(default_factory=dict)  # by kind: the input, what was said

    def note(self, given_input: Any, came: str, took: float) -> None:
        self.tried += 1
        self.outcomes[came] += 1
        self.slowest = max(self.slowest, (took, repr(given_input)), key=lambda pair: pair[0])

    def object_to(self, offence: Offence, given_input: Any) -> None:
        found, known = repr(given_input), self.offences.get(offence.kind)
        if known is None or (len(found), found) < (len(known[0]), known[0]):
            self.offences[offence.kind] = found, str(offence)


def documented(error: BaseException) -> str:
    """The class of a documented error with one clear line; an `Offence` for anything else."""
    if not isinstance(error, DiffkitError):
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}:{place.name}"
        raise Offence(f"{type(error).__name__} in {where}", traceback.format_exc()) from error
    said = getattr(error, "reason", None) or str(error)
    if not said or not said.isprintable() or len(said) > 600 or "Traceback" in said:
        raise Offence(f"{type(error).__name__} is not one clear line", repr(said)) from error
    return type(error).__name__


def fuzz(
    target: Target,
    start: int,
    seconds: float | None = None,
    count: int | None = None,
    note: Path | None = None,
) -> Tally:
    """Try inputs that follow from the number `start`, for so many seconds or so many of them.

    `note` is a file which holds the input that is being tried, for whatever takes the process with it.
    """
    tally, begun = Tally(target.name), None
    known: set[str] = set()

    def left() -> bool:
        if seconds is None:
            return tally.tried < (count or 0)
        return begun is None or time.monotonic() - begun < seconds

    with target.ready() as answer, _noting(note) as write, _alarms():

        def attempt(given_input: Any) -> None:
            nonlocal begun
            if not left():
                return
            begun = begun or time.monotonic()  # with the first input: alphabets take seconds to make
            write(given_input)
            before, peak = time.perf_counter(), _peak()
            try:
                with _within(target.limit):
                    came = answer(given_input)
                if _peak() - peak > LEAP and tally.tried > BATCH:
                    raise Offence(f"an input takes {LEAP:g} MB", f"{_peak() - peak:.0f} MB")
            except HangError as hang:
                came = f"longer than {target.limit:g} s"  # and not shrunk: it would hang again and again
                tally.object_to(Offence(came, "".join(hang.args)), given_input)
            except Offence as offence:
                tally.object_to(offence, given_input)
                if offence.kind not in known:
                    raise
                came = "undocumented"
            tally.note(given_input, came, time.perf_counter() - before)

        warm: float | None = None
        batch = 0
        while left():
            examples = BATCH if count is None else min(BATCH, count - tally.tried)
            try:
                _batch(attempt, target.inputs, start + batch, examples)
            except Exception:
                # It is in the tally, and the next batches look for others. Hypothesis complains where time
                # was up before it had made the input as short as it can be.
                if tally.offences.keys() <= known:
                    raise
                known |= tally.offences.keys()
            batch += 1
            now = _resident()
            warm = now if warm is None or batch <= WARM else warm
            tally.growth = now - warm
    tally.seconds = time.monotonic() - begun if begun else 0.0
    if tally.growth > GROWTH:
        tally.object_to(Offence(f"memory grows by more than {GROWTH:g} MB", f"{tally.growth:.0f} MB"), None)
    return tally


def _batch(attempt: Callable[[Any], None], inputs: st.SearchStrategy[Any], start: int, examples: int) -> None:
    @seed(start)
    @settings(max_examples=examples, database=None, deadline=None, report_multiple_bugs=False,
              suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink])  # fmt: skip
    @given(inputs)
    def one(given_input: Any) -> None:
        attempt(given_input)

    one()


@contextmanager
def _noting(path: Path | None) -> Iterator[Callable[[Any], None]]:
    if path is None:
        yield lambda given_input: None
        return
    with path.open("w", encoding="ascii", errors="backslashreplace") as file:

        def write(given_input: Any) -> None:
            file.seek(0)
            file.write(ascii(given_input) + "\n")
            file.truncate()
            file.flush()

        yield write


@contextmanager
def _alarms() -> Iterator[None]:
    def ring(number: int, frame: Any) -> None:
        raise HangError("".join(traceback.format_stack(frame, 12)))

    old = signal.signal(signal.SIGPROF, ring)
    try:
        yield
    finally:
        signal.signal(signal.SIGPROF, old)


@contextmanager
def _within(limit: float) -> Iterator[None]:
    # Seconds of the processor, which a busy machine does not use up. A single call into C hears no signal,
    # and waiting uses none: after a while more the process ends, with where it was.
    faulthandler.dump_traceback_later(10 * limit + 60, exit=True, file=sys.__stderr__)
    signal.setitimer(signal.ITIMER_PROF, limit, 0.5)  # and again, where a hang was swallowed
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()


def _peak() -> float:
    """MB that the process has had at most."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def _resident() -> float:
    """MB that the process has now, its rubbish thrown away."""
    gc.collect()
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return _peak()
    return pages * resource.getpagesize() / 2**20
