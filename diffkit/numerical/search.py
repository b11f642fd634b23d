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
from dataclasses import replace
from math import inf, nan
from typing import Any

from diffkit.numerical.asking import Asking, Points
from diffkit.numerical.corner import Corner, jump_between
from diffkit.numerical.ladder import SAFETY, Guess, Ladder
from diffkit.numerical.noise import close_spacing, near, noise_in
from diffkit.numerical.place import UNIT, Found, Place

__all__ = ["Points", "Search"]

Kept = tuple[Guess, Any, Any]  # with the largest step of its ladder, and how far its formulas are apart there

PATIENCE = 3  # rungs without a better guess
LONGEST = 120  # rungs in a search
FAR = 64  # times the first step: further off f need not look as it does near x
CLOSEST = 2.0**-44  # of a step: below the scale of all that is expected of a function
CLIMBS = 12  # ladders that start higher than the one before
RETREATS = 12  # steps at which f is not finite

_ROUGH = "f is not smooth at x: only ever smaller steps bring the differences nearer to each other"
_LOST = "not converged: f has no derivative at x, or varies on a scale below every step that was tried"


class Search(Asking):
    """One search, around x (side 0), or to the right or left of it (side 1 or -1).

    Attributes
    ----------
    cornered
        Whether a corner, a jump or an infinite slope was seen.
    """

    def __init__(self, place: Place, order: int, side: int) -> None:
        super().__init__(place, order, side)
        self.ladder = Ladder(order, side, place.centre, place.u, place.real, place.tiny)
        self.ceiling = self.room
        self.noise, self.measured = place.noise, False
        self.retreats = self.climbs = 0
        self.scale = place.real(0)  # of the derivative, as the first ladder saw it
        self.trouble, self.cornered = "", False
        self.done: Guess | None = None  # what is explained
        self.below = place.real(0)  # the largest step of the ladder that gave it
        self.latest: Guess | None = None  # the best of the last ladder that had any
        self.suspect: Kept | None = None  # what only noise would explain
        self.hopeless: Kept | None = None  # the best that was not worth going on with
        # The largest step of a ladder that was given up for one lower down, or contradicts what is explained.
        self.doubted, self.contradicted = place.real(0), False
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
                h = None if self.done is None else (yield from self.tooth(self.done, ended=True))
            if h is None:
                break
            if h < self.least() or ((self.suspect or self.hopeless) and self.drowned()):
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
                h = ladder.below(h)
            else:
                h = yield from self.next_step(h, guess, self.compare(guess))
        return self.found()

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
                best.spread, best.error = max(best.spread, noise), max(best.error, SAFETY * noise)
        self.waited = 0 if best is None or guess.error < best.error / 2 else self.waited + 1
        self.best = self.latest = guess if best is None or guess.error < best.error else best
        return self.best

    def next_step(self, h: Any, guess: Guess, best: Guess) -> Points:
        """The next step, or None to end."""
        ladder = self.ladder
        stalled = self.waited >= PATIENCE
        hopeless = ladder.rungs >= ladder.lowest + 3 and guess.error > 3 * guess.own
        explained = self.by_rounding(best)
        if not (explained or stalled or hopeless):
            return ladder.below(h)
        if not explained:
            if self.done is None and (yield from self.corner(h, best)):
                return None
            explained = stalled and (yield from self.by_noise(best))
        done = self.done
        if done is not None and abs(best.value - done.value) > best.error + done.error:
            explained = False  # from closer by it is something else
        if explained:
            again = yield from self.tooth(best)
            higher = self.accept(best) if again is None else again
            if higher is not None:
                return higher
            near = yield from self.other_close_by(h, best)
            if near is None:
                return None
            self.done, self.ceiling = None, min(self.ceiling, ladder.widest(h))
            return self.restart(self.place.real(0), near)
        if self.done is not None:
            return self.lower(h)
        if stalled:
            self.suspect = self.better(self.suspect, best)
        else:
            self.hopeless = self.better(self.hopeless, best)
        return self.look_lower(h, best)

    def better(self, kept: Kept | None, best: Guess) -> Kept:
        """The better guess of the two, with what `higher` has to know of its ladder."""
        return kept if kept and kept[0].error <= best.error else (best, self.ladder.top, self.ladder.apart)

    def by_rounding(self, best: Guess) -> bool:
        """Whether the rounding of f's values explains what the formulas still disagree by."""
        if (self.suspect or self.hopeless) and self.ladder.still:
            return False  # f changes further off: here its numbers are too coarse
        if self.suspect is not None and (
            self.ladder.rungs < self.ladder.lowest + 4 or best.floor > 2.0**-10 * best.own
        ):
            return False  # among noise a few rungs agree by accident
        return bool(best.spread <= 4 * best.floor and best.miss <= 8 * best.floor)

    def tooth(self, best: Guess, ended: bool = False) -> Points:
        """Where to begin again, if f is smooth only here, on a tooth of a saw, the height of which is noise.

        What is found further off may also contradict it for one jump: in the end the error is widened for it.
        """
        place, doubted = self.place, self.doubted
        if self.contradicted != ended or not best.h < doubted:
            return None
        self.doubted = place.real(0)
        quiet = max(64 * place.u * self.ladder.largest, self.noise)
        jump = yield from jump_between(self.ask, place.centre, best.h, doubted, quiet)
        if jump is None:
            return None
        outside, reach = self.outside, min(FAR * place.first, self.room)
        many = yield from jump.comes_again(self.ask, place.centre, reach)
        self.outside = outside  # so far off f need have no values
        if many:
            self.noise = max(self.noise, jump.size)
            self.tell_noise()
            self.done = self.suspect = self.hopeless = None
            self.ceiling = self.room
            self.begin()
            return self.start(min(place.first, self.ceiling))
        if ended:
            best.error = max(best.error, SAFETY * jump.size / jump.distance**self.order)
            self.trouble = self.trouble or jump.words()
        return None

    def other_close_by(self, h: Any, best: Guess) -> Points:
        """A step so close by that what was found with few rungs, or at 0, is something else there; or None.

        A straight line may be the far side of something narrow, and 0 tells no scale, as no x does far
        from which the ladder went. Where less shows than the rounding of f(x) would leave, f has noise.
        """
        place, order = self.place, self.order
        tells = 4 * abs(place.x) >= self.ladder.top
        if tells and (order > 1 or self.ladder.rungs > self.ladder.lowest + 3):
            return None
        level = 64 * max(place.u * abs(place.centre), self.noise)
        seen = Ladder(order, self.ladder.side, place.centre, place.u, place.real)
        # As close as leaves four digits of the difference.
        reach = (1e3 * seen.noise_at(1.0, level) / best.size) ** (1 / order) if best.size else 0
        step = max(h * CLOSEST, reach, self.smallest)
        while step < h / 64:
            close, top = list[Any](), step
            while len(close) < 2:
                answer = yield from self.ask(step)
                if answer is None:
                    return None
                seen.add(step, answer[1], step / answer[0])
                close += seen.previous[:1]
                step = seen.below(step)
                if len(close) == 1:
                    gap, noise = abs(close[0] - best.value), seen.noise_at(top, level)
                    if gap <= 64 * best.error + 8 * noise:
                        if gap > 8 * noise:
                            best.error = max(best.error, 1.125 * gap)
                        return None
            if any(close) and abs(close[1] - close[0]) <= gap / 16:
                return top
            level = gap * level / noise if noise else gap * top**order  # both are lost in it
            best.blur(level, order)
            step = 64 * top
            seen.clear()
        return None

    def by_noise(self, best: Guess) -> Points:
        """Whether the rounding of the arguments inside f, or the noise of f, explains it."""
        place = self.place
        amplitude = best.amplitude(self.order)
        inner = 8 * self.ladder.largest + abs(place.x) * best.size * best.h ** (self.order - 1)
        if self.suspect is None and amplitude <= 8 * place.u * inner:
            return True
        if not self.measured:
            self.measured = True
            x = place.x
            spacing = close_spacing(abs(x) or best.h, place.u)
            points = near(x + 3 * self.ladder.side * spacing, spacing)  # those on one side begin at x
            measured = noise_in((yield points))
            if measured and amplitude <= 20 * measured:
                self.noise = max(self.noise, measured)
        if self.noise and amplitude <= 20 * self.noise:
            self.tell_noise()
            return True
        return False

    def tell_noise(self) -> None:
        """Put the noise into words, where it is more than the rounding of a value."""
        if self.noise > 4 * self.place.u * abs(self.place.centre):
            self.trouble = f"noise of about {float(self.noise):.0e} in the values of f limits the digits"

    def least(self) -> Any:
        """The smallest step to try: larger where noise is suspected, of which the grain would look smooth."""
        grain = abs(self.place.x) * 2.0 ** (-2 * self.place.bits // 3) if self.suspect else 0
        return max(self.smallest, grain)

    def drowned(self) -> bool:
        """Whether f changes so little over the ladder that its rounding hides any structure."""
        ladder = self.ladder
        if ladder.rungs <= ladder.lowest + 1:
            return False
        return ladder.still or self.place.u * ladder.largest > 2.0**-10 * ladder.moved > 0

    # -- going on ---------------------------------------------------------------------------------------

    def accept(self, best: Guess) -> Any:
        """Take the best guess; the step of a higher ladder, if its rounding leaves room for more digits."""
        if self.done is not None and self.done.error <= best.error:
            self.done.blur(best.amplitude(self.order), self.order)
            return None
        self.done = best
        return self.higher(best, self.ladder.top, self.ladder.apart)

    def look_lower(self, h: Any, best: Guess) -> Any:
        """The step of a ladder that starts lower, or None where that would change the value no more."""
        self.scale = self.scale or best.size
        if best.error <= self.place.u * self.scale:
            self.done = replace(best, error=max(best.error, self.place.u * self.scale))
            self.trouble = _ROUGH
            return None
        self.doubted, self.contradicted = self.ladder.widest(h), False
        if self.suspect is None:
            self.ceiling = min(self.ceiling, self.doubted)
        self.begin()
        return self.start(h / 16)

    def come_back(self) -> Any:
        """Nothing is found down to the smallest step: what was suspected to be noise, is noise."""
        left, self.suspect, self.hopeless = self.suspect or self.hopeless, None, None
        if left is None or self.done is not None:
            return None
        if self.latest and self.ladder.top and not self.drowned():
            left = self.better(left, self.latest)
        guess, top, apart = left
        self.done, self.noise = guess, max(self.noise, guess.amplitude(self.order))
        self.tell_noise()
        return self.higher(guess, top, apart)

    def higher(self, guess: Guess, top: Any, apart: Any) -> Any:
        """The step of a ladder that starts higher, or None where that would not help.

        The simplest formula has the truncation error apart ~ (top / L)^2 size, f's scale being L. Where it
        is hidden by noise, the ladder may go up until it would show.
        """
        if not guess.size:  # not one value of f differs from f(x): at a tiny x that tells nothing
            if 4 * top < UNIT < self.ceiling:
                self.done = None
                return self.restart(top, UNIT)
            far = 2 * abs(self.place.x)
            if self.place.centre or not 4 * top < far < self.ceiling:
                return None
            return self.restart(top, far)  # 0 may be what is left of numbers that cancel
        if guess.error <= 2.0 ** (-2 * self.place.bits // 3) * guess.size:
            return None
        level = max(self.place.u * self.ladder.largest, self.noise, guess.amplitude(self.order))
        hidden = self.ladder.noise_at(top, level)
        if self.noise and guess.size <= 4 * hidden and 4 * top < UNIT < self.ceiling:
            return self.restart(top, UNIT)  # nor does noise alone
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
        return self.restart(top, top * times)

    def restart(self, top: Any, h: Any) -> Any:
        """The step h of a new ladder above the one from `top` down."""
        self.climbs += 1
        if self.climbs > CLIMBS:
            return None
        self.below = top
        self.begin()
        return self.start(h)

    def lower(self, h: Any) -> Any:
        """The step half-way back, after a ladder that started too high."""
        if self.done is not None and not self.done.size:  # f's numbers may be too coarse there
            self.noise = max(self.noise, self.place.u * self.ladder.largest)
            self.done.blur(self.noise, self.order)
        self.ceiling = self.ladder.widest(h)
        self.doubted, self.contradicted = max(self.doubted, self.ceiling), True
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
        close = seen.close(h, 64 * max(place.u * ladder.largest, self.noise), self.smallest)
        answer = (yield from self.ask(close)) if close < h / 64 else None
        if answer is None:
            return False
        taken, values = answer
        if not seen.still_there(h, taken, values, place.centre):
            return False
        self.cornered, self.trouble = True, seen.words(taken, values, place.centre)
        error = seen.error(best.value, taken, values, place.centre) if self.order == 1 else inf
        self.done = replace(best, error=error)
        return True

    def found(self) -> Found:
        """The result, in words where there was trouble."""
        if self.done is not None:
            # Noise as large as f itself is rather a structure that is finer than the numbers near x.
            lost = self.noise > max(self.ladder.largest, abs(self.place.centre)) / 16
            error = inf if lost else self.done.error + self.done.doubt
            return Found(self.done.value, error, self.done.h, self.trouble)
        if self.latest is not None:
            return Found(self.latest.value, inf, self.latest.h, self.trouble or _LOST)
        return Found(nan, inf, nan, "f has no finite value around x")
