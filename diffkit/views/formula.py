"""Short programs as lines of mathematics: every step written into the next, as text or as LaTeX."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

from diffkit.syntax import syntax_tree
from diffkit.tape.wengert import SIGNS, Instruction, Slot, Tape, short

__all__ = ["formula", "latex", "product", "sum_of"]

# How tightly an operation holds its operands together.
COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(6)
LEVELS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "@": PRODUCT, "**": POWER}
Text = tuple[str, int]  # with its level


def formula(tape: Tape, names: Sequence[str]) -> str:
    """The results of a tape written in terms of its inputs' names.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> formula(dk.record(lambda x, y: (x + y) * np.cos(2 * x) ** 2, 1.0, 2.0), ["x", "y"])
    '(x + y)*cos(2*x)**2'
    """
    return ", ".join(text for text, _ in _results(tape, names))


def product(factor: str, slope: Tape | float, names: Sequence[str] = ()) -> str:
    """A factor times a slope, as a reader writes it: 1 and -1 are not written out.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> product("a", dk.record(lambda x: -np.sin(x), 1.0), ["x"]), product("a", -1.0)
    ('a*(-sin(x))', '-a')
    >>> product("a", dk.record(lambda x: 1 / x, 1.0), ["x"])
    'a/x'
    """
    ((text, level),) = _results(slope, names) if isinstance(slope, Tape) else [_constant(slope)]
    if text in ("1", "-1"):
        return factor if text == "1" else f"-{factor}"
    if text.startswith("1/") and level == PRODUCT:
        return factor + text[1:]
    return f"{factor}*{_held((text, level), POWER)}"


def sum_of(terms: Sequence[str]) -> str:
    """Terms added up, a minus sign in the place of + -.

    >>> sum_of(["a", "-b", "c"]), sum_of([])
    ('a - b + c', '0')
    """
    return " + ".join(terms).replace("+ -", "- ") or "0"


def _results(tape: Tape, names: Sequence[str]) -> list[Text]:
    texts = [(name, ATOM) for name in names]
    for row in tape.instructions:
        texts.append(_written(tape, row, [_operand(a, texts) for a in row.args]))
    return [_operand(output, texts) for output in tape.outputs]


def _operand(value: Any, texts: list[Text]) -> Text:
    return texts[value.index] if isinstance(value, Slot) else _constant(value)


def _constant(value: Any) -> Text:
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
    text = str(int(value)) if whole else short(value)
    return text, SIGN if re.match(r"-\d", text) else ATOM


def _written(tape: Tape, row: Instruction, operands: list[Text]) -> Text:
    sign = SIGNS.get(row.op)
    if row.op == "negative":
        return f"-{_held(operands[0], SIGN)}", SIGN
    if sign is None or len(operands) != 2:
        shown = [_held(operand, ATOM) if row.op == "getitem" else operand[0] for operand in operands]
        return tape.expression(row, shown), ATOM
    level, (left, right) = LEVELS.get(sign, COMPARISON), operands
    # a - b - c is (a - b) - c, and a ** b ** c is a ** (b ** c).
    sides = _held(left, level + (sign == "**")), _held(right, level + (sign != "**"))
    return (sign if level in (PRODUCT, POWER) else f" {sign} ").join(sides), level


def _held(operand: Text, level: int) -> str:
    text, own = operand
    return text if own >= level else f"({text})"


# -- LaTeX ----------------------------------------------------------------------------------------

FUNCTIONS = {
    "sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "arcsin", "arccos", "arctan", "max", "min", "log",
}  # fmt: skip


def latex(text: str, names: Mapping[str, str]) -> str:
    """A formula as LaTeX; `names` are the names in it and what stands for them.

    Examples
    --------
    >>> print(latex("a*cos(x)**2 - a/x", {"a": "\\\\bar v_3"}))
    \\bar v_3 \\, \\cos(x)^{2} - \\frac{\\bar v_3}{x}
    """
    try:
        return str(_Latex(names).visit(syntax_tree(text)))
    except (SyntaxError, KeyError):  # words, or a constant that is shown shortened
        if re.fullmatch(r"[a-z]+( \d+)?", text):
            return rf"\text{{{text}}}"
        return r"\mathtt{" + re.sub(r"([_#%&{}$])", r"\\\1", text) + "}"


class _Latex(ast.NodeVisitor):
    """The LaTeX of each kind of node of a formula."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def generic_visit(self, node: ast.AST) -> str:
        raise KeyError(type(node).__name__)

    def visit_Name(self, node: ast.Name) -> str:
        return self.names.get(node.id, node.id)

    def visit_Constant(self, node: ast.Constant) -> str:
        return re.sub(r"e([+-]?)0*(\d+)", r" \\cdot 10^{\1\2}", repr(node.value)).replace("{+", "{")

    def visit_UnaryOp(self, node: ast.UnaryOp) -> str:
        return f"-{self._sum_inside(node.operand)}"

    def visit_BinOp(self, node: ast.BinOp) -> str:
        left, right = node.left, node.right
        if isinstance(node.op, ast.Div):
            return rf"\frac{{{self.visit(left)}}}{{{self.visit(right)}}}"
        if isinstance(node.op, ast.Pow):
            return f"{self._inside(left, ast.BinOp, ast.UnaryOp)}^{{{self.visit(right)}}}"
        if isinstance(node.op, ast.Mult | ast.MatMult):
            return rf"{self._sum_inside(left)} \, {self._sum_inside(right)}"
        sign = "+" if isinstance(node.op, ast.Add) else "-"
        shown = self._sum_inside(right) if sign == "-" else self.visit(right)
        return f"{self.visit(left)} {sign} {shown}"

    def visit_Call(self, node: ast.Call) -> str:
        name, inside = ast.unparse(node.func), ", ".join(map(self.visit, node.args))
        if name == "sqrt":
            return rf"\sqrt{{{inside}}}"
        if name in ("absolute", "abs"):
            return rf"\left|{inside}\right|"
        known = {"log": r"\ln"}.get(name, f"\\{name}")
        shown = known if name in FUNCTIONS else r"\mathrm{" + name.replace("_", r"\_") + "}"
        return f"{shown}({inside})"

    def _inside(self, node: ast.expr, *loose: type) -> str:
        text = self.visit(node)
        return rf"\left({text}\right)" if isinstance(node, loose) else text

    def _sum_inside(self, node: ast.expr) -> str:
        """A factor: in brackets if it is a sum or begins with a sign."""
        loose = isinstance(node, ast.UnaryOp) or (
            isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)
        )
        text = self.visit(node)
        return rf"\left({text}\right)" if loose else text
