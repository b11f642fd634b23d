"""Every method on every problem of the catalogue: correct digits, and where which method wins or loses."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields
from typing import Any

from diffkit.errors import ArgumentsError, OptionError, with_article
from diffkit.functions import as_function, text_of
from diffkit.methods import METHODS, Method, methods_for
from diffkit.problems import PROBLEMS
from diffkit.studies.chosen import Problems, problems_for, require_names_apart
from diffkit.studies.error_sweep import type_names
from diffkit.studies.journal import Journal
from diffkit.studies.study import Study
from diffkit.studies.survey_row import SurveyRow, Task, parts_of, rows_lost, rows_of
from diffkit.studies.tell import Tell, silent
from diffkit.studies.why import listed
from diffkit.studies.workers import finished
from diffkit.tables import Table, csv_text, digits_text

__all__ = ["Survey", "SurveyRow", "survey"]

SCHEMA = "diffkit.survey/1"
COLUMNS = tuple(field.name for field in fields(SurveyRow))


@dataclass(frozen=True)
class Survey(Study):
    """What every method answers on every problem; `survey["pole", "central"]` is a `SurveyRow`.

    Attributes
    ----------
    kinds
        By problem, what makes it hard, as the catalogue has it; "" for problems of the user's own.
    methods, dtypes
        Their names, as they were asked for.
    rows
        A `SurveyRow` for each problem, dtype and method, in this order.
    """

    kinds: Mapping[str, str]
    methods: tuple[str, ...]
    dtypes: tuple[str, ...]
    rows: tuple[SurveyRow, ...]

    def __getitem__(self, key: tuple[str, ...]) -> SurveyRow:
        """The row of (problem, method), in the first dtype or in a third entry's."""
        problem, method, dtype = key if len(key) == 3 else (*key, self.dtypes[0])
        for row in self.rows:
            if (row.problem, row.method, row.dtype) == (problem, method, dtype):
                return row
        raise KeyError(
            f"{key!r} is not in this survey; write a problem and a method, such as {self._example()}"
        )

    def _example(self) -> str:
        return repr((self.rows[0].problem, self.rows[0].method))

    def groups(self, dtype: str | None = None) -> dict[str, list[str]]:
        """The problems by kind, and in each the one first on which the methods keep the most digits."""
        digits = self._digits("problem", dtype or self.dtypes[0])
        found: dict[str, list[str]] = {}
        for problem in sorted(self.kinds, key=lambda name: -_mean(digits[name])):
            found.setdefault(self.kinds[problem], []).append(problem)
        return {kind: found[kind] for kind in dict.fromkeys(self.kinds.values())}

    def _digits(self, name: str, dtype: str) -> dict[str, list[float]]:
        """The digits that are known, by problem or by method."""
        found: dict[str, list[float]] = {getattr(row, name): [] for row in self.rows}
        for row in self.rows:
            if row.digits is not None and row.dtype == dtype:
                found[getattr(row, name)].append(row.digits)
        return found

    def title(self) -> list[str]:
        """What was asked of what."""
        what = f"{len(self.methods)} methods on {len(self.kinds)} problems in {listed([*self.dtypes])}"
        return [f"correct digits of {what}"]

    def tables(self) -> list[Table]:
        """One table a dtype: digits by problem and method, or in a word why there are none."""
        return [self._table(dtype) for dtype in self.dtypes]

    def _table(self, dtype: str) -> Table:
        cells = {(row.problem, row.method): row for row in self.rows if row.dtype == dtype}
        rows = tuple(
            (name, *(_cell(cells[name, method]) for method in self.methods))
            for names in self.groups(dtype).values()
            for name in names
        )
        head = "problem" if len(self.dtypes) == 1 else dtype
        return Table((head, *self.methods), rows, frozenset(self.methods))

    def remarks(self) -> list[str]:
        """Which method keeps most and fewest digits on which kind of problem, and what does not apply."""
        lines = []
        for dtype in self.dtypes:
            where = f" in {dtype}" if len(self.dtypes) > 1 else ""
            for kind, names in self.groups(dtype).items():
                lines.append(self._remark(f"{kind or 'problems'}{where}", set(names), dtype))
            lines.append(self._remark_on_hard(where, dtype))
        for reason in dict.fromkeys(row.reason for row in self.rows if row.reason):
            lines.append(f"{reason}: {REASONS[reason]}: {self._without(reason)}.")
        return [line for line in lines if line]

    def _remark(self, what: str, names: set[str], dtype: str) -> str:
        """The methods with the most and the fewest digits, of those that apply to all of these problems."""
        known = {method: [row.digits for row in self.rows if row.method == method and row.problem in names
                          and row.dtype == dtype and row.digits is not None]
                 for method in self.methods}  # fmt: skip
        means = {method: _mean(digits) for method, digits in known.items() if len(digits) == len(names)}
        if not means:
            return ""
        worst, best = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
        one, other = (f"{digits_text(means[method])} ({method})" for method in (worst, best))
        return f"{what}: {other} digits on average" + ("" if worst == best else f", down to {one}") + "."

    def _remark_on_hard(self, where: str, dtype: str) -> str:
        """The problems on which no method keeps half of the digits that the best one keeps elsewhere."""
        most = {name: max(digits) for name, digits in self._digits("problem", dtype).items() if digits}
        top = max(most.values(), default=0.0)
        hard = [f"{name} ({digits_text(digits)})" for name, digits in most.items() if digits < top / 2]
        return f"No method keeps half the digits{where} on {listed(hard)}." if hard else ""

    def _without(self, reason: str) -> str:
        by_method: dict[str, list[str]] = {}
        for row in self.rows:
            if row.reason == reason:
                names = by_method.setdefault(row.method, [])
                names += [row.problem] if row.problem not in names else []
        same = {tuple(names): [m for m, others in by_method.items() if others == names]
                for names in by_method.values()}  # fmt: skip
        return "; ".join(f"{', '.join(methods)} on {listed([*names])}" for names, methods in same.items())

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, of the schema diffkit.survey/1: kinds, methods, dtypes, rows."""
        return {
            "schema": SCHEMA,
            "kinds": dict(self.kinds),
            "methods": list(self.methods),
            "dtypes": list(self.dtypes),
            "rows": [asdict(row) for row in self.rows],
        }

    def csv(self) -> str:
        """One line a row, all digits."""
        return csv_text(COLUMNS, [list(asdict(row).values()) for row in self.rows])


REASONS = {
    "domain": "a sample, or the point, lies where f has no value",
    "complex": "f does not take complex numbers, or is not analytic",
    "formula": "f is no single formula of reasonable size",
    "rule": "a rule is missing",
    "value": "f does not answer with one number",
    "error": "f or the method fails, as the note says",
    "died": "the process died, as the note says",
}


def survey(
    problems: Problems = None,
    methods: str | Method | Iterable[str | Method] | None = None,
    dtypes: str | Sequence[Any] = ("float64",),
    *,
    workers: int | Callable[..., Iterable[Any]] | None = None,
    file: str | os.PathLike[str] | None = None,
    tell: Tell = silent,
) -> Survey:
    """Every method on every problem, each answer held against 50 digits.

    Parameters
    ----------
    problems
        Names of the catalogue ("sine, pole" or a list), `Problem` objects, triples (name, f, point), or a
        mapping {name: (f, point)}; the whole of `diffkit.problems.PROBLEMS` by default.
    methods
        Names or method objects, as for `compare`; all by default.
    dtypes
        The floating-point types of the point.
    workers
        A number of processes, -1 for one each core, or what takes the place of `map`: that of an executor of
        concurrent.futures or mpi4py.futures, of ray.util.multiprocessing.Pool, or of dask's
        `client.get_executor(pure=False)`; by default this process does it all. New processes import diffkit
        and what a function of yours is defined in: a script that asks for them keeps its own work under
        `if __name__ == "__main__":`. If one of a number of processes dies, for want of memory or in a library
        in C, another takes its place, and the methods of its problem are tried again one by one: one that a
        process dies of again is a failed row that says so, of the reason "died".
        A new process works for a second or two before its first row: the whole catalogue in one type is done
        sooner without; two processes pay where one would be busy for ten seconds or more.
    file
        A file of JSON lines to which each row is written when it is finished. Rows that are there already
        are not computed again, so that a survey that was interrupted goes on where it stopped; to try one
        again, of the reason "died" for example, delete its line. While one process writes the file, another
        is refused it (not on Windows).
    tell
        Is told what is finished, how many rows there are, and of how many: tell("sine", 9, 504).

    Returns
    -------
    Survey
        With a row for each problem, dtype and method, in this order whatever the workers. A method that does
        not apply, or a function that fails, is a row that says why, never an error.

    Raises
    ------
    ArgumentsError
        For a problem or a type that is unknown, two of one name, or a file of another survey.
    OptionError
        For workers that are none of these, or cannot be sent a problem.
    WorkersError
        If what takes the place of `map` fails or stops early, as a cluster may: the rows before are in the
        file, and the same survey with the same file goes on from there.

    Examples
    --------
    >>> found = survey("sine, pole", "central, reverse")
    >>> [f"{row.problem}, {row.method}: {row.digits:.0f}" for row in found.rows]
    ['sine, central: 11', 'sine, reverse: 16', 'pole, central: 4', 'pole, reverse: 16']
    """
    chosen, asked, types = problems_for(problems), methods_for(methods), type_names(dtypes)
    names = [method.name for method in asked]
    require_names_apart(names, "methods", "survey each of them by itself")
    header = {
        "schema": SCHEMA,
        "problems": [[p.name, text_of(as_function(p.f)), float(p.at)] for p in chosen],
        "methods": [repr(method) for method in asked],
        "dtypes": types,
    }
    found: dict[tuple[str, str, str], SurveyRow] = {}
    with ExitStack() as stack:
        journal = None if file is None else stack.enter_context(Journal(file, header))
        for row in () if journal is None else map(_row, journal.rows):
            found[row.problem, row.dtype, row.method] = row
        tasks: list[Task] = []
        for problem in chosen:
            for dtype in types:
                left = [m for m in asked if (problem.name, dtype, m.name) not in found]
                if left:
                    tasks.append((_by_name(problem, PROBLEMS), dtype, [_by_name(m, METHODS) for m in left]))
        for rows in finished(rows_of, tasks, workers, parts=parts_of, lost=rows_lost):
            if not isinstance(rows, list):
                raise OptionError(
                    f"workers answers with {with_article(type(rows).__name__)}; write what answers with the "
                    f"results themselves, as map does, such as executor.map"
                )
            tell(rows[0].problem, len(found) + len(rows), len(chosen) * len(types) * len(asked))
            for row in rows:  # each row passes here once, when it is finished
                found[row.problem, row.dtype, row.method] = row
                if journal is not None:
                    journal.append(asdict(row))
    return Survey(
        kinds={problem.name: problem.kind for problem in chosen},
        methods=tuple(names),
        dtypes=tuple(types),
        rows=tuple(found[p.name, dtype, name] for p in chosen for dtype in types for name in names),
    )


def _by_name(thing: Any, table: Mapping[str, Any]) -> Any:
    """The name of what is in a table, so that no more than that goes to another process."""
    name = thing.name
    return name if table.get(name) is thing else thing


def _row(line: dict[str, Any]) -> SurveyRow:
    try:
        return SurveyRow(**line)
    except TypeError:
        raise ArgumentsError(f"the file has a line that is no row of a survey: {line}") from None


def _mean(digits: Sequence[float]) -> float:
    """-1 where there are none."""
    return sum(digits) / len(digits) if digits else -1.0


def _cell(row: SurveyRow) -> str:
    return row.reason or digits_text(row.digits)
