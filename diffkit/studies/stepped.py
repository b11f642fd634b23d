"""The secants behind a difference: where a method asks f, what f says, and the slope it makes of that."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from diffkit.arguments import checked_leaf
from diffkit.autodiff.history import without_history
from diffkit.errors import ArgumentsError
from diffkit.functions import as_function, text_of
from diffkit.methods import Method, methods_for
from diffkit.numerical import FiniteDifference
from diffkit.studies.curve import Array
from diffkit.studies.error_sweep import default_steps
from diffkit.studies.value import value_at

__all__ = ["SteppedSecant", "SteppedSecants", "stepped_secants"]

SAMPLES = 240  # of f's own curve: a dot every few pixels


class SteppedSecant(NamedTuple):
    """A method at one step: its outermost samples of f, and the derivative that it makes of all of them.

    nan where f has no finite value. For a one-sided or central difference `slope` is that of the line.
    """

    left: tuple[float, float]
    right: tuple[float, float]
    slope: float


@dataclass(frozen=True)
class SteppedSecants:
    """The secants of several methods at every step, and f's curve around the point.

    Attributes
    ----------
    f_text, x, value, order
        The function as text, the point, f there, and which derivative.
    steps
        (n,) the steps h, ascending.
    lines
        For each method by name, a `SteppedSecant` a step.
    curve
        (2, m) points of f's curve as far as the longest step reaches to either side; nan where f has none.
    """

    f_text: str
    x: float
    value: float
    order: int
    steps: Array
    lines: Mapping[str, tuple[SteppedSecant, ...]]
    curve: Array


def stepped_secants(
    f: Any,
    x: float,
    methods: str | Method | Iterable[str | Method] = ("forward", "central", "richardson"),
    steps: ArrayLike | None = None,
    *,
    order: int = 1,
    text: str | None = None,
) -> SteppedSecants:
    """What differences of f at x are made of, at each step.

    Parameters
    ----------
    f, x
        A function of one real variable, and a number.
    methods
        Finite differences, as for `error_sweep`.
    steps
        The steps; by default five a decade, from the spacing of x up to max(1, |x|).
    order
        Which derivative.
    text
        What to call f in the result.

    Raises
    ------
    ArgumentsError
        For a method without samples on the real line, or a point that is not one number.
    DomainError
        Where f has no value at x.

    Examples
    --------
    >>> found = stepped_secants("x^2", 3.0, methods="forward", steps=[0.5])
    >>> found.lines["forward"]
    (SteppedSecant(left=(3.0, 9.0), right=(3.5, 12.25), slope=6.5),)
    """
    g = without_history(as_function(f))
    leaf = checked_leaf(x, "x")
    if np.ndim(leaf):
        raise ArgumentsError(f"x has shape {np.shape(leaf)}; a secant goes through the curve over one number")
    point = np.float64(leaf)
    chosen = methods_for(methods)
    for method in chosen:
        if not isinstance(method, FiniteDifference) or method.name == "complex-step":
            raise ArgumentsError(
                f"method {method.name!r} takes no samples of f beside x; write forward,central"
            )
    h = default_steps(point, 5) if steps is None else np.sort(np.asarray(steps, float))
    value = value_at(g, [point], {"x": point})
    far = float(h[-1]) * np.linspace(-1.2, 1.2, SAMPLES + 1)
    around = float(point) + far
    curve = np.array([around, [_value(g, t) for t in around]])
    lines = {
        method.name: tuple(_secant(method, g, point, float(step), order) for step in h)
        for method in chosen
        if isinstance(method, FiniteDifference)
    }
    return SteppedSecants(text or text_of(g), float(point), value, order, h, lines, curve)


def _secant(method: FiniteDifference, g: Callable[..., Any], x: Any, h: float, order: int) -> SteppedSecant:
    """The method's answer, and the first and the last of the points at which it asked."""
    asked: dict[float, float] = {}

    def seen(t: Any) -> Any:
        y = g(t)
        asked[float(t)] = float(np.asarray(y).item())
        return y

    nowhere = (math.nan, math.nan)
    try:
        with np.errstate(all="ignore"):
            slope = float(dataclasses.replace(method, h=h, check=False).derivative(seen, x, order).value)
    except Exception:  # f has no value there, or says so in its own way
        return SteppedSecant(nowhere, nowhere, math.nan)
    if not asked or not math.isfinite(slope):
        return SteppedSecant(nowhere, nowhere, math.nan)
    left, right = min(asked), max(asked)
    return SteppedSecant((left, asked[left]), (right, asked[right]), slope)


def _value(g: Callable[..., Any], t: float) -> float:
    try:
        with np.errstate(all="ignore"):
            y = np.asarray(g(np.float64(t)))
        return float(y.item()) if y.dtype.kind in "biuf" and np.all(np.isfinite(y)) else math.nan
    except Exception:  # outside of its domain f may raise what it likes
        return math.nan
