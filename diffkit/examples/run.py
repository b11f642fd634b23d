"""The worked examples, run: what the textbooks say beside what diffkit gets."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import Any

from diffkit.errors import ArgumentsError
from diffkit.examples import automatic, imperative, numerical, symbolic, training
from diffkit.examples.row import Check, Example, checked, shown
from diffkit.studies.study import Study
from diffkit.studies.tell import Tell, silent, told
from diffkit.tables import Table, csv_text, json_ready

__all__ = ["CHAPTERS", "Examples", "Outcome", "examples"]

CHAPTERS: dict[str, tuple[Example, ...]] = {
    "numerical": numerical.ROWS,
    "symbolic": symbolic.ROWS,
    "automatic": automatic.ROWS,
    "imperative": imperative.ROWS,
    "training": training.ROWS,
}


@dataclass(frozen=True)
class Outcome:
    """An example that was run.

    Attributes
    ----------
    chapter, number, title, setting
        Which one.
    checks
        One `Check` a value.
    error
        What was raised instead, in a line; empty where nothing was.
    """

    chapter: str
    number: int
    title: str
    setting: str
    checks: tuple[Check, ...]
    error: str

    @property
    def ok(self) -> bool:
        """Whether every value is the textbook's."""
        return all(check.ok for check in self.checks)


@dataclass(frozen=True)
class Examples(Study):
    """Worked examples with what is expected and what was got; true when all agree."""

    outcomes: tuple[Outcome, ...]

    @property
    def passed(self) -> bool:
        """Whether every example agrees."""
        return not self.differing

    @property
    def differing(self) -> tuple[Outcome, ...]:
        """The examples that do not agree."""
        return tuple(outcome for outcome in self.outcomes if not outcome.ok)

    def __bool__(self) -> bool:
        return self.passed

    def title(self) -> list[str]:
        """What the tables hold."""
        return ["Worked examples: what the textbooks say, and what diffkit gets"]

    def tables(self) -> list[Table]:
        """A table a chapter, with a line for each example and below it one for each value."""
        tables = []
        for chapter in dict.fromkeys(outcome.chapter for outcome in self.outcomes):
            columns = ("#", chapter, "expected", "got", "status", "note")
            rows = [row for each in self.outcomes if each.chapter == chapter for row in _lines(each)]
            tables.append(Table(columns, tuple(rows), frozenset({"#"})))
        return tables

    def remarks(self) -> list[str]:
        """What was raised, and the verdict."""
        told = [f"Example {each.number} raised {each.error}" for each in self.outcomes if each.error]
        count, wrong = len(self.outcomes), len(self.differing)
        numbers = ", ".join(str(each.number) for each in self.differing)
        verdict = f"{count - wrong} of {count} example{'s agree' if count > 1 else ' agrees'}"
        return [*told, verdict + (f"; what differs: {numbers}." if wrong else ".")]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, of the schema diffkit.examples/1: passed, and examples with their checks."""
        return {
            "schema": "diffkit.examples/1",
            "passed": self.passed,
            "examples": [{**json_ready(each), "ok": each.ok} for each in self.outcomes],
        }

    def csv(self) -> str:
        """One line a value."""
        lines = [
            (each.number, each.chapter, each.title, each.setting, *_cells(check), each.error)
            for each in self.outcomes
            for check in each.checks
        ]
        return csv_text(["number", "chapter", "title", "setting", *VALUE, "error"], lines)


VALUE = ("value", "expected", "got", "within", "status")


def _cells(check: Check) -> tuple[str, ...]:
    status = "ok" if check.ok else "differs"
    return check.name, shown(check.expected), shown(check.got), check.tolerance, status


def _lines(outcome: Outcome) -> list[tuple[str, ...]]:
    """The lines of an example in the table."""
    lines: list[tuple[str, ...]] = [(str(outcome.number), outcome.title, "", "", "", outcome.setting)]
    for name, expected, got, within, status in map(_cells, outcome.checks):
        about = f"{expected} {within}" if within[:1] == "±" else expected
        lines.append(("", f"  {name}", about, got, status, ""))
    return lines


def examples(*which: int | str, tell: Tell = silent) -> Examples:
    """The worked examples of the textbooks, run: every value that is expected beside the one that is got.

    Parameters
    ----------
    which
        Numbers (12), ranges ("16-18"), and words of a chapter, title or setting ("dual"); all by default.
    tell
        Is told which example comes next, how many are done, and of how many.

    Returns
    -------
    Examples
        True if all agree; `outcomes` has a row an example and in its `checks` a row a value. An example that
        raises differs, and the others run all the same.

    Raises
    ------
    ArgumentsError
        If there is no such example.

    Examples
    --------
    >>> found = examples(5, "seven nodes")
    >>> bool(found), [outcome.number for outcome in found.outcomes]
    (True, [5, 16])
    >>> found.outcomes[0].checks[0].expected, found.outcomes[0].checks[0].got
    (6.000001000927568, 6.000001000927568)
    """
    rows = [(chapter, row) for chapter, rows in CHAPTERS.items() for row in rows]
    chosen = {number for each in which for number in _numbers(str(each).strip(), rows)}
    wanted = [(chapter, row) for chapter, row in rows if not which or row.number in chosen]
    begun = {row.number: _begun(row) for _, row in wanted if row.aside}
    wanted.sort(key=lambda pair: pair[1].aside)
    outcomes = []
    for chapter, row in told(tell, wanted, lambda pair: f"{pair[1].number} {pair[1].title}"):
        found = begun[row.number]() if row.aside else checked(row)
        outcomes.append(Outcome(chapter, row.number, row.title, row.setting, *found))
    return Examples(tuple(sorted(outcomes, key=lambda outcome: outcome.number)))


def _begun(row: Example) -> Callable[[], tuple[tuple[Check, ...], str]]:
    """The example in a thread of its own; what is returned waits for it."""
    found: list[tuple[tuple[Check, ...], str]] = []
    thread = Thread(target=lambda: found.append(checked(row)), daemon=True)  # an interrupt does not wait
    thread.start()

    def waited() -> tuple[tuple[Check, ...], str]:
        thread.join()
        return found[0]

    return waited


def _numbers(text: str, rows: list[tuple[str, Example]]) -> list[int]:
    """The examples that a number, a range or a word means."""
    known = [row.number for _, row in rows]
    instead = f"write a number from {min(known)} to {max(known)}, several as 16-18"
    if found := re.fullmatch(r"([0-9]{1,9})(?:-([0-9]{1,9}))?", text):
        first, last = int(found[1]), int(found[2] or found[1])
        if first > last or not {first, last} <= set(known):
            raise ArgumentsError(f"there is no example {text}; {instead}")
        return [number for number in known if first <= number <= last]
    named = [
        row.number
        for chapter, row in rows
        if text.lower() in f"{chapter}\n{row.title}\n{row.setting}".lower() and text
    ]
    if not named:
        raise ArgumentsError(f"no example has {text!r} in its title; {instead}, or a word such as logistic")
    return named
