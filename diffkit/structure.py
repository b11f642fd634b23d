"""A nested argument as one flat list of leaves, and back: what dicts, lists and tuples are to us."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cached_property, lru_cache
from itertools import zip_longest
from numbers import Integral, Number
from typing import Any

import numpy as np

__all__ = [
    "Structure",
    "as_leaf",
    "flatten",
    "flatten_arguments",
    "is_array_like",
    "is_container",
    "is_foreign",
]


class _Constant:
    """The kind of a part that is no leaf and stays as it is."""


@dataclass(frozen=True)
class Structure:
    """The shape of a nested value: a leaf (kind None), a constant, or a container of structures.

    A list or tuple of plain numbers is an array, as everywhere in NumPy, and so a leaf; a list of
    arrays is a container. Named tuples, dicts and dataclasses are always containers. Inside a container
    None is a constant; inside a dataclass, or a named tuple with declared types, so are texts, functions and
    all else that is no number, and the whole numbers and truth values of a field that is declared as such.

    `keys` are those of a dict, the fields of a dataclass, or the value of a constant.
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
        if self.kind is _Constant:
            return self.keys[0]
        items = [next(supply) if child.kind is None else child.build(supply) for child in self.children]
        if self.kind is tuple or self.kind is list:
            return self.kind(items)
        if self.kind is dict:
            return dict(zip(self.keys, items, strict=True))
        if is_dataclass(self.kind):
            return _with_fields(self.kind, zip(self.keys, items, strict=True))
        if hasattr(self.kind, "_fields"):
            return self.kind(*items)
        return self.kind(items)

    def leaves_of(self, value: Any) -> list[Any]:
        """The leaves of a value that is nested like this, where None stands for None in all leaves below.

        Raises
        ------
        ValueError
            If the value is nested in another way.

        Examples
        --------
        >>> structure = flatten({"w": np.ones(2), "b": [np.ones(2), 0.5]})[1]
        >>> structure.leaves_of({"w": 1, "b": None})
        [1, None, None]
        """
        if self.kind is None:
            return [value]
        if self.kind is _Constant and value is not None and value != self.keys[0]:
            raise ValueError(f"{value!r} is not {self.keys[0]!r}")
        if value is None or self.kind is _Constant:
            items: list[Any] = [None] * len(self.children)
        elif self.kind is dict:
            if not isinstance(value, Mapping) or set(value) != set(self.keys):
                raise ValueError(f"not a dict with the keys {list(self.keys)}")
            items = [value[key] for key in self.keys]
        elif is_dataclass(self.kind):
            if not isinstance(value, self.kind):
                raise ValueError(f"not of type {self.kind.__name__}")
            items = [getattr(value, key) for key in self.keys]
        else:
            # A list of numbers is an array, and once it is followed it looks like one.
            nested = isinstance(value, list | tuple) or (is_foreign(value) and np.ndim(value))
            if not nested or len(value) != len(self.children):
                raise ValueError(f"not a {self.kind.__name__} of {len(self.children)}")
            items = list(value)
        return [
            leaf for child, item in zip(self.children, items, strict=True) for leaf in child.leaves_of(item)
        ]


LEAF = Structure()


def _with_fields(kind: type, items: Iterable[tuple[str, Any]]) -> Any:
    """An object with these fields: __init__ and __post_init__, which may check or compute, are not run."""
    made: Any = object.__new__(kind)
    for name, item in items:
        object.__setattr__(made, name, item)
    return made


def flatten(
    value: Any,
    is_leaf: Callable[[Any], bool] = lambda value: False,
    is_array: Callable[[Any], bool] | None = None,
    declared: Mapping[str, Any] | None = None,
) -> tuple[list[Any], Structure]:
    """The leaves of a nested value in reading order, and the structure that rebuilds it.

    `is_array` says which lists are leaves, `is_array_like` by default; `declared` are the types of the
    fields of the dataclass or named tuple around, where there is one.

    Examples
    --------
    >>> leaves, structure = flatten({"w": np.ones(2), "b": 0.5})
    >>> leaves
    [array([1., 1.]), 0.5]
    >>> structure.build([1, 2])
    {'w': 1, 'b': 2}
    """
    if is_leaf(value) or not is_container(value) or (is_array or is_array_like)(value):
        return [value], LEAF
    kind: Any = dict if isinstance(value, Mapping) else type(value)
    types = _declared_types(kind)
    if is_dataclass(kind):
        keys = tuple(field.name for field in fields(kind) if hasattr(value, field.name))
        items = [getattr(value, name) for name in keys]
    else:
        keys = tuple(value) if kind is dict else ()
        items = list(value.values() if kind is dict else value)
    inside = declared if types is None else types  # a list of names in a dataclass is constant, too
    names = (keys or getattr(kind, "_fields", ())) if types else ()
    parts = [
        ([], Structure(_Constant, (item,)))
        if item is None or (inside is not None and _is_constant(item, types and types.get(name)))
        else flatten(item, is_leaf, is_array, inside)
        for item, name in zip_longest(items, names)
    ]
    leaves = [leaf for part, _ in parts for leaf in part]
    return leaves, Structure(kind, keys, tuple(structure for _, structure in parts))


def is_container(value: Any) -> bool:
    """Whether a value is a mapping, list, tuple or dataclass, and no number or array."""
    return isinstance(value, Mapping | list | tuple) or (is_dataclass(value) and not isinstance(value, type))


@lru_cache(maxsize=256)
def _declared_types(kind: Any) -> Mapping[str, Any] | None:
    """The types that a dataclass or named tuple declares for its fields; None for other containers."""
    if is_dataclass(kind):
        return {field.name: field.type for field in fields(kind)}
    types = getattr(kind, "__annotations__", {}) if hasattr(kind, "_fields") else {}
    return {name: getattr(type_, "__forward_arg__", type_) for name, type_ in types.items()} or None


def _is_constant(item: Any, declared: Any) -> bool:
    """Whether a field of a dataclass, or what a list in it holds, is nothing to differentiate by."""
    if isinstance(item, Integral | np.bool_):
        return declared in _WHOLE or isinstance(item, Enum)
    numbers = isinstance(item, Number) or any(hasattr(item, name) for name in ("__float__", "__array__"))
    return not numbers and not is_container(item)


_WHOLE = (int, bool, int | None, bool | None, "int", "bool", "int | None", "bool | None", "Optional[int]")


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
