"""The derivative at one x: around it, or beside it where f has values on one side only.

At the edge of its domain f often has powers such as x^1.5, or a logarithm, which no ladder of Richardson's
can remove. There the difference quotients go through the epsilon table, which needs not know the powers.
"""

from __future__ import annotations

import math
from dataclasses import replace
from math import inf, nan
from typing import Any

import numpy as np

from diffkit.numerical.epsilon import EpsilonTable
from diffkit.numerical.place import Found, Place
from diffkit.numerical.quotients import RATIO, Quotients, Tail
from diffkit.numerical.search import Points, Search

__all__ = ["derivative_at"]

RUNGS = 40  # quotients at most
PATIENCE = 4  # quotients without a better limit
CLOSER = 6  # rungs further down, where the quotients fall slowly
GAIN = 8  # times surer it has to be than what was found before
WIDER = 4**5  # times the smallest step of the search beside x, to begin with

_INFINITE = "the derivative at x is suspected to be infinite: the difference quotients grow like a power of h"


def derivative_at(place: Place, order: int) -> Points:
    """The search around x; where f has no value on one side of x, beside it, if that is surer."""
    if not np.isfinite(place.centre):
        return Found(nan, nan, nan, "f has no finite value at x")
    reach = min(place.left, place.right, place.first)
    if reach < place.first / 64:  # the edge of the domain is given, and near
        return (yield from _beside(place, order, 1 if place.right > place.left else -1))
    around = Search(place, order, 0)
    found = yield from around.run()
    if around.outside in (-1, 1) and not found.error <= 2.0 ** (-place.bits // 2) * abs(found.value):
        beside = yield from _beside(place, order, -around.outside)
        alike = not abs(beside.value - found.value) > beside.error + found.error
        if (beside.error < found.error and alike) or math.isnan(found.value):
            where = "right" if around.outside < 0 else "left"
            return replace(beside, trouble=beside.trouble or f"f has values only on the {where} of x")
    return found


def _beside(place: Place, order: int, side: int) -> Points:
    """What Richardson's ladder finds on one side of x; where that has few digits, the epsilon table."""
    search = Search(place, order, side)
    found = yield from search.run()
    enough = 2.0 ** (-place.bits // 2) * abs(found.value)
    if search.cornered or (found.error <= enough and not found.trouble):
        return found
    return (yield from _Limit(search).surer(found))


class _Limit:
    """The limit of the difference quotients on the side of a search that has ended."""

    def __init__(self, search: Search) -> None:
        self.search, self.place = search, search.place
        self.quotients = Quotients(search.place, search.order, search.ladder.side)
        self.best: tuple[Any, float] | None = None
        self.doubt = 0.0  # how far the limits of all later diagonals are from it

    def surer(self, found: Found) -> Points:
        """The limit, if it is surer than what was found; else that, less sure if the quotients say so."""
        far = WIDER * found.step if found.step > 0 else 0
        h = Quotients.step(min(max(self.place.first, far), self.search.room), self.place.real)
        h = yield from self.descend(h)
        tail = self.quotients.tail()
        if tail.grows:
            return replace(found, error=inf, trouble=_INFINITE)
        steady = tail.limit if tail.slow else None
        doubtful = found
        if steady is not None:
            doubtful = replace(found, error=max(found.error, abs(steady - found.value)))
        if self.best is None or tail.left == inf:
            return doubtful
        value, error = self.best
        doubt = 0 if self.doubt == inf else self.doubt
        error = max(error, doubt) * tail.left + 2 * self.place.u * abs(value)
        if steady is not None:
            error = max(error, abs(steady - value))
        alike = abs(value - found.value) <= error + found.error
        surer = GAIN * error < doubtful.error
        return Found(value, error, h) if alike and surer and (yield from self.holds(h, tail)) else doubtful

    def descend(self, h: Any) -> Points:
        """The smallest step, when noise covers the limit or it gets no better."""
        search, quotients, table, waited = self.search, self.quotients, EpsilonTable(), 0
        for _ in range(RUNGS):
            answer = yield from search.ask(h)
            if answer is not None and answer[0] == h:
                term = quotients.add(h, answer[1][0])
                if term is not None and (limit := table.add(*term)):
                    waited = 0 if self.better(limit, term[0]) else waited + 1
                    if waited > PATIENCE or (self.best and term[1] > self.best[1]):
                        break
            elif quotients.terms:
                break
            else:
                quotients.skip()  # so far off f has no value
            if quotients.below(h) < search.smallest:
                break
            h = quotients.below(h)
        return h

    def better(self, limit: tuple[Any, float], term: Any) -> bool:
        """Keep the surer limit; False if the best is sure already, and the new one not twice as sure."""
        best = self.best
        if best is None or limit[1] < best[1]:
            self.best, self.doubt = limit, inf
        else:
            self.doubt = min(self.doubt, abs(limit[0] - best[0]))
        return best is None or best[1] >= min(abs(term - best[0]), 2 * limit[1])

    def holds(self, h: Any, tail: Tail) -> Points:
        """Whether the quotient from as close by as f is heard is as near to the limit as it should be."""
        search, quotients, order = self.search, self.quotients, self.search.order
        (value, error), (term, noise) = self.best or (nan, inf), quotients.terms[-1]
        gap = abs(term - value)
        if gap <= 8 * noise:
            return True
        close = max(search.smallest, quotients.below(h, CLOSER)) if tail.slow else search.smallest
        if self.place.centre or self.place.x:  # else the noise falls like f itself
            close = max(close, h * (8 * noise / gap) ** (1 / order))
        close, values = Quotients.step(2 * close, self.place.real), list[Any]()
        if close * RATIO**order > h:
            return True
        for i in reversed(range(order)):
            answer = yield from search.ask(close * RATIO**i)
            if answer is None:
                return False
            values = [answer[1][0], *values]
        fallen = tail.newest ** math.log(h / close, RATIO)
        now, noise = quotients.over(close, values)
        if tail.slow:  # then it tells whether the power at work further off is still the same
            left, expected = gap * fallen / 2, value + (term - value) * fallen
        else:  # a smaller power may have come up
            left, expected = gap * math.sqrt(fallen), value
        return abs(now - expected) <= left + error + noise
