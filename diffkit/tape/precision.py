"""NumPy's arithmetic in another precision: float16, float32 and longdouble."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from diffkit.errors import DiffkitError, NoRuleError
from diffkit.structure import as_leaf
from diffkit.tape.arithmetic import PLAIN, Arithmetic, name_of

__all__ = ["FLOAT16", "FLOAT32", "LONGDOUBLE", "Precision"]


class Precision(Arithmetic):
    """The program in one floating-point type: inputs, constants and all that comes out of them.

    A constant 0.1 is rounded to the type, and no constant or array of whole numbers widens a result; whole
    numbers stay what they are. Complex numbers have the type's complex twin (complex64 for float16).

    Examples
    --------
    Where the constants of f are Python's numbers it is f on an input of this type:

    >>> import diffkit as dk
    >>> f = lambda x: 0.1 * x / (1 + x**2)
    >>> dk.record(f, 3.0).replay(3.0, arithmetic="float32"), f(np.float32(3.0))
    (np.float32(0.030000001), np.float32(0.030000001))
    """

    def __init__(self, dtype: Any) -> None:
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        self.complex = np.result_type(self.dtype, np.complex64)
        self.name = self.dtype.type.__name__
        self.instead = "'float32'" if self.dtype.itemsize < 4 else "'numpy' or 'mpmath'"

    def leaf(self, value: Any) -> Any:
        return self._cast(as_leaf(value))

    def constant(self, value: Any) -> Any:
        if isinstance(value, np.dtype):  # of x.astype(float): no width of its own
            return self._width(value)
        return value if isinstance(value, tuple | list) else self._cast(value)

    def call(self, function: Callable[..., Any], args: Any, keywords: Mapping[str, Any]) -> Any:
        if keywords.get("dtype") is not None:
            keywords = {**keywords, "dtype": self._width(np.dtype(keywords["dtype"]))}
        try:
            return self._cast(PLAIN.get(function, function)(*args, **keywords))
        except TypeError as error:
            if isinstance(error, DiffkitError):
                raise
            raise NoRuleError(
                f"{name_of(function)} does not take {self.name} numbers; replay in {self.instead}"
            ) from error

    def _width(self, dtype: np.dtype[Any]) -> np.dtype[Any]:
        return {"f": self.dtype, "c": self.complex}.get(dtype.kind, dtype)

    def _cast(self, value: Any) -> Any:
        if isinstance(value, tuple):  # of a function with several results
            parts = map(self._cast, value)
            return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
        if value.__class__ in (float, complex):
            value = np.asarray(value)[()]
        dtype = getattr(value, "dtype", None)
        if dtype is None or self._width(dtype) == dtype:
            return value
        return value.astype(self._width(dtype))


FLOAT16 = Precision(np.float16)
FLOAT32 = Precision(np.float32)
LONGDOUBLE = Precision(np.longdouble)
