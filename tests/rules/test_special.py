"""Every scipy.special row against mpmath, in both modes, at first and second order; and its corners."""

import mpmath
import numpy as np
import pytest
import scipy.special as sc

from diffkit.autodiff import grad
from diffkit.errors import NoRuleError
from diffkit.rules import rules
from diffkit.rules.special.bessel import SPHERICAL_IN, SPHERICAL_JN, SPHERICAL_KN, SPHERICAL_YN
from diffkit.rules.special.elementary import LAMBERTW
from diffkit.rules.special.gamma import ZETA

# SciPy says so of sc.bdtr and its kind when n, or all operands in float32, are floats.
pytestmark = pytest.mark.filterwarnings("ignore:non-integer arg n is deprecated")

# What mpmath calls the functions that have no row in diffkit's own mpmath arithmetic; those it lacks too
# are differentiated by differences.
sqrt, exp, log, log1p, expm1, pi = (
    getattr(mpmath, name) for name in ("sqrt", "exp", "log", "log1p", "expm1", "pi")
)
root = mpmath.findroot
wofz = lambda z: exp(-z * z) * mpmath.erfc(-1j * z)
ndtr = lambda x: mpmath.erfc(-x / sqrt(2)) / 2
ndtri = lambda p: sqrt(2) * mpmath.erfinv(2 * p - 1)
P = lambda a, x: mpmath.gammainc(a, 0, x, regularized=True)
Q = lambda a, x: mpmath.gammainc(a, x, regularized=True)
I = lambda a, b, x: mpmath.betainc(a, b, 0, x, regularized=True)
# The inverse of a distribution function, found from what SciPy answers.
near = lambda v: int(v) if v == int(v) else float(v)
inverse = lambda scipy_s, cdf: (
    lambda *a: root(lambda x: mpmath.re(cdf(*a[:-1], x)) - a[-1], float(scipy_s(*map(near, a))))
)
student = lambda df, x: (1 + mpmath.sign(x) * (1 - I(df / 2, mpmath.mpf(1) / 2, df / (df + x * x)))) / 2
fisher = lambda m, n, x: I(m / 2, n / 2, m * x / (m * x + n))
MPMATH = {
    sc.erfcx: lambda x: exp(x * x) * mpmath.erfc(x),
    sc.erfi: mpmath.erfi,
    sc.dawsn: lambda x: sqrt(pi) / 2 * exp(-x * x) * mpmath.erfi(x),
    sc.wofz: wofz,
    sc.log_ndtr: lambda x: log(ndtr(x)),
    sc.ndtri: ndtri,
    sc.ndtri_exp: lambda y: root(lambda x: log(ndtr(x)) - y, float(sc.ndtri_exp(float(y)))),
    sc.owens_t: lambda h, a: (
        mpmath.quad(lambda t: exp(-h * h * (1 + t * t) / 2) / (1 + t * t), [0, a]) / (2 * pi)
    ),
    sc.voigt_profile: lambda x, s, g: mpmath.re(wofz((x + 1j * g) / (s * sqrt(2)))) / (s * sqrt(2 * pi)),
    ZETA: mpmath.zeta,
    sc.poch: mpmath.rf,
    sc.binom: mpmath.binomial,
    sc.gammaincinv: inverse(sc.gammaincinv, P),
    sc.gammainccinv: inverse(sc.gammainccinv, Q),
    sc.betaincc: lambda a, b, x: 1 - I(a, b, x),
    sc.betaincinv: inverse(sc.betaincinv, I),
    sc.betainccinv: inverse(sc.betainccinv, lambda a, b, x: 1 - I(a, b, x)),
    sc.exp2: lambda x: 2**x,
    sc.expm1: expm1,
    sc.log1p: log1p,
    sc.cbrt: lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    sc.powm1: lambda x, p: x**p - 1,
    sc.boxcox: lambda x, p: expm1(p * log(x)) / p,
    sc.boxcox1p: lambda x, p: expm1(p * log1p(x)) / p,
    sc.inv_boxcox: lambda y, p: (1 + p * y) ** (1 / p),
    sc.inv_boxcox1p: lambda y, p: (1 + p * y) ** (1 / p) - 1,
    sc.tklmbda: lambda x, p: root(lambda c: (c**p - (1 - c) ** p) / p - x, sc.tklmbda(float(x), float(p))),
    sc.exprel: lambda x: expm1(x) / x,
    LAMBERTW: lambda z, k, tol: mpmath.lambertw(z, int(k)),
    sc.wrightomega: lambda z: root(lambda w: w + log(w) - z, float(sc.wrightomega(float(z)))),
    sc.sindg: lambda x: mpmath.sin(x * pi / 180),
    sc.cosdg: lambda x: mpmath.cos(x * pi / 180),
    sc.tandg: lambda x: mpmath.tan(x * pi / 180),
    sc.cotdg: lambda x: mpmath.cot(x * pi / 180),
    sc.radian: lambda d, m, s: (d + m / 60 + s / 3600) * pi / 180,
    sc.round: mpmath.nint,
    sc.huber: lambda d, x: x * x / 2 if abs(x) <= d else d * (abs(x) - d / 2),
    sc.k0: lambda x: mpmath.besselk(0, x),
    sc.k1: lambda x: mpmath.besselk(1, x),
    sc.kn: mpmath.besselk,
    sc.i0e: lambda x: mpmath.besseli(0, x) * exp(-abs(x)),
    sc.i1e: lambda x: mpmath.besseli(1, x) * exp(-abs(x)),
    sc.k0e: lambda x: mpmath.besselk(0, x) * exp(x),
    sc.k1e: lambda x: mpmath.besselk(1, x) * exp(x),
    sc.kve: lambda n, x: mpmath.besselk(n, x) * exp(x),
    sc.jve: mpmath.besselj,
    sc.yve: mpmath.bessely,
    sc.hankel1: mpmath.hankel1,
    sc.hankel2: mpmath.hankel2,
    sc.hankel1e: lambda n, x: mpmath.hankel1(n, x) * exp(-1j * x),
    sc.hankel2e: lambda n, x: mpmath.hankel2(n, x) * exp(1j * x),
    SPHERICAL_JN: lambda n, x: sqrt(pi / (2 * x)) * mpmath.besselj(n + 0.5, x),
    SPHERICAL_YN: lambda n, x: sqrt(pi / (2 * x)) * mpmath.bessely(n + 0.5, x),
    SPHERICAL_IN: lambda n, x: sqrt(pi / (2 * x)) * mpmath.besseli(n + 0.5, x),
    SPHERICAL_KN: lambda n, x: sqrt(pi / (2 * x)) * mpmath.besselk(n + 0.5, x),
    sc.ber: lambda x: mpmath.ber(0, x),
    sc.bei: lambda x: mpmath.bei(0, x),
    sc.ker: lambda x: mpmath.ker(0, x),
    sc.kei: lambda x: mpmath.kei(0, x),
    sc.struve: mpmath.struveh,
    sc.modstruve: mpmath.struvel,
    sc.exp1: mpmath.e1,
    sc.expi: mpmath.ei,
    sc.expn: mpmath.expint,
    sc.spence: lambda x: mpmath.polylog(2, 1 - x),
    sc.ellipk: mpmath.ellipk,
    sc.ellipe: mpmath.ellipe,
    sc.ellipkm1: lambda p: mpmath.ellipk(1 - p),
    sc.ellipkinc: mpmath.ellipf,
    sc.ellipeinc: mpmath.ellipe,
    sc.agm: lambda a, b: mpmath.re(mpmath.agm(a, b)),
    sc.elliprf: mpmath.elliprf,
    sc.elliprc: mpmath.elliprc,
    sc.elliprd: mpmath.elliprd,
    sc.elliprg: mpmath.elliprg,
    sc.elliprj: mpmath.elliprj,
    sc.hyp0f1: mpmath.hyp0f1,
    sc.hyp1f1: mpmath.hyp1f1,
    sc.hyperu: mpmath.hyperu,
    sc.hyp2f1: mpmath.hyp2f1,
    sc.eval_legendre: mpmath.legendre,
    sc.eval_chebyt: mpmath.chebyt,
    sc.eval_chebyu: mpmath.chebyu,
    sc.eval_chebyc: lambda n, x: 2 * mpmath.chebyt(n, x / 2),
    sc.eval_chebys: lambda n, x: mpmath.chebyu(n, x / 2),
    sc.eval_hermite: mpmath.hermite,
    sc.eval_hermitenorm: lambda n, x: 2 ** (-n / 2) * mpmath.hermite(n, x / sqrt(2)),
    sc.eval_laguerre: lambda n, x: mpmath.laguerre(n, 0, x),
    sc.eval_genlaguerre: mpmath.laguerre,
    sc.eval_gegenbauer: mpmath.gegenbauer,
    sc.eval_jacobi: mpmath.jacobi,
    sc.eval_sh_legendre: lambda n, x: mpmath.legendre(n, 2 * x - 1),
    sc.eval_sh_chebyt: lambda n, x: mpmath.chebyt(n, 2 * x - 1),
    sc.eval_sh_chebyu: lambda n, x: mpmath.chebyu(n, 2 * x - 1),
    sc.eval_sh_jacobi: lambda n, p, q, x: (
        mpmath.jacobi(n, p - q, q - 1, 2 * x - 1) / mpmath.binomial(2 * n + p - 1, n)
    ),
    sc.bdtr: lambda k, n, p: I(n - int(k), int(k) + 1, 1 - p),
    sc.bdtrc: lambda k, n, p: I(int(k) + 1, n - int(k), p),
    sc.bdtri: inverse(sc.bdtri, lambda k, n, p: I(n - int(k), int(k) + 1, 1 - p)),
    sc.nbdtr: lambda k, n, p: I(n, k + 1, p),
    sc.nbdtrc: lambda k, n, p: 1 - I(n, k + 1, p),
    sc.nbdtri: inverse(sc.nbdtri, lambda k, n, p: I(n, k + 1, p)),
    sc.lpmv: lambda m, v, x: (
        (-sqrt(1 - x * x) / 2) ** m * mpmath.rf(v + 1, m) * mpmath.jacobi(v - m, m, m, x)
    ),
    sc.pdtr: lambda k, m: Q(int(k) + 1, m),
    sc.pdtrc: lambda k, m: P(int(k) + 1, m),
    sc.pdtri: inverse(sc.pdtri, lambda k, m: Q(k + 1, m)),
    sc.chdtr: lambda v, x: P(v / 2, x / 2),
    sc.chdtrc: lambda v, x: Q(v / 2, x / 2),
    sc.chdtri: inverse(sc.chdtri, lambda v, x: Q(v / 2, x / 2)),
    sc.gdtr: lambda a, b, x: P(b, a * x),
    sc.gdtrc: lambda a, b, x: Q(b, a * x),
    sc.gdtrix: inverse(sc.gdtrix, lambda a, b, x: P(b, a * x)),
    sc.gdtria: lambda c, b, x: root(lambda y: P(b, y) - c, float(sc.gammaincinv(float(b), float(c)))) / x,
    sc.stdtr: student,
    sc.stdtrit: inverse(sc.stdtrit, student),
    sc.fdtr: fisher,
    sc.fdtrc: lambda m, n, x: 1 - fisher(m, n, x),
    sc.fdtri: inverse(sc.fdtri, fisher),
    sc.nrdtrimn: lambda c, std, x: x - std * ndtri(c),
    sc.nrdtrisd: lambda mean, c, x: (x - mean) / ndtri(c),
}
name = lambda value: getattr(getattr(value, "function", None), "__name__", str(value))
ROWS = [
    rule for rule in rules() if rule.partials is not None and getattr(np, name(rule), 0) is not rule.function
]
OPERANDS = [(rule, position) for rule in ROWS for position in range(len(rule.partials))]
KNOWN = [(rule, position) for rule, position in OPERANDS if rule.partials[position] is not None]
UNKNOWN = [(rule, position) for rule, position in OPERANDS if rule.partials[position] is None]


def points(box, count=3):
    rng = np.random.default_rng(3)
    return [[rng.uniform(*side) if isinstance(side, tuple) else side for side in box] for _ in range(count)]


def real_parts(rule):
    """[(f, the same in mpmath)]: the function of a row, or the two parts of a complex one."""
    function, exact = rule.function, MPMATH.get(rule.function)
    if not np.iscomplexobj(function(*points(rule.domain[0])[0])):
        return [(function, exact)]
    return [
        (lambda *a, p=p: p(function(*a)), lambda *a, q=q: q(exact(*a)))
        for p, q in ((np.real, mpmath.re), (np.imag, mpmath.im))
    ]


@pytest.mark.parametrize(("rule", "position"), KNOWN, ids=name)
def test_each_partial_is_right_in_both_modes_and_orders(rule, position, check_partial, has_value):
    tried = 0
    for function, exact in real_parts(rule):
        for box in rule.domain:
            for point in points(box):
                if has_value(function, point):
                    tried += 1
                    check_partial(function, point, position, exact)
    assert tried >= 3


@pytest.mark.parametrize(("rule", "position"), KNOWN, ids=name)
def test_arrays_give_what_their_elements_give_in_their_own_precision(rule, position, check_arrays):
    for function, _ in real_parts(rule):
        check_arrays(function, points(rule.domain[0], 4), position)


@pytest.mark.parametrize(("rule", "position"), UNKNOWN, ids=name)
def test_an_operand_without_a_closed_derivative_is_an_error_and_not_a_zero(rule, position):
    point = points(rule.domain[0])[0]
    with pytest.raises((NoRuleError, TypeError), match=f"operand {position + 1}|not supported for the input"):
        grad(lambda *x: np.real(rule.function(*x)), argnums=position)(*map(float, point))


def test_the_hurwitz_zeta_function_is_differentiated_under_its_public_name():
    assert grad(lambda q: sc.zeta(2.0, q))(1.0) == pytest.approx(-2 * sc.zeta(3.0, 1.0), rel=1e-14)


@pytest.mark.parametrize(
    ("f", "x", "right"),
    [
        (lambda x: sc.gammainc(1.0, x), 0.0, 1.0),  # 1 - exp(-x)
        (lambda x: sc.betainc(1.0, 2.0, x), 0.0, 2.0),  # 1 - (1 - x)^2
        (lambda x: sc.xlogy(x, 2.0), 0.0, np.log(2.0)),
        (lambda x: sc.expit(x), 1000.0, 0.0),
        (lambda x: sc.log_expit(x), -1000.0, 1.0),
        (lambda x: sc.log_ndtr(x), -30.0, 30.033259667433677),  # pdf / cdf, mpmath
        (lambda x: sc.exprel(x), 0.0, 0.5),
        (lambda x: sc.ellipk(x), 0.0, np.pi / 8),
        (lambda x: sc.ellipe(x), 0.0, -np.pi / 8),
        (lambda x: sc.spence(x), 1.0, -1.0),
        (lambda x: sc.sici(x)[0], 0.0, 1.0),
        (lambda x: sc.shichi(x)[0], 0.0, 1.0),
        (lambda x: sc.rgamma(x), -3.0, -6.0),  # (-1)^n n! at -n
        (lambda x: sc.rgamma(x), 0.0, 1.0),
        (lambda p: sc.boxcox(2.0, p), 0.0, np.log(2.0) ** 2 / 2),
        (lambda p: sc.inv_boxcox(2.0, p), 0.0, -2 * np.exp(2.0)),  # exp(y - p y^2 / 2 + ...)
        (lambda x: np.real(sc.lambertw(x)), 0.0, 1.0),
        (lambda x: SPHERICAL_JN(1, x), 0.0, 1 / 3),
        (lambda x: sc.eval_legendre(4, x), 1.0, 10.0),  # n (n + 1) / 2
        (lambda x: sc.eval_chebyt(4, x), -1.0, -16.0),  # n^2
        (lambda x: sc.eval_hermite(0, x), 0.5, 0.0),
        (lambda x: sc.beip(x), 0.0, 0.5),  # bei = x^2 / 4 - ...
        (lambda x: sc.ellipkinc(x, 1.0), 0.5, 1 / np.cos(0.5)),
        # R_D(t, 1, 1) and its kin: integrals of powers of 1 + t
        (lambda x: sc.elliprd(x, 1.0, 1.0), 1.0, -3 / 10),
        (lambda x: sc.elliprd(1.0, 1.0, x), 1.0, -9 / 10),
        (lambda x: sc.elliprj(x, 1.0, 1.0, 1.0), 1.0, -3 / 10),
        (lambda x: sc.elliprj(1.0, 1.0, 1.0, x), 1.0, -3 / 5),
        # far out, where the textbook's difference would leave no digit; by mpmath
        (lambda x: sc.log_ndtr(x), -1e6, 1000000.000001),
        (lambda x: sc.erfcx(x), 1e6, -5.641895835469101e-13),
        (lambda x: sc.dawsn(x), 1e6, -5.0000000000075e-13),
        (lambda x: sc.betaln(x, 1.0), 1e8, -1e-8),  # B(a, 1) = 1 / a
        (lambda x: sc.poch(x, 1.0), 1e8, 1.0),
    ],
)
def test_the_corners_have_the_right_answers(f, x, right):
    assert grad(f)(x) == pytest.approx(right, rel=1e-13)


@pytest.mark.parametrize(
    ("f", "x", "right"),
    [
        (lambda x: sc.ellipk(x), 0.0, 9 * np.pi / 64),  # pi/2 (1 + m/4 + 9/64 m^2 + ...)
        (lambda x: sc.spence(x), 1.0, 0.5),
        (lambda x: sc.sici(x)[0], 0.0, 0.0),
        (lambda x: sc.rgamma(x), 0.0, 2 * np.euler_gamma),
        (lambda x: sc.exprel(x), 0.0, 1 / 3),
        (lambda x: SPHERICAL_JN(0, x), 0.0, -1 / 3),
        (lambda x: sc.elliprf(x, 1.0, 1.0), 1.0, 3 / 20),
        # The integral of 3/4 sin^4 over [0, 1/2]; two arguments of R_D meet at m = 0
        (lambda m: sc.ellipkinc(0.5, m), 0.0, 0.75 * (3 / 16 - np.sin(1.0) / 4 + np.sin(2.0) / 32)),
    ],
)
def test_the_corners_are_right_at_second_order_too(f, x, right):
    assert grad(grad(f))(x) == pytest.approx(right, rel=1e-10, abs=1e-15)


@pytest.mark.parametrize("gap", [0.0, 1e-7, 1e-6, 1e-5, 1.1e-5, 1e-4])
def test_carlsons_integrals_keep_ten_digits_where_two_arguments_meet(gap):
    for at in ((1.0 + gap, 0.4, 1.0), (1.0, 1.0 + gap, 1.0 - gap)):
        for k in range(3):
            moved = lambda t, at=at, k=k: mpmath.elliprj(*at[:k], t, *at[k + 1 :], at[2] if k < 2 else t)
            found = grad(lambda *a: sc.elliprd(*a), argnums=k)(*at)
            assert found == pytest.approx(float(mpmath.diff(moved, at[k])), rel=1e-10)
