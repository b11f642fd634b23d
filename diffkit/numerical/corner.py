"""Corners, jumps and infinite slopes at x: f moves away from f(x) like a power of h that no smooth f has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, log
from typing import Any

from diffkit.numerical.ladder import Ladder

__all__ = ["CLOSE", "Corner", "Jump", "jump_between"]

Ask = Callable[[Any], Any]

ALIKE = 0.02  # two powers that differ by less are the same
CLOSE = 2.0**-34  # of a step: from so close by f is looked at where something is suspected
JUMP, CORNER = 0.1, 0.95  # powers below and above these
HALVINGS = 8  # of the logarithms of two steps, in search of a jump between them
LEFT = 0.6  # of what is beyond a jump, the jump is more
TEETH = (16, 64)  # so many of them from x a saw is looked at again


@dataclass(frozen=True)
class Corner:
    """A power of h like which f moves near x, with `side` as in the ladder.

    A smooth f moves like h, and both its sides together (the bend) like h^2. A jump is a power of 0, an
    infinite slope one below 1, a corner a bend like h.

    >>> ladder = Ladder(1, 0, 0.0, 2.0**-53)
    >>> h = 0.4
    >>> for _ in range(3):
    ...     guess = ladder.add(h, [abs(h), abs(-h)])
    ...     h = ladder.below(h)
    >>> round(Corner.on(ladder).power, 9)
    1.0
    """

    power: float
    moved: Any
    bend: bool
    side: int

    @classmethod
    def on(cls, ladder: Ladder) -> Corner | None:
        """The corner that the newest three rungs tell of, or None."""
        bends = [] if ladder.side else [("bend", ladder.bends, 1 + ALIKE)]
        for name, moves, most in (*bends, ("rise", ladder.parts, CORNER)):
            power = _power(moves, [ladder.step(1.0, i) for i in range(min(3, ladder.rungs))])
            if power is not None and -JUMP < power < most:
                return cls(power, abs(moves[0]), name == "bend", ladder.side)
        return None

    def close(self, h: Any, quiet: Any, smallest: Any) -> Any:
        """The step close by x at which f still moves by more than `quiet`."""
        lost = min(quiet / self.moved, 1) ** (1 / max(self.power, JUMP))
        return h * max(CLOSE, lost, smallest / h)

    def still_there(self, h: Any, close: Any, values: list[Any], centre: Any) -> bool:
        """Whether f moves like the same power from h down to the close step."""
        left, right = self._moves(values, centre)
        moved = abs(right - left) / 2 if self.bend else max(abs(left), abs(right))
        return bool(moved) and abs(log(self.moved / moved) / log(h / close) - self.power) < 2 * ALIKE

    def words(self, close: Any, values: list[Any], centre: Any) -> str:
        """What is suspected, for the note of an Estimate."""
        left, right = (float(move) for move in self._moves(values, centre))
        if self.power < JUMP:
            return f"a jump of about {max(abs(left + right), abs(left), abs(right)):.2g} at x is suspected"
        if self.power < CORNER:
            return f"an infinite slope at x is suspected: f moves like h^{self.power:.2f} there"
        left, right = left / float(close), right / float(close)
        return f"a corner at x is suspected: the slope is {left:.4g} to the left and {right:.4g} to the right"

    def error(self, value: Any, close: Any, values: list[Any], centre: Any) -> Any:
        """How far the value is from the slopes of both sides; inf where one has none."""
        if self.power < CORNER:
            return inf
        return max(abs(move / close - value) for move in self._moves(values, centre)) * (1 + ALIKE)

    def _moves(self, values: list[Any], centre: Any) -> tuple[Any, Any]:
        """How much f rises toward x from the left, and from x to the right."""
        if self.side:
            move = self.side * (values[0] - centre)
            return move, move
        return centre - values[1], values[0] - centre


@dataclass(frozen=True)
class Jump:
    """A jump of f beside x: how far off, how large, and f's slope before it."""

    distance: Any
    size: Any
    slope: Any

    def words(self) -> str:
        """What is said of it, for the note of an Estimate."""
        return f"f jumps by about {float(self.size):.1g}, {float(self.distance):.1g} from x"

    def comes_again(self, ask: Ask, centre: Any, reach: Any) -> Any:
        """Whether it is one of many: then, many teeth further off but within `reach`, f is where it was.

        So looks what is left of numbers that cancel, as in (exp(x) - 1)/x near 0, where one float of exp(x)
        serves many x.
        """
        for teeth in TEETH:
            h = teeth * max(self.distance, self.size / abs(self.slope)) if self.slope else reach
            rise = (yield from _rise(ask, centre, h)) if h < reach else None
            if rise is None or abs(rise) > abs(self.slope) * h / 4:
                return False
        return True


def jump_between(ask: Ask, centre: Any, near: Any, far: Any, quiet: Any) -> Any:
    """The Jump of f at a step between these two; None where it jumps by no more than `quiet`.

    `ask` is the search's: a generator of f's values at a step. From f's rise the straight line through `near`
    is taken away. Halving again and again, we come to where the rest, for its step, is half of what it is at
    `far`: a jump there stays as large as it is, and of a smooth change ever less is left.
    """
    begun, beyond = (yield from _rise(ask, centre, near)), (yield from _rise(ask, centre, far))
    if begun is None or beyond is None:
        return None
    slope = begun / near
    (low, before), (high, after) = (near, 0), (far, beyond - slope * far)
    half = abs(after / far) / 2
    for _ in range(HALVINGS):
        h = (low * high) ** 0.5
        rise = yield from _rise(ask, centre, h)
        if rise is None:
            return None
        rest = rise - slope * h
        if abs(rest / h) < half:
            low, before = h, rest
        else:
            high, after = h, rest
        if abs(after - before) <= max(LEFT * abs(after), quiet):
            return None
    return Jump(low, abs(after - before), slope)


def _rise(ask: Ask, centre: Any, h: Any) -> Any:
    """How much f rises from x to x + h, the mean of both sides where both are asked; None without a value."""
    answer = yield from ask(h)
    if answer is None:
        return None
    values = answer[1]
    return (values[0] - values[1]) / 2 if len(values) > 1 else values[0] - centre


def _power(moves: list[Any], steps: list[Any]) -> float | None:
    """p, if the newest three of the moves fall like h^p; None if they do not follow a power."""
    if len(moves) < 3 or not all(moves[:3]):
        return None
    powers = [log(abs(moves[i + 1] / moves[i])) / log(steps[i + 1] / steps[i]) for i in (0, 1)]
    return powers[0] if abs(powers[0] - powers[1]) < ALIKE else None
