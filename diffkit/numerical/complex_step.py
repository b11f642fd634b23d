"""Derivatives of an analytic black box by a step along the imaginary axis: Im f(x + ih) / h.

Nothing is subtracted, so nothing cancels, and h can be so small that no truncation error is left:

    f(x + ih) = f(x) + i h f'(x) - h^2 f''(x) / 2 - i h^3 f'''(x) / 6 + ...
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from diffkit.errors import ArgumentsError, DomainError, OptionError
from diffkit.numerical import stencil as stencils
from diffkit.numerical.finite import Central, FiniteDifference, blocks
from diffkit.numerical.sampling import Counted, Function, real_valued, scalar_valued
from diffkit.numerical.stencil import Stencil
from diffkit.numerical.step import checked_step, default_step, floating
from diffkit.result import Estimate, an_answer

__all__ = ["ComplexStep", "imaginary_step"]

_INSTEAD = 'write method="central" or method="reverse" instead.'


@dataclass(frozen=True)
class ComplexStep(FiniteDifference):
    """The complex step Im f(x + ih) / h, exact to roundoff for an analytic f written with NumPy.

    `h` is the imaginary step; None takes `imaginary_step(x)`. A derivative of order n > 1 is the
    (n-1)-th central difference of Im f(t + ih) / h along the real axis: the step of that difference
    is chosen from theory, and it is the one that `step` and Estimate.step tell.

    f has to be analytic. A real answer to a complex point (np.abs, np.real) and a refusal (math.sin)
    raise DomainError; but in x * np.abs(x), or np.sign, which NumPy makes z / abs(z), no complex sample
    shows the fault: compare with another method. Where f is 0 two further calls, at x itself and with
    a smaller h, make sure that f is real and smooth there.

    >>> found = ComplexStep().derivative(np.exp, 1.0)
    >>> bool(found.value == np.exp(1.0)), found.evaluations
    (True, 1)
    """

    name: ClassVar[str] = "complex-step"
    # The truncation error of the first derivative is error_constant f'''(x) h^order.
    order: ClassVar[int] = 2
    error_constant: ClassVar[Fraction] = Fraction(-1, 6)

    def stencil(self, derivative: int = 1) -> Stencil:
        """The central stencil that takes Im f(t + ih) / h to that derivative; OptionError for the first.

        >>> ComplexStep().stencil(2).offsets
        (-1, 1)
        """
        if derivative == 1:
            raise OptionError(
                "The first derivative by the complex step samples no real point, so it has no stencil: "
                "read its `order` and `error_constant`, or ask for stencil(2)."
            )
        return stencils.central(stencils.whole("derivative", derivative) - 1)

    def step(self, x: Any, derivative: int = 1) -> Any:
        """The imaginary step of a first derivative; the real step of the outer difference of a higher one.

        >>> f"{ComplexStep().step(1.0):.1e}", f"{ComplexStep().step(1.0, 2):.1e}"
        ('1.7e-24', '6.9e-06')
        """
        if derivative == 1:
            return self._imaginary(floating(x))
        return default_step(self.stencil(derivative), x)

    def apply(self, f: Function, x: Any, h: Any, derivative: int = 1) -> Any:
        """The bare formula in any arithmetic; h is what `step` tells for that derivative.

        >>> from mpmath import mpf
        >>> ComplexStep().apply(lambda x: x**3, mpf(2), mpf(1) / 8)  # 12 - h^2
        mpf('11.984375')

        Formula: Squire and Trapp, SIAM Review 40 (1998).
        """
        if derivative == 1:
            return f(x + 1j * h).imag / h
        numpy = isinstance(x, np.ndarray | np.generic) and x.dtype.kind == "f"
        inner = self._imaginary(x) if numpy else float(self._imaginary(floating(float(x))))
        return self.stencil(derivative).apply(lambda t: f(t + 1j * inner).imag / inner, x, h)

    def hessian(self, f: Function, leaves: Sequence[Any]) -> Estimate:
        """The second derivatives of a scalar f: the complex-step gradient, differenced centrally.

        Made symmetric by the mean of its two halves; 2 n^2 calls of f. The reported steps are those of
        the central difference.

        >>> found = ComplexStep().hessian(lambda x, y: x**2 * y + y + 2, [3.0, 4.0])
        >>> [[float(entry.round(6)) for entry in row] for row in found.value]
        [[8.0, 6.0], [6.0, 0.0]]
        """
        self._refuse_sparsity("a Hessian")
        points, calls = [floating(leaf) for leaf in leaves], Counted(f)
        asked = scalar_valued(calls)

        def gradient(*point: Any) -> Any:
            return np.concatenate([np.ravel(part) for part in self.jacobian(asked, point).value])

        found = Central().jacobian(gradient, points)
        rows = np.concatenate(
            [part.reshape(len(part), leaf.size) for part, leaf in zip(found.value, points, strict=True)],
            axis=1,
        )
        return Estimate(
            blocks((rows + rows.T) / 2, points), None, found.step, calls.calls, self.name, found.note
        )

    def _imaginary(self, x: Any) -> Any:
        return imaginary_step(x) if self.h is None else checked_step(self.h, x, _parts(x))

    def _guarded(self, f: Function) -> Function:
        return _analytic(f)


def imaginary_step(x: Any) -> Any:
    """The default imaginary step at x: about u^(3/2) |x|, a power of 2.

    Even where f varies over no more than an ulp of x, the truncation error (h / u|x|)^2 = u is
    rounding; smaller would only risk that h f'(x) underflows. As a power of 2, h can be divided by
    without rounding. At 0, which has no size, |x| counts as tiny^(1/4): 1e-77, or 3e-10 in single
    precision.

    >>> float(imaginary_step(1.0)) == 2.0**-79
    True
    """
    x = floating(x)
    limits = np.finfo(_parts(x))
    size = np.where(x == 0, limits.tiny**0.25, np.abs(x).astype(limits.dtype))
    _, exponent = np.frexp(size * (limits.eps / 2) ** 1.5)
    return np.maximum(np.ldexp(limits.dtype.type(1), exponent), limits.tiny)


def _parts(x: Any) -> np.dtype[Any]:
    """The dtype of the two parts of x + ih: x's own, but single precision for half."""
    return np.result_type(x.dtype, np.float32)


def _analytic(f: Function) -> Function:
    """f at complex points: DomainError where it drops imaginary parts, nan where the real f is nan."""
    known: dict[tuple[bytes, ...], Any] = {}

    def at_real(point: Sequence[Any]) -> Any:
        key = tuple(part.tobytes() for part in point)
        if key not in known:
            with np.errstate(all="ignore"):  # the real f may be nan here: that is the question
                known[key] = real_valued(f)(*point)
        return known[key]

    def ask(*point: Any) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", np.exceptions.ComplexWarning)
                y = np.asarray(an_answer(f(*(part.copy() for part in point))))[()]
        except ArgumentsError:
            raise
        except (TypeError, np.exceptions.ComplexWarning) as error:
            raise DomainError(
                f"f does not take complex numbers ({error}), which the complex step needs: "
                f"use NumPy functions such as np.sin for math.sin, or {_INSTEAD}"
            ) from error
        here = [part.real for part in point]
        if y.dtype.kind != "c":
            nudged = [
                part.real + np.where(part.imag, default_step(stencils.central(), part.real), 0)[()]
                for part in point
            ]
            if not np.array_equal(at_real(here), at_real(nudged), equal_nan=True):
                raise DomainError(
                    "f is not analytic, it answers a complex point with a real number (by np.abs, np.real "
                    f"or a comparison), so the complex step does not apply: {_INSTEAD}"
                )
            return np.where(np.isnan(y), np.nan, 0j)[()]
        # i h f' is small beside f, unless f is 0 here, or leaves the real numbers as log does at -1, or
        # has a branch point here as sqrt has at 0: only then it shrinks more slowly than h does.
        large = np.abs(y.imag) > np.sqrt(np.finfo(y.dtype).eps) * np.abs(y.real)
        if np.any(large):
            shrunk = np.asarray(f(*(part.real + 1j * (part.imag / 1024) for part in point)))
            strays = large & (np.abs(1024 * shrunk.imag) > 1.5 * np.abs(y.imag))
            y = np.where(strays & _tiny(point), y.real + complex(0, np.nan), y)
            y = np.where(np.isnan(at_real(here)), complex(np.nan, np.nan), y)[()]
        return y

    return ask


def _tiny(point: Sequence[Any]) -> bool:
    """Whether the imaginary parts are so small that truncation is not what makes f bend."""
    return all(np.all(np.abs(part.imag) < 1e-8 * np.maximum(1, np.abs(part.real))) for part in point)
