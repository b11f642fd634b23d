"""Finite-difference formulas as exact data: where f is sampled, with which weights, to which order.

The letters, everywhere in this room: k offset, w weight, q the derivative, p the order of accuracy,
C the error constant, D the common denominator of the weights, n = w D.

    sum_i w_i f(x + k_i h) / h^q  =  f^(q)(x) + C f^(q+p)(x) h^p + ...

Stencil.of            any offsets
Stencil.on            the points of any grid
forward, backward     on one side, for the edge of a domain
central               on both sides, any even order
lopsided              some points behind x and the rest ahead, for points next to an edge
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from itertools import count
from math import factorial, lcm
from typing import Any, SupportsFloat

import numpy as np

from diffkit.allowance import require_within
from diffkit.errors import OptionError
from diffkit.numerical.powers import to_the

__all__ = [
    "Stencil", "backward", "central", "exact", "extrapolation", "forward", "lopsided", "primed", "raised",
    "richardson", "shifted", "whole",
]  # fmt: skip

Offset = int | Fraction
Number = Offset | SupportsFloat | str


@dataclass(frozen=True)
class Stencil:
    """A finite-difference formula: offsets, exact weights and what follows from them.

    Attributes
    ----------
    offsets
        The k_i, rising; f is sampled at x + k_i h.
    weights
        The w_i, exact, none of them 0.
    derivative
        q: the formula approximates f^(q)(x).
    order
        p: the truncation error falls like h^p.
    error_constant
        C: the truncation error is C f^(q+p)(x) h^p to leading order.

    Examples
    --------
    >>> print(Stencil.of((-1, 0, 1), derivative=2))
    f''(x) ≈ (f(x+h) - 2f(x) + f(x-h)) / h² + O(h²)
    """

    offsets: tuple[Offset, ...]
    weights: tuple[Fraction, ...]
    derivative: int
    order: int
    error_constant: Fraction

    @classmethod
    def of(cls, offsets: Iterable[Number], derivative: int = 1) -> Stencil:
        """The stencil of highest order on these offsets.

        `offsets` are rational numbers as `exact` reads them (1, "0.1", "1/3", 0.25), in any order; more than
        `derivative` of them must differ, otherwise OptionError. An offset whose weight is 0 is left out.

        >>> Stencil.of((0, 1, 2)).weights
        (Fraction(-3, 2), Fraction(2, 1), Fraction(-1, 2))
        >>> print(Stencil.of(("-0.5", 0, 1)))
        f'(x) ≈ (f(x+h) + 3f(x) - 4f(x-h/2)) / (3h) + O(h²)

        Formula: Fornberg, Generation of finite difference formulas, Math. Comp. 51 (1988).
        """
        q = whole("derivative", derivative)
        nodes = tuple(sorted({exact(k) for k in offsets}))
        require_within("points", len(nodes), "the number of points")
        if len(nodes) <= q:
            raise OptionError(
                f"derivative={q} needs at least {q + 1} different offsets and {len(nodes)} were given: "
                f"add offsets, as in {tuple(range(q + 1))}."
            )
        return _interpolating(nodes, q)

    @classmethod
    def on(cls, points: Iterable[Number], at: Number, derivative: int = 1) -> Stencil:
        """The stencil of highest order at `at` on the points of a grid, for the step h = 1.

        >>> on_a_grid = Stencil.on(("1.0", "1.5", "1.6"), at="1.5")
        >>> on_a_grid.offsets, on_a_grid.combine([1.0, 2.25, 2.56], h=1)
        ((Fraction(-1, 2), 0, Fraction(1, 10)), 3.0)
        """
        return cls.of((exact(point) - exact(at) for point in points), derivative)

    @property
    def noise_gain(self) -> Fraction:
        """The sum of the |w_i|: an error u in every f(x + k_i h) grows to at most noise_gain u / h^q."""
        return sum(map(abs, self.weights), Fraction(0))

    @property
    def evaluations(self) -> int:
        """The number of points at which f is sampled."""
        return len(self.offsets)

    @cached_property
    def denominator(self) -> int:
        """D, the least common denominator of the weights."""
        return lcm(*(w.denominator for w in self.weights))

    @cached_property
    def numerators(self) -> tuple[int, ...]:
        """The whole numbers n_i = w_i D."""
        D = self.denominator
        return tuple(int(w * D) for w in self.weights)

    def apply(self, f: Callable[[Any], Any], x: Any, h: Any) -> Any:
        """The formula's value at x with step h, in the arithmetic that x and h are in.

        Python floats, NumPy scalars and arrays, mpmath numbers and object arrays all work; f is
        called `evaluations` times, once for each offset.

        >>> forward().apply(lambda x: x * x, 3.0, 1e-6)
        6.000001000927568
        """
        return self.combine([f(shifted(x, k, h)) for k in self.offsets], h)

    def combine(self, values: Sequence[Any], h: Any) -> Any:
        """The derivative from the `values` of f at the offsets: sum n_i f_i / (D h^q).

        >>> central().combine([1.0, 1.5], 0.25)
        1.0
        """
        q, D = self.derivative, self.denominator
        total: Any = None
        # Whole numbers n_i and no product by 1: then (f(x+h) - f(x-h)) / (2h) is those very operations,
        # bit for bit. No warning of inf - inf: it tells nothing that the nan does not.
        with np.errstate(invalid="ignore", over="ignore"):
            for n, y in zip(reversed(self.numerators), reversed(values), strict=True):
                term = y if abs(n) == 1 else abs(n) * y
                if total is None:
                    total = term if n > 0 else -term
                else:
                    total = total + term if n > 0 else total - term
            power = to_the(h, q)
            return total / (power if D == 1 else D * power)

    def extrapolated(self) -> Stencil:
        """The stencil of (2^p D(h) - D(2h)) / (2^p - 1), whose h^p error is gone.

        >>> print(central().extrapolated())
        f'(x) ≈ (-f(x+2h) + 8f(x+h) - 8f(x-h) + f(x-2h)) / (12h) + O(h⁴)

        Formula: Richardson and Gaunt, Phil. Trans. A 226 (1927).
        """
        gain = 2**self.order
        weights: dict[Offset, Fraction] = {}
        for k, w in zip(self.offsets, self.weights, strict=True):
            weights[k] = weights.get(k, Fraction(0)) + w * gain / (gain - 1)
            weights[2 * k] = weights.get(2 * k, Fraction(0)) - w / 2**self.derivative / (gain - 1)
        return _measured(weights, self.derivative)

    def __str__(self) -> str:
        q, D = self.derivative, self.denominator
        power = f"h{raised(q)}" if q else ""
        below = f"({D}{power})" if D > 1 and q else power or str(D)
        return f"{primed(q)}(x) ≈ ({self._above()}) / {below} + O(h{raised(self.order)})"

    def to_latex(self) -> str:
        r"""The formula as LaTeX, without dollar signs.

        >>> print(central(2).to_latex())
        f''(x) \approx \frac{f(x+h) - 2f(x) + f(x-h)}{h^{2}} + O(h^{2})
        """
        q, D = self.derivative, self.denominator
        f = primed(q) if q < 4 else f"f^{{({q})}}"
        below = ("" if D == 1 else str(D)) + (f"h{_superscript(q)}" if q else "") or "1"
        return rf"{f}(x) \approx \frac{{{self._above()}}}{{{below}}} + O(h{_superscript(self.order)})"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.to_latex()}$"

    def _above(self) -> str:
        """What stands above the line: the sum of the n_i f(x + k_i h)."""
        text = ""
        for k, n in zip(reversed(self.offsets), reversed(self.numerators), strict=True):
            sign = (" + " if n > 0 else " - ") if text else ("" if n > 0 else "-")
            text += f"{sign}{'' if abs(n) == 1 else abs(n)}f({_point(k)})"
        return text


def forward(derivative: int = 1, accuracy: int = 1) -> Stencil:
    """The forward difference of order `accuracy`, on offsets 0, 1, 2, ...

    >>> print(forward(accuracy=2))
    f'(x) ≈ (-f(x+2h) + 4f(x+h) - 3f(x)) / (2h) + O(h²)
    """
    return _consecutive(0, whole("derivative", derivative) + whole("accuracy", accuracy), derivative)


def backward(derivative: int = 1, accuracy: int = 1) -> Stencil:
    """The backward difference of order `accuracy`, on offsets ..., -2, -1, 0.

    >>> print(backward())
    f'(x) ≈ (f(x) - f(x-h)) / h + O(h)
    """
    count = whole("derivative", derivative) + whole("accuracy", accuracy)
    return _consecutive(1 - count, count, derivative)


def central(derivative: int = 1, accuracy: int = 2) -> Stencil:
    """The central difference of order `accuracy` (an even number), on offsets ..., -1, 0, 1, ...

    >>> print(central())
    f'(x) ≈ (f(x+h) - f(x-h)) / (2h) + O(h²)
    """
    q, p = whole("derivative", derivative), whole("accuracy", accuracy)
    if p % 2:
        raise OptionError(
            f"accuracy={p} cannot be had by a central difference, whose odd error terms cancel: "
            f"write accuracy={p + 1}."
        )
    reach = (q + 1) // 2 + p // 2 - 1
    return _consecutive(-reach, 2 * reach + 1, q)


def lopsided(behind: int, derivative: int = 1, accuracy: int = 2) -> Stencil:
    """The difference with `behind` points behind x and as many ahead as order `accuracy` takes.

    The forward difference when `behind` is 0; where the points happen to lie evenly about x, the order is
    one more.

    >>> print(lopsided(1, accuracy=3))
    f'(x) ≈ (-f(x+2h) + 6f(x+h) - 3f(x) - 2f(x-h)) / (6h) + O(h³)
    """
    count = whole("derivative", derivative) + whole("accuracy", accuracy)
    if behind not in range(count):
        raise OptionError(
            f"behind={behind!r} is not how many of {count} points lie behind x: write 0, ..., {count - 1}."
        )
    return _consecutive(-behind, count, derivative)


def richardson(derivative: int = 1) -> Stencil:
    """The stencil of (4 D0(h) - D0(2h)) / 3, D0 the central difference: order 4.

    >>> richardson().error_constant
    Fraction(-1, 30)
    """
    return _richardson(whole("derivative", derivative))


def extrapolation(offsets: Iterable[Number]) -> Stencil:
    """The formula for f(x) itself from its values at the offsets, none of which is 0.

    >>> print(extrapolation((-2, -1, 1, 2)))
    f(x) ≈ (-f(x+2h) + 4f(x+h) + 4f(x-h) - f(x-2h)) / 6 + O(h⁴)
    """
    nodes = tuple(sorted({exact(k) for k in offsets}))
    if not nodes or 0 in nodes:
        raise OptionError("f(x) is extrapolated from other points: write offsets that are not 0.")
    return _interpolating(nodes, 0)


def shifted(x: Any, k: Offset, h: Any) -> Any:
    """The point x + k h in the arithmetic of x and h; x itself, the same object, when k is 0.

    >>> shifted(1.0, Fraction(1, 2), 0.5)
    1.25
    """
    if k == 0:
        return x
    # Numerator and denominator apart: mpmath and NumPy do not multiply by a Fraction.
    return x + k * h if isinstance(k, int) else x + k.numerator * h / k.denominator


@cache
def _consecutive(first: int, count: int, derivative: int) -> Stencil:
    """The stencil on whole offsets that follow one another: what every call of a method asks for."""
    return Stencil.of(range(first, first + count), derivative)


@cache
def _richardson(derivative: int) -> Stencil:
    return central(derivative).extrapolated()


@cache
def _interpolating(nodes: tuple[Fraction, ...], q: int) -> Stencil:
    """The q-th derivative of the polynomial through the nodes.

    Solves the moment equations sum_i w_i k_i^m = q! (m == q), m < len(nodes): w_i is q! times the
    coefficient of t^q in Lagrange's polynomial, the product over j != i of (t - k_j) / (k_i - k_j). In
    s = scale t all is whole, and a product of whole numbers is ten times as quick as one of fractions.
    """
    scale = lcm(*(k.denominator for k in nodes))
    places = [int(k * scale) for k in nodes]
    weights: dict[Offset, Fraction] = {}
    for k, i in zip(nodes, places, strict=True):
        above, below = [1] + [0] * q, 1  # coefficients of s^0, ..., s^q, and no more are needed
        for j in places:
            if j != i:
                above = [a - j * b for a, b in zip([0, *above], above, strict=False)]
                below *= i - j
        weights[k] = Fraction(factorial(q) * scale**q * above[q], below)
    return _measured(weights, q)


def _measured(weights: Mapping[Offset, Fraction], q: int) -> Stencil:
    """The stencil with these weights; its order is read off the first moment past q that is not 0."""
    kept = {k: w for k, w in sorted(weights.items()) if w}
    # Ends: len(kept) moments in a row that vanish would make every weight 0 (Vandermonde).
    first, moment = next(
        (m, total) for m in count(q + 1) if (total := sum((w * k**m for k, w in kept.items()), Fraction(0)))
    )
    return Stencil(
        offsets=tuple(int(k) if k.denominator == 1 else k for k in kept),
        weights=tuple(kept.values()),
        derivative=q,
        order=first - q,
        error_constant=moment / factorial(first),
    )


def exact(number: Number) -> Fraction:
    """The rational number that this is: an int, a Fraction, a decimal or a quotient as text, a float's value.

    OptionError for what is none, such as nan. A float counts with its exact binary value, so that 0.1 is not
    a tenth; "0.1" is.

    >>> exact("0.1"), exact(0.1) == Fraction(1, 10)
    (Fraction(1, 10), False)
    """
    try:
        if isinstance(number, np.floating):
            return Fraction(*number.as_integer_ratio())
        if isinstance(number, np.integer):  # Fraction would calculate on with it, and it wraps around
            return Fraction(int(number))
        return Fraction(number)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        raise OptionError(
            f"{number!r} is not a rational number: write an offset as 1, 0.25, Fraction(1, 3) or '0.1'."
        ) from None


def primed(q: int) -> str:
    """The name of the q-th derivative of f.

    >>> primed(2), primed(5)
    ("f''", 'f⁽⁵⁾')
    """
    return "f" + ("'" * q if q < 4 else f"⁽{raised(q)}⁾")


def whole(name: str, number: int) -> int:
    """`number`, when it is a whole number from 1 on within the limit; otherwise OptionError with its `name`.

    >>> whole("derivative", 2)
    2
    """
    if not isinstance(number, int | np.integer) or isinstance(number, bool) or number < 1:
        raise OptionError(f"{name}={number!r} is not a whole number from 1 on: write {name}=1, 2, 3, ...")
    require_within("points", int(number), name)
    return int(number)


def raised(number: int) -> str:
    """The number as an exponent; nothing for 1.

    >>> "h" + raised(12)
    'h¹²'
    """
    return "" if number == 1 else str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _superscript(number: int) -> str:
    """The number as LaTeX's exponent; nothing for 1."""
    return "" if number == 1 else f"^{{{number}}}"


def _point(k: Offset) -> str:
    """x+kh as a textbook writes it."""
    if k == 0:
        return "x"
    n, d = abs(k.numerator), k.denominator
    return f"x{'+' if k > 0 else '-'}{'' if n == 1 else n}h{'' if d == 1 else f'/{d}'}"
