"""How a study leaves the command line: a Rich table, plain text in a pipe, JSON, CSV, Markdown, a figure."""

from __future__ import annotations

import errno
import json
import shutil
import sys
from collections.abc import Mapping
from typing import Any, Protocol

import click

from diffkit.report.files import write_whole
from diffkit.studies.study import Study

__all__ = ["Printed", "show", "write"]


# What no other name mends: the output has failed, and that is no bad usage.
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG}


class Printed(Protocol):
    """What prints and exports itself without being a study: the steps of a derivative, a view of a tape."""

    def text(self, width: float) -> str: ...
    def to_dict(self) -> dict[str, Any]: ...
    def csv(self) -> str: ...
    def markdown(self) -> str: ...


def show(
    study: Study | Printed, *, form: str | None = None, output: str | None = None, plot: str | None = None,
    no_color: bool = False, quiet: bool = False, verbose: bool = False, how: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Print a study, or write it to a file, and draw its figure where one is wanted.

    `how` is for the figure.

    Raises `click.UsageError` for a file that cannot be written; nothing is left half-written.
    """
    if plot is not None:
        _draw(study, plot, quiet, how or {})
    if output is not None:
        write(_rendered(study, form or "text"), output, quiet)
    elif form:
        click.echo(_rendered(study, form), nl=False)
    elif sys.stdout is None or not sys.stdout.isatty():  # None where the shell has closed it
        click.echo(str(study))
    elif isinstance(study, Study):
        _print_rich(study, no_color)
    else:
        click.echo(study.text(shutil.get_terminal_size().columns))


def write(text: str, output: str | None, quiet: bool = False) -> None:
    """Print a text, or write it to a file."""
    text = text if text.endswith("\n") else text + "\n"
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        write_whole(output, text.encode())
    except OSError as error:
        if error.errno in FULL:
            raise
        raise click.UsageError(f"cannot write {output}: {_reason(error)}") from error
    _note(f"wrote {output}", quiet)


def _rendered(study: Study | Printed, form: str) -> str:
    if form == "json":
        return json.dumps(study.to_dict(), allow_nan=False, ensure_ascii=False) + "\n"
    text = str(study) if form == "text" else getattr(study, {"html": "page"}.get(form, form))()
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


def _draw(study: Any, path: str, quiet: bool, how: Mapping[str, Any]) -> None:
    from diffkit.report import save

    try:
        save(study.plot(**how), path)
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) in FULL:
            raise
        raise click.UsageError(f"--plot {path}: {_reason(error)}") from error
    _note(f"wrote {path}", quiet)


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _note(text: str, quiet: bool) -> None:
    if not quiet:
        click.echo(text, err=True)
