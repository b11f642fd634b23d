"""Richardson's extrapolation in its textbook form: (4 D0(h) - D0(2h)) / 3."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from diffkit.numerical import stencil as stencils
from diffkit.numerical.finite import FiniteDifference
from diffkit.numerical.sampling import Function
from diffkit.numerical.stencil import Stencil, shifted

__all__ = ["Richardson"]


@dataclass(frozen=True)
class Richardson(FiniteDifference):
    """Two central differences D0 whose h^2 errors cancel: (4 D0(h) - D0(2h)) / 3.

    Its truncation error falls like h^4; `h` is the smaller of the two steps.

    Examples
    --------
    >>> import numpy as np
    >>> found = Richardson(h=0.1).derivative(lambda x: 2 * x**3 + x**2, 1.0)
    >>> float(found.value.round(12)), found.evaluations
    (8.0, 4)
    """

    name: ClassVar[str] = "richardson"

    def stencil(self, derivative: int = 1) -> Stencil:
        """Both central differences in one stencil.

        >>> Richardson().stencil().offsets
        (-2, -1, 1, 2)
        """
        return stencils.richardson(derivative)

    def apply(self, f: Function, x: Any, h: Any, derivative: int = 1) -> Any:
        """The bare formula, as the two central differences it is made of; f is called once at each point.

        >>> from mpmath import mpf
        >>> Richardson().apply(lambda x: x**5, mpf(1), mpf(1) / 2)  # 5 - 4 h^4
        mpf('4.75')

        Formula: Richardson and Gaunt, Phil. Trans. A 226 (1927).
        """
        D0 = stencils.central(derivative)
        at = cache(lambda k: f(shifted(x, k, h)))  # a second derivative samples 0 in both
        fine = D0.combine([at(k) for k in D0.offsets], h)
        coarse = D0.combine([at(2 * k) for k in D0.offsets], 2 * h)
        return (4 * fine - coarse) / 3
