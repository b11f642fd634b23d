"""Error sweeps side by side: of one function in several floating-point types, or of several functions."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from diffkit.studies.study import Study
from diffkit.studies.sweep import ErrorSweep
from diffkit.studies.why import listed
from diffkit.tables import Table, csv_text, digits_text, error_text

__all__ = ["ErrorSweeps"]


@dataclass(frozen=True)
class ErrorSweeps(Study, Mapping[str, ErrorSweep]):
    """Several error sweeps, as a mapping: `sweeps["float32"]` or `sweeps["pole"]` is an `ErrorSweep`.

    Attributes
    ----------
    by
        What the keys are: "dtype" or "function".
    sweeps
        An `ErrorSweep` by key, in the order in which they were asked for, all of the same methods.
    why
        By key, why a function is interesting; empty where nothing is said of it.
    """

    by: str
    sweeps: Mapping[str, ErrorSweep]
    why: Mapping[str, str]

    def __getitem__(self, key: str) -> ErrorSweep:
        if key not in self.sweeps:
            raise KeyError(f"{key!r} is not among these sweeps; they are {', '.join(self.sweeps)}")
        return self.sweeps[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.sweeps)

    def __len__(self) -> int:
        return len(self.sweeps)

    @property
    def methods(self) -> list[str]:
        """The methods that were swept, of every sweep the same."""
        return list(next(iter(self.sweeps.values())).curves)

    def title(self) -> list[str]:
        """What the sweeps have in common."""
        one = next(iter(self.sweeps.values()))
        which = "derivative" if one.order == 1 else f"derivative of order {one.order}"
        if self.by == "dtype":
            x = min(self.sweeps.values(), key=lambda sweep: _eps(sweep.dtype)).x  # the others round it
            return [f"f(x) = {one.f_text}    x = {x!r}    error of the {which} in {listed(list(self))}"]
        return [f"error of the {which} of {len(self)} functions in {one.dtype}"]

    def tables(self) -> list[Table]:
        """What each method comes to in each sweep."""
        of_dtype = self.by == "dtype"
        rows = tuple(
            (
                key,
                error_text(_eps(sweep.dtype)) if of_dtype else f"{sweep.f_text} at {sweep.x:.6g}",
                name,
                "-" if math.isnan(curve.slope) else f"{curve.slope:.2f}",
                *(error_text(value) for value in (*curve.best, *curve.predicted)),
                digits_text(_digits(sweep, name)),
            )
            for key, sweep in self.sweeps.items()
            for name, curve in sweep.curves.items()
        )
        columns = (
            *(("type", "eps") if of_dtype else ("name", "function")),
            *("method", "slope", "best h", "median error", "predicted h", "predicted error", "digits"),
        )
        return [Table(columns, rows, frozenset({*columns[3:], "eps"}))]

    def remarks(self) -> list[str]:
        """How the best step moves from sweep to sweep, as it was measured."""
        if self.by == "function":
            lines = [self._remark_on_functions(name) for name in self.methods]
            return [line for line in lines if line] + [f"{key}: {why}" for key, why in self.why.items()]
        lines = [self._remark_on_types(name) for name in self.methods]
        return [line for line in lines if line] + _remarks_on_longdouble(list(self))

    def _remark_on_types(self, method: str) -> str:
        """The powers of eps that the best step and its error follow, between the coarsest and finest type."""
        low, high = (pick(self.sweeps.values(), key=lambda s: _eps(s.dtype)) for pick in (max, min))
        a, b = low[method], high[method]
        smaller = math.log(_eps(low.dtype) / _eps(high.dtype))
        power = low.power_of_rounding(a)
        seen = all(np.isfinite(v) and v > 0 for v in (*a.best, *b.best, *a.predicted, *b.predicted))
        if not smaller or not power or not seen:
            return ""
        step, error = (math.log(p / q) / smaller for p, q in zip(a.best, b.best, strict=True))
        k = power + a.order
        theory = f"{Fraction(1, k)} and {Fraction(a.order, k)}"
        return (
            f"{method}: from {low.dtype} to {high.dtype} the best h goes like eps^{step:.2f} "
            f"and its error like eps^{error:.2f}, "
            f"from {error_text(a.best[1])} to {error_text(b.best[1])}; in theory {theory}."
        )

    def _remark_on_functions(self, method: str) -> str:
        """Between which functions the best step, and the digits there, lie furthest apart."""
        steps = {key: sweep[method].best[0] for key, sweep in self.sweeps.items()}
        digits = {key: _digits(sweep, method) for key, sweep in self.sweeps.items()}
        if len(steps) == 1:
            return ""
        ends = [
            [f"{text(of[key])} ({key})" for key in (min(of, key=of.__getitem__), max(of, key=of.__getitem__))]
            for of, text in ((steps, error_text), (digits, digits_text))
        ]
        h, d = (" to ".join(pair) for pair in ends)
        return f"{method}: the best h goes from {h}, the digits there from {d}."

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, of the schema diffkit.sweeps/1: by, why, and a diffkit.sweep/1 by key."""
        return {
            "schema": "diffkit.sweeps/1",
            "by": self.by,
            "why": dict(self.why),
            "sweeps": {key: sweep.to_dict() for key, sweep in self.sweeps.items()},
        }

    def csv(self) -> str:
        """One line a sweep and step: the key, h, then total, truncation and rounding error of each method."""
        parts = [list(csv.reader(sweep.csv().splitlines())) for sweep in self.sweeps.values()]
        rows = [[key, *row] for key, (_, *lines) in zip(self, parts, strict=True) for row in lines]
        return csv_text([self.by, *parts[0][0]], rows)


def _eps(dtype: str) -> float:
    return float(np.finfo(dtype).eps)


def _digits(sweep: ErrorSweep, method: str) -> float:
    """Correct digits at the best step: of the relative error, or of the absolute one where the truth is 0."""
    error = sweep[method].best[1] / (abs(sweep.exact) or 1.0)
    most = -math.log10(_eps(sweep.dtype) / 2)
    return most if error == 0 else min(most, max(0.0, -math.log10(error)))


def _remarks_on_longdouble(dtypes: list[str]) -> list[str]:
    """What this machine makes of longdouble, which is no more than float64 on some."""
    if "longdouble" not in dtypes:
        return []
    eps = error_text(_eps("longdouble"))
    if _eps("longdouble") == _eps("float64"):
        return [f"longdouble is the same as float64 on this machine: eps is {eps} in both."]
    return [f"longdouble has eps = {eps} on this machine; on others it is the same as float64."]
