"""One method's errors at every step: truncation and rounding apart, their median, and their power law."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffkit.errors import DomainError, GuardError
from diffkit.numerical import FiniteDifference
from diffkit.numerical.step import unit_roundoff
from diffkit.studies.model import ErrorModel
from diffkit.studies.reference import split_error
from diffkit.studies.row import said
from diffkit.studies.tell import Tell, silent, told

__all__ = ["Array", "Curve", "curve_of", "power_law", "running_median"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """One method's errors at every step. Errors are signed: what is found minus what is true.

    Attributes
    ----------
    values
        (n,) what the method answers; nan where f has no value at a sample.
    total, truncation, rounding
        (n,) the error, and its two parts: truncation is the formula's error in exact arithmetic,
        rounding the rest; total = truncation + rounding. nan where f has no value at a sample.
    lost
        (n,) where the values of f cancel to exactly 0: |total| is then the derivative itself.
    median
        (n,) running median of |total| over the steps that are not lost: rounding errors are noise, and
        the luckiest step is luck.
    best
        The step where that median is least, and the median there.
    predicted
        Step and error that the error model calls best, from f and its higher derivative at x: (inf, 0)
        without truncation error, (0, 0) without rounding error, nan where f is not that smooth.
    slope
        Slope of log |truncation| against log h where truncation dominates and is a power law; nan where
        it is none.
    order
        The order of accuracy that theory gives: what the slope should be.
    model_truncation, model_rounding
        (n,) the two terms of the model, |C f^(q+p)| h^p and u (S |f| + S' |x f'|) / h^q.
    failed
        What f raised, by the step at which it did: nothing is known of the error there.
    """

    values: Array
    total: Array
    truncation: Array
    rounding: Array
    lost: NDArray[np.bool_]
    median: Array
    best: tuple[float, float]
    predicted: tuple[float, float]
    slope: float
    order: int
    model_truncation: Array
    model_rounding: Array
    failed: Mapping[float, str] = field(default_factory=dict)


def curve_of(
    method: FiniteDifference, g: Callable[..., Any], exact: Callable[[Any], Any], x: Any, mp_x: Any,
    steps: Any, truth: Any, order: int, value: float, mp: Any, tell: Tell = silent,
) -> Curve:  # fmt: skip
    """One method's errors at every step, and what follows from them."""
    truncation, rounding = np.full(len(steps), np.nan), np.full(len(steps), np.nan)
    total, lost = np.full(len(steps), np.nan), np.zeros(len(steps), bool)
    values = np.full(len(steps), np.nan)
    failed: dict[float, str] = {}
    first: Exception | None = None
    for i, h in told(tell, list(enumerate(steps)), lambda _: ""):
        try:
            formula = method.apply(exact, mp_x, mp.mpf(float(h)), order)
            with np.errstate(all="ignore"):
                found = dataclasses.replace(method, h=float(h), check=False).derivative(g, x, order).value
        except (DomainError, GuardError, ZeroDivisionError):
            continue
        except Exception as error:  # of f at one of its samples; what the other steps tell stays
            first = first or error
            failed[float(h)] = said(error)
            continue
        if np.isfinite(found):
            values[i] = found
            truncation[i], rounding[i], total[i] = split_error(formula, found, truth)
            lost[i] = found == 0 and truth != 0
    theory = ErrorModel.of(method, exact, mp_x, order, value, unit_roundoff(x.dtype), mp)
    if not np.any(np.isfinite(total)):
        if first is not None:
            raise first
        raise DomainError(f"{method.name} leaves the domain of f at every step; write smaller steps")
    median = running_median(np.abs(total), lost)
    best = int(np.nanargmin(median))
    return Curve(
        values=values,
        total=total,
        truncation=truncation,
        rounding=rounding,
        lost=lost,
        median=median,
        best=(float(steps[best]), float(median[best])),
        predicted=theory.predicted,
        slope=power_law(steps, truncation, rounding),
        order=theory.order,
        model_truncation=theory.truncation * steps**theory.order,
        model_rounding=theory.rounding / steps**theory.power,
        failed=failed,
    )


def running_median(values: Array, apart: NDArray[np.bool_] | None = None, width: int = 15) -> Array:
    """The median of each value and its neighbours, without those `apart` as long as there are others.

    nan where the value is; the values themselves when there are fewer than `width`.
    """
    if len(values) < width:
        return values.copy()
    out = np.full(len(values), np.nan)
    for those in (values, values if apart is None else np.where(apart, np.nan, values)):
        padded = np.pad(those, width // 2, constant_values=np.nan)
        windows = np.lib.stride_tricks.sliding_window_view(padded, width)
        known = np.isfinite(windows).any(axis=1)
        out[known] = np.nanmedian(windows[known], axis=1)
    out[~np.isfinite(values)] = np.nan
    return out


def power_law(steps: Array, truncation: Array, rounding: Array) -> float:
    """The slope of log |truncation| over the smallest steps at which it dominates and is a power law.

    That is: over half a decade or more the slopes from step to step agree within 0.1, and it falls with h.
    """
    size = np.abs(truncation)
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = np.log10(steps), np.log10(size)
        local = np.diff(y) / np.diff(x)
    rules = size > running_median(np.abs(rounding))
    local[~(rules[1:] & rules[:-1])] = np.nan
    for start in range(len(local)):
        lowest, highest = np.fmin.accumulate(local[start:]), np.fmax.accumulate(local[start:])
        agree = np.isfinite(local[start:]) & (highest - lowest <= 0.1) & (lowest > 0.1)
        end = start + (len(agree) if agree.all() else int(np.argmin(agree)))
        if end - start >= 2 and x[end] - x[start] >= 0.5:
            return float(np.polyfit(x[start : end + 1], y[start : end + 1], 1)[0])
    return math.nan
