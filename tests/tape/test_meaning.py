"""Every row of the table means in mpmath and SymPy what it means in NumPy."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.special as sc
import sympy
from mpmath import mp

from diffkit.errors import NoRuleError
from diffkit.primitives import kept, mutual_product, selected_product, share, tanh_slope
from diffkit.tape import record
from diffkit.tape.formula import as_numpy
from diffkit.tape.meaning import LOGIC, TABLE, WRITTEN_OUT, row_of, special_table
from diffkit.tape.objects import MPMATH, SYMPY

# Each function, a point of exact binary numbers, and its value written directly in mpmath.
# fmt: off
ROWS = [
    (np.add,           (0.75, 2.5),   lambda a, b: a + b),
    (np.subtract,      (0.75, 2.5),   lambda a, b: a - b),
    (np.multiply,      (0.75, 2.5),   lambda a, b: a * b),
    (np.true_divide,   (0.75, 2.5),   lambda a, b: a / b),
    (np.power,         (0.75, 2.5),   lambda a, b: mp.exp(b * mp.log(a))),
    (np.float_power,   (0.75, 2.5),   lambda a, b: mp.exp(b * mp.log(a))),
    (np.negative,      (0.75,),       lambda a: 0 - a),
    (np.positive,      (-0.75,),      lambda a: a),
    (np.square,        (0.75,),       lambda a: a * a),
    (np.reciprocal,    (0.75,),       lambda a: mp.mpf(4) / 3),
    (np.conjugate,     (0.75,),       lambda a: a),
    (np.remainder,     (-7.25, 2.5),  lambda a, b: mp.mpf("0.25")),
    (np.floor_divide,  (-7.25, 2.5),  lambda a, b: mp.mpf(-3)),
    (np.fmod,          (-7.25, 2.5),  lambda a, b: mp.mpf("-2.25")),
    (np.absolute,      (-0.75,),      lambda a: -a),
    (np.fabs,          (-0.75,),      lambda a: -a),
    (np.sign,          (-0.75,),      lambda a: mp.mpf(-1)),
    (np.floor,         (-0.75,),      lambda a: mp.mpf(-1)),
    (np.ceil,          (-0.75,),      lambda a: mp.mpf(0)),
    (np.trunc,         (-2.75,),      lambda a: mp.mpf(-2)),
    (np.rint,          (2.5,),        lambda a: mp.mpf(2)),
    (np.round,         (-3.5,),       lambda a: mp.mpf(-4)),
    (np.maximum,       (0.75, 2.5),   lambda a, b: b),
    (np.minimum,       (0.75, 2.5),   lambda a, b: a),
    (np.fmax,          (0.75, 2.5),   lambda a, b: b),
    (np.fmin,          (0.75, 2.5),   lambda a, b: a),
    (np.clip,          (3.5, 0.5, 2.), lambda a, b, c: c),
    (np.copysign,      (0.75, -2.5),  lambda a, b: -a),
    (np.heaviside,     (0.75, 0.5),   lambda a, b: mp.mpf(1)),
    (np.sqrt,          (0.75,),       lambda a: mp.exp(mp.log(a) / 2)),
    (np.cbrt,          (-0.75,),      lambda a: -mp.exp(mp.log(-a) / 3)),
    (np.hypot,         (0.75, -2.5),  lambda a, b: abs(mp.mpc(a, b))),
    (np.exp,           (0.75,),       lambda a: mp.e**a),
    (np.exp2,          (0.75,),       lambda a: mp.exp(a * mp.log(2))),
    (np.expm1,         (2**-10,),     lambda a: 2 * mp.exp(a / 2) * mp.sinh(a / 2)),
    (np.log,           (0.75,),       lambda a: -mp.log(1 / a)),
    (np.log2,          (0.75,),       lambda a: mp.log(a) / mp.log(2)),
    (np.log10,         (0.75,),       lambda a: mp.log(a) / mp.log(10)),
    (np.log1p,         (2**-10,),     lambda a: 2 * mp.atanh(a / (2 + a))),
    (np.logaddexp,     (0.75, 2.5),   lambda a, b: b + mp.log1p(mp.exp(a - b))),
    (np.logaddexp2,    (0.75, 2.5),   lambda a, b: b + mp.log1p(2 ** (a - b)) / mp.log(2)),
    (np.sin,           (0.75,),       lambda a: mp.expj(a).imag),
    (np.cos,           (0.75,),       lambda a: mp.expj(a).real),
    (np.tan,           (0.75,),       lambda a: mp.sin(a) / mp.cos(a)),
    (np.arcsin,        (0.75,),       lambda a: mp.atan(a / mp.sqrt(1 - a * a))),
    (np.arccos,        (0.75,),       lambda a: mp.pi / 2 - mp.asin(a)),
    (np.arctan,        (0.75,),       lambda a: mp.asin(a / mp.sqrt(1 + a * a))),
    (np.arctan2,       (0.75, -2.5),  lambda a, b: mp.arg(mp.mpc(b, a))),
    (np.sinh,          (0.75,),       lambda a: (mp.exp(a) - mp.exp(-a)) / 2),
    (np.cosh,          (0.75,),       lambda a: (mp.exp(a) + mp.exp(-a)) / 2),
    (np.tanh,          (0.75,),       lambda a: mp.sinh(a) / mp.cosh(a)),
    (share,            (0.75, 2.5),   lambda a, b: mp.exp(a) / (mp.exp(a) + mp.exp(b))),
    (tanh_slope,       (0.75, 0.5),   lambda y, x: (1 - y) * (1 + y)),
    (selected_product, (0.75, 2.5),   lambda a, b: a / (1 / b)),
    (mutual_product,   (0.75, 2.5),   lambda a, b: a / (1 / b)),
    (kept,             (0.75, 2.5),   lambda a, b: a),
    (np.arcsinh,       (0.75,),       lambda a: mp.log(a + mp.sqrt(a * a + 1))),
    (np.arccosh,       (1.75,),       lambda a: mp.log(a + mp.sqrt(a * a - 1))),
    (np.arctanh,       (0.75,),       lambda a: mp.log((1 + a) / (1 - a)) / 2),
    (np.deg2rad,       (0.75,),       lambda a: mp.radians(a)),
    (np.radians,       (0.75,),       lambda a: mp.radians(a)),
    (np.rad2deg,       (0.75,),       lambda a: mp.degrees(a)),
    (np.degrees,       (0.75,),       lambda a: mp.degrees(a)),
    (np.sinc,          (0.75,),       lambda a: mp.sin(mp.pi * a) / (mp.pi * a)),
    (sc.erf,           (0.75,),       lambda a: mp.quad(lambda t: mp.npdf(t, 0, mp.sqrt(0.5)), [-a, a])),
    (sc.erfc,          (0.75,),       lambda a: 1 - mp.erf(a)),
    (sc.erfi,          (0.75,),       lambda a: mp.erf(mp.mpc(0, a)).imag),
    (sc.erfinv,        (0.75,),       lambda a: mp.findroot(lambda t: mp.erf(t) - a, 0.8)),
    (sc.erfcinv,       (0.75,),       lambda a: mp.findroot(lambda t: mp.erfc(t) - a, 0.2)),
    (sc.erfcx,         (0.75,),       lambda a: mp.exp(a * a) * (1 - mp.erf(a))),
    (sc.dawsn,         (0.75,),       lambda a: mp.quad(lambda t: mp.exp(t * t - a * a), [0, a])),
    (sc.ndtr,          (0.75,),       lambda a: mp.ncdf(a)),
    (sc.ndtri,         (0.75,),       lambda a: mp.findroot(lambda t: mp.ncdf(t) - a, 0.6)),
    (sc.log_ndtr,      (0.75,),       lambda a: mp.log(mp.ncdf(a))),
    (sc.gamma,         (2.75,),       lambda a: mp.factorial(a - 1)),
    (sc.gammaln,       (2.75,),       lambda a: mp.log(mp.factorial(a - 1))),
    (sc.loggamma,      (2.75,),       lambda a: mp.log(mp.factorial(a - 1))),
    (sc.gammasgn,      (-0.5,),       lambda a: mp.mpf(-1)),
    (sc.rgamma,        (2.75,),       lambda a: 1 / mp.factorial(a - 1)),
    (sc.psi,           (2.75,),       lambda a: mp.psi(0, a)),
    (sc.beta,          (0.75, 2.5),   lambda a, b: mp.gamma(a) * mp.gamma(b) / mp.gamma(a + b)),
    (sc.betaln,        (0.75, 2.5),   lambda a, b: mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)),
    (sc.poch,          (0.75, 3.0),   lambda a, n: a * (a + 1) * (a + 2)),
    (sc.gammainc,      (0.75, 2.5),   lambda a, x: 1 - mp.gammainc(a, x) / mp.gamma(a)),
    (sc.gammaincc,     (0.75, 2.5),   lambda a, x: mp.gammainc(a, x) / mp.gamma(a)),
    (sc.betainc,       (0.75, 2.5, 0.25), lambda a, b, x: mp.betainc(a, b, 0, x) / mp.beta(a, b)),
    (sc.expit,         (0.75,),       lambda a: (1 + mp.tanh(a / 2)) / 2),
    (sc.log_expit,     (0.75,),       lambda a: mp.log((1 + mp.tanh(a / 2)) / 2)),
    (sc.logit,         (0.75,),       lambda a: mp.log(3)),
    (sc.xlogy,         (0.75, 2.5),   lambda a, b: mp.log(b**a)),
    (sc.xlog1py,       (0.75, 2.5),   lambda a, b: mp.log((1 + b) ** a)),
    (sc.entr,          (0.75,),       lambda a: -mp.log(a**a)),
    (sc.rel_entr,      (0.75, 2.5),   lambda a, b: a * (mp.log(a) - mp.log(b))),
    (sc.kl_div,        (0.75, 2.5),   lambda a, b: a * (mp.log(a) - mp.log(b)) + b - a),
    (sc.boxcox,        (0.75, 2.5),   lambda a, p: (mp.exp(p * mp.log(a)) - 1) / p),
    (sc.huber,         (0.75, 2.5),   lambda d, r: mp.mpf("1.59375")),
    (sc.pseudo_huber,  (0.75, 2.5),   lambda d, r: d * mp.hypot(d, r) - d * d),
    (sc.exprel,        (0.75,),       lambda a: mp.quad(lambda t: mp.exp(a * t), [0, 1])),
    (sc.exp10,         (0.75,),       lambda a: mp.exp(a * mp.log(10))),
    (sc.cosm1,         (0.75,),       lambda a: -2 * mp.sin(a / 2) ** 2),
    (sc.sinc,          (0.75,),       lambda a: mp.sin(mp.pi * a) / (mp.pi * a)),
    (sc.exp1,          (0.75,),       lambda a: mp.gammainc(0, a)),
    (sc.expi,          (0.75,),       lambda a: mp.ei(a)),
    (sc.expn,          (3, 0.75),     lambda n, a: a**2 * mp.gammainc(-2, a)),
    (sc.spence,        (0.75,),       lambda a: mp.quad(lambda t: mp.log(t) / (1 - t), [1, a])),
    (sc.ellipk,        (0.75,),       lambda m: mp.pi / 2 / mp.agm(1, mp.sqrt(1 - m))),
    (sc.ellipe,        (0.75,),       lambda m: mp.pi / 2 * mp.hyp2f1(-0.5, 0.5, 1, m)),
    (sc.hyp2f1,        (0.75, 2.5, 3.5, 0.25), lambda a, b, c, x: mp.hyper([a, b], [c], x)),
    (sc.j0,            (0.75,),       lambda a: mp.hyp0f1(1, -a * a / 4)),
    (sc.j1,            (0.75,),       lambda a: a / 2 * mp.hyp0f1(2, -a * a / 4)),
    (sc.jv,            (2, 0.75),     lambda n, a: a * a / 8 * mp.hyp0f1(3, -a * a / 4)),
    (sc.y0,            (0.75,),       lambda a: mp.bessely(0, a)),
    (sc.y1,            (0.75,),       lambda a: -mp.diff(lambda t: mp.bessely(0, t), a)),
    (sc.yn,            (2, 0.75),     lambda n, a: 2 / a * mp.bessely(1, a) - mp.bessely(0, a)),
    (sc.yv,            (2, 0.75),     lambda n, a: 2 / a * mp.bessely(1, a) - mp.bessely(0, a)),
    (sc.i0,            (0.75,),       lambda a: mp.hyp0f1(1, a * a / 4)),
    (sc.i1,            (0.75,),       lambda a: a / 2 * mp.hyp0f1(2, a * a / 4)),
    (sc.iv,            (2, 0.75),     lambda n, a: a * a / 8 * mp.hyp0f1(3, a * a / 4)),
    (sc.ive,           (2, 0.75),     lambda n, a: a * a / 8 * mp.hyp0f1(3, a * a / 4) / mp.exp(a)),
    (sc.k0,            (0.75,),       lambda a: mp.quad(lambda t: mp.exp(-a * mp.cosh(t)), [0, 3, 7])),
    (sc.k1,            (0.75,),       lambda a: -mp.diff(lambda t: mp.besselk(0, t), a)),
    (sc.kn,            (2, 0.75),     lambda n, a: mp.besselk(0, a) + 2 / a * mp.besselk(1, a)),
    (sc.kv,            (2, 0.75),     lambda n, a: mp.besselk(0, a) + 2 / a * mp.besselk(1, a)),
    (sc.kve,           (2, 0.75),     lambda n, a: (mp.besselk(0, a) + 2 / a * mp.besselk(1, a)) * mp.e**a),
    (getattr(sc._ufuncs, "_zeta", None), (2.5, 0.75), lambda s, q: mp.hurwitz(s, q)),
]
# Comparisons and what selects by them: the point, and the answer of any arithmetic.
DECISIONS = [
    (np.less,          (0.75, 2.5),   True),
    (np.less_equal,    (0.75, 0.75),  True),
    (np.greater,       (0.75, 2.5),   False),
    (np.greater_equal, (0.75, 0.75),  True),
    (np.equal,         (0.75, 0.75),  True),
    (np.not_equal,     (0.75, 0.75),  False),
    (np.logical_and,   (True, False), False),
    (np.logical_or,    (True, False), True),
    (np.logical_xor,   (True, True),  False),
    (np.logical_not,   (True,),       False),
    (np.isnan,         (0.75,),       False),
    (np.isinf,         (np.inf,),     True),
    (np.isfinite,      (np.nan,),     False),
    (np.where,         (True, 0.75, 2.5), 0.75),
]
# fmt: on
ROWS = [row for row in ROWS if row[0] is not None]
# SymPy has no name for the nearest whole number, nor NumPy one for the derivative of SymPy's hyper.
NOT_IN_SYMPY = (np.rint, np.round, sc.hyp2f1)


def names(rows):
    return [row[0].__name__ for row in rows]


def call(function, point, arithmetic):
    """The value of one row; a whole number is a constant, such as the order of a Bessel function."""
    args = [arithmetic.constant(a) if isinstance(a, int) else arithmetic.leaf(a) for a in point]
    return arithmetic.call(function, args, {})


def test_no_row_of_the_table_is_untested():
    tested = {row[0] for row in ROWS} | {row[0] for row in DECISIONS} | {np.astype}
    assert set(TABLE) | set(special_table()) == tested | {sc.jn}  # jn is jv under another name
    assert sc.jn is sc.jv


@pytest.mark.parametrize(("function", "point", "oracle"), ROWS, ids=names(ROWS))
def test_a_row_in_mpmath_agrees_with_mpmath_itself_to_40_digits(function, point, oracle):
    with mpmath.workdps(60):
        found = call(function, point, MPMATH)
        expected = oracle(*map(mp.mpf, point))
        assert isinstance(found, mp.mpf)
        assert abs(found - expected) <= mp.mpf(10) ** -40 * abs(expected)


@pytest.mark.parametrize(("function", "point", "oracle"), ROWS, ids=names(ROWS))
def test_a_row_in_mpmath_is_what_numpy_computes(function, point, oracle):
    # SciPy promises a dozen digits of its special functions, and keeps fourteen here.
    assert float(call(function, point, MPMATH)) == pytest.approx(
        float(function(*point)), rel=1e-14, abs=1e-300
    )


@pytest.mark.parametrize(("function", "point", "oracle"), ROWS, ids=names(ROWS))
def test_a_row_in_sympy_is_the_same_number_to_40_digits(function, point, oracle):
    if function in NOT_IN_SYMPY:
        with pytest.raises(NoRuleError, match=f"{function.__name__} has no meaning in sympy arithmetic"):
            call(function, point, SYMPY)
        return
    with mpmath.workdps(60):
        expected = oracle(*map(mp.mpf, point))
        formula = call(function, point, SYMPY)
        if function is sc.erfcinv:  # SymPy differentiates it and does not evaluate it
            formula = formula.rewrite(sympy.erfinv)
        found = sympy.N(formula, 50)._to_mpmath(200)
        assert abs(found - expected) <= mp.mpf(10) ** -40 * abs(expected)


SHARED = [row[:2] for row in ROWS if row[0] not in NOT_IN_SYMPY]


@pytest.mark.parametrize(("function", "point"), SHARED, ids=names(SHARED))
def test_a_row_goes_to_sympy_and_back_to_numpy(function, point):
    symbols = [a if isinstance(a, int) else sympy.Symbol(f"x{i}", real=True) for i, a in enumerate(point)]
    free = [(s.name, a) for s, a in zip(symbols, point, strict=True) if isinstance(s, sympy.Symbol)]
    back = as_numpy(SYMPY.call(function, symbols, {}), [name for name, _ in free])
    # Formulas such as exp(x) - 1 lose digits where expm1(x) does not: eps / x at x = 2^-10.
    lost = 2**11 if point == (2**-10,) else 16
    expected = float(function(*point))
    assert back(*(a for _, a in free)) == pytest.approx(expected, rel=lost * 2**-52, abs=1e-300)


@pytest.mark.parametrize("arithmetic", [MPMATH, SYMPY], ids=["mpmath", "sympy"])
@pytest.mark.parametrize(("function", "point", "answer"), DECISIONS, ids=names(DECISIONS))
def test_a_decision_is_the_same_in_every_arithmetic(function, point, answer, arithmetic):
    args = [sympy.S(a) if a is True or a is False else arithmetic.leaf(a) for a in point]
    if arithmetic is MPMATH:
        args = [a if a is True or a is False else arithmetic.leaf(a) for a in point]
    assert bool(function(*point)) == bool(answer)
    assert bool(arithmetic.call(function, args, {})) == bool(answer)


@pytest.mark.parametrize(
    "function", [row[0] for row in DECISIONS if len(row[1]) == 2], ids=lambda f: f.__name__
)
def test_a_comparison_of_symbols_stays_a_condition(function):
    x, y = sympy.symbols("x y", real=True)
    logical = function in (np.logical_and, np.logical_or, np.logical_xor)
    operands = (x > 0, y > 0) if logical else (x, y)
    condition = SYMPY.call(function, operands, {})
    decided = condition.subs({x: sympy.Rational(1), y: sympy.Rational(-2)})
    assert bool(decided) == bool(function(True, False) if logical else function(1.0, -2.0))


def test_where_is_a_piecewise_in_sympy_and_back():
    x = sympy.Symbol("x", real=True)
    tape = record(lambda x: np.where(x > 1, x**2, 0.5), 2.0)
    formula = tape.replay(x, arithmetic="sympy")
    assert formula == sympy.Piecewise((x**2, x > 1), (sympy.Rational(1, 2), True))
    assert np.array_equal(as_numpy(formula, ["x"])(np.array([0.0, 1.0, 3.0])), [0.5, 0.5, 9.0])


def test_a_truth_value_that_where_selects_is_a_number_in_mpmath():
    tape = record(lambda x: np.where(x > 1, x > 2, 0.5), 3.0)
    assert isinstance(tape.replay(mp.mpf(3), arithmetic="mpmath"), mp.mpf)


def test_a_truth_value_counts_as_one_or_zero():
    x = sympy.Symbol("x", real=True)
    relu = record(lambda x: (x > 0) * x, 2.0)
    formula = relu.replay(x, arithmetic="sympy")
    assert [formula.subs(x, v) for v in (-3, 3)] == [0, 3]
    assert relu.replay(mp.mpf(-3), arithmetic="mpmath") == 0
    assert set(TABLE) > LOGIC


def test_functions_written_out_with_others_have_no_row_of_their_own():
    assert [row_of(function) for function in WRITTEN_OUT] == [None] * len(WRITTEN_OUT)
