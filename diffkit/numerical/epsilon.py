"""Wynn's epsilon algorithm: the limit of a slowly converging sequence, and what its noise does to it.

    e_(k+1)^(n) = e_(k-1)^(n+1) + 1 / (e_k^(n+1) - e_k^(n)),    e_(-1)^(n) = 0,    e_0^(n) = term n

Where the terms are a limit and m falling exponentials, e_(2m) is the limit. Difference quotients at the steps
h, h/r, h/r^2, ... of a function with the powers x^p are such a sequence, whatever the p are: Richardson's
triangle has to know them beforehand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf, isfinite
from typing import Any

__all__ = ["EpsilonTable", "epsilon_limit"]

SAFETY = 6  # the error estimate is this many times what the columns still move by
DEAF = 2  # a difference of two entries is taken for more than noise from so many times their noise on


@dataclass(frozen=True)
class Entry:
    """e_k^(n), and what the noise of each of the terms n, ..., n + k does to it at most, with its sign."""

    value: Any
    parts: tuple[float, ...]

    @property
    def noise(self) -> float:
        return sum(map(abs, self.parts))


@dataclass
class EpsilonTable:
    """The table of a sequence that arrives term by term; only its newest antidiagonals are kept.

    >>> table = EpsilonTable()
    >>> for term in (3.0, 2.0, 1.5, 1.25, 1.125):  # 1 + 2^(1-n)
    ...     limit = table.add(term)
    >>> limit
    (1.0, 0.0)
    """

    diagonals: list[list[Entry]] = field(default_factory=list)  # e_0, e_1, ... of a term; newest first

    def add(self, term: Any, noise: float = 0.0) -> tuple[Any, float] | None:
        """The surest limit among the entries that end at the new term, with its error estimate.

        None while no column has three entries. `noise` bounds the error of the term.
        """
        new, old = [Entry(term, (float(noise),))], self.diagonals[0] if self.diagonals else []
        for k, left in enumerate(old):
            entry = _next(old[k - 1] if k else Entry(0 * term, ()), left, new[k])
            if entry is None or not isfinite(entry.value):
                break
            new.append(entry)
        self.diagonals = [new, *self.diagonals[:2]]
        found = [limit for k in range(0, len(new), 2) if (limit := self._limit(k))]
        return min(found, key=lambda limit: limit[1], default=None)

    def _limit(self, k: int) -> tuple[Any, float] | None:
        """The newest entry of a column, with the spread of its newest three and its noise for the error."""
        if len(self.diagonals) < 3 or any(len(diagonal) <= k for diagonal in self.diagonals):
            return None
        new, middle, old = (diagonal[k].value for diagonal in self.diagonals)
        noise = DEAF * self.diagonals[0][k].noise
        last, before = abs(new - middle), abs(middle - old)
        left = max(last, before)
        if left > noise:  # of changes that fall like a geometric sequence, this is still to come
            left = max(left, last * last / (before - last)) if last < before else inf
        error = float(SAFETY * left) + noise
        return new, error if error == error else inf


def _next(inner: Entry, left: Entry, right: Entry) -> Entry | None:
    """e_(k+1) from e_(k-1) and two e_k; None where these differ by no more than noise, or not at all."""
    move = Entry(
        right.value - left.value,
        tuple(b - a for a, b in zip((*left.parts, 0.0), (0.0, *right.parts), strict=True)),
    )
    if not abs(move.value) > DEAF * move.noise:
        return None
    parts = zip((0.0, *inner.parts, 0.0), move.parts, strict=True)
    return Entry(
        inner.value + 1 / move.value, tuple(c - float(d / move.value / move.value) for c, d in parts)
    )


def epsilon_limit(terms: Iterable[Any], noise: float = 0.0) -> tuple[Any, float]:
    """The limit that Wynn's epsilon algorithm finds for a sequence, and an estimate of its error.

    Good for sums of exponentials, such as partial sums of power series and difference quotients at steps of a
    constant ratio. A sequence that grows like exponentials gets its anti-limit. The error is six times what
    the last three entries of the column differ by, and what `noise` becomes in the table; it is inf for
    fewer than three terms.

    Parameters
    ----------
    terms
        The sequence: real numbers, of any type.
    noise
        The error of each term, which the algorithm amplifies: it ends where only that is left.

    Examples
    --------
    >>> from itertools import accumulate
    >>> limit, error = epsilon_limit(accumulate(4 * (-1) ** n / (2 * n + 1) for n in range(16)))
    >>> abs(limit - 3.1415926535898) < error < 1e-8  # the last of these partial sums is 3.08
    True

    Source: Wynn, On a device for computing the e_m(S_n) transformation, Mathematical Tables and Other Aids to
    Computation 10 (1956), 91-96.
    """
    table, best = EpsilonTable(), None
    term = float("nan")
    for term in terms:
        limit = table.add(term, noise)
        if limit is not None and (best is None or limit[1] <= best[1]):
            best = limit
    return best if best is not None else (term, inf)
