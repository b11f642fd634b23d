"""Difference quotients beside x at steps of a constant ratio r, and how their sequence ends.

    T_i = (f over the points x, x + side h, ..., x + side r^(q-1) h)  q! / h^q,    h = h_0 / r^i

A power x^p of f is a term c r^((q-p) i) of T_i. In the end the changes T_(i+1) - T_i have the ratio r^(q-p),
where p is the smallest power that no polynomial of degree q has: T_i goes to infinity where p < q.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import frexp, inf, ldexp, sqrt
from typing import Any

from diffkit.numerical.ladder import Formula
from diffkit.numerical.place import Place

__all__ = ["Quotients", "Tail"]

RATIO = 4  # powers of h that differ by 1/2 are then told apart like those of halved steps
DIGITS = 8  # bits of every step, so that x + h is exact far down
LOUD = 16  # times its noise is a change that counts
GROWING = 0.99  # neighbouring changes with a larger ratio do not converge
SLOW = 0.75  # nor do those of a larger ratio tell by their size what is left
EVEN = 1.1  # ratios of one power alone differ by less


@dataclass(frozen=True)
class Tail:
    """How a sequence of quotients ends, before noise covers it.

    Attributes
    ----------
    ratios
        Of the last changes to those before, newest first, at most three; negative where they differ in sign.
    limit
        Where the sequence goes if the ratios stay (Aitken's formula); None if they do not, or grow.
    most
        The ratio that mere noise has.
    """

    ratios: tuple[float, ...] = ()
    limit: Any = None
    most: float = inf

    @property
    def ratio(self) -> float:
        """The larger of the newest two, whatever their signs; 0 where nothing moves."""
        return max(map(abs, self.ratios[:2]), default=0.0)

    @property
    def newest(self) -> float:
        """The newest of the ratios, whatever its sign; 0 where nothing moves."""
        return abs(next(iter(self.ratios), 0.0))

    @property
    def grows(self) -> bool:
        """Whether the quotients go off to infinity, to one side and slower than noise grows."""
        return len(self.ratios) == 3 and min(self.ratios) > GROWING and max(self.ratios) < 0.75 * self.most

    @property
    def slow(self) -> bool:
        """Whether more is left to come than the last changes tell."""
        return self.ratio > SLOW

    @property
    def left(self) -> float:
        """What is left of the changes after the last one, in units of it: at least 1."""
        return max(1.0, self.ratio / (1 - self.ratio)) if self.ratio < GROWING else inf


@dataclass
class Quotients:
    """The sequence of quotients, while f's values arrive, at falling steps.

    >>> place = Place(x=0.0, centre=0.0, left=0.0, right=1.0, first=0.25, noise=0.0, grid=0.0, bits=53)
    >>> quotients, h = Quotients(place, 1, 1), 0.25
    >>> for _ in range(8):
    ...     term = quotients.add(h, h + h**1.5)
    ...     h = quotients.below(h)
    >>> [round(ratio, 9) for ratio in quotients.tail().ratios], round(quotients.tail().limit, 9)
    ([0.5, 0.5, 0.5], 1.0)
    """

    place: Place
    order: int
    side: int
    terms: list[tuple[Any, float]] = field(default_factory=list)  # with bounds of their noise
    values: list[Any] = field(default_factory=list)  # the newest, as many as a quotient needs

    def __post_init__(self) -> None:
        steps = tuple(Fraction(RATIO) ** i for i in range(self.order))
        self.weights: Sequence[Any] = Formula.over(steps, self.order, self.side, self.place.real).weights

    @staticmethod
    def step(h: Any, real: Callable[[Any], Any] = float) -> Any:
        """A step near h, of few digits: those of 1/sqrt(2), far from the periods of sin(2 pi k x)."""
        return real(ldexp(round(sqrt(0.5) * 2.0**DIGITS), frexp(h)[1] - 1 - DIGITS))

    @staticmethod
    def below(h: Any, rungs: int = 1) -> Any:
        """The step so many rungs below h."""
        return h / type(h)(RATIO) ** rungs

    def skip(self) -> None:
        """Forget the values: f has none at this step."""
        self.values = []

    def add(self, h: Any, value: Any) -> tuple[Any, float] | None:
        """The quotient that ends at the value f(x + side h), with a bound of its noise; None at first."""
        self.values = [value, *self.values[: self.order - 1]]
        if len(self.values) < self.order:
            return None
        self.terms.append(self.over(h, self.values))
        return self.terms[-1]

    def over(self, h: Any, values: Sequence[Any]) -> tuple[Any, float]:
        """The quotient over the values at h, r h, ..., and a bound of what rounding and noise do to it."""
        place, quotient, noise = self.place, 0 * h, 0 * h
        for i, (weight, value) in enumerate(zip(self.weights, values, strict=True)):
            move = value - place.centre
            # x may be rounded inside f as well.
            rounded = abs(value) + abs(place.centre) + abs(place.x * move) / (h * RATIO**i)
            quotient += weight * move
            noise += abs(weight) * (place.u * rounded + place.noise + place.tiny)
        quotient, noise = quotient / h**self.order, noise / h**self.order
        return quotient, float(noise + 2 * place.u * abs(quotient))

    def tail(self) -> Tail:
        """How the sequence ends: its last changes that noise does not cover."""
        heard: list[tuple[Any, Any]] = []  # changes, and the terms that they led to; newest first
        for (before, noise), (after, more) in reversed(list(pairwise(self.terms))):
            if abs(after - before) > LOUD * (noise + more):
                heard.append((after - before, after))
            elif heard:
                break
        ratios = tuple(float(new / old) for (new, _), (old, _) in pairwise(heard[:4]))
        limit = None
        if len(ratios) > 1 and 0 < max(ratios) < min(GROWING, EVEN * min(ratios)):
            (new, term), (old, _) = heard[:2]
            limit = term + new * new / (old - new)
        return Tail(ratios, limit, float(RATIO**self.order))
