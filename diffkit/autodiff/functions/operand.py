"""What a twin does with the arguments that it is given, and the results that it gives back."""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.structure import is_array_like
from diffkit.tape.active import gather

__all__ = ["number", "operand"]


def operand(x: Any) -> Any:
    """An argument as NumPy takes it: a list as an array, also where it holds active values.

    Examples
    --------
    >>> operand([1, 2]), operand(3.0)
    (array([1, 2]), 3.0)
    """
    if isinstance(x, list | tuple):
        return np.asarray(x) if is_array_like(x) or not x else np.stack([operand(item) for item in x])
    return gather(x) if isinstance(x, np.ndarray) and x.dtype == np.dtype(object) else x


def number(y: Any) -> Any:
    """A result as SciPy gives it: a number where np.where has made an array without dimensions.

    Examples
    --------
    >>> float(number(np.array(2.0)))
    2.0
    """
    return y[()] if isinstance(y, np.ndarray) else y
