"""scipy.differentiate as a method: central differences of order 8 at shrinking steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from diffkit.peers.blackbox import BlackBox, Found
from diffkit.peers.method import Function

__all__ = ["ByScipy"]


@dataclass(frozen=True)
class ByScipy(BlackBox):
    """scipy.differentiate's derivative, jacobian and hessian, with its own steps.

    It asks for many points at once, as an array with axes behind those of x: each is one call of f here.

    Examples
    --------
    >>> found = ByScipy().derivative(np.exp, 0.0)
    >>> bool(abs(found.value - 1) < 1e-10), found.evaluations
    (True, 11)
    """

    name: ClassVar[str] = "scipy"

    def slope(self, g: Function, x: Any, order: int) -> Found:
        """By derivative, elementwise; it has first derivatives only."""
        if order > 1:
            raise self.only_first("derivative of an order above 1")
        answer = self._module().derivative(_each(g, x.shape), x, preserve_shape=x.ndim > 0)
        return Found(answer.df, answer.error, note=_said(answer))

    def table(self, g: Function, x: Any) -> Found:
        """By jacobian."""
        answer = self._module().jacobian(_each(g, x.shape), x)
        return Found(answer.df, answer.error, note=_said(answer))

    def square(self, g: Function, x: Any) -> Found:
        """By hessian."""
        answer = self._module().hessian(_each(g, x.shape), x)
        return Found(answer.ddf, answer.error, note=_said(answer))

    def _module(self) -> Any:
        import scipy.differentiate

        return scipy.differentiate


def _each(g: Function, shape: tuple[int, ...]) -> Function:
    """g at every point of an array whose first axes are those of one point."""

    def asked(points: Any) -> Any:
        rest = np.shape(points)[len(shape) :]
        flat = np.reshape(points, (*shape, -1))
        y = np.stack([np.asarray(g(flat[..., k])) for k in range(flat.shape[-1])], axis=-1)
        return y.reshape(y.shape[:-1] + rest)

    return asked


def _said(answer: Any) -> str:
    return "" if np.all(answer.success) else "it did not converge to its tolerance"
