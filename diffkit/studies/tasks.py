"""The trainings of the lectures: x^2, a quartic with an inflection on the way, and a straight line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from diffkit.errors import ArgumentsError, OptionError
from diffkit.studies.descent import Array
from diffkit.studies.train import Training, train

__all__ = ["TASKS", "Regression", "Task", "linear_regression", "noisy_line", "squared_error", "task"]


@dataclass(frozen=True)
class Task:
    """A training: f (None is a straight line through `noisy_line`), its start, rate, epochs; what to know."""

    f: str | None
    start: tuple[float, ...]
    rate: float
    epochs: int
    note: str = ""


# fmt: off
TASKS: dict[str, Task] = {
    "square":  Task("x^2", (5.0,), 0.3, 15),
    "quartic": Task("2*x^4 - 3*x^2 + 2*x - 20", (5.0,), 0.001, 15_000,
                    "f' = 2*(x + 1)*(2*x - 1)^2: x = -1 is the minimum, f = -23, reached from -5, -2 and 0; "
                    "x = 1/2 is an inflection, where a start at 5 stalls."),
    "linreg":  Task(None, (0.0, 0.0), 1e-4, 100),
}
# fmt: on


@dataclass(frozen=True)
class Regression(Training):
    """The training of a straight line w x + b on samples, beside the line of least squares.

    Attributes
    ----------
    x, y
        (m,) the samples.
    least_squares
        w and b of the line that the descent approaches, found in one step by linear algebra.
    """

    x: Array
    y: Array
    least_squares: tuple[float, float]

    @property
    def distances(self) -> Array:
        """(k + 1,) how far (w, b) is from the line of least squares after each epoch."""
        return np.asarray(np.linalg.norm(self.points - np.array(self.least_squares), axis=1))

    def line(self, epoch: int | None = None) -> tuple[Array, Array]:
        """The two ends of the line after an epoch, over the samples' x; by default that of least squares."""
        w, b = self.least_squares if epoch is None else self.points[epoch]
        ends = np.array([self.x.min(), self.x.max()])
        return ends, w * ends + b

    def remarks(self) -> list[str]:
        """Where it has come to, beside least squares."""
        w, b = self.least_squares
        return [
            *super().remarks(),
            f"Least squares: w = {w:.6f}, b = {b:.6f}. The last line is {self.distances[-1]:.3g} from it, "
            f"the first was {self.distances[0]:.3g}.",
        ]

    def to_dict(self) -> dict[str, Any]:
        """As of a `Training`, with the samples and the line of least squares."""
        w, b = self.least_squares
        data = {"x": self.x.tolist(), "y": self.y.tolist()}
        return {**super().to_dict(), "data": data, "least_squares": {"w": w, "b": b}}


def squared_error(w: Any, b: Any, x: Any, y: Any) -> Any:
    """The loss of each sample of a straight line.

    >>> squared_error(2.0, 1.0, np.array([0.0, 1.0]), np.array([1.0, 5.0])).tolist()
    [0.0, 4.0]
    """
    return (w * x + b - y) ** 2


def noisy_line(seed: int = 0, count: int = 100) -> tuple[Array, Array]:
    """Samples x and y, each even on [0, 50] with noise of up to 10 to either side.

    >>> [round(float(part[0]), 4) for part in noisy_line()]
    [2.7392, -0.4002]
    """
    rng = np.random.default_rng(seed)
    even = np.linspace(0, 50, count)
    return even + rng.uniform(-10, 10, count), even + rng.uniform(-10, 10, count)


def linear_regression(
    x: ArrayLike,
    y: ArrayLike,
    start: Sequence[float] = (0.0, 0.0),
    *,
    rate: float,
    epochs: int,
    text: str = "the mean of (w*x + b - y)^2",
    **how: Any,
) -> Regression:
    """A straight line w x + b trained on samples by gradient descent on the mean squared error.

    Parameters
    ----------
    x, y
        (m,) the samples.
    start
        w and b to begin with.
    rate, epochs, how
        As for `train`: also `method`, `gradient`, `batch`, `seed` and `tolerance`.

    Raises
    ------
    ArgumentsError
        If x and y are not one number a sample, or all x are the same, so that no line is the best.

    Examples
    --------
    >>> found = linear_regression(*noisy_line(), rate=1e-4, epochs=100)
    >>> found.points[-1].round(6).tolist(), [round(w, 6) for w in found.least_squares]
    ([0.952708, 0.04276], [0.874942, 2.900773])
    """
    xs, ys = np.asarray(x, float), np.asarray(y, float)
    if xs.ndim != 1 or xs.shape != ys.shape or len(xs) == 0 or np.ptp(xs) == 0:
        raise ArgumentsError(
            f"x and y have shapes {xs.shape} and {ys.shape}; write as many for each, and x that differ"
        )
    found = train(squared_error, *start, rate=rate, epochs=epochs, data=(xs, ys), text=text, **how)
    w, b = np.linalg.lstsq(np.column_stack([xs, np.ones_like(xs)]), ys, rcond=None)[0]
    known = {each.name: getattr(found, each.name) for each in fields(Training)}
    return Regression(**known, x=xs, y=ys, least_squares=(float(w), float(b)))


def task(
    name: str,
    *,
    start: Sequence[float] | None = None,
    rate: float | None = None,
    epochs: int | None = None,
    **how: Any,
) -> Training:
    """A training of `TASKS` by its name; what is given takes the place of its own start, rate and epochs.

    Examples
    --------
    >>> task("square").points[:3].ravel().tolist()
    [5.0, 2.0, 0.8]
    >>> stalled, arrived = task("quartic"), task("quartic", start=[-2.0])
    >>> stalled.points[-1].item(), arrived.points[-1].round(9).item()
    (0.505438618895424, -1.0)
    """
    if name not in TASKS:
        raise OptionError(f"{name!r} is no training of these; write one of {', '.join(TASKS)}")
    known = TASKS[name]
    at = known.start if start is None else tuple(start)
    if len(at) != len(known.start):
        wanted = f"{len(known.start)} number{'s' * (len(known.start) != 1)}"
        raise ArgumentsError(f"{name} starts from {wanted}, and {len(at)} are given")
    rate, epochs = known.rate if rate is None else rate, known.epochs if epochs is None else epochs
    if known.f is None:
        return linear_regression(*noisy_line(), at, rate=rate, epochs=epochs, note=known.note, **how)
    return train(known.f, *at, rate=rate, epochs=epochs, note=known.note, **how)
