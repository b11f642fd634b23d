"""How the numbers of a study are worded, in its table and in CSV and JSON."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

__all__ = [
    "csv_text",
    "digits_text",
    "error_text",
    "json_ready",
    "list_text",
    "seconds_text",
    "value_text",
]

MOST_SHOWN = 6  # entries of a list that is still written whole: a line of text holds no more


def csv_text(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Comma-separated values, an empty cell for None."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([["" if cell is None else cell for cell in row] for row in rows])
    return out.getvalue()


def _all_digits(value: Any) -> str:
    try:
        return repr(float(value))
    except (TypeError, ValueError):  # a text or a function in a dataclass
        return str(getattr(value, "__name__", repr(value)))


def value_text(value: Any, number: Callable[[Any], str] = _all_digits) -> str:
    """A number with all its digits; a long array by its first entries; a dataclass by its fields.

    Examples
    --------
    >>> value_text({"w": np.arange(2.0), "b": (3, None)})
    'w=[0.0, 1.0], b=(3.0, -)'
    """
    if value is None:
        return "-"
    if value is not (named := _by_name(value)):
        return f"{type(value).__name__}({value_text(named, number)})"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={value_text(v, number)}" for name, v in value.items())
    if isinstance(value, list | tuple):
        return "(" + ", ".join(value_text(v, number) for v in value) + ")"
    return list_text([number(v) for v in np.ravel(value)]) if np.ndim(value) else number(value)


def _by_name(value: Any) -> Any:
    """A dataclass as the mapping of its fields; anything else as it is."""
    if not is_dataclass(value) or isinstance(value, type):
        return value
    return {field.name: getattr(value, field.name) for field in fields(value) if hasattr(value, field.name)}


def list_text(entries: Sequence[str]) -> str:
    """A list: whole when it is short, otherwise its first three entries and how many there are.

    Examples
    --------
    >>> list_text("abcdefgh")
    '[a, b, c, ... 8 values]'
    """
    if len(entries) <= MOST_SHOWN:
        return f"[{', '.join(entries)}]"
    return f"[{', '.join(entries[:3])}, ... {len(entries)} values]"


def error_text(error: float | None) -> str:
    """An error or a step with three digits; 0 where it is exactly zero, - where there is none."""
    if error is None or math.isnan(error):
        return "-"
    return "0" if error == 0 else f"{error:.2e}"


def digits_text(digits: float | None) -> str:
    """Correct digits with one decimal, never rounded up."""
    return "-" if digits is None else f"{math.floor(digits * 10) / 10:.1f}"


def seconds_text(seconds: float | None) -> str:
    """A time in the unit that suits it."""
    if seconds is None:
        return "-"
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"


def json_ready(value: Any) -> Any:
    """The value in JSON's types: arrays as lists, dataclasses as objects, what is not finite as null."""
    value = _by_name(value)
    if isinstance(value, Mapping):
        return {str(key): json_ready(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_ready(item) for item in value]
    if isinstance(value, np.ndarray):
        return json_ready(value.tolist())
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    value = value.item() if isinstance(value, np.generic) else value
    return value if value is None or isinstance(value, str | int) else value_text(value)
