"""Formulas for other programs: LaTeX, MathML, and source text for NumPy and C."""

# ruff: noqa: N802, N815  SymPy's printers find a method by the name of the class that it prints

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from diffkit.errors import ArgumentsError, NotClosedFormError, OptionError
from diffkit.symbolic.layout import as_latex, as_mathml, mathml_part
from diffkit.symbolic.passes import as_printed, share
from diffkit.symbolic.pool import Pool
from diffkit.tape.objects import SYMPY

__all__ = ["FORMS", "export"]

FORMS = ("latex", "mathml", "numpy", "c")
# Names that a variable cannot have in the source.
TAKEN = {
    "numpy": {*keyword.kwlist, "numpy", "scipy"},
    "c": {
        "auto",
        "break",
        "case",
        "char",
        "const",
        "continue",
        "default",
        "do",
        "double",
        "else",
        "enum",
        "extern",
        "float",
        "for",
        "goto",
        "if",
        "inline",
        "int",
        "long",
        "out",
        "register",
        "restrict",
        "return",
        "short",
        "signed",
        "sizeof",
        "static",
        "struct",
        "switch",
        "typedef",
        "union",
        "unsigned",
        "void",
        "volatile",
        "while",
    },
}


def export(expression: Any, form: str, variables: Sequence[str] | None = None, name: str = "f") -> str:
    """The expression in this form: "latex", "mathml", or the source of a function, "numpy" or "c".

    What occurs more than once is computed once. Numbers are exact or have 17 digits.

    Parameters
    ----------
    expression
        A SymPy expression, or an array, a nested list or a SymPy matrix of them. For an array NumPy's
        function returns an array; C's takes a pointer `out` and writes the elements there, row by row.
    form
        One of `FORMS`.
    variables
        The names of the function's arguments in order; those in the expression, sorted, by default.
    name
        The function's name.

    Raises
    ------
    NotClosedFormError
        If it holds a function that the form lacks.
    ArgumentsError
        If `variables` lacks one, or `name` is no name.

    Examples
    --------
    >>> import sympy
    >>> x, y = sympy.symbols("x y")
    >>> print(export(x * sympy.sin(y) / 3, "c"))
    #include <math.h>
    <BLANKLINE>
    double f(double x, double y)
    {
        return (1.0/3.0)*x*sin(y);
    }
    """
    if form not in FORMS:
        raise OptionError(f"form={form!r} is not known; write one of {', '.join(FORMS)}")
    elements = _elements(expression)
    if form in ("latex", "mathml"):
        return _on_paper(elements, form)
    if not name.isidentifier() or not name.isascii() or name in TAKEN[form]:
        raise ArgumentsError(f"name={name!r} is no name for a function")
    return _source(elements, form, variables, name)


def _elements(expression: Any) -> np.ndarray[Any, Any]:
    """The expressions in an object array, of no dimension for a single one."""
    import sympy

    rows = expression.tolist() if isinstance(expression, sympy.MatrixBase) else expression
    array = np.empty((), dtype=object)
    array[()] = rows
    found = np.array(rows, dtype=object) if isinstance(rows, list | tuple | np.ndarray) else array
    if found.ndim > 2 or not found.size:
        raise ArgumentsError(f"the expressions have shape {found.shape}; export takes one, a list or a table")
    for index, e in np.ndenumerate(found):
        if not hasattr(e, "free_symbols"):
            if not isinstance(e, int | float | np.integer | np.floating):
                raise ArgumentsError(f"{str(e)[:60]!r} is no SymPy expression; write a table of expressions")
            found[index] = SYMPY.leaf(e)
    return found


# -- on paper -------------------------------------------------------------------------------------


def _on_paper(elements: np.ndarray[Any, Any], form: str) -> str:
    formulas = np.frompyfunc(lambda e: as_printed(e, Pool()).node, 1, 1)(elements)
    if elements.ndim == 0:
        return as_latex(formulas) if form == "latex" else as_mathml(formulas)
    rows = formulas if elements.ndim == 2 else formulas[:, None]  # a vector is a column
    if form == "latex":
        lines = r" \\ ".join(" & ".join(map(as_latex, row)) for row in rows)
        return rf"\begin{{pmatrix}}{lines}\end{{pmatrix}}"
    cells = ["".join(f"<mtd>{mathml_part(e)}</mtd>" for e in row) for row in rows]
    table = "".join(f"<mtr>{row}</mtr>" for row in cells)
    inside = f"<mrow><mo>(</mo><mtable>{table}</mtable><mo>)</mo></mrow>"
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" displaystyle="true">{inside}</math>'


# -- source ---------------------------------------------------------------------------------------


def _source(elements: np.ndarray[Any, Any], form: str, variables: Sequence[str] | None, name: str) -> str:
    import sympy

    symbols = sorted({s for e in elements.ravel() for s in e.free_symbols}, key=lambda s: _natural(s.name))
    arguments = list(variables) if variables is not None else [s.name for s in symbols]
    missing = [s.name for s in symbols if s.name not in arguments]
    if missing or len(set(arguments)) < len(arguments):
        raise ArgumentsError(
            f"the expression has the variables {', '.join(s.name for s in symbols)}; "
            f"variables={arguments} must name each once"
        )
    # With all arguments in it, none of the names that are made up is that of an argument.
    named, results = share(sympy.Tuple(*elements.ravel(), *map(sympy.Symbol, arguments)))
    spelled = _spelled(arguments, form)
    printer = _printers()[form](spelled)
    lines = [(str(symbol), printer.source(e)) for symbol, e in named]
    values = [printer.source(e) for e in results.args[: elements.size]]
    return (_numpy if form == "numpy" else _c)(name, list(spelled.values()), lines, values, elements, printer)


def _natural(name: str) -> list[Any]:
    """A sort key that puts x2 before x10."""
    return [int(part) if i % 2 else part for i, part in enumerate(re.split("([0-9]+)", name))]


def _spelled(names: Sequence[str], form: str) -> dict[str, str]:
    """Each variable as the source can name it: x[0] is x_0, lambda is lambda_."""
    spelled: dict[str, str] = {}
    for name in names:
        made = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_") or "x"
        made = f"x{made}" if made[0].isdigit() else made
        while made in TAKEN[form] or made in spelled.values():
            made += "_"
        spelled[name] = made
    return spelled


def _numpy(
    name: str, arguments: list[str], lines: list[tuple[str, str]], values: list[str],
    elements: np.ndarray[Any, Any], printer: Any,
) -> str:  # fmt: skip
    shape, result = elements.shape, values[0] if elements.ndim == 0 else ""
    if elements.ndim:
        rows = (
            [values]
            if elements.ndim == 1
            else [values[i : i + shape[1]] for i in range(0, len(values), shape[1])]
        )
        texts = [f"[{', '.join(row)}]" for row in rows]
        result = f"numpy.array({texts[0] if elements.ndim == 1 else '[' + ', '.join(texts) + ']'})"
    body = [*(f"    {symbol} = {code}" for symbol, code in lines), f"    return {result}"]
    modules = sorted({"numpy", *printer.module_imports})
    imports = "\n".join(f"import {module}" for module in modules)
    return "\n".join([imports, "", "", f"def {name}({', '.join(arguments)}):", *body]) + "\n"


def _c(
    name: str, arguments: list[str], lines: list[tuple[str, str]], values: list[str],
    elements: np.ndarray[Any, Any], printer: Any,
) -> str:  # fmt: skip
    takes = [f"double {argument}" for argument in arguments]
    body = [f"    const double {symbol} = {code};" for symbol, code in lines]
    if elements.ndim == 0:
        head = f"double {name}({', '.join(takes) or 'void'})"
        body.append(f"    return {values[0]};")
    else:
        head = f"void {name}({', '.join([*takes, 'double *out'])})"
        body += [f"    out[{i}] = {value};" for i, value in enumerate(values)]
    return "\n".join(["#include <math.h>", "", head, "{", *body, "}"]) + "\n"


@lru_cache(maxsize=1)
def _printers() -> dict[str, Callable[[Mapping[str, str]], Any]]:
    """SymPy's printers, taught to keep all digits and to refuse what they cannot print."""
    from sympy.printing.c import C99CodePrinter
    from sympy.printing.codeprinter import PrintMethodNotImplementedError
    from sympy.printing.numpy import SciPyPrinter

    class Exact:
        """Numbers with all digits: SymPy writes floats with 15, and whole numbers that C cannot read."""

        target = ""

        def __init__(self, spelled: Mapping[str, str]) -> None:
            super().__init__({"strict": True})  # type: ignore[call-arg]
            self.spelled = spelled

        def source(self, e: Any) -> str:
            try:
                return " ".join(self.doprint(e).split())  # type: ignore[attr-defined]
            except (PrintMethodNotImplementedError, NotImplementedError) as error:
                what = str(error).splitlines()[0].rpartition(" ")[2]
                raise NotClosedFormError(f"{what} is no function of {self.target}'s library") from None

        def _print_Symbol(self, e: Any) -> str:
            return self.spelled.get(e.name, e.name)

        def _print_Float(self, e: Any) -> str:
            return repr(float(e))

        def _print_NumberSymbol(self, e: Any) -> str:
            return repr(float(e))

        _print_Pi = _print_Exp1 = _print_EulerGamma = _print_GoldenRatio = _print_Catalan = (
            _print_NumberSymbol
        )

        def _print_Integer(self, e: Any) -> str:
            return str(e) if abs(e) < 2**31 else repr(float(e))

        def _print_Rational(self, e: Any) -> str:
            if max(abs(e.p), e.q) >= 2**31:
                return repr(float(e))
            return f"{e.p}.0/{e.q}.0" if self.target == "C" else f"{e.p}/{e.q}"

    class NumPySource(Exact, SciPyPrinter):  # type: ignore[misc]
        target = "NumPy"

    class CSource(Exact, C99CodePrinter):  # type: ignore[misc]
        target = "C"

        def _print_Mod(self, e: Any) -> str:  # C's fmod has the sign of the dividend
            a, b = (f"({self._print(arg)})" for arg in e.args)
            return f"({a} - {b}*floor({a}/{b}))"

    return {"numpy": NumPySource, "c": CSource}
