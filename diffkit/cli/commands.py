"""The commands. Each reads its arguments, calls one function of the library, and hands on what it returns."""

from __future__ import annotations

from typing import Any

import click

from diffkit.cli import check, cost, examples, explore, report, steps, survey, swell, train, views  # noqa: F401  each adds its commands to `cli`
from diffkit.cli.progress import progress
from diffkit.cli.shell import (
    DTYPES,
    PLOT,
    PROBLEM,
    TYPES,
    FormulaCommand,
    cli,
    command,
    evaluating,
    positive,
    problem,
    run,
)  # fmt: skip

__all__ = ["cli", "run"]


_step = positive("is not a step; write a positive number such as 1e-5")
DTYPE = click.option(
    "--dtype", type=click.Choice(TYPES), default="float64",
    show_default=True, help="The floating-point type of the point, and so of f.",
)  # fmt: skip


@command(
    "compare", *PROBLEM,
    click.option("--methods", metavar="A,B,...",
                 help="Which methods, in this order; ours by default; all: the peers, too."),
    click.option("--h", callback=_step, metavar="H",
                 help="The step of the methods that take one; by default each chooses."),
    DTYPE, PLOT, cls=FormulaCommand,
)  # fmt: skip
def compare_command(
    f: str, at: str, order: int, methods: str | None, h: float | None, dtype: str, **options: Any
) -> None:
    """Compare every method's derivative of F at P.

    Each row is a method: its value, its error against 50 digits, correct digits, step, calls of F, time.
    """
    from diffkit.cli.output import show

    function, point, text = problem(f, at, dtype)
    from diffkit.methods import methods_for
    from diffkit.studies import compare

    chosen = methods_for(methods, {} if h is None else {"h": h})
    with progress(**options) as tell, evaluating(function, point):
        found = compare(function, *point, methods=chosen, order=order, text=text, tell=tell)
    show(found, **options)


@command(
    "sweep", *PROBLEM,
    click.option("--methods", metavar="A,B,...", default="forward,central,richardson", show_default=True,
                 help="Methods with a step."),
    DTYPES, PLOT, cls=FormulaCommand,
)  # fmt: skip
def sweep_command(f: str, at: str, order: int, methods: str, dtypes: list[str], **options: Any) -> None:
    """Measure the error against the step h.

    Truncation and rounding are measured apart, for the derivative of F at P. Several types lie side by side.
    """
    from diffkit.cli.output import show

    function, point, text = problem(f, at)
    import numpy as np

    from diffkit.studies import error_sweep

    if len(point) != 1 or np.ndim(point[0]) or isinstance(point[0], dict):
        raise click.UsageError(f"sweep needs one number for its point; --at {at} is not one")
    dtype = dtypes if len(dtypes) > 1 else dtypes[0]
    with progress(**options) as tell, evaluating(function, point):
        found = error_sweep(function, point[0], methods, dtype=dtype, order=order, text=text, tell=tell)
    show(found, **options)


@command("methods")
def methods_command(**options: Any) -> None:
    """List the methods, their costs and needs.

    Calls of F for the gradient of n inputs are counted; what each method can follow is tried.
    """
    from diffkit.cli.output import show
    from diffkit.studies.overview import overview

    show(overview(), **options)
