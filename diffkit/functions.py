"""One function in whatever form the user gave it; text is parsed here, safely.

Nothing of a text is ever executed: it is cut into tokens, each of which must be on a list, and an
operator-precedence parser lays them out as a program for a small stack, with the constants folded.
"""

from __future__ import annotations

import difflib
import keyword
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, reduce
from importlib import import_module
from operator import add, mul, neg, sub, truediv
from typing import Any, NamedTuple

import numpy as np

from diffkit.errors import ArgumentsError, ExpressionError

__all__ = ["CONSTANTS", "FUNCTIONS", "Function", "SympyFunction", "TextFunction", "as_function", "parse"]

MAX_LENGTH = 1000  # characters
MAX_NODES = 500  # numbers, names and operations
MAX_DEPTH = 60  # parentheses, minus signs and powers inside each other
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

_OPERATORS: dict[str, Any] = {"+": add, "-": sub, "*": mul, "/": truediv, "neg": neg, "**": pow}
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3, "**": 4}  # how tightly: -x^2 is -(x^2)


@cache
def _callable(operation: str) -> Any:
    """The function behind an instruction; SciPy is imported when one of its functions is met."""
    if operation in _OPERATORS:
        return _OPERATORS[operation]
    row = FUNCTIONS[operation]
    module, _, name = row.source.rpartition(".")
    function = getattr(import_module(module), name)
    return function if row.arity else lambda *values: reduce(function, values)


def _natural(name: str) -> tuple[list[str | int], str]:
    """A sort key that puts x2 before x10."""
    return [int(part) if i % 2 else part for i, part in enumerate(re.split("([0-9]+)", name))], name


def _bind(variables: tuple[str, ...], point: tuple[Any, ...]) -> dict[str, Any]:
    """The value of each variable, in order: from one mapping by name, or from one value each."""
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
    by name. Values may be whatever NumPy's functions take: floats, arrays, complex numbers, tracers.
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
    """The callable that `f` means: text is parsed, a SymPy expression wrapped, a callable kept.

    Raises `ExpressionError` for text that cannot be read, `ArgumentsError` for anything else.

    >>> as_function("x^2*y + y + 2")(3.0, 4.0)
    42.0
    """
    if isinstance(f, str):
        return parse(f)
    sympy = sys.modules.get("sympy")  # whoever holds an expression has imported it
    if sympy is not None and isinstance(f, sympy.Basic):
        return SympyFunction(f)
    if callable(f):
        return f  # type: ignore[no-any-return]
    raise ArgumentsError(f"f is a {type(f).__name__}; give a callable, a SymPy expression or text as 'x^2'")


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
        raise ExpressionError(f"the text has {len(text)} characters; at most {MAX_LENGTH} are read", text)
    text = text.strip()
    if not text:
        raise ExpressionError("the expression is empty; write one such as sin(x)*exp(-x^2)", text)
    program = _program(text)
    names = {argument for operation, argument in program if operation == "variable"}
    return TextFunction(text, tuple(sorted(names, key=_natural)), tuple(program))


_TOKEN = re.compile(
    r"""[ \t]* (?: (?P<number> (?:[0-9]+\.?[0-9]*|\.[0-9]+) (?:[eE][+-]?[0-9]+)? )
                 | (?P<call> [A-Za-z_][A-Za-z0-9_]* ) [ \t]* \(
                 | (?P<name> [A-Za-z_][A-Za-z0-9_]* )
                 | (?P<sign> \*\* | /(?!/) | [-+*^(),] )
                 | (?P<other> // | . ) )""",
    re.VERBOSE | re.DOTALL,
)

# What to write instead of characters that the language does not have.
_INSTEAD = {
    "=": "write the expression alone, without an equation or a name",
    "<>": "comparisons are not read; min, max, abs and sign are",
    "!": "a factorial n! is gamma(n + 1)",
    "//%": "write floor(x/y), and x - y*floor(x/y) for the remainder",
    "[]{}": "write parentheses",
    ".": "a dot stands only inside a number",
    "\r\n": "write the expression on one line",
    "×·⋅÷−–²³π√": "write it with plain keys: * / - ^2 pi sqrt",
}


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Kind, word and column of each token; an error where values and operators do not take turns."""
    word, column, after_value = "", 0, False
    for token in _TOKEN.finditer(text):
        previous, kind = word, token.lastgroup or ""
        word, column, reason = token[kind], token.start(kind), ""
        opens = kind == "call" or word == "("
        if kind == "other":
            hints = [f"; {hint}" for characters, hint in _INSTEAD.items() if word in characters]
            reason = f"{word!r} cannot stand in an expression" + "".join(hints)
        elif keyword.iskeyword(word):
            reason = f"{word!r} is a word of Python, which is not read here; give the variable another name"
        elif word.startswith("_") or "__" in word:
            reason = f"{word!r} is not a name that is read; begin with a letter and leave out '__'"
        elif kind == "name" and word in FUNCTIONS:
            reason = f"{word!r} is a function and stands here without its argument; write {word}(...)"
        elif kind == "call" and word not in FUNCTIONS:
            nearest = difflib.get_close_matches(word.lower(), FUNCTIONS, 1)
            advice = f"perhaps {nearest[0]} is meant" if nearest else f"a product is written {word}*(...)"
            reason = f"{word!r} is not a function; {advice}; the functions are {', '.join(FUNCTIONS)}"
        elif after_value and (opens or kind != "sign"):
            reason = f"nothing stands between {previous!r} and {word!r}; multiplication is written with *"
        elif not after_value and kind == "sign" and word not in ("+", "-", "("):
            reason = f"a number, a variable or '(' is missing before {word!r}"
        if reason:
            raise ExpressionError(reason, text, column)
        yield "open" if opens else "prefix" if kind == "sign" and not after_value else kind, word, column
        after_value = kind in ("number", "name") or word == ")"
    if not after_value:
        raise ExpressionError(f"a number, a variable or '(' is missing after {word!r}", text, column)


def _program(text: str) -> list[tuple[str, Any]]:
    """The text in post-order: numbers, variables, and operations with how many operands they take.

    Precedence climbing without recursion: an operator waits until its right side is complete.
    """
    program: list[tuple[str, Any]] = []
    waiting: list[tuple[str, int]] = []  # operators, "(" and functions not complete yet; their columns
    counts: list[int] = []  # for each "(" and function among them, how many expressions it holds

    def settle(tightness: int) -> None:
        while waiting and _BINDS.get(waiting[-1][0], 0) >= tightness:
            emit(1 if waiting[-1][0] == "neg" else 2)

    def emit(count: int) -> None:
        operation, column = waiting.pop()
        if reason := _append(program, operation, count):
            raise ExpressionError(reason, text, column)

    for kind, word, column in _tokens(text):
        reason = ""
        if kind == "number":
            small = word.isdigit() and int(word) <= MAX_INTEGER  # x^2 is x**2 with the int 2
            program.append(("number", int(word) if small else float(word)))
            reason = "" if np.isfinite(program[-1][1]) else "the number is too large for a float"
        elif kind == "name":
            program.append(("number", CONSTANTS[word]) if word in CONSTANTS else ("variable", word))
        elif kind == "open":
            waiting.append((word, column))
            counts.append(1)
        elif kind == "prefix":
            waiting += [("neg", column)] if word == "-" else []
        elif word in (",", ")"):
            settle(1)
            opener = waiting[-1][0] if waiting else ""
            if word == "," and opener in FUNCTIONS:
                counts[-1] += 1
            elif word == ",":
                reason = "a comma stands only between a function's arguments; a decimal point is '.'"
            elif opener:
                emit(counts.pop())
            else:
                reason = "this ')' closes nothing; take it out or open a '('"
        else:
            operation = "**" if word == "^" else word
            settle(_BINDS[operation] + (operation == "**"))  # powers group from the right
            waiting.append((operation, column))
        # A long sum is not deep: what nests are parentheses and calls (which bind nothing), - and **.
        if sum(_BINDS.get(operation, 3) >= 3 for operation, _ in waiting) > MAX_DEPTH:
            reason = f"parentheses, signs and powers are nested more than {MAX_DEPTH} deep"
        if reason:
            raise ExpressionError(reason, text, column)
    settle(1)
    if waiting:
        raise ExpressionError("this '(' is never closed; write the ')' for it", text, waiting[-1][1])
    if len(program) > MAX_NODES:
        raise ExpressionError(f"there are more than {MAX_NODES} numbers, names and operations", text)
    return program


def _append(program: list[tuple[str, Any]], operation: str, count: int) -> str:
    """Append an operation, or the number it makes of numbers; the reason why it cannot be, or nothing."""
    if operation == "(":
        return ""
    arity = FUNCTIONS[operation].arity if operation in FUNCTIONS else count
    if count != arity and (arity or count < 2):
        return f"{operation} takes {arity or 'two or more'} argument{'s' * (arity != 1)} and got {count}"
    if operation == "**" and program[-1][0] == "number" and abs(program[-1][1]) > MAX_EXPONENT:
        return f"the exponent {program[-1][1]:g} is beyond {MAX_EXPONENT}, the largest that is read"
    constants = [value for kind, value in program[-count:] if kind == "number"]
    if len(constants) < count:
        program.append((operation, count))
        return ""
    with np.errstate(all="ignore"):  # in NumPy's floats: no OverflowError, no endless integer
        value = float(_callable(operation)(*map(np.float64, constants)))
    if not np.isfinite(value):
        shown = " and ".join(f"{constant:g}" for constant in constants)
        return f"{operation!r} of {shown} has no finite real value"
    exact = operation in ("+", "-", "*", "neg") and all(type(constant) is int for constant in constants)
    program[-count:] = [("number", int(value) if exact and abs(value) <= MAX_INTEGER else value)]
    return ""
