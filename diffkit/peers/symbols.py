"""Peers whose numbers are expressions: f's tape is replayed on symbols, and the answer is differentiated."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffkit.autodiff.modes import require_elementwise
from diffkit.errors import NotElementwiseError
from diffkit.peers.method import Function, blocks, columns_of
from diffkit.peers.replayed import Replayed, Taped
from diffkit.result import Estimate, nan_outside

__all__ = ["InSymbols"]


@dataclass(frozen=True)
class InSymbols(Replayed):
    """A peer with expressions of its own: a symbol an element of the point, an expression a result."""

    @abstractmethod
    def symbol(self, name: str) -> Any:
        """A symbol of the peer's."""

    @abstractmethod
    def partials(self, outputs: list[Any], symbols: list[Any]) -> list[list[Any]]:
        """The derivative of each output with respect to each symbol."""

    @abstractmethod
    def depends(self, expression: Any) -> bool:
        """Whether an expression is anything but 0."""

    @abstractmethod
    def numbers(self, expressions: list[Any], symbols: list[Any], point: Any) -> Any:
        """The values of expressions at a point, both flat."""

    def require_room(self, taped: Taped) -> None:
        """Raise an error where the expressions would outgrow the peer."""

    def derivative(self, f: Function, x: Any, order: int = 1) -> Estimate:
        """The order-th derivative of an elementwise f at each element of x."""
        taped = Taped(f, [x])
        require_elementwise(taped.value, x)
        with self.asking():
            outputs, symbols = self._replayed(taped)
            for _ in range(order):
                table = self.partials(outputs, symbols)
                for i, row in enumerate(table):
                    if any(self.depends(entry) for j, entry in enumerate(row) if i != j):
                        raise NotElementwiseError(
                            f"derivative needs a function that acts on each element of x by itself, and "
                            f"element {i} of the result depends on others; use dk.gradient or dk.jacobian"
                        )
                outputs = [row[i] for i, row in enumerate(table)]
            value = self._evaluated(outputs, symbols, taped).reshape(np.shape(x))
        return self.estimate(taped.defined(value[()], x), taped.calls)

    def jacobian(self, f: Function, leaves: list[Any]) -> Estimate:
        """The derivative of f's result with respect to each leaf, of shape T + S."""
        taped = Taped(f, leaves)
        with self.asking():
            outputs, symbols = self._replayed(taped)
            table = self._table(self.partials(outputs, symbols), symbols, taped)
        return self.estimate(columns_of(table, taped.value.shape, leaves), taped.calls)

    def hessian(self, f: Function, leaves: list[Any]) -> Estimate:
        """The second derivatives of a scalar f: entry [i][j] has the shapes of leaf i and leaf j."""
        taped = Taped(f, leaves)
        taped.require_scalar()
        with self.asking():
            outputs, symbols = self._replayed(taped)
            (gradient,) = self.partials(outputs, symbols)
            table = self._table(self.partials(gradient, symbols), symbols, taped)
        return self.estimate(blocks(table, leaves), taped.calls)

    def _replayed(self, taped: Taped) -> tuple[list[Any], list[Any]]:
        """The expressions of f's result and the symbols in them, both flat."""
        self.require_room(taped)
        symbols: list[Any] = []
        inputs = []
        for leaf in taped.leaves:
            named = np.empty(np.shape(leaf), dtype=object)
            for index in np.ndindex(named.shape):
                symbols.append(self.symbol(f"x{len(symbols)}"))
                named[index] = symbols[-1]
            inputs.append(named if named.shape else named.item())
        # Which way a branch goes was decided by the point itself, and a symbol could not tell.
        straight = dataclasses.replace(taped.tape, guards=())
        found = straight.replay(*inputs, arithmetic=self.arithmetic())
        if isinstance(found, np.ndarray):
            return found.ravel().tolist(), symbols
        return [found], symbols

    def _evaluated(self, expressions: list[Any], symbols: list[Any], taped: Taped) -> Any:
        point = np.concatenate([np.ravel(leaf) for leaf in taped.leaves])
        if not expressions:
            return np.zeros(0)
        return np.asarray(self.numbers(expressions, symbols, point), np.float64)

    def _table(self, table: list[list[Any]], symbols: list[Any], taped: Taped) -> Any:
        """The values of a table, and nan in the rows of results that have no value."""
        values = self._evaluated([entry for row in table for entry in row], symbols, taped)
        y = taped.value.reshape(-1, 1)
        return nan_outside(y, values.reshape(len(table), len(symbols)))
