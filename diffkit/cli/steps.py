"""`diffkit steps F`: the derivative rule by rule."""

from __future__ import annotations

import re
from typing import Any

import click

from diffkit.cli.shell import FormulaCommand, WholeNumber, command, evaluating, flag_of_form, problem

__all__ = ["steps_command"]

FORMS = ("latex", "mathml", "numpy", "c")  # diffkit.symbolic.export.FORMS, without loading NumPy for --help


def _seconds(ctx: click.Context, param: click.Parameter, text: str) -> float | None:
    """A time limit; None for 0, which leaves simplifying out."""
    if not re.fullmatch(r"[0-9]+\.?[0-9]*|\.[0-9]+", text):
        raise click.BadParameter(
            f"{text!r} is no time; write a number of seconds such as 5, 0 for none", ctx, param
        )
    return float(text) or None


@command(
    "steps",
    click.argument("f", metavar="F"),
    click.option("--wrt", metavar="X", help="By which variable; not needed when F has one."),
    click.option("--order", type=WholeNumber(1, 10), metavar="N", default=1, show_default=True,
                 help="Which derivative; each continues from the one before."),
    click.option("--bare", is_flag=True, help="The bare rules, with every 0*u and 1*u."),
    click.option("--time-limit", metavar="S", default="5", show_default=True, callback=_seconds,
                 help="Seconds for SymPy's simplify; 0 leaves it out."),
    click.option("--at", metavar="P", help="Where a Python function is followed; 1 by default."),
    click.option("--export", "export_to", type=click.Choice(FORMS), metavar="FORM",
                 help="Print only the derivative, as latex, mathml, or source for numpy or c."),
    flag_of_form("latex", "Print LaTeX, a line a step."),
    flag_of_form("html", "Print an HTML page with MathML."),
    cls=FormulaCommand,
)  # fmt: skip
def steps_command(
    f: str, wrt: str | None, order: int, bare: bool, time_limit: float | None, at: str | None,
    export_to: str | None, **options: Any,
) -> None:  # fmt: skip
    """Differentiate F rule by rule.

    As a student writes it, outermost rule first; then pruned, collected, simplified and shared, each
    checked against SymPy's own derivative.
    """
    from diffkit.cli.arguments import read_function
    from diffkit.cli.output import show, write
    from diffkit.symbolic import export, steps

    function, point = (read_function(f), None) if at is None else problem(f, at)[:2]
    with evaluating(function, point or (1.0,)):
        found = steps(function, wrt, _given(point), order=order, shortcuts=not bare, time_limit=time_limit)
    if export_to is None:
        show(found, **options)
        return
    if options.get("form"):
        raise click.UsageError(f"--export {export_to} is a form of its own; leave --{options['form']} out")
    variables = sorted({s.name for s in found.f.free_symbols} | {found.variable.name})
    write(
        export(found.best.expression, export_to, variables, "derivative"), options["output"], options["quiet"]
    )


def _given(point: tuple[Any, ...] | None) -> Any:
    return point[0] if point is not None and len(point) == 1 else point
