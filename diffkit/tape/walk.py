"""A SymPy expression as a graph: its nodes in order, each once, and what is written with a minus or a bar."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import Any

__all__ = ["below", "in_order", "negated"]


def in_order(
    nodes: Iterable[Any],
    known: Container[int] = (),
    parts: Callable[[Any], Iterable[Any]] = lambda e: e.args,
) -> list[Any]:
    """Every node below these, operands before what is made of them, each once; not those of known id.

    No recursion: expressions may be nested deeper than Python's stack.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> in_order([sympy.sin(x)])
    [x, sin(x)]
    """
    found: dict[int, Any] = {}
    waiting = list(nodes)[::-1]
    while waiting:
        e = waiting[-1]
        missing = [] if id(e) in found else [
            a for a in reversed(tuple(parts(e))) if id(a) not in found and id(a) not in known
        ]  # fmt: skip
        if missing:
            waiting.extend(missing)
        else:
            found.setdefault(id(e), e)
            waiting.pop()
    return list(found.values())


def below(e: Any) -> bool:
    """Whether a factor of a product is written under the fraction bar."""
    return bool(e.is_Pow and e.args[1].is_Rational and e.args[1] < 0)


def negated(e: Any) -> Any:
    """The u of -u, None for what is not written with a minus sign."""
    if e.is_Mul and len(e.args) == 2 and e.args[0] == -1 and e.args[0].is_Integer:
        return e.args[1]
    return None
