"""Throw texts, command lines and requests at diffkit: python -m tests.trust.fuzz --seconds 60."""

from __future__ import annotations

import resource
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import click

from diffkit.tables import Table
from tests.trust.fuzz.arguments import ARGUMENTS
from tests.trust.fuzz.parser import PARSER
from tests.trust.fuzz.server import SERVER
from tests.trust.fuzz.watch import Tally, Target, fuzz

TARGETS: dict[str, Target] = {target.name: target for target in (PARSER, ARGUMENTS, SERVER)}
MOST_MEMORY = 8 * 2**30  # bytes of address space: what asks for more gets a MemoryError, and is found


def _chosen(ctx: click.Context, param: click.Parameter, text: str) -> list[Target]:
    names = text.split(",")
    if unknown := [name for name in names if name not in TARGETS]:
        raise click.BadParameter(f"{unknown[0]!r} is no target; there are {', '.join(TARGETS)}", ctx, param)
    return [TARGETS[name] for name in names]


@click.command()
@click.option(
    "--seconds", type=click.FloatRange(1), default=60.0, show_default=True, help="For all targets together."
)
@click.option("--only", "targets", metavar="A,B", default=",".join(TARGETS), show_default=True,
              callback=_chosen, help="Which targets.")  # fmt: skip
@click.option("--seed", type=int, help="What the inputs follow from; by default another one each time.")
@click.option("--found", type=click.Path(path_type=Path), default="fuzz-found.txt", show_default=True,
              help="The file for inputs of which something undocumented came.")  # fmt: skip
def main(seconds: float, targets: list[Target], seed: int | None, found: Path) -> None:
    """Fuzz the parser, the command line and the explorer's server.

    The exit status is 1 where something came that is written down nowhere: another exception than diffkit's
    own with one clear line, another exit status, a traceback, a hang, half a file, memory that grows.
    """
    warnings.simplefilter("ignore")  # the inputs are meant to be odd
    seed = int(time.time()) if seed is None else seed
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    note = found.with_suffix(".now")  # what is being tried, should it take the process with it
    tallies = []
    for target in targets:
        click.echo(f"{target.name}: {seconds / len(targets):.0f} s with seed {seed}", err=True)
        tallies.append(fuzz(target, seed, seconds=seconds / len(targets), note=note))
    note.unlink()
    click.echo(report(tallies))
    offences = [(tally.name, kind, *said) for tally in tallies for kind, said in tally.offences.items()]
    if offences:
        lines = [f"{name}: {kind}\nseed {seed}\n{given}\n{said}\n" for name, kind, given, said in offences]
        found.write_text("\n".join(lines), encoding="utf-8", errors="backslashreplace")
        for name, kind, given, _ in offences:
            click.echo(f"{name}: {kind}: {ascii(given)[:200]}", err=True)
        click.echo(f"wrote {found}", err=True)
        sys.exit(1)


COLUMNS: dict[str, Callable[[Tally], str]] = {
    "target": lambda tally: tally.name,
    "seconds": lambda tally: f"{tally.seconds:.0f}",
    "tried": lambda tally: str(tally.tried),
    "slowest": lambda tally: f"{1000 * tally.slowest[0]:.0f} ms",
    "growth": lambda tally: f"{tally.growth:.1f} MB",
    "undocumented": lambda tally: str(len(tally.offences)),
}


def report(tallies: list[Tally]) -> str:
    """A line a target, and below what came of its inputs, with the slowest of them."""
    rows = tuple(tuple(text(tally) for text in COLUMNS.values()) for tally in tallies)
    parts = [Table(tuple(COLUMNS), rows, right=frozenset([*COLUMNS][1:])).text()]
    for tally in tallies:
        outcomes = tuple((came, str(count)) for came, count in tally.outcomes.most_common())
        parts.append(Table((tally.name, "inputs"), outcomes, right=frozenset({"inputs"})).text())
        parts.append(f"slowest: {ascii(tally.slowest[1])[:160]}")
    return "\n\n".join(parts)


if __name__ == "__main__":
    main()
