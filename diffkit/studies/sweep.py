"""What a sweep over steps measured: several methods' errors at every step, and what they show."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffkit.studies.curve import Array, Curve
from diffkit.studies.study import Study
from diffkit.tables import Table, csv_text, error_text, json_ready

__all__ = ["Curve", "ErrorSweep"]


@dataclass(frozen=True)
class ErrorSweep(Study):
    """The errors of several methods at every step; `sweep[method]` is a method's `Curve`.

    `total`, `truncation`, `rounding`, `best`, `predicted` and `slope` are also mappings by method name.

    Attributes
    ----------
    f_text, x, dtype, order
        The function as text, the point, the floating-point type, and which derivative.
    exact
        The derivative at the exact binary value of x, rounded to float.
    steps
        (n,) the steps h, ascending, as they were used.
    curves
        One `Curve` a method.
    flat
        The absolute errors of the methods that have no step: reverse mode and dual numbers.
    """

    f_text: str
    x: float
    dtype: str
    order: int
    exact: float
    steps: Array
    curves: Mapping[str, Curve]
    flat: Mapping[str, float]

    def __getitem__(self, method: str) -> Curve:
        """A method's curve."""
        return self.curves[method]

    def _by_method(self, name: str) -> dict[str, Any]:
        return {method: getattr(curve, name) for method, curve in self.curves.items()}

    @property
    def total(self) -> dict[str, Array]:
        """Signed total error of each method, (n,)."""
        return self._by_method("total")

    @property
    def truncation(self) -> dict[str, Array]:
        """Signed truncation error of each method, (n,)."""
        return self._by_method("truncation")

    @property
    def rounding(self) -> dict[str, Array]:
        """Signed rounding error of each method, (n,)."""
        return self._by_method("rounding")

    @property
    def best(self) -> dict[str, tuple[float, float]]:
        """Best step of each method and the median error there."""
        return self._by_method("best")

    @property
    def predicted(self) -> dict[str, tuple[float, float]]:
        """Best step and error of each method by theory."""
        return self._by_method("predicted")

    @property
    def slope(self) -> dict[str, float]:
        """Fitted order of each method."""
        return self._by_method("slope")

    def title(self) -> list[str]:
        """The function, the point and the truth."""
        return [
            f"f(x) = {self.f_text}    x = {self.x!r}    {self.dtype}",
            f"exact derivative{'' if self.order == 1 else f' of order {self.order}'} = {self.exact!r}",
        ]

    def tables(self) -> list[Table]:
        """Errors by decade of h, and what each method comes to."""
        steps = [int(np.argmin(np.abs(np.log10(self.steps / h)))) for h in self._decades()]
        by_step = tuple(
            (error_text(self.steps[i]), *(error_text(abs(curve.total[i])) for curve in self.curves.values()))
            for i in dict.fromkeys(steps)
        )
        summary = tuple(
            (
                name,
                str(curve.order),
                "-" if math.isnan(curve.slope) else f"{curve.slope:.2f}",
                *(error_text(value) for value in (*curve.best, *curve.predicted)),
            )
            for name, curve in self.curves.items()
        )
        columns = ("method", "order", "slope", "best h", "median error", "predicted h", "predicted error")
        names = ("error at h", *self.curves)
        return [Table(names, by_step, frozenset(names)), Table(columns, summary, frozenset(columns[1:]))]

    def _decades(self) -> list[float]:
        low, high = math.ceil(math.log10(self.steps[0]) - 0.01), math.floor(math.log10(self.steps[-1]) + 0.01)
        return [10.0**k for k in range(high, low - 1, -1)] or [float(self.steps[0])]

    def remarks(self) -> list[str]:
        """Why there is a best step, as it was measured, and what the methods without a step reach."""
        lines = [words for name, curve in self.curves.items() if (words := self._remark(name, curve))]
        if any(np.any(curve.lost) for curve in self.curves.values()):
            lines.append(
                "Where the values of f cancel to exactly 0, the error is the derivative itself, "
                f"{error_text(abs(self.exact))}."
            )
        lines += [words for name, curve in self.curves.items() if (words := _failures(name, curve))]
        if self.flat:
            flat = ", ".join(f"{name} {error_text(error)}" for name, error in self.flat.items())
            lines.append(f"Without a step: {flat}.")
        return lines

    def _remark(self, name: str, curve: Curve) -> str:
        """What a curve's measured errors show; nothing where no best step lies inside."""
        truncation, rounding = np.abs(curve.truncation), np.abs(curve.rounding)
        power = self.power_of_rounding(curve)
        grows = f"rounding dominates and grows like 1/{_power('h', power)}"
        if not np.any(truncation[np.isfinite(truncation)]):
            if not np.any(rounding[np.isfinite(rounding)]):
                return f"{name}: no error at any step."
            if not power:
                return f"{name}: no truncation error for this f, and rounding does not grow as h shrinks."
            return f"{name}: no truncation error for this f; {grows}."
        law = f"falls like {_power('h', curve.slope)}" if np.isfinite(curve.slope) else ""
        if law and abs(curve.slope - curve.order) >= 0.1:
            law += f", not {_power('h', curve.order)}"
        if law and not np.any(rounding > truncation):
            return f"{name}: truncation dominates at every step and {law}."
        if not power:
            edge = np.min(self.steps[truncation > np.nanmax(rounding)], initial=self.steps[-1])
            above = f"truncation dominates and {law}" if law else "truncation shows no power law"
            return (
                f"{name}: above h = {error_text(edge)} {above}; below it nothing cancels, "
                f"and the error stays near {error_text(curve.best[1])}."
            )
        if curve.best[0] == self.steps[0] or not curve.model_rounding[0] > curve.model_rounding[-1]:
            return ""
        best = error_text(curve.best[0])
        if law:
            return f"{name}: above h = {best} truncation dominates and {law}; below it {grows}."
        return f"{name}: truncation shows no power law; below h = {best} {grows}."

    def power_of_rounding(self, curve: Curve) -> int:
        """q where theory's rounding error grows like h^-q: 0 for the complex step, where nothing cancels."""
        first, last = curve.model_rounding[[0, -1]]
        if len(self.steps) == 1 or not 0 < last < math.inf:
            return self.order
        return round(math.log(first / last) / math.log(self.steps[-1] / self.steps[0]))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, of the schema diffkit.sweep/1: f, x, dtype, order, exact, steps, methods, flat."""
        return {
            "schema": "diffkit.sweep/1",
            "f": self.f_text,
            "x": self.x,
            "dtype": self.dtype,
            "order": self.order,
            "exact": self.exact,
            "steps": json_ready(self.steps),
            "methods": {
                name: {
                    "total": json_ready(curve.total),
                    "truncation": json_ready(curve.truncation),
                    "rounding": json_ready(curve.rounding),
                    "best": {"step": json_ready(curve.best[0]), "error": json_ready(curve.best[1])},
                    "predicted": {
                        "step": json_ready(curve.predicted[0]),
                        "error": json_ready(curve.predicted[1]),
                    },
                    "slope": json_ready(curve.slope),
                    "order": curve.order,
                    "failed": [{"step": h, "reason": reason} for h, reason in curve.failed.items()],
                }
                for name, curve in self.curves.items()
            },
            "flat": json_ready(self.flat),
        }

    def csv(self) -> str:
        """One line a step: h, then total, truncation and rounding error of each method."""
        parts = ("total", "truncation", "rounding")
        columns = ["h", *(f"{name} {part}" for name in self.curves for part in parts)]
        data = [self.steps, *(getattr(curve, part) for curve in self.curves.values() for part in parts)]
        return csv_text(columns, [[repr(float(v)) for v in row] for row in zip(*data, strict=True)])


def _failures(name: str, curve: Curve) -> str:
    """At which steps f failed, and with what first."""
    if not curve.failed:
        return ""
    count, first, last = len(curve.failed), min(curve.failed), max(curve.failed)
    where = f"h = {error_text(first)}" + f" to {error_text(last)}" * (count > 1)
    some = f"{count} of {len(curve.total)} steps" if count > 1 else "one step"
    return f"{name}: f fails at {some}, {where}: {curve.failed[first]}."


def _power(base: str, exponent: float) -> str:
    """`base^exponent`, the exponent in one decimal unless it is as good as whole."""
    whole = abs(exponent - round(exponent)) < 0.1
    text = f"{round(exponent)}" if whole else f"{exponent:.1f}"
    return base if text == "1" else f"{base}^{text}"
