"""`diffkit trace F --at P` and `diffkit graph F --at P`: what a tape looks like."""

from __future__ import annotations

from typing import Any

import click

from diffkit.cli.shell import PLOT, FormulaCommand, WholeNumber, command, evaluating, flag_of_form, problem

__all__ = ["graph_command", "trace_command"]

F = click.argument("f", metavar="F")
AT = click.option("--at", required=True, metavar="P", help="The point: 0.7, x=1,y=-2 or 0,1,2.")
LABELS = click.option(
    "--labels", type=click.Choice(["names", "v", "n"]), default="names", show_default=True,
    help="Call the steps as F does, and v1, v2, ... where it has no name; v-1, v0, v1, ...; or n1, n2, ... "
    "with the constants among them.",
)  # fmt: skip


@command(
    "trace", F, AT,
    click.option("--mode", type=click.Choice(["reverse", "forward"]), default="reverse", show_default=True,
                 help="Put the adjoint or the tangent beside each value."),
    click.option("--wrt", metavar="X", help="In forward mode, the variable; the first by default."),
    click.option("--step", type=WholeNumber(0, 10**6), metavar="K", help="Show the first K steps only."),
    LABELS, flag_of_form("latex", "Print LaTeX."), PLOT,
    click.option("--figure", type=click.Choice(["passes", "staircase"]), default="passes", show_default=True,
                 help="What --plot draws: both passes beside each other, or the program as a staircase."),
    cls=FormulaCommand,
)  # fmt: skip
def trace_command(
    f: str, at: str, mode: Any, wrt: str | None, step: int | None, labels: Any, figure: str, **options: Any
) -> None:
    """Print the evaluation trace of F at P.

    Each step with its value, and beside it the tangent or the adjoint with the formula it comes from; --plot
    draws it.
    """
    from diffkit.cli.output import show

    function, point, _ = problem(f, at)
    import numpy as np

    from diffkit.api import record
    from diffkit.views import table

    if wrt is not None and mode == "reverse":
        raise click.UsageError("--wrt is for --mode forward: one sweep of reverse mode has every adjoint")
    with evaluating(function, point), np.errstate(all="ignore"):  # what is not finite is shown
        tape = record(function, *point)
        direction = _direction(wrt, tape, point) if wrt is not None else None
        found = table(tape, *point, mode=mode, labels=labels, direction=direction, step=step)
    show(found, how={"figure": figure}, **options)


@command(
    "graph", F, AT,
    click.option("--show", type=click.Choice(["structure", "values", "adjoints"]), default="adjoints",
                 show_default=True, help="Which numbers stand in the graph."),
    LABELS, *(flag_of_form(form, f"Print {name}.") for form, name in (
        ("dot", "DOT, for Graphviz"), ("mermaid", "Mermaid, for GitHub"), ("svg", "the drawing as SVG"))),
    PLOT, click.option("--states", is_flag=True,
                       help="Let --plot draw three graphs: the structure, the values, the adjoints."),
    cls=FormulaCommand,
)  # fmt: skip
def graph_command(f: str, at: str, show: Any, labels: Any, states: bool, **options: Any) -> None:
    """Print or draw the computational graph of F at P.

    A line a node with its value and its adjoint; --plot draws it, from the inputs to the result.
    """
    from diffkit.cli.output import show as shown

    function, point, _ = problem(f, at)
    import numpy as np

    from diffkit.api import record
    from diffkit.views import graph

    with evaluating(function, point), np.errstate(all="ignore"):  # what is not finite is shown
        tape = record(function, *point)
        found = graph(tape, *point, show=show, labels=labels)
    shown(found, how={"states": states}, **options)


def _direction(wrt: str, tape: Any, point: tuple[Any, ...]) -> tuple[Any, ...]:
    """The tangents of the arguments, nested as the point is: 1 for one variable and 0 for the others."""
    import numpy as np

    from diffkit.structure import flatten_arguments
    from diffkit.views.names import slot_names

    names = slot_names(tape)[: tape.input_count]
    if wrt not in names:
        known = f"its variables are {', '.join(names)}" if all(names) else "its variables have no names"
        raise click.UsageError(f"F has no variable {wrt!r}; {known}")
    leaves, structure = flatten_arguments(point)
    seeds = [
        np.full(np.shape(leaf), float(name == wrt))[()] for name, leaf in zip(names, leaves, strict=True)
    ]
    return tuple(structure.build(seeds))
