"""Mutants: lines of diffkit changed one at a time, each of which some test should notice.

    pip install -e ".[trust]"
    pytest -n auto --cov --cov-context=test                      # which test runs which line: .coverage
    pytest -n auto --cov --cov-context=test --cov-append -m slow # and the slow ones
    python -m tests.mutants --sample 400 -o mutants.txt

Cosmic Ray makes the mutants; of the many thousands a random sample is tried, in clones of the last commit, on
the tests that run the changed line: some of the twin file's and of the others, then, should they pass, more.
Annotations are left out, since nothing is computed from them, and a rule's examples, which are tests' inputs.
"""

from __future__ import annotations

import ast
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click
from cosmic_ray.commands.init import init
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_db import use_db
from cosmic_ray.work_item import MutationSpec
from coverage import CoverageData
from rich.console import Console
from rich.progress import track

ROOMS = ("tape", "rules", "autodiff", "numerical")
FEW, MANY = 40, 1000  # tests tried at once, and on a mutant that those let live
PATIENCE = 240  # seconds; a mutant that makes a test run on is noticed


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant: its room, how it ended, and what was changed."""

    room: str
    end: str  # "killed", "survived" or "no test"
    operator: str
    diff: str


# -- mutants ----------------------------------------------------------------------------------------------


def mutants(session: str, only: str) -> list[MutationSpec]:
    """Every mutant of the files whose path contains a text, in a fixed order; a session is made once."""
    made = Path(session).exists()
    with use_db(session) as database:
        if not made:  # each of 170 operators walks each file
            files = [path for room in ROOMS for path in sorted(Path("diffkit", room).rglob("*.py"))]
            init(files, database, {})
        found = [item.mutations[0] for item in database.work_items]
    found = [mutant for mutant in found if only in str(mutant.module_path) and not _of_no_effect(mutant)]
    return sorted(found, key=lambda m: (str(m.module_path), m.start_pos, m.operator_name, m.occurrence))


def _of_no_effect(mutant: MutationSpec) -> bool:
    return any(
        start <= mutant.start_pos and mutant.end_pos <= end for start, end in _idle(mutant.module_path)
    )


@cache
def _idle(path: Path) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where a file's annotations, its `if TYPE_CHECKING:` and its examples begin and end."""
    return [
        ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
        for node in _unevaluated(ast.parse(path.read_text("utf-8")))
    ]


def _unevaluated(tree: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            yield node.annotation
        elif isinstance(node, ast.FunctionDef) and node.returns:
            yield node.returns
        elif isinstance(node, ast.keyword) and node.arg in ("examples", "domain"):
            yield node.value
        elif isinstance(node, ast.If | ast.Call):
            word = node.test if isinstance(node, ast.If) else node.func
            if ast.unparse(word) in ("TYPE_CHECKING", "example"):
                yield node


# -- the tests of a mutant --------------------------------------------------------------------------------


@cache
def _contexts(data: str, path: str) -> dict[int, list[str]]:
    contexts = CoverageData(data)
    contexts.read()
    return contexts.contexts_by_lineno(path)


def tests_of(mutant: MutationSpec, data: str) -> list[str]:
    """The tests that run the mutant's lines, the twin's first; the twin where only an import runs them."""
    path = mutant.module_path
    twin = f"tests/{path.relative_to('diffkit').parent}/test_{path.stem}.py".replace("/./", "/")
    lines = _contexts(data, str(path))
    named = {
        context.partition("|")[0]
        for line in range(mutant.start_pos[0], mutant.end_pos[0] + 1)
        for context in lines.get(line, [])
    }
    named.discard("")
    shuffled = sorted(named)
    random.Random(0).shuffle(shuffled)
    shuffled.sort(key=lambda test: not test.startswith((twin, str(path))))
    first = [*shuffled[: FEW // 2], *shuffled[-FEW // 2 :]] if len(shuffled) > FEW else shuffled
    rest = [test for test in shuffled if test not in set(first)][: MANY - FEW]
    return [*first, *rest] or [twin] * Path(twin).exists()


def outcome_of(mutant: MutationSpec, tests: list[str]) -> Outcome:
    """What the tests say of a mutant; asked in the folder of a clone."""
    result = None
    for some in (tests[:FEW], tests[FEW:]):
        if some and (result is None or not result.is_killed):
            with tempfile.NamedTemporaryFile("w", suffix=".txt") as names:  # too many for a command
                names.write("\n".join(some))
                names.flush()
                options = "-x -q -p no:cacheprovider --tb=no -m 'slow or not slow'"
                command = f"{sys.executable} -m pytest {options} @{names.name}"
                result = mutate_and_test([mutant], command, PATIENCE)
    end = "no test" if result is None else "killed" if result.is_killed else "survived"
    return Outcome(mutant.module_path.parts[1], end, mutant.operator_name, (result and result.diff) or "")


# -- in clones --------------------------------------------------------------------------------------------


def _settle(folder: str, source: str) -> None:
    """Clone the last commit into a folder of this process, and work there."""
    here = tempfile.mkdtemp(dir=folder)
    subprocess.run(["git", "clone", "--quiet", source, here], check=True)
    os.chdir(here)
    os.environ["PYTHONPATH"] = here


@click.command()
@click.option("--sample", default=400, show_default=True, help="How many mutants to try.")
@click.option("--seed", default=0, show_default=True, help="Which sample.")
@click.option("--only", default="", help="Only files whose path contains this.")
@click.option("--session", default="mutants.sqlite", show_default=True, help="Cosmic Ray's list of mutants.")
@click.option("--workers", default=2, show_default=True)
@click.option(
    "--contexts", default=".coverage", show_default=True, help="What pytest --cov-context=test wrote."
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Where to write the survivors.")
def main(
    sample: int, seed: int, only: str, session: str, workers: int, contexts: str, output: str | None
) -> None:
    """Try a random sample of mutants on the tests that run their lines; write those that live."""
    every = mutants(session, only)
    chosen = random.Random(seed).sample(every, min(sample, len(every)))
    console = Console(stderr=True)
    ends: Counter[tuple[str, str]] = Counter()
    survivors: list[Outcome] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(workers, initializer=_settle, initargs=(folder, os.getcwd())) as pool,
    ):
        waiting = [pool.submit(outcome_of, mutant, tests_of(mutant, contexts)) for mutant in chosen]
        for done in track(as_completed(waiting), "mutants", len(waiting), console=console):
            outcome = done.result()
            ends[outcome.room, outcome.end] += 1
            if outcome.end != "killed":
                survivors.append(outcome)
            if output:
                told = [f"{sum(ends.values())} tried, {len(survivors)} not killed"]
                told += [f"{outcome.end}: {outcome.operator}\n{outcome.diff}" for outcome in survivors]
                Path(output).write_text("\n\n".join(told), "utf-8")
    for room in sorted({room for room, _ in ends}):
        killed, tried = ends[room, "killed"], sum(n for (r, _), n in ends.items() if r == room)
        click.echo(f"{room:10} {killed:5} of {tried:5} killed, {killed / tried:.1%}")
    click.echo(
        f"{'all':10} {len(chosen) - len(survivors):5} of {len(chosen):5} killed; {len(every)} mutants in all"
    )


if __name__ == "__main__":
    main()
