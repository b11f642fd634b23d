"""Records of SymPy expressions that are pickled and copied as they are written: SymPy would evaluate them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diffkit.symbolic.pool import as_it_is, in_order

__all__ = ["Kept"]


class Kept:
    """A record that keeps its expressions, alone or in tuples, when it is pickled or copied.

    >>> import copy, diffkit as dk
    >>> raw = dk.symbolic.steps("x^2", time_limit=None).stages[0]
    >>> raw.expression, copy.deepcopy(raw).expression, copy.deepcopy(raw.expression)
    (2*x**1, 2*x**1, 2*x)
    """

    def __getstate__(self) -> dict[str, Any]:
        return {name: _taken_apart(value) for name, value in self.__dict__.items()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({name: _put_together(value) for name, value in state.items()})


@dataclass(frozen=True)
class _Nodes:
    """An expression, operands first: a leaf, or a kind and where its operands stand; the last is all."""

    rows: tuple[Any, ...]


def _taken_apart(value: Any) -> Any:
    from sympy import Basic

    if isinstance(value, tuple):
        return tuple(map(_taken_apart, value))
    if not isinstance(value, Basic) or not value.args:
        return value
    places: dict[int, int] = {}
    rows: list[Any] = []
    for node in in_order([value]):
        places[id(node)] = len(rows)
        rows.append((type(node), [places[id(a)] for a in node.args]) if node.args else node)
    return _Nodes(tuple(rows))


def _put_together(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_put_together, value))
    if not isinstance(value, _Nodes):
        return value
    made: list[Any] = []
    for row in value.rows:
        made.append(as_it_is(row[0], tuple(made[k] for k in row[1])) if isinstance(row, tuple) else row)
    return made[-1]
