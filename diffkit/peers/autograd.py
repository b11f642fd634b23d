"""A tape in autograd, the package: its NumPy, and its derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import numpy as np

from diffkit.peers.method import Function
from diffkit.peers.peer import MOVES, NumpyLike
from diffkit.peers.replayed import InArrays
from diffkit.tape.arithmetic import Arithmetic

__all__ = ["Autograd", "ByAutograd"]


class Autograd(NumpyLike):
    """The arithmetic of autograd.numpy: NumPy's numbers, and followed where autograd follows them.

    Examples
    --------
    >>> import autograd, diffkit as dk  # doctest: +SKIP
    >>> tape = dk.record(lambda x: np.sin(x) * np.exp(-(x**2)), 0.7)  # doctest: +SKIP
    >>> float(tape.replay(0.7, arithmetic="autograd"))  # doctest: +SKIP
    0.3946647588022506
    >>> slope = autograd.grad(lambda x: tape.replay(x, arithmetic="autograd"))  # doctest: +SKIP
    >>> round(float(slope(0.7)), 15)  # doctest: +SKIP
    -0.083968151006933
    """

    name = "autograd"
    package = "autograd"
    numpy = "autograd.numpy"
    special = "autograd.scipy.special"

    def is_own(self, value: Any) -> bool:
        return isinstance(value, import_module("autograd.extend").Box)

    def array(self, value: Any) -> Any:
        return np.array(value)

    def find(self, function: Callable[..., Any]) -> Callable[..., Any] | None:
        # It differentiates indexing; np.flip it does not, and np.tile(x, 2) of a matrix wrongly.
        return None if function in MOVES else super().find(function)

    def joined(self, flats: list[Any]) -> Any:
        return import_module(self.numpy).concatenate(flats)


@dataclass(frozen=True)
class ByAutograd(InArrays):
    """autograd's grad and jacobian, on f's tape in NumPy's own numbers.

    Examples
    --------
    >>> ByAutograd().derivative(np.exp, 0.0, order=3).value  # doctest: +SKIP
    np.float64(1.0)
    """

    name: ClassVar[str] = "autograd"
    arithmetic: ClassVar[type[Arithmetic]] = Autograd

    def gradient(self, h: Function) -> Function:
        """By autograd.grad."""
        found: Function = self.module.grad(h)
        return found

    def jacobians(self, g: Function, leaves: list[Any]) -> Sequence[Any]:
        """By autograd.jacobian, once for each leaf."""
        return [self.module.jacobian(g, i)(*leaves) for i in range(len(leaves))]

    def hessians(self, g: Function, leaves: list[Any]) -> Sequence[Sequence[Any]]:
        """By autograd.jacobian of autograd.grad."""
        count = range(len(leaves))
        return [[self.module.jacobian(self.module.grad(g, i), j)(*leaves) for j in count] for i in count]
