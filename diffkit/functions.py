"""One function in whatever form the user gave it; text is parsed here, safely.

Nothing of a text is ever executed. Python's own parser makes a syntax tree of it, each node of the tree
must be on a list, and the nodes become a program for a small stack, with the constants folded.
"""

from __future__ import annotations

import ast
import difflib
import keyword
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, reduce
from importlib import import_module
from operator import add, itemgetter, mul, neg, sub
from typing import Any, NamedTuple

import numpy as np

from diffkit.errors import ArgumentsError, ExpressionError, with_article
from diffkit.floats import divide, power
from diffkit.syntax import syntax_tree

__all__ = ["CONSTANTS", "FUNCTIONS", "SympyFunction", "TextFunction", "as_function", "parse", "text_of"]

MAX_LENGTH = 1000  # characters
MAX_NODES = 500  # numbers, names and operations
MAX_DEPTH = 60  # functions, signs, powers and right sides inside each other
MAX_EXPONENT = 1000  # |n| of a constant exponent
MAX_INTEGER = 10**15  # beyond it a whole number is a float; below it every float is exact


class Function(NamedTuple):
    """A row of the function table; ``arity`` None means two or more."""

    names: tuple[str, ...]
    arity: int | None
    source: str
    meaning: str


_TABLE = (
    Function(("sin",), 1, "numpy.sin", "sine (radians)"),
    Function(("cos",), 1, "numpy.cos", "cosine"),
    Function(("tan",), 1, "numpy.tan", "tangent"),
    Function(("asin", "arcsin"), 1, "numpy.arcsin", "inverse sine"),
    Function(("acos", "arccos"), 1, "numpy.arccos", "inverse cosine"),
    Function(("atan", "arctan"), 1, "numpy.arctan", "inverse tangent"),
    Function(("atan2", "arctan2"), 2, "numpy.arctan2", "angle of the point (x, y), written atan2(y, x)"),
    Function(("sinh",), 1, "numpy.sinh", "hyperbolic sine"),
    Function(("cosh",), 1, "numpy.cosh", "hyperbolic cosine"),
    Function(("tanh",), 1, "numpy.tanh", "hyperbolic tangent"),
    Function(("asinh", "arcsinh"), 1, "numpy.arcsinh", "inverse hyperbolic sine"),
    Function(("acosh", "arccosh"), 1, "numpy.arccosh", "inverse hyperbolic cosine"),
    Function(("atanh", "arctanh"), 1, "numpy.arctanh", "inverse hyperbolic tangent"),
    Function(("exp",), 1, "numpy.exp", "e to the power x"),
    Function(("exp2",), 1, "numpy.exp2", "2 to the power x"),
    Function(("expm1",), 1, "numpy.expm1", "exp(x) - 1, accurate near 0"),
    Function(("log", "ln"), 1, "numpy.log", "natural logarithm"),
    Function(("log2",), 1, "numpy.log2", "logarithm to base 2"),
    Function(("log10",), 1, "numpy.log10", "logarithm to base 10"),
    Function(("log1p",), 1, "numpy.log1p", "log(1 + x), accurate near 0"),
    Function(("sqrt",), 1, "numpy.sqrt", "square root"),
    Function(("cbrt",), 1, "numpy.cbrt", "cube root, of negative numbers too"),
    Function(("square",), 1, "numpy.square", "x times x"),
    Function(("abs",), 1, "numpy.abs", "absolute value"),
    Function(("sign",), 1, "numpy.sign", "-1, 0 or 1"),
    Function(("floor",), 1, "numpy.floor", "largest whole number not above x"),
    Function(("ceil",), 1, "numpy.ceil", "smallest whole number not below x"),
    Function(("min",), None, "numpy.minimum", "smallest of its arguments"),
    Function(("max",), None, "numpy.maximum", "largest of its arguments"),
    Function(("hypot",), 2, "numpy.hypot", "sqrt(x^2 + y^2)"),
    Function(("sinc",), 1, "numpy.sinc", "sin(pi*x)/(pi*x), normalised as NumPy's; 1 at 0"),
    Function(("erf",), 1, "scipy.special.erf", "error function"),
    Function(("erfc",), 1, "scipy.special.erfc", "1 - erf(x), accurate for large x"),
    Function(("gamma",), 1, "scipy.special.gamma", "gamma function; n! is gamma(n + 1)"),
    Function(("lgamma", "gammaln"), 1, "scipy.special.gammaln", "log(abs(gamma(x)))"),
    Function(("digamma",), 1, "scipy.special.digamma", "derivative of lgamma"),
    Function(("beta",), 2, "scipy.special.beta", "gamma(x)*gamma(y)/gamma(x + y)"),
    Function(("logit",), 1, "scipy.special.logit", "log(x/(1 - x))"),
    Function(("sigmoid", "expit"), 1, "scipy.special.expit", "1/(1 + exp(-x))"),
    Function(("j0",), 1, "scipy.special.j0", "Bessel function of the first kind, order 0"),
    Function(("j1",), 1, "scipy.special.j1", "Bessel function of the first kind, order 1"),
)
FUNCTIONS: dict[str, Function] = {name: row for row in _TABLE for name in row.names}
CONSTANTS: dict[str, float] = {"pi": np.pi, "e": np.e}

_SIGNS: dict[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_OPERATORS: dict[str, Any] = {"+": add, "-": sub, "*": mul, "/": divide, "**": power, "neg": neg}


@cache
def _callable(operation: str) -> Any:
    """The function behind an instruction; SciPy is imported when one of its functions is met."""
    if operation in _OPERATORS:
        return _OPERATORS[operation]
    module, _, name = (row := FUNCTIONS[operation]).source.rpartition(".")
    function = getattr(import_module(module), name)
    return function if row.arity else lambda *values: reduce(function, values)


def _natural(name: str) -> tuple[list[str | int], str]:
    """A sort key that puts x2 before x10."""
    return [int(part) if i % 2 else part for i, part in enumerate(re.split("([0-9]+)", name))], name


def _bind(variables: tuple[str, ...], point: tuple[Any, ...]) -> dict[str, Any]:
    """The value of each variable, in order: from one mapping by name, or from one value each."""
    if not variables:  # a constant, whatever the point
        return {}
    by_name = len(point) == 1 and isinstance(point[0], Mapping)
    pairs = point[0].items() if by_name else zip(variables, point, strict=False)
    named = {str(name): value for name, value in pairs}  # a SymPy symbol stands for its name
    if named.keys() != set(variables) or len(point[0] if by_name else point) != len(variables):
        count = f"{len(point)} value{'s' * (len(point) != 1)}"
        got = f"values for {', '.join(named) or 'none'}" if by_name else count
        has = f"{len(variables)} variable{'s' * (len(variables) != 1)} ({', '.join(variables)})"
        write = "{" + ", ".join(f'"{name}": ...' for name in variables) + "}"
        raise ArgumentsError(f"f has {has} and got {got}; write {write}")
    # A whole number becomes a float: in Python's integers x^x^x at 9 would never end.
    return {name: float(named[name]) if type(named[name]) is int else named[name] for name in variables}


@dataclass(frozen=True, repr=False)
class TextFunction:
    """A function that was given as text; make one with `parse`.

    Call it with one value for each of ``variables`` (in natural order: x1, x2, x10), or with one mapping
    by name; a constant, which has none, takes anything. Values: floats, arrays, complex numbers, tracers.
    """

    text: str
    variables: tuple[str, ...] = field(compare=False)
    program: tuple[tuple[str, Any], ...] = field(compare=False)

    def __call__(self, *point: Any) -> Any:
        values = _bind(self.variables, point)
        stack: list[Any] = []
        for operation, argument in self.program:
            if operation == "number":
                stack.append(argument)
            elif operation == "variable":
                stack.append(values[argument])
            else:
                stack[-argument:] = [_callable(operation)(*stack[-argument:])]
        return stack.pop()

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True, repr=False)
class SympyFunction:
    """A SymPy expression as a function of its free symbols, called as a `TextFunction` is."""

    expression: Any

    @cached_property
    def variables(self) -> tuple[str, ...]:
        return tuple(sorted({symbol.name for symbol in self.expression.free_symbols}, key=_natural))

    @cached_property
    def _compute(self) -> Callable[..., Any]:
        from diffkit.tape.formula import as_numpy

        return as_numpy(self.expression, self.variables)

    def __call__(self, *point: Any) -> Any:
        return self._compute(*_bind(self.variables, point).values())

    def __repr__(self) -> str:
        return str(self.expression)

    def __reduce__(self) -> tuple[Any, ...]:
        return SympyFunction, (self.expression,)  # without what was cached, which need not be picklable


def as_function(f: Any) -> Callable[..., Any]:
    """The callable that `f` means: text is parsed, a SymPy expression or matrix wrapped, a callable kept.

    Raises `ExpressionError` for text that cannot be read, `ArgumentsError` for anything else.

    >>> as_function("x^2*y + y + 2")(3.0, 4.0)
    42.0
    """
    if isinstance(f, str):
        return parse(f)
    sympy = sys.modules.get("sympy")  # whoever holds an expression has it; another thread may still import it
    basic, matrix = getattr(sympy, "Basic", ()), getattr(sympy, "MatrixBase", ())
    if isinstance(f, (basic, matrix)):
        return SympyFunction(f if isinstance(f, basic) else f.as_immutable())
    if callable(f):
        return f  # type: ignore[no-any-return]
    kind = with_article(type(f).__name__)
    raise ArgumentsError(f"f is {kind}; give a callable, a SymPy expression or text as 'x^2'")


def text_of(f: Callable[..., Any]) -> str:
    """What to call a function: its text or expression, the name of a callable, or of its class.

    >>> text_of(parse("x^2")), text_of(np.sin)
    ('x^2', 'sin')
    """
    return repr(f) if hasattr(f, "variables") else str(getattr(f, "__name__", type(f).__name__))


def parse(text: str) -> TextFunction:
    """The function that `text` writes down, such as ``"sin(x)*exp(-x^2)"``; nothing is executed.

    The language: numbers, variables, ``+ - * / ^`` (also ``**``), parentheses, the functions in
    `FUNCTIONS` and the constants in `CONSTANTS`. Operators bind as in Python.
    Raises `ExpressionError` with the reason and the column.

    >>> f = parse("x^2*y + y + 2")
    >>> f.variables, f(3.0, 4.0), f({"x": 3.0, "y": 4.0})
    (('x', 'y'), 42.0, 42.0)
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the text has {len(text)} characters; at most {MAX_LENGTH} are read{_MORE}")
    text = text.removeprefix("\ufeff").strip()  # the mark that some editors put in front of UTF-8
    if not text:
        raise ExpressionError("the expression is empty; write one such as sin(x)*exp(-x^2)", text)
    program = _program(text)
    names = {argument for operation, argument in program if operation == "variable"}
    return TextFunction(text, tuple(sorted(names, key=_natural)), tuple(program))


_MORE = "; what is larger is written as a function in Python"
_LANGUAGE = "it is numbers, variables, + - * / ^, parentheses and functions"
_INSTEAD = {
    r"[<>]|==|!=": "comparisons are not read; min, max, abs and sign are",
    r"[=:;#]": "write the expression alone, without an equation, a name or a comment",
    r"!": "a factorial n! is gamma(n + 1)",
    r"//|%": "write floor(x/y), and x - y*floor(x/y) for the remainder",
    r"[\[\]{}]": "write parentheses",
    r"(?<![0-9])\.(?![0-9])": "a dot stands only inside a number",
    r"[\r\n]": "write the expression on one line",
    r"\|": "the absolute value |x| is written abs(x)",
    r"[²³]": "write it with plain keys, as in x^2 or sin(x)^3",
    r"[×·⋅÷−–π√\uff01-\uff5e]": "write it with plain keys: ( ) * / - pi sqrt",
    r"[^A-Za-z0-9_ \t+*/^().,-]": _LANGUAGE,
}
_CONSTRUCTS = "lambda|def|return|class|import|from|if|elif|else|and|or|not|is|in|for|while"
_NAMES = "sin, cos, exp and all in 'diffkit compare --help' are functions, any other word is a variable"
_ELSEWHERE = {"sen": "sin(x)", "tg": "tan(x)", "arctg": "atan(x)", "cot": "1/tan(x)", "sec": "1/cos(x)"}
_NUMBER = r"(?<![\w.])(?>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
_OF_A_MODULE = r"(?<![\w.])((?:c?math|np|numpy|scipy|sp|special|sympy|mpmath)\.(?:\w+\.)*"
# What is never right, though Python may read it: a pattern, whose first group the caret is under, and the
# reason, for which the groups are words.
_SLIPS = {
    rf"{_OF_A_MODULE}({'|'.join(FUNCTIONS)}))\b": "{!r} is known without its module; write {}(...)",
    rf"{_OF_A_MODULE}({'|'.join(CONSTANTS)}))\b": "{!r} is known without its module; write {}",
    **{f"({signs})": f"{{!r}} cannot stand in an expression; {hint}" for signs, hint in _INSTEAD.items()},
    r"^([\w/\\.-]+\.(?:txt|csv|dat|md|json))$": (
        "{0!r} is the name of a file; its text is read by - < {0}, and a file's function by file.py:f"
    ),
    rf"\b({_CONSTRUCTS})\b": (
        "{!r} cannot stand in an expression; branches, loops and definitions are for a file's function, "
        "which is written file.py:f"
    ),
    rf"\b({'|'.join(keyword.kwlist)})\b": f"{{!r}} is a word of Python, not a name; {_NAMES}",
    r"(?<![\w.])(_\w*|\w+__\w*)": f"{{!r}} is no name, which begins with a letter and has no '__'; {_NAMES}",
    rf"\b({'|'.join(FUNCTIONS)}) *(?:\^|\*\*) *([0-9]+) *\(": "{0!r} is a function; write {0}(...)^{1}",
    rf"\b({'|'.join(FUNCTIONS)})\b(?![ \t]*[([{{\uff08])": "{0!r} is a function; write {0}(...)",
    # A value that follows ")", a number, or another value and a space.
    rf"(?:\)[ \t]*|{_NUMBER}[ \t]*|\w[ \t]+(?!\())(\w+|\.[0-9]+|\()": (
        "no operation stands before {!r}; multiplication is written with *"
    ),
    r"(?:^|[(,^/+-]|\*\*?+)[ \t]*(\*\*|[)*/^,])": "a number, a variable or '(' is missing before {!r}",
    r"(\*\*|[-+*/^(,])$": "a number, a variable or '(' is missing after {!r}",
}
_NESTED = f"parentheses, signs and powers are nested more than {MAX_DEPTH} deep{_MORE}"
_SENSELESS = f"the expression makes no sense at this column; {_LANGUAGE} such as sin(x)"
_SYNTAX = {  # what Python's parser says, and what is said here
    "never closed": "this '(' is never closed; write the ')' for it",
    "unmatched": "this ')' closes nothing; take it out or open a '('",
    "leading zeros": "a whole number does not begin with 0; leave the zeros out",
    "too many nested": _NESTED,
}
_UNLISTED: dict[type[ast.AST], str] = {  # the nodes that no slip gives away
    ast.Attribute: "'.' cannot stand in an expression; a dot stands only inside a number",
    ast.Tuple: "a comma stands only between a function's arguments; a decimal point is '.'",
}


def _program(text: str) -> list[tuple[str, Any]]:
    """The text in post-order: numbers, variables, and operations with how many operands they take."""
    found = [(re.search(pattern, text), reason) for pattern, reason in _SLIPS.items()]
    slips = [(slip.start(1), reason.format(*slip.groups())) for slip, reason in found if slip]
    if slips:
        column, reason = min(slips, key=itemgetter(0))
        raise ExpressionError(reason, text, column)
    program: list[tuple[str, Any]] = []
    for node in _nodes(_tree(text), text):
        try:
            _append(program, *_instruction(node))
        except ExpressionError as error:
            raise ExpressionError(error.reason, text, _caret(node, text)) from None
    return program


def _tree(text: str) -> ast.expr:
    """The syntax tree by Python's parser, for which ^ is written **; its columns are those of the text."""
    columns = [column for column, sign in enumerate(text) for _ in range(2 if sign == "^" else 1)]
    try:
        tree = syntax_tree(text.replace("^", "**"))
    except (MemoryError, RecursionError):
        raise ExpressionError(_NESTED, text) from None
    except (SyntaxError, ValueError) as error:
        reason = next((ours for theirs, ours in _SYNTAX.items() if theirs in str(error)), _SENSELESS)
        column = min(getattr(error, "offset", None) or 1, len(columns)) - 1  # the offset counts from 1
        raise ExpressionError(reason, text, columns[column]) from None
    columns.append(len(text))
    for node in ast.walk(tree):
        if isinstance(node, ast.expr):
            node.col_offset, node.end_col_offset = columns[node.col_offset], columns[node.end_col_offset or 0]
    return tree


def _nodes(tree: ast.expr, text: str) -> list[ast.expr]:
    """The nodes in post-order, each after its operands, without recursion."""
    waiting, found = [(tree, 0)], []
    while waiting:  # a node, its right side, its left side: post-order backwards
        node, depth = waiting.pop()
        found.append(node)
        if depth > MAX_DEPTH:
            raise ExpressionError(_NESTED, text, node.col_offset)
        if len(found) > MAX_NODES:
            raise ExpressionError(f"there are more than {MAX_NODES} numbers, names and operations{_MORE}")
        parts = node.args if isinstance(node, ast.Call) else ast.iter_child_nodes(node)
        left = node.left if isinstance(node, ast.BinOp) else None  # a long sum, all left sides, is not deep
        waiting += [(part, depth + (part is not left)) for part in parts if isinstance(part, ast.expr)]
    return found[::-1]


def _caret(node: ast.expr, text: str) -> int:
    """The column to point at: of the sign after the first part of a node, or of its beginning."""
    match node:
        case ast.BinOp(left=part) | ast.Attribute(value=part) | ast.Tuple(elts=[part, *_]):
            return len(text) - len(text[part.end_col_offset :].lstrip(") \t"))
    return node.col_offset


def _instruction(node: ast.expr) -> tuple[str, Any]:
    """What a node does, if it is on this list: a number, a variable, or a function of so many operands."""
    match node:
        case ast.Constant(value=(int() | float()) as value) if not isinstance(value, bool):
            number = value if value <= MAX_INTEGER else float(str(value))  # x^2 is x**2 with the int 2
            if np.isinf(number):
                raise ExpressionError("the number is too large for a float")
            return "number", number
        case ast.Name(id=name):
            return ("number", CONSTANTS[name]) if name in CONSTANTS else ("variable", name)
        case ast.UnaryOp(op=ast.UAdd()):
            return "nothing", 1
        case ast.UnaryOp(op=ast.USub()):
            return "neg", 1
        case ast.BinOp(op=op) if type(op) in _SIGNS:
            return _SIGNS[type(op)], 2
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            arity = FUNCTIONS[name].arity
            if len(args) != arity and (arity or len(args) < 2):
                takes = f"{arity or 'two or more'} argument{'s' * (arity != 1)}"
                raise ExpressionError(f"{name} takes {takes} and got {len(args)}")
            return name, len(args)
        case ast.Call(func=ast.Name(id=name)) if name not in FUNCTIONS:
            few = 1 if name.lower() in FUNCTIONS else 3
            nearest = " or ".join(difflib.get_close_matches(name.lower(), FUNCTIONS, few, cutoff=0.76))
            nearest = _ELSEWHERE.get(name.lower(), nearest)
            advice = f"perhaps {nearest} is meant" if nearest else f"a product is written {name}*(...)"
            raise ExpressionError(f"{name!r} is not a function; {advice}; {_NAMES}")
    raise ExpressionError(_UNLISTED.get(type(node), _SENSELESS))


def _append(program: list[tuple[str, Any]], operation: str, argument: Any) -> None:
    """Append an instruction; an operation on numbers only becomes the number that it makes of them."""
    if operation in ("number", "variable"):
        program.append((operation, argument))
    if operation in ("nothing", "number", "variable"):  # +x is x
        return
    kind, exponent = program[-1]
    if operation == "**" and kind == "number" and abs(exponent) > MAX_EXPONENT:
        raise ExpressionError(
            f"the exponent {exponent:g} is beyond {MAX_EXPONENT}, the largest that is read{_MORE}"
        )
    constants = [value for kind, value in program[-argument:] if kind == "number"]
    if len(constants) < argument:
        program.append((operation, argument))
        return
    with np.errstate(all="ignore"):  # in NumPy's floats: no OverflowError, no endless integer
        value = float(_callable(operation)(*map(np.float64, constants)))
    if not np.isfinite(value):
        shown = " and ".join(f"{constant:g}" for constant in constants)
        raise ExpressionError(f"{operation!r} of {shown} has no finite real value")
    exact = operation in ("+", "-", "*", "neg") and all(type(constant) is int for constant in constants)
    program[-argument:] = [("number", int(value) if exact and abs(value) <= MAX_INTEGER else value)]
