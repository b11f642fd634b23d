"""`diffkit explore`: the page live, where what is typed is answered at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import click

from diffkit.cli.report import LANGUAGES
from diffkit.cli.shell import FormulaCommand, WholeNumber, cli, problem

__all__ = ["explore_command"]

START = {"f": "sin(x)*exp(-x^2)", "at": "0.7", "h": "0.4"}


@cli.command("explore", cls=FormulaCommand)
@click.argument("f", metavar="[F]", required=False)
@click.option("--at", metavar="P", help="The point to begin with: 0.7, x=1,y=-2 or 0,1,2.")
@click.option("--port", type=WholeNumber(0, 65535), default=0, metavar="N",
              help="The port to listen at; by default one that is free.")  # fmt: skip
@click.option("--no-browser", is_flag=True, help="Print the address and open no browser.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True,
              help="The language of the page.")  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="No notes on standard error.")
@click.option("-v", "--verbose", is_flag=True, help="Show the traceback of an error.")
def explore_command(
    f: str | None, at: str | None, port: int, no_browser: bool, lang: str, quiet: bool, verbose: bool
) -> None:
    """Serve the page of report live, on this computer alone.

    A function, a point and a step that are typed there are answered at once. Without F it begins with an
    example. Ctrl-C stops it.
    """
    start = dict(START)
    if f is not None:
        start |= {"f": f.strip(), "at": at or _some_point(f)}
    elif at is not None:
        start["at"] = at
    function, _, text = problem(start["f"], start["at"])
    start["f"] = text

    from diffkit.report.web.live import Explorer, Server

    explorer = Explorer(reader(text, function), start, lang)
    try:
        server = Server(explorer, port)
    except OSError as error:
        raise click.UsageError(f"cannot listen at port {port}: {error.strerror or error}") from error
    with server:
        click.echo(server.url)
        if not quiet:
            click.echo("Ctrl-C stops it", err=True)
        threading.Thread(target=explorer.warm_up, daemon=True).start()
        if not no_browser:
            import webbrowser

            # A browser in the terminal would keep this thread until it is left.
            threading.Thread(target=webbrowser.open, args=(server.url,), daemon=True).start()
        server.serve_forever()


def _some_point(f: str) -> str:
    """A point to begin with, for a formula in its own variables."""
    from diffkit.cli.arguments import read_function

    names = getattr(read_function(f), "variables", ())
    return ",".join(f"{name}={START['at']}" for name in names) if len(names) > 1 else START["at"]


def reader(given: str, function: Callable[..., Any]) -> Callable[[str, str], Any]:
    """Reads what is typed: the function that was given by its text, any other text as a formula.

    >>> read = reader("mine", abs)
    >>> read("mine", "-2"), read("x^2", "3")[1:]
    ((<built-in function abs>, (-2.0,), 'mine'), ((3.0,), 'x^2'))
    """
    from diffkit.cli.arguments import read_point
    from diffkit.errors import DiffkitError, ExpressionError
    from diffkit.functions import parse
    from diffkit.report.web.live import Unreadable

    def read(f: str, at: str) -> tuple[Callable[..., Any], tuple[Any, ...], str]:
        try:
            found = function if f == given else parse(f)
        except ExpressionError as error:
            raise Unreadable.by("f", error) from error
        try:
            return found, read_point(at, found).args, f
        except DiffkitError as error:
            raise Unreadable.by("at", error) from error

    return read
