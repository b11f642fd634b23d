"""What each function is in mpmath and in SymPy, as a table.

A row is one text or function for both libraries, or a pair (mpmath, SymPy). A text is the name of the
function there; a function gets the library `m` first, then the operands, one element of each. None
says that the library has no such function.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from diffkit.primitives import kept, mutual_product, selected_product, share, tanh_slope

__all__ = ["LOGIC", "TABLE", "WRITTEN_OUT", "row_of", "special_table", "sympy_names"]

Half = str | Callable[..., Any] | None
Row = Half | tuple[Half, Half]


def _clipped(x: Any, low: Any, high: Any, larger: Any, smaller: Any) -> Any:
    raised = x if low is None else larger(x, low)
    return raised if high is None else smaller(raised, high)


def _number(m: Any, x: Any) -> Any:
    """A truth value as 0 or 1, as NumPy has it among numbers."""
    return m.mpf(x) if isinstance(x, bool) else x


def _as_type(m: Any, x: Any, dtype: Any) -> Any:
    """Exact numbers have no width: only the step to whole numbers changes a value."""
    return m.sign(x) * m.floor(abs(x)) if np.dtype(dtype).kind in "iu" else x


def _rounded(m: Any, x: Any, decimals: int = 0) -> Any:
    return m.nint(x * m.mpf(10) ** decimals) / m.mpf(10) ** decimals


# fmt: off
TABLE: dict[Any, Row] = {
    np.add:           lambda m, a, b: a + b,
    np.subtract:      lambda m, a, b: a - b,
    np.multiply:      lambda m, a, b: a * b,
    np.true_divide:   lambda m, a, b: a / b,
    np.power:         lambda m, a, b: a**b,
    np.float_power:   lambda m, a, b: a**b,
    np.negative:      lambda m, a: -a,
    np.positive:      lambda m, a: a,
    np.square:        lambda m, a: a**2,
    np.reciprocal:    lambda m, a: 1 / a,
    np.conjugate:     lambda m, a: a,
    np.astype:        _as_type,
    # Mod has no derivative in SymPy; floor is constant between its jumps.
    np.remainder:     lambda m, a, b: a - b * m.floor(a / b),
    np.floor_divide:  lambda m, a, b: m.floor(a / b),
    np.fmod:          lambda m, a, b: a - b * m.sign(a / b) * m.floor(abs(a / b)),
    np.absolute:      (lambda m, a: abs(a), "Abs"),
    np.fabs:          (lambda m, a: abs(a), "Abs"),
    np.sign:          "sign",
    np.floor:         "floor",
    np.ceil:          ("ceil", "ceiling"),
    np.trunc:         lambda m, a: m.sign(a) * m.floor(abs(a)),
    np.rint:          ("nint", None),
    np.round:         (_rounded, None),
    np.maximum:       (lambda m, a, b: max(a, b), "Max"),
    np.minimum:       (lambda m, a, b: min(a, b), "Min"),
    np.fmax:          (lambda m, a, b: max(a, b), "Max"),
    np.fmin:          (lambda m, a, b: min(a, b), "Min"),
    np.clip:          (lambda m, a, low, high: _clipped(a, low, high, max, min),
                       lambda m, a, low, high: _clipped(a, low, high, m.Max, m.Min)),
    np.copysign:      (lambda m, a, b: abs(a) if b >= 0 else -abs(a),
                       lambda m, a, b: m.Abs(a) * m.Piecewise((1, b >= 0), (-1, True))),
    np.heaviside:     (lambda m, a, b: b if a == 0 else m.mpf(a > 0), "Heaviside"),
    np.sqrt:          "sqrt",
    np.cbrt:          (lambda m, a: m.sign(a) * m.cbrt(abs(a)),
                       lambda m, a: m.sign(a) * m.Abs(a) ** m.Rational(1, 3)),
    np.hypot:         ("hypot", lambda m, a, b: m.sqrt(a**2 + b**2)),
    np.exp:           "exp",
    np.exp2:          lambda m, a: 2**a,
    np.expm1:         ("expm1", lambda m, a: m.exp(a) - 1),
    np.log:           "log",
    np.log2:          lambda m, a: m.log(a, 2),
    np.log10:         lambda m, a: m.log(a, 10),
    np.log1p:         ("log1p", lambda m, a: m.log(1 + a)),
    np.logaddexp:     lambda m, a, b: m.log(m.exp(a) + m.exp(b)),
    np.logaddexp2:    lambda m, a, b: m.log(2**a + 2**b, 2),
    share:            lambda m, a, b: 1 / (1 + m.exp(b - a)),
    np.sin:           "sin",
    np.cos:           "cos",
    np.tan:           "tan",
    np.arcsin:        "asin",
    np.arccos:        "acos",
    np.arctan:        "atan",
    np.arctan2:       "atan2",
    np.sinh:          "sinh",
    np.cosh:          "cosh",
    np.tanh:          "tanh",
    tanh_slope:       lambda m, y, x: 1 - y**2,
    selected_product: (lambda m, a, b: a * b if a else a, lambda m, a, b: a * b),
    mutual_product:   (lambda m, a, b: a * b if a and b else m.mpf(0), lambda m, a, b: a * b),
    kept:             (lambda m, a, b: a if b or m.isfinite(a) else m.mpf(0), lambda m, a, b: a),
    np.arcsinh:       "asinh",
    np.arccosh:       "acosh",
    np.arctanh:       "atanh",
    np.deg2rad:       lambda m, a: a * m.pi / 180,
    np.radians:       lambda m, a: a * m.pi / 180,
    np.rad2deg:       lambda m, a: a * 180 / m.pi,
    np.degrees:       lambda m, a: a * 180 / m.pi,
    np.sinc:          ("sincpi", lambda m, a: m.sinc(m.pi * a)),
    np.less:          lambda m, a, b: a < b,
    np.less_equal:    lambda m, a, b: a <= b,
    np.greater:       lambda m, a, b: a > b,
    np.greater_equal: lambda m, a, b: a >= b,
    np.equal:         (lambda m, a, b: a == b, "Eq"),
    np.not_equal:     (lambda m, a, b: a != b, "Ne"),
    np.logical_and:   (lambda m, a, b: bool(a) and bool(b), "And"),
    np.logical_or:    (lambda m, a, b: bool(a) or bool(b), "Or"),
    np.logical_xor:   (lambda m, a, b: bool(a) != bool(b), "Xor"),
    np.logical_not:   (lambda m, a: not a, "Not"),
    np.isnan:         (lambda m, a: bool(m.isnan(a)), lambda m, a: a is m.nan),
    np.isinf:         (lambda m, a: bool(m.isinf(a)), lambda m, a: a.is_infinite is True),
    np.isfinite:      (lambda m, a: bool(m.isfinite(a)),
                       lambda m, a: a.is_infinite is not True and a is not m.nan),
    np.where:         (lambda m, c, a, b: _number(m, a if c else b),
                       lambda m, c, a, b: m.Piecewise((a, c), (b, True))),
}
# fmt: on

# These take truth values as they are; elsewhere a truth value counts as 0 or 1.
LOGIC = frozenset(
    {np.where, np.equal, np.not_equal, np.logical_and, np.logical_or, np.logical_xor, np.logical_not}
)


@lru_cache(maxsize=1)
def special_table() -> dict[Any, Row]:
    """The rows of scipy.special, made when a function of it is first met."""
    import scipy.special as sc

    def gamma_p(m: Any, a: Any, x: Any) -> Any:
        return m.gammainc(a, 0, x, regularized=True)

    def gamma_q(m: Any, a: Any, x: Any) -> Any:
        return m.gammainc(a, x, regularized=True)

    # fmt: off
    rows: dict[Any, Row] = {
        sc.erf:          "erf",
        sc.erfc:         "erfc",
        sc.erfi:         "erfi",
        sc.erfinv:       "erfinv",
        sc.erfcinv:      (lambda m, a: m.erfinv(1 - a), "erfcinv"),
        sc.erfcx:        lambda m, a: m.exp(a**2) * m.erfc(a),
        sc.dawsn:        lambda m, a: m.sqrt(m.pi) / 2 * m.exp(-(a**2)) * m.erfi(a),
        sc.ndtr:         lambda m, a: (1 + m.erf(a / m.sqrt(2))) / 2,
        sc.ndtri:        lambda m, a: m.sqrt(2) * m.erfinv(2 * a - 1),
        sc.log_ndtr:     lambda m, a: m.log((1 + m.erf(a / m.sqrt(2))) / 2),
        sc.gamma:        "gamma",
        sc.gammaln:      (lambda m, a: m.log(abs(m.gamma(a))), "loggamma"),
        sc.loggamma:     "loggamma",
        sc.gammasgn:     lambda m, a: m.sign(m.gamma(a)),
        sc.rgamma:       ("rgamma", lambda m, a: 1 / m.gamma(a)),
        sc.psi:          "digamma",
        sc.beta:         "beta",
        sc.betaln:       lambda m, a, b: m.log(abs(m.beta(a, b))),
        sc.poch:         lambda m, a, n: m.gamma(a + n) / m.gamma(a),
        sc.gammainc:     (gamma_p, lambda m, a, x: m.lowergamma(a, x) / m.gamma(a)),
        sc.gammaincc:    (gamma_q, lambda m, a, x: m.uppergamma(a, x) / m.gamma(a)),
        sc.betainc:      (lambda m, a, b, x: m.betainc(a, b, 0, x, regularized=True),
                          lambda m, a, b, x: m.betainc_regularized(a, b, 0, x)),
        sc.expit:        lambda m, a: 1 / (1 + m.exp(-a)),
        sc.log_expit:    lambda m, a: -m.log(1 + m.exp(-a)),
        sc.logit:        lambda m, a: m.log(a / (1 - a)),
        sc.xlogy:        (lambda m, a, b: a * m.log(b) if a else a, lambda m, a, b: a * m.log(b)),
        sc.xlog1py:      (lambda m, a, b: a * m.log1p(b) if a else a, lambda m, a, b: a * m.log(1 + b)),
        sc.entr:         (lambda m, a: -a * m.log(a) if a else a, lambda m, a: -a * m.log(a)),
        sc.rel_entr:     (lambda m, a, b: a * m.log(a / b) if a else a, lambda m, a, b: a * m.log(a / b)),
        sc.kl_div:       (lambda m, a, b: (a * m.log(a / b) if a else a) - a + b,
                          lambda m, a, b: a * m.log(a / b) - a + b),
        sc.boxcox:       lambda m, a, p: m.log(a) if p == 0 else (a**p - 1) / p,
        sc.huber:        (lambda m, d, r: r**2 / 2 if abs(r) <= d else d * (abs(r) - d / 2),
                          lambda m, d, r: m.Piecewise((r**2 / 2, m.Abs(r) <= d),
                                                      (d * (m.Abs(r) - d / 2), True))),
        sc.pseudo_huber: lambda m, d, r: d**2 * (m.sqrt(1 + (r / d) ** 2) - 1),
        sc.exprel:       (lambda m, a: m.expm1(a) / a if a else m.one, lambda m, a: (m.exp(a) - 1) / a),
        sc.exp10:        lambda m, a: 10**a,
        sc.cosm1:        lambda m, a: m.cos(a) - 1,
        sc.sinc:         ("sincpi", lambda m, a: m.sinc(m.pi * a)),
        sc.exp1:         ("e1", lambda m, a: m.expint(1, a)),
        sc.expi:         ("ei", "Ei"),
        sc.expn:         "expint",
        sc.spence:       lambda m, a: m.polylog(2, 1 - a),
        sc.ellipk:       ("ellipk", "elliptic_k"),
        sc.ellipe:       ("ellipe", "elliptic_e"),
        sc.hyp2f1:       ("hyp2f1", None),
        sc.j0:           lambda m, a: m.besselj(0, a),
        sc.j1:           lambda m, a: m.besselj(1, a),
        sc.jn:           "besselj",
        sc.jv:           "besselj",
        sc.y0:           lambda m, a: m.bessely(0, a),
        sc.y1:           lambda m, a: m.bessely(1, a),
        sc.yn:           "bessely",
        sc.yv:           "bessely",
        sc.i0:           lambda m, a: m.besseli(0, a),
        sc.i1:           lambda m, a: m.besseli(1, a),
        sc.iv:           "besseli",
        sc.ive:          lambda m, n, a: m.besseli(n, a) * m.exp(-abs(a)),
        sc.k0:           lambda m, a: m.besselk(0, a),
        sc.k1:           lambda m, a: m.besselk(1, a),
        sc.kn:           "besselk",
        sc.kv:           "besselk",
        sc.kve:          lambda m, n, a: m.besselk(n, a) * m.exp(a),
    }
    # fmt: on
    zeta = getattr(sc._ufuncs, "_zeta", None)  # sc.zeta is a Python function; active values meet this ufunc
    return rows if zeta is None else {**rows, zeta: "zeta"}


# Functions of NumPy that ask objects for more than they have, written with functions that have a row or
# that NumPy runs on objects. `call` runs a function in the arithmetic at hand.


def _std(call: Any, x: Any, *args: Any, **keywords: Any) -> Any:
    return call(np.sqrt, call(np.var, x, *args, **keywords))


def _norm(call: Any, x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:  # noqa: A002
    if ord not in (None, "fro") and (isinstance(axis, tuple) or (axis is None and np.ndim(x) > 1)):
        raise NotImplementedError("a norm of matrices")
    size = call(np.absolute, x)
    if ord in (None, 2, "fro"):
        return call(np.sqrt, call(np.sum, size**2, axis=axis, keepdims=keepdims))
    if ord == 1:
        return call(np.sum, size, axis=axis, keepdims=keepdims)
    if ord == np.inf:
        return call(np.max, size, axis=axis, keepdims=keepdims)
    raise NotImplementedError("a norm of this order")


def _isclose(
    call: Any, a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Any:
    bound = call(np.add, atol, call(np.multiply, rtol, call(np.absolute, b)))
    return call(np.less_equal, call(np.absolute, call(np.subtract, a, b)), bound)


def _modf(call: Any, x: Any) -> Any:
    whole = call(np.trunc, x)
    return call(np.subtract, x, whole), whole


WRITTEN_OUT: dict[Any, Callable[..., Any]] = {
    np.std: _std,
    np.linalg.norm: _norm,
    np.isclose: _isclose,
    np.allclose: lambda call, *args, **keywords: bool(np.all(_isclose(call, *args, **keywords))),
    np.modf: _modf,
    np.divmod: lambda call, a, b: (call(np.floor_divide, a, b), call(np.remainder, a, b)),
}


def row_of(function: Callable[..., Any]) -> Row:
    """The row of a function, None when it has none."""
    row = TABLE.get(function)
    # Before SciPy's functions are imported, which takes a while, none of them can be asked for.
    if row is None and isinstance(function, np.ufunc) and "scipy.special" in sys.modules:
        row = special_table().get(function)
    return row


def sympy_names(rows: Mapping[Any, Row]) -> dict[str, Any]:
    """The function behind each SymPy function that a table names: {"asin": np.arcsin, ...} of `TABLE`."""
    halves = {function: row[1] if isinstance(row, tuple) else row for function, row in rows.items()}
    return {half: function for function, half in reversed(halves.items()) if isinstance(half, str)}
