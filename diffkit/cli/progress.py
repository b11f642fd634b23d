"""A bar on standard error for what takes more than two seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diffkit.studies.tell import Tell

__all__ = ["PATIENCE", "progress"]

PATIENCE = 2.0  # seconds without a word: most commands are done by then


@contextmanager
def progress(*, quiet: bool = False, no_color: bool = False, **others: Any) -> Iterator[Tell]:
    """A context in which a study tells how far it is: after two seconds a bar shows it, and goes at the end.

    Nothing is shown in a pipe or with `quiet`; of a command's other options none counts.
    """
    from diffkit.studies.tell import silent

    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield silent
        return
    bar = _Bar(no_color)
    timer = Timer(PATIENCE, bar.show)
    timer.daemon = True
    timer.start()
    try:
        yield bar.tell
    finally:
        timer.cancel()
        bar.end()


class _Bar:
    """What was told last, and once it is shown, the bar; the study tells it, a timer's thread shows it."""

    def __init__(self, no_color: bool) -> None:
        self.no_color, self.begun = no_color, time.monotonic()
        self.told: dict[str, Any] = {"description": "", "completed": 0, "total": None}
        self.lock, self.ended = Lock(), False
        self.bar: Any = None

    def tell(self, what: str, done: int, of: int) -> None:
        self.told = {"description": what, "completed": done, "total": of}
        if self.bar is not None:
            self.bar.update(self.bar.task_ids[0], **self.told)

    def show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn("{task.description}", markup=False),  # x[0] is a name
            BarColumn(bar_width=30), TaskProgressColumn(), TimeElapsedColumn(),
        )  # fmt: skip
        console = Console(stderr=True, no_color=self.no_color or None)
        with self.lock:
            if self.ended or console.is_dumb_terminal:
                return
            # What f prints goes where it always goes.
            bar = Progress(
                *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False,
                refresh_per_second=4,
            )  # fmt: skip
            bar.add_task(**self.told)
            bar.tasks[0].start_time = self.begun
            bar.start()
            self.bar = bar

    def end(self) -> None:
        with self.lock:
            self.ended = True
            if self.bar is not None:
                self.bar.stop()
