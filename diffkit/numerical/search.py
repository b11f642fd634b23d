"""The search for one derivative at one x: which steps to take, when to stop, how sure to be.

A search is a generator: it yields the points at which it wants f, is sent the values, and returns a Found.
So many searches can go on side by side, and each stops on its own.

    1. Go down a ladder of steps, each r times smaller, until what the formulas disagree by is no more
       than the rounding of f explains.
    2. Hopeless from the start: f varies on a shorter scale; begin again 16 times lower.
    3. Explained, but with few digits: f hardly changes over the ladder; begin again as high as the
       truncation error, seen or not seen, allows.
    4. No better for three rungs: something in f is larger than its rounding. Is it noise, a corner, or
       a structure finer than the ladder? The noise is measured, the corner looked at from close by; if
       it is neither, begin again lower, and come back when nothing finer is found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from math import inf, nan
from typing import Any

import numpy as np

from diffkit.numerical.corner import CLOSE, Corner
from diffkit.numerical.ladder import SAFETY, Formula, Guess, Ladder
from diffkit.numerical.noise import near, noise_in

__all__ = ["Found", "Search", "derivative_at"]

Points = Generator[list[Any], list[Any], Any]

PATIENCE = 3  # rungs without a better guess
LONGEST = 120  # rungs in a search
RETREATS = 12  # steps at which f is not finite

_ROUGH = "f is not smooth at x: only ever smaller steps bring the differences nearer to each other"
_LOST = "not converged: f has no derivative at x, or varies on a scale below every step that was tried"


@dataclass(frozen=True)
class Found:
    """What a search found: the derivative, its error estimate, the smallest step in it, and the trouble."""

    value: Any
    error: Any
    step: Any
    trouble: str = ""


@dataclass(frozen=True)
class Place:
    """Where a search looks: x and f(x), how far to both sides it may go, and what is known beforehand.

    Attributes
    ----------
    x, centre
        The point, and f there, in the arithmetic `real`.
    left, right
        How far f may be asked, to both sides.
    first
        The step to begin with.
    first
        The step to begin with.
    noise
        The known noise of f's values, 0 if it is only their rounding.
    grid
        The distance from x to the next number of its dtype; 0 at x = 0.
    bits
        The bits of f's values.
    """

    x: Any
    centre: Any
    left: Any
    right: Any
    first: Any
    noise: Any
    grid: Any
    bits: int
    real: Callable[[Any], Any] = float

    @property
    def u(self) -> float:
        return 2.0**-self.bits

    @property
    def smallest(self) -> Any:
        """The smallest step at which x + h still has some digits of h."""
        around_zero = self.first * 2.0**-150
        return max(abs(self.x) * 2.0 ** (-5 * self.bits // 6) if self.x else around_zero, 1e-300)


def derivative_at(place: Place, order: int) -> Points:
    """The search around x; where f has no value on one side of x, beside it, if that is surer."""
    if not np.isfinite(place.centre):
        return Found(nan, nan, nan, "f has no finite value at x")
    reach = min(place.left, place.right, place.first)
    if reach < place.first / 64:  # the edge of the domain is given, and near
        side = 1 if place.right > place.left else -1
        return (yield from Search(place, order, side).run())
    around = Search(place, order, 0)
    found = yield from around.run()
    if around.outside in (-1, 1) and not found.error <= 2.0 ** (-place.bits // 2) * abs(found.value):
        beside = yield from Search(place, order, -around.outside).run()
        if beside.error < found.error or math.isnan(found.value):
            where = "right" if around.outside < 0 else "left"
            return replace(beside, trouble=beside.trouble or f"f has values only on the {where} of x")
    return found


class Search:
    """One search, around x (side 0), or to the right or left of it (side 1 or -1).

    Attributes
    ----------
    outside
        On which side f had no finite value where it was asked: -1, 1, 0 for none, 2 for both.
    """

    def __init__(self, place: Place, order: int, side: int) -> None:
        self.place, self.order = place, order
        self.ladder = Ladder(order, side, place.centre, place.u, place.real)
        self.ceiling = {0: min(place.left, place.right), 1: place.right, -1: place.left}[side]
        self.noise, self.measured = place.noise, False
        self.outside = self.retreats = 0
        self.scale = place.real(0)  # of the derivative, as the first ladder saw it
        self.trouble = ""
        self.done: Guess | None = None  # what is explained
        self.below = place.real(0)  # the largest step of the ladder that gave it
        self.suspect: Guess | None = None  # what only noise would explain
        self.begin()

    def begin(self) -> None:
        """A new ladder."""
        self.ladder.clear()
        self.best: Guess | None = None
        self.waited = 0

    def run(self) -> Points:
        """The search itself."""
        h = self.start(min(self.place.first, self.ceiling))
        for _ in range(LONGEST):
            if h is None:
                break
            if h < self.place.smallest or (self.suspect is not None and self.drowned()):
                h = self.come_back()
                continue
            values = yield from self.ask(h)
            if values is None:
                h = self.retreat(h)
                continue
            taken, self.samples = values
            ladder = self.ladder
            guess = ladder.add(h, self.samples, h / taken, self.noise, abs(self.place.x))
            if guess is None:
                h = h / ladder.ratio
            else:
                h = yield from self.next_step(h, guess, self.compare(guess))
        return self.found()

    # -- asking -----------------------------------------------------------------------------------------

    def start(self, h: Any) -> Any:
        """A step near h with which to begin a ladder: so few digits that x + h is exact down the ladder.

        Its digits are those of 1/sqrt(2): a power of 2 would meet the periods of sin(2 pi k x).
        """
        real, half, grid = self.place.real, self.place.bits // 2, self.place.grid
        h = min(max(h, real(1e-290)), real(1e300))
        digits = half if grid == 0 else max(1, min(half, int(math.log2(h / grid)) - 12))
        _, exponent = math.frexp(h)
        return real(math.ldexp(round(math.sqrt(0.5) * 2.0**digits), exponent - 1 - digits))

    def ask(self, h: Any) -> Points:
        """The step taken and f's values there, or None where one is not finite."""
        x, side = self.place.x, self.ladder.side
        taken = (abs(x) + h) - abs(x)
        if not taken:
            return None
        sides = (side,) if side else (1, -1)
        values = yield [x + sign * taken for sign in sides]
        bad = [sign for sign, value in zip(sides, values, strict=True) if not np.isfinite(value)]
        if bad:
            self.outside = bad[0] if len(bad) == 1 and self.outside in (0, bad[0]) else 2
            return None
        return taken, values

    def retreat(self, h: Any) -> Any:
        """Where to begin again after f was not finite."""
        self.ceiling = min(self.ceiling, h)
        self.begin()
        self.retreats += 1
        return None if h / 8 < self.below or self.retreats > RETREATS else self.start(h / 8)

    # -- judging ----------------------------------------------------------------------------------------

    def compare(self, guess: Guess) -> Guess:
        """Keep the better of the new guess and the best so far; what is learnt of noise counts for both."""
        best = self.best
        if best is not None:
            gap = abs(guess.value - best.value)
            if gap > guess.error + best.error:  # they contradict each other
                guess.spread, guess.error = max(guess.spread, gap), max(guess.error, SAFETY * gap)
            if guess.error >= best.error:
                noise = guess.amplitude(self.order) * best.gain / best.h**self.order
                best.error = max(best.error, SAFETY * noise)
        self.waited = 0 if best is None or guess.error < best.error / 2 else self.waited + 1
        self.best = guess if best is None or guess.error < best.error else best
        return self.best

    def next_step(self, h: Any, guess: Guess, best: Guess) -> Points:
        """The next step, or None to end."""
        ladder = self.ladder
        stalled = self.waited >= PATIENCE
        hopeless = ladder.rungs >= ladder.lowest + 3 and guess.error > 2 * guess.size
        if self.by_rounding(best):
            if (yield from self.alike_close_by(h, best)):
                return self.accept(best)
            stalled, hopeless = False, True
        if not stalled and not hopeless:
            return h / ladder.ratio
        if self.done is None and (yield from self.corner(h, best)):
            return None
        if stalled and (yield from self.by_noise(best)):
            return self.accept(best)
        if self.done is not None:
            return self.lower(h)
        self.scale = self.scale or guess.size
        if best.error <= self.place.u * self.scale:
            self.done, self.trouble = best, _ROUGH
            return None
        if stalled:
            if self.suspect is None or best.error < self.suspect.error:
                self.suspect, self.suspect_top = best, (ladder.top, ladder.apart)
        elif self.suspect is None:
            self.ceiling = min(self.ceiling, ladder.widest(h))
        self.begin()
        return self.start(h / 16)

    def by_rounding(self, best: Guess) -> bool:
        """Whether the rounding of f's values explains what the formulas still disagree by."""
        if self.suspect is not None and (
            self.ladder.rungs < self.ladder.lowest + 4 or best.floor > 2.0**-10 * best.size
        ):
            return False  # among noise a few rungs agree by accident
        return bool(best.spread <= 4 * best.floor and best.miss <= 8 * best.floor)

    def alike_close_by(self, h: Any, best: Guess) -> Points:
        """Whether a first derivative found by few rungs is the same from close by.

        It need not be: what looks like a straight line may be the far side of something narrow.
        """
        if self.order > 1 or self.ladder.rungs > self.ladder.lowest + 3:
            return True
        close = max(h * CLOSE, self.place.smallest)
        answer = yield from self.ask(close)
        if answer is None:
            return True
        taken, values = answer
        rise = (
            (values[0] - values[-1]) / 2
            if len(values) == 2
            else self.ladder.side * (values[0] - self.place.centre)
        )
        lost = 8 * max(self.place.u * self.ladder.largest, self.noise) / taken
        return bool(abs(rise / taken - best.value) <= 64 * (best.error + lost))

    def by_noise(self, best: Guess) -> Points:
        """Whether the rounding of the arguments inside f, or the noise of f, explains it."""
        place = self.place
        amplitude = best.amplitude(self.order)
        inner = self.ladder.largest + abs(place.x) * best.size * best.h ** (self.order - 1)
        if self.suspect is None and amplitude <= 8 * place.u * inner:
            return True
        if not self.measured:
            self.measured = True
            x = place.x
            points = near(x, (abs(x) or best.h) * 2.0 ** (-4 * place.bits // 5))
            measured = noise_in((yield points))
            if measured and amplitude <= 20 * measured:
                self.noise = max(self.noise, measured)
        if self.noise and amplitude <= 20 * self.noise:
            self.trouble = _noisy(self.noise)
            return True
        return False

    def drowned(self) -> bool:
        """Whether f changes so little over the ladder that its rounding hides any structure."""
        ladder = self.ladder
        return ladder.rungs > ladder.lowest + 1 and self.place.u * ladder.largest > 2.0**-10 * ladder.change

    # -- going on ---------------------------------------------------------------------------------------

    def accept(self, best: Guess) -> Any:
        """Take the best guess; the step of a higher ladder, if its rounding leaves room for more digits."""
        if self.done is not None and self.done.error <= best.error:
            return None
        self.done = best
        return self.higher(best, self.ladder.top, self.ladder.apart)

    def come_back(self) -> Any:
        """Nothing is found down to the smallest step: what was suspected to be noise, is noise."""
        if self.suspect is None:
            return None
        self.done, self.suspect = self.suspect, None
        self.noise = max(self.noise, self.done.amplitude(self.order))
        self.trouble = _noisy(self.noise)
        return self.higher(self.done, *self.suspect_top)

    def higher(self, guess: Guess, top: Any, apart: Any) -> Any:
        """The step of a ladder that starts higher, or None where that would not help.

        The simplest formula has the truncation error apart ~ (top / L)^2 size, f's scale being L. Where it
        is hidden by noise, the ladder may go up until it would show.
        """
        if not guess.size or guess.error <= 2.0 ** (-2 * self.place.bits // 3) * guess.size:
            return None
        simplest = Formula.over(self.ladder.lowest + 1, self.order, self.ladder.side, self.place.real).gain
        level = max(self.place.u * self.ladder.largest, self.noise, guess.amplitude(self.order))
        lowest_step = top / self.ladder.ratio ** (self.ladder.lowest + 1)
        hidden = simplest * level / lowest_step**self.order
        if apart > 4 * hidden:
            times = 0.25 / math.sqrt(apart / guess.size)
        else:
            times = 0.3 / math.sqrt(min(1, max(hidden, apart) / guess.size))
            if self.order > 2:
                times = max(times, 2)
        least, room = (4, 4) if self.order < 3 else (2, 1.5)
        times = 2.0 ** math.floor(math.log2(max(times, 1)))
        while times > 1 and top * times >= self.ceiling / room:
            times /= 2
        if times < least:
            return None
        self.below = top
        self.begin()
        return self.start(top * times)

    def lower(self, h: Any) -> Any:
        """The step half-way back, after a ladder that started too high."""
        self.ceiling = self.ladder.widest(h)
        self.begin()
        if not self.below or self.ceiling < 8 * self.below:
            return None
        return self.start(math.sqrt(self.ceiling * self.below))

    def corner(self, h: Any, best: Guess) -> Points:
        """Whether f has a corner, a jump or an infinite slope at x; then the search ends there."""
        ladder, place = self.ladder, self.place
        seen = Corner.on(ladder)
        if seen is None:
            return False
        close = seen.close(h, 64 * max(place.u * ladder.largest, self.noise), place.smallest)
        answer = (yield from self.ask(close)) if close < h / 64 else None
        if answer is None:
            return False
        taken, values = answer
        if not seen.still_there(h, taken, values, place.centre):
            return False
        self.trouble = seen.words(taken, values, place.centre)
        error = seen.error(best.value, taken, values, place.centre) if self.order == 1 else inf
        self.done = replace(best, error=error)
        return True

    def found(self) -> Found:
        """The result, in words where there was trouble."""
        if self.done is not None:
            # Noise as large as f itself is rather a structure that is finer than the numbers near x.
            lost = self.noise > max(self.ladder.largest, abs(self.place.centre)) / 16
            return Found(self.done.value, inf if lost else self.done.error, self.done.h, self.trouble)
        if self.best is not None:
            return Found(self.best.value, inf, self.best.h, self.trouble or _LOST)
        return Found(nan, inf, nan, "f has no finite value around x")


def _noisy(level: Any) -> str:
    return f"noise of about {float(level):.0e} in the values of f limits the digits"
