"""`diffkit cost F`: what a gradient costs, against the number of inputs."""

from __future__ import annotations

from typing import Any

import click

from diffkit.cli.progress import progress
from diffkit.cli.shell import PLOT, FormulaCommand, command, evaluating, seconds, sizes_up_to

__all__ = ["cost_command"]


@command(
    "cost",
    click.argument("f", metavar="F"),
    click.option("--sizes", metavar="N,...", default="1,10,100,1000", show_default=True,
                 callback=sizes_up_to(1_000_000), help="The numbers of inputs."),
    click.option("--methods", metavar="A,B,...",
                 help="Which methods, in this order; ours by default; all: the peers, too."),
    click.option("--time-limit", metavar="S", default="5", show_default=True, callback=seconds,
                 help="Seconds that one gradient may take; what takes longer is left out."),
    PLOT, cls=FormulaCommand,
)  # fmt: skip
def cost_command(f: str, sizes: list[int], methods: str | None, time_limit: float, **options: Any) -> None:
    """Count and time what a gradient costs.

    F takes an array of n inputs: "module:function" or "file.py:function". A formula in one variable is
    summed over the array. Calls of F and sweeps are counted, times are in calls of F, theory stands beside.
    """
    from diffkit.cli.arguments import read_function
    from diffkit.cli.output import show

    function = read_function(f)
    from diffkit.studies import cost

    with progress(**options) as tell, evaluating(function, (0.5,)):
        found = cost(function, sizes, methods, time_limit=time_limit, tell=tell)
    show(found, **options)
