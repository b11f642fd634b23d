"""Where a rule holds, written beside it: the calls and the intervals on which the tests try a row.

elementwise(np.arccosh, lambda y, x: ..., domain=[((1.2, 3.0),)])
linear(np.roll, pull, examples=[example(Array(2, 3), 1, axis=0)])
array_rule(np.linalg.cholesky, (push, pull), examples=[example(Array(3, 3, made=positive_definite))])
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["USUAL", "Array", "Box", "Example", "example"]

# An interval for each operand, or the number that it has to be.
Box = tuple[tuple[float, float] | float, ...]
# Where an elementwise row holds when it says nothing; the second where the function has values there.
USUAL = ((0.2, 0.9), (-0.9, -0.2))


@dataclass(frozen=True)
class Array:
    """An operand of an example: any array of this shape, passed through `made` where not every one will do.

    Examples
    --------
    >>> Array(2, 3).shape
    (2, 3)
    """

    shape: tuple[int, ...]
    made: Callable[[Any], Any] | None

    def __init__(self, *shape: int, made: Callable[[Any], Any] | None = None) -> None:
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "made", made)


@dataclass(frozen=True)
class Example:
    """A call of a function: operands that are an Array (also inside a list) are differentiated."""

    operands: tuple[Any, ...]
    keywords: dict[str, Any]


def example(*operands: Any, **keywords: Any) -> Example:
    """The call `function(*operands, **keywords)` as an example for its row."""
    return Example(operands, keywords)
