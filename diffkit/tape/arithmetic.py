"""Arithmetic: the same program in NumPy, mpmath or SymPy.

A tape says which functions ran; an arithmetic says what each of them means for its kind of number.
NumPy needs no table. mpmath and SymPy numbers travel in NumPy object arrays: everything that only
moves or adds elements (reshape, indexing, sum, matmul, ...) is NumPy's own, and each elementwise
function is a row of the table below. A row is one text or function for both libraries, or a pair
(mpmath, SymPy); a text is the name of the function there.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, ClassVar

import numpy as np

from diffkit.errors import DomainError, NoRuleError
from diffkit.structure import as_leaf
from diffkit.primitives import Joined, assemble, getitem, scatter

__all__ = ["MPMATH", "NUMPY", "PLAIN", "SYMPY", "Arithmetic", "arithmetic_named", "name_of", "sympy_names"]


# -- NumPy --------------------------------------------------------------------------------------


def divide(a: Any, b: Any) -> Any:
    """a / b with NumPy's answer (inf or nan) where Python floats would raise."""
    try:
        return a / b
    except ZeroDivisionError:
        return np.true_divide(a, b)


def power(a: Any, b: Any) -> Any:
    """a ** b with NumPy's answer where Python floats would raise or turn complex."""
    if a.__class__ in PYTHON_NUMBERS and b.__class__ in PYTHON_NUMBERS:
        return np.power(np.float64(a), b)
    return a**b


PYTHON_NUMBERS = (float, int)

# Operators are several times faster than ufuncs on scalars and dispatch the same way on arrays.
PLAIN: dict[Any, Callable[..., Any]] = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.true_divide: divide,
    np.power: power,
    np.negative: operator.neg,
}


class Arithmetic:
    """What leaves, constants and functions of a tape mean for one kind of number; here: NumPy's."""

    name: ClassVar[str] = "numpy"

    def leaf(self, value: Any) -> Any:
        """An input in this arithmetic."""
        return as_leaf(value)

    def constant(self, value: Any) -> Any:
        """A constant operand in this arithmetic."""
        return value

    def call(self, function: Callable[..., Any], args: Any, keywords: Mapping[str, Any]) -> Any:
        """The result of one instruction."""
        y = PLAIN.get(function, function)(*args, **keywords)
        return float(y) if y.__class__ is np.float64 else y


# -- mpmath and SymPy -----------------------------------------------------------------------------

Row = str | Callable[..., Any] | tuple[str | Callable[..., Any], str | Callable[..., Any]]


def _real_cbrt(m: Any, x: Any) -> Any:
    return m.sign(x) * m.cbrt(abs(x))


TABLE: dict[Any, Row] = {
    np.add: lambda m, a, b: a + b,
    np.subtract: lambda m, a, b: a - b,
    np.multiply: lambda m, a, b: a * b,
    np.true_divide: lambda m, a, b: a / b,
    np.power: lambda m, a, b: a**b,
    np.float_power: lambda m, a, b: a**b,
    np.negative: lambda m, a: -a,
    np.positive: lambda m, a: a,
    np.square: lambda m, a: a**2,
    np.reciprocal: lambda m, a: 1 / a,
    np.remainder: (lambda m, a, b: a - b * m.floor(a / b), "Mod"),
    np.floor_divide: lambda m, a, b: m.floor(a / b),
    np.fmod: lambda m, a, b: m.sign(a) * (abs(a) - abs(b) * m.floor(abs(a) / abs(b))),
    np.conjugate: lambda m, a: a,
    np.absolute: (lambda m, a: abs(a), "Abs"),
    np.fabs: (lambda m, a: abs(a), "Abs"),
    np.sign: "sign",
    np.floor: "floor",
    np.ceil: ("ceil", "ceiling"),
    np.trunc: lambda m, a: m.sign(a) * m.floor(abs(a)),
    np.maximum: (lambda m, a, b: max(a, b), "Max"),
    np.minimum: (lambda m, a, b: min(a, b), "Min"),
    np.fmax: (lambda m, a, b: max(a, b), "Max"),
    np.fmin: (lambda m, a, b: min(a, b), "Min"),
    np.copysign: lambda m, a, b: abs(a) * (m.sign(b) + (b == 0)),
    np.heaviside: (lambda m, a, b: b if a == 0 else m.mpf(a > 0), "Heaviside"),
    np.sqrt: "sqrt",
    np.cbrt: (_real_cbrt, lambda m, a: m.sign(a) * m.Abs(a) ** m.Rational(1, 3)),
    np.hypot: ("hypot", lambda m, a, b: m.sqrt(a**2 + b**2)),
    np.exp: "exp",
    np.exp2: lambda m, a: 2**a,
    np.expm1: ("expm1", lambda m, a: m.exp(a) - 1),
    np.log: "log",
    np.log2: lambda m, a: m.log(a, 2),
    np.log10: lambda m, a: m.log(a, 10),
    np.log1p: ("log1p", lambda m, a: m.log(1 + a)),
    np.logaddexp: lambda m, a, b: m.log(m.exp(a) + m.exp(b)),
    np.logaddexp2: lambda m, a, b: m.log(2**a + 2**b, 2),
    np.sin: "sin",
    np.cos: "cos",
    np.tan: "tan",
    np.arcsin: "asin",
    np.arccos: "acos",
    np.arctan: "atan",
    np.arctan2: "atan2",
    np.sinh: "sinh",
    np.cosh: "cosh",
    np.tanh: "tanh",
    np.arcsinh: "asinh",
    np.arccosh: "acosh",
    np.arctanh: "atanh",
    np.deg2rad: lambda m, a: a * m.pi / 180,
    np.radians: lambda m, a: a * m.pi / 180,
    np.rad2deg: lambda m, a: a * 180 / m.pi,
    np.degrees: lambda m, a: a * 180 / m.pi,
    np.sinc: ("sincpi", lambda m, a: m.sinc(m.pi * a)),
    np.less: lambda m, a, b: a < b,
    np.less_equal: lambda m, a, b: a <= b,
    np.greater: lambda m, a, b: a > b,
    np.greater_equal: lambda m, a, b: a >= b,
    np.equal: (lambda m, a, b: a == b, "Eq"),
    np.not_equal: (lambda m, a, b: a != b, "Ne"),
    np.logical_and: (lambda m, a, b: bool(a) and bool(b), "And"),
    np.logical_or: (lambda m, a, b: bool(a) or bool(b), "Or"),
    np.logical_not: (lambda m, a: not a, "Not"),
    np.isnan: (lambda m, a: bool(m.isnan(a)), lambda m, a: a is m.nan),
    np.isinf: (lambda m, a: bool(m.isinf(a)), lambda m, a: a.is_infinite is True),
    np.isfinite: (lambda m, a: bool(m.isfinite(a)), lambda m, a: a.is_infinite is not True),
    np.where: (lambda m, c, a, b: a if c else b, lambda m, c, a, b: m.Piecewise((a, c), (b, True))),
}


def _special_rows() -> dict[Any, Row]:
    """The rows of scipy.special, made when a function of it is first met."""
    import scipy.special as sc

    return {
        sc.erf: "erf",
        sc.erfc: "erfc",
        sc.erfinv: "erfinv",
        sc.erfcinv: (lambda m, a: m.erfinv(1 - a), "erfcinv"),
        sc.gamma: "gamma",
        sc.gammaln: (lambda m, a: m.log(abs(m.gamma(a))), "loggamma"),
        sc.loggamma: "loggamma",
        sc.rgamma: ("rgamma", lambda m, a: 1 / m.gamma(a)),
        sc.psi: ("digamma", "digamma"),
        sc.beta: "beta",
        sc.betaln: lambda m, a, b: m.log(m.beta(a, b)),
        sc.expit: lambda m, a: 1 / (1 + m.exp(-a)),
        sc.log_expit: lambda m, a: -m.log(1 + m.exp(-a)),
        sc.logit: lambda m, a: m.log(a / (1 - a)),
        sc.xlogy: (lambda m, a, b: a * m.log(b) if a else a, lambda m, a, b: a * m.log(b)),
        sc.xlog1py: (lambda m, a, b: a * m.log1p(b) if a else a, lambda m, a, b: a * m.log(1 + b)),
        sc.entr: lambda m, a: -a * m.log(a),
        sc.ndtr: lambda m, a: (1 + m.erf(a / m.sqrt(2))) / 2,
        sc.log_ndtr: lambda m, a: m.log((1 + m.erf(a / m.sqrt(2))) / 2),
        sc.j0: lambda m, a: m.besselj(0, a),
        sc.j1: lambda m, a: m.besselj(1, a),
        sc.jn: "besselj",
        sc.jv: "besselj",
        sc.y0: lambda m, a: m.bessely(0, a),
        sc.y1: lambda m, a: m.bessely(1, a),
        sc.yn: "bessely",
        sc.yv: "bessely",
        sc.i0: lambda m, a: m.besseli(0, a),
        sc.i1: lambda m, a: m.besseli(1, a),
        sc.iv: "besseli",
        sc.ive: lambda m, n, a: m.besseli(n, a) * m.exp(-abs(a)),
        sc.kv: "besselk",
        sc.gammainc: (lambda m, a, x: m.gammainc(a, 0, x, regularized=True),
                      lambda m, a, x: m.lowergamma(a, x) / m.gamma(a)),
        sc.gammaincc: (lambda m, a, x: m.gammainc(a, x, regularized=True),
                       lambda m, a, x: m.uppergamma(a, x) / m.gamma(a)),
        sc.betainc: (lambda m, a, b, x: m.betainc(a, b, 0, x, regularized=True), "betainc_regularized"),
        sc.exp10: lambda m, a: 10**a,
        sc.cosm1: lambda m, a: m.cos(a) - 1,
        sc.sinc: ("sincpi", lambda m, a: m.sinc(m.pi * a)),
    }  # fmt: skip


@dataclass(frozen=True)
class _ObjectArithmetic(Arithmetic):
    """An arithmetic whose numbers travel in object arrays; `side` picks its half of a row."""

    side: int

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
        if isinstance(value, float | complex | np.inexact) or (whole_numbers and isinstance(value, int | np.integer)):
            return self.number(value)
        if whole_numbers and isinstance(value, list | tuple):
            return np.vectorize(self.number, otypes=[object])(np.array(value, dtype=object))
        return value

    def row(self, function: Callable[..., Any]) -> Callable[..., Any] | None:
        """The meaning of an elementwise function here, or None when NumPy's own will do."""
        row = _row_of(function)
        if row is None:
            return None
        half = row[self.side] if isinstance(row, tuple) else row
        if isinstance(half, str):
            found: Callable[..., Any] = getattr(self.module, half)
            return found
        return lambda *args: half(self.module, *args)

    def call(self, function: Callable[..., Any], args: Any, keywords: Mapping[str, Any]) -> Any:
        row = self.row(function)
        try:
            if row is not None:
                y = self._elementwise(row, args)
            else:
                y = self._structural(function, args, keywords)
        except (ZeroDivisionError, OverflowError) as error:
            raise DomainError(f"{name_of(function)} has no value at {_few(args)}: {error}") from error
        except (TypeError, AttributeError, NotImplementedError) as error:
            raise NoRuleError(f"{name_of(function)} has no meaning in {self.name} arithmetic") from error
        return y.item() if isinstance(y, np.ndarray) and y.ndim == 0 else y

    def _elementwise(self, row: Callable[..., Any], args: Any) -> Any:
        if any(isinstance(a, np.ndarray) for a in args):
            return np.frompyfunc(row, len(args), 1)(*args)
        return row(*args)

    def _structural(self, function: Callable[..., Any], args: Any, keywords: Mapping[str, Any]) -> Any:
        if function in (assemble, scatter):
            if function is scatter:
                out = np.full(keywords["shape"], self.number(0), dtype=object)
                np.add.at(out, keywords["key"], args[0])
                return out
            out = np.empty(len(args), dtype=object)
            out[:] = args
            return out.reshape(keywords["shape"])
        if function in FOLDS:
            return self._fold(FOLDS[function], args, keywords)
        if isinstance(function, Joined) or function is getitem:
            return function(*args, **keywords)
        if isinstance(function, np.ufunc) or getattr(function, "__module__", "").startswith("numpy.linalg"):
            raise TypeError("no row")  # NumPy would ask the objects for a method of its own name
        keywords = {k: v for k, v in keywords.items() if k != "dtype"}
        return function(*(np.asarray(a, dtype=object) if i == 0 else a for i, a in enumerate(args)), **keywords)

    def _fold(self, function: Any, args: Any, keywords: Mapping[str, Any]) -> Any:
        """A reduction whose pairwise step is a row, such as max."""
        row = self.row(function)
        assert row is not None
        axis = keywords.get("axis", args[1] if args[1:] else None)
        x = np.asarray(args[0], dtype=object)
        axes = range(x.ndim) if axis is None else [a % x.ndim for a in np.atleast_1d(axis)]
        step = np.frompyfunc(row, 2, 1)
        for a in sorted(axes, reverse=True):
            x = step.reduce(x, axis=a, keepdims=bool(keywords.get("keepdims", False)))
        return x


FOLDS: dict[Any, Any] = {np.max: np.maximum, np.min: np.minimum, np.amax: np.maximum, np.amin: np.minimum}


def _row_of(function: Callable[..., Any]) -> Row | None:
    row = TABLE.get(function)
    if row is None and isinstance(function, np.ufunc):
        row = _special_table().get(function)
    return row


@lru_cache(maxsize=1)
def _special_table() -> dict[Any, Row]:
    return _special_rows()


class _Mpmath(_ObjectArithmetic):
    """mpmath's real numbers at the precision that is set (mpmath.workdps) when the tape is replayed."""

    name = "mpmath"

    @cached_property
    def module(self) -> Any:
        import mpmath

        return mpmath.mp

    def number(self, value: Any) -> Any:
        if isinstance(value, complex):
            return self.module.mpc(value)
        return self.module.mpf(value if isinstance(value, int) else _exact_float(value))

    def call(self, function: Callable[..., Any], args: Any, keywords: Mapping[str, Any]) -> Any:
        y = super().call(function, args, keywords)
        if isinstance(y, self.module.mpc) and not any(isinstance(a, self.module.mpc) for a in args):
            # mpmath goes complex where NumPy answers nan.
            raise DomainError(f"{name_of(function)} has no real value at {_few(args)}")
        return y


def _exact_float(value: Any) -> Any:
    """A NumPy real as something mpmath reads without rounding; longdouble keeps its extra bits."""
    if isinstance(value, np.longdouble) and value.dtype.itemsize > 8 and np.isfinite(value):
        mantissa, exponent = np.frexp(value)
        whole = int(mantissa * np.longdouble(2) ** 64)
        return (whole, int(exponent) - 64)
    return float(value)


class _Sympy(_ObjectArithmetic):
    """SymPy's exact numbers and expressions; a float becomes the simplest number that rounds to it."""

    name = "sympy"

    @cached_property
    def module(self) -> Any:
        import sympy

        return sympy

    def number(self, value: Any) -> Any:
        if isinstance(value, complex):
            return self.number(value.real) + self.module.I * self.number(value.imag)
        return simplest_exact(float(value), self.module)


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
        for multiple in (1, 2, Fraction(1, 2), -1):
            if value == float(constant) * float(multiple):
                return constant * sympy.Rational(multiple)
    near = Fraction(value).limit_denominator(1000)
    if float(near) == value:
        return sympy.Rational(near.numerator, near.denominator)
    return sympy.Rational(repr(value))


NUMPY = Arithmetic()
MPMATH = _Mpmath(0)
SYMPY = _Sympy(1)
_NAMED = {"numpy": NUMPY, "mpmath": MPMATH, "sympy": SYMPY}


def arithmetic_named(arithmetic: str | Arithmetic) -> Arithmetic:
    """The arithmetic of this name, or the given one when it is an arithmetic already."""
    if isinstance(arithmetic, Arithmetic):
        return arithmetic
    if arithmetic not in _NAMED:
        raise ValueError(f"no arithmetic {arithmetic!r}; write one of {', '.join(map(repr, _NAMED))}")
    return _NAMED[arithmetic]


def name_of(function: Callable[..., Any]) -> str:
    """The name a reader knows a function by: `sin`, `concatenate`, `getitem`."""
    return str(getattr(function, "__name__", repr(function)))


def sympy_names() -> dict[str, Any]:
    """The NumPy function behind each SymPy function that the table names: {"asin": np.arcsin, ...}."""
    rows = {**TABLE, **_special_table()}
    halves = {function: row[1] if isinstance(row, tuple) else row for function, row in rows.items()}
    return {half: function for function, half in reversed(halves.items()) if isinstance(half, str)}


def _few(args: Any) -> str:
    shown = ", ".join(str(a)[:24] for a in args[:3])
    return shown + (", ..." if len(args) > 3 else "")
