"""`diffkit report F --at P -o page.html`: everything about F at P in one file for a browser."""

from __future__ import annotations

import click

from diffkit.cli.progress import progress
from diffkit.cli.shell import PROBLEM, FormulaCommand, cli, evaluating, problem

__all__ = ["report_command"]

LANGUAGES = ("en", "zh")  # diffkit.report.web.labels.LANGUAGES, without loading NumPy for --help


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

    with progress(quiet=quiet) as tell, evaluating(function, point):
        made = page(function, *point, order=order, wrt=wrt, lang=lang, text=text, tell=tell)
    write(made, None if output == "-" else output, quiet)
