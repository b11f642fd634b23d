"""`diffkit survey`: every method on every problem of the catalogue."""

from __future__ import annotations

from typing import Any

import click

from diffkit.cli.progress import progress
from diffkit.cli.shell import DTYPES, PLOT, WholeNumber, command

__all__ = ["survey_command"]


@command(
    "survey",
    click.option("--problems", metavar="A,B,...", help="Which problems of the catalogue; all by default."),
    click.option("--methods", metavar="A,B,...", help="Which methods, in this order; all by default."),
    DTYPES,
    click.option("--workers", type=WholeNumber(1, 1000), metavar="N", default=1, show_default=True,
                 help="So many processes share the work; it pays where that takes ten seconds or more."),
    click.option("--file", metavar="FILE.jsonl", help="Write each row to FILE when it is finished. Rows that "
                 "are there are not computed again: an interrupted survey goes on where it stopped."),
    PLOT,
)  # fmt: skip
def survey_command(
    problems: str | None, methods: str | None, dtypes: list[str], workers: int, file: str | None,
    **options: Any,
) -> None:  # fmt: skip
    """Compare every method on every problem of the catalogue.

    A row is a problem, a column a method: its correct digits, or in a word why it does not apply.
    """
    from diffkit.cli.output import show
    from diffkit.studies import survey

    with progress(**options) as tell:
        found = survey(problems, methods, dtypes, workers=workers, file=file, tell=tell)
    show(found, **options)
