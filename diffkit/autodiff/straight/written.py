"""Text that diffkit writes for itself, made a function: the one place where text becomes code.

The text is put together from numbered names (v1, f2, c3), operators and keywords that stand in our own
tables. Functions, constants and keys of the user's program are bound to such names: no text of anybody
else's is in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

__all__ = ["Names", "made"]


class Names:
    """What a text refers to, by short names that it hands out.

    Examples
    --------
    >>> names = Names()
    >>> names.function(len), names.constant(7), names.function(len)
    ('f0', 'c0', 'f0')
    """

    def __init__(self) -> None:
        self.bound: dict[str, Any] = {}
        self._known: dict[tuple[str, int], str] = {}
        self._counts: Counter[str] = Counter()

    def function(self, value: Any) -> str:
        """The name of a function."""
        return self._name("f", value)

    def constant(self, value: Any) -> str:
        """The name of a constant."""
        return self._name("c", value)

    def _name(self, letter: str, value: Any) -> str:
        key = letter, id(value)  # bound below, so that no other object gets this id
        if key not in self._known:
            name = self._known[key] = f"{letter}{self._counts[letter]}"
            self._counts[letter] += 1
            self.bound[name] = value
        return self._known[key]


def made(name: str, text: str, names: Names) -> Callable[..., Any]:
    """The function of this name that the text defines.

    >>> made("twice", "def twice(v0):\\n    return v0 + v0", Names())(3)
    6
    """
    namespace = dict(names.bound)
    exec(compile(text, f"<{name}>", "exec"), namespace)
    found: Callable[..., Any] = namespace[name]
    return found
