"""mpmath's working precision, which a process has once: raised by one thread at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import RLock
from typing import Any, ParamSpec, TypeVar

__all__ = ["one_at_a_time", "working_bits", "working_digits"]

P = ParamSpec("P")
R = TypeVar("R")

# Another thread that raises or restores the precision meanwhile changes the digits of this one's numbers.
_ONE_AT_A_TIME = RLock()


@contextmanager
def working_digits(digits: int) -> Iterator[Any]:
    """mpmath at this many decimal digits, for the length of a with block; yields its context.

    Other threads that ask for digits wait until the block ends.

    >>> with working_digits(30) as mp:
    ...     print(mp.mpf(1) / 3)
    0.333333333333333333333333333333
    """
    import mpmath

    with _ONE_AT_A_TIME, mpmath.workdps(digits):
        yield mpmath.mp


@contextmanager
def working_bits(bits: int) -> Iterator[Any]:
    """The same with the precision in bits.

    >>> with working_bits(10) as mp:
    ...     print(float(mp.mpf(1) / 3))
    0.33349609375
    """
    import mpmath

    with _ONE_AT_A_TIME, mpmath.workprec(bits):
        yield mpmath.mp


def one_at_a_time(function: Callable[P, R]) -> Callable[P, R]:
    """The function, called by one thread at a time, and by none in a block above: for those that ask SymPy.

    SymPy raises mpmath's precision whenever it works out a number.

    >>> one_at_a_time(abs)(-3)
    3
    """

    @wraps(function)
    def alone(*args: P.args, **kwargs: P.kwargs) -> R:
        with _ONE_AT_A_TIME:
            return function(*args, **kwargs)

    return alone
