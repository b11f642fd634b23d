"""`diffkit report F --at P -o page.html`: everything about F at P in one file for a browser."""

from __future__ import annotations

import time
from collections.abc import Callable

import click

from diffkit.cli.shell import PROBLEM, FormulaCommand, cli, evaluating, problem

__all__ = ["report_command"]

LANGUAGES = ("en", "zh")  # diffkit.report.web.labels.LANGUAGES, without loading NumPy for --help
PATIENCE = 2.0  # seconds without a word

COMING = {
    "compare": "comparing the methods",
    "sweep": "sweeping the step",
    "secants": "drawing secants",
    "trace": "recording f",
    "steps": "differentiating rule by rule",
    "swell": "measuring the swell",
}


@cli.command("report", cls=FormulaCommand)
@PROBLEM[0]
@PROBLEM[1]
@PROBLEM[2]
@click.option(
    "--wrt", metavar="X", help="Of several variables, the one that h changes; the first by default."
)
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True,
              help="The language of the page.")  # fmt: skip
@click.option("-o", "--output", metavar="FILE", required=True,
              help="The file to write, such as page.html; - is standard output.")  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="No notes on standard error.")
@click.option("-v", "--verbose", is_flag=True, help="Show the traceback of an error.")
def report_command(
    f: str, at: str, order: int, wrt: str | None, lang: str, output: str, quiet: bool, verbose: bool
) -> None:
    """Write a page about F at P.

    One HTML file that needs no network: every method's answer, secants and errors under a slider for h, the
    graph and the trace to walk through, the rules, the swell.
    """
    from diffkit.cli.output import write

    function, point, text = problem(f, at)
    from diffkit.report import page

    with evaluating(function, point):
        made = page(function, *point, order=order, wrt=wrt, lang=lang, text=text, tell=_telling(quiet))
    write(made, None if output == "-" else output, quiet)


def _telling(quiet: bool) -> Callable[[str], None]:
    """What says on standard error what comes next, once that takes its time."""
    start = time.monotonic()

    def tell(what: str) -> None:
        if not quiet and time.monotonic() - start > PATIENCE:
            click.echo(f"{COMING[what]} ...", err=True)

    return tell
