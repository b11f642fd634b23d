"""jacobi as a method: differences at shrinking steps, extrapolated until the error stops falling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from diffkit.peers.blackbox import BlackBox, Found
from diffkit.peers.method import Function

__all__ = ["ByJacobi"]


@dataclass(frozen=True)
class ByJacobi(BlackBox):
    """jacobi's first derivatives and Jacobians, with its own steps; it has no higher ones.

    Examples
    --------
    >>> found = ByJacobi().derivative(np.exp, 0.0)  # doctest: +SKIP
    >>> bool(abs(found.value - 1) < 1e-12), found.evaluations > 5  # doctest: +SKIP
    (True, True)
    """

    name: ClassVar[str] = "jacobi"

    def slope(self, g: Function, x: Any, order: int) -> Found:
        """By jacobi with diagonal=True, which moves all elements at once."""
        if order > 1:
            raise self.only_first("derivative of an order above 1")
        return Found(*self.module.jacobi(lambda t: np.ravel(g(t)), x.ravel(), diagonal=True))

    def table(self, g: Function, x: Any) -> Found:
        """By jacobi."""
        return Found(*self.module.jacobi(g, x))

    def square(self, g: Function, x: Any) -> Found:
        """Refused."""
        raise self.only_first("Hessian")
