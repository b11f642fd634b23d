"""How large a piece of work may be that one call asks for, in one table; and how to allow more.

A slip of the finger asks for as much as a plan does: order=1000, a loop that never ends. Each of these would
take hours or all memory, so it is refused before it begins, in a sentence that names the limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from diffkit.errors import OptionError

__all__ = ["LIMITS", "beyond", "limits", "most", "require_within"]

LIMITS: Mapping[str, int] = MappingProxyType({
    "rows": 5_000_000,  # of a recorded program that are kept: more than a gigabyte
    "order": 60,  # of a derivative, by a formula or by a difference
    "nested": 12,  # of a derivative of derivatives, each three times the work of the one before
    "points": 200,  # of a stencil, whose weights are exact fractions
    "digits": 10_000,  # of a number that is worked out by mpmath
    "steps": 5_000,  # of a sweep, each with the truth in 50 digits and more
    "size": 10_000_000,  # of the array whose gradient is measured
    "n": 10_000,  # of a family whose formula is written out
})  # fmt: skip
_ALLOWED: ContextVar[Mapping[str, int]] = ContextVar("allowed", default=LIMITS)


@contextmanager
def limits(**allowed: int) -> Iterator[None]:
    """A context in which more work is allowed than by `LIMITS`, or less.

    Parameters
    ----------
    allowed
        New limits by their names in `LIMITS`, for the calls inside the with block.

    Raises
    ------
    OptionError
        For a name that is not in the table, or a limit that is no whole number from 1 on.

    Examples
    --------
    >>> import diffkit as dk
    >>> with dk.limits(order=100):
    ...     dk.derivative("exp(x)", 0.0, "symbolic", order=99)
    1.0
    """
    for name, value in allowed.items():
        if name not in LIMITS:
            raise OptionError(f"no limit {name!r}; the limits are {', '.join(LIMITS)}")
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise OptionError(f"{name}={value!r} is no limit; write a whole number from 1 on")
    before = _ALLOWED.set({**_ALLOWED.get(), **allowed})
    try:
        yield
    finally:
        _ALLOWED.reset(before)


def most(name: str) -> int:
    """The limit of this name.

    >>> most("order")
    60
    """
    return _ALLOWED.get()[name]


def beyond(name: str, what: str, instead: str = "") -> str:
    """The sentence for work beyond the limit of this name.

    >>> beyond("order", "order is 1000")
    'order is 1000, and the limit is 60; with dk.limits(order=...): raises it'
    """
    return f"{what}, and the limit is {most(name)}; {f'{instead}, or ' * bool(instead)}" + (
        f"with dk.limits({name}=...): raises it"
    )


def require_within(name: str, asked: int, what: str = "", instead: str = "") -> None:
    """Raise `OptionError` where more is asked than the limit of this name.

    >>> require_within("order", 1000)
    Traceback (most recent call last):
    ...
    diffkit.errors.OptionError: order is 1000, and the limit is 60; with dk.limits(order=...): raises it
    """
    if asked > most(name):
        raise OptionError(beyond(name, f"{what or name} is {asked}", instead))
