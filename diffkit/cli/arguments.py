"""What a user types on the command line, read: the function F and the point P."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import math
import re
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

import numpy as np

from diffkit.errors import ArgumentsError, DomainError, ExpressionError, quoted, with_article
from diffkit.functions import SympyFunction, TextFunction, as_function, parse
from diffkit.tape.place import is_users

__all__ = ["Point", "at_commas", "plain_number", "read_function", "read_point"]


def read_function(spec: str, stdin: TextIO | None = None) -> Callable[..., Any]:
    """The function that `spec` names: text, "module:function", "file.py:function", or "-" for `stdin`.

    Raises `ExpressionError` when it cannot be read or loaded. Loading a module runs it.

    >>> read_function("x^2")(3.0), read_function("math:hypot")(3.0, 4.0)
    (9.0, 5.0)
    """
    if spec.strip() == "-":
        return parse(_all_of(stdin or sys.stdin))
    where, _, name = spec.strip().rpartition(":")
    if spec.strip().removesuffix(":").endswith(".py"):
        where, name = spec.strip().removesuffix(":"), ""
    is_file = where.endswith(".py")
    is_module = bool(where) and all(part.isidentifier() for part in where.split("."))
    if not (name.isidentifier() or (is_file and not name)) or not (is_file or is_module):
        return parse(spec)
    module = _load(where, is_file)
    if not name:
        raise ExpressionError(f"{where} is a file; write {where}:function; {_offered(module)}")
    if not hasattr(module, name):
        raise ExpressionError(f"{where} has no {name}; {_offered(module)}")
    found = getattr(module, name)
    try:
        return as_function(found)
    except ArgumentsError:
        kind = with_article(type(found).__name__)
        raise ExpressionError(f"{name} in {where} is {kind}; name a function instead") from None


def _all_of(stdin: TextIO | None) -> str:
    """The text that comes in there; None is a stream that was closed before diffkit began."""
    try:
        if stdin is not None:
            return stdin.read().removeprefix("\ufeff")  # the mark of UTF-8, which some shells write first
        reason = "is closed"
    except UnicodeDecodeError:
        reason = "is not text"
    except OSError as error:
        reason = f"cannot be read ({error.strerror or error})"
    raise ExpressionError(f"standard input {reason}; write one expression such as x^2")


def _offered(module: ModuleType) -> str:
    """The public functions of a module: its own, or where it has none those that it imports."""
    public = {name: value for name, value in vars(module).items() if callable(value) and name[0] != "_"}
    own = [name for name, value in public.items() if getattr(value, "__module__", "") == module.__name__]
    names = own or list(public)
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return f"it has {', '.join(names[:20])}{more}" if names else "it has no public functions"


def _load(where: str, is_file: bool) -> ModuleType:
    """The module, run; what it raises becomes one line that says where."""
    path = Path(where)
    if is_file and not path.is_file():
        raise ExpressionError(f"there is no file {where}; give its path from the folder {Path.cwd()}")
    # As `python file.py` and `python -m module` do, so that a module finds its neighbours.
    folder = str(path.resolve().parent if is_file else Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        if not is_file:
            return importlib.import_module(where)
        private = f"_diffkit_file_{path.stem}"  # a private name: the file must not pass for a package
        found = importlib.util.spec_from_file_location(private, path)
        assert found is not None  # a name in .py always has a loader
        assert found.loader is not None
        module = sys.modules[private] = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name
        if not is_file and missing and f"{where}.".startswith(f"{missing}."):
            reason = f"there is no module {missing}; it is looked for in {folder} and among what is installed"
        else:
            said = " ".join(str(error).split())
            reason = f"{where} cannot be loaded: {type(error).__name__}: {said} ({_place(error)})"
        raise ExpressionError(reason) from error
    return module


def _place(error: BaseException) -> str:
    """file:line of what went wrong; a syntax error knows its own, since the file never ran."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename[0] != "<"]
    last = next((frame for frame in reversed(frames) if is_users(frame.filename)), frames[-1])
    return f"{last.filename}:{last.lineno}"


@dataclass(frozen=True)
class Point:
    """Where a function is to be differentiated: call it as ``f(*point.args)``.

    Attributes
    ----------
    args
        One float or array for each positional argument; for a text or SymPy function of several
        variables one dict of floats by name.
    names
        The names of the variables or parameters, for display.
    text
        What the user typed.
    """

    args: tuple[Any, ...]
    names: tuple[str, ...]
    text: str


def read_point(text: str, function: Callable[..., Any], dtype: str = "float64") -> Point:
    """The point that `text` means for `function`: "0.7", "0,1,2,3", "x=1,y=-2", with numbers or "pi/2".

    A text or SymPy function of several variables gets one dict; a callable with as many required
    parameters as there are numbers gets one number each; any other list is one array, also "3," of one.

    The numbers are those that a Python float holds, rounded to `dtype`.

    Raises `ArgumentsError` when the point does not fit the function, `DomainError` for a number that is
    not finite and real.

    >>> read_point("x=1, y=-pi", parse("x*y")).args
    ({'x': 1.0, 'y': -3.141592653589793},)
    """
    text = text.strip()
    if (inside := re.fullmatch(r"[(\[{]([^()\[\]{}]*)[)\]}]", text)) and "," in inside[1]:
        bare = inside[1].replace(" ", "")
        raise ArgumentsError(f"the point {quoted(text)} stands in brackets; write --at {_retyped(bare)}")
    one_in_an_array = re.fullmatch(r"[^,=]+,", text) is not None
    entries = at_commas(text[:-1] if one_in_an_array else text)
    if "" in entries:
        missing = "a number is missing between the commas" if text else "the point is empty"
        raise ArgumentsError(f"{missing}; write a point as 0.7, as 0,1,2 or as x=1,y=2")
    if len({"=" in entry for entry in entries}) > 1:
        raise ArgumentsError(f"the point {quoted(text)} is named in part; write x=1,y=2 or 1,2")
    by_name = "=" in text
    given = [entry.partition("=")[0].strip() for entry in entries] if by_name else []
    parameters, required = _parameters(function)
    if "" in given:
        name = next((name for name in parameters if name not in given), "x")
        nameless = entries[given.index("")]
        raise ArgumentsError(
            f"a name is missing before {quoted(nameless)}; write --at {name}{_retyped(nameless)}"
        )
    if valueless := next((entry for entry in entries if entry.endswith("=")), None):
        write = ",".join(f"{entry}0.7" if entry.endswith("=") else entry for entry in entries[:9])
        name = _retyped(valueless.rstrip("= "))
        raise ArgumentsError(f"{name} has no value; write --at {_retyped(write)}")
    values = [
        _number(entry.partition("=")[2].strip() if by_name else entry, entry, dtype) for entry in entries
    ]
    is_formula = isinstance(function, TextFunction | SympyFunction)
    if is_formula and not parameters:  # a constant has a value at any point
        parameters = required = tuple(given) or ("x",)
    if by_name:
        names = parameters[: len(given)]
        fits = sorted(given) == sorted(names) and set(required) <= set(given)
        values = [values[given.index(name)] for name in names] if fits else []
    else:
        names = required if len(required) > 1 else parameters[:1]
        # A formula acts on numbers, so that one variable is no array; a callable may take one.
        fits = len(names) == (0 if one_in_an_array else len(values)) or (len(names) == 1 and not is_formula)
    if not fits:
        takes = ", ".join(parameters)
        gives = _retyped(", ".join(given)) or f"{len(values)} number{'s' * (len(values) != 1)}"
        gives += " in an array" * one_in_an_array
        write = ",".join(f"{name}=..." for name in required)
        if one_in_an_array and len(names) == 1:
            write = _retyped(entries[0])
        if len(parameters) == 1 and re.fullmatch(r"[+-]?[0-9]+,[0-9]+", text):
            write = f"{_retyped(text.replace(',', '.'))} if the comma is a decimal point, which is a dot here"
        raise ArgumentsError(
            f"f takes {takes} and the point gives {gives}" + f"; write --at {write}" * bool(write)
        )
    if len(names) == 1:
        is_array = len(values) > 1 or one_in_an_array
        return Point((np.array(values) if is_array else values[0],), names, text)
    if is_formula:
        return Point((dict(zip(names, values, strict=True)),), names, text)
    return Point(tuple(values), names, text)


def _retyped(text: str) -> str:
    """What to write, as a message says it: on one line, with nothing that steers a terminal."""
    return quoted(text)[1:-1]


def at_commas(text: str) -> list[str]:
    """The parts of a text between its commas; one inside parentheses separates arguments, as in hypot(3,4).

    >>> at_commas("1, hypot(3,(4)), x")
    ['1', 'hypot(3,(4))', 'x']
    """
    depth, ends = 0, [-1]
    for column, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")" and depth > 0)
        if sign == "," and not depth:
            ends.append(column)
    return [text[end + 1 : after].strip() for end, after in zip(ends, [*ends[1:], len(text)], strict=True)]


def _parameters(function: Callable[..., Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the positional parameters, and of those among them that have no default."""
    if isinstance(function, TextFunction | SympyFunction):
        return function.variables, function.variables
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # a built-in that does not tell
        return ("x",), ("x",)
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    positional = [parameter for parameter in signature.parameters.values() if parameter.kind in kinds]
    required = tuple(parameter.name for parameter in positional if parameter.default is parameter.empty)
    return tuple(parameter.name for parameter in positional) or ("x",), required  # f(*x) has no names


def _number(text: str, entry: str, dtype: str) -> Any:
    """The finite real number that `text` writes, in that type; `entry` is what the user sees named."""
    value = plain_number(text)
    if value is None:
        if _is_read(float, text):
            raise ArgumentsError(f"{quoted(entry)} is not in plain digits; write {float(text):.17g}")
        if "j" in text.lower() and _is_read(complex, text.replace(" ", "")):
            raise DomainError(f"{quoted(entry)} is complex; a point needs real numbers")
        words = entry.split()
        if len(words) > 1 and all(plain_number(word.rpartition("=")[2]) is not None for word in words):
            commas = _retyped(",".join(words))
            raise ArgumentsError(f"{quoted(entry)} is several numbers; put commas between them: {commas}")
        try:
            constant = parse(text)
        except ExpressionError as error:
            raise ArgumentsError(f"{quoted(entry)} is not a number: {error.reason}") from None
        if constant.variables:
            raise ArgumentsError(f"{quoted(entry)} is not a number; write one such as 0.7, 1e-3 or pi/2")
        value = float(constant())
    with np.errstate(over="ignore"):
        number = np.dtype(dtype).type(value)
    if not np.isfinite(number):
        where = f" in {dtype}" if math.isfinite(value) else ""
        raise DomainError(f"{quoted(entry)} is not finite{where}; a point needs finite numbers")
    return value if dtype == "float64" else number  # a Python float is the plainest to see in a message


def plain_number(text: str) -> float | None:
    """The number that a text is, in digits as a formula has them; None where it is something else.

    >>> plain_number("1e-3"), plain_number("1_000")
    (0.001, None)
    """
    # float() reads underscores, and the digits of every script, which no formula does.
    return float(text) if text.isascii() and "_" not in text and _is_read(float, text) else None


def _is_read(kind: Callable[[str], Any], text: str) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True
