"""Constants as Python source: text that reads back as the same bits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from diffkit.errors import ArgumentsError, with_article

__all__ = ["literal"]


def literal(value: Any) -> str:
    """An expression, in which NumPy is called np, that has this value.

    Raises
    ------
    ArgumentsError
        For what has no text, such as an object of the user's own.

    Examples
    --------
    >>> print(literal((0.1, -np.inf, np.float32(0.1), slice(None, 3))))
    (0.1, -np.inf, np.float32(0.1), slice(None, 3, None))
    >>> print(literal(np.array([1.0, np.nan])))
    np.array([1.0, np.nan])
    """
    kind = type(value)
    if kind in _PLAIN:
        return repr(value)
    if value is Ellipsis:
        return "..."
    if kind is float:
        return repr(value) if np.isfinite(value) else _unlimited(value)
    if kind is complex:
        return _complex(value)
    if isinstance(value, np.generic):
        return _scalar(value)
    if kind is np.ndarray:
        return _array(value)
    if isinstance(value, np.dtype):
        return f"np.dtype({value.str!r})" if value.names is None else f"np.dtype({value.descr!r})"
    if isinstance(value, type):
        return _class(value)
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{literal(k)}: {literal(v)}' for k, v in value.items())}}}"
    if kind is slice:
        return f"slice({literal(value.start)}, {literal(value.stop)}, {literal(value.step)})"
    if kind is range:
        return repr(value)
    raise _untold(value)


_PLAIN = frozenset({bool, int, str, bytes, type(None)})


def _unlimited(value: float) -> str:
    return "np.nan" if np.isnan(value) else "np.inf" if value > 0 else "-np.inf"


def _complex(value: complex) -> str:
    # 2 + 1j would turn a real part of -0 into 0, and an inf beside it into nan.
    if value.real == 0 and not np.signbit(value.real) and 0 <= value.imag < np.inf:
        return repr(complex(0, value.imag)) if not np.signbit(value.imag) else "complex(0.0, -0.0)"
    return f"complex({literal(value.real)}, {literal(value.imag)})"


def _scalar(value: np.generic) -> str:
    name = _dtype(value.dtype)
    if value.dtype.kind in "biu":
        return f"{name}({value.item()!r})"
    if value.dtype.kind in "fc":
        return f"{name}({_element(value)})" if value.dtype.char != "G" else f"{_array(np.asarray(value))}[()]"
    if value.dtype.kind in "US":
        return f"np.{type(value).__name__}({value.item()!r})"
    raise _untold(value)


def _element(value: Any) -> str:
    """A real or complex NumPy number as what its own type, or an array of it, reads."""
    if value.dtype.kind == "c":
        return _complex(complex(value))
    if value.dtype.char == "g":  # more digits than Python's own numbers hold
        return repr(np.format_float_scientific(value, unique=True, trim="0"))
    if not np.isfinite(value) or value.dtype == np.float64:
        return literal(float(value))
    # 0.1, where the float32 itself is 0.10000000149011612
    shortest = repr(float(np.format_float_scientific(value, unique=True, trim="0")))
    return shortest if value.dtype.type(float(shortest)) == value else repr(float(value))


def _array(value: np.ndarray[Any, Any]) -> str:
    kind = value.dtype.kind
    told = "" if value.dtype in _TOLD else f", dtype={_dtype(value.dtype)}"
    if kind not in "biufcUS":
        raise _untold(value)
    if not value.size:
        return f"np.zeros({value.shape!r}, dtype={_dtype(value.dtype)})"
    if value.dtype.char == "G":
        shape = f".reshape({value.shape!r})"
        return f"np.frombuffer({value.tobytes()!r}, dtype=np.clongdouble){shape}"
    return f"np.array({_nested(value)}{told})"


# What np.array takes Python's own numbers for.
_TOLD = (np.dtype(np.float64), np.dtype(np.complex128), np.dtype(np.int64), np.dtype(bool))


def _dtype(dtype: np.dtype[Any]) -> str:
    if dtype.char in _LONG:  # called float128 or float96 elsewhere
        return _LONG[dtype.char]
    return f"np.{dtype.name}" if dtype.kind in "biufc" and dtype.isnative else literal(dtype)


_LONG = {"g": "np.longdouble", "G": "np.clongdouble"}


def _nested(value: Any) -> str:
    if value.ndim:
        return f"[{', '.join(map(_nested, map(np.asarray, value)))}]"
    return _element(value[()]) if value.dtype.kind in "fc" else repr(value.item())


def _class(value: type) -> str:
    if value in (bool, int, float, complex, str):
        return value.__name__
    if getattr(np, value.__name__, None) is value:
        return f"np.{value.__name__}"
    raise _untold(value)


def _untold(value: Any) -> ArgumentsError:
    object_array = isinstance(value, np.ndarray) and value.dtype == object
    what = "an object array" if object_array else with_article(type(value).__name__)
    return ArgumentsError(
        f"no source: the tape holds {what}, {value!r:.60}, which has no text in NumPy; let f use numbers, "
        f"arrays and texts instead"
    )
