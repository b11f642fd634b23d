"""A tape in autograd, the package: its NumPy, and its derivatives."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from diffkit.peers.peer import MOVES, NumpyLike

__all__ = ["Autograd"]


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
