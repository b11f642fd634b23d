"""numdifftools as a method: differences at many steps, extrapolated, with an error estimate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from diffkit.peers.blackbox import BlackBox, Found
from diffkit.peers.method import Function

__all__ = ["ByNumdifftools"]


@dataclass(frozen=True)
class ByNumdifftools(BlackBox):
    """numdifftools' Derivative, Jacobian and Hessian, with its own steps.

    Examples
    --------
    >>> found = ByNumdifftools().derivative(np.exp, 0.0, order=2)  # doctest: +SKIP
    >>> bool(abs(found.value - 1) < 1e-9), found.evaluations > 10  # doctest: +SKIP
    (True, True)
    """

    name: ClassVar[str] = "numdifftools"

    def slope(self, g: Function, x: Any, order: int) -> Found:
        """By Derivative, with the step that it took."""
        answer = self.module.Derivative(g, n=order, full_output=True)(x)
        step = np.reshape(answer.final_step, x.shape)[()]
        return Found(answer.estimate, answer.error_estimate, step)

    def table(self, g: Function, x: Any) -> Found:
        """By Jacobian."""
        answer = self.module.Jacobian(g, full_output=True)(x)
        return Found(answer.estimate, answer.error_estimate)

    def square(self, g: Function, x: Any) -> Found:
        """By Hessian."""
        answer = self.module.Hessian(g, full_output=True)(x)
        return Found(answer.estimate, answer.error_estimate)
