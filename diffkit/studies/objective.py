"""What a descent goes down: f of its leaves, or the mean of a loss over samples, with its gradient."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffkit.api import Problem
from diffkit.autodiff import Reverse
from diffkit.autodiff.compile import Compiled
from diffkit.errors import ArgumentsError, NonScalarError
from diffkit.result import an_answer
from diffkit.structure import Structure, flatten_arguments
from diffkit.studies.descent import Array, Ask

__all__ = [
    "Mean",
    "OfParameters",
    "Shaped",
    "Whole",
    "asker",
    "hessian_at",
    "number_names",
    "samples_of",
]

MOST_CURVED = 30  # parameters up to which the Hessian is asked for


class Mean:
    """A loss of samples as a function of its parameters: the mean over the samples.

    >>> print(Mean(lambda w, x, y: (w * x - y) ** 2, [np.arange(3.0), np.ones(3)])(1.0))
    0.6666666666666666
    """

    def __init__(self, f: Callable[..., Any], samples: Sequence[Array]) -> None:
        self.f, self.samples = f, samples
        try:
            parameters = list(inspect.signature(f).parameters.values())
            self.__signature__ = inspect.Signature(parameters[: len(parameters) - len(samples)])
        except (TypeError, ValueError):  # a built-in that does not tell what it takes
            pass

    def __call__(self, *parameters: Any) -> Any:
        return np.mean(self.f(*parameters, *self.samples))


class Whole:
    """f as a function of its leaves and of samples, whichever they are."""

    def __init__(self, f: Callable[..., Any], structure: Structure, leaves: int) -> None:
        self.f, self.structure, self.leaves = f, structure, leaves

    def __call__(self, *arguments: Any) -> Any:
        leaves, samples = arguments[: self.leaves], arguments[self.leaves :]
        found = self.f(*self.structure.build(list(leaves)), *samples)
        return np.mean(found) if samples else found


class Shaped:
    """One array of all parameters as the leaves, each in its shape.

    >>> Shaped([(), (2,)])(np.array([1.0, 2.0, 3.0]))
    [1.0, array([2., 3.])]
    """

    def __init__(self, shapes: Sequence[tuple[int, ...]]) -> None:
        self.shapes = shapes
        self.ends = np.cumsum([math.prod(shape) for shape in shapes])[:-1]

    def __call__(self, x: Array) -> list[Any]:
        parts = np.split(np.asarray(x, float), self.ends)
        return [
            np.reshape(part, shape) if shape else float(part[0])
            for part, shape in zip(parts, self.shapes, strict=True)
        ]


class OfParameters:
    """f of one array of all parameters, over samples; it can be pickled where f can."""

    def __init__(self, whole: Whole, shaped: Shaped, samples: Sequence[Array]) -> None:
        self.whole, self.shaped, self.samples = whole, shaped, samples

    def __call__(self, x: Array) -> float:
        return float(self.whole(*self.shaped(x), *self.samples))


def asker(whole: Whole, problem: Problem, gradient: Callable[..., Any] | None) -> Ask:
    """What descent asks: f and its gradient at leaves, over samples."""
    count = whole.leaves
    if gradient is not None:
        shapes = [np.shape(leaf) for leaf in problem.leaves]

        def by_hand(leaves: Sequence[Any], samples: Sequence[Any]) -> tuple[float, Sequence[Any]]:
            point = problem.structure.build(list(leaves))
            found = gradient(*point, *samples)
            parts, _ = flatten_arguments(found if len(point) > 1 and isinstance(found, tuple) else (found,))
            given = [np.shape(part) for part in parts]
            if given != shapes:
                raise ArgumentsError(
                    f"the gradient by hand has parts of shape {given}, and the start has {shapes}; "
                    f"return one number or array for each parameter"
                )
            return _number(whole(*leaves, *samples)), parts

        return by_hand
    if isinstance(problem.method, Reverse):
        compiled = Compiled(whole)

        def by_reverse(leaves: Sequence[Any], samples: Sequence[Any]) -> tuple[float, Sequence[Any]]:
            value, found = compiled(*leaves, *samples)
            return value, found[:count] if count + len(samples) > 1 else [found]

        return by_reverse

    def by_method(leaves: Sequence[Any], samples: Sequence[Any]) -> tuple[float, Sequence[Any]]:
        g = _Bound(whole, problem.names, samples)
        value = _number(g(*leaves))
        parts = problem.method.jacobian(g, [np.asarray(leaf)[()] for leaf in leaves]).value
        shaped = [np.reshape(part, np.shape(leaf)) for part, leaf in zip(parts, leaves, strict=True)]
        plain = [part if part.ndim else float(part) for part in shaped]
        return value, plain

    return by_method


def _number(y: Any) -> float:
    if np.size(an_answer(y)) != 1:
        raise NonScalarError(f"f has shape {np.shape(y)}, and goes down as one number; sum or average it")
    return float(np.reshape(y, ()))


class _Bound:
    """f of leaves, over these samples."""

    def __init__(self, whole: Whole, names: Sequence[str], samples: Sequence[Any]) -> None:
        self.whole, self.variables, self.samples = whole, tuple(names), samples

    def __call__(self, *leaves: Any) -> Any:
        return self.whole(*leaves, *self.samples)


@np.errstate(all="ignore")
def hessian_at(problem: Problem, leaves: Sequence[Any]) -> Array | None:
    """The second derivatives at the end, as a matrix; None where the method does not find them."""
    sizes = [np.size(leaf) for leaf in leaves]
    if sum(sizes) > MOST_CURVED:
        return None
    try:
        blocks = problem.method.hessian(problem.g, [np.asarray(leaf)[()] for leaf in leaves]).value
    except Exception:  # f or its rules; a descent is worth its path without it
        return None
    rows = [[np.reshape(block, (m, n)) for block, n in zip(row, sizes, strict=True)]
            for row, m in zip(blocks, sizes, strict=True)]  # fmt: skip
    return np.asarray(np.block(rows), float)


def number_names(problem: Problem) -> list[str]:
    """What each number among the parameters is called: w, or w[0], w[1], ... of an array."""
    names = []
    for name, leaf in zip(problem.names, problem.leaves, strict=True):
        places = [",".join(map(str, place)) for place in np.ndindex(np.shape(leaf))]
        names += [f"{name}[{place}]" if place else name for place in places]
    return names


def samples_of(data: Sequence[Any] | None, f: Callable[..., Any]) -> list[Array]:
    if data is None:
        return []
    if hasattr(f, "variables"):
        raise ArgumentsError(
            "data= needs a Python function of the parameters and the samples, such as "
            "lambda w, b, x, y: (w*x + b - y)**2"
        )
    samples = [np.asarray(part, float) for part in data]
    lengths = {len(part) if part.ndim else 0 for part in samples}
    if len(lengths) != 1 or 0 in lengths:
        shapes = ", ".join(str(part.shape) for part in samples) or "nothing"
        raise ArgumentsError(f"data has shapes {shapes}; write arrays with the same number of samples")
    return samples
