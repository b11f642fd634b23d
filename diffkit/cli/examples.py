"""`diffkit examples 12 16-18`: the worked examples of the textbooks, run."""

from __future__ import annotations

from typing import Any

import click

from diffkit.cli.progress import progress
from diffkit.cli.shell import FAILED, FINE, command

__all__ = ["examples_command"]


@command("examples", click.argument("which", metavar="[NUMBER|WORD]...", nargs=-1))
def examples_command(which: tuple[str, ...], **options: Any) -> int:
    """Run the worked examples of the textbooks.

    What is expected beside what is got, a line a value. NUMBER is 12 or 16-18, WORD is part of a title; all
    by default, which takes half a minute. The exit status is 1 if any differs.
    """
    from diffkit.cli.output import show
    from diffkit.examples import examples

    with progress(**options) as tell:
        found = examples(*which, tell=tell)
    show(found, **options)
    return FINE if found else FAILED
