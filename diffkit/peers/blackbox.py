"""Peers that call f as it is: numdifftools, jacobi and SciPy choose the points, and f is asked there."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from diffkit.errors import OptionError
from diffkit.numerical.sampling import Counted, elementwise, real_valued, require_apart, scalar_valued
from diffkit.peers.method import Function, PeerMethod, blocks, columns_of, told_apart
from diffkit.result import Estimate

__all__ = ["BlackBox", "Found"]


class Found(NamedTuple):
    """What a peer answered: a derivative, its own error estimate of that shape, and what it warns of."""

    value: Any
    error: Any
    step: Any = None
    note: str = ""


@dataclass(frozen=True)
class BlackBox(PeerMethod):
    """A numerical peer: it answers three questions, each about a function g of one float64 array.

    g gets an array of that shape at every call, so f may be any Python code; each call of it is counted.
    """

    kind: ClassVar[str] = "numerical"

    @abstractmethod
    def slope(self, g: Function, x: Any, order: int) -> Found:
        """The order-th derivative of a g that acts elementwise, in x's shape."""

    @abstractmethod
    def table(self, g: Function, x: Any) -> Found:
        """The Jacobian of g, from a vector to a vector."""

    @abstractmethod
    def square(self, g: Function, x: Any) -> Found:
        """The Hessian of g, from a vector to a number."""

    def derivative(self, f: Function, x: Any, order: int = 1) -> Estimate:
        """The order-th derivative of an elementwise f at each element of x, and the peer's error estimate."""
        point, counted = np.asarray(x, np.float64), Counted(f)
        samples: list[tuple[Any, Any]] = []
        notes: list[str] = []
        asked = real_valued(told_apart(counted))
        at = elementwise(asked, point, notes, samples)
        with self.asking():
            g = lambda t: at(np.reshape(t, point.shape)[()])
            found = self.slope(g, point, order) if point.size else Found(point, point)
            require_apart(asked, point, samples)
        value, error = (
            np.reshape(part, point.shape).astype(np.result_type(x))[()] for part in (found.value, found.error)
        )
        outside = [note for note in notes if note.startswith("f is")]  # its steps are its own affair
        note = found.note if np.all(np.isfinite(value)) or not outside else outside[0]
        return self.estimate(value, counted.calls, error, found.step, note)

    def jacobian(self, f: Function, leaves: list[Any]) -> Estimate:
        """The derivative of f's result with respect to each leaf, of shape T + S."""
        counted = Counted(f)
        g, x = _of_a_vector(real_valued(told_apart(counted)), leaves)
        shapes: list[tuple[int, ...]] = []

        def vector_valued(v: Any) -> Any:
            y = g(v)
            shapes.append(np.shape(y))
            return np.ravel(y).astype(np.float64)

        with self.asking():
            y = vector_valued(x) if not x.size else None  # which no peer moves
            found = self.table(vector_valued, x) if y is None else Found(none := np.zeros((len(y), 0)), none)
        value, error = (columns_of(part, shapes[0], leaves) for part in (found.value, found.error))
        return self.estimate(value, counted.calls, error, note=found.note)

    def hessian(self, f: Function, leaves: list[Any]) -> Estimate:
        """The second derivatives of a scalar f: entry [i][j] has the shapes of leaf i and leaf j."""
        counted = Counted(f)
        g, x = _of_a_vector(scalar_valued(real_valued(told_apart(counted))), leaves)
        with self.asking():
            found = self.square(lambda v: np.float64(g(v)), x)
        value, error = (blocks(part, leaves) for part in (found.value, found.error))
        return self.estimate(value, counted.calls, error, note=found.note)

    def only_first(self, what: str) -> OptionError:
        """The refusal of a peer that has first derivatives only."""
        return OptionError(f"{self.name} has no {what}; write method='numdifftools' or method='adaptive'")


def _of_a_vector(f: Function, leaves: list[Any]) -> tuple[Function, Any]:
    """f as a function of all elements in one vector, and that vector."""
    ends = np.cumsum([np.size(leaf) for leaf in leaves])[:-1]

    def g(v: Any) -> Any:
        parts = np.split(np.array(v, np.float64), ends)  # f may write into its arguments
        return f(*(part.reshape(np.shape(leaf))[()] for part, leaf in zip(parts, leaves, strict=True)))

    return g, np.concatenate([np.ravel(leaf) for leaf in leaves]).astype(np.float64)
