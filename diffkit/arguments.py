"""What a function takes, against what it is given: a refusal in one sentence, and names for the leaves."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from numbers import Number
from typing import Any

import numpy as np

from diffkit.allowance import require_within
from diffkit.errors import ArgumentsError, DomainError
from diffkit.structure import Structure, as_leaf

__all__ = [
    "argument_names",
    "checked_count",
    "checked_leaf",
    "leaf_names",
    "require_by_position",
    "require_one_variable",
    "require_variables",
]


def checked_count(value: Any, name: str) -> int:
    """A whole number from 1 on, within the limit of its name; ArgumentsError or OptionError otherwise.

    >>> checked_count(2, "order")
    2
    """
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
        raise ArgumentsError(f"{name} is {value!r}; write a whole number from 1 on")
    require_within(name, int(value))
    return int(value)


def checked_leaf(value: Any, name: str) -> Any:
    """A number or array of the point as NumPy floats; DomainError or ArgumentsError names what is wrong."""
    if isinstance(value, str | bytes) or value is None:
        raise ArgumentsError(f"{name} is {value!r}; write a number or an array of numbers")
    try:
        leaf = np.asarray(as_leaf(value))
    except ValueError as error:
        raise ArgumentsError(f"{name} is not an array of numbers: {error}") from error
    if leaf.dtype.kind == "c":
        raise DomainError(f"{name} is complex ({str(value)[:40]}); write a real point")
    if leaf.dtype.kind == "O" and isinstance(value, int):
        raise DomainError(
            f"{name} is a whole number of {len(str(abs(value)))} digits; a float holds no more than 1.8e308"
        )
    if leaf.dtype.kind != "f":
        instead = f"float({name})" if isinstance(value, Number) else "real numbers"
        raise ArgumentsError(f"{name} is {str(value)[:40]!r} of type {type(value).__name__}; write {instead}")
    if np.ma.is_masked(value):
        raise ArgumentsError(f"{name} has masked elements; write {name}.compressed() or {name}.filled(...)")
    if not np.all(np.isfinite(leaf)):
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(leaf))[0])
        element = f"{name}[{', '.join(map(str, where))}]" if where else name
        raise DomainError(f"{element} is {leaf[where]}; write a finite point")
    if leaf.dtype.byteorder not in "=|":
        leaf = leaf.astype(leaf.dtype.newbyteorder("="))
    return leaf[()]


def require_variables(g: Any, count: int, point: tuple[Any, ...] = ()) -> None:
    """Raise ArgumentsError where a text, SymPy expression or callable takes another number of arguments."""
    variables = getattr(g, "variables", None)
    if variables is not None:
        if not variables:  # a constant takes any point
            return
        by_name = count == 1 and point and isinstance(point[0], Mapping)
        given = [str(name) for name in point[0]] if by_name else [""] * count
        if sorted(given) != sorted(variables) if by_name else len(given) != len(variables):
            got = (", ".join(given) or "nothing") if by_name else len(given)
            example = "{" + ", ".join(f'"{name}": ...' for name in variables) + "}"
            raise ArgumentsError(
                f"f has {len(variables)} variable{'s' * (len(variables) != 1)} ({', '.join(variables)}) and "
                f"{got} {'was' if len(given) < 2 else 'were'} given; write gradient(f, {example})"
            )
        for name, value in point[0].items() if by_name else ():
            if value is None:  # which would be no variable at all in the point of a callable
                checked_leaf(value, str(name))
        return
    try:
        signature = inspect.signature(g)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(*range(count))
    except TypeError as error:
        name = getattr(g, "__name__", "f")
        arguments = f"{count} argument{'s' * (count != 1)}"
        raise ArgumentsError(
            f"{name}{signature} cannot be called with {arguments}: {error}{_one_by_one(g, point)}"
        ) from error


def _one_by_one(g: Any, point: tuple[Any, ...]) -> str:
    """What to write for a point whose arguments all came in one container; empty for any other."""
    given: Any = point[0] if len(point) == 1 else None
    names = _parameter_names(g)
    if isinstance(given, Mapping):
        values = [given[name] for name in names] if set(given) == set(names) else []
    else:
        values = list(given) if isinstance(given, list | tuple) or np.ndim(given) == 1 else []
    if not values or len(values) != len(names):
        return ""
    by_order = ", ".join(str(value)[:20] for value in values)
    return f"; write its arguments one by one: gradient({_name(g)}, {by_order})"


def require_one_variable(g: Any, x: Any, second: Any) -> None:
    """Raise ArgumentsError where f takes several numbers and the second came where the method stands."""
    if isinstance(second, str) or not np.isscalar(second):
        return  # before the signature is read, which takes longer
    variables = getattr(g, "variables", None)
    names = list(_parameter_names(g, required=True) if variables is None else variables)
    if len(names) < 2:
        return
    values = [str(x)[:20], str(second)[:20], *names[2:]]
    by_name = ", ".join(f'"{name}": {value}' for name, value in zip(names, values, strict=True))
    point = ", ".join(values) if variables is None else f"{{{by_name}}}"
    raise ArgumentsError(
        f"f takes {len(names)} numbers ({', '.join(names)}), and only a function of one is asked for here; "
        f"write gradient({_name(g)}, {point})"
    )


def _name(g: Any) -> str:
    name = getattr(g, "__name__", "f")
    return name if name.isidentifier() else "f"  # a lambda's is none that can be written


def require_by_position(g: Any, point: tuple[Any, ...], options: Mapping[str, Any]) -> None:
    """Raise ArgumentsError where the point is given by keywords, which belong to the method."""
    variables = getattr(g, "variables", ())
    if not point and options and set(options) <= set(variables or _parameter_names(g)):
        by_name = "{" + ", ".join(f'"{name}": {str(value)[:20]}' for name, value in options.items()) + "}"
        by_order = ", ".join(str(value)[:20] for value in options.values())
        raise ArgumentsError(
            f"a point is not given by keywords ({', '.join(options)}); "
            f"write {by_name if variables else by_order} after f"
        )


def leaf_names(f: Any, point: tuple[Any, ...], structure: Structure, count: int) -> list[str]:
    """What to call each leaf in messages and formulas."""
    if len(point) == 1 and isinstance(point[0], Mapping) and len(point[0]) == count:
        names = [str(key) for key in point[0]]
        if all(name.isidentifier() for name in names):
            return names
    names = list(getattr(f, "variables", ())) or _parameter_names(f)
    if len(names) >= len(point) == count:
        return names[:count]
    return ["x"] if count == 1 else [f"x{i + 1}" for i in range(count)]


def argument_names(f: Any, point: tuple[Any, ...]) -> tuple[str, ...]:
    """What f calls its arguments, "" for one that it has no name for.

    >>> argument_names(lambda x, y, *more: x, (1.0, 2.0, 3.0))
    ('x', 'y', '')
    """
    variables = getattr(f, "variables", None)
    by_name = variables is not None and len(point) == 1 and isinstance(point[0], Mapping)
    names = [] if by_name else list(_parameter_names(f) if variables is None else variables)
    return tuple((names + [""] * len(point))[: len(point)])


def _parameter_names(f: Any, required: bool = False) -> list[str]:
    """What f calls its positional parameters; those that are required have no default."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return []
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return [p.name for p in positional if not required or p.default is p.empty]
