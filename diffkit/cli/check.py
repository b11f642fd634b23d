"""`diffkit check F --gradient G --at P`: whether a hand-written gradient is right."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import click

from diffkit.cli.progress import progress
from diffkit.cli.shell import FAILED, FINE, PLOT, FormulaCommand, WholeNumber, command, evaluating, problem

__all__ = ["check_command"]


@command(
    "check",
    click.argument("f", metavar="F"),
    click.option("--gradient", metavar="G", help="What to check: module:function, file.py:function, or "
                 "formulas, one for each variable, with commas between them. By default reverse mode's."),
    click.option("--at", required=True, metavar="P", help="The point: 0.7, x=1,y=-2 or 0,1,2."),
    click.option("--samples", type=WholeNumber(1, 10**6), default=100, metavar="N", show_default=True,
                 help="So many components are checked; of more a random sample, and random directions."),
    click.option("--seed", type=WholeNumber(0, 10**9), default=0, metavar="N", show_default=True,
                 help="What the sample follows from."),
    PLOT, cls=FormulaCommand,
)  # fmt: skip
def check_command(f: str, gradient: str | None, at: str, samples: int, seed: int, **options: Any) -> int:
    """Check a gradient component by component.

    Each number is held against the adaptive method, within its error estimate and the rounding of the
    gradient. The exit status is 1 if one is wrong. Where F has a corner or a jump nothing is wrong.
    """
    from diffkit.cli.output import show

    function, point, text = problem(f, at)
    given = None if gradient is None else _read_gradient(gradient, function)
    from diffkit.studies import check_gradient

    within = evaluating(given, point) if callable(given) else nullcontext()
    with progress(**options) as tell, evaluating(function, point), within:
        found = check_gradient(
            function, *point, gradient=given, samples=samples, seed=seed, text=text, tell=tell
        )
    show(found, **options)
    return FINE if found.passed else FAILED


def _read_gradient(text: str, function: Any) -> Any:
    """A function, or the formulas of several components: by name where F has names, otherwise in order."""
    from diffkit.cli.arguments import at_commas, read_function

    formulas = at_commas(text)
    if len(formulas) == 1:
        return read_function(text)
    variables = getattr(function, "variables", None)
    if variables is None:
        return tuple(formulas)
    if len(variables) != len(formulas):
        raise click.UsageError(
            f"F has {len(variables)} variables ({', '.join(variables)}) and --gradient has {len(formulas)} "
            f"formulas; write one for each, with commas between them",
            click.get_current_context(),
        )
    return dict(zip(variables, formulas, strict=True))
