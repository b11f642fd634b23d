"""The truth: f in mpmath through its tape, and its derivative at the exact binary value of x."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from diffkit.autodiff import grad
from diffkit.errors import DiffkitError, DomainError, GuardError
from diffkit.result import an_answer
from diffkit.structure import flatten_arguments
from diffkit.tape import Tape, record
from diffkit.tape.arithmetic import Arithmetic
from diffkit.tape.digits import working_digits
from diffkit.tape.objects import MPMATH

__all__ = [
    "DIGITS",
    "Exact",
    "digits_for",
    "exact_derivative",
    "exact_gradient",
    "split_error",
]

DIGITS = 50
_GUARD_DIGITS = 15
# The most numbers that are evaluated for one reference: a few seconds of mpmath.
_MOST_WORK = 500_000
# Up to so many inputs each is differenced by itself.
_FEW = 10


class Exact:
    """f in mpmath arithmetic, on numbers near a point.

    Its tapes are replayed, one for each set of branches that has been met; where none fits, f is
    recorded again. Constants of the program count with their binary values.
    """

    def __init__(self, f: Callable[..., Any]) -> None:
        self.f = f
        self.tapes: list[Tape] = []
        self._known: dict[tuple[Any, ...], Any] = {}

    def again(self, t: Any) -> Any:
        """f of one number; where it was asked before, with as many digits, as it answered then."""
        key = MPMATH.module.prec, type(t), t
        if key not in self._known:
            self._known[key] = self(t)
        return self._known[key]

    def __call__(self, *point: Any) -> Any:
        """f at this point in mpmath; DomainError where it has no real value."""
        y = an_answer(self._replayed(*point))
        if any(number != number for number in np.ravel(np.asarray(y, dtype=object))):
            raise DomainError(f"f has no real value at {', '.join(str(part)[:24] for part in point)}")
        return y

    def _replayed(self, *point: Any) -> Any:
        for tape in self.tapes:
            try:
                return tape.replay(*point, arithmetic="mpmath")
            except GuardError:
                continue
        leaves, structure = flatten_arguments(point)
        rounded = [_as_float(leaf) for leaf in leaves]
        with np.errstate(all="ignore"):  # the point may lie outside f's domain: then the replay says so
            self.tapes.append(record(self.f, *structure.build(rounded)))
        return self.tapes[-1].replay(*point, arithmetic="mpmath")


def _as_float(leaf: Any) -> Any:
    if isinstance(leaf, np.ndarray):
        return leaf.astype(float)
    return float(leaf.real)


def exact_derivative(f: Callable[..., Any], x: Any, order: int = 1, digits: int = DIGITS) -> Any:
    """The order-th derivative of f at the exact binary value of the number x, an mpmath number.

    Computed by `mpmath.diff`, a difference in raised precision, from both sides and again from one side
    alone: where the two differ, f has a corner or an infinite slope.

    Raises
    ------
    DomainError
        If f has no derivative there, or none that mpmath finds.
    NoRuleError
        If f calls a function that mpmath lacks.

    Examples
    --------
    >>> import mpmath, numpy as np
    >>> with mpmath.workdps(30):
    ...     print(exact_derivative(np.exp, 1.0))
    2.71828182845904523536028747135
    """
    return _differentiated(Exact(f), x, order, digits)


# Pairs of (direction, direction) for mpmath.diff whose answers must agree: from both sides and from the
# right, or from one side alone, with two steps, where the other leaves the domain or the branch.
_DIRECTIONS = ((0, 1), (1, 1), (-1, -1))


def _differentiated(
    exact: Callable[[Any], Any], x: Any, order: int, digits: int, checked: bool = True
) -> Any:
    reason = ""
    for directions in _DIRECTIONS:
        try:
            first = _one_sided(exact, x, order, digits + _GUARD_DIGITS, directions[0])
            if not checked:
                return _settled(exact, first, x, order, digits, directions[0])
            second = _one_sided(exact, x, order, digits + 2 * _GUARD_DIGITS, directions[1])
        except (DomainError, GuardError, ZeroDivisionError) as error:
            reason = str(error)
            continue
        with working_digits(digits + _GUARD_DIGITS) as mp:
            # A one-sided difference is right to its step, 10^-digits or so, times the next derivative.
            if abs(second - first) <= mp.mpf(10) ** (8 - digits) * (1 + abs(first)):
                return _settled(exact, first, x, order, digits, directions[0])
        reason = "its slopes on the two sides differ, or are infinite"
        break
    raise DomainError(f"f has no derivative at {x}: {reason}")


def _settled(exact: Callable[[Any], Any], found: Any, x: Any, order: int, digits: int, direction: int) -> Any:
    """A derivative by differences, and exactly 0 where it is nothing but truncation error.

    At 0 the difference of x^3 is h^2, whatever the precision: a tiny answer that shrinks with the step is 0.
    """
    with working_digits(digits) as mp:
        if abs(found) > mp.mpf(10) ** -digits:
            return found
    closer = _one_sided(exact, x, order, 3 * digits, direction)
    return found if abs(closer - found) <= abs(found) / 2 else found * 0


def split_error(formula: Any, found: Any, truth: Any) -> tuple[float, float, float]:
    """Truncation, rounding and total error of a difference, signed; the first two add up to the third.

    Parameters
    ----------
    formula
        The difference in mpmath, with the exact binary values of x and h.
    found, truth
        The difference in floating-point arithmetic, and the derivative.
    """
    number = MPMATH.leaf(found)
    return float(formula - truth), float(number - formula), float(number - truth)


def digits_for(step: float, order: int) -> int:
    """The decimal digits that keep a difference with this step exact to all digits of a float.

    As many as the cancellation takes, (order + p) log10(1/h) with p up to 6, and thirty more.
    """
    return max(DIGITS, 30 + math.ceil((order + 6) * max(1.0, -math.log10(step))))


def _one_sided(exact: Callable[[Any], Any], x: Any, order: int, digits: int, direction: int) -> Any:
    with working_digits(digits) as mp:
        return mp.diff(exact, MPMATH.leaf(x), order, direction=direction)


def exact_gradient(f: Callable[..., Any], leaves: list[Any], digits: int = DIGITS) -> list[Any]:
    """The partial derivatives of a scalar f at the exact values of its leaves, as mpmath numbers.

    One object array (or number) a leaf. Errors as for `exact_derivative`; DomainError also where the
    point has so many elements that this would take minutes.
    """
    exact = Exact(f)
    with working_digits(digits + 2 * _GUARD_DIGITS):
        point = [MPMATH.leaf(np.asarray(leaf)[()]) for leaf in leaves]
        exact(*point)
    size = sum(np.size(leaf) for leaf in leaves)
    work = _Counting()
    exact.tapes[0].replay(*leaves, arithmetic=work)
    if size > _FEW and 4 * work.count < _MOST_WORK:
        parts = _swept(f, exact, leaves, point, digits)
        if parts is not None:
            return parts
    if 2 * size * work.count > _MOST_WORK:
        raise DomainError(
            f"{size} inputs times {work.count} operations are too many for {DIGITS}-digit arithmetic"
        )
    checked = 4 * size * work.count < _MOST_WORK // 10
    parts = []
    for i, leaf in enumerate(leaves):
        part = np.empty(np.shape(leaf), dtype=object)
        for index in np.ndindex(part.shape):

            def along(t: Any, i: int = i, index: tuple[int, ...] = index) -> Any:
                moved = list(point)
                if index:
                    moved[i] = point[i].copy()
                    moved[i][index] = t
                else:
                    moved[i] = t
                return _scalar(exact(*moved))

            part[index] = _differentiated(along, np.asarray(leaf)[index], 1, digits, checked)
        parts.append(part[()])
    return parts


class _Counting(Arithmetic):
    """NumPy's arithmetic, which counts the numbers that come out of each instruction."""

    def __init__(self) -> None:
        self.count = 0

    def call(self, function: Callable[..., Any], args: Any, keywords: Mapping[str, Any]) -> Any:
        with np.errstate(all="ignore"):
            y = super().call(function, args, keywords)
        self.count += sum(map(np.size, y)) if isinstance(y, tuple) else int(np.size(y))
        return y


def _swept(
    f: Callable[..., Any], exact: Exact, leaves: list[Any], point: list[Any], digits: int
) -> list[Any] | None:
    """The gradient from one reverse sweep in mpmath; None where f itself does not confirm it.

    The sweep is only a guess. What makes it a reference is that f's slope along a random direction, a
    difference in raised precision, agrees with it to nearly all digits: no wrong component survives that.
    """
    try:
        sweep = record(grad(f, argnums=tuple(range(len(leaves)))), *leaves)
        with working_digits(digits + _GUARD_DIGITS) as mp:
            parts = [_objects(part) for part in sweep.replay(*point, arithmetic="mpmath")]
            rng = np.random.default_rng(0)
            direction = [_objects(rng.integers(1, 10**6, np.shape(leaf)) * mp.mpf(1)) for leaf in leaves]

            def along(t: Any) -> Any:
                return _scalar(exact(*(p + t * v for p, v in zip(point, direction, strict=True))))

            slope = _differentiated(along, 0.0, 1, digits)
            total = sum(np.sum(part * v) for part, v in zip(parts, direction, strict=True))
            if abs(slope - total) > mp.mpf(10) ** (8 - digits) * (1 + abs(slope)):
                return None
    except (DiffkitError, ArithmeticError, TypeError, AttributeError):
        return None  # no rule, or none that mpmath follows
    return [part[()] for part in parts]


def _objects(value: Any) -> Any:
    return np.array(value, dtype=object)


def _scalar(value: Any) -> Any:
    return value.item() if isinstance(value, np.ndarray) else value
