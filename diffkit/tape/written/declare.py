"""How a NumPy function is written down that is put together from others, which have rules of their own.

    @written(np.ptp, examples=[example(Array(2, 3), axis=1)])
    def ptp(x, axis=None, ...): return np.max(x, axis) - np.min(x, axis)

It is called in place of NumPy's when an active value is among the operands, with the same arguments, and
takes active values of any trace and plain ones alike. Its examples are tried as those of a rule are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from diffkit.example import Example
from diffkit.structure import is_foreign

__all__ = ["EXAMPLES", "WRITTEN_WITH_OTHERS", "as_array", "as_type", "holds_foreign", "whole", "written"]

WRITTEN_WITH_OTHERS: dict[Any, Callable[..., Any]] = {}
EXAMPLES: dict[Any, tuple[Example, ...]] = {}

Composition = TypeVar("Composition", bound=Callable[..., Any])


def written(
    *functions: Any, examples: Iterable[Example], lists: bool = False
) -> Callable[[Composition], Composition]:
    """Declare what NumPy functions are in terms of others.

    With `lists`, a list is a list of arrays; without, one that holds active values becomes an array of them.
    """

    def register(composition: Composition) -> Composition:
        shown = tuple(examples)
        for function in functions:
            WRITTEN_WITH_OTHERS[function] = composition if lists else _of_arrays(composition)
            EXAMPLES[function] = shown
        return composition

    return register


def _of_arrays(composition: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(composition)
    def called(*args: Any, **keywords: Any) -> Any:
        keywords = {name: _one_array(value) for name, value in keywords.items()}
        return composition(*map(_one_array, args), **keywords)

    return called


def _one_array(value: Any) -> Any:
    if value.__class__ in (list, tuple) and holds_foreign(value):
        return np.stack([_one_array(item) for item in value])
    return value


def holds_foreign(value: Any) -> bool:
    """Whether active values lie in a list or tuple, however deep."""
    return isinstance(value, list | tuple) and any(is_foreign(v) or holds_foreign(v) for v in value)


def as_array(value: Any) -> Any:
    """An active value as it is, anything else as an array."""
    return value if is_foreign(value) else np.asarray(value)


def whole(value: Any) -> Any:
    """Plain whole numbers; a recording keeps those that were active as a guard."""
    from diffkit.tape import active  # which imports this room

    return np.asarray(active.whole(value))


def as_type(value: Any, dtype: Any) -> Any:
    """An array in another type, itself where that is its own or None."""
    value = as_array(value)
    return value if dtype is None or value.dtype == dtype else np.astype(value, dtype)
