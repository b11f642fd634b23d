"""A worked example as a row: what is computed, what the textbook says, and how near counts as equal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffkit.tables import value_text

__all__ = ["ULPS", "Check", "Example", "Expected", "checked", "exactly", "shown", "ulps", "within"]

EPS = 2.0**-52
ULPS = 4  # the roundings of a few operations, by which two right programs differ


@dataclass(frozen=True)
class Expected:
    """What a textbook says: a number, a text, a truth value, or lists and mappings of them.

    Attributes
    ----------
    value
        As it stands there.
    ulps
        Each number may be off by so many spacings of the floats near it,
    absolute
        and by so much besides.
    """

    value: Any
    ulps: float = ULPS
    absolute: float = 0.0

    @property
    def tolerance(self) -> str:
        """The tolerance in words; empty where there is no number."""
        if not _has_number(self.value):
            return ""
        parts = [f"{self.ulps:g} ulps"] * bool(self.ulps) + [f"± {self.absolute:.1g}"] * bool(self.absolute)
        return " ".join(parts) or "exact"

    def agrees(self, got: Any) -> bool:
        """Whether what was found is this; a number is never a truth value, nor a text."""
        return _agree(self.value, got, self.ulps * EPS, self.absolute)


def exactly(value: Any) -> Expected:
    """Every bit as it stands.

    >>> exactly(0.3).agrees(0.1 + 0.2), Expected(0.3).agrees(0.1 + 0.2)
    (False, True)
    """
    return Expected(value, ulps=0)


def within(value: Any, absolute: float) -> Expected:
    """Not further than so much from what stands there."""
    return Expected(value, ulps=0, absolute=absolute)


def ulps(value: Any, count: float) -> Expected:
    """Within so many spacings: a long program rounds often."""
    return Expected(value, ulps=count)


def _agree(value: Any, got: Any, relative: float, absolute: float) -> bool:
    got = _plain(got)
    if isinstance(value, Mapping):
        return (
            isinstance(got, Mapping)
            and value.keys() == got.keys()
            and all(_agree(part, got[key], relative, absolute) for key, part in value.items())
        )
    if isinstance(value, list | tuple):
        return (
            isinstance(got, list | tuple)
            and len(value) == len(got)
            and all(_agree(*pair, relative, absolute) for pair in zip(value, got, strict=True))
        )
    if _is_number(value) and _is_number(got):
        return bool(abs(got - value) <= absolute + relative * abs(value))
    return type(value) is type(got) and bool(value == got)


def _plain(value: Any) -> Any:
    """Arrays as lists, NumPy's numbers as Python's."""
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _has_number(value: Any) -> bool:
    if isinstance(value, Mapping | list | tuple):
        return any(map(_has_number, value.values() if isinstance(value, Mapping) else value))
    return _is_number(value)


@dataclass(frozen=True)
class Example:
    """A row of the textbooks.

    Attributes
    ----------
    number
        Its place in the list.
    title, setting
        What it shows, and of which function where.
    found
        Computes it with diffkit: the values by name.
    expected
        The same names with the values that the textbook has; a bare one means a few ulps.
    aside
        Whether another process does the work, so that it goes on beside the other examples.
    """

    number: int
    title: str
    setting: str
    found: Callable[[], Mapping[str, Any]]
    expected: Mapping[str, Any]
    aside: bool = False


@dataclass(frozen=True)
class Check:
    """One value of an example: what is expected, within what, what was got, and whether they agree."""

    name: str
    expected: Any
    tolerance: str
    got: Any
    ok: bool


def checked(example: Example) -> tuple[tuple[Check, ...], str]:
    """The values of an example, computed and held against the textbook; and what went wrong, or nothing.

    An example that raises, or that lacks a value, differs in it.

    >>> checked(Example(0, "a sum", "1 + 1", lambda: {"sum": 1 + 1}, {"sum": 2}))
    ((Check(name='sum', expected=2, tolerance='4 ulps', got=2, ok=True),), '')
    """
    try:
        found, error = example.found(), ""
    except Exception as raised:
        found, error = {}, f"{type(raised).__name__}: {' '.join(str(raised).split())}"
    checks = []
    for name, value in example.expected.items():
        wanted = value if isinstance(value, Expected) else Expected(value)
        ok = name in found and wanted.agrees(found[name])
        checks.append(Check(name, wanted.value, wanted.tolerance, found.get(name), ok))
    return tuple(checks), error


def shown(value: Any) -> str:
    """A value of an example as text: every digit, whole numbers as such.

    >>> shown([5.0, 0.1, None]), shown("6*x"), shown({"x": True})
    ('(5, 0.1, -)', '6*x', 'x=True')
    """
    return value_text(_plain(value), _number)


def _number(value: Any) -> str:
    value = _plain(value)
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
