"""What a derivative is, and how far floating-point arithmetic may be from it: a running error analysis.

A tree is worked out in mpmath along a line, as the first three coefficients of a power series in t. Beside
each coefficient runs a bound of the error that arithmetic in floats makes in it, to first order in the unit
roundoff u (Higham, Accuracy and Stability of Numerical Algorithms, 2002, sections 3.3 and 3.8): a function
phi of v answers with phi(v (1 + d1)) (1 + d2), where |d1|, |d2| <= ULPS u, and so do its derivatives; a sum
or a product is a function as any other. Rules that are written in the result, phi' = F(phi) as in y (1 - y),
have phi'' = F'(phi) phi' with the rounding of phi in it: the second derivative errs by ULPS u |phi'|, too.
Everything is added up by its size, so that the bound holds for the orders of both modes.

Letters: `v` coefficients, `a` their bounds by size where every product counts with its absolute value, `e`
bounds of the errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import mpmath

from diffkit.functions import CONSTANTS, FUNCTIONS
from tests.trust.expressions import Tree

DIGITS = 250  # 5 points at steps of 1e-40 give three derivatives of a function to 70 digits
STEP = mpmath.mpf(10) ** -40
SMOOTH = mpmath.mpf(10) ** -20  # the most that a value or a slope changes over a step
U = mpmath.mpf(2) ** -53
ULPS = 8  # NumPy's functions have 4 at most, those of scipy.special stay within 8 of 4 in the argument
LARGEST, SMALLEST = mpmath.mpf(10) ** 40, mpmath.mpf(10) ** -40  # beyond, floats may overflow or vanish


class OutOfReach(Exception):  # noqa: N818
    """The analysis says nothing here: no real value, a corner, sizes out of range, digits lost altogether."""


@dataclass(frozen=True)
class Series:
    """v[0] + v[1] t + v[2] t^2, with the sizes and the error bounds of its coefficients."""

    v: tuple[Any, Any, Any]
    a: tuple[Any, Any, Any]
    e: tuple[Any, Any, Any]

    def __post_init__(self) -> None:
        if not all(abs(part) < LARGEST for part in (*self.a, *self.e)):
            raise OutOfReach("a coefficient is too large")
        if self.v[0] != 0 and abs(self.v[0]) + self.e[0] < SMALLEST:
            raise OutOfReach("a value is too small")

    def __add__(self, other: Series) -> Series:
        v, a, e = (
            tuple(p + q for p, q in zip(*pair, strict=True))
            for pair in ((self.v, other.v), (self.a, other.a), (self.e, other.e))
        )
        return _rounded(v, a, e)

    def __neg__(self) -> Series:
        return Series(tuple(-part for part in self.v), self.a, self.e)

    def __sub__(self, other: Series) -> Series:
        return self + -other

    def __mul__(self, other: Series) -> Series:
        v, a = _product(self.v, other.v), _product(self.a, other.a)
        e = (p + q for p, q in zip(_product(self.a, other.e), _product(self.e, other.a), strict=True))
        return _rounded(v, a, tuple(e))

    def __truediv__(self, other: Series) -> Series:
        return self * other.through(lambda v: 1 / v)

    def through(self, phi: Callable[[Any], Any]) -> Series:
        """phi of the series; only real functions with three derivatives around v[0]."""
        v, a, e = self.v, self.a, self.e
        low2, low, middle, high, high2 = (_real(phi, v[0] + k * STEP) for k in (-2, -1, 0, 1, 2))
        w0 = middle
        w1 = (8 * (high - low) - (high2 - low2)) / (12 * STEP)
        w2 = (16 * (high + low) - (high2 + low2) - 30 * middle) / (24 * STEP**2)
        w3 = ((high2 - low2) - 2 * (high - low)) / (12 * STEP**3)
        if abs(w1) * STEP > SMOOTH * (1 + abs(w0)) or abs(w2) * STEP > SMOOTH * (1 + abs(w1)):
            raise OutOfReach("a jump or a corner")
        # So far as the line through v[0] says what phi is where the floating-point number may be.
        near = max(abs(_real(phi, v[0] + side * e[0]) - w0 - side * w1 * e[0]) for side in (1, -1))
        if near > abs(w1) * e[0] / 2 + ULPS * U * abs(w0):
            raise OutOfReach("the first order does not tell how phi changes")
        s1, s2, s3 = abs(w1), 2 * abs(w2), 6 * abs(w3)  # |phi'|, |phi''|, |phi'''|
        moved = e[0] + ULPS * U * abs(v[0])  # of the argument: by its error, and of phi's own making
        return _rounded(
            (w0, w1 * v[1], w1 * v[2] + w2 * v[1] ** 2),
            (abs(w0), s1 * a[1], s1 * a[2] + s2 / 2 * a[1] ** 2),
            (
                s1 * moved,
                s1 * e[1] + s2 * a[1] * moved,
                s1 * e[2]
                + s2 * a[1] * e[1]
                + (s2 * a[2] + s3 / 2 * a[1] ** 2) * moved
                + ULPS * U * s1 * a[1] ** 2,
            ),
        )


def _product(p: Sequence[Any], q: Sequence[Any]) -> tuple[Any, Any, Any]:
    return p[0] * q[0], p[0] * q[1] + p[1] * q[0], p[0] * q[2] + p[1] * q[1] + p[2] * q[0]


def _rounded(v: Any, a: Any, e: Any) -> Series:
    size = (abs(v[0]), *a[1:])
    return Series(v, size, tuple(error + ULPS * U * s for error, s in zip(e, size, strict=True)))


def _real(phi: Callable[[Any], Any], v: Any) -> Any:
    try:
        y = phi(v)
    except (ValueError, ZeroDivisionError) as error:
        raise OutOfReach(str(error)) from error
    if isinstance(y, mpmath.mpc) or not mpmath.isfinite(y) or abs(y) > LARGEST:
        raise OutOfReach("no real value")
    return y


# -- what the functions of the parser mean -----------------------------------------------------------------

mp = mpmath.mp
MEANINGS: dict[str, Callable[[Any], Any]] = {
    "exp2": lambda x: mp.mpf(2) ** x, "log2": lambda x: mp.log(x) / mp.log(2), "square": lambda x: x * x,
    "log10": lambda x: mp.log(x) / mp.log(10), "abs": abs, "sinc": lambda x: mp.sincpi(x),
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)), "lgamma": lambda x: mp.log(abs(mp.gamma(x))),
    "logit": lambda x: mp.log(x / (1 - x)), "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "j0": lambda x: mp.besselj(0, x), "j1": lambda x: mp.besselj(1, x),
}  # fmt: skip


def meaning(name: str) -> Callable[[Any], Any]:
    """A function of one number in mpmath: of the same name there, but for the rows above."""
    first = FUNCTIONS[name].names[0]
    return MEANINGS.get(first) or getattr(mp, first)


def _atan2(y: Series, x: Series) -> Series:
    if abs(x.v[0]) > abs(y.v[0]):
        turn = 0 if x.v[0] > 0 else mp.pi if y.v[0] >= 0 else -mp.pi
        return (y / x).through(mp.atan) + _constant(turn)
    return _constant(mp.sign(y.v[0]) * mp.pi / 2) - (x / y).through(mp.atan)


def _beta(x: Series, y: Series) -> Series:
    gamma = lambda s: s.through(mp.gamma)
    return gamma(x) * gamma(y) / gamma(x + y)


def _larger(x: Series, y: Series) -> Series:
    if abs(x.v[0] - y.v[0]) <= x.e[0] + y.e[0]:
        raise OutOfReach("a tie")
    return x if x.v[0] > y.v[0] else y


def _power(x: Series, y: Series) -> Series:
    if y.a[1:] == (0, 0):
        return x.through(lambda v: v ** y.v[0])
    return (x.through(mp.log) * y).through(mp.exp)


SEVERAL: dict[str, Callable[..., Series]] = {
    "+": lambda x, y: x + y, "-": lambda x, y: x - y, "*": lambda x, y: x * y, "/": lambda x, y: x / y,
    "^": _power, "neg": lambda x: -x, "atan2": _atan2, "beta": _beta,
    "hypot": lambda x, y: (x * x + y * y).through(mp.sqrt),
    "max": lambda x, *others: _larger(x, SEVERAL["max"](*others)) if others else x,
    "min": lambda x, *others: -_larger(-x, -SEVERAL["min"](*others)) if others else x,
}  # fmt: skip


def _constant(value: Any, slope: int = 0) -> Series:
    number = mp.mpf(value)
    return Series((number, mp.mpf(slope), mp.zero), (abs(number), mp.mpf(slope), mp.zero), (mp.zero,) * 3)


def series(tree: Tree, point: Mapping[str, float], along: Sequence[str]) -> Series:
    """The tree on the line through a point where the variables `along` grow as t, the others not.

    Raises OutOfReach where the analysis says nothing.
    """
    with mp.workdps(DIGITS):
        return _series(tree, point, along)


def _series(tree: Tree, point: Mapping[str, float], along: Sequence[str]) -> Series:
    op, parts = tree
    if op == "number":
        number = CONSTANTS[parts[0]] if parts[0] in CONSTANTS else float(parts[0])
        # A formula has the simplest number that rounds to it, 1/10 for 0.1.
        return replace(_constant(number), e=(U * abs(mp.mpf(number)), mp.zero, mp.zero))
    if op == "variable":
        return _constant(point[parts[0]], int(parts[0] in along))
    operands = [_series(part, point, along) for part in parts]
    first = FUNCTIONS[op].names[0] if op in FUNCTIONS else op
    return SEVERAL[first](*operands) if first in SEVERAL else operands[0].through(meaning(first))
