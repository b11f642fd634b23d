"""A ladder of samples at falling steps, and all the formulas that can be made of them.

The letters are those of stencil.py. The rungs count from the newest, which has the smallest step h_0 = h:

    central, odd q      part_i = (f(x + h_i) - f(x - h_i)) / 2
    central, even q     part_i = (f(x + h_i) + f(x - h_i)) / 2 - f(x)
    one-sided           part_i = f(x + side h_i) - f(x)

so that a formula over the newest j + 1 rungs is a sum of w_i part_i / h^q. That triangle of formulas is
Richardson's (or Romberg's, or Neville's): each further rung removes one more power of h.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import inf
from operator import mul
from typing import Any

from diffkit.numerical.stencil import Stencil, extrapolation

__all__ = ["Formula", "Guess", "Ladder"]

DEEPEST = 14  # rungs in a formula: more of them would only add noise
SAFETY = 6  # error estimates are this many times what theory expects
DOUBTFUL = 256  # floors: neighbours that are nearer to each other may differ by noise alone
UNLIKE = 0.01  # of itself: if so much of f's odd half is missed, f is nothing like the polynomial


@dataclass(frozen=True)
class Formula:
    """The weights of the parts for f^(q)(x), and for f(x) - f(x), which must come out as 0.

    `gain` is the sum of |w_i|: an error u in every part grows to at most gain u / h^q. For an even q around
    x the parts tell nothing of f's odd half: `unseen` has the weights for how far it is from a polynomial.
    """

    weights: tuple[Any, ...]
    gain: Any
    at_zero: tuple[Any, ...]
    unseen: tuple[Any, ...]

    @staticmethod
    @lru_cache(maxsize=1000)
    def over(steps: tuple[Fraction, ...], order: int, side: int, real: Callable[[Any], Any]) -> Formula:
        """The formula over rungs at these multiples of h, its weights in the arithmetic `real`."""
        if side:
            offsets, twice = [Fraction(0), *(side * step for step in steps)], 1
            check = extrapolation(side * step for step in steps)
        else:  # a part holds both samples of its step
            offsets, twice = [sign * step for step in steps for sign in (-1, 1)], 2
            check = extrapolation(offsets)

        def rounded(stencil: Stencil) -> tuple[Any, ...]:
            found = dict(zip(stencil.offsets, stencil.weights, strict=True))
            exact = [twice * found.get((side or 1) * step, Fraction(0)) for step in steps]
            # Numerator and denominator apart: a long double knows no Fraction.
            return tuple(real(w.numerator) / real(w.denominator) for w in exact)

        weights = rounded(Stencil.of(offsets, order))
        highest = () if side or order % 2 else rounded(Stencil.of(offsets, len(offsets) - 1))
        unseen = tuple(w / highest[0] for w in highest)
        return Formula(weights, sum(abs(w) for w in weights), rounded(check), unseen)


def ratios(order: int) -> tuple[Fraction, ...]:
    """The ratios of neighbouring steps, in turn: closer together where a formula needs many of them.

    None is 2: at steps h, 2h, 4h, ... a wave that is fast enough looks exactly like a slow one.
    """
    return (Fraction(7, 4), Fraction(9, 4)) if order < 3 else (Fraction(3, 2),)


@lru_cache(maxsize=1000)
def multiples(rungs: int, order: int) -> tuple[Fraction, ...]:
    """The steps of a ladder of so many rungs in units of the smallest, from the newest rung on.

    >>> multiples(3, 1)
    (Fraction(1, 1), Fraction(9, 4), Fraction(63, 16))
    """
    cycle = ratios(order)
    steps = [Fraction(1)]
    for i in range(rungs - 2, -1, -1):
        steps.append(steps[-1] * cycle[i % len(cycle)])
    return tuple(steps)


@lru_cache(maxsize=1000)
def _row(rungs: int, lowest: int, order: int, side: int, real: Callable[[Any], Any]) -> tuple[Formula, ...]:
    """The formulas that end at the newest of so many rungs, from the simplest to the one over all of them."""
    steps = multiples(rungs, order)
    most = min(rungs, DEEPEST)
    return tuple(Formula.over(steps[:n], order, side, real) for n in range(lowest + 1, most + 1))


@dataclass(slots=True)
class Guess:
    """What one formula says, and how far it can be trusted.

    Attributes
    ----------
    value, h, gain
        The formula's value; the smallest step in it; its noise gain.
    spread
        What is left of the truncation error, seen from how fast its neighbours in the triangle converge;
        where they do not converge, how far they are apart.
    miss
        How far the same polynomial misses f(x), which it has not seen, as an error of the derivative.
    floor
        What the rounding of f's values contributes at least.
    size
        The value's size, or what it would be if f's scale were the ladder's: |change of f| / step^q.
    own
        The same from the parts alone: for an even q, without the slope of f.
    error
        The error estimate, while the search goes on.
    doubt
        What to add to it in the end: the change from the rung before, where it is so small that it may be
        noise rather than the truncation error of that rung.
    """

    value: Any
    h: Any
    gain: Any
    spread: Any
    miss: Any
    floor: Any
    size: Any
    own: Any
    error: Any = inf
    doubt: Any = 0

    def amplitude(self, order: int) -> Any:
        """The error of f's values that would explain the spread and the miss."""
        return (self.spread + self.miss) * self.h**order / self.gain

    def blur(self, noise: Any, order: int) -> None:
        """Raise the error to what noise of this level in f's values does."""
        self.error = max(self.error, SAFETY * noise * self.gain / self.h**order)


class Ladder:
    """The samples of f at falling steps around or beside x, for a derivative of one order.

    >>> import math
    >>> ladder = Ladder(1, 0, math.exp(1.0), 2.0**-53)
    >>> h = 0.25
    >>> for _ in range(5):
    ...     guess = ladder.add(h, [math.exp(1 + h), math.exp(1 - h)])
    ...     h = ladder.below(h)
    >>> abs(guess.value - math.e) < guess.error < 1e-12
    True
    """

    def __init__(
        self,
        order: int,
        side: int,
        centre: Any,
        u: float,
        real: Callable[[Any], Any] = float,
        tiny: Any = 0.0,
    ) -> None:
        self.tiny = tiny
        self.order, self.side, self.centre, self.u, self.real = order, side, centre, u, real
        # A truncation error falls from rung to rung at most by this factor, again with each power removed.
        self.power = float(max(ratios(order))) ** (1 if side else 2)
        self.lowest = order - 1 if side else order // 2  # rungs that a formula needs, less one
        self.clear()

    def clear(self) -> None:
        """Forget all samples: what comes next is a new ladder."""
        self.rungs = 0  # climbed down; of the parts only the newest are kept
        self.parts: list[Any] = []
        self.bends: list[Any] = []
        self.rises: list[Any] = []
        self.previous: list[Any] = []
        self.largest = abs(self.centre)  # of the |f| seen
        self.quantum = self.real(inf)  # the smallest |f - f(x)| seen that is not 0
        self.change = self.moved = self.real(0)  # the largest |f - f(x)| seen, and the largest |part|
        # The largest step, and how far its simplest formula is from the next.
        self.top = self.apart = self.real(0)

    def below(self, h: Any) -> Any:
        """The step of the next rung below h."""
        cycle = ratios(self.order)
        r = cycle[max(self.rungs - 1, 0) % len(cycle)]
        return h * self.real(r.denominator) / self.real(r.numerator)

    def step(self, h: Any, rung: int) -> Any:
        """The step of a rung, counted from the newest, whose step is h."""
        multiple = multiples(self.rungs, self.order)[rung]
        return h * self.real(multiple.numerator) / self.real(multiple.denominator)

    def widest(self, h: Any) -> Any:
        """The largest step on the ladder whose smallest is h."""
        return self.step(h, len(self.parts) - 1)

    @property
    def still(self) -> bool:
        """Whether the newest two rungs do not move f at all."""
        return not any(self.bends[:2]) and not any(self.rises[:2])

    def noise_at(self, top: Any, level: Any) -> Any:
        """What noise of this level does to the simplest formulas of a ladder from `top` down."""
        steps = multiples(self.lowest + 2, self.order)
        gain = Formula.over(steps[:-1], self.order, self.side, self.real).gain
        return gain * level / (top / float(steps[-1])) ** self.order

    def add(
        self, h: Any, values: list[Any], stretch: Any = 1, noise: Any = 0, reach: Any = 0
    ) -> Guess | None:
        """The best guess of the new rung, or None while there are too few.

        `values` are f(x + h), f(x - h) or, one-sided, f(x + side h). The step taken is h / stretch; `noise`
        is the known noise of f; `reach` is |x|, which f's own operations may round.
        """
        if self.side:
            (beside,) = values
            rise = bend = part = (beside - self.centre) * stretch
        else:
            right, left = values
            bend = ((right + left) / 2 - self.centre) * stretch**2
            rise = (right - left) / 2 * stretch
            part = rise if self.order % 2 else bend
        self.parts, self.bends = [part, *self.parts[: DEEPEST - 1]], [bend, *self.bends[: DEEPEST - 1]]
        self.rises = [rise, *self.rises[: DEEPEST - 1]]
        self.rungs += 1
        for value in values:
            self.largest = max(self.largest, abs(value))
            change = abs(value - self.centre)
            self.change = max(self.change, change)
            self.quantum = min(self.quantum, change or inf)
        if self.still and self.change:  # f's last move was no more than its rounding
            noise = max(noise, self.quantum)
        self.moved = max(self.moved, abs(part))
        rounded = self.u * min(reach * self.change / self.widest(h), 1000 * self.largest)
        return self._best(h, max(self.u * self.largest, noise, self.tiny), rounded)

    def _best(self, h: Any, noise: Any, rounded: Any) -> Guess | None:
        """The guess with the smallest error estimate among the formulas that end at the newest rung."""
        unit = h**self.order
        formulas = _row(self.rungs, self.lowest, self.order, self.side, self.real)
        values = [sum(map(mul, formula.weights, self.parts)) / unit for formula in formulas]
        before, self.previous = self.previous, values
        if len(values) == 2:
            self.top, self.apart = self.widest(h), abs(values[0] - before[0])
        whole = self.widest(h) ** self.order
        best, apart, miss = None, self.real(0), self.real(0)
        for j in range(len(values) - 1, 0, -1):
            formula = formulas[j]
            beside = abs(values[j - 1] - before[j - 1])
            # A longer formula is nearer to the truth: what it still moves and misses by is noise.
            spread = max(apart, self._truncation(values, j, beside))
            apart = max(apart, beside)
            miss = max(miss, abs(sum(map(mul, formula.at_zero, self.bends))))
            if formula.unseen:
                missed = abs(sum(map(mul, formula.unseen, self.rises)))
                miss = max(miss, missed if missed > UNLIKE * abs(self.rises[0]) else 0)
            grown = formula.gain / unit
            size, own = (max(change / whole, abs(values[j])) for change in (self.change, self.moved))
            guess = Guess(values[j], h, formula.gain, spread, miss * grown, noise * grown, size, own)
            guess.doubt = beside if beside < DOUBTFUL * guess.floor else self.real(0)
            guess.error = (
                SAFETY * (guess.spread + guess.miss + guess.floor)
                + rounded * grown
                + 2 * self.u * abs(guess.value)
            )
            if best is None or guess.error < best.error:
                best = guess
        return best

    def _truncation(self, values: list[Any], j: int, beside: Any) -> Any:
        """The error that values[j] has left, or `beside` where the triangle does not converge.

        While it converges, each removed power changes the value by q times as much as the one before, q
        falling. Both of the last ratios have to tell so: where every other power is absent (f even about
        a point near by) one alone would be small by accident. In noise q is about 1 / power.
        """
        if j < 3:
            return beside
        last, middle, first = (abs(values[i] - values[i - 1]) for i in (j, j - 1, j - 2))
        if last == middle == 0:
            return last
        q = max(last / middle, middle / first) if middle > 0 and first > 0 else 1
        return min(beside, self.power * q * last) if q < self.power**-2 else beside
