"""Random expressions in everything that the parser knows: trees, their texts, and their values in NumPy.

The functions and constants are those of `diffkit.functions`, so that a new one is tried by itself.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from functools import reduce
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from diffkit.functions import CONSTANTS, FUNCTIONS
from diffkit.rules import rules

DEPTH = 8
ROWS = {row.names: row for row in FUNCTIONS.values()}.values()
SIGNS: dict[str, Any] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": operator.pow,
}  # fmt: skip
# How tightly a sign binds, and its left and its right side must bind to stand without parentheses.
BINDS = {"+": (1, 1, 2), "-": (1, 1, 2), "*": (2, 2, 3), "/": (2, 2, 3), "^": (4, 5, 3)}
PLAIN, SIGNED = 5, 3


class Tree(NamedTuple):
    """A node: a sign, "neg" or a function's name with its operands; "number" or "variable" with its text."""

    op: str
    parts: tuple[Any, ...]


def nodes(tree: Tree) -> Iterator[Tree]:
    """The nodes of a tree."""
    yield tree
    if tree.op not in ("number", "variable"):
        for part in tree.parts:
            yield from nodes(part)


def variables(tree: Tree) -> list[str]:
    """The names of its variables, as the parser orders x, y and z."""
    return sorted({node.parts[0] for node in nodes(tree) if node.op == "variable"})


def text(tree: Tree) -> str:
    """The tree as text, with as few parentheses as there can be."""
    return _text(tree)[0]


def _text(tree: Tree) -> tuple[str, int]:
    op, parts = tree
    if op in ("number", "variable"):
        return parts[0], PLAIN
    if op == "neg":
        return f"-{_inside(parts[0], SIGNED)}", SIGNED
    if op in BINDS:
        binds, left, right = BINDS[op]
        return f"{_inside(parts[0], left)} {op} {_inside(parts[1], right)}", binds
    return f"{op}({', '.join(map(text, parts))})", PLAIN


def _inside(tree: Tree, least: int) -> str:
    shown, binds = _text(tree)
    return shown if binds >= least else f"({shown})"


def function(name: str) -> Any:
    """The function of NumPy or SciPy behind a name."""
    module, _, own = FUNCTIONS[name].source.rpartition(".")
    return getattr(import_module(module), own)


def value(tree: Tree, point: Mapping[str, Any]) -> Any:
    """The tree computed in NumPy, node by node."""
    op, parts = tree
    if op == "variable":
        return point[parts[0]]
    if op == "number":
        return np.float64(CONSTANTS.get(parts[0], parts[0]))
    values = [value(part, point) for part in parts]
    if op == "neg":
        return -values[0]
    if op in SIGNS:
        return SIGNS[op](*values)
    return function(op)(*values) if FUNCTIONS[op].arity else reduce(function(op), values)


# -- strategies -------------------------------------------------------------------------------------------

NUMBERS = st.one_of(
    st.integers(0, 9).map(str),
    st.sampled_from([*CONSTANTS, "0.5", ".25", "3.", "1e-2", "2.5E+1"]),
    st.floats(1e-3, 1e3).map(repr),
).map(lambda shown: Tree("number", (shown,)))
EXPONENTS = st.sampled_from(["2", "3", "0.5", "1.5", "4", "0", "1"]).map(lambda n: Tree("number", (n,)))
INSIDE = {rule.function: rule.domain[0] for rule in rules() if rule.domain}


def _into(low: float, high: float, tree: Tree) -> Tree:
    """A tree between these, which follows that one; of a number, which is computed in floats, a number."""
    number = lambda of: Tree("number", (repr(abs(of)),)) if of >= 0 else Tree("neg", (number(-of),))
    if tree.op == "number":
        return number((low + high) / 2)
    return Tree("+", (number(low), Tree("*", (number(high - low), Tree("sigmoid", (tree,))))))


@st.composite
def trees(draw: Any, names: tuple[str, ...] = ("x",), depth: int | None = None) -> Tree:
    """Trees of these variables, of depth up to 8.

    One operand of an operation is as deep as the depth asks, the others are shallow. Of the operands of
    functions every other one is brought to where the row of the function holds.
    """
    if depth is None:
        depth = draw(st.integers(1, DEPTH))
    if depth == 0:
        return Tree("variable", (draw(st.sampled_from(names)),))
    shallow = NUMBERS | st.integers(0, min(depth - 1, 2)).flatmap(lambda low: trees(names, low))
    kind = draw(st.sampled_from(["sign"] * 5 + ["call"] * 5 + ["power", "neg"]))
    deep = draw(trees(names, depth - 1))
    if kind == "neg":
        return Tree("neg", (deep,))
    if kind == "power":
        exponent = draw(EXPONENTS)
        return Tree("^", (deep, Tree("neg", (exponent,)) if draw(st.booleans()) else exponent))
    if kind == "sign":
        pair = [deep, draw(shallow)]
        return Tree(draw(st.sampled_from(list(SIGNS))), tuple(pair if draw(st.booleans()) else pair[::-1]))
    row = draw(st.sampled_from(list(ROWS)))
    count = row.arity or draw(st.integers(2, 3))
    parts = [deep, *(draw(shallow) for _ in range(count - 1))]
    if row.arity and draw(st.booleans()) and (box := INSIDE.get(function(row.names[0]))):
        parts = [_into(*side, part) for side, part in zip(box, parts, strict=True)]
    return Tree(draw(st.sampled_from(row.names)), tuple(draw(st.permutations(parts))))


POINTS = st.one_of(
    st.floats(-4, 4).map(lambda x: round(x, 3)),
    st.floats(-4, 4),
    st.sampled_from([0.5, 1.0, 2.0, -1.0, 3.0, 1e-3, 100.0]),
).filter(lambda x: x == 0 or abs(x) > 1e-6)
