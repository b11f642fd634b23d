"""Derivatives of an analytic black box by steps off the real axis, where nothing cancels.

    f(x + ih) = f(x) + i h f'(x) - h^2 f''(x) / 2 - i h^3 f'''(x) / 6 + ...

One step along the imaginary axis gives f' = Im f(x + ih) / h, for any small h. n points on a half circle of
radius h give f^(n), the last letters as in step.py.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial
from typing import Any, ClassVar

import numpy as np

from diffkit.numerical import stencil as stencils
from diffkit.numerical.analytic import analytic, confirm, real_steps
from diffkit.numerical.finite import Central, FiniteDifference
from diffkit.numerical.powers import to_the
from diffkit.numerical.sampling import Function, line, scalar_valued
from diffkit.numerical.step import (
    checked_step,
    default_step,
    floating,
    unit_roundoff,
)
from diffkit.result import Estimate

__all__ = ["ComplexStep", "HalfCircle", "imaginary_step"]

_PI = np.longdouble("3.14159265358979323846264338327950288")


@dataclass(frozen=True)
class HalfCircle:
    """The formula for the n-th derivative by n points on a half circle of radius h, as exact data.

        f^(n)(x) = (n-1)! / h^n sum_k (-1)^(k-1) Im f(x + h exp(i pi (2k-1) / 2n)) + O(h^2n),  k = 1 ... n

    Cauchy's integral by the trapezoidal rule; the other half of its 2n points has conjugate values. Its
    rounding errors are those of Im f, about h f', so they grow like h^-(n-1) only.

    >>> HalfCircle(2).angles, HalfCircle(2).order, HalfCircle(2).error_constant
    ((Fraction(1, 4), Fraction(3, 4)), 4, Fraction(-1, 360))

    Formula: Lyness and Moler, SIAM J. Numer. Anal. 4 (1967); for n = 2 Lai and Crassidis (2008).
    """

    n: int

    @property
    def angles(self) -> tuple[Fraction, ...]:
        """Where the points lie, as parts of pi."""
        return tuple(Fraction(2 * k - 1, 2 * self.n) for k in range(1, self.n + 1))

    @property
    def offsets(self) -> tuple[complex, ...]:
        """exp(i angle)."""
        return tuple(complex(c, s) for c, s in self._points(1.0))

    @property
    def weights(self) -> tuple[float, ...]:
        """How an error u f' h sin(angle) of each sample grows: to weight u f' / h^(n-1)."""
        return tuple(factorial(self.n - 1) * offset.imag for offset in self.offsets)

    @property
    def derivative(self) -> int:
        """The power of 1/h in the rounding error."""
        return self.n - 1

    @property
    def order(self) -> int:
        """The power of h in the truncation error."""
        return 2 * self.n

    @property
    def error_constant(self) -> Fraction:
        """C: the truncation error is C f^(3n)(x) h^2n to leading order."""
        return Fraction(-factorial(self.n), factorial(3 * self.n))

    @property
    def noise_gain(self) -> float:
        """The sum of the weights, (n-1)! / sin(pi / 2n)."""
        return sum(self.weights)

    def apply(self, f: Function, x: Any, h: Any) -> Any:
        """The formula at x with radius h, in NumPy's arithmetic or mpmath's."""
        total: Any = 0
        for k, (c, s) in enumerate(self._points(x)):
            y = f(x + h * c + 1j * (h * s)).imag
            total = total - y if k % 2 else total + y
        return total * factorial(self.n - 1) / to_the(h, self.n)

    def _points(self, x: Any) -> list[tuple[Any, Any]]:
        """(cos, sin) of the angles, in x's arithmetic; cosines as sines, so that they are symmetric."""
        if isinstance(x, np.ndarray | np.generic | float | int):
            kind = np.asarray(x).dtype if np.asarray(x).dtype.kind == "f" else np.dtype(float)
            sine: Any = lambda part: np.sin(_PI * part.numerator / part.denominator).astype(kind)[()]
        else:
            from mpmath import mp

            sine = lambda part: mp.sinpi(mp.mpf(part.numerator) / part.denominator)
        half = Fraction(1, 2)
        return [(sine(half - part), sine(min(part, 1 - part))) for part in self.angles]


@dataclass(frozen=True)
class ComplexStep(FiniteDifference):
    """The complex step Im f(x + ih) / h, exact to roundoff for an analytic f written with NumPy.

    `h` is the imaginary step; None takes `imaginary_step(x)`. A derivative of order n > 1 takes n points on
    a half circle of radius h (`HalfCircle`). With `check` n more on one of half the radius make an error
    estimate, and where they disagree smaller ones follow, unless h was given.

    f has to be analytic. A real answer to a complex point (np.abs, np.real) and a refusal (math.sin) raise
    DomainError, and so does, with `check`, what no complex sample shows: np.conj, np.sign and |x|^2 beside
    other things, or scipy.special.jv, which loses small imaginary parts. Two real calls of f tell, up to
    eight where they are in doubt, and the message names what in f is at fault; where they cannot tell, a
    note says so. A Hessian, an order above 1 and a given h take a few complex calls more. check=False trusts
    f and leaves all of them out: one call for each variable. Where f is 0 two further calls, at x itself and
    with a smaller h, make sure that f is real and smooth there.

    >>> found = ComplexStep().derivative(np.exp, 1.0)
    >>> bool(found.value == np.exp(1.0)), found.evaluations
    (True, 3)
    """

    name: ClassVar[str] = "complex-step"
    # The truncation error of the first derivative is error_constant f'''(x) h^order.
    order: ClassVar[int] = 2
    error_constant: ClassVar[Fraction] = Fraction(-1, 6)

    def stencil(self, derivative: int = 1) -> Any:
        """The points of the formula for that derivative, a `HalfCircle`.

        >>> ComplexStep().stencil().angles
        (Fraction(1, 2),)
        """
        return HalfCircle(stencils.whole("derivative", derivative))

    def step(self, x: Any, derivative: int = 1) -> Any:
        """The imaginary step of a first derivative, the radius of the half circle of a higher one.

        >>> f"{ComplexStep().step(1.0):.1e}", f"{ComplexStep().step(1.0, 2):.1e}"
        ('1.7e-24', '1.7e-03')
        """
        x = floating(x)
        if self.h is not None:
            return checked_step(self.h, x, _parts(x))
        if derivative == 1:
            return imaginary_step(x)
        return default_step(self.stencil(derivative), x)

    def apply(self, f: Function, x: Any, h: Any, derivative: int = 1) -> Any:
        """The bare formula in any arithmetic; h is what `step` tells for that derivative.

        >>> from mpmath import mpf
        >>> ComplexStep().apply(lambda x: x**3, mpf(2), mpf(1) / 8)  # 12 - h^2
        mpf('11.984375')

        Formula: Squire and Trapp, SIAM Review 40 (1998).
        """
        return f(x + 1j * h).imag / h if derivative == 1 else self.stencil(derivative).apply(f, x, h)

    def derivative(self, f: Function, x: Any, order: int = 1) -> Estimate:
        """As for every difference; of an order above 1 with an error estimate.

        >>> found = ComplexStep().derivative(np.exp, 0.0, 4)
        >>> bool(abs(found.value - 1) < found.error_estimate < 1e-8)
        True
        """
        found = super().derivative(f, x, order)
        if not self.check:
            return found
        x = floating(x)
        slope = found if order == 1 and self.h is None else self._trusting(None).derivative(f, x)
        if order > 1:
            found = self._halved(found, f, x, order, slope.value)
        if slope is not found:
            found = _add(found, slope.evaluations)
        h = default_step(stencils.central(), x)
        rise, sway = slope.value * h, abs(slope.value * x)
        return self._confirmed(found, f, [np.asarray(x)], [np.asarray(h)], rise, sway, each=True)

    def _halved(self, found: Estimate, f: Function, x: Any, order: int, slope: Any) -> Estimate:
        """What was found, with an error estimate by half the radius; a smaller circle where that is large."""
        unit, gain = unit_roundoff(x.dtype), self.stencil(order).noise_gain
        best: tuple[Any, ...] = (found.value, np.full(np.shape(x), np.inf), found.step, found.value)
        for _ in range(16):
            h = found.step
            half = self._trusting(h / 2).derivative(f, x, order)
            with np.errstate(all="ignore"):
                size = abs(half.value)
                # f'' is about k f', if f varies alike in all its derivatives: so much x + h cos is rounded.
                k = np.nan_to_num((size / abs(slope)) ** (1 / (order - 1)), nan=0, posinf=0)
                noise = gain * (abs(slope) * (1 + abs(x) * k) / to_the(abs(h / 2), order - 1) + size)
                noise = 32 * unit * (noise + abs(x / h) * size)
                off = 2 * abs(half.value - found.value)
                rough = ~(off <= np.fmax(noise, 1e-8 * size))
                # Around a pole circles agree with each other, but f does not rise in them as it does at x.
                upward = self._trusting(h / 2).derivative(f, x)
                rough = (rough | (abs(upward.value) < abs(slope) / 10)) & ~np.isnan(slope)
                relative = np.where(rough, 1, 0) + (off + noise) / size
            better = ~(relative > best[1])
            new = (found.value, relative, h, off + noise)
            best = tuple(np.where(better, one, other) for one, other in zip(new, best, strict=True))
            found = _add(found, half.evaluations + upward.evaluations)
            if self.h is not None or not np.any(rough):
                break
            smaller = np.where(rough, h / np.where(np.isfinite(off), 4, 32), h).astype(x.dtype)[()]
            found = _add(self._trusting(smaller).derivative(f, x, order), found.evaluations)
        # Where the real f has no value neither has its derivative, whatever its complex values are.
        value, _, step, error = best
        value = np.where(np.isnan(slope), np.nan, value).astype(x.dtype)[()]
        step = found.step if np.ndim(found.step) == 0 and self.h is not None else step.astype(x.dtype)[()]
        return dataclasses.replace(found, value=value, error_estimate=error[()], step=step)

    def _trusting(self, h: Any) -> ComplexStep:
        return dataclasses.replace(self, h=h, check=False)

    def jacobian(self, f: Function, leaves: Sequence[Any]) -> Estimate:
        """The partial derivatives, an array for each leaf; n calls, and two real ones to check them.

        >>> ComplexStep().jacobian(lambda x: np.sum(x**2), [np.ones(10)]).evaluations
        12
        """
        found = super().jacobian(f, leaves)
        if not self.check:
            return found
        points = [np.asarray(floating(leaf)) for leaf in leaves]
        moves = real_steps(points)
        if self.h is None:
            rise = sum(_times(part, move) for part, move in zip(found.value, moves, strict=True))
        else:
            along = self._trusting(None).directional(f, points, moves)
            rise, found = along.value, _add(found, along.evaluations)
        sway = sum(_times(abs(part), abs(leaf)) for part, leaf in zip(found.value, points, strict=True))
        return self._confirmed(found, f, points, moves, rise, sway)

    def directional(self, f: Function, leaves: Sequence[Any], direction: Sequence[Any]) -> Estimate:
        """The derivative along a direction; one call, and two real ones to check it.

        >>> found = ComplexStep().directional(lambda x: np.sum(x**2), [np.ones(1000)], [np.ones(1000)])
        >>> round(float(found.value), 10), found.evaluations
        (2000.0, 3)
        """
        found = super().directional(f, leaves, direction)
        if not self.check:
            return found
        points = [np.asarray(floating(leaf)) for leaf in leaves]
        v = [np.asarray(part).astype(leaf.dtype) for part, leaf in zip(direction, points, strict=True)]
        t = Central()._step_along(points, v)
        slope = found if self.h is None else self._trusting(None).directional(f, points, v)
        if slope is not found:
            found = _add(found, slope.evaluations)
        longest = max(float(np.max(np.abs(part), initial=0)) for part in points)
        widest = max(float(np.max(np.abs(part), initial=0)) for part in v) or 1
        moves = [(t * part).astype(part.dtype) for part in v]
        return self._confirmed(found, f, points, moves, slope.value * t, abs(slope.value) * longest / widest)

    def hessian(self, f: Function, leaves: Sequence[Any]) -> Estimate:
        """The second derivatives of a scalar f, symmetric: two points for each of n (n + 1) / 2 directions.

        The directions are those of single elements and of pairs. Six more calls check that f is analytic,
        and that half circles of half the radius agree; where they do not smaller ones follow.

        >>> found = ComplexStep().hessian(lambda x, y: x**2 * y + y + 2, [3.0, 4.0])
        >>> [[float(entry.round(10)) for entry in row] for row in found.value], found.evaluations
        ([[8.0, 6.0], [6.0, 0.0]], 12)
        """
        found = super().hessian(f, leaves)
        points = [np.asarray(floating(leaf)) for leaf in leaves]
        if not self.check or not sum(leaf.size for leaf in points):
            return found
        moves = real_steps(points)
        slope = dataclasses.replace(self, h=None).directional(f, points, moves)
        outside = np.where(np.isnan(slope.value), np.nan, 0)  # where the real f has no value
        steps, calls = [self.step(leaf, 2) for leaf in points], found.evaluations + slope.evaluations
        for _ in range(16):
            ratio = min(
                float(np.min(abs(h / 2 / move), initial=np.inf)) for move, h in zip(moves, steps, strict=True)
            )
            half = [(ratio * move).astype(move.dtype) for move in moves]
            batch = self._batch(f)
            along = line(scalar_valued(analytic(batch)), points, half)
            bend, upward = (self.apply(along, *_zero_and_one(points), order) for order in (2, 1))
            parts = [
                _times(_times(block, b), a)
                for a, row in zip(half, found.value, strict=True)
                for b, block in zip(half, row, strict=True)
            ]
            calls += batch.calls
            rise = abs(slope.value * ratio)
            noise = 64 * unit_roundoff(np.result_type(*points)) * rise
            off = abs(bend - sum(parts))
            fine = off <= noise + 1e-6 * sum(map(abs, parts)) and not abs(upward) < rise / 10
            if fine or self.h is not None or np.isnan(slope.value):
                break
            steps = [h / (8 if np.isfinite(off) else 32) for h in steps]
            found = self._hessian(f, points, steps)
            calls += found.evaluations
        value = [[(block + outside).astype(block.dtype)[()] for block in row] for row in found.value]
        return dataclasses.replace(found, value=value, evaluations=calls, note=found.note or slope.note)

    def _matrix(self, points: list[Any], steps: list[Any], f: Function) -> Any:
        h = np.concatenate(
            [np.broadcast_to(h, leaf.shape).ravel() for h, leaf in zip(steps, points, strict=True)]
        )
        cuts, kind = np.cumsum([leaf.size for leaf in points])[:-1], np.result_type(float, *points)

        def bend(*moved: int) -> Any:
            """The second derivative along the steps of these elements together."""
            direction = np.zeros(len(h), h.dtype)
            direction[list(moved)] = h[list(moved)]
            parts = zip(np.split(direction, cuts), points, strict=True)
            along = line(f, points, [part.reshape(leaf.shape).astype(leaf.dtype) for part, leaf in parts])
            return self.apply(along, *_zero_and_one(points), 2)

        alone = np.array([bend(i) for i in range(len(h))], kind)
        matrix = np.diag(alone)
        for i in range(len(h)):
            for j in range(i):
                # (d_i + d_j)^2 = d_i^2 + 2 d_i d_j + d_j^2
                matrix[i, j] = matrix[j, i] = (bend(i, j) - alone[i] - alone[j]) / 2
        return matrix / np.multiply.outer(h, h)

    def _confirmed(
        self, found: Estimate, f: Function, leaves: Any, moves: Any, rise: Any, sway: Any, each: bool = False
    ) -> Estimate:
        """What was found, when real differences agree; DomainError when they do not."""
        calls = self._batch(f)
        note = confirm(calls, leaves, moves, rise, sway, each)
        return dataclasses.replace(_add(found, calls.calls), note=found.note or note)

    def _guarded(self, f: Function) -> Function:
        return analytic(f)


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
    _, exponent = np.frexp(np.maximum(size * (limits.eps / 2) ** 1.5, limits.tiny))  # which may underflow
    return np.maximum(np.ldexp(limits.dtype.type(1), exponent), limits.tiny)


def _parts(x: Any) -> np.dtype[Any]:
    """The dtype of the two parts of x + ih: x's own, but single precision for half."""
    return np.result_type(x.dtype, np.float32)


def _zero_and_one(leaves: Sequence[Any]) -> tuple[Any, Any]:
    """Point and step of a formula in t that is to differentiate f(leaves + t v), for a v of small steps."""
    kind = np.result_type(*leaves).type
    return kind(0), kind(1)


def _times(table: Any, v: Any) -> Any:
    """A Jacobian by one leaf, dense or sparse, times an array of that leaf's shape."""
    return np.tensordot(table, v, v.ndim) if isinstance(table, np.ndarray | np.generic) else table @ v


def _add(found: Estimate, calls: int) -> Estimate:
    """What was found, at the cost of so many more calls."""
    return dataclasses.replace(found, evaluations=found.evaluations + calls)
