"""What a twin is: SciPy's own function for plain arguments, ours where one of them is active."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from diffkit.tape.active import gather, is_active

__all__ = ["twin"]

Function = Callable[..., Any]


def twin(original: Function) -> Callable[[Function], Function]:
    """Declare the twin of a SciPy function, under its name.

    Examples
    --------
    >>> import scipy.special
    >>> softmax = twin(scipy.special.softmax)(lambda x: np.exp(x) / np.sum(np.exp(x)))
    >>> softmax(np.array([1000.0, 1000.0]))  # SciPy's, which does not overflow
    array([0.5, 0.5])
    """

    def declare(ours: Function) -> Function:
        @wraps(ours)
        def call(*args: Any, **keywords: Any) -> Any:
            args = tuple(map(_gathered, args))
            keywords = {name: _gathered(value) for name, value in keywords.items()}
            followed = any(map(_is_followed, (*args, *keywords.values())))
            return (ours if followed else original)(*args, **keywords)

        return call

    return declare


def _gathered(value: Any) -> Any:
    """A list, or an array of objects, as one active value where it holds any."""
    if isinstance(value, list):
        objects = np.array(value, dtype=object)
        return gather(objects) if any(map(is_active, objects.ravel())) else value
    return gather(value) if isinstance(value, np.ndarray) and value.dtype == object else value


def _is_followed(value: Any) -> bool:
    return is_active(value) or (isinstance(value, tuple) and any(map(_is_followed, value)))
