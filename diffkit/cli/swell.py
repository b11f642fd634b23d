"""`diffkit swell F`: how large the derivative becomes when it is written out."""

from __future__ import annotations

from typing import Any

import click

from diffkit.cli.progress import progress
from diffkit.cli.shell import (
    PLOT,
    FormulaCommand,
    WholeNumber,
    command,
    evaluating,
    problem,
    seconds,
    sizes_up_to,
)  # fmt: skip

__all__ = ["FAMILY_NAMES", "swell_command"]

# diffkit.families.FAMILIES, without loading NumPy for --help
FAMILY_NAMES = ("logistic", "loop", "nested-sine", "product", "softplus")


@command(
    "swell",
    click.argument("f", metavar="[F]", required=False),
    click.option("--family", type=click.Choice(FAMILY_NAMES),
                 help="Functions that grow with n, instead of F."),
    click.option("--n", metavar="N", callback=sizes_up_to(10_000),
                 help="Sizes: 8, or 1,2,4, or 1-8. Of the family, or of an F(x, n) in Python."),
    click.option("--iterate", metavar="N", callback=sizes_up_to(10_000),
                 help="F is a step from x to the next x: apply it so many times; sizes as for --n."),
    click.option("--wrt", metavar="X", help="By which variable, or several as x,y; by default all."),
    click.option("--order", type=WholeNumber(1, 10), metavar="K", default=1, show_default=True,
                 help="Which derivative, by one variable."),
    click.option("--at", metavar="P", help="Where a Python function is followed; 0.5 by default."),
    click.option("--time-limit", metavar="S", default="5", show_default=True, callback=seconds,
                 help="Seconds for each stage of SymPy's."),
    click.option("--max-nodes", type=WholeNumber(1, 10**9), metavar="N", default=1_000_000,
                 show_default=True, help="The largest tree that SymPy is given."),
    PLOT, cls=FormulaCommand,
)  # fmt: skip
def swell_command(
    f: str | None, family: str | None, n: list[int] | None, iterate: list[int] | None, wrt: str | None,
    order: int, at: str | None, time_limit: float, max_nodes: int, **options: Any,
) -> None:  # fmt: skip
    """Measure how a derivative swells.

    Its size as it is written out, tidied up and shared: raw rules, pruned, SymPy's diff, simplify and
    cse, the shared graph, and reverse mode's program.
    """
    from diffkit.cli.arguments import read_function
    from diffkit.cli.output import show

    if (f is None) == (family is None):
        raise click.UsageError(
            "swell takes a function F or --family, one of them", click.get_current_context()
        )
    function, point, text = None, None, None
    if f is not None:
        function, point, text = (read_function(f), None, None) if at is None else problem(f, at)
    elif at is not None:
        raise click.UsageError("--at is a point for F; a family has its own", click.get_current_context())
    from diffkit.studies import swell

    with progress(**options) as tell, evaluating(function or (lambda x: x), point or (0.5,)):
        found = swell(
            function, point, family=family, n=n, iterate=iterate, order=order,
            wrt=wrt if wrt is None else [name.strip() for name in wrt.split(",")],
            time_limit=time_limit, max_nodes=max_nodes, text=None if iterate else text, tell=tell,
        )  # fmt: skip
    show(found, **options)
