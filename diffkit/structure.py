"""A nested argument as one flat list of leaves, and back: what dicts, lists and tuples are to us."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from numbers import Number
from typing import Any

import numpy as np

__all__ = ["Structure", "as_leaf", "flatten", "flatten_arguments", "is_array_like", "is_foreign"]


@dataclass(frozen=True)
class Structure:
    """The shape of a nested value: a leaf (kind None), or a container of structures.

    A list or tuple of plain numbers is an array, as everywhere in NumPy, and so a leaf; a list of
    arrays is a container. Named tuples and dicts are always containers.
    """

    kind: type | None = None
    keys: tuple[Any, ...] = ()
    children: tuple[Structure, ...] = ()

    @cached_property
    def flat(self) -> bool:
        """Whether it is a list or tuple of leaves: the usual case, and a quick one."""
        return self.kind in (list, tuple) and all(child.kind is None for child in self.children)

    def build(self, leaves: Sequence[Any] | Iterator[Any]) -> Any:
        """The nested value of this structure with these leaves."""
        if self.flat and leaves.__class__ is list:
            return self.kind(leaves)  # type: ignore[misc]
        supply = iter(leaves)
        if self.kind is None:
            return next(supply)
        items = [child.build(supply) for child in self.children]
        if self.keys:
            return dict(zip(self.keys, items, strict=True))
        if hasattr(self.kind, "_fields"):
            return self.kind(*items)
        return self.kind(items) if self.kind is not dict else {}


LEAF = Structure()


def flatten(value: Any, is_leaf: Callable[[Any], bool] = lambda value: False) -> tuple[list[Any], Structure]:
    """The leaves of a nested value in reading order, and the structure that rebuilds it.

    Examples
    --------
    >>> leaves, structure = flatten({"w": np.ones(2), "b": 0.5})
    >>> leaves
    [array([1., 1.]), 0.5]
    >>> structure.build([1, 2])
    {'w': 1, 'b': 2}
    """
    if is_leaf(value) or not isinstance(value, Mapping | list | tuple) or is_array_like(value):
        return [value], LEAF
    keys = tuple(value) if isinstance(value, Mapping) else ()
    parts = [flatten(item, is_leaf) for item in (value.values() if isinstance(value, Mapping) else value)]
    kind = dict if isinstance(value, Mapping) else type(value)
    leaves = [leaf for part, _ in parts for leaf in part]
    return leaves, Structure(kind, keys, tuple(structure for _, structure in parts))


def flatten_arguments(arguments: tuple[Any, ...]) -> tuple[list[Any], Structure]:
    """The leaves of a function's arguments, and the structure of their tuple, which is never an array."""
    if all(argument.__class__ in _PLAIN for argument in arguments):
        return list(arguments), _leaves(len(arguments))
    parts = [flatten(argument) for argument in arguments]
    leaves = [leaf for part, _ in parts for leaf in part]
    return leaves, Structure(tuple, (), tuple(structure for _, structure in parts))


_PLAIN = frozenset({float, int, np.ndarray, np.float64})


@lru_cache(maxsize=64)
def _leaves(count: int) -> Structure:
    return Structure(tuple, (), (LEAF,) * count)


def is_array_like(value: Any) -> bool:
    """Whether a list or tuple holds nothing but plain numbers, however deep."""
    if isinstance(value, Mapping) or hasattr(value, "_fields"):
        return False
    if isinstance(value, list | tuple):
        return len(value) > 0 and all(is_array_like(item) for item in value)
    return isinstance(value, Number | np.number | np.bool_)


def is_foreign(value: Any) -> bool:
    """Whether a value takes NumPy's calls into its own hands, as active values do."""
    return hasattr(value, "__array_ufunc__") and not isinstance(value, np.ndarray | np.generic)


def as_leaf(value: Any) -> Any:
    """A number as a Python float (float32 and complex keep their type), an array_like as a float array.

    Integers become float64, since derivatives live in the real numbers.
    """
    if value.__class__ is float or (value.__class__ is np.ndarray and value.dtype.kind in "fc"):
        return value
    if is_foreign(value):
        return value
    array = np.asarray(value)
    if array.dtype.kind in "biu":
        array = array.astype(np.float64)
    if array.ndim == 0 and not isinstance(value, np.ndarray):
        return float(array) if array.dtype == np.float64 else array[()]
    return array
