"""How a study leaves the command line: a Rich table, plain text in a pipe, JSON, CSV, Markdown, a figure."""

from __future__ import annotations

import json
import sys

import click

from diffkit.report.files import write_whole
from diffkit.studies.study import Study

__all__ = ["show"]


def show(
    study: Study, *, form: str | None = None, output: str | None = None, plot: str | None = None,
    no_color: bool = False, quiet: bool = False, verbose: bool = False,
) -> None:  # fmt: skip
    """Print a study, or write it to a file, and draw its figure where one is wanted.

    Raises `click.UsageError` for a file that cannot be written; nothing is left half-written.
    """
    if plot is not None:
        _draw(study, plot, quiet)
    if output is not None:
        try:
            write_whole(output, _rendered(study, form or "text").encode())
        except OSError as error:
            raise click.UsageError(f"cannot write {output}: {_reason(error)}") from error
        _note(f"wrote {output}", quiet)
    elif form:
        click.echo(_rendered(study, form), nl=False)
    elif sys.stdout is not None and sys.stdout.isatty():  # None where the shell has closed it
        _print_rich(study, no_color)
    else:
        click.echo(str(study))


def _rendered(study: Study, form: str) -> str:
    if form == "json":
        return json.dumps(study.to_dict(), allow_nan=False, ensure_ascii=False) + "\n"
    text = {"csv": study.csv, "markdown": study.markdown, "text": study.__str__}[form]()
    return text if text.endswith("\n") else text + "\n"


def _print_rich(study: Study, no_color: bool) -> None:
    """The study on a terminal: lines that break between words and never inside a number."""
    from rich.console import Console
    from rich.text import Text

    console = Console(no_color=no_color or None, highlight=False)
    title, *more = study.title()
    parts = [[Text(title, "bold"), *map(Text, more)]]
    for table in study.tables():
        head, *lines = map(Text, table.text(console.width).split("\n"))
        head.stylize("bold")
        for line in lines:
            line.highlight_words(["not applicable"], "dim")
        parts.append([head, *lines])
    parts.append([*map(Text, study.remarks())])
    console.print(Text("\n\n").join(Text("\n").join(part) for part in parts if part))


def _draw(study: Study, path: str, quiet: bool) -> None:
    from diffkit.report import save

    try:
        save(study.plot(), path)
    except (OSError, ValueError) as error:
        raise click.UsageError(f"--plot {path}: {_reason(error)}") from error
    _note(f"wrote {path}", quiet)


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _note(text: str, quiet: bool) -> None:
    if not quiet:
        click.echo(text, err=True)
