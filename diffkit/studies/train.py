"""Training, which is gradient descent watched: the path, the loss against the epochs, and where it ends."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from diffkit.api import Problem
from diffkit.autodiff.history import without_history
from diffkit.errors import ArgumentsError, OptionError
from diffkit.functions import as_function, text_of
from diffkit.methods import Method
from diffkit.studies.descent import Array, descend
from diffkit.studies.ending import Ending, ending
from diffkit.studies.landscape import Curve, Surface, curve_around, surface_around
from diffkit.studies.objective import (
    Mean,
    OfParameters,
    Shaped,
    Whole,
    asker,
    hessian_at,
    number_names,
    samples_of,
)
from diffkit.studies.study import Study
from diffkit.studies.tell import Tell, silent
from diffkit.studies.value import value_at
from diffkit.tables import Table, csv_text, error_text, json_ready, value_text

__all__ = ["Training", "train"]

MOST = 50_000_000  # numbers in a path, which is kept whole
SHOWN = 6  # parameters that have a column of their own


@dataclass(frozen=True)
class Training(Study):
    """The path of gradient descent: one row an epoch, the start first.

    Attributes
    ----------
    f, names, method
        The function's text or name, what each parameter is called, and whose gradient was taken.
    rate, epochs, batch, samples, tolerance
        As asked for: the step is rate * gradient. `batch` and `samples` are None for an f without data.
    points, values, gradients
        (k + 1, n), (k + 1,) and (k + 1, n): the parameters, f and its gradient after each epoch.
    status
        "ran" through all epochs, "converged" to the tolerance, "diverged", or "failed".
    reason
        What f or its gradient raised after the last epoch, of a training that failed.
    end
        What lies around the last point.
    note
        What is known of this function.
    function
        f of the parameters as one array; the figures ask it for the curve. None of a training that was
        unpickled without it, since a lambda cannot be pickled.
    """

    f: str
    names: tuple[str, ...]
    method: str
    rate: float
    epochs: int
    batch: int | None
    samples: int | None
    tolerance: float
    points: Array
    values: Array
    gradients: Array
    status: str
    reason: str
    end: Ending
    note: str
    function: Callable[[Array], float] | None = field(repr=False, compare=False)

    @property
    def slopes(self) -> Array:
        """(k + 1,) f' for one parameter, and the length of the gradient for several."""
        if len(self.names) == 1:
            return self.gradients[:, 0]
        return np.asarray(np.linalg.norm(self.gradients, axis=1))

    @property
    def done(self) -> int:
        """The epochs that were gone through."""
        return len(self.points) - 1

    def curve(self) -> Curve:
        """f of one parameter around the path, for a figure."""
        return curve_around(self.asked(), self.seen[:, 0], self._goal())

    def surface(self, shape: float = 1.5) -> Surface:
        """f of two parameters around the path, for a figure of this shape, width over height."""
        return surface_around(self.asked(), self.seen, self._goal(), shape=shape)

    @property
    def seen(self) -> Array:
        """The points that a figure can hold: of a descent that diverges, those before it leaps away."""
        far = np.flatnonzero(np.abs(self.values) > 1000 * (1 + abs(self.values[0])))
        return self.points[: max(2, far[0])] if len(far) else self.points

    @property
    def lowest(self) -> float | None:
        """f at the minimum, as far as it is known: on the curve, or where Newton's method leads."""
        if len(self.names) == 1:
            found = self.curve().lowest
            return None if found is None else found[1]
        goal = self._goal()
        return None if goal is None else min(self.asked()(goal), float(self.values.min()))

    def _goal(self) -> Array | None:
        """The minimum that lies ahead, if there is one."""
        return np.array(self.end.place) if self.end.kind == "minimum" and self.end.place else None

    def title(self) -> list[str]:
        """The function, the start, and how it was trained."""
        start = ", ".join(f"{name} = {float(x)!r}" for name, x in self._parameters(0))
        over = ""
        if self.samples is not None:
            over = f"    {self.samples} samples"
            over += f" in batches of {self.batch}" if self.batch else ""
        return [
            f"Gradient descent on {self.f}{over}",
            f"from {start}    rate {self.rate:g}    {_counted(self.done, 'epoch')}    {self.method}",
        ]

    def _parameters(self, epoch: int) -> list[tuple[str, float]]:
        return list(zip(self.names, self.points[epoch].tolist(), strict=True))[:SHOWN]

    def tables(self) -> list[Table]:
        """Epochs that lie ever further apart, with the parameters, f and the slope."""
        names, one = self.names[:SHOWN], len(self.names) == 1
        rows = tuple(
            (
                str(epoch),
                *(value_text(x) for _, x in self._parameters(epoch)),
                value_text(self.values[epoch]),
                f"{self.slopes[epoch]:.2e}",
            )
            for epoch in shown_epochs(self.done)
        )
        columns = ("epoch", *names, "f", f"f'({self.names[0]})" if one else "|gradient|")
        return [Table(columns, rows, frozenset({columns[0], columns[-1]}))]

    def remarks(self) -> list[str]:
        """Where it has come to, and why it goes as it goes."""
        return [text for text in (self._stop(), self._where(), self._pace(), self.note) if text]

    def _stop(self) -> str:
        if self.status == "diverged":
            return (
                f"It diverges: after epoch {self.done} f or its gradient is not finite. "
                f"Take a smaller rate than {self.rate:g}."
            )
        if self.status == "failed":
            return f"It ends after epoch {self.done}: f or its gradient fails at the next: {self.reason}."
        if self.status == "converged":
            return f"Converged at epoch {self.done}: the slope is not above {self.tolerance:g}."
        return ""

    def _where(self) -> str:
        """What lies around the end, in a sentence."""
        end = self.end
        if self.status == "diverged" or end.kind == "unknown":
            return ""
        slope = "exactly 0" if end.slope == 0 else error_text(end.slope)
        told = f"The slope at the end is {slope}"
        place = "" if end.place is None or len(end.place) > 1 else f"{self.names[0]} = {end.place[0]:.4g}"
        if end.kind == "minimum":
            where = f", at {place}" * bool(place)
            return f"{told}, and the minimum is {error_text(end.distance)} away{where}."
        if end.kind == "inflection":
            return (
                f"{told} and no minimum is near: ahead the slope fades and grows again without a change of "
                f"sign, an inflection{' near ' * bool(place)}{place}. There gradient descent all but stalls."
            )
        if end.kind in ("saddle", "maximum"):
            return f"{told}, at a {end.kind}: a way leads down from it, and the gradient does not show it."
        return f"{told}; no minimum is near, and it goes on downhill."

    def _pace(self) -> str:
        """What the curvatures say of the rate."""
        curved = self.end.curvatures
        if self.status == "diverged" or self.end.kind != "minimum" or not curved or curved[0] <= 0:
            return ""
        least, most = curved[0], curved[-1]
        limit = f"A rate below {2 / most:.2g} is stable here (2 over the curvature, {most:.3g})"
        kept = abs(1 - self.rate * least)
        if len(curved) == 1 or kept >= 1:
            return f"{limit}."
        return (
            f"{limit}. The flattest direction has a curvature of {least:.3g}: an epoch takes away "
            f"{1 - kept:.2g} of the distance along it."
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, of the schema diffkit.train/1; path, value and slope have an entry an epoch."""
        return {
            "schema": "diffkit.train/1",
            "f": self.f,
            "method": self.method,
            "rate": self.rate,
            "epochs": self.done,
            "batch": self.batch,
            "samples": self.samples,
            "tolerance": self.tolerance,
            "status": self.status,
            "reason": self.reason,
            "path": {name: self.points[:, i].tolist() for i, name in enumerate(self.names)},
            "value": self.values.tolist(),
            "slope": self.slopes.tolist(),
            "end": json_ready(asdict(self.end)),
        }

    def csv(self) -> str:
        """One line an epoch."""
        rows = zip(range(len(self.points)), self.points.tolist(), self.values.tolist(), self.slopes.tolist(),
                   strict=True)  # fmt: skip
        return csv_text(["epoch", *self.names, "f", "slope"], [[k, *x, f, slope] for k, x, f, slope in rows])

    def plot(self, ax: Any = None, show: str = "path") -> Any:
        """The Matplotlib axes with "path", the descent on the curve or on contours, or "loss", by epoch."""
        from diffkit.report import draw

        return draw(self, ax, show=show)


def train(
    f: Any,
    *start: Any,
    rate: float,
    epochs: int,
    method: str | Method = "reverse",
    gradient: Callable[..., Any] | None = None,
    data: Sequence[Any] | None = None,
    batch: int | None = None,
    seed: int = 0,
    tolerance: float = 0.0,
    text: str | None = None,
    note: str = "",
    tell: Tell = silent,
    **options: Any,
) -> Training:
    """Gradient descent on f from a start: x becomes x - rate * f'(x), epoch after epoch.

    Parameters
    ----------
    f
        A callable, SymPy expression or text with a scalar result. With `data` a callable of the parameters
        and the samples, f(*start, *data): the loss of each sample, of which the mean is taken.
    start
        As for `gradient`: numbers, arrays, containers of them; a mapping by name for text.
    rate, epochs
        The step is rate * gradient, at most so many times.
    method, options
        Whose gradient, as for `gradient`. Reverse mode is compiled once and quick for any number of epochs.
    gradient
        A derivative written by hand in its place: called as f, and shaped as `diffkit.gradient` shapes it.
    data, batch, seed
        Arrays with a sample in each row, how many samples a step takes (None: all of them), and what their
        order is drawn from anew each epoch.
    tolerance
        Stop when the gradient of an epoch's end is no longer than this.
    text, note
        What to call f, and what to say of it, in the result.
    tell
        Is told what comes next, how much is done, and of how much: tell("epochs", 150, 15000).

    Returns
    -------
    Training
        With `points`, `values`, `gradients` and `end`; it prints as a table, and `plot`, `csv`, `markdown`
        and `to_dict` hand it on. A descent that diverges is no error: it ends, and says so; and so does one
        at whose next point f raises something.

    Raises
    ------
    ArgumentsError, OptionError
        If the arguments do not fit together; the other errors are those of `gradient`.

    Examples
    --------
    >>> import numpy as np
    >>> found = train("x^2", 5.0, rate=0.3, epochs=15)
    >>> found.points[:4].round(12).ravel().tolist(), found.end.kind
    ([5.0, 2.0, 0.8, 0.32], 'minimum')

    Mini-batches, and until the gradient is small:

    >>> x = np.linspace(-1.0, 1.0, 40)
    >>> loss = lambda w, b, x, y: (w * x + b - y) ** 2
    >>> fit = train(loss, 0.0, 0.0, rate=0.1, epochs=500, data=(x, 3 * x + 1), batch=8, tolerance=1e-9)
    >>> fit.status, fit.points[-1].round(6).tolist()
    ('converged', [3.0, 1.0])
    """
    _check(rate, epochs, batch, seed, tolerance, data)
    objective = as_function(f)
    samples = samples_of(data, objective)
    bound = objective if data is None else Mean(objective, samples)
    problem = Problem(bound, start, method, options)
    names = tuple(number_names(problem))
    if len(names) * (epochs + 1) > MOST:
        raise ArgumentsError(
            f"{epochs} epochs of {len(names)} parameters make a path of more than {MOST} numbers; "
            f"train in parts, each from the end of the one before"
        )
    value_at(problem.g, problem.leaves, dict(zip(problem.names, problem.leaves, strict=True)))
    whole = Whole(without_history(objective), problem.structure, len(problem.leaves))
    ask = asker(whole, problem, gradient)
    leaves = [float(leaf) if np.ndim(leaf) == 0 else leaf for leaf in problem.leaves]
    path = descend(ask, leaves, float(rate), int(epochs), data=samples, batch=batch, seed=seed,
                   tolerance=tolerance, tell=tell)  # fmt: skip
    shaped = Shaped([np.shape(leaf) for leaf in leaves])

    def gradient_at(x: Array) -> Array:
        try:
            return np.concatenate([np.ravel(part) for part in ask(shaped(x), samples)[1]])
        except Exception:  # ahead of the path f may raise what it likes
            return np.full(np.shape(x), np.nan)

    travelled = float(np.linalg.norm(path.points[-1] - path.points[0]))
    return Training(
        f=text or text_of(objective),
        names=names,
        method=problem.method.name if gradient is None else "by hand",
        rate=float(rate),
        epochs=int(epochs),
        batch=batch,
        samples=len(samples[0]) if samples else None,
        tolerance=float(tolerance),
        points=path.points,
        values=path.values,
        gradients=path.gradients,
        status=path.status,
        reason=path.reason,
        end=ending(gradient_at, lambda x: hessian_at(problem, shaped(x)), path.points[-1], travelled),
        note=note,
        function=OfParameters(whole, shaped, samples),
    )


def shown_epochs(last: int) -> list[int]:
    """All of few epochs; of many the start, those that are 1, 2 or 5 with zeros, and the last.

    >>> shown_epochs(300)
    [0, 1, 2, 5, 10, 20, 50, 100, 200, 300]
    """
    if last <= 20:
        return list(range(last + 1))
    round_ones = {digit * 10**k for k in range(len(str(last))) for digit in (1, 2, 5)}
    return sorted({0, last, *(epoch for epoch in round_ones if epoch < last)})


def _check(rate: Any, epochs: Any, batch: Any, seed: Any, tolerance: Any, data: Any) -> None:
    if not _is_number(rate) or not 0 < rate < math.inf:
        raise OptionError(f"rate={rate!r}; write a positive number such as 0.1")
    if not _is_number(tolerance) or not 0 <= tolerance < math.inf:
        raise OptionError(f"tolerance={tolerance!r}; write a number such as 1e-6, or 0 to run all epochs")
    if not _is_whole(epochs) or epochs < 0:
        raise OptionError(f"epochs={epochs!r}; write a whole number such as 100")
    if not _is_whole(seed) or seed < 0:
        raise OptionError(f"seed={seed!r}; write a whole number such as 0")
    if batch is not None and (not _is_whole(batch) or batch < 1):
        raise OptionError(f"batch={batch!r}; write a whole number of samples such as 10")
    if batch is not None and data is None:
        raise OptionError(f"batch={batch} is of samples, and there are none; give data=")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
