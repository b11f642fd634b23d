"""Functions as Python source: the name that NumPy or SciPy gives them, or their text where they are ours."""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
import textwrap
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

from diffkit.errors import ArgumentsError
from diffkit.primitives import primitive
from diffkit.tape.arithmetic import name_of
from diffkit.views.literals import literal

__all__ = ["Library"]

# Where a function without a module of its own, such as a ufunc, is looked for.
_HOMES = ("numpy", "numpy.linalg", "numpy.fft", "scipy.special", "scipy.special._ufuncs")
_SHORT = {"numpy": "np", "scipy.special": "sc"}
_PRIMITIVE = primitive(len).__code__  # of all that `primitive` has made


class Library:
    """What a program needs around it: the imports and the functions that it calls.

    Attributes
    ----------
    imports
        The import lines, in the order in which they were first needed.
    helpers
        The source of diffkit's own functions by name, each after those that it calls.
    """

    def __init__(self) -> None:
        self.imports: dict[str, str] = {"np": "import numpy as np"}
        self.helpers: dict[str, str] = {}
        self._known: dict[Any, str] = {}

    def name(self, function: Callable[..., Any]) -> str:
        """The text that stands for a function in a call of it.

        Raises
        ------
        ArgumentsError
            If it is no function of NumPy, SciPy or diffkit.

        Examples
        --------
        >>> import numpy as np, scipy.special
        >>> library = Library()
        >>> library.name(np.linalg.norm), library.name(scipy.special.erf)
        ('np.linalg.norm', 'sc.erf')
        >>> list(library.imports.values())
        ['import numpy as np', 'import scipy.special as sc']
        """
        if function not in self._known:
            self._known[function] = self._find(function)
        return self._known[function]

    def _find(self, function: Callable[..., Any]) -> str:
        name = name_of(function)
        for home in [*_public(getattr(function, "__module__", None)), *_HOMES]:
            if getattr(sys.modules.get(home), name, None) is function:
                # sc.zeta is a Python function that calls the ufunc sc._ufuncs._zeta.
                return self._from("scipy.special", "zeta") if name == "_zeta" else self._from(home, name)
        if getattr(function, "__code__", None) is _PRIMITIVE:
            return self.name(function.__wrapped__)  # type: ignore[attr-defined]
        if _is_ours(function):
            return self._write(function)
        raise ArgumentsError(
            f"no source: the tape calls {name.replace('<lambda>', 'a lambda')}, which is no function of "
            "NumPy or SciPy and has no text in them; let f do its work with NumPy functions, and record that"
        )

    def _from(self, home: str, name: str) -> str:
        if home == "numpy" or home.startswith("numpy."):
            return f"np{home.removeprefix('numpy')}.{name}"
        if home in _SHORT:
            self.imports[_SHORT[home]] = f"import {home} as {_SHORT[home]}"
            return f"{_SHORT[home]}.{name}"
        self.imports[home] = f"import {home}"
        return f"{home}.{name}"

    # -- functions of diffkit itself ------------------------------------------------------------------

    def _write(self, function: Any) -> str:
        """The name of one of our functions, which is written out with all that it calls."""
        name = str(function.__name__)
        if name in self.helpers:
            raise ArgumentsError(f"no source: the tape calls two functions named {name}")
        self._known[function] = name  # it may call itself
        text = inspect.getsource(function)
        (tree,) = ast.parse(textwrap.dedent(text)).body
        assert isinstance(tree, ast.FunctionDef)
        own = set(function.__code__.co_varnames)
        tree = _Undressed().visit(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id not in own and not hasattr(builtins, node.id):
                self._bring(node.id, function)
        self.helpers[name] = ast.unparse(tree)
        return name

    def _bring(self, name: str, function: Any) -> None:
        """Let a global name that a function uses mean the same in the source."""
        value = function.__globals__.get(name)
        if isinstance(value, ModuleType):
            self.imports.setdefault(
                name, f"import {value.__name__}" + (f" as {name}" if name != value.__name__ else "")
            )
        elif isinstance(value, FunctionType) and _is_ours(value):
            self.name(value)
        elif name in function.__globals__:
            self.helpers[name] = f"{name} = {literal(value)}"


class _Undressed(ast.NodeTransformer):
    """A function without what its program does not need: decorators, types, the rest of a long docstring."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.decorator_list, node.returns = [], None
        told = ast.get_docstring(node)
        if told:
            node.body[0] = ast.Expr(ast.Constant(told.splitlines()[0]))
        self.generic_visit(node)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt | None:
        if node.value is None:
            return None
        return ast.copy_location(ast.Assign([node.target], node.value), node)


def _is_ours(function: Any) -> bool:
    if not isinstance(function, FunctionType) or "<" in function.__qualname__:  # a lambda, or a local one
        return False
    return function.__module__.partition(".")[0] == "diffkit"


def _public(module: str | None) -> list[str]:
    """The module that a function calls its own, without the parts that are private."""
    parts = (module or "").split(".")
    private = next((i for i, part in enumerate(parts) if part.startswith("_")), len(parts))
    return [".".join(parts[:private])] if parts[0] in ("numpy", "scipy") else []
