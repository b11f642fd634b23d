"""Gradient descent, the loop alone: x becomes x - rate * gradient, epoch after epoch, batch after batch."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffkit.studies.row import said
from diffkit.studies.tell import Tell, silent

__all__ = ["Array", "Ask", "Descent", "batches", "descend"]

Array = NDArray[np.float64]
# f and its gradient, one part a leaf: ask(leaves, samples).
Ask = Callable[[Sequence[Any], Sequence[Any]], tuple[float, Sequence[Any]]]


@dataclass(frozen=True)
class Descent:
    """Where gradient descent has been: one row an epoch, the start first.

    Attributes
    ----------
    points, gradients
        (k + 1, n) the parameters and the gradient of f there.
    values
        (k + 1,) f there.
    status
        "ran" through all epochs, "converged" to the tolerance, "diverged": f or its gradient was not
        finite after the last row; or "failed" there, for a reason.
    reason
        What f or its gradient raised after the last row.
    """

    points: Array
    values: Array
    gradients: Array
    status: str
    reason: str = ""


@np.errstate(all="ignore")  # what diverges is said in a word, not in warnings
def descend(
    ask: Ask,
    start: Sequence[Any],
    rate: float,
    epochs: int,
    *,
    data: Sequence[Any] = (),
    batch: int | None = None,
    seed: int = 0,
    tolerance: float = 0.0,
    tell: Tell = silent,
) -> Descent:
    """The path of gradient descent from a point, until an epoch's gradient is no longer than a tolerance.

    An epoch without `batch` is one step down the gradient over all samples; with it, one step a batch, in an
    order that is drawn anew each epoch. The rows are of f over all samples either way.

    Parameters
    ----------
    ask
        f and its gradient at leaves (numbers and arrays), over samples.
    start
        The leaves to begin with.
    rate, epochs
        The step is rate * gradient; at most so many epochs.
    data, batch, seed
        Arrays of samples along the first axis, how many make a batch, and what the order is drawn from.
    tolerance
        The length of the gradient that is small enough; at 0 all epochs are run.
    tell
        Is told a hundred times how many epochs are done, and of how many.

    Examples
    --------
    >>> path = descend(lambda at, _: (at[0] ** 2, [2 * at[0]]), [8.0], 0.25, 3)
    >>> path.points.ravel().tolist(), path.status
    ([8.0, 4.0, 2.0, 1.0], 'ran')
    """
    rng, leaves, status, reason = np.random.default_rng(seed), list(start), "ran", ""
    value, gradient = ask(leaves, data)
    rows = [(_flat(leaves), value, _flat(gradient))]
    often = max(1, epochs // 100)
    for epoch in range(epochs):
        if epoch % often == 0:
            tell("epochs", epoch, epochs)
        try:
            if batch is None:
                leaves = _stepped(leaves, gradient, rate)
            else:
                for samples in batches(data, batch, rng):
                    leaves = _stepped(leaves, ask(leaves, samples)[1], rate)
            value, gradient = ask(leaves, data)
        except OverflowError:  # Python's own floats overflow with an error
            value = math.inf
        except Exception as error:  # of f at this point; the way to it stays
            status, reason = "failed", said(error)
            break
        row = _flat(leaves), value, _flat(gradient)
        if not (math.isfinite(value) and _finite(row[0]) and _finite(row[2])):
            status = "diverged"
            break
        rows.append(row)
        if 0 < tolerance >= np.linalg.norm(row[2]):
            status = "converged"
            break
    points, values, gradients = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    return Descent(points, values, gradients, status, reason)


def batches(data: Sequence[Any], size: int, rng: np.random.Generator) -> Iterator[list[Any]]:
    """The samples in a random order, `size` at a time; each once, so that the last batch may be smaller.

    Examples
    --------
    >>> parts = batches([np.arange(5.0)], 2, np.random.default_rng(0))
    >>> [samples[0].tolist() for samples in parts]
    [[2.0, 4.0], [3.0, 0.0], [1.0]]
    """
    order = rng.permutation(len(data[0]))
    for first in range(0, len(order), size):
        chosen = order[first : first + size]
        yield [samples[chosen] for samples in data]


def _stepped(leaves: Sequence[Any], gradient: Sequence[Any], rate: float) -> list[Any]:
    return [leaf - rate * slope for leaf, slope in zip(leaves, gradient, strict=True)]


def _flat(leaves: Sequence[Any]) -> Any:
    """The entries of all leaves, one after another; floats of Python's own are quickest as they are."""
    if all(leaf.__class__ is float for leaf in leaves):
        return list(leaves)
    return np.concatenate([np.ravel(leaf) for leaf in leaves])


def _finite(part: Any) -> bool:
    if part.__class__ is list:
        return all(map(math.isfinite, part))
    return bool(np.all(np.isfinite(part)))
