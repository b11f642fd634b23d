"""`diffkit train quartic`: gradient descent, epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from diffkit.cli.progress import progress
from diffkit.cli.shell import PLOT, FormulaCommand, WholeNumber, command, evaluating, positive, problem
from diffkit.errors import ArgumentsError

__all__ = ["TASK_NAMES", "train_command"]

TASK_NAMES = ("square", "quartic", "linreg")  # diffkit.studies.TASKS, without loading NumPy for --help


_positive = positive("is not a positive number; write one such as 0.1")


@command(
    "train",
    click.argument("f", metavar="TASK|F"),
    click.option("--start", metavar="P", help="Where to begin, written as a point: 5, or w=0,b=0."),
    click.option("--at", metavar="P", hidden=True),  # what the point of the other commands is called
    click.option("--rate", metavar="R", callback=_positive, help="The step is R times the gradient."),
    click.option("--epochs", type=WholeNumber(0, 10**7), metavar="N", help="How many steps at most."),
    click.option("--method", metavar="M", default="reverse", show_default=True, help="Whose gradient."),
    click.option("--tolerance", metavar="T", callback=_positive,
                 help="Stop when the gradient is no longer than T; by default all epochs are run."),
    click.option("--batch", type=WholeNumber(1, 10**7), metavar="K",
                 help="Of linreg: how many samples a step takes; all by default."),
    PLOT,
    click.option("--show", type=click.Choice(["path", "loss", "line"]), default="path", show_default=True,
                 help="Which figure to plot: the path on f, f by epoch, or linreg's lines."),
    cls=FormulaCommand,
)  # fmt: skip
def train_command(
    f: str, start: str | None, rate: float | None, epochs: int | None, method: str, tolerance: float | None,
    batch: int | None, show: str, at: str | None, **options: Any,
) -> None:  # fmt: skip
    """Go down a function by its gradient.

    TASK is square (x^2), quartic (2x^4 - 3x^2 + 2x - 20) or linreg (a straight line through 100 points), each
    with a start, a rate and epochs of its own. Any other F needs --start, --rate and --epochs.
    """
    from diffkit.cli.output import show as print_out

    name = f.strip()
    wanted = {"--start P": start, "--rate R": rate, "--epochs N": epochs}
    lacking = [option for option, value in wanted.items() if value is None and name not in TASK_NAMES]
    if at is not None:
        write = " ".join([f"--start {at}", *(option for option in lacking if option != "--start P")])
        raise click.UsageError(f"--at is called --start here, where a descent begins; write {write}")
    if show == "line" and name != "linreg":
        raise click.UsageError("--show line is the line of linreg; write path or loss")
    how: dict[str, Any] = {"method": method, "tolerance": tolerance or 0.0}
    if name in TASK_NAMES:
        from diffkit.studies import task

        if batch is not None and name != "linreg":
            raise click.UsageError(f"--batch is of samples, and {name} has none; leave it out")
        begin = None if start is None else _start_of(name, start)
        with progress(**options) as tell:
            found = task(name, start=begin, rate=rate, epochs=epochs, batch=batch, tell=tell, **how)
    else:
        if start is None or rate is None or epochs is None:
            tasks, needs = ", ".join(TASK_NAMES), " ".join(lacking)
            raise click.UsageError(f"{name} is no task ({tasks}), and a function needs {needs} as well")
        if batch is not None:
            raise click.UsageError("--batch is of samples, and F has none; leave it out")
        with _about_start():
            function, point, text = problem(f, start)
        from diffkit.studies import train

        with progress(**options) as tell, evaluating(function, point):
            found = train(function, *point, rate=rate, epochs=epochs, text=text, tell=tell, **how)
    print_out(found, how={"show": show}, **options)


def _start_of(name: str, text: str) -> list[float]:
    """The start of a task: x, or w and b."""
    from diffkit.cli.arguments import read_point
    from diffkit.functions import parse

    def line(w: float, b: float) -> None: ...

    with _about_start():
        return [float(value) for value in read_point(text, line if name == "linreg" else parse("x")).args]


@contextmanager
def _about_start() -> Iterator[None]:
    """A context in which a point that does not fit is one of --start."""
    try:
        yield
    except ArgumentsError as error:
        raise ArgumentsError(str(error).replace("--at ", "--start ")) from None
