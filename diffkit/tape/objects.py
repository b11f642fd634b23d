"""Arithmetics whose numbers travel in NumPy object arrays: mpmath's and SymPy's, and the base of the others.

Everything that only moves or adds elements (reshape, indexing, sum, matmul, ...) is NumPy's own, and each
elementwise function is a row of the table in `meaning`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cached_property, partial
from typing import Any, ClassVar

import numpy as np

from diffkit.errors import DiffkitError, DomainError, NoRuleError
from diffkit.primitives import Joined, assemble, component, getitem, scatter
from diffkit.structure import is_array_like
from diffkit.tape.arithmetic import Arithmetic, name_of
from diffkit.tape.bounds import require_finite_work, require_writable
from diffkit.tape.inside import run_inside
from diffkit.tape.meaning import LOGIC, WRITTEN_OUT, row_of

__all__ = [
    "MPMATH",
    "SYMPY",
    "Mpmath",
    "ObjectArithmetic",
    "SympyArithmetic",
    "exact_float",
    "simplest_exact",
]


class ObjectArithmetic(Arithmetic):
    """An arithmetic whose numbers travel in object arrays; `side` picks its half of a row.

    `instead` ends the sentence about a function that has no meaning here.
    """

    side: ClassVar[int] = 0
    instead: ClassVar[str] = ""

    @cached_property
    def module(self) -> Any:
        raise NotImplementedError

    def number(self, value: Any) -> Any:
        """One plain number, exactly, as a number of this arithmetic."""
        raise NotImplementedError

    def leaf(self, value: Any) -> Any:
        return self._convert(value, whole_numbers=True)

    def constant(self, value: Any) -> Any:
        # Whole numbers stay: an exponent 2, an axis or a shape means the same everywhere.
        return self._convert(value, whole_numbers=False)

    def _convert(self, value: Any, whole_numbers: bool) -> Any:
        kinds = "biufc" if whole_numbers else "fc"
        if isinstance(value, np.ndarray) and value.dtype.kind in kinds:
            out = np.empty(value.shape, dtype=object)
            out.ravel()[:] = [self.number(v) for v in value.ravel().tolist()] if value.size else []
            return out if value.ndim else out.item()
        if isinstance(value, int | np.integer):
            return self.number(int(value)) if whole_numbers else value
        if isinstance(value, float | complex | np.inexact):
            return self.number(value)
        if isinstance(value, list | tuple) and is_array_like(value):
            array = np.array(value)
            if array.dtype == object and whole_numbers:  # a list of mpmath's numbers
                return array
            return self._convert(array, whole_numbers) if array.dtype.kind in kinds else value
        return value

    def row(self, function: Callable[..., Any]) -> Callable[..., Any] | None:
        """The meaning of an elementwise function here, or None when NumPy's own will do."""
        row = row_of(function)
        if row is None:
            return None
        half = row[self.side] if isinstance(row, tuple) else row
        if half is None:
            raise NotImplementedError
        if isinstance(half, str):
            found: Callable[..., Any] = getattr(self.module, half)
            return found
        return partial(half, self.module)

    def call(self, function: Callable[..., Any], args: Any, keywords: Mapping[str, Any]) -> Any:
        elementwise = False
        try:
            row = self.row(function)
            elementwise = row is not None
            y = self._elementwise(row, args, keywords) if row else self._structural(function, args, keywords)
        except (ZeroDivisionError, OverflowError) as error:
            raise DomainError(f"{name_of(function)} has no value at {_few(args)}: {error}") from error
        except (TypeError, AttributeError, NotImplementedError, ValueError) as error:
            if isinstance(error, DiffkitError):
                raise
            if elementwise and isinstance(error, ValueError):  # mpmath's word for a pole
                raise DomainError(f"{name_of(function)} has no value at {_few(args)}: {error}") from error
            raise NoRuleError(
                f"{name_of(function)} has no meaning in {self.name} arithmetic{self.instead}"
            ) from error
        return y.item() if isinstance(y, np.ndarray) and y.ndim == 0 else y

    def _elementwise(self, row: Callable[..., Any], args: Any, keywords: Mapping[str, Any]) -> Any:
        if "decimals" in keywords:  # the rest (dtype, casting, ...) says nothing about exact numbers
            args = (*args, keywords["decimals"])
        if any(isinstance(a, np.ndarray) for a in args):
            return np.frompyfunc(row, len(args), 1)(*args)
        return row(*args)

    def _structural(self, function: Callable[..., Any], args: Any, keywords: Mapping[str, Any]) -> Any:
        if function is scatter:
            out = np.full(keywords["shape"], self.number(0), dtype=object)
            np.add.at(out, keywords["key"], args[0])
            return out
        if function is assemble:
            out = np.empty(len(args), dtype=object)
            out[:] = args
            return out.reshape(keywords["shape"])
        if function in WRITTEN_OUT:
            return WRITTEN_OUT[function](self._called, *args, **keywords)
        if hasattr(function, "inside"):
            return run_inside(function.inside, self, args, keywords)
        if function in FOLDS:
            return self._fold(FOLDS[function], args, keywords)
        if function is getitem:
            return np.asarray(args[0], dtype=object)[keywords["key"]]
        if isinstance(function, Joined) or function is component:
            return function(*args, **keywords)
        if (isinstance(function, np.ufunc) and not _runs_on_objects(function)) or _is_linalg(function):
            raise TypeError("no row")  # NumPy would ask the objects for a method of its own name
        keywords = {k: v for k, v in keywords.items() if k != "dtype"}
        if function is np.sum and 0 in np.shape(args[0]):  # of nothing: NumPy's 0 is not one of our numbers
            keywords = {"initial": self.number(0), **keywords}
        first = (
            args[0] if isinstance(args[0], str) else np.asarray(args[0], dtype=object)
        )  # einsum has a text
        return function(first, *args[1:], **keywords)

    def _called(self, function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
        return self.call(function, [self.constant(a) for a in args], keywords)

    def _fold(self, function: Any, args: Any, keywords: Mapping[str, Any]) -> Any:
        """A reduction whose pairwise step is a row, such as max."""
        row = self.row(function)
        assert row is not None
        axis = keywords.get("axis", args[1] if args[1:] else None)
        x = np.asarray(args[0], dtype=object)
        axes = range(x.ndim) if axis is None else [a % x.ndim for a in np.atleast_1d(axis)]
        step = np.frompyfunc(row, 2, 1)
        started = {"initial": self.constant(keywords["initial"])} if "initial" in keywords else {}
        if "where" in keywords:  # which NumPy demands an initial value for
            x = np.where(keywords["where"], x, started["initial"])
        for a in sorted(axes, reverse=True):
            x = step.reduce(x, axis=a, keepdims=bool(keywords.get("keepdims", False)), **started)
        return x


FOLDS: dict[Any, Any] = {np.max: np.maximum, np.min: np.minimum, np.amax: np.maximum, np.amin: np.minimum}


def _runs_on_objects(function: np.ufunc) -> bool:
    """Whether NumPy itself multiplies and adds the objects: matmul, vecdot, ..."""
    return function.signature is not None and "OO->O" in function.types


def _is_linalg(function: Callable[..., Any]) -> bool:
    return (getattr(function, "__module__", None) or "").startswith("numpy.linalg")


class Mpmath(ObjectArithmetic):
    """mpmath's real numbers at the precision that is set (mpmath.workdps) when the tape is replayed."""

    name = "mpmath"

    @cached_property
    def module(self) -> Any:
        import mpmath

        return mpmath.mp

    def number(self, value: Any) -> Any:
        if isinstance(value, complex):
            return self.module.mpc(value)
        return self.module.mpf(value if isinstance(value, int) else exact_float(value))

    def row(self, function: Callable[..., Any]) -> Callable[..., Any] | None:
        """The row, answering nan as NumPy does where mpmath raises at a pole or goes complex.

        Which is right only if somebody looks at the end: np.where may select the other side.
        """
        row = super().row(function)
        complex_number, nan = self.module.mpc, self.module.nan

        def real(*args: Any) -> Any:
            assert row is not None
            require_finite_work(function, args)
            try:
                y = row(*args)
            except (ZeroDivisionError, ValueError):
                return nan
            went_complex = isinstance(y, complex_number) and not any(
                isinstance(a, complex_number) for a in args
            )
            return nan if went_complex else y

        return row and real


def exact_float(value: Any) -> Any:
    """A NumPy real as something mpmath reads without rounding; longdouble keeps its extra bits."""
    if isinstance(value, np.longdouble) and value.dtype.itemsize > 8 and np.isfinite(value):
        mantissa, exponent = np.frexp(value)
        whole = int(mantissa * np.longdouble(2) ** 64)
        return (whole, int(exponent) - 64)
    return float(value)


class SympyArithmetic(ObjectArithmetic):
    """SymPy's exact numbers and expressions; a float becomes the simplest number that rounds to it."""

    name = "sympy"
    side = 1

    @cached_property
    def module(self) -> Any:
        import sympy

        return sympy

    def number(self, value: Any) -> Any:
        if isinstance(value, complex):
            return self.number(value.real) + self.module.I * self.number(value.imag)
        if isinstance(value, int):
            return self.module.Integer(int(value))
        return simplest_exact(float(value), self.module)

    def row(self, function: Callable[..., Any]) -> Callable[..., Any] | None:
        row = super().row(function)

        def writable(*args: Any) -> Any:
            assert row is not None
            require_writable(name_of(function), args)
            return row(*args)

        return row and writable

    def call(self, function: Callable[..., Any], args: Any, keywords: Mapping[str, Any]) -> Any:
        if function in (np.sum, np.mean) or (function not in LOGIC and row_of(function) is not None):
            args = [self._counted(a) for a in args]
        if function is np.where and len(args) == 3:
            numbers = [self._counted(a) for a in args[1:]]
            if any(number is a for number, a in zip(numbers, args[1:], strict=True)):  # one counts, both do
                args = [args[0], *numbers]
        return super().call(function, args, keywords)

    def _counted(self, value: Any) -> Any:
        """A truth value as 0 or 1, as in (x > 0) * x."""
        if isinstance(value, np.ndarray) and value.dtype == object:
            return np.frompyfunc(self._counted, 1, 1)(value) if value.ndim else value
        # SymPy's Symbol is both a number and a truth value; only what is no number is counted.
        if isinstance(value, self.module.logic.boolalg.Boolean) and not isinstance(value, self.module.Expr):
            return self.module.Piecewise((1, value), (0, True))
        return value


def simplest_exact(value: float, sympy: Any) -> Any:
    """The simplest exact SymPy number that rounds to this float: pi, 1/3, 1/10 and not a 17-digit Float.

    SymPy folds Floats at 15 digits before anyone can stop it, so floats never enter an expression.

    Examples
    --------
    >>> import sympy
    >>> [simplest_exact(v, sympy) for v in (0.5, 0.1, 1 / 3, np.pi)]
    [1/2, 1/10, 1/3, pi]
    """
    if not np.isfinite(value):
        return sympy.nan if np.isnan(value) else sympy.oo * int(np.sign(value))
    for constant in (sympy.pi, sympy.E):
        for multiple in (1, 2, Fraction(1, 2), -1, -2, Fraction(-1, 2)):
            if value == float(constant) * float(multiple):
                return constant * sympy.Rational(multiple)
    near = Fraction(value).limit_denominator(1000)
    if float(near) == value:
        return sympy.Rational(near.numerator, near.denominator)
    return sympy.Rational(repr(value))


def _few(args: Any) -> str:
    shown = ", ".join(str(a)[:24] for a in args[:3])
    return shown + (", ..." if len(args) > 3 else "")


MPMATH = Mpmath()
SYMPY = SympyArithmetic()
