"""What a gradient costs, against the number of inputs: calls of f, passes and sweeps counted, and timed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from functools import partial
from typing import Any

import numpy as np

from diffkit.allowance import require_within
from diffkit.arguments import checked_leaf
from diffkit.autodiff.history import without_history
from diffkit.errors import ArgumentsError, DiffkitError, OptionError
from diffkit.functions import as_function, text_of
from diffkit.methods import Method, methods_for
from diffkit.studies.clock import in_turns, predicted_seconds, scouts, unit_seconds
from diffkit.studies.cost_row import CostRow, Theory, asked, counted, theory
from diffkit.studies.growth import growth
from diffkit.studies.row import said, warm_up
from diffkit.studies.study import Study
from diffkit.studies.tell import Tell, part, silent, told
from diffkit.studies.value import value_at
from diffkit.studies.why import listed
from diffkit.tables import Table, csv_text, seconds_text

__all__ = ["Cost", "cost"]

EXPORTED = tuple(field.name for field in fields(CostRow))


@dataclass(frozen=True)
class Cost(Study):
    """What each method's gradient of f costs, for several numbers of inputs.

    Attributes
    ----------
    f
        The function's name or text.
    sizes
        The numbers of inputs, rising.
    methods
        The methods' names, in the order of the tables.
    theory
        What theory says of the calls of f, by method: a `Theory`, which prints as n + 1.
    f_seconds
        The time of one call of f, by size.
    rows
        One `CostRow` for each size, for each method.
    skipped
        Sizes at which f itself fails, and what it raised.
    time_limit
        Seconds that one gradient may take.
    """

    f: str
    sizes: tuple[int, ...]
    methods: tuple[str, ...]
    theory: dict[str, Theory]
    f_seconds: dict[int, float]
    rows: tuple[CostRow, ...]
    skipped: dict[int, str]
    time_limit: float

    def __getitem__(self, method: str | tuple[str, int]) -> CostRow:
        """The row of a method for the largest size; `found["central", 10]` is that for n = 10."""
        name, n = method if isinstance(method, tuple) else (method, self.sizes[-1])
        for row in self.rows:
            if (row.method, row.n) == (name, n):
                return row
        if name not in self.methods:
            raise KeyError(f"{name!r} is not in this study; it has {', '.join(self.methods)}")
        raise KeyError(f"n = {n} was not measured; the sizes are {', '.join(map(str, self.sizes))}")

    def counts(self, method: str) -> list[int | None]:
        """The counted calls of f, by size."""
        return [self[method, n].evaluations for n in self.sizes]

    def ratios(self, method: str) -> list[float | None]:
        """How many calls of f take as long as one gradient, by size."""
        return [self[method, n].ratio for n in self.sizes]

    def growth(self, method: str) -> str:
        """The law by which the calls of f grow with n, as `swell` fits it; empty for fewer than three."""
        law = growth(self.sizes, self.counts(method))
        if law is None or law.step is None:
            return "" if law is None else str(law)
        return f"n^{law.rate:.2f}" if law.rate else "constant"

    def power(self, method: str) -> float | None:
        """p, where the ratio of times grew like n^p over the last three sizes; None of fewer."""
        known = [(n, ratio) for n, ratio in zip(self.sizes, self.ratios(method), strict=True) if ratio][-3:]
        n, ratios = np.log(np.array(known)).T if known else ((), ())
        return None if len(known) < 3 else float(np.polyfit(n, ratios, 1)[0])

    def title(self) -> list[str]:
        """The function, and how long it takes."""
        times = ", ".join(f"{seconds_text(self.f_seconds[n])} at n = {n}" for n in self.sizes)
        return [f"Cost of the gradient of f = {self.f} by n inputs", f"one call of f: {times}"]

    def tables(self) -> list[Table]:
        """The calls of f and the sweeps, counted, and the time of a gradient in calls of f."""
        sizes = tuple(f"n = {n}" for n in self.sizes)
        shown = [m for m in self.methods if any(self[m, n].status != "not applicable" for n in self.sizes)]
        counts, times = [], []
        for m in shown:
            rows, power = [self[m, n] for n in self.sizes], self.power(m)
            growth = "-" if power is None else f"n^{power:.2f}"
            last = self._largest(m)
            counts.append((m, *map(_calls, rows), self.growth(m) or "-", str(self.theory[m])))
            times.append((m, *map(_time, rows), growth, seconds_text(last.seconds if last else None)))
        right = frozenset(sizes)
        return [
            Table(("calls + sweeps", *sizes, "growth", "theory"), tuple(counts), right),
            Table(("time / f's time", *sizes, "growth", "seconds"), tuple(times), right | {"seconds"}),
        ]

    def remarks(self) -> list[str]:
        """What is missing and why, where counts are not what theory says, and what the numbers say."""
        told = [f"n = {n} is left out: {reason}." for n, reason in self.skipped.items()]
        missing: dict[str, list[str]] = {}
        for m in self.methods:  # a reason may name numbers that follow from the size: the first says it
            if notes := [note for n in self.sizes if (note := self._why_not(m, n))]:
                missing.setdefault(notes[0], []).append(m)
        told += [f"{listed(names)}: not applicable: {note}." for note, names in missing.items()]
        for m in self.methods:
            left = [(n, self[m, n].note) for n in self.sizes if self[m, n].status == "left out"]
            if left:
                sizes, why = listed([str(n) for n, _ in left]), f"{left[0][1]} at n = {left[0][0]}"
                limit = seconds_text(self.time_limit)
                told.append(f"{m} is left out at n = {sizes}: {why}, and the limit is {limit}.")
        told += [
            f"{row.method} took {row.evaluations} calls at n = {row.n}, and theory says {row.expected}."
            for row in self.rows
            if row.evaluations is not None and row.expected not in (None, row.evaluations)
        ]
        return told + self._why()

    def _why(self) -> list[str]:
        told = []
        last = {m: row for m in self.methods if (row := self._largest(m))}
        for m in [m for m in ("central", "forward", "backward") if m in last][:1]:
            times = f"{last[m].evaluations} times for {_inputs(last[m])}"
            told.append(f"a difference moves one input at a time, and {m} called f {times}")
        if row := last.get("dual"):
            tangents = f"{row.tangents} went forward for {_inputs(row)}"
            told.append(f"a dual number carries one tangent, and {tangents}")
        if row := last.get("symbolic"):
            told.append(f"the symbolic method calls f once, and then there are {row.note} for {_inputs(row)}")
        if row := last.get("reverse"):
            sweeps = "one sweep" if row.sweeps == 1 else f"{row.sweeps} sweeps"
            took = f"{_rounded(row.ratio)} times as long as f"
            told.append(f"reverse mode took {sweeps} back for {_inputs(row)}, and {took}")
        return [f"Why: {'; '.join(told)}."] if told else []

    def _why_not(self, method: str, n: int) -> str:
        row = self[method, n]
        return row.note if row.status == "not applicable" else ""

    def _largest(self, method: str) -> CostRow | None:
        """The last row in which there is a gradient."""
        return next((row for n in self.sizes[::-1] if (row := self[method, n]).status == "ok"), None)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, of the schema diffkit.cost/1: f, sizes, rows, growth and the rest."""
        return {
            "schema": "diffkit.cost/1",
            "f": self.f,
            "sizes": list(self.sizes),
            "f_seconds": [{"n": n, "seconds": self.f_seconds[n]} for n in self.sizes],
            "time_limit": self.time_limit,
            "rows": [asdict(row) for row in self.rows],
            "growth": [
                {"method": m, "calls": self.growth(m), "theory": str(self.theory[m]), "time": self.power(m)}
                for m in self.methods
            ],
            "skipped": [{"n": n, "reason": reason} for n, reason in self.skipped.items()],
        }  # fmt: skip

    def csv(self) -> str:
        """One line a method and size."""
        return csv_text(EXPORTED, [[getattr(row, key) for key in EXPORTED] for row in self.rows])


def cost(
    f: Any,
    sizes: int | Iterable[int] = (1, 10, 100, 1000),
    methods: str | Method | Iterable[str | Method] | None = None,
    *,
    x: Callable[[int], Any] | None = None,
    time_limit: float = 5.0,
    text: str | None = None,
    tell: Tell = silent,
) -> Cost:
    """What a gradient of f costs by each method, for several numbers of inputs: counted, and timed.

    Parameters
    ----------
    f
        A callable of one array with a scalar result, whatever the array's length. A formula (text or SymPy)
        in one variable stands for its sum over the array's elements.
    sizes
        The numbers of inputs.
    methods
        Names ("central,reverse" or a list) or method objects; all of ours by default, and
        with "all" the peers that are installed, too.
    x
        A function from n to the array of n inputs at which to differentiate. By default n numbers evenly
        between 0 and 1: [0.5], [1/3, 2/3], ...
    time_limit
        Seconds that one gradient may take: one that would take longer, as smaller ones tell, is left out.
    text
        What to call f in the result.
    tell
        Is told what comes next, how much is done, and of how much: tell("central", 2, 9).

    Returns
    -------
    Cost
        With `rows`, `counts(method)`, `ratios(method)` and `growth(method)`; it prints as tables, and `plot`,
        `csv`, `markdown` and `to_dict` hand it on. A method that does not apply is a row that says why, and
        a size at which f fails is left out with the reason.

    Raises
    ------
    ArgumentsError, OptionError, UnknownMethodError, ExpressionError
        As their names say. What f raises at every size is passed on.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> found = dk.cost(lambda x: np.sum(x**2), (1, 10, 100), "forward,central,dual,reverse")
    >>> {method: found.counts(method) for method in found.methods}
    {'forward': [2, 11, 101], 'central': [2, 20, 200], 'dual': [1, 10, 100], 'reverse': [1, 1, 1]}
    >>> found["dual"].tangents, found["reverse"].sweeps, found.growth("central"), str(found.theory["central"])
    (100, 1, 'n^1.00', '2n')
    """
    (g, name), chosen, wanted = _of_an_array(f), methods_for(methods), _sizes(sizes)
    limit, at = _limit(time_limit), _evenly if x is None else x
    points, skipped = _points(g, at, wanted)
    for method in chosen:  # what is imported and made on first use is no part of a time
        warm_up(method)
        counted(method, np.sum, np.ones(2))
    known: dict[str, list[CostRow]] = {method.name: [] for method in chosen}
    f_seconds: dict[int, float] = {}
    rows: list[CostRow] = []
    for k, (n, point) in enumerate(points.items()):
        at_n = part(tell, k, len(points), f"n = {n}")
        turns = told(at_n, [*chosen, None], lambda method: method.name if method else "taking times")
        found = [_measured(method, g, at, point, known[method.name], limit) for method in turns if method]
        # SymPy remembers what it has differentiated: its second run would be no measure.
        again: dict[str, Callable[[], Any]] = {
            method.name: partial(asked, method, g, point)
            for method, row in zip(chosen, found, strict=True)
            if row.status == "ok" and method.kind != "symbolic"
        }
        spent = {row.method: row.seconds or 0.0 for row in found}
        f_seconds[n], times = in_turns(lambda point=point: g(point.copy()), again, spent)  # type: ignore[misc]
        for row in found:
            if (seconds := times.get(row.method, row.seconds)) is not None:
                row = dataclasses.replace(row, seconds=seconds, ratio=seconds / f_seconds[n])
                known[row.method][-1] = row  # an accident foretells nothing
            rows.append(row)
    said = {method.name: theory(method) for method in chosen}
    return Cost(text or name, tuple(points), tuple(known), said, f_seconds, tuple(rows), skipped, limit)


def _measured(
    method: Method,
    g: Callable[..., Any],
    at: Callable[[int], Any],
    point: Any,
    known: list[CostRow],
    limit: float,
) -> CostRow:
    """The row of one gradient, unless it would take too long; `known` are those of fewer inputs."""
    n, once = int(np.size(point)), unit_seconds(lambda: g(point.copy()))
    for size in [*scouts([row.n for row in known], n), n]:
        expected = _expected_seconds(method, n, once, known)
        if expected > limit:
            note = f"it would take about {seconds_text(expected)}"
            return CostRow(method.name, n, expected=theory(method).calls(n), status="left out", note=note)
        try:
            row = counted(method, g, point if size == n else _checked_point(g, at, size))
        except Exception:  # f fails at a size that nobody asked for
            continue
        if row.status == "ok":
            known.append(row)
    return row


def _expected_seconds(method: Method, n: int, once: float, known: list[CostRow]) -> float:
    """The seconds for n inputs: by theory's calls of f; where it says none, as those for fewer grew."""
    calls = theory(method).calls(n)
    if calls is None or method.kind == "symbolic":
        return predicted_seconds([(row.n, row.seconds or 0.0) for row in known], n)
    if not known:
        return calls * once
    return calls / (known[-1].expected or 1) * once * (known[-1].ratio or 1.0)


def _of_an_array(f: Any) -> tuple[Callable[..., Any], str]:
    """f as a function of one array, and what to call it: a formula in one variable is summed."""
    g = without_history(as_function(f))
    variables = getattr(g, "variables", None)
    if variables is None:
        return g, text_of(g)
    if len(variables) != 1:
        has = f"{len(variables)} variables ({', '.join(variables)})" if variables else "no variable"
        raise ArgumentsError(
            f"cost needs a function of arrays of any length, and the formula {text_of(g)} has {has}; write "
            f"one in a single variable, which is summed, or a function such as lambda x: np.sum(x**2)"
        )
    return _Summed(g), f"the sum of {text_of(g)} over {variables[0]}"


class _Summed:
    """A formula in one variable, summed over the elements of an array."""

    def __init__(self, formula: Callable[..., Any]) -> None:
        self.__wrapped__ = formula

    def __call__(self, x: Any) -> Any:
        return np.sum(self.__wrapped__(x))


def _evenly(n: int) -> Any:
    """n numbers evenly between 0 and 1: inside the domain of log and sqrt, and no two alike."""
    return np.arange(1, n + 1) / (n + 1)


def _points(
    g: Callable[..., Any], at: Callable[[int], Any], sizes: Iterable[int]
) -> tuple[dict[int, Any], dict[int, str]]:
    """The point for each size at which f has a value, and for the others what f raised."""
    points: dict[int, Any] = {}
    skipped: dict[int, str] = {}
    first: Exception | None = None
    for n in sizes:
        try:
            points[n] = _checked_point(g, at, n)
        except ArgumentsError:  # f is not what cost is about, and will not become so
            raise
        except Exception as error:
            first = first or error
            skipped[n] = _raised(error)
    if not points and first is not None:
        raise first
    return points, skipped


def _raised(error: Exception) -> str:
    return said(error) if isinstance(error, DiffkitError) else f"f fails there: {said(error)}"


def _checked_point(g: Callable[..., Any], at: Callable[[int], Any], n: int) -> Any:
    point = np.asarray(checked_leaf(at(n), "x"))
    if point.size != n:
        raise ArgumentsError(
            f"x({n}) has {point.size} numbers; x= is a function from n to an array of n numbers"
        )
    value_at(g, [point], {"x": point})
    return point


def _sizes(given: Any) -> tuple[int, ...]:
    sizes = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    if not sizes or not all(isinstance(n, int | np.integer) and n > 0 and n is not True for n in sizes):
        raise ArgumentsError(f"sizes={given!r}; write numbers of inputs such as (1, 10, 100)")
    require_within("size", max(map(int, sizes)), "the number of inputs")
    return tuple(sorted({int(n) for n in sizes}))


def _limit(seconds: Any) -> float:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < math.inf:
        raise OptionError(f"time_limit={seconds!r}; write a number of seconds such as 5")
    return float(seconds)


def _inputs(row: CostRow) -> str:
    return f"{row.n} input{'s' * (row.n != 1)}"


def _calls(row: CostRow) -> str:
    if row.evaluations is None:
        return row.status
    return f"{row.evaluations}" + f" + {row.sweeps}" * bool(row.sweeps)


def _time(row: CostRow) -> str:
    return row.status if row.evaluations is None else _rounded(row.ratio)


def _rounded(ratio: float | None) -> str:
    """A ratio with two digits: clocks know no more."""
    return "-" if ratio is None else f"{float(f'{ratio:.1e}'):g}"
