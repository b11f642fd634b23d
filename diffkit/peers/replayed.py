"""Peers that differentiate f's tape: recorded once at the point, then replayed in their arithmetic."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from diffkit.autodiff.jacobians import array_valued
from diffkit.autodiff.modes import require_elements_apart, require_elementwise
from diffkit.autodiff.tensor import Tensor
from diffkit.errors import NonScalarError
from diffkit.peers.method import Function, PeerMethod
from diffkit.result import Estimate, nan_outside, real_answer
from diffkit.tape.arithmetic import Arithmetic
from diffkit.tape.record import record
from diffkit.tape.wengert import Tape

__all__ = ["InArrays", "Replayed", "Taped"]


class Taped:
    """f's tape at a point of float64, f's value there, and how often f was called for it."""

    def __init__(self, f: Function, leaves: Sequence[Any]) -> None:
        self.calls = 0

        def counted(*point: Any) -> Any:
            self.calls += 1
            return array_valued(lambda *p: real_answer(f(*p)))(*point)

        self.leaves = [np.asarray(leaf, np.float64)[()] for leaf in leaves]
        self.tape: Tape = _without_tensors(record(counted, *self.leaves))
        self.value = np.asarray(self.tape.replay(*self.leaves))

    def require_scalar(self) -> None:
        """Raise NonScalarError unless f's value is one number."""
        if self.value.shape:
            raise NonScalarError(
                f"f has shape {self.value.shape}, and a Hessian is that of a scalar: sum it, or write "
                f"dk.jacobian for the derivatives of an array"
            )

    def defined(self, part: Any, leaf: Any) -> Any:
        """A derivative of the leaf's dtype, and nan in the rows of results that have no value."""
        y = self.value.reshape(self.value.shape + (1,) * (np.ndim(part) - self.value.ndim))
        return np.asarray(nan_outside(y, part)).astype(np.result_type(leaf))[()]


def _without_tensors(tape: Tape) -> Tape:
    """The tape with the numbers of diffkit's tensors, which are constants here and no peer knows."""
    if not any(isinstance(a, Tensor) for row in tape.instructions for a in row.args):
        return tape
    plain = lambda a: a.numpy() if isinstance(a, Tensor) else a
    rows = [dataclasses.replace(row, args=tuple(map(plain, row.args))) for row in tape.instructions]
    return dataclasses.replace(tape, instructions=tuple(rows))


@dataclass(frozen=True)
class Replayed(PeerMethod):
    """A peer that takes f's program from its tape; f itself is called once."""

    kind: ClassVar[str] = "automatic"
    arithmetic: ClassVar[type[Arithmetic]]


@dataclass(frozen=True)
class InArrays(Replayed):
    """A peer with arrays of its own, which follows what is done to them; three questions are asked of it."""

    @abstractmethod
    def gradient(self, h: Function) -> Function:
        """The gradient function of an h from one array to a number; it can be differentiated again."""

    @abstractmethod
    def jacobians(self, g: Function, leaves: list[Any]) -> Sequence[Any]:
        """The Jacobian of g with respect to each leaf, of shape T + S."""

    @abstractmethod
    def hessians(self, g: Function, leaves: list[Any]) -> Sequence[Sequence[Any]]:
        """The second derivatives of a scalar g, a block for each pair of leaves."""

    def plain(self, value: Any) -> Any:
        """An array of the peer's as NumPy's."""
        return np.asarray(value)

    def derivative(self, f: Function, x: Any, order: int = 1) -> Estimate:
        """The order-th derivative of an elementwise f at each element of x, by nested gradients."""
        taped = Taped(f, [x])
        require_elementwise(taped.value, x)
        with self.asking():
            g, (leaf,) = self._replayed(taped)
            ones = self._own(np.ones(np.shape(x)))
            nested: Function = g
            for _ in range(order):
                nested = self._slope(nested, ones)
            value = self.plain(nested(leaf))
            if np.size(x) > 1:
                first = value if order == 1 else self.plain(self._slope(g, ones)(leaf))
                require_elements_apart(lambda v: self.plain(self._slope(g, self._own(v))(leaf)), first)
        return self.estimate(taped.defined(value, x), taped.calls)

    def jacobian(self, f: Function, leaves: list[Any]) -> Estimate:
        """The derivative of f's result with respect to each leaf, of shape T + S."""
        taped = Taped(f, leaves)
        with self.asking():
            parts = [self.plain(part) for part in self.jacobians(*self._replayed(taped))]
        shape = taped.value.shape
        value = [
            taped.defined(part.reshape(shape + np.shape(leaf)), leaf)
            for part, leaf in zip(parts, leaves, strict=True)
        ]
        return self.estimate(value, taped.calls)

    def hessian(self, f: Function, leaves: list[Any]) -> Estimate:
        """The second derivatives of a scalar f: entry [i][j] has the shapes of leaf i and leaf j."""
        taped = Taped(f, leaves)
        taped.require_scalar()
        with self.asking():
            parts = [list(map(self.plain, row)) for row in self.hessians(*self._replayed(taped))]
        value = [
            [
                taped.defined(part.reshape(np.shape(a) + np.shape(b)), np.result_type(a, b).type(0))
                for part, b in zip(row, leaves, strict=True)
            ]
            for row, a in zip(parts, leaves, strict=True)
        ]
        return self.estimate(value, taped.calls)

    def _slope(self, h: Function, seed: Any) -> Function:
        """The gradient of the sum of h's elements, each with a weight."""
        return self.gradient(lambda t: (h(t) * seed).sum())

    def _own(self, value: Any) -> Any:
        return self.arithmetic().leaf(value)

    def _replayed(self, taped: Taped) -> tuple[Function, list[Any]]:
        """f in the peer's arrays, and the point in them."""
        arithmetic = self.arithmetic()
        g = lambda *point: arithmetic.leaf(taped.tape.replay(*point, arithmetic=arithmetic))
        return g, [arithmetic.leaf(leaf) for leaf in taped.leaves]
