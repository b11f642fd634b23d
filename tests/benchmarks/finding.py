"""What a benchmark found: a line of numbers for each system, its targets, and the table of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median, quantiles

import numpy as np

from diffkit.tables import Table

__all__ = ["OURS", "Finding", "Target", "exponent", "ratio", "spread"]

OURS = ("diffkit", "  compiled", "  with jit")  # eager first


@dataclass(frozen=True)
class Target:
    """A bound that was set before anything was measured, and what came out."""

    what: str
    got: float
    bound: float
    least: bool = False

    @property
    def met(self) -> bool:
        return self.got >= self.bound if self.least else self.got <= self.bound

    @property
    def cells(self) -> tuple[str, str, str]:
        """What was wanted, what came out, and whether that is enough."""
        at = "at least" if self.least else "at most"
        return f"{at} {_three(self.bound)}", _three(self.got), "met" if self.met else "missed"


@dataclass(frozen=True)
class Finding:
    """One case of one lane: `rows[system][column]` is a number, or missing.

    `times` are the seconds of every round, for the systems that were timed in turn.
    """

    lane: str
    title: str
    rows: Mapping[str, Mapping[str, float | None]]
    targets: tuple[Target, ...] = ()
    times: Mapping[str, list[float]] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()

    def table(self) -> Table:
        """The rows, with three significant digits."""
        columns = list(dict.fromkeys(name for row in self.rows.values() for name in row))
        cells = [
            (system, *(_three(row.get(column)) for column in columns)) for system, row in self.rows.items()
        ]
        return Table(("", *columns), tuple(cells), frozenset(columns))

    def remarks(self) -> list[str]:
        """The targets, and what else is to be said."""
        lines = ["{0}: {2}, {1} wanted: {3}".format(target.what, *target.cells) for target in self.targets]
        return [*lines, *self.notes]

    def text(self) -> str:
        """Title, table and remarks for a terminal."""
        return "\n".join([self.title, self.table().text(), *self.remarks()])


def spread(times: list[float], unit: float = 1e-6) -> dict[str, float | None]:
    """The middle of the rounds and their quartiles, in µs unless the unit is another one."""
    low, middle, high = quantiles(times, n=4, method="inclusive") if len(times) > 1 else (times[0],) * 3
    name = {1e-6: "µs", 1e-3: "ms", 1.0: "s"}[unit]
    return {f"median {name}": middle / unit, "quartile 1": low / unit, "quartile 3": high / unit}


def ratio(times: Mapping[str, list[float]], one: str, other: str) -> float | None:
    """How many times as long one takes as the other: the median of the ratios within a round."""
    if one not in times or other not in times:
        return None
    # What is slow is measured in the first rounds only.
    return median(a / b for a, b in zip(times[one], times[other], strict=False))


def exponent(sizes: Iterable[float], values: Iterable[float]) -> float:
    """p of the power law c n^p that fits best on logarithmic axes.

    >>> round(exponent([1, 10, 100], [5, 500, 50000]), 3)
    2.0
    """
    slope, _ = np.polyfit(np.log(list(sizes)), np.log(list(values)), 1)
    return float(slope)


def _three(value: float | None) -> str:
    if value is None:
        return "-"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
